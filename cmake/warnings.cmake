# Flags every target of ours gets. Third-party headers come in as SYSTEM and stay silent.
add_library(sluice_flags INTERFACE)
# Warnings are errors where we work, in plain debug builds. A release build is a user's: GCC 12 raises
# false alarms at -O2 (bugs 105329, 105651), and a newer compiler must not stop anyone from building. Under
# a sanitizer GCC warns of what its own instrumentation does.
if(SLUICE_SANITIZE)
    set(warnings_are_errors)
else()
    set(warnings_are_errors $<$<CONFIG:Debug>:-Werror>)
endif()
target_compile_options(sluice_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion
    ${warnings_are_errors})
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(sluice_flags INTERFACE -Wno-stringop-overread -Wno-restrict
        $<$<NOT:$<CONFIG:Debug>>:-Wno-array-bounds>)
endif()
target_include_directories(sluice_flags INTERFACE ${CMAKE_SOURCE_DIR})
# Boost.Asio with one thread a shard: no concurrency hints needed, only separate compilation.
target_compile_definitions(sluice_flags INTERFACE BOOST_ASIO_NO_DEPRECATED)
if(SLUICE_SANITIZE)
    target_compile_options(sluice_flags INTERFACE -fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer -g)
    target_link_options(sluice_flags INTERFACE -fsanitize=${SLUICE_SANITIZE})
    if(SLUICE_SANITIZE STREQUAL "thread")
        # GCC's TSan does not model fences, which Asio uses; the warning is not a finding.
        target_compile_options(sluice_flags INTERFACE -Wno-tsan)
    endif()
endif()
if(SLUICE_FUZZ)
    # X3 grammars chain `>>` and `>` on purpose.
    target_compile_options(sluice_flags INTERFACE -fsanitize=fuzzer-no-link,address -g -Wno-overloaded-shift-op-parentheses)
endif()

# sluice_module(name): a static library of every .cpp directly in the current folder.
function(sluice_module name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    foreach(folder IN LISTS ARG_SOURCES)
        file(GLOB more CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
        list(APPEND found ${more})
    endforeach()
    if(NOT found)
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE sluice_flags ${ARG_LINKS})
        return()
    endif()
    add_library(${name} STATIC ${found})
    target_link_libraries(${name} PUBLIC sluice_flags ${ARG_LINKS})
endfunction()

# sluice_pch(target <header>…): compiles heavy third-party headers once for a target.
function(sluice_pch target)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY")
        return()
    endif()
    target_precompile_headers(${target} PRIVATE ${ARGN})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -fpch-preprocess)
    endif()
endfunction()
