"""For every number the addresses to paste at its carrier and phone system."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from messaging.carriers.base import NotSupported
from messaging.carriers.registry import carrier_for
from messaging.models import CarrierAccount, PhoneNumber


class Command(BaseCommand):
    help = "Print, for every active number, the webhook addresses to paste at its carrier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        numbers = PhoneNumber.objects.filter(is_active=True).select_related("business", "account", "reported_by")
        rows = [
            {
                "business": number.business.slug,
                "number": number.number,
                "mode": number.mode,
                "account": account.name,
                "label": label,
                "url": url,
            }
            for number in numbers.order_by("business__name", "number")
            for account in (number.account, number.reported_by)
            if account is not None
            for label, url in addresses(account, number).items()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            self.stdout.write("\n".join(lines(rows)) or "There are no active numbers yet.")


def addresses(account: CarrierAccount, number: PhoneNumber) -> dict[str, str]:
    try:
        return carrier_for(account).hook_urls(number)
    except NotSupported:
        return {}


def lines(rows: list[dict[str, str]]) -> list[str]:
    """The rows for people, a heading over each number."""
    width = max((len(row["label"]) for row in rows), default=0)
    shown: list[str] = []
    heading = ""
    for row in rows:
        title = f"{row['number']} ({row['business']}, {row['mode']})"
        if title != heading:
            shown += [*([""] if shown else []), title]
            heading = title
        shown.append(f"  {row['label']:{width}}  {row['url']}")
    return shown
