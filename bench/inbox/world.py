"""The world that the inbox is measured in: years of several businesses, one of them big.

Run as the benchmark's business: BENCH_CONVERSATIONS says how many. Writes what the benchmark has to know into
`inbox.json` of DATA_DIR, and prints the big business's account key.
"""

import json
import os
from contextlib import redirect_stdout
from dataclasses import asdict
from datetime import datetime
from io import StringIO
from pathlib import Path
from random import Random

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from bench import business as big_business
from bench.inbox.facts import Facts
from bench.inbox.history import History
from bench.inbox.words import Writer
from leads.enums import Role
from leads.models import Business, Lead, Location, Membership
from messaging.enums import ConversationStatus
from messaging.models import CarrierAccount, Conversation, PhoneNumber
from recoverline.lib import clock

SEED = 5
LOCATIONS = 8  # of the big business, which has two fifths of everything
OTHERS = 6  # businesses beside it, with two locations each
TEAM = 50


def main() -> None:
    with redirect_stdout(StringIO()):
        big_business.main()
    big = Business.objects.get()
    facts = make_world(big, conversations=int(os.environ["BENCH_CONVERSATIONS"]), now=clock.now())
    (Path(settings.DATA_DIR) / "inbox.json").write_text(json.dumps(asdict(facts)))
    print(CarrierAccount.objects.get(business=big).key)


def make_world(big: Business, *, conversations: int, now: datetime) -> Facts:
    random = Random(SEED)
    numbers = _grow(big)
    team = _team(big)
    for index in range(OTHERS):
        numbers += _other_business(index)
    history = History(random, Writer(random), numbers, {big.pk: [user.pk for user in team]}, now)
    history.write(conversations)
    return _facts(big, team, history)


def _grow(big: Business) -> list[PhoneNumber]:
    """The rest of its locations, each with numbers."""
    for index in range(big.locations.count(), LOCATIONS):
        Location.objects.create(business=big, name=f"Shop {index}", slug=f"shop-{index}")
    locations = list(big.locations.order_by("pk"))
    numbers = list(PhoneNumber.objects.filter(business=big).order_by("pk"))
    for index, number in enumerate(numbers):
        number.location = locations[index % LOCATIONS]
        number.save()
    return numbers


def _team(big: Business) -> list[User]:
    """Front desk of the big business; every fifth at a single location."""
    team = [
        User(username=f"desk{index}", first_name=f"Desk {index}", email=f"d{index}@example.com")
        for index in range(TEAM)
    ]
    User.objects.bulk_create(team)
    # As production asks of everybody; nobody is asked for a code here.
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": ""}) for user in team
    )
    locations = list(big.locations.order_by("pk"))
    for index, user in enumerate(team):
        member = Membership.objects.create(business=big, user=user, role=Role.FRONT_DESK, gets_alerts=False)
        if index % 5 == 4:
            member.locations.add(locations[index % LOCATIONS])
    return team


def _other_business(index: int) -> list[PhoneNumber]:
    business = Business.objects.create(name=f"Other {index}", slug=f"other-{index}")
    account = CarrierAccount.objects.create(
        business=business, name="Carrier", account_sid=f"AC{index + 1:032x}", auth_token="other"
    )
    shops = [Location.objects.create(business=business, name=f"Shop {i}", slug=f"shop-{i}") for i in range(2)]
    return [
        PhoneNumber.objects.create(business=business, location=shop, account=account, number=f"+1500{index}55501{i:02}")
        for i, shop in enumerate(shops)
    ]


def _facts(big: Business, team: list[User], history: History) -> Facts:
    rows = Conversation.objects.filter(business=big)
    running = list(rows.exclude(status=ConversationStatus.DONE).order_by("-pk").values_list("key", flat=True)[:200])
    done = rows.filter(status=ConversationStatus.DONE).order_by("-last_at", "-id")
    at, pk = done.values_list("last_at", "pk")[min(50_000, done.count() * 2 // 3)]
    person = Lead.objects.filter(business=big).exclude(name="").order_by("pk")[history.leads // 20]
    everywhere = [user for index, user in enumerate(team) if index % 5 != 4]
    return Facts(
        cookies=[sign_in(user) for user in everywhere],
        narrow=sign_in(team[4]),
        short=[str(key) for key in running],
        longest=str(Conversation.objects.get(pk=history.longest).key),
        longest_texts=history.longest_texts,
        deep=(at.isoformat(), pk),
        phone=person.phone[-7:],
        name=person.name,
        conversations=Conversation.objects.count(),
        messages=history.messages,
        of_big=rows.count(),
    )


def sign_in(user: User) -> str:
    """The value of a session's cookie."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
