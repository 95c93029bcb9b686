"""The project's own settings in surroundings that belong to nobody: no real keys, no `.env`, a database of our own.

Only DATABASE_URL is taken from outside, and only from the environment: `tests.postgres` sets it. The processes that
tests start inherit all of this.
"""

import os
import tempfile
from pathlib import Path

_folder = tempfile.TemporaryDirectory(prefix="recoverline-tests-")  # lives as long as the process
OUTSIDE = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "REDIS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")

# Set to nothing, not removed: a variable that is there wins over the same name in `.env`.
os.environ.update(dict.fromkeys((*OUTSIDE, "TWILIO_API_BASE_URL", "FIELD_KEYS"), ""))
for _name in [name for name in os.environ if name.endswith("_FILE") and name.removesuffix("_FILE") in os.environ]:
    del os.environ[_name]
os.environ["SECRET_KEY"] = os.environ["FIELD_KEYS"] = "only-for-tests"
os.environ["DEBUG"] = os.environ["SIMULATOR"] = os.environ["SECOND_FACTOR_REQUIRED"] = "false"
os.environ["SITE_URL"] = os.environ["SIMULATOR_URL"] = "http://127.0.0.1:8000"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1,localhost"
os.environ["DATA_DIR"] = _folder.name
os.environ["EMAIL_URL"] = "consolemail://"
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_folder.name}/recoverline.sqlite3")

from recoverline.settings import *  # noqa: E402, F403  only now are the surroundings what they must be
from recoverline.settings import DATABASES, STORAGES  # noqa: E402

# A file, not memory: several connections, write-ahead log and locks as in a real installation.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder.name}/test.sqlite3"}
# The manifest of hashed names would have to be collected first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# An empty folder, which WhiteNoise wants to see: it reads all of it for each new client of a test.
STATIC_ROOT = Path(_folder.name, "static")
STATIC_ROOT.mkdir()
# A test changes the configuration and looks at once.
CONFIGURATION_SECONDS = 0.0
# Made to be slow, and signing in is what many tests begin with.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The processes that tests start are on loopback, without TLS.
SILENCED_SYSTEM_CHECKS = ["recoverline.E001", "recoverline.W008"]
