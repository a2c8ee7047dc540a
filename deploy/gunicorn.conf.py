"""Gunicorn behind nginx on one machine: gunicorn -c deploy/gunicorn.conf.py tracker.wsgi."""

import multiprocessing

# nginx holds slow clients back (request buffering), so plain workers suffice.
bind = "127.0.0.1:8000"
worker_class = "sync"
workers = 2 * multiprocessing.cpu_count() + 1
# Loaded once and then forked: the successor of a worker that was killed answers at once.
# New code therefore needs a restart; a reload would fork the old one again.
preload_app = True

# A circular renders in seconds; a worker that is silent this long is stuck.
timeout = 60
graceful_timeout = 30
# Rendering documents grows a process; a fresh one now and then keeps memory flat.
max_requests = 2000
max_requests_jitter = 200

# Only nginx on this machine may say that a request arrived by HTTPS.
forwarded_allow_ips = "127.0.0.1"
control_socket_disable = True

accesslog = None  # nginx writes it
errorlog = "-"
