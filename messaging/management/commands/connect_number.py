"""manage.py connect_number: sets the addresses of a number's webhooks at its carrier, and proves that they work."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from twilio.base.exceptions import TwilioException

from messaging import connecting
from messaging.carriers.base import NotSupported
from messaging.models import PhoneNumber
from recoverline.lib import clock
from recoverline.lib.phones import parse_phone


class Command(BaseCommand):
    help = "Let a number's carrier tell us of its calls and texts, and prove it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="in any spelling; it has to stand under Phone numbers already")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
        parser.add_argument("--call-from", default="", help="a number of the same carrier account for the test call")
        parser.add_argument("--no-call", action="store_true", help="ask the carrier back, and make no test call")

    def handle(self, *args: Any, **options: Any) -> None:
        number = find_number(options["number"])
        try:
            planned = connecting.plan(number)
            self._show(number, planned)
            if options["dry_run"]:
                self.stdout.write("Nothing was changed.")
                return
            if planned.is_new:
                connecting.connect(number, planned)
            self.stdout.write("The carrier was asked back: these are its addresses now.")
            if planned.problems:
                raise CommandError("Calls and texts will not all arrive before that is put right at the carrier.")
            if not options["no_call"]:
                self._prove(number, options["call_from"])
        except NotSupported:
            raise CommandError(f"{number.account} is no account whose numbers can be set from here.") from None
        except connecting.NotConnected as problem:
            raise CommandError(str(problem)) from None
        except (TwilioException, OSError) as problem:
            raise CommandError(f"The carrier did not do it: {problem}") from None

    def _show(self, number: PhoneNumber, planned: connecting.Plan) -> None:
        self.stdout.write(f"{number.number} ({number.business.slug}, {number.mode}) at {number.account}")
        for change in planned.changes:
            self.stdout.write(f"  {change.label}")
            if change.is_new:
                self.stdout.write(f"    before  {change.before or 'nothing'}")
                self.stdout.write(f"    after   {change.after}")
            else:
                self.stdout.write(f"    stays   {change.after}")
        for other in planned.others:
            self.stdout.write(f"  {other}: it will no longer.")
        for problem in planned.problems:
            self.stdout.write(f"  To do at the carrier: {problem}.")

    def _prove(self, number: PhoneNumber, call_from: str) -> None:
        caller = (parse_phone(call_from, number.business.country) or "") if call_from else ""
        if call_from and not caller:
            raise CommandError(f"{call_from} is not a phone number.")
        caller = caller or connecting.test_caller(number)
        if number.mode == "external" or not caller:
            self.stdout.write("No test call from here: call it from a mobile, let it ring, and look at /status/.")
            return
        self.stdout.write(f"Calling it from {caller} ...")
        seconds = connecting.prove_by_call(number, caller=caller, now=clock.now())
        if seconds is None:
            raise CommandError(
                "The test call's webhook did not arrive within 30 s. Can the carrier reach SITE_URL? Its own error log "
                "says what happened."
            )
        self.stdout.write(f"Proven: the call's webhook came in, signed, after {seconds:.1f} s.")


def find_number(words: str) -> PhoneNumber:
    rows = PhoneNumber.objects.filter(is_active=True).select_related("business", "account", "location__business")
    for row in rows:
        if parse_phone(words, row.business.country) == row.number:
            return row
    raise CommandError(f"There is no active number {words} under Phone numbers. Add it there first.")
