"""The business of the busy hour: the kit for home services, with the lines, technicians and team of a large one.

Writes what the benchmark has to know into `load.json` of DATA_DIR, and prints its account's key.
"""

import json
from pathlib import Path

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User

from bench import daytime
from bench.inbox.world import sign_in
from bench.installation import our_number
from bench.load.plan import LINES
from leads import config
from leads.enums import Role
from leads.kits import kits
from leads.models import Business, Membership
from messaging.enums import Driver, NumberMode
from messaging.models import AgentSettings, CarrierAccount, PhoneNumber, RingTarget
from scheduling.models import Resource
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN

# In the order of bench.load.plan.CITIES.
LOCATIONS = ("tucson", "albuquerque", "phoenix")
# Of each location beside the kit's own: so many visits are booked that a small crew would be booked out for weeks.
TECHNICIANS = 20
TEAM = 50
NO_LIMIT = 10**6


def main() -> None:
    kit = next(kit for kit in kits() if kit.slug == "home_services")
    business = config.load(kit.text()).business
    Business.objects.filter(pk=business.pk).update(
        number_texts_per_hour=NO_LIMIT, texts_per_hour=NO_LIMIT, texts_per_day=NO_LIMIT,
        countries_served=daytime.COUNTRIES,
    )  # fmt: skip
    account = CarrierAccount.objects.create(
        business=business, name="Carrier", account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN
    )
    locations = [business.locations.get(slug=slug) for slug in LOCATIONS]
    for index in range(LINES):
        number = PhoneNumber.objects.create(
            business=business, location=locations[index % len(locations)], account=account, number=our_number(index),
            mode=NumberMode.HOSTED if index % 2 else NumberMode.FORWARDED, rings_when_closed=True, texts_per_second=50,
        )  # fmt: skip
        if index % 2:
            RingTarget.objects.create(number=number, label="Front desk", phone=f"+1602555{1000 + index}")
    for location in locations:
        for index in range(TECHNICIANS):
            Resource.objects.create(business=business, name=f"{location} {index}").locations.add(location)
    AgentSettings.objects.filter(business=business).update(quiet_seconds=0, driver=Driver.RULES)
    facts = {"cookies": _team(business)}
    (Path(settings.DATA_DIR) / "load.json").write_text(json.dumps(facts))
    print(account.key)


def _team(business: Business) -> list[str]:
    """Sessions of people at the front desk, signed in with what production asks of everybody."""
    team = [User(username=f"desk{i}", first_name=f"Desk {i}", email=f"d{i}@example.com") for i in range(TEAM)]
    User.objects.bulk_create(team)
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": ""}) for user in team
    )
    for user in team:
        Membership.objects.create(business=business, user=user, role=Role.FRONT_DESK, gets_alerts=False)
    return [sign_in(user) for user in team]
