#!/usr/bin/env bash
# Resolve pyproject.toml into the two lock files, for every Python from 3.11 up.
#
# Versions already locked stay while they fit; UPGRADE=1 takes the newest that do.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=var/lock/bin/uv
if [ ! -x "$uv" ]; then
    python3 -m venv --clear var/lock
    var/lock/bin/python -m pip install -q --disable-pip-version-check uv
fi

resolve() {
    # Neither header nor addresses: a lock file names packages and hashes, not where they came from.
    "$uv" pip compile -q --universal --generate-hashes --python-version 3.11 \
        --no-header --no-emit-index-url --no-emit-find-links ${UPGRADE:+--upgrade} pyproject.toml "$@"
}
resolve -o requirements.lock
# The second takes the first as its limit: tests run what the site runs.
resolve --group dev -c requirements.lock -o requirements-dev.lock
