# The language compiled to WebAssembly, for the playground. Targets: sluice_wasm (build/…/sluice.wasm) and
# sluice_playground (build/…/playground, the whole page); neither is part of `all`.
#
# Debian 12's clang-19 with its libc++ for wasm32 and wasi-libc is all it takes (scripts/install-deps test). The
# sources are those of dsl/, compiled once more by commands of their own, so that ninja shares the cores among them
# and ccache remembers them.

find_program(WASM_CXX clang++-19)
find_program(NODE node)
find_file(WASM_LIBCXX libc++.a PATHS /usr/lib/wasm32-wasi NO_DEFAULT_PATH)
find_file(WASM_BUILTINS libclang_rt.builtins-wasm32.a PATHS /usr/lib/llvm-19/lib/clang/19/lib/wasi
    /usr/lib/clang/19/lib/wasi NO_DEFAULT_PATH)

set(SLUICE_WASM ${CMAKE_BINARY_DIR}/sluice.wasm)
set(SLUICE_PLAYGROUND ${CMAKE_BINARY_DIR}/playground)

# sluice_missing(target what): the target says what there is to install, and fails.
function(sluice_missing target what)
    add_custom_target(${target}
        COMMAND ${CMAKE_COMMAND} -E echo "${target}: ${what}"
        COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
endfunction()

if(NOT (WASM_CXX AND WASM_LIBCXX AND WASM_BUILTINS))
    set(what "no compiler for WebAssembly here. scripts/install-deps test installs it: clang-19 lld-19 \
libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 libclang-rt-19-dev-wasm32 wasi-libc")
    message(STATUS "sluice_wasm: ${what}")
    sluice_missing(sluice_wasm ${what})
    sluice_missing(sluice_playground ${what})
    return()
endif()

# Size decides over speed: a check takes milliseconds either way. The shift operators are the grammar's; a binding
# captured by its own name is not a mistake. No exceptions: what fails is a value everywhere in dsl/.
set(flags --target=wasm32-wasi -std=c++20 -Oz -flto -fno-exceptions -fvisibility=hidden
    -mbulk-memory -msign-ext -mnontrapping-fptoint -fno-threadsafe-statics
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -DNDEBUG -DBOOST_NO_EXCEPTIONS
    -Wall -Wextra -Wno-overloaded-shift-op-parentheses -I${CMAKE_SOURCE_DIR})
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    list(APPEND flags -Werror)
endif()
# Boost's headers alone: what else is below /usr/include belongs to this machine, not to WebAssembly.
set(boost_headers ${CMAKE_BINARY_DIR}/wasm/include)
file(MAKE_DIRECTORY ${boost_headers})
list(GET Boost_INCLUDE_DIRS 0 boost_root)
file(CREATE_LINK ${boost_root}/boost ${boost_headers}/boost SYMBOLIC)
list(APPEND flags -isystem ${boost_headers})

set(wasm_sources ${CMAKE_SOURCE_DIR}/dsl/wasm/target/stack_guard.cpp)
foreach(library IN ITEMS sluice_dsl_template sluice_dsl_parser sluice_dsl_format sluice_dsl sluice_dsl_catalogue
        sluice_dsl_graph sluice_dsl_language sluice_dsl_wasm)
    get_target_property(sources ${library} SOURCES)
    list(APPEND wasm_sources ${sources})
endforeach()

# The sources that are written by the build are written once more: those of the native libraries would bring the
# libraries with them.
list(FILTER wasm_sources EXCLUDE REGEX "^${CMAKE_BINARY_DIR}/")
set(generated ${CMAKE_BINARY_DIR}/wasm/generated)
file(MAKE_DIRECTORY ${generated})
set(error_pages ${CMAKE_SOURCE_DIR}/docs/language/errors)
file(GLOB pages CONFIGURE_DEPENDS ${error_pages}/*.md)
add_custom_command(OUTPUT ${generated}/pages.cpp
    COMMAND ${CMAKE_COMMAND} -DOUT=${generated}/pages.cpp -DFOLDER=${error_pages}
        -P ${CMAKE_SOURCE_DIR}/dsl/catalogue/embed.cmake
    DEPENDS ${pages} ${CMAKE_SOURCE_DIR}/dsl/catalogue/embed.cmake VERBATIM)
add_custom_command(OUTPUT ${generated}/zones.cpp
    COMMAND ${CMAKE_COMMAND} -DOUT=${generated}/zones.cpp -DTZDATA=${SLUICE_TZDATA}
        -P ${CMAKE_SOURCE_DIR}/dsl/wasm/zones.cmake
    DEPENDS ${SLUICE_TZDATA} ${CMAKE_SOURCE_DIR}/dsl/wasm/zones.cmake VERBATIM)
list(APPEND wasm_sources ${generated}/pages.cpp ${generated}/zones.cpp)

set(objects "")
foreach(source IN LISTS wasm_sources)
    string(REPLACE "${CMAKE_BINARY_DIR}/wasm/" "" name ${source})
    string(REPLACE "${CMAKE_SOURCE_DIR}/" "" name ${name})
    set(object ${CMAKE_BINARY_DIR}/wasm/${name}.o)
    get_filename_component(directory ${object} DIRECTORY)
    file(MAKE_DIRECTORY ${directory})
    add_custom_command(OUTPUT ${object}
        COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${WASM_CXX} ${flags} -MD -MF ${object}.d -c ${source} -o ${object}
        DEPENDS ${source} DEPFILE ${object}.d
        COMMENT "Building WebAssembly object ${name}.o" VERBATIM)
    list(APPEND objects ${object})
endforeach()

# A reactor: a library with an initializer, not a program. The stack stands below the data, so that running out of it
# traps instead of writing over them; 4 MB are far more than the deepest nesting the parser lets through. No -O here:
# with one, clang would run whatever wasm-opt this machine has.
add_custom_command(OUTPUT ${SLUICE_WASM}
    COMMAND ${WASM_CXX} --target=wasm32-wasi -mexec-model=reactor -flto -fno-exceptions ${objects}
        -Wl,-mllvm,-enable-merge-functions
        -Wl,--gc-sections -Wl,--strip-all -Wl,--stack-first -Wl,-z,stack-size=4194304
        -Wl,--export=sluice_allocate -Wl,--export=sluice_free -Wl,--export=sluice_call -o ${SLUICE_WASM}
    DEPENDS ${objects} COMMENT "Linking sluice.wasm" VERBATIM COMMAND_EXPAND_LISTS)
add_custom_target(sluice_wasm DEPENDS ${SLUICE_WASM})

# The page: scripts, style and module in one folder. Needs npm install in console/playground; scripts/playground and
# scripts/test see to that.
if(NOT NODE)
    sluice_missing(sluice_playground "no Node.js here; scripts/install-deps test installs it")
    return()
endif()
set(page ${CMAKE_SOURCE_DIR}/console/playground)
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS ${page}/src/*.js ${page}/example/*.flow ${page}/example/*.html)
add_custom_command(OUTPUT ${SLUICE_PLAYGROUND}/worker.js
    COMMAND ${NODE} ${page}/pack.mjs ${SLUICE_WASM} ${SLUICE_PLAYGROUND}
    DEPENDS ${SLUICE_WASM} ${page_sources} ${page}/pack.mjs ${page}/worker.js ${page}/index.html ${page}/style.css
        ${page}/icon.svg ${page}/package.json
    COMMENT "Packing the playground" VERBATIM)
add_custom_target(sluice_playground DEPENDS ${SLUICE_PLAYGROUND}/worker.js)
