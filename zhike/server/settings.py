"""Django settings, read once from the environment. Rooms receive values and never read it themselves."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from zhike.kernel.encryption import secret_file

HOME = Path(os.environ.get("ZHIKE_HOME", "var")).resolve()
PACKS = Path(os.environ.get("ZHIKE_PACKS", Path(__file__).resolve().parents[2] / "packs"))
PAGES = Path(os.environ.get("ZHIKE_PAGES", Path(__file__).resolve().parents[2] / "web" / "dist"))


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "zhike",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "zhike"},
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgresql:///zhike"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = os.environ.get("ZHIKE_SECRET_KEY") or secret_file(HOME / "secrets" / "session.key").hex()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ZHIKE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
SECURE = os.environ.get("ZHIKE_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# The proxy that speaks TLS says so, and browsers send the address that they asked.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
_ORIGINS = [f"https://*{host}" if host.startswith(".") else f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]
CSRF_TRUSTED_ORIGINS = _ORIGINS if SECURE else []
CSRF_FAILURE_VIEW = "zhike.server.http.sign_in_changed"
#: For how long browsers ask over TLS only, once they did: a year, as their makers ask for.
HSTS_SECONDS = 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
IDLE_SECONDS = int(os.environ.get("ZHIKE_IDLE_SECONDS", "1800"))
SESSION_COOKIE_AGE = 12 * 3600
# How many characters a password has at least, after how many days it is changed (0: never), and how many earlier ones
# it may not be.
PASSWORD_LENGTH = 10
PASSWORD_DAYS = int(os.environ.get("ZHIKE_PASSWORD_DAYS", "90"))
PASSWORD_HISTORY = int(os.environ.get("ZHIKE_PASSWORD_HISTORY", "5"))
#: A post that ends within so many days is told to whoever administers users.
POST_ENDING_DAYS = int(os.environ.get("ZHIKE_POST_ENDING_DAYS", "30"))
#: The days between which posts begin and end. Own figures, set by no rule: nobody who signs in began before there were
#: securities firms in the country, and a day beyond the century is a slip or a count of days that was read as one.
POST_DAYS = (date(1990, 1, 1), date(2099, 12, 31))
#: Values in clear that one person sees within an hour for one reason.
UNMASK_SERIES = int(os.environ.get("ZHIKE_UNMASK_SERIES", "20"))
#: Whole numbers, seen masked, by which one person looks for records within an hour. An own figure, set by no rule: a desk
#: that serves somebody each minute does not reach it, and a list of numbers is tried for months.
FIND_SERIES = int(os.environ.get("ZHIKE_FIND_SERIES", "60"))
#: For how many seconds a question of somebody at a screen may work in a database before it is stopped. An own figure, set by
#: no rule: beyond ten seconds people turn to something else (Nielsen, Usability Engineering, 1993, 5.5), and the site has
#: better to do than to answer who is gone. Jobs take as long as they need.
QUESTION_SECONDS = float(os.environ.get("ZHIKE_QUESTION_SECONDS", "10"))
#: By which a program reads `/metrics`, as `Authorization: Bearer …`; without one only who may read background work does.
METRICS_TOKEN = os.environ.get("ZHIKE_METRICS_TOKEN", "")
SIGN_IN_FAILURES = int(os.environ.get("ZHIKE_SIGN_IN_FAILURES", "5"))
SIGN_IN_LOCK_SECONDS = int(os.environ.get("ZHIKE_SIGN_IN_LOCK_SECONDS", "900"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "procrastinate.contrib.django",
    "zhike.kernel.apps.KernelConfig",
    "zhike.platform.audit.apps.AuditConfig",
    "zhike.platform.organization.apps.OrganizationConfig",
    "zhike.platform.permissions.apps.PermissionsConfig",
    "zhike.platform.operations.apps.OperationsConfig",
    "zhike.platform.objects.apps.ObjectsConfig",
    "zhike.platform.records.apps.RecordsConfig",
    "zhike.platform.exchange.apps.ExchangeConfig",
    "zhike.platform.work.apps.WorkConfig",
    "zhike.platform.packs.apps.PacksConfig",
    "zhike.insight.warehouse.apps.WarehouseConfig",
    "zhike.insight.identity.apps.IdentityConfig",
    "zhike.insight.indicators.apps.IndicatorsConfig",
    "zhike.insight.tags.apps.TagsConfig",
    "zhike.insight.serving.apps.ServingConfig",
    "zhike.insight.audiences.apps.AudiencesConfig",
    "zhike.engagement.compliance.apps.ComplianceConfig",
    "zhike.engagement.channels.apps.ChannelsConfig",
    "zhike.engagement.campaigns.apps.CampaignsConfig",
    "zhike.server.apps.ServerConfig",
]
MIDDLEWARE = [
    "zhike.server.middleware.RequestContext",
    "zhike.server.middleware.Guarded",
    "zhike.server.middleware.NotKept",
    "zhike.server.http.one_shape",
    "django.middleware.security.SecurityMiddleware",
    "zhike.server.middleware.PageFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "zhike.server.middleware.TokenInHeader",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "zhike.server.http.same_person",
    "zhike.server.middleware.IdleTimeout",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "zhike.server.urls"
WSGI_APPLICATION = "zhike.server.wsgi.application"
APPEND_SLASH = False
WHITENOISE_ROOT = PAGES if PAGES.exists() else None
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/"

AUTH_USER_MODEL = "organization.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "zhike.platform.organization.logic.passwords.OwnWordsValidator",
        "OPTIONS": {"user_attributes": ("employee_no", "name")},
    },
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": PASSWORD_LENGTH}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": "zhike.platform.organization.logic.passwords.MixedCharactersValidator"},
]
ACCOUNT_ADAPTER = "zhike.platform.organization.sign_in.EmployeeAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "employee_no"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = False
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("browser",)

CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
FILE_UPLOAD_HANDLERS = ["zhike.server.uploads.OfTheAllowed"]
# How many published business dates stay readable; files that only older ones read are deleted.
WAREHOUSE_KEPT_PUBLICATIONS = int(os.environ.get("ZHIKE_KEPT_PUBLICATIONS", "10"))
# For how many days an event is kept that everybody has heard of; within them a subscriber can be told again.
KEPT_EVENT_DAYS = int(os.environ.get("ZHIKE_KEPT_EVENT_DAYS", "30"))
# How many days an action asked for with an idempotency key answers what it answered; then the same key does it anew.
# An own figure, set by no rule: who asks again after a fault does so within hours, an approval within weeks.
KEPT_ANSWER_DAYS = int(os.environ.get("ZHIKE_KEPT_ANSWER_DAYS", "90"))
# How many days a contact is kept to be counted by a frequency cap, and never less than the longest cap of the gate counts.
# An own figure, set by no rule: a cap of up to a year that is introduced tomorrow finds the contacts of before. What the
# gate decided is kept apart, for 20 years.
KEPT_CONTACT_DAYS = int(os.environ.get("ZHIKE_KEPT_CONTACT_DAYS", "366"))

SMTP = {
    "host": os.environ.get("ZHIKE_SMTP_HOST", "127.0.0.1"),
    "port": int(os.environ.get("ZHIKE_SMTP_PORT", "2525")),
    "user": os.environ.get("ZHIKE_SMTP_USER", ""),
    "password": os.environ.get("ZHIKE_SMTP_PASSWORD", ""),
    # The server's certificate is checked; SSL_CERT_FILE names the firm's own authority.
    "tls": os.environ.get("ZHIKE_SMTP_TLS", "") == "1",
    "sender": os.environ.get("ZHIKE_SMTP_SENDER", "知客证券 <service@zhike.example>"),
    # Own figures, set by no rule. RFC 5321, 4.5.4.1, asks for half an hour between tries as a rule and for days of patience;
    # who greylists (RFC 6647) takes a second try after minutes, and nobody wants Monday's message on Thursday.
    "patience_hours": int(os.environ.get("ZHIKE_SMTP_PATIENCE_HOURS", "24")),
    "retry_minutes": int(os.environ.get("ZHIKE_SMTP_RETRY_MINUTES", "5")),
    "longest_retry_minutes": int(os.environ.get("ZHIKE_SMTP_LONGEST_RETRY_MINUTES", "60")),
    "busy_after": int(os.environ.get("ZHIKE_SMTP_BUSY_AFTER", "5")),
}
# Where a member of staff gets test mails.
STAFF_MAIL = os.environ.get("ZHIKE_STAFF_MAIL", "{employee_no}@zhike.example")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "zhike.server.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("ZHIKE_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "sqlglot": {"level": "WARNING"},
    },
}
