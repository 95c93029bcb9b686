"""All of a person's data as a file: what erasing finds, an export has in it."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads.models import Lead, LeadEvent
from messaging.compliance.export import export_person
from messaging.models import Erasure
from recoverline.lib import clock
from tests.messaging.compliance.somebody import ADDRESS, EMAIL, NAME, PHONE, WORDS, fill
from tests.wire import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def test_everything_is_in_it_and_nobody_else(wire: Wire) -> None:
    fill(wire, at=clock.now() - timedelta(days=3))
    archive = zipfile.ZipFile(io.BytesIO(export_person(wire.business, PHONE, now=clock.now())))
    names = set(archive.namelist())
    kinds = {name.removeprefix("data/").removesuffix(".json") for name in names if name.startswith("data/")}
    assert kinds == {
        "lead", "jobrequest", "leadevent", "callbacktask", "appointment", "waitlistentry", "bookinglink", "call",
        "calendarobject", "conversation", "message", "messagemedia", "note", "agentturn", "unansweredquestion",
        "regressionscenario", "optout", "nevertext", "consententry", "enrollment", "steprun", "escalation",
        "inboundhook", "webhookdelivery", "crmlink", "crmsync",
    }  # fmt: skip
    (lead,) = json.loads(archive.read("data/lead.json"))
    assert (lead["name"], lead["email"], lead["phone"]) == (NAME, EMAIL, PHONE)
    assert {archive.read(name) for name in names if name.startswith("files/")} == {WORDS.encode()}
    page = archive.read("transcript.html").decode()
    for said in (WORDS, ADDRESS, "(212) 555-0177"):
        assert said in page
    assert "token_hash" not in archive.read("data/bookinglink.json").decode()
    event = LeadEvent.objects.get(kind="person.exported")
    assert (event.lead, event.text) == (None, "The data of one person was exported")


def test_words_are_no_markup(wire: Wire) -> None:
    fill(wire, at=clock.now() - timedelta(days=3))
    Lead.objects.get(phone=PHONE).messages.filter(direction="in").update(body="<script>alert(1)</script>")
    archive = zipfile.ZipFile(io.BytesIO(export_person(wire.business, PHONE, now=clock.now())))
    assert "<script>" not in archive.read("transcript.html").decode()


def test_from_a_terminal(wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(wire, at=clock.now() - timedelta(days=3))
    slug, file = wire.business.slug, tmp_path / "hers.zip"

    call_command("export_person", slug, "(212) 555-0177", str(file))
    assert zipfile.is_zipfile(file)
    call_command("erase_phone", slug, "212-555-0177", "--reason", "Letter of June 1")

    assert Erasure.objects.get().reason == "Letter of June 1"
    assert NAME not in capsys.readouterr().out
    for args in (("nobody", PHONE), (slug, "12")):
        with pytest.raises(CommandError):
            call_command("erase_phone", *args, "--reason", "x")
