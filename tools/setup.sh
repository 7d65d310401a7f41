#!/usr/bin/env bash
# Set-up behind the Makefile: `tools/setup.sh runtime|dev|browser`. Returns at once when nothing has changed.
#
#   runtime   .venv with what the workbench needs (requirements.lock)
#   dev       the same and the tools of a developer (requirements-dev.lock, which holds all of the former)
#   browser   Chromium and fonts, for the tests that look at pages
#
# The package index is the one pip is set up with; no host is named here.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly VENV=.venv BUILD_LOCK=requirements-build.lock
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '▸ %s\n' "$*" >&2; }
die() { printf '✗ %s\n' "$*" >&2; exit 1; }

# apt_install WHY PACKAGE…: installs Debian packages; fails where this account may not.
apt_install() {
    local why=$1 root=()
    shift
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        # Without a terminal nobody can type a password.
        if [ -t 0 ]; then root=(sudo); else root=(sudo -n); fi
        command -v sudo >/dev/null && "${root[@]}" true 2>/dev/null || return 1
    fi
    say "Ставлю пакеты Debian: $* — $why."
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The interpreter asked for in PYTHON, else the first suitable one on PATH.
find_python() {
    local name
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if suits "$name"; then
            printf '%s' "$name"
            return
        fi
    done
    die "Нужен Python 3.11 или новее: ${PYTHON:-python3} не подходит. Укажите его: make PYTHON=/путь/к/python3.11 …"
}

make_venv() {
    local python
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        apt_install "в этом Python нет модуля venv" "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" ||
            die "В $python нет модуля venv. Поставьте пакет python3-venv и повторите."
    fi
    say "Создаю $VENV ($("$python" --version))."
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
    # Not everything here is needed later; `uv pip sync` keeps what the locks hold.
    "$VENV/bin/python" -m pip install --quiet --no-deps --require-hashes -r "$BUILD_LOCK"
}

# uv does not read pip's settings: hand it the index that pip would ask.
use_index_of_pip() {
    [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] || return 0
    local index=${PIP_INDEX_URL:-$("$VENV/bin/python" -m pip config get global.index-url 2>/dev/null || true)}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX=$index; fi
}

# A moved checkout has commands in .venv that point to where it was.
is_usable() {
    grep -qsF "$PWD/$VENV" "$VENV/bin/activate" && "$VENV/bin/python" -c '' && "$VENV/bin/uv" --version >/dev/null
} 2>/dev/null

# What an environment was made from.
fingerprint() { { pwd; cat "$1" "$BUILD_LOCK" pyproject.toml tools/setup.sh; } | sha256sum; }

is_current() { [ "$(cat "$VENV/.$1" 2>/dev/null)" = "$(fingerprint "$2")" ]; }

install_from() {
    local name=$1 lock=$2
    is_usable || make_venv
    use_index_of_pip
    say "Ставлю библиотеки из $lock: около минуты."
    rm -f "$VENV/.runtime" "$VENV/.dev"
    export VIRTUAL_ENV=$PWD/$VENV UV_NO_PROGRESS=1
    "$VENV/bin/uv" pip sync --quiet --require-hashes --compile-bytecode "$lock" "$BUILD_LOCK"
    "$VENV/bin/uv" pip install --quiet --no-deps --no-build-isolation --editable .
    fingerprint "$lock" >"$VENV/.$name"
}

has_browser() {
    command -v chromium >/dev/null || return 1
    ! command -v dpkg-query >/dev/null || dpkg-query -s fonts-dejavu fonts-liberation >/dev/null 2>&1
}

case ${1:-} in
runtime)
    is_current runtime requirements.lock || is_current dev requirements-dev.lock ||
        install_from runtime requirements.lock
    ;;
dev)
    is_current dev requirements-dev.lock || install_from dev requirements-dev.lock
    ;;
browser)
    has_browser && exit
    apt_install "проверки открывают страницы в браузере" chromium fonts-dejavu fonts-liberation && exit
    say "Chromium и шрифты не поставлены: нужны права и пакеты chromium, fonts-dejavu, fonts-liberation."
    [ "${CI:-}" != true ] || die "Без браузера проверка неполна."
    say "Проверки в браузере будут пропущены."
    exit
    ;;
*) die "tools/setup.sh runtime|dev|browser" ;;
esac

# Python may be forbidden to write bytecode here; every kernel of a batch would then compile the library anew.
"$VENV/bin/python" -m compileall -q shnor_lib
