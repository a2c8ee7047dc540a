#!/usr/bin/env bash
# Every check of the project, in the order of their speed; the first failure ends the run.
#
#   deploy/check.sh               every check, and every test but the long ones once at least
#   deploy/check.sh everything    the long ones too, and all that asks a database on both
#   deploy/check.sh lint          what needs no test to run
#   deploy/check.sh quick         the part of the tests to run at every step
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"

step() {
    echo "== $*"
    "$@"
}

# now().date() is the date in UTC: the wrong day, and quarter, from 00:00 to 08:00 in China.
no_utc_dates() {
    ! grep -rnE 'now\(\)\.(date\(\)|year|month|day)' --include='*.py' tracker targets reports
}

# Checks look at the code, so they use neither the database nor the files of a running site.
manage() {
    python manage.py "$@" --settings tracker.settings_test
}

if [ "${1:-}" = quick ]; then
    step ruff check
    step env -u DATABASE_URL pytest -q -n "$(($(nproc) + 1))" --dist worksteal -m "not browser and not document and not fault and not slow"
    exit 0
fi

step ruff format --check
step ruff check
step djlint templates --lint --quiet
step lint-imports
step oxlint --quiet --max-warnings 0 static/js
step mypy --no-error-summary
step python deploy/check_sizes.py
step no_utc_dates
step manage check
step manage makemigrations --check --dry-run
[ "${1:-}" != lint ] || exit 0

# What is long is run by hand. PostgreSQL, which offices use, is asked all that asks a database;
# SQLite the quick part of that, and what no database decides.
on_sqlite="not fault and not long and (not slow or browser or document or once)"
on_postgresql="not browser and not document and not once and not fault and not long"
failing="fault and not long"
if [ "${1:-}" = everything ]; then
    on_sqlite="not fault"
    on_postgresql="not browser and not document and not once and not fault"
    failing=fault
fi

# One process more than there are cores: browsers and servers are waited for.
processes=$(($(nproc) + 1))
step env -u DATABASE_URL pytest -n "$processes" --dist worksteal -m "$on_sqlite"
step deploy/with-postgres.sh pytest -n "$processes" --dist worksteal -m "$on_postgresql"
# Alone: these count seconds.
step env -u DATABASE_URL pytest -m "$failing"
