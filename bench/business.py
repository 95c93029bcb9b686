"""The business under load: every rule, script, hour and list of a real one, many numbers, and caps out of the way.

Prints its account key.
"""

from datetime import time

from bench import daytime
from bench.installation import NUMBERS, our_number
from leads.models import Business, Location
from messaging.enums import CallerKind, HoursState, MissReason, NumberMode, Outcome, ScriptKind
from messaging.models import CarrierAccount, NeverText, PhoneNumber, Rule, Script
from scheduling.models import Closure, OpeningHours
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN


def main() -> None:
    business = Business.objects.create(
        name="Alder Plumbing", slug="alder", number_texts_per_hour=10**6, texts_per_hour=10**6, texts_per_day=10**6,
        countries_served=daytime.COUNTRIES,
    )  # fmt: skip
    locations = [Location.objects.create(business=business, name=f"Shop {i}", slug=f"shop-{i}") for i in range(5)]
    account = CarrierAccount.objects.create(
        business=business, name="Carrier", account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN
    )
    for index in range(NUMBERS):
        PhoneNumber.objects.create(
            business=business,
            location=locations[index % 5],
            account=account,
            number=our_number(index),
            mode=NumberMode.FORWARDED,
            texts_per_second=200,
        )
    for weekday in range(7):
        OpeningHours.objects.create(business=business, weekday=weekday, opens=time(0), closes=time(0), next_day=True)
    Closure.objects.create(business=business, name="New Year's Day", starts_on="2027-01-01", ends_on="2027-01-01")
    for kind in (
        ScriptKind.MISSED_CALL,
        ScriptKind.AFTER_HOURS,
        ScriptKind.BUSY,
        ScriptKind.REPEAT_CALLER,
        ScriptKind.GREETING,
    ):
        Script.objects.create(
            business=business,
            kind=kind,
            name=f"{kind} text",
            body="Hi, this is {business}. Sorry we missed your call! Is it urgent, or shall we find a time? {opt_out}",
        )
    rules: list[dict[str, object]] = [
        {"name": "Team and friends", "callers": [CallerKind.STAFF, CallerKind.NEVER_TEXT], "outcome": Outcome.NO_TEXT},
        {"name": "Spam", "callers": [CallerKind.SPAM], "outcome": Outcome.NO_TEXT},
        {"name": "Voicemail", "reasons": [MissReason.VOICEMAIL], "script_kind": ScriptKind.VOICEMAIL},
        {"name": "After hours", "hours": HoursState.CLOSED, "script_kind": ScriptKind.AFTER_HOURS},
        {"name": "Holiday", "hours": HoursState.HOLIDAY, "script_kind": ScriptKind.AFTER_HOURS},
        {"name": "Busy", "reasons": [MissReason.BUSY], "script_kind": ScriptKind.BUSY},
        {"name": "Known", "callers": [CallerKind.KNOWN], "script_kind": ScriptKind.REPEAT_CALLER},
        {"name": "Everybody else", "script_kind": ScriptKind.MISSED_CALL},
    ]
    for position, rule in enumerate(rules):
        Rule.objects.create(business=business, position=position, **rule)
    NeverText.objects.bulk_create(
        NeverText(business=business, phone=f"+1415555{i:04}", label=f"Vendor {i}") for i in range(100)
    )
    print(account.key)
