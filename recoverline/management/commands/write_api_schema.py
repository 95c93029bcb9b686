from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from recoverline.api import schema

FILE = Path("docs/openapi.yaml")


class Command(BaseCommand):
    help = "Write docs/openapi.yaml anew, after a change of the API."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / FILE).write_text(schema.as_yaml())
        self.stdout.write(f"{FILE} is written.")
