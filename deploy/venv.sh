#!/usr/bin/env bash
# Make .venv and install a lock file into it.
#
#   deploy/venv.sh requirements.lock
#
# A copy of each installed lock file is kept in .venv: while it is the same, nothing is done.
set -euo pipefail
cd "$(dirname "$0")/.."

lock=${1:?usage: deploy/venv.sh LOCKFILE}
enough='import sys; sys.exit(sys.version_info < (3, 11))'

if ! .venv/bin/python -c "$enough" 2>/dev/null; then
    python=
    for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.14; do
        if "$candidate" -c "$enough" 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Python 3.11 or newer is needed and was not found; PYTHON=/path/to/python names one." >&2
        exit 1
    fi
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        echo "$("$python" -V) has no venv module; on Debian: sudo apt-get install python3-venv" >&2
        exit 1
    fi
    "$python" -m venv --clear .venv
fi

stamp=.venv/$(basename "$lock").installed
if ! cmp -s "$lock" "$stamp"; then
    echo "Installing $lock"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
    cp "$lock" "$stamp"
fi
