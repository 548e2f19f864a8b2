# shellcheck shell=bash
# What the scripts share. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# say TEXT…: one line of progress, with the seconds since the script began.
say() {
    printf '== [%3ds] %s\n' "$SECONDS" "$*"
}

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# jobs_for MEGABYTES: parallel compilers that fit both the cores and the memory.
jobs_for() {
    local cores free
    cores=$(nproc)
    free=$(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
    local fit=$((free / $1))
    ((fit < 1)) && fit=1
    echo $((fit < cores ? fit : cores))
}

# configure PRESET ARGUMENT…: CMake's own output only when it fails.
configure() {
    local preset=$1
    shift
    local log
    log=$(mktemp)
    if ! cmake -S "$root" --preset "$preset" "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "cmake --preset $preset failed"
    fi
    rm -f "$log"
}

# build PRESET TARGET…
build() {
    local preset=$1
    shift
    local targets=()
    if (($#)); then
        targets=(--target "$@")
    fi
    # Test programs are asked for their tests as they are built, sanitized ones too.
    "${fixed_layout[@]}" cmake --build "$root/build/$preset" -j "$(jobs_for 1200)" "${targets[@]}"
}

# install_node_packages FOLDER ARGUMENT…: the packages of the folder, in the versions its package.json names;
# again only when that changes.
install_node_packages() {
    local folder=$root/$1
    shift
    local wanted stamp=$folder/node_modules/.installed-sha256
    wanted=$(sha256sum "$folder/package.json" | cut -d' ' -f1)
    if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
        say "the packages of ${folder#"$root/"} are installed"
        return 0
    fi
    say "installing the packages of ${folder#"$root/"}"
    npm install --prefix "$folder" --no-package-lock --ignore-scripts --no-audit --no-fund \
        --loglevel=error "$@"
    echo "$wanted" >"$stamp"
}

# Address space layout with more random bits than GCC 12's sanitizers can map makes them die at
# start; switching it off for the program under test is their documented remedy.
# shellcheck disable=SC2034  # used by the scripts that source this
fixed_layout=()
if setarch "$(uname -m)" -R true 2>/dev/null; then
    fixed_layout=(setarch "$(uname -m)" -R)
fi
