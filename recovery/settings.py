"""All settings, in one file, from the environment.

`RECOVERY_MODE` chooses between two ways to run the same code:

- `embedded` (the default): one process on SQLite, broker in memory, mail into files under `var/`. Needs no variable.
- `production`: PostgreSQL, Redis, a mail server. Refuses to start unless each of `REQUIRED_IN_PRODUCTION` is set.
"""

import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue

from recovery import connections

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

EMBEDDED, PRODUCTION = "embedded", "production"
RECOVERY_MODE = env.str("RECOVERY_MODE", EMBEDDED)
if RECOVERY_MODE not in (EMBEDDED, PRODUCTION):
    raise ImproperlyConfigured(f"RECOVERY_MODE is {RECOVERY_MODE!r}; it can be '{EMBEDDED}' or '{PRODUCTION}'.")
IS_EMBEDDED = RECOVERY_MODE == EMBEDDED

REQUIRED_IN_PRODUCTION = (
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "EMAIL_URL",
)
if not IS_EMBEDDED:
    _missing = [name for name in REQUIRED_IN_PRODUCTION if not env.str(name, "").strip()]
    if _missing:
        raise ImproperlyConfigured(f"RECOVERY_MODE=production needs these variables to be set: {', '.join(_missing)}.")

# Everything the program writes beside its database: the embedded database itself, its key, its mail.
VAR_DIR = Path(env.str("RECOVERY_VAR", str(BASE_DIR / "var")))


def _kept_secret_key() -> str:
    """The embedded mode's own key, made once and readable by its owner alone, so that sign-ins outlive a restart."""
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=VAR_DIR, prefix="secret_key-")  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "w") as new:
                new.write(secrets.token_urlsafe(60))
            # A link either appears whole or not at all, so two first starts at once end up with the same key.
            os.link(name, kept)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return kept.read_text().strip()


# --- Who may call, and how they are trusted -------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or _kept_secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
if not IS_EMBEDDED:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

CONTENT_SECURITY_POLICY = {
    # Nothing inline and nothing from elsewhere: a script smuggled into a customer's words has no way to run.
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# --- What it is made of ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "recovery.backoffice_config.Config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "recovery",
    "journal",
    "accounts",
    "cases",
    "compensation",
    "outreach",
    "integrations",
    "insights",
    "desk",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "lucide",
]

MIDDLEWARE = [
    "recovery.health.HealthMiddleware",
    "recovery.middleware.RequestIdMiddleware",
    # Above WhiteNoise, so that the embedded mode's uncompressed files shrink too; it pads pages against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every address asks for a sign-in unless its view says otherwise: a forgotten decorator opens nothing.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "recovery.middleware.TimeZoneMiddleware",
    "recovery.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "recovery.urls"
WSGI_APPLICATION = "recovery.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
            ],
        },
    },
]

# --- Where it keeps things ------------------------------------------------------------------------------------------

# Never ATOMIC_REQUESTS: on SQLite a GET would take the write lock.
DATABASES = {"default": connections.database(VAR_DIR)}

# Sign-in throttling counts here. In production the counters are shared through the database and not through Redis, so
# that losing Redis stops nobody from signing in. Of Django's usual 300 entries somebody who guesses at many names would
# push out the very counters that are to stop them.
_CACHED = {"OPTIONS": {"MAX_ENTRIES": 50_000}}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", **_CACHED}
    if IS_EMBEDDED
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "recovery_cache", **_CACHED}
}

STATIC_URL = "static/"
STATIC_ROOT = None if IS_EMBEDDED else env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
# The embedded server reads the source folders, so that there is no collectstatic step to forget.
WHITENOISE_USE_FINDERS = IS_EMBEDDED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Who signs in ---------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["recovery.signin.SignIn"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "recovery.signin.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if IS_EMBEDDED else "https"
# So many proxies stand in front, and the address that they saw is the caller's: sign-ins are throttled by it. Without
# this all of a company would share the address of its proxy, and ten wrong passwords would shut everybody out.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0 if IS_EMBEDDED else 1)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Recovery"

# --- Language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Mail -----------------------------------------------------------------------------------------------------------

if env.str("EMAIL_URL", ""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    # One file a message, so that a person trying Recovery can read what a customer would have received.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "outbox")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Recovery <recovery@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10

# --- Background work ------------------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_EAGER_RESULT = False
# The bell after a commit is a courtesy: when nobody hears it, the next tick does the work. So one try, no waiting.
CELERY_TASK_PUBLISH_RETRY = False
# A worker waits for its broker as long as it takes: the default gives up after a hundred tries, or when Redis answers
# with an error of its own while it comes up.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_BROKER_TRANSPORT = "recovery.broker:Transport" if REDIS_URL else "memory"
# The queues in the order in which a free hand looks into them: whoever is to be reminded does not wait behind mail.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("reminders", "celery")]
CELERY_TASK_ROUTES = {"outreach.tick_ladder": {"queue": "reminders"}}
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_connect_timeout": 2, "queue_order_strategy": "priority"} if REDIS_URL else {"polling_interval": 0.05}
)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = False
CELERY_INCLUDE = ["recovery.heartbeats"]
CELERY_BEAT_SCHEDULER = "recovery.heartbeats:Clock"

# --- REST -----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "recovery.rest.schema.ProblemSchema",
    # Each door says who may come in and what it speaks (recovery.rest.Door); this is for a view that says nothing.
    "DEFAULT_AUTHENTICATION_CLASSES": ["recovery.rest.signing.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "recovery.rest.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # `format` would otherwise be read from the query as a wish for a renderer.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Recovery",
    "DESCRIPTION": "Service recovery: mistakes, cases, remedies, promises and follow-up calls.",
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "list"},
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["recovery.rest.schema.finish"],
}

