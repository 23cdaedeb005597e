# Sourced by start and check: installs what is missing and configures the release build.
# Sets root (the checkout) and build (its build folder).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$(basename "$0"): $*"
    exit 1
}

missing_packages() {
    local name
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$root/installer/packages.txt" | while read -r name; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] \
            || printf '%s\n' "$name"
    done
}

# As root, or through sudo if it asks no question. Speaks only when it fails.
apt() {
    local as_root=() log
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    if ! log=$("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
        apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
        -o APT::Update::Error-Mode=any "$@" </dev/null 2>&1); then
        say "$log"
        return 1
    fi
}

install_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        fail "this system has no apt-get. Phonoscope's installer is made for Debian 12; elsewhere" \
            "install what installer/packages.txt names and build with cmake --preset release" \
            "(see README.md)."
    fi
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -gt 0 ] || return 0

    local system
    system=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-unknown}")
    case $system in
        "Debian GNU/Linux 12"*) ;;
        *) say "This is $system; Phonoscope's installer is tried on Debian 12 only. Going on." ;;
    esac
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        fail "packages are missing, and installing them takes root, or sudo without a password." \
            "Run once as root: apt-get update && apt-get install ${missing[*]}"
    fi
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    apt update || fail "the package lists could not be fetched: apt-get's own words are above. Is" \
        "there a network? Packages still missing: ${missing[*]}"
    apt install --yes --no-install-recommends "${missing[@]}" \
        || fail "these packages could not be installed: ${missing[*]}. apt-get's own words are above."
}

# How many compilers at once: one per processor, but a file with LibTorch takes 1.5 GB.
jobs() {
    local processors kilobytes limit by_memory
    processors=$(nproc)
    kilobytes=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
    if [ "$limit" != max ] && [ $((limit / 1024)) -lt "$kilobytes" ]; then
        kilobytes=$((limit / 1024))
    fi
    by_memory=$((kilobytes / 1500000))
    [ "$by_memory" -ge 1 ] || by_memory=1
    echo $((processors < by_memory ? processors : by_memory))
}

# build_targets [TARGET...]: all of them if none is named.
build_targets() {
    cd "$root"
    if [ ! -f "$build/build.ninja" ] || ! grep -qsFx "CMAKE_HOME_DIRECTORY:INTERNAL=$root" \
        "$build/CMakeCache.txt"; then
        local log
        if ! log=$(cmake --preset release --fresh 2>&1); then
            say "$log"
            fail "the build could not be configured."
        fi
    fi
    cmake --build --preset release --parallel "$(jobs)" ${1:+--target "$@"} >&2 \
        || fail "the build failed; the compiler's own words are above."
}
