#!/usr/bin/env bash
# Attack a demonstration of its own with Wapiti, logged in as each role; by hand, half an hour.
#
#   deploy/wapiti.sh [SECONDS] [ROLE ...]    seconds of crawling and of attacks for each role: 120
#
# Wapiti has an environment of its own in var/wapiti; its reports go to var/wapiti/reports. The
# demonstration is on 127.0.0.1, in a folder that is thrown away. What it finds is explained in
# docs/trust.md.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-120}
[ $# -eq 0 ] || shift
roles=("$@")
[ ${#roles[@]} -gt 0 ] || roles=(office leader auditor unit-01 admin)
port=${PORT:-8741}
site="http://127.0.0.1:$port"
reports=var/wapiti/reports

[ -x var/wapiti/bin/wapiti ] || {
    python3 -m venv var/wapiti
    var/wapiti/bin/pip install -q --disable-pip-version-check wapiti3
}
mkdir -p "$reports"

VAR_DIR=$(mktemp -d)
DEMO_PASSWORD=$(python3 -c 'import secrets; print(secrets.token_urlsafe(12) + "aA1!")')
export VAR_DIR DEMO_PASSWORD DEMO=1
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$VAR_DIR"
}
trap finish EXIT
.venv/bin/python manage.py migrate --verbosity 0 --skip-checks
.venv/bin/python manage.py load_demo --skip-checks >/dev/null
.venv/bin/python manage.py collectstatic --noinput --verbosity 0 --skip-checks
.venv/bin/gunicorn tracker.wsgi --bind "127.0.0.1:$port" --workers 2 --threads 2 \
    --no-control-socket --log-level warning 2>"$reports/site.log" &
server=$!
until curl -sf "$site/healthz" >/dev/null; do sleep 0.5; done

for role in "${roles[@]}"; do
    # Its own form login does not keep the token; the cookies of a login by hand do.
    jar=$VAR_DIR/$role.cookies
    curl -sf -c "$jar" -o /dev/null "$site/accounts/login/"
    token=$(awk '$6 == "csrftoken" { print $7 }' "$jar")
    curl -sf -b "$jar" -c "$jar" -o /dev/null --data-urlencode "csrfmiddlewaretoken=$token" \
        --data-urlencode "username=$role" --data-urlencode "password=$DEMO_PASSWORD" \
        "$site/accounts/login/"
    awk 'BEGIN { printf "{\"127.0.0.1\": {\"/\": {" }
        $6 == "sessionid" || $6 == "csrftoken" {
            printf "%s\"%s\": {\"version\": 0, \"expires\": null, \"secure\": false,", sep, $6
            printf " \"value\": \"%s\", \"port\": null}", $7; sep = ", "
        }
        END { print "}}}" }' "$jar" >"$jar.json"
    echo "== $role"
    # What ends its own session or takes the next role's account, it does not press (* is any text).
    var/wapiti/bin/wapiti -u "$site/" -c "$jar.json" --flush-session \
        --store-session "$VAR_DIR/wapiti-$role" --no-bugreport --scope folder -d 4 \
        --max-scan-time "$seconds" --max-attack-time 60 --max-links-per-page 60 \
        -x "$site/accounts/logout/" -x "$site/accounts/login/*" -x "$site/accounts/password/*" \
        -x "$site/accounts/sessions/*" -x "$site/people/sessions/*" -x "$site/people/*/change/" \
        -x "$site/people/*/deactivate/" -x "$site/people/*/reset-password/" -x "$site/static/*" \
        -S normal -v 1 \
        -f json -o "$reports/$role.json" >"$reports/$role.log" 2>&1 ||
        { tail -5 "$reports/$role.log"; exit 1; }
    .venv/bin/python - "$reports/$role.json" <<'PYTHON'
import json, sys
from collections import Counter
found = json.load(open(sys.argv[1]))
print("   pages:", found["infos"].get("crawled_pages_nbr", "?"))
for part in ("vulnerabilities", "anomalies", "additionals"):
    for kind, rows in found[part].items():
        for words, count in Counter((row["info"], row["path"]) for row in rows).most_common(12):
            print(f"   {kind}: {words[0]} ({words[1]}) x{count}")
PYTHON
done
grep -c Traceback "$reports/site.log" | sed 's/^/tracebacks in the log of the site: /' || true
