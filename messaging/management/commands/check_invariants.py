"""What must hold at any time, asked of the rows: for operators after an outage, an upgrade or a restored backup."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging import invariants
from recoverline.lib import clock


class Command(BaseCommand):
    help = "Check that what Recoverline promises holds in the database. Changes nothing; fails if something is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how far back to look (7)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        breaches = {breach.code: breach for breach in invariants.check(since=now - timedelta(options["days"]), now=now)}
        for each in invariants.INVARIANTS:
            breach = breaches.get(each.code)
            self.stdout.write(f"{each.code:<4} {'BROKEN' if breach else 'ok':<7} {each.says}")
            for row in breach.rows if breach else ():
                self.stdout.write(f"       {row}")
        if breaches:
            raise CommandError(f"{len(breaches)} of {len(invariants.INVARIANTS)} do not hold.")
