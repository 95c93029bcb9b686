"""The web server's own lines in the format of all others, and through the same filter."""

import logging
import os
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn has no types

from recoverline.lib.logs import JsonLines, MaskPersonalData

# gunicorn logs before it loads the application.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recoverline.settings")


class WebLogger(Logger):
    """`--logger-class` of gunicorn, which makes its handlers before Django's settings are loaded."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for logger in (self.error_log, self.access_log):
            for handler in logger.handlers:
                handler.addFilter(MaskPersonalData())
                if settings.LOG_FORMAT == "json":
                    handler.setFormatter(JsonLines())
                elif logger is self.access_log:
                    handler.setFormatter(logging.Formatter("%(message)s"))
