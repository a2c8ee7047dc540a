"""Settings of the tests: the site's own, with what is slow or leaves traces replaced.

Every test process gets a folder of its own for the files that the site writes, so a
run touches no developer's data and several runs do not meet.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="tracker-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["VAR_DIR"] = str(_folder)
# What a developer has set for a demonstration must not decide the outcome of a test.
for _name in (
    "ALLOWED_HOSTS",
    "BACKUP_DAYS",
    "BACKUP_DIR",
    "BACKUP_KEEP",
    "BACKUP_SECOND",
    "BEHIND_PROXY",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "DEMO",
    "DISK_LOW_MB",
    "EMAIL_HOST",
    "EMAIL_PASSWORD",
    "EMAIL_PORT",
    "EMAIL_SSL",
    "EMAIL_USER",
    "ENV_FILES",
    "EVIDENCE_ACTIVE",
    "EVIDENCE_SCANNER",
    "FORCE_PASSWORD_CHANGE",
    "HOOK_URL",
    "HTTPS",
    "LOG_JSON",
    "LOG_LEVEL",
    "LOG_REQUESTS",
    "METRICS_TOKEN",
    "OFFICIAL_FONTS",
    "PASSWORD_HISTORY",
    "PASSWORD_KINDS",
    "PASSWORD_MAX_DAYS",
    "PASSWORD_MIN_LENGTH",
    "PRODUCTION",
    "SECOND_FACTOR",
    "SITE_NAME",
    "UPLOADS_PER_ACCOUNT_MB",
    "UPLOADS_PER_SITE_MB",
):
    os.environ.pop(_name, None)
os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 50

from tracker.settings import *  # noqa: E402, F403 - the folder must be named first
from tracker.settings import DATABASES, STATIC_ROOT  # noqa: E402

STATIC_ROOT.mkdir()

# A login costs a quarter of a second with the real hasher, and the cast logs in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The cast logs in with a password alone; tests/test_second_factor.py asks for more.
SECOND_FACTOR = []
# The cast is made today and works in 2030.
PASSWORD_MAX_DAYS = 0
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    # No manifest: pages are tested without collecting the static files first.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# Looked for when asked: each client of the tests would list all of them anew, and few ask for one.
WHITENOISE_AUTOREFRESH = True

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as on the site: connections to SQLite in memory share one another's locks, and
    # the tests of simultaneous writers would prove nothing. Nothing is kept, so nothing is synced.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"] |= {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    }
DATABASES["default"]["CONN_MAX_AGE"] = 0
COUNT_TRAFFIC = False
