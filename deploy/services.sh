# Start and stop what the installed site consists of; sourced by deploy/install and deploy/tracker.
#
# With systemd its units are used. Where systemd is not running, as in a container or a bare
# root, the same programs are run by hand: they are gone after a restart of the machine.

code=/opt/tracker/current
pid_file=/run/tracker.pid

has_systemd() {
    [ -d /run/systemd/system ]
}

start_database() {
    if has_systemd; then
        systemctl start postgresql
        return
    fi
    local version
    version=$(ls /usr/lib/postgresql | sort -V | tail -1)
    pg_ctlcluster "$version" main status >/dev/null 2>&1 || pg_ctlcluster "$version" main start
}

start_site() {
    if has_systemd; then
        systemctl start tracker
        return
    fi
    (
        set -a
        . /etc/tracker/web.env
        set +a
        cd "$code"
        export HOME=/var/lib/tracker
        umask 0077
        setsid setpriv --reuid tracker --regid tracker --init-groups --inh-caps=-all \
            .venv/bin/gunicorn -c deploy/gunicorn.conf.py tracker.wsgi \
            >>/var/log/tracker/site.log 2>&1 </dev/null &
        echo $! >"$pid_file"
    )
}

stop_site() {
    if has_systemd; then
        systemctl stop tracker 2>/dev/null || true
        systemctl stop 'tracker-*.timer' 'tracker-task@*' 2>/dev/null || true
        return
    fi
    local pid
    pid=$(cat "$pid_file" 2>/dev/null || true)
    # A process that has ended has no command line any more, even while nobody has asked for it.
    is_running() { [ -n "$pid" ] && grep -q gunicorn "/proc/$pid/cmdline" 2>/dev/null; }
    if is_running; then
        kill "$pid"
        for _ in $(seq 80); do
            is_running || break
            sleep 0.5
        done
    fi
    rm -f "$pid_file"
}

start_timers() {
    if has_systemd; then
        systemctl enable --now -q $(cd /etc/systemd/system && ls tracker-*.timer)
    fi
}

reload_nginx() {
    nginx -t -q
    if has_systemd; then
        systemctl enable -q nginx
        systemctl reload-or-restart nginx
    elif [ -s /run/nginx.pid ] && [ -e "/proc/$(cat /run/nginx.pid)" ]; then
        nginx -s reload
    else
        nginx
    fi
}

database_url() { # web|owner
    sed -n 's/^DATABASE_URL=//p' "/etc/tracker/$1.env"
}

grant() {
    psql -q "$(database_url owner)" -f "$code/deploy/grants.sql"
}
