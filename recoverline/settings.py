"""The only settings file. Everything is driven by the environment; every secret NAME may also come from the file
NAME_FILE.
"""

import platform
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

# What Django finds under settings.NAME, though no installation sets it.
from recoverline.composition import CONFIG_SECTIONS as CONFIG_SECTIONS
from recoverline.composition import EVENT_BODY as EVENT_BODY
from recoverline.composition import EVENT_HANDLERS as EVENT_HANDLERS
from recoverline.composition import FIRST_TASKS as FIRST_TASKS
from recoverline.composition import IS_OPTED_OUT as IS_OPTED_OUT
from recoverline.composition import PERIODIC_TASKS as PERIODIC_TASKS
from recoverline.composition import REPORT_SUMMARY as REPORT_SUMMARY
from recoverline.composition import SWEPT_TASKS as SWEPT_TASKS

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
env.read_env(BASE_DIR / ".env")


def secret(name: str, default: str = "") -> str:
    """A value that may come from NAME_FILE; files end in a newline that is no part of the secret."""
    return env.str(name, default=default).strip()


# ---------------------------------------------------------------- core
DEBUG = env.bool("DEBUG", default=False)
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
# Development only: without DEBUG a missing key stops the start, which is better than a guessable one.
SECRET_KEY = secret("SECRET_KEY", "development-only-key") if DEBUG else env.str("SECRET_KEY").strip()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Encrypts carrier credentials. The first key encrypts, all decrypt: rotate by putting a new one in front.
FIELD_KEYS = [key.strip() for key in secret("FIELD_KEYS").split(",") if key.strip()] or [SECRET_KEY]
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost"]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)
ROOT_URLCONF = "recoverline.urls"
WSGI_APPLICATION = "recoverline.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A carrier posts to exact URLs, and a redirect would turn its POST into a GET.
APPEND_SLASH = True

INSTALLED_APPS = [
    "recoverline.apps.RecoverlineConfig",
    "leads.apps.LeadsConfig",
    "scheduling.apps.SchedulingConfig",
    "messaging.apps.MessagingConfig",
    "recoverline.admin_app.RecoverlineAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "simple_history",
    "django_q",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
]

MIDDLEWARE = [
    "recoverline.request_ids.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "recoverline.accounts.middleware.SessionLimits",
    "recoverline.accounts.middleware.SecondFactor",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

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
                "recoverline.context.installation",
            ],
        },
    },
]

# ---------------------------------------------------------------- database
DATABASE_URL = secret("DATABASE_URL", f"sqlite:///{DATA_DIR / 'recoverline.sqlite3'}")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Deferred transactions fail with "database is locked" as soon as two of them write.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Whoever waits for a row has to answer a carrier that waits 15 seconds; a host that vanished inside a transaction
    # must not hold its rows for hours. None of it with 0: a pooler may take no such options.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options.setdefault("connect_timeout", 5)
    # The same statements come again and again: planned once a connection, they cost the database half. A pooler that
    # deals out connections by transaction may know no prepared statements.
    if env.bool("DATABASE_PREPARED_STATEMENTS", default=True):
        _options.setdefault("server_side_binding", True)
        _options.setdefault("prepare_threshold", 3)
    if _lock_seconds := env.int("DATABASE_LOCK_SECONDS", default=10):
        _statement_seconds = env.int("DATABASE_STATEMENT_SECONDS", default=0)
        _limits = (
            f"-c lock_timeout={_lock_seconds}s -c statement_timeout={_statement_seconds}s "
            "-c idle_in_transaction_session_timeout=60s"
        )
        _options["options"] = f"{_limits} {_options.get('options', '')}".strip()  # the last one counts

CACHES = {
    # Shared by all processes: how often somebody tried, and which codes are used up. Nothing that is asked often.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "recoverline_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # the default of 300 would forget limits while they are in force
    },
    # The queue's own statistics, written twice a second.
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# ---------------------------------------------------------------- time and language
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = True

# ---------------------------------------------------------------- static files and media
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "recoverline" / "static"]
# Pictures and voicemails are private: served by a view that asks who is looking, never by path.
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# ---------------------------------------------------------------- sign-in and security
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/inbox/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
# How many proxies of ours append to X-Forwarded-For. With 0 the header is ignored: anybody can write it.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)

