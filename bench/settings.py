"""The project's settings with the bare view beside the real ones."""

from recoverline.settings import *  # noqa: F403  a variation of them, not a second set

ROOT_URLCONF = "bench.bare"
# The manifest of hashed names would have to be collected first.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Everything is on loopback here, without TLS.
SILENCED_SYSTEM_CHECKS = ["recoverline.E001", "recoverline.W008"]
