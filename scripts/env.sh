# Sourced by every script: where the tools are, where builds go. Nothing here is written to the machine.
#
# AGENTIQ_CACHE             tools, browser test modules and compiled dependencies, shared by all checkouts
#                           (default ~/.cache/agentiq)
# CARGO_BUILD_BUILD_DIR     what is compiled on the way (default: in the cache, so that a fresh checkout compiles no
#                           dependency again)
#
# What comes out in the end is each checkout's own, in ./target: two of them must not overwrite each other's programs.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

export AGENTIQ_CACHE=${AGENTIQ_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/agentiq}
export CARGO_BUILD_BUILD_DIR=${CARGO_BUILD_BUILD_DIR:-$AGENTIQ_CACHE/target}
export CARGO_TARGET_DIR=$root/target
export PATH=$AGENTIQ_CACHE/tools/bin:$AGENTIQ_CACHE/npm/node_modules/.bin:$HOME/.cargo/bin:$PATH
# The same values as in .cargo/config.toml: a crate that looks at them is rebuilt when they change.
export LEPTOS_OUTPUT_NAME=agentiq DISABLE_SERVER_FN_HASH=true
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# One at a time: two checkouts share the cache.
locked() {
    local name=$1
    shift
    mkdir -p "$AGENTIQ_CACHE"
    if command -v flock >/dev/null; then
        (flock 9 && "$@") 9>"$AGENTIQ_CACHE/$name.lock"
    else
        "$@"
    fi
}

# Runs something as root, when there is a way.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo "$@"
    else
        return 127
    fi
}
