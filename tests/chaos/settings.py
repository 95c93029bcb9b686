"""The project's settings for the processes that chaos tests start: everything is on loopback, without TLS."""

from recoverline.settings import *  # noqa: F403  a variation of them, not a second set

# The manifest of hashed names would have to be collected first.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SILENCED_SYSTEM_CHECKS = ["recoverline.E001", "recoverline.W008"]
