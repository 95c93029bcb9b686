"""Recordings of voicemails: fetched with the carrier's credentials, kept when they are sound, tried again when late."""

from datetime import timedelta
from pathlib import Path

import pytest
from django_q.models import OrmQ

from messaging import tasks, voicemail
from messaging.carriers.registry import carrier_for
from messaging.enums import CarrierKind, MediaStatus
from messaging.models import Call, CarrierAccount
from recoverline.lib import clock
from tests.fakes.carrier import ACCOUNT_SID, http
from tests.messaging.team_line import post
from tests.messaging.threads import run_at_once
from tests.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

MP3 = b"ID3" + b"sound" * 100


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def leave(wire: Wire, url: str, **overrides: str) -> Call:
    """A caller who speaks after the tone, as the webhooks say."""
    post(wire, "voice", "voice__ringing")
    post(wire, "voicemail", "voicemail__recorded", RecordingUrl=url, **overrides)
    return Call.objects.get()


def end(call: Call) -> tuple[str, str, int]:
    call.refresh_from_db()
    return call.voicemail_status, call.voicemail_problem, call.voicemail_attempts


def fetches() -> list[tuple[int, ...]]:
    """What the queue was asked to fetch."""
    queued = (row.task for row in OrmQ.objects.all())
    return [task["args"] for task in queued if task["func"] == "messaging.tasks.fetch_voicemail"]


def age(call: Call, by: timedelta) -> None:
    Call.objects.filter(pk=call.pk).update(started_at=clock.now() - by)


def test_a_recording_is_stored_in_a_format_that_every_browser_plays(wire: Wire) -> None:
    wire.carrier.require_media_auth = True
    call = leave(wire, wire.carrier.add_recording(MP3, "audio/mpeg", sid="RE1"))
    assert (end(call), fetches()) == ((MediaStatus.PENDING, "", 0), [(call.pk,)])
    tasks.fetch_voicemail(call.pk)
    assert end(call) == (MediaStatus.STORED, "", 1)
    asked = [seen for seen in wire.carrier.requests if seen.operation == "fetch_recording"]
    assert [seen.path.rpartition("/")[2] for seen in asked] == ["RE1.mp3"]
    assert call.voicemail_file.name.endswith(f"/{call.key}.mp3")
    with call.voicemail_file.open() as stored:
        assert stored.read() == MP3
    tasks.fetch_voicemail(call.pk)
    tasks.fetch_voicemail(0)
    assert end(call) == (MediaStatus.STORED, "", 1)


def test_it_is_announced_once_however_often_the_carrier_says_it(wire: Wire) -> None:
    url = wire.carrier.add_recording(MP3, "audio/mpeg")
    call = leave(wire, url)
    tasks.fetch_voicemail(call.pk)
    wire.post("recording", "recording__completed", RecordingUrl=url)
    assert (end(call), len(fetches())) == ((MediaStatus.STORED, "", 1), 1)


def test_who_said_nothing_has_no_recording(wire: Wire) -> None:
    call = leave(wire, wire.carrier.add_recording(MP3, "audio/mpeg"), RecordingDuration="1")
    assert (end(call), fetches()) == (("", "", 0), [])


def test_the_simulator_has_no_sound(wire: Wire) -> None:
    call = leave(wire, wire.carrier.add_recording(MP3, "audio/mpeg"))
    CarrierAccount.objects.update(kind=CarrierKind.SIMULATOR)
    Call.objects.update(voicemail_status="")
    voicemail.expect(Call.objects.select_related("account").get())
    assert end(call) == ("", "", 0)


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/octet-stream", ""])
def test_what_is_no_sound_is_refused(content_type: str, wire: Wire) -> None:
    call = leave(wire, wire.carrier.add_recording(b"<script>", content_type))
    voicemail.fetch(call.pk)
    assert end(call) == (MediaStatus.REFUSED, f"Files of type {content_type or 'unknown'} are not kept.", 1)
    assert not call.voicemail_file


def test_a_recording_that_is_too_large_is_not_kept(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voicemail, "MAX_BYTES", 100)
    call = leave(wire, wire.carrier.add_recording(MP3, "audio/mpeg"))
    for _ in range(voicemail.MAX_ATTEMPTS + 1):
        voicemail.fetch(call.pk)
    assert end(call) == (MediaStatus.FAILED, "The answer is larger than 100 bytes.", voicemail.MAX_ATTEMPTS)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "https://127.0.0.1/RE1", "file:///secrets.txt"])
def test_inner_addresses_are_refused(url: str, wire: Wire) -> None:
    """SSRF: no socket is opened (the network guard would fail the test), and it is not tried again."""
    call = leave(wire, wire.carrier.add_recording(MP3, "audio/mpeg"))
    Call.objects.update(voicemail_url=url)
    voicemail.fetch(call.pk)
    voicemail.fetch(call.pk)
    assert end(call)[::2] == (MediaStatus.REFUSED, 1)


def test_a_recording_that_is_late_is_asked_for_again(wire: Wire) -> None:
    """Announced before it can be fetched, then a carrier in trouble; at growing ages of the call, until it works."""
    call = leave(wire, wire.carrier.add_recording(MP3, "audio/mpeg"))
    wire.carrier.inject(http(404), http(503), http(503), on="fetch_recording")
    voicemail.fetch(call.pk)
    tried = []
    for minutes in (4, 7, 8, 19, 20, 119, 120):
        age(call, timedelta(minutes=minutes, seconds=1))
        voicemail.sweep(clock.now())
        tried.append(end(call)[2])
    assert (tried, end(call)[0]) == ([1, 1, 2, 2, 3, 3, 4], MediaStatus.STORED)


def test_what_stays_away_is_given_up(wire: Wire) -> None:
    call = leave(wire, f"{wire.carrier.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/RE404")
    age(call, timedelta(hours=20))
    for _ in range(voicemail.MAX_ATTEMPTS + 1):
        voicemail.sweep(clock.now())
    assert end(call) == (MediaStatus.FAILED, "The carrier answered 404.", voicemail.MAX_ATTEMPTS)


def test_two_workers_fetch_it_once(wire: Wire) -> None:
    leave(wire, wire.carrier.add_recording(MP3, "audio/mpeg"))
    rows = [Call.objects.select_related("account").get() for _ in range(4)]
    run_at_once([lambda row=row: voicemail._fetch(row) for row in rows])
    assert sum(seen.operation == "fetch_recording" for seen in wire.carrier.requests) == 1


def test_credentials_stay_with_the_carrier(wire: Wire, settings) -> None:
    settings.TWILIO_API_BASE_URL = ""
    carrier = carrier_for(wire.account)
    assert carrier.recording_url("https://api.twilio.com/x/RE1") == "https://api.twilio.com/x/RE1.mp3"
    assert carrier.media_auth(carrier.recording_url("https://example.com/RE1")) is None
