"""Settings from the environment only; safe for production when nothing is set.

Every variable is described in `docs/self-hosting.md`.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.utils.csp import CSP
from environ import Env

from config.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = Environment(os.environ)

DATA_DIR = Path(ENVIRONMENT.text("DIARY_DATA_DIR", str(BASE_DIR / "data")))
DEBUG = ENVIRONMENT.flag("DEBUG", default=False)
SECRET_KEY = ENVIRONMENT.secret_key("SECRET_KEY", DATA_DIR)

# --- where the site is -----------------------------------------------------------------------------------
SITE_URL = ENVIRONMENT.site_url("SITE_URL", "http://localhost:8000")
IS_HTTPS = SITE_URL.scheme == "https"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [
    *LOCAL_HOSTS,
    *([SITE_URL.hostname] if SITE_URL.hostname else []),
    *ENVIRONMENT.names("ALLOWED_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL.geturl()]
TRUSTED_PROXY_COUNT = ENVIRONMENT.number("TRUSTED_PROXY_COUNT", default=0, most=9)
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

INSTALLED_APPS = [
    "diary.apps.DiaryConfig",
    "triage.apps.TriageConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    # Last: it takes away what the others registered with the admin.
    "config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "config.middleware.SecurityHeadersMiddleware",
    "config.api.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.api.HttpsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "config.middleware.VerbMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.logs.StreamMiddleware",
    "config.middleware.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.SignedInMiddleware",
    "config.setup.FirstRunMiddleware",
    "diary.middleware.DiaristMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.accounts.AccountStatusMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

FORM_RENDERER = "config.form_renderer.QuickRenderer"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
                "triage.glances.triage",
            ],
        },
    },
]

# --- data ------------------------------------------------------------------------------------------------
OWN_DATABASE = f"sqlite:///{quote(str(DATA_DIR / 'diary.sqlite3'))}"
DATABASE_KINDS = ("postgres", "sqlite", "postgresql")
DATABASES: dict[str, Any] = {
    "default": ENVIRONMENT.service("DATABASE_URL", OWN_DATABASE, Env.db_url_config, DATABASE_KINDS)
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    if not ENVIRONMENT.can_write(Path(DATABASES["default"]["NAME"]).parent):
        # The system checks ask the database what it can do: only so can they run and say what is wrong.
        DATABASES["default"]["NAME"] = ":memory:"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: what was said to be saved outlives a power cut: docs/decisions/0095-saved-means-on-the-disk.md
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728; "
        "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000; "
        # What is deleted is overwritten with zeros: docs/decisions/0040-deleted-means-gone.md
        "PRAGMA secure_delete=ON;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"].setdefault("OPTIONS", {})
    # A host that is gone without a word is noticed after half a minute, not after a quarter of an hour.
    DATABASES["default"]["OPTIONS"] |= {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}
    DATABASES["default"]["OPTIONS"] |= {"tcp_user_timeout": 30_000}
    # Where the database is away a page says so after five seconds. And nobody tries to reconnect for longer: the
    # pauses between tries would grow, and with them the time until the first page after it is back.
    pool = {"min_size": 1, "max_size": 4, "timeout": 5, "reconnect_timeout": 5}
    DATABASES["default"]["OPTIONS"]["pool"] = pool
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits must hold across worker processes, so the cache is never local to one of them.
CACHE_KINDS = ("dbcache", "redis", "rediss", "locmemcache")
CACHES: dict[str, Any] = {
    "default": ENVIRONMENT.service("CACHE_URL", "dbcache://diary_cache", Env.cache_url_config, CACHE_KINDS),
    # Parts of pages that are the same for everybody, kept in each process: in a table each would cost a query.
    "template_fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "fragments"},
}
if CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
    CACHES["default"]["BACKEND"] = "config.cache.HonestDatabaseCache"
    # With Django's 300 a flood of names would push out the count of wrong passwords.
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 100_000)

# Tasks are rows of the database, or messages of a broker where many machines share much work.
TASK_BACKENDS = {"database": "django_tasks_db.DatabaseBackend", "celery": "config.task_backend.CeleryBackend"}
TASK_BACKEND = ENVIRONMENT.choice("TASK_BACKEND", tuple(TASK_BACKENDS), default="database")
TASKS = {"default": {"BACKEND": TASK_BACKENDS[TASK_BACKEND]}}
CELERY_BROKER_URL = ENVIRONMENT.text("CELERY_BROKER_URL")

# --- accounts --------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["config.accounts.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "diary:today"
LOGIN_WAIT_SECONDS = 300
SIGNUP_OPEN = ENVIRONMENT.flag("SIGNUP_OPEN", default=True)
ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "diary.forms.signup.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_USERNAME_BLACKLIST = ["admin", "root", "support"]
# Nobody may find out by signing up whether an address has a diary here.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": f"10/m/ip,5/{LOGIN_WAIT_SECONDS}s/key",
    "confirm_email": "1/m/key",
    "change_password": f"5/{LOGIN_WAIT_SECONDS}s/user",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.scheme
ACCOUNT_FORMS = {
    "login": "config.account_forms.LoginForm",
    "signup": "config.account_forms.SignupForm",
    "add_email": "config.account_forms.EmailForm",
    "change_password": "config.account_forms.ChangePasswordForm",
    "set_password": "config.account_forms.SetPasswordForm",
    "reset_password": "config.account_forms.ResetPasswordForm",
    "reset_password_from_key": "config.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "config.account_forms.ReauthenticateForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_ADAPTER = "config.accounts.MFAAdapter"
MFA_FORMS = {
    "authenticate": "config.account_forms.AuthenticateForm",
    "reauthenticate": "config.account_forms.ReauthenticateCodeForm",
    "activate_totp": "config.account_forms.ActivateTOTPForm",
    "add_webauthn": "config.account_forms.AddPasskeyForm",
    "edit_webauthn": "config.account_forms.EditPasskeyForm",
}
# The e-mail is optional here, and a copy without a mail server can confirm none.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Muscle Twitch Diary"
# One code before and after: clocks of phones differ by some seconds.
MFA_TOTP_TOLERANCE = 1
# Browsers allow passkeys on http://localhost; anywhere else they insist on https themselves.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS

SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
LANGUAGE_COOKIE_NAME = "__Host-language" if IS_HTTPS else "language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.kept.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- what a browser may do -------------------------------------------------------------------------------
# sha256 of the empty string: plotly.js and htmx add one empty <style> and fill it through the object model.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF, EMPTY_STYLE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
# A program that was sent on would go on saying its token in the clear: config.api.HttpsMiddleware refuses it.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^api/v1/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# Only the page that brings a file in takes one (diary.views.transfer); everywhere else files are passed over.
FILE_UPLOAD_HANDLERS = ["diary.importing.uploads.NoFiles"]
IMPORT_LIMIT_MB = ENVIRONMENT.number("IMPORT_LIMIT_MB", default=50, least=1)
IMPORT_HEALTH_LIMIT_MB = ENVIRONMENT.number("IMPORT_HEALTH_LIMIT_MB", default=150, least=1)

# --- mail ------------------------------------------------------------------------------------------------
SMTP_HOST = ENVIRONMENT.text("SMTP_HOST")
SMTP_SECURITY = ENVIRONMENT.choice("SMTP_SECURITY", ("starttls", "tls", "none"), default="starttls")
MAILERS: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": SMTP_HOST,
            "port": ENVIRONMENT.number("SMTP_PORT", default=587, least=1),
            "username": ENVIRONMENT.text("SMTP_USER"),
            "password": ENVIRONMENT.text("SMTP_PASSWORD"),
            "use_tls": SMTP_SECURITY == "starttls",
            "use_ssl": SMTP_SECURITY == "tls",
            "timeout": 20,
        },
    }
    if SMTP_HOST
    else {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.text("MAIL_FROM", f"diary@{SITE_URL.hostname}")

# --- reminders on devices, through the services of the makers of browsers ----------------------------------
WEB_PUSH_PRIVATE_KEY = ENVIRONMENT.text("WEB_PUSH_PRIVATE_KEY")
WEB_PUSH_HOSTS = ENVIRONMENT.names("WEB_PUSH_HOSTS")

# --- languages and time ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "diary" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- files -----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(ENVIRONMENT.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- logs: no health data, no form values, no tokens -----------------------------------------------------
LOG_LEVEL = ENVIRONMENT.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), default="info")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.Line",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"seldom": {"()": "config.logs.Seldom"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["seldom"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL.upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        # A refused form is no fault, and its path names a day of somebody's diary.
        "django.request": {"level": "ERROR"},
        # At LOG_LEVEL=debug it would write down the address at which a device is reminded.
        "urllib3": {"level": "WARNING"},
        # The server for development has a handler of its own, which writes down whole addresses.
        "django.server": {"handlers": ["console"], "propagate": False, "level": "INFO"},
    },
}
