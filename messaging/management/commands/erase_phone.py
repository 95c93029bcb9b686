"""manage.py erase_phone: erase everything of one phone at a business."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.compliance.erasure import EraseRefused, erase
from messaging.compliance.named import business_and_phone
from recoverline.lib import clock


class Command(BaseCommand):
    help = "Erase everything of one phone at a business, for good. Statistics and opt-outs stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("business", help="its short name")
        parser.add_argument("phone", help="in any spelling")
        parser.add_argument("--reason", required=True, help="who asked for it, and how")
        parser.add_argument("--cancel", action="store_true", help="cancel their appointments to come as well")

    def handle(self, *args: Any, **options: Any) -> None:
        business, phone = business_and_phone(options["business"], options["phone"])
        try:
            erasure = erase(
                business, phone, reason=options["reason"], actor=None, now=clock.now(), is_forced=options["cancel"]
            )
        except EraseRefused as refused:
            raise CommandError(str(refused)) from None
        for label, count in sorted(erasure.counts.items()):
            self.stdout.write(f"{count:6} {label}")
        left = sum(item["state"] == "waiting" for item in erasure.outside)
        self.stdout.write(f"Erased as {erasure.pseudonym}. {left} files, carrier records and calendar events follow.")