# A second factor before anything of a customer is shown. Off at a desk, where the demo signs in by a link.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not DEBUG)
MFA_ADAPTER = "recoverline.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Recoverline"
# A code is also taken half a minute late or early, and only once in all that time (recoverline.accounts.forms).
MFA_TOTP_TOLERANCE = 1
# Addresses come from owners and invitations, nobody signs up; there is nothing to verify.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "recoverline.accounts.forms.CodeForm",
    "reauthenticate": "recoverline.accounts.forms.CodeAgainForm",
    "activate_totp": "recoverline.accounts.forms.AppForm",
}

ACCOUNT_ADAPTER = "recoverline.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]  # closed; the library checks them though
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105  a path
ACCOUNT_FORMS = {
    "login": "recoverline.accounts.forms.SignInForm",
    "change_password": "recoverline.accounts.forms.PasswordChangeForm",
    "reset_password": "recoverline.accounts.forms.ForgottenForm",
    "reset_password_from_key": "recoverline.accounts.forms.NewPasswordForm",
    "reauthenticate": "recoverline.accounts.forms.PasswordAgainForm",
}
# Second factors only: wrong passwords are counted by axes, which shuts out the one who guesses and not the owner.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/15m/key"}

# Ten wrong passwords shut that name for that address for a quarter of an hour, and for nobody else.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "recoverline.accounts.lockout.name_of"
AXES_CLIENT_IP_CALLABLE = "recoverline.accounts.lockout.address_of"
AXES_LOCKOUT_CALLABLE = "recoverline.accounts.lockout.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # the list of sessions knows
AXES_VERBOSE = False

# A session ends after half a day without use, and after a week in any case (recoverline.accounts.middleware).
SESSION_IDLE_SECONDS = 12 * 3600
SESSION_COOKIE_AGE = 7 * 24 * 3600
_secure = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
if _secure:
    # Browsers take these names from this very host alone, so that no neighboring subdomain can set one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
