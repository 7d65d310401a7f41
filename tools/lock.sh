#!/usr/bin/env bash
# Compiles the locks: every version and hash, for all platforms, and no host (docs/decisions/0001).
# Run in the folder of pyproject.toml: from elsewhere uv ignores its `override-dependencies`.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    local lock=$1
    shift
    .venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header \
        --output-file "$lock" "$@"
    ! grep -n '://' "$lock" || { echo "✗ $lock: в замке адрес узла" >&2; exit 1; }
}

compile requirements.lock pyproject.toml "$@"
compile requirements-dev.lock pyproject.toml --extra dev --constraint requirements.lock "$@"
compile requirements-build.lock tools/build.in --constraint requirements-dev.lock "$@"
