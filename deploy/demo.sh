#!/usr/bin/env bash
# Prepare the demonstration; with "serve", serve it too.
#
# PORT chooses another port than 8000, DEMO_PASSWORD the accounts' password, VAR_DIR another
# place for the data. What is there already is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
export DEMO=1
port=${PORT:-8000}

deploy/system.sh demo
deploy/fonts.sh
deploy/venv.sh requirements.lock
if ! .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; then
    echo "WeasyPrint cannot load Pango; on Debian: sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" >&2
    exit 1
fi

# Checked once, aloud: it names the fonts in use. The commands after it need not repeat it.
.venv/bin/python manage.py check
.venv/bin/python manage.py migrate --verbosity 0 --skip-checks
.venv/bin/python manage.py load_demo --skip-checks
# No timer does it here: the page that checks the trail should have something to compare.
.venv/bin/python manage.py seal_trail >/dev/null
.venv/bin/python manage.py collectstatic --noinput --verbosity 0 --skip-checks

if [ "${1:-}" = serve ]; then
    echo "Serving on http://127.0.0.1:$port/ (Ctrl-C ends it)"
    # Threads: no proxy stands before it, and a browser opens connections that it may not use;
    # each would hold up a whole worker.
    exec .venv/bin/gunicorn tracker.wsgi --bind "127.0.0.1:$port" --workers 2 --threads 4 \
        --no-control-socket --log-level warning
fi
