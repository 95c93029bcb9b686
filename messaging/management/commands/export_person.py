"""manage.py export_person: everything that is kept of one phone at a business, as a zip."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from messaging.compliance.export import export_person
from messaging.compliance.named import business_and_phone
from recoverline.lib import clock


class Command(BaseCommand):
    help = "Write everything that is kept of one phone at a business into a zip file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("business", help="its short name")
        parser.add_argument("phone", help="in any spelling")
        parser.add_argument("file", help="the zip file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        business, phone = business_and_phone(options["business"], options["phone"])
        content = export_person(business, phone, now=clock.now())
        Path(options["file"]).write_bytes(content)
        self.stdout.write(f"Wrote {len(content):,} bytes to {options['file']}.")
