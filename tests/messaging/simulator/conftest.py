"""A simulated business on a live server, and a player that calls it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leads.models import Business
from messaging.enums import CarrierKind, NumberMode
from messaging.models import Call, CarrierAccount, Message, PhoneNumber, RingTarget
from messaging.simulator.phones import USUAL
from messaging.simulator.player import Player
from messaging.simulator.steps import parse_steps
from recoverline.lib import clock
from tests import simulator_site
from tests.factories import make_account, make_business, make_location, make_number

TARGET = "+12125550177"


@dataclass
class Line:
    """`play` speaks the simulator's language; everything then happens over HTTP."""

    business: Business
    account: CarrierAccount
    number: PhoneNumber

    def play(self, script: str, *, caller: str = USUAL) -> Player:
        player = Player(self.number, caller=caller, delivers=True)
        player.play(parse_steps(script))
        return player

    def calls(self) -> list[tuple[str, str, str, int | None]]:
        rows = Call.objects.filter(business=self.business).order_by("id")
        return list(rows.values_list("state", "miss_reason", "outcome", "rang_seconds"))

    def texts(self) -> list[tuple[str, str, str]]:
        rows = Message.objects.filter(business=self.business).order_by("id")
        return list(rows.values_list("direction", "status", "error_code"))


@pytest.fixture
def sim_settings(settings: Any, tmp_path: Path) -> Any:
    """The simulator is on, and its clock is this test's own."""
    settings.SIMULATOR = True
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ROOT_URLCONF = simulator_site.__name__  # imported while the simulator is still off
    return settings


@pytest.fixture
def line(transactional_db: None, live_server: Any, sim_settings: Any) -> Iterator[Line]:
    sim_settings.SITE_URL = sim_settings.SIMULATOR_URL = live_server.url
    business = make_business("Saguaro Plumbing", is_simulated=True)
    account = make_account(
        business, kind=CarrierKind.SIMULATOR, account_sid="", auth_token="random", handles_optout=False
    )
    number = make_number(make_location(business), account, number="+12125550100", mode=NumberMode.HOSTED)
    RingTarget.objects.create(number=number, phone=TARGET)
    yield Line(business, account, number)
    clock.move_to(None)