_behind_proxy = env.bool("BEHIND_TLS_PROXY", default=False)
if _behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=_behind_proxy)
SECURE_REDIRECT_EXEMPT = [r"^healthz", r"^metrics$"]  # asked over plain http inside the container and the network
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
# HSTS for all subdomains, and the browsers' own list: about a whole domain, which is for its owner to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
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
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# ---------------------------------------------------------------- e-mail
EMAIL_URL = secret("EMAIL_URL", "consolemail://")
vars().update(env.email_url_config(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="recoverline@localhost")

# ---------------------------------------------------------------- queue
# By which this machine's processes are known in /status/ and /metrics. A container's name is its own.
HOST_NAME = env.str("HOST_NAME", default="") or platform.node()
# Optional: what a sweep would do as well waits there, outside the database; a killed worker loses what it has of it.
REDIS_URL = secret("REDIS_URL")
# timeout < retry, and retry longer than a prefetched task may wait behind others, or tasks run twice (measured).
_workers, _prefetched, _timeout = env.int("WORKERS", default=2), 4, 60
Q_CLUSTER = {
    "name": "recoverline",  # salts the task signatures: never rename
    "orm": "default",
    # The table of `orm`, which gives up what keeps killing its workers; or a list on a Redis server beside it.
    "broker_class": "recoverline.lib.queue_redis.RedisBroker" if REDIS_URL else "recoverline.lib.queue.Broker",
    "workers": _workers,
    "queue_limit": _prefetched,
    "timeout": _timeout,
    "retry": max(300, int(_timeout * (1 + (_prefetched + 1) / _workers)) + 60),
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "save_limit": -1,
    "poll": 0.2,
    "recycle": 500,
    "max_rss": 250_000,
    "scheduler": False,  # ticks come from messaging.ticker, on time
    "cache": "local",
    "label": "Task queue",
}

# ---------------------------------------------------------------- carriers
TWILIO_ACCOUNT_SID = secret("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = secret("TWILIO_AUTH_TOKEN")
TWILIO_API_BASE_URL = secret("TWILIO_API_BASE_URL")
# Dotted paths, one adapter a kind of account (docs/add-a-carrier.md).
CARRIERS = {
    "twilio": "messaging.carriers.twilio.TwilioCarrier",
    "webhook": "messaging.carriers.webhook.WebhookCarrier",
    "simulator": "messaging.carriers.simulator.SimulatorCarrier",
}
# How long web processes remember accounts, numbers, hours and rules between webhooks.
CONFIGURATION_SECONDS = env.float("CONFIGURATION_SECONDS", default=1.0)
# A claimed text belongs to its sender this long, and an uncertain one is not touched this long: longer than the
# client's timeout and than the carrier's own log lags behind.
TEXT_LEASE_SECONDS = env.float("TEXT_LEASE_SECONDS", default=30.0)
TEXT_GRACE_SECONDS = env.float("TEXT_GRACE_SECONDS", default=60.0)
SENDER_THREADS = env.int("SENDER_THREADS", default=32)
# The caller simulator and the movable clock: never on an installation that talks to real people by default.
SIMULATOR = env.bool("SIMULATOR", default=DEBUG)
# Where the simulator delivers its webhooks; they are signed for SITE_URL like any carrier's.
SIMULATOR_URL = env.str("SIMULATOR_URL", default=SITE_URL).rstrip("/")

# ---------------------------------------------------------------- the robot
# Without a key the rules answer. The address may be a proxy's, or a server of the tests.
ANTHROPIC_API_KEY = secret("ANTHROPIC_API_KEY")
ANTHROPIC_BASE_URL = env.str("ANTHROPIC_BASE_URL", default="https://api.anthropic.com").rstrip("/")
ANTHROPIC_MODEL = env.str("ANTHROPIC_MODEL", default="claude-haiku-5-5")
# How many conversations the sender process answers at once; each waits for the model most of its time.
TURN_THREADS = env.int("TURN_THREADS", default=8)

# ---------------------------------------------------------------- calendars
# "host:port" of calendar servers inside the private network that may be asked nevertheless, without TLS too.
CALENDAR_HOSTS = env.list("CALENDAR_HOSTS", default=[])

# ---------------------------------------------------------------- webhooks out
# "host:port" of receivers inside the private network that may be told nevertheless, without TLS too.
WEBHOOK_HOSTS = env.list("WEBHOOK_HOSTS", default=[])

# ---------------------------------------------------------------- CRMs
# Only ever from here: a token must not travel to an address that somebody typed. http:// is for tests on loopback.
HUBSPOT_BASE_URL = env.str("HUBSPOT_BASE_URL", default="https://api.hubapi.com").rstrip("/")
PIPEDRIVE_BASE_URL = env.str("PIPEDRIVE_BASE_URL", default="https://api.pipedrive.com").rstrip("/")

# ---------------------------------------------------------------- the API
API_READS_PER_MINUTE = env.int("API_READS_PER_MINUTE", default=600)
API_WRITES_PER_MINUTE = env.int("API_WRITES_PER_MINUTE", default=120)
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "recoverline.api.problems.handle",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "recoverline.api.negotiation.JsonAlways",
    "DEFAULT_SCHEMA_CLASS": "recoverline.api.schema.ApiSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # each view says who may ask; a session never opens one
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Recoverline API",
    "DESCRIPTION": "Leads, conversations, texts, calls, appointments, callback tasks and consent of one business.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],  # choices stay where they are used
}

# ---------------------------------------------------------------- watching it
# Whoever shows it reads /metrics; without one there is no such page.
METRICS_TOKEN = secret("METRICS_TOKEN")
# Where errors are reported, without personal data (recoverline.error_tracking). None: nowhere, and nothing is loaded.
SENTRY_DSN = secret("SENTRY_DSN")
# "line" for people, "json" for machines.
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"personal": {"()": "recoverline.lib.logs.MaskPersonalData"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "recoverline.lib.logs.JsonLines"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["personal"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers would say everything a second time.
        "django": {"handlers": [], "propagate": True},
        # A line for every 403 would let anybody fill the disk.
        "django.request": {"level": "ERROR"},
        # Its lines hold the address, and personal links are secrets.
        "django.security.csrf": {"level": "ERROR"},
    }
    | {
        name: {"level": env.str("LOG_LEVEL", default="INFO"), "propagate": True}
        for name in ("recoverline", "leads", "scheduling", "messaging")
    },
}
