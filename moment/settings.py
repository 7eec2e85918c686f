"""All settings of Moment. Everything that differs between installations comes from the environment.

`.env.example` lists every name read here.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Basics
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-development" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY to a long random text, or DEBUG=true to try Moment.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "moment.urls"
WSGI_APPLICATION = "moment.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Order matters for templates and static files: our own stand before the packages'.
INSTALLED_APPS = [
    "moment.ledger",
    "moment.offers",
    "moment.projects",
    "customers",
    "registry",
    "moment",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "auditlog",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "lucide",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "moment.middleware.UserLanguageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "moment.middleware.LoginRequiredMiddleware",
    "moment.middleware.NotSavedMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["moment.templatetags.moment", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "moment.forms.Renderer"

# Database: SQLite when nothing is configured.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A connection is a file held open; making one for each request costs more than the queries.
    DATABASES["default"]["CONN_MAX_AGE"] = None
    OPTIONS = {
        # A write takes its lock as it begins: it waits in line instead of failing half way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    OPTIONS = {
        "pool": {"min_size": 1, "max_size": 20, "timeout": 20},
        # Every query reads little and should answer at once: no compiling, no helper processes, and
        # indexes on disks that do not seek.
        "options": "-c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1",
    }
# What the address itself says, such as sslmode, goes first.
DATABASES["default"]["OPTIONS"] = OPTIONS | DATABASES["default"].get("OPTIONS", {})

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

# Who may come in
AUTH_USER_MODEL = "moment.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in [
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    ]
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "customers:overview"
ACCOUNT_ADAPTER = "moment.access.AccountAdapter"
# Strangers who try addresses get no mail from us.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {"login": "moment.forms.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# A wrong password is answered alike whether the user name exists or not.
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

# Language and time
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("nb", "Norsk bokmål")]
LOCALE_PATHS = [BASE_DIR / "moment" / "locale"]
TIME_ZONE = "Europe/Oslo"
USE_I18N = USE_TZ = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# What people upload; never under an address of its own.
MEDIA_ROOT = Path(env.str("FILES_FOLDER", default=str(BASE_DIR / "var" / "files")))
FILES_S3_BUCKET = env.str("FILES_S3_BUCKET", default="")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if FILES_S3_BUCKET:
    # The keys come from where boto3 looks for them: its environment, a profile, the machine's role.
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": FILES_S3_BUCKET,
            "endpoint_url": env.str("FILES_S3_ENDPOINT", default="") or None,
            "region_name": env.str("FILES_S3_REGION", default="") or None,
            "default_acl": None,
            # Each writing has a path of its own: no need to ask whether it is taken.
            "file_overwrite": True,
            # What is read goes by way of the temporary folder above so much.
            "max_memory_size": 5 * 1024**2,
        },
    }
# The largest file, in bytes, and the largest picture, in pixels: checking one takes up to four
# bytes of memory for each.
FILES_MAX_SIZE = env.int("FILES_MAX_SIZE", default=250 * 1024**2)
FILES_MAX_PIXELS = env.int("FILES_MAX_PIXELS", default=64_000_000)
# Groups of kinds, as in moment.content.kinds.
_kinds = ["pictures", "pdf", "office", "text", "mail", "drawings", "zip"]
FILES_KINDS = env.list("FILES_KINDS", default=_kinds)
if _unknown := set(FILES_KINDS) - {*_kinds, "macros", "video"}:
    raise ImproperlyConfigured(f"FILES_KINDS names what is no group of kinds: {_unknown}.")
FILE_UPLOAD_TEMP_DIR = env.str("FILES_TEMP_FOLDER", default="") or None
FILE_UPLOAD_HANDLERS = [
    "moment.content.uploads.LimitingUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "moment.content.uploads.DiskUploadHandler",
]
# An offer of 500 lines is ten fields a line, with up to 2,000 letters of description in each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024**2
# The virus scanner: host:port, or the path of its socket; empty: none.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")
CLAMD_TIMEOUT = env.float("CLAMD_TIMEOUT", default=60.0)  # seconds, for each answer
# Whether files are refused while the scanner is away.
CLAMD_REQUIRED = env.bool("CLAMD_REQUIRED", default=True)

# Mail
# How links in letters begin.
_port = env.int("PORT", default=8000)
_site = f"http://127.0.0.1:{_port}" if DEBUG else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
SITE_URL = env.str("SITE_URL", default=_site).rstrip("/")
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
# Where an access point fetches EHF; empty: they are downloaded.
EHF_OUTBOX = env.str("EHF_OUTBOX", default="")
EMAIL_TIMEOUT = 10  # seconds, for each answer of the mail server
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Moment <moment@localhost>")

# The Brønnøysund register
REGISTRY_URL = env.str("REGISTRY_URL", default="https://data.brreg.no/enhetsregisteret/api")
# Seconds to connect and seconds to read.
REGISTRY_TIMEOUT = env.tuple("REGISTRY_TIMEOUT", cast=float, default=(3.0, 5.0))
# Whom the register can write to about our traffic; sent in the User-Agent.
REGISTRY_CONTACT = env.str("REGISTRY_CONTACT", default="")

# Where whole files of the register are kept while they are fetched and read.
REGISTRY_FOLDER = Path(env.str("REGISTRY_FOLDER", default=str(BASE_DIR / "var" / "registry")))

# Peppol: who can receive EHF
PEPPOL_SML_ZONE = env.str("PEPPOL_SML_ZONE", default="participant.sml.prod.tech.peppol.org")
# host:port of the resolver to ask; empty: the machine's own.
PEPPOL_DNS = env.str("PEPPOL_DNS", default="")
# Hosts that may answer plain http on loopback: for tests alone.
PEPPOL_TEST_HOSTS = env.list("PEPPOL_TEST_HOSTS", default=[])
if PEPPOL_TEST_HOSTS and not DEBUG:
    raise ImproperlyConfigured("PEPPOL_TEST_HOSTS is for tests: it needs DEBUG=true.")

# What the profile shows, in order; apps above customers add their own (see customers.panels).
CUSTOMER_PANELS = [
    "moment.statistics.panels.KeyFigures",
    "customers.panels.CustomerData",
    "moment.projects.panels.Projects",
    "moment.statistics.panels.WorkedHere",
    "customers.panels.Register",
    "moment.offers.panels.Offers",
    "customers.panels.Notes",
]

# The tabs of a customer, in order; apps above customers add their own (see customers.tabs).
CUSTOMER_TABS = [
    "customers.tabs.Overview",
    "customers.tabs.Contacts",
    "moment.projects.tabs.Projects",
    "moment.offers.tabs.Offers",
    "customers.tabs.Invoicing",
    "moment.ledger.tabs.Invoices",
    "moment.ledger.tabs.Ledger",
    "customers.tabs.Files",
    "moment.statistics.tabs.Statistics",
    "customers.tabs.History",
]

# What the overview of customers can show in columns besides its own (see customers.columns).
CUSTOMER_COLUMNS = [
    "moment.projects.columns.InProgress",
    "moment.projects.columns.NotInvoiced",
    "moment.ledger.columns.Outstanding",
    "moment.ledger.columns.Overdue",
    "moment.ledger.columns.LastInvoice",
]

# What the overview can be narrowed by that needs tables from above (see customers.further_filters).
CUSTOMER_FILTERS = ["moment.ledger.columns.HasOverdue"]

# What stands beside a customer's name on its pages and those of its work (see customers.marks).
CUSTOMER_MARKS = ["moment.ledger.columns.OverdueMark"]

# What merging does with the rows that point to customers, by app; apps above add theirs between.
CUSTOMER_MERGING = [
    "customers.merging.own.RULES",
    "moment.projects.merging.RULES",
    "moment.offers.merging.RULES",
    "moment.ledger.merging.RULES",
    "customers.merging.own.HISTORY",
]

# What the history of a customer tells of, by app; apps above add theirs.
CUSTOMER_HISTORY = [
    "customers.history.subjects.OWN",
    "moment.projects.history.SUBJECTS",
    "moment.offers.history.SUBJECTS",
    "moment.ledger.history.SUBJECTS",
]

# What of apps above is about persons, or can name them in free text (see customers.privacy).
CUSTOMER_PRIVACY = [
    "moment.projects.privacy.Projects",
    "moment.offers.privacy.Offers",
    "moment.ledger.privacy.Invoices",
]
CUSTOMER_TRACES = [
    "moment.projects.privacy.TRACES",
    "moment.offers.privacy.TRACES",
    "moment.ledger.privacy.TRACES",
]

# What tells which of the work is invoiced (see moment.projects.billing).
PROJECT_BILLING = "moment.ledger.billing.LedgerBilling"

# Security
HTTPS = env.bool("HTTPS", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "moment.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
    }
}

# Change history
AUDITLOG_DISABLE_REMOTE_ADDR = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
