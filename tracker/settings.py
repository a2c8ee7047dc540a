"""Settings of the site. Every one comes from an environment variable with a working default.

docs/settings.md lists the variables. The defaults suit the demonstration on
127.0.0.1; production sets at least SECRET_KEY, DATABASE_URL, ALLOWED_HOSTS and
HTTPS=1 (see deploy/).
"""

import os
import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env_flag(name: str, default: bool) -> bool:
    """Read a switch: 1, true, yes, on (any case) are on; everything else is off."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str) -> list[str]:
    """Read a comma-separated list; blanks around the commas do not count."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_number(name: str, default: int) -> int:
    """Read a whole number; anything else stops the start with the variable's name."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from error


def env_choice(name: str, default: str, *others: str) -> str:
    """Read one of several words; anything else stops the start with the variable's name."""
    value = os.environ.get(name, default)
    if value not in (default, *others):
        words = ", ".join((default, *others))
        raise ImproperlyConfigured(f"{name} must be one of {words}, not {value!r}")
    return value


# Files that the site writes: database, secret key, collected static files.
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def read_or_make_secret_key() -> str:
    """Return SECRET_KEY, or a random key kept in VAR_DIR so that sessions survive a restart."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = VAR_DIR / "secret-key"
    try:
        # O_EXCL: of two workers that start together, one writes and both read the same key.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = read_or_make_secret_key()
SITE_NAME = os.environ.get("SITE_NAME", "政府工作目标督查系统")
# Says on every page that the data is a demonstration; set by the demonstration's commands.
DEMO = env_flag("DEMO", default=False)
# What a site in production must not have is in tracker/refusals.py; with a fault it does not start.
PRODUCTION = env_flag("PRODUCTION", default=False)
SECRET_KEY_IS_RANDOM = not os.environ.get("SECRET_KEY")
OFFICIAL_FONTS_REQUIRED = env_flag("OFFICIAL_FONTS", default=False)
ENV_FILES = env_list("ENV_FILES", "")  # where the settings came from: only root may read them
DEBUG = env_flag("DEBUG", default=False)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", "")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_filters",
    "django_tables2",
    "targets",
    "reports",
    "tracker",
]

MIDDLEWARE = [
    # What marks every answer stands above whatever may answer by itself.
    "tracker.middleware.client_address",
    "tracker.request_log.log_requests",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.middleware.GZipPages",
    "tracker.middleware.store_nothing",
    "tracker.middleware.remember_address",
    "tracker.middleware.carry_out_successions",
    "tracker.middleware.LenientSession",
    "django.middleware.common.CommonMiddleware",
    "tracker.middleware.refuse_mojibake",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tracker.middleware.RequireLogin",
    "tracker.middleware.slide_session",
    "tracker.middleware.ask_second_factor",
    "tracker.middleware.force_password_change",
    "tracker.middleware.explain_address",
    "django.contrib.messages.middleware.MessageMiddleware",
    # Last, as its documentation asks: it turns a lockout raised below into its answer.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.context.site",
            ],
            "builtins": ["targets.templatetags.names"],
        },
    },
]
# Forms take their field template from templates/django/forms/.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database -----------------------------------------------------------------

DATABASES = {
    # DATABASE_ENGINE: a Django backend of a database that speaks PostgreSQL under another name.
    "default": dj_database_url.config(
        default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}",
        engine=os.environ.get("DATABASE_ENGINE") or None,
    ),
}
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = 60
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        # IMMEDIATE takes the write lock at the start: a read that turns into a write
        # waits for its turn and does not fail with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "connect_timeout": 5,
        # A list's file reads all that it asks for: without the last, the database would choose
        # what gives the first tenth soonest.
        "options": "-c statement_timeout=30000 -c lock_timeout=10000"
        " -c idle_in_transaction_session_timeout=60000 -c cursor_tuple_fraction=1",
    }
    if _database["ENGINE"] == "django.db.backends.postgresql":
        # Compiling a statement takes 60 ms and more, and none of ours runs long enough to earn
        # it back; whether it is done follows from the size of all districts' tables. Databases
        # that only speak PostgreSQL need not know the setting, and refuse what they do not know.
        _database["OPTIONS"]["options"] += " -c jit=off"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts -----------------------------------------------------------------

AUTH_USER_MODEL = "targets.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "tracker.backends.AccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone", "email")},
    },
    {"NAME": "tracker.passwords.LengthValidator"},
    {"NAME": "tracker.passwords.KindsValidator"},
    {"NAME": "tracker.passwords.ObviousValidator"},
    {"NAME": "tracker.passwords.HistoryValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# GB/T 22239-2019 8.1.4.1 a): passwords are complex and changed at intervals; how, is set here.
PASSWORD_MIN_LENGTH = env_number("PASSWORD_MIN_LENGTH", 10)
PASSWORD_KINDS = env_number("PASSWORD_KINDS", 3)
PASSWORD_HISTORY = env_number("PASSWORD_HISTORY", 5)
PASSWORD_MAX_DAYS = env_number("PASSWORD_MAX_DAYS", 0 if DEMO else 90)
PASSWORD_HASHERS = [
    "tracker.passwords.Argon2",
    # What version 0.1 made: hashed anew at the account's next login.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Roles that show a code of their phone beside the password; everyone may set one up.
SECOND_FACTOR = env_list("SECOND_FACTOR", "" if DEMO else "office,administrator,auditor")
OTP_TOTP_ISSUER = SITE_NAME
LOGIN_URL = "login"
LOGIN_PATH = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

# By account and address together: by account alone anyone can lock the mayor out,
# by address alone one typist locks a whole building.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "tracker.lockout.Handler"
AXES_USERNAME_CALLABLE = "tracker.lockout.typed_name"
AXES_DISABLE_ACCESS_LOG = True  # logins are in the trail
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
# Addresses come from the server itself; tracker.middleware puts the client's there behind nginx.
AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]

# A quarter of an hour's pause must not cost a reporter the page; half an hour idle ends it.
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False  # tracker.middleware.slide_session moves the end once a minute

# Behind nginx every connection comes from nginx: the client's address is in X-Real-IP, which
# nginx overwrites (deploy/nginx.conf). Without a proxy the header is anybody's to write.
BEHIND_PROXY = env_flag("BEHIND_PROXY", default=False)

# Web ----------------------------------------------------------------------

# One switch for an intranet with certificates. Without them the site runs knowingly in the clear.
HTTPS = env_flag("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tracker.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# A text has at most 20,000 characters (targets.rules.TEXT_LIMIT); 100,000 of four bytes each,
# percent-encoded, must still arrive to be shown again with a message.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# What units attach. Served by a view that asks who reads it, never by the web server.
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o640
# A file that runs or fetches something when it is opened (targets.inspection): "refuse" it, or
# "mark" it, and say so before every download.
EVIDENCE_ACTIVE = env_choice("EVIDENCE_ACTIVE", "refuse", "mark")
# A command that reads a file on its standard input: exit code 0 clean, 1 infected.
EVIDENCE_SCANNER = os.environ.get("EVIDENCE_SCANNER", "")

# Uploads that wait to be confirmed, in megabytes: what one account holds, and all together.
UPLOADS_PER_ACCOUNT_MB = env_number("UPLOADS_PER_ACCOUNT_MB", 32)
UPLOADS_PER_SITE_MB = env_number("UPLOADS_PER_SITE_MB", 512)

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Language and time --------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
# The office writes 2020年4月28日; Django's zh-hans formats agree.

# E-mail: without a server no mail is queued (targets.actions.outbox).
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = env_number("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
EMAIL_USE_SSL = env_flag("EMAIL_SSL", default=False)
EMAIL_TIMEOUT = 10  # seconds; a mail server that hangs must not hold up whoever reminds
# The one address that is called with messages, such as a group robot of 企业微信 or 钉钉.
HOOK_URL = os.environ.get("HOOK_URL", "")
if HOOK_URL and not HOOK_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured("HOOK_URL must begin with http:// or https://")
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "duchashi@localhost")

# Backups ------------------------------------------------------------------

BACKUP_DIR = Path(os.environ.get("BACKUP_DIR", VAR_DIR / "backups"))
# A second place, on another machine or disk; each backup is copied there and read back.
BACKUP_SECOND = Path(os.environ["BACKUP_SECOND"]) if os.environ.get("BACKUP_SECOND") else None
BACKUP_KEEP = env_number("BACKUP_KEEP", 30)  # at most so many
BACKUP_DAYS = env_number("BACKUP_DAYS", 90)  # and none older, but for the newest

# The product's own ---------------------------------------------------------

# An account with a first password goes nowhere before it has chosen one of its own.
FORCE_PASSWORD_CHANGE = env_flag("FORCE_PASSWORD_CHANGE", default=not DEMO)

# Seeing ---------------------------------------------------------------------

# Opens /metrics to who is not on this machine; empty: to nobody.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
COUNT_TRAFFIC = True  # off in the tests, which count statements
DISK_LOW_MB = env_number("DISK_LOW_MB", 1024)  # with less room left the site is not ready

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refusals": {"()": "tracker.logs.RefusalsInOneLine"}},
    "formatters": {
        "plain": {"()": "tracker.logs.PlainFormatter"},
        "json": {"()": "tracker.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["refusals"],
            "formatter": "json" if env_flag("LOG_JSON", default=False) else "plain",
        }
    },
    # A line for every answer; the libraries' own notes are another matter.
    "loggers": {
        "tracker.requests": {
            "level": "INFO" if env_flag("LOG_REQUESTS", default=False) else "WARNING"
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