# --- Logs -----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "recovery.logs.RequestIdFilter"}},
    "formatters": {"json": {"()": "recovery.logs.JsonFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING" if IS_EMBEDDED else "INFO")},
    "loggers": {
        # Django's own handlers would print a traceback with local variables, which hold people's words.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

# --- Recovery's own knobs: each a plain number that a company may want to differ -----------------------------------------

RECOVERY: dict[str, Any] = {
    "COMPANY_NAME": env.str("COMPANY_NAME", "Recovery demo company"),
    # Where people open Recovery: what links in mail to colleagues begin with.
    "ADDRESS": (CSRF_TRUSTED_ORIGINS or [f"http://127.0.0.1:{env.int('PORT', 8000)}"])[0].rstrip("/"),
    "FIRST_MINUTE_TARGET_SECONDS": 60,
    "OPENING_REPLY_HOURS": 24,
    "PROMISE_GRACE_MINUTES": 15,
    # One due sooner is not confirmed in writing: it is kept before the mail is read.
    "PROMISE_CONFIRMED_FROM_MINUTES": 10,
    # Past this many in a day a no-questions remedy is an ordinary award.
    "NO_QUESTIONS_PER_DAY": 5,
    # From which hour to which (UTC) the books are checked once a night.
    "CHECK_HOURS_UTC": (1, 5),
    # Errors in the customer’s favor: how soon one is decided and the customer told, and when an absence is a long one.
    "DECISION_HOURS": 24,
    "DISCLOSURE_BUSINESS_DAYS": 2,
    "LONG_ABSENCE_DAYS": 14,
    # What may speak for taking an error back: what it comes to over a year (minor units by currency), honored errors of
    # the same customer within a year, and flags on the customer. Any other flag asks for care.
    "MUCH_OVER_A_YEAR": {"USD": 500_000, "CAD": 500_000, "EUR": 500_000, "GBP": 500_000},
    "SEVERAL_HONORED_IN_A_YEAR": 3,
    "RISK_FLAGS_AGAINST": ["Fraud", "Fraud suspected", "Abuse"],
    # Fonts for letters beside the bundled one, for names in other scripts: paths of TrueType files.
    "LETTER_FONTS": connections.files("LETTER_FONTS"),
    # Requests above a cap, where a unit has no times of its own: when the answer is overdue, when the next person is
    # asked, and when the request ends.
    "APPROVAL_ANSWER_MINUTES": 10,
    "APPROVAL_GOES_UP_MINUTES": 5,
    "APPROVAL_EXPIRES_HOURS": 48,
    # Surveys run from 1 to 5. What is called about, how soon and how often is the Program’s to say (outreach.Program).
    "DISSATISFIED_SCORE_AT_MOST": 2,
    "SIGNAL_MAX_AGE_DAYS": 30,
    # When a customer is asked how it was: so long after the closure; again so long after they showed that they were
    # dissatisfied, whether they were called about it or not; how long a survey stays open, how long there is rest after
    # one, and in which language those are asked for whose own there are no words.
    "SURVEY_AFTER_MINUTES": 60,
    "SURVEY_AGAIN_AFTER_DAYS": 4,
    "SURVEY_OPEN_DAYS": 14,
    "SURVEY_NOT_AGAIN_DAYS": 30,
    "SURVEY_LANGUAGE": env.str("SURVEY_LANGUAGE", "en"),
    "CALL_LEASE_MINUTES": 15,
    "CLAIM_LEASE_SECONDS": 30,
    # What rings customers for reps, beside the links that need nothing. A line rings at most so long.
    "RING_TIMEOUT_SECONDS": 30,
    "SOFTPHONE_NETWORKS": connections.softphone_networks(at_home=IS_EMBEDDED),
    "AMI": connections.asterisk(),
    "TWILIO": connections.twilio(),
    # Who pays out what is given, if a program does. Without one, people do and write down the reference.
    **connections.webhook("PAYOUT_WEBHOOK", signed=True),
    # A room in chat in which colleagues are told of things, Slack’s way. Slack signs nothing; others can check who tells.
    **connections.webhook("CHAT_WEBHOOK", signed=False),
    # Mail from customers: where it is read, how often, and whose it is.
    "MAILBOX": connections.mailbox(),
    "MAILBOX_UNITS": connections.mailbox_units(),
    "MAILBOX_SECONDS": 20,
    # From one sender within an hour; more are set aside.
    "MAIL_PER_SENDER": 20,
    # A mail that reached us longer ago opens no case; one that was set aside is forgotten after so many days.
    "MAIL_MAX_AGE_DAYS": 30,
    "MAIL_KEPT_DAYS": 30,
    # A reply about a case that was closed no longer ago reopens it.
    "REPLY_REOPENS_DAYS": 30,
    # Of one caller in one process; a burst up to it passes. 0 is no limit.
    "API_REQUESTS_PER_MINUTE": env.int("API_REQUESTS_PER_MINUTE", 6000),
}
