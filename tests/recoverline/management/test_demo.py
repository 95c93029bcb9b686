"""The second half of `make demo`: refuses where it does not belong, and prepares a business worth looking at, once."""

import logging
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from leads.models import Business, CallbackTask, JobRequest, Lead
from messaging.inbox.queues import Queue, standing_in
from messaging.models import Call, CarrierAccount, Message, OptOut
from recoverline.lib import clock
from recoverline.management.commands.demo import only_warnings
from scheduling.models import Appointment
from tests import simulator_site
from tests.factories import make_account, make_business


@pytest.fixture
def local(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    settings.DEBUG = settings.SIMULATOR = True
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.ROOT_URLCONF = simulator_site.__name__
    settings.SITE_URL = settings.SIMULATOR_URL = "http://127.0.0.1:9"


def demo(**options: Any) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


def test_it_refuses_without_debug(local: None, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError) as refused:
        demo()
    assert str(refused.value) == (
        "DEBUG is off here (.env): this is no demo. Run it in another folder, or `make run` for this one."
    )


def test_it_refuses_a_public_address(local: None, settings: Any) -> None:
    settings.SITE_URL = "https://recoverline.example"
    with pytest.raises(CommandError) as refused:
        demo()
    assert str(refused.value) == "The demo runs on this machine only, and SITE_URL is https://recoverline.example."


def test_it_refuses_where_a_real_carrier_is_connected(local: None, settings: Any, tmp_path: Path) -> None:
    settings.DATABASE_URL = f"sqlite:///{tmp_path / 'recoverline.sqlite3'}"
    make_account(make_business("Alder Plumbing"), name="Twilio main")
    with pytest.raises(CommandError) as refused:
        demo(prepare=True)
    why, *ways = str(refused.value).splitlines()
    assert why == (
        "The account “Twilio main” of Alder Plumbing is one of a real carrier, and it is active in this database: "
        "this is not a place for a demo."
    )
    assert ways == [
        f"Give the demo a folder of its own: DATA_DIR={tmp_path / 'demo'} make demo",
        f"Or, if nothing in it is needed any more, delete {tmp_path}/.",
    ]
    settings.DATABASE_URL = "postgres://db/recoverline"
    with pytest.raises(CommandError) as refused:
        demo(prepare=True)
    assert str(refused.value).splitlines()[1:] == ["Give the demo a database of its own, by another DATABASE_URL."]
    assert Business.objects.values_list("name", flat=True).get() == "Alder Plumbing"
    assert not Call.objects.exists()


def test_it_prepares_a_business_with_a_history_once(local: None, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("messaging")
    level = logger.level
    said = demo(prepare=True)
    # The history is no news for the log.
    assert [record.getMessage() for record in caplog.records if record.levelno < logging.WARNING] == []
    assert logger.level == level
    business = Business.objects.get()
    assert said == f"Playing a few days of {business}…\n21 calls are in the inbox.\n"
    assert business.is_simulated
    owner, colleague = User.objects.get(username="demo"), User.objects.get(username="demo-colleague")
    assert (owner.username, owner.has_usable_password(), owner.is_staff, owner.is_superuser) == (
        "demo",
        False,
        True,
        False,
    )
    assert list(owner.memberships.values_list("business", "role")) == [(business.pk, "owner")]
    assert (colleague.has_usable_password(), colleague.is_staff) == (False, False)
    assert set(CarrierAccount.objects.values_list("kind", flat=True)) == {"simulator"}
    assert all(Call.objects.values_list("is_simulated", flat=True))
    assert not Call.objects.filter(started_at__gt=clock.now()).exists()
    assert not clock.offset()
    before = (Call.objects.count(), Message.objects.count(), Lead.objects.count())
    assert before[0] == 21
    assert (OptOut.objects.count(), CallbackTask.objects.exists()) == (1, True)
    assert business.conversations.filter(is_urgent=True, is_team=False).count() == 2
    # One that somebody has, and one that nobody has yet.
    cannot_wait = business.escalations.filter(kind="emergency").order_by("status")
    assert [(row.status, row.acknowledged_by and row.acknowledged_by.user) for row in cannot_wait] == [
        ("acknowledged", colleague), ("open", None),
    ]  # fmt: skip
    empty = [queue for queue in Queue if not business.conversations.filter(standing_in(queue, owner.pk)).exists()]
    assert empty == []
    assert list(Appointment.objects.filter(business=business).values_list("booked_by", flat=True)) == ["robot"]
    ended = JobRequest.objects.exclude(status="open").values_list("status", flat=True)
    assert sorted(ended) == ["booked", "lost", "won", "wrong_number"]
    assert demo(prepare=True) == ""
    assert (Call.objects.count(), Message.objects.count(), Lead.objects.count()) == before


def test_the_log_is_quiet_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("messaging")
    level = logger.level
    with only_warnings():
        logger.info("news")
        logger.warning("trouble")
    assert [record.getMessage() for record in caplog.records][-1:] == ["trouble"]
    assert logger.level == level


def test_it_prints_another_link(local: None) -> None:
    assert demo(link=True).startswith("http://127.0.0.1:9/simulator/sign-in/")
