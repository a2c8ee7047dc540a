#!/usr/bin/env bash
# Run a command with DATABASE_URL naming a PostgreSQL server that lives only as long.
#
#   deploy/with-postgres.sh pytest
#
# The server listens on a socket in a temporary folder and on no port. It refuses to run as
# root, so root starts it as an unprivileged user. Nothing is kept, so nothing is synced.
set -euo pipefail

initdb=$(command -v initdb || find /usr/lib/postgresql -name initdb 2>/dev/null | sort -V | tail -1)
if [ -z "$initdb" ]; then
    echo "PostgreSQL's initdb was not found; on Debian: sudo apt-get install postgresql" >&2
    exit 1
fi
bin=$(dirname "$(readlink -f "$initdb")")

# Directly in /tmp: a socket's whole path may have no more than 107 bytes.
folder=$(mktemp -d /tmp/tracker-postgres.XXXXXX)
server=
stop() {
    if [ -n "$server" ]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

as_user=()
if [ "$(id -u)" = 0 ]; then
    user=nobody
    if id postgres >/dev/null 2>&1; then
        user=postgres
    fi
    chown "$user" "$folder"
    as_user=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
fi

# The folder is closed to other users, so that "trust" trusts nobody else.
chmod 700 "$folder"
(
    cd /
    "${as_user[@]}" "$bin/initdb" --pgdata "$folder/data" --username tracker --auth trust \
        --encoding UTF8 --locale C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1
) || {
    cat "$folder/initdb.log" >&2
    exit 1
}

# setpriv becomes the server, so that $! is the server's own number; where this script is
# killed and cannot stop it, the kernel does.
serve() {
    cd /
    exec "${as_user[@]:-setpriv}" --pdeathsig INT "$bin/postgres" -D "$folder/data" -k "$folder" \
        -c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
        -c timezone=UTC -c max_connections=100
}
serve >"$folder/server.log" 2>&1 &
server=$!

for _ in $(seq 100); do
    if "$bin/pg_isready" -q -h "$folder"; then
        break
    fi
    if ! kill -0 "$server" 2>/dev/null; then
        cat "$folder/server.log" >&2
        exit 1
    fi
    sleep 0.1
done
"$bin/createdb" -h "$folder" -U tracker tracker

DATABASE_URL="postgres://tracker@${folder//\//%2F}/tracker" "$@"
