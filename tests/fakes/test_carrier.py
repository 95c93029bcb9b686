"""The stand-in is what other tests believe, so it is proved here through the carrier's official client."""

import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN, CallbackPlan, FakeCarrier, error
from tests.fakes.carrier_books import count_segments
from tests.fakes.conftest import (
    BUSINESS,
    CALLER,
    OTHER_SID,
    OTHER_TOKEN,
    SECOND_CALLER,
    SID,
    TOKEN,
    make_client,
    send,
)

NOON = datetime(2026, 11, 19, 12, 0, 0, tzinfo=UTC)
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages"


def refused(act) -> tuple[int, int]:
    """(HTTP status, error code) of what the carrier would not do."""
    with pytest.raises(TwilioRestException) as refusal:
        act()
    return refusal.value.status, refusal.value.code


def test_create_answers_in_the_carriers_shape(carrier):
    carrier.now = lambda: NOON
    form = {"To": CALLER, "From": BUSINESS, "Body": "hi"}
    response = requests.post(carrier.url + MESSAGES + ".json", form, auth=(SID, TOKEN), timeout=5)
    sid = carrier.ledger[0].sid
    assert response.status_code == 201
    assert re.fullmatch(r"SM[0-9a-f]{32}", sid)
    assert response.json() == {
        "account_sid": SID,
        "api_version": "2010-04-01",
        "body": "hi",
        "date_created": "Thu, 19 Nov 2026 12:00:00 +0000",
        "date_sent": None,
        "date_updated": "Thu, 19 Nov 2026 12:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": BUSINESS,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{MESSAGES}/{sid}/Media.json"},
        "to": CALLER,
        "uri": f"{MESSAGES}/{sid}.json",
    }


def test_the_ledger_holds_what_was_accepted(carrier, client):
    carrier.now, carrier.monotonic = (lambda: NOON), (lambda: 41.5)
    message = send(client, "hi 🚰", validity_period=900, media_url=["https://a.example/1", "https://a.example/2"])
    assert message.date_created == NOON
    assert requests.get(f"{carrier.url}/ledger", timeout=5).json() == [
        {
            "sid": message.sid,
            "account_sid": SID,
            "to": CALLER,
            "from": BUSINESS,
            "body": "hi 🚰",
            "at_monotonic": 41.5,
            "at": "2026-11-19T12:00:00+00:00",
            "status_callback": "",
            "validity_period": 900,
            "messaging_service_sid": "",
            "media_urls": ["https://a.example/1", "https://a.example/2"],
        }
    ]


def test_a_messaging_service_accepts_without_naming_the_number(carrier, client):
    carrier.messaging_services["MG" + "1" * 32] = BUSINESS
    message = client.messages.create(to=CALLER, messaging_service_sid="MG" + "1" * 32, body="hi")
    assert (message.status, message.num_segments, message.from_) == ("accepted", "0", None)
    assert carrier.ledger[0].from_ == BUSINESS


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"to": "5550123", "from_": BUSINESS, "body": "hi"}, 21211),
        ({"to": "", "from_": BUSINESS, "body": "hi"}, 21604),
        ({"to": CALLER, "body": "hi"}, 21603),
        ({"to": CALLER, "from_": BUSINESS, "body": ""}, 21602),
        ({"to": CALLER, "from_": BUSINESS, "body": "a" * 1601}, 21617),
        ({"to": CALLER, "from_": "+15555550199", "body": "hi"}, 21606),
        ({"to": "+15555550130", "from_": BUSINESS, "body": "hi"}, 21610),
        ({"to": "+15555550131", "from_": BUSINESS, "body": "hi"}, 21614),
    ],
)
def test_refusals(carrier, client, form, code):
    carrier.add_number(BUSINESS)
    carrier.opt_out(from_=BUSINESS, to="+15555550130")
    carrier.refusals["+15555550131"] = 21614
    assert refused(lambda: client.messages.create(**form)) == (400, code)
    assert carrier.ledger == []


def test_what_is_just_allowed(carrier, client):
    carrier.add_number(BUSINESS)
    carrier.opt_out(from_=BUSINESS, to=CALLER)
    carrier.opt_in(from_=BUSINESS, to=CALLER)
    assert send(client, "a" * 1600).num_segments == "11"


@pytest.mark.parametrize(("sid", "token"), [(SID, "wrong"), ("AC" + "f" * 32, TOKEN), (SID, OTHER_TOKEN)])
def test_wrong_credentials(carrier, sid, token):
    assert refused(lambda: send(make_client(carrier.url, sid, token))) == (401, 20003)
    assert carrier.ledger == []


def test_one_account_does_not_reach_into_another(carrier, client):
    sid = send(client).sid
    other = make_client(carrier.url, OTHER_SID, OTHER_TOKEN)
    assert other.messages.list() == []
    assert refused(lambda: other.messages(sid).fetch()) == (404, 20404)
    form = {"To": CALLER, "From": BUSINESS, "Body": "hi"}
    crossed = requests.post(carrier.url + MESSAGES + ".json", form, auth=(OTHER_SID, OTHER_TOKEN), timeout=5)
    assert (crossed.status_code, crossed.json()["code"], len(carrier.ledger)) == (401, 20003, 1)


def test_two_hundred_at_once_get_two_hundred_sids(carrier):
    def send_one(number: int) -> str:
        return send(make_client(carrier.url), f"text {number}").sid

    with ThreadPoolExecutor(64) as pool:
        sids = set(pool.map(send_one, range(200)))
    assert len(sids) == 200
    assert {text.sid for text in carrier.ledger} == sids
    assert sorted(text.body for text in carrier.ledger) == sorted(f"text {number}" for number in range(200))


def test_duplicates_are_texts_equal_in_everything_the_customer_sees(carrier, client):
    first, _, again = send(client, "a"), send(client, "b"), send(client, "a")
    send(client, "a", to=SECOND_CALLER)
    groups = {key: [text.sid for text in texts] for key, texts in carrier.duplicates().items()}
    assert groups == {(CALLER, BUSINESS, "a", ""): [first.sid, again.sid]}


def test_expectations(carrier, client):
    carrier.expect(to=CALLER, body=re.compile("sorry we missed .*"))
    carrier.expect(to=SECOND_CALLER, body="second", from_=BUSINESS)
    send(client, "sorry we missed your call")
    carrier.assert_no_unexpected()
    with pytest.raises(AssertionError, match="texts that never came"):
        carrier.assert_all_expected()
    send(client, "second", to=SECOND_CALLER)
    carrier.assert_all_expected()
    send(client, "sorry we missed your call")
    with pytest.raises(AssertionError, match=r"unexpected texts: to \+15555550123: 'sorry we missed your call'"):
        carrier.assert_no_unexpected()


# Lists


def test_a_text_shows_in_the_list_only_after_the_lag(carrier, client):
    ticks = [100.0]
    carrier.monotonic = lambda: ticks[0]
    carrier.list_lag = 4.0
    sid = send(client).sid
    assert client.messages(sid).fetch().sid == sid
    assert client.messages.list(to=CALLER) == []
    ticks[0] = 103.9
    assert client.messages.list(to=CALLER) == []
    ticks[0] = 104.0
    assert [message.sid for message in client.messages.list(to=CALLER)] == [sid]


def test_list_filters(carrier, client):
    carrier.callbacks = CallbackPlan(statuses=())
    moments = [NOON - timedelta(days=1), NOON, NOON + timedelta(seconds=30)]
    for moment, body in zip(moments, "abc", strict=True):
        carrier.now = lambda moment=moment: moment
        send(client, body, to=SECOND_CALLER if body == "c" else CALLER)
    carrier.add_inbound(from_=CALLER, to=BUSINESS, body="from the customer")

    def bodies(**filters) -> list[str]:
        return [message.body for message in client.messages.list(**filters)]

    assert bodies() == ["from the customer", "c", "b", "a"]
    assert bodies(to=CALLER) == ["b", "a"]
    assert bodies(to=CALLER, from_="+15555550199") == []
    assert bodies(to=BUSINESS, from_=CALLER) == ["from the customer"]
    assert bodies(to=CALLER, date_sent_after=NOON) == ["b"]
    assert bodies(from_=BUSINESS, date_sent_after=NOON, date_sent_before=NOON + timedelta(seconds=29)) == ["b"]
    assert bodies(from_=BUSINESS, date_sent_before=NOON) == ["b", "a"]
    assert bodies(from_=BUSINESS, date_sent=NOON.date().isoformat()) == ["c", "b"]


def test_pages_follow_each_other_even_while_new_texts_arrive(carrier, client):
    carrier.callbacks = CallbackPlan(statuses=())
    for number in range(5):
        send(client, str(number))
    first = client.messages.page(to=CALLER, page_size=2)
    send(client, "late")
    second = first.next_page()
    third = second.next_page()
    assert [[message.body for message in page] for page in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert third.next_page_url is None
    assert [message.body for message in client.messages.list(page_size=2)] == ["late", "4", "3", "2", "1", "0"]


def test_calls(carrier, client):
    inbound = carrier.add_call(from_=CALLER, to=BUSINESS, start_time=NOON, duration=21)
    leg = carrier.add_call(
        from_=CALLER,
        to="+15555550111",
        status="no-answer",
        start_time=NOON + timedelta(seconds=2),
        direction="outbound-dial",
        parent_call_sid=inbound.sid,
    )

    def sids(**filters) -> list[str]:
        return [call.sid for call in client.calls.list(**filters)]

    assert sids() == [leg.sid, inbound.sid]
    assert sids(to=BUSINESS) == [inbound.sid]
    assert sids(from_=CALLER, status="no-answer") == [leg.sid]
    assert sids(parent_call_sid=inbound.sid) == [leg.sid]
    assert sids(start_time_after=NOON + timedelta(seconds=1)) == [leg.sid]
    assert sids(start_time_before=NOON) == [inbound.sid]
    fetched = client.calls(inbound.sid).fetch()
    assert (fetched.status, fetched.duration, fetched.start_time, fetched.end_time, fetched.direction) == (
        "completed",
        "21",
        NOON,
        NOON + timedelta(seconds=21),
        "inbound",
    )
    assert refused(lambda: client.calls("CA" + "0" * 32).fetch()) == (404, 20404)


# The rest of the API


def test_lookup(carrier, client):
    carrier.line_types[SECOND_CALLER] = "landline"
    carrier.line_types["+15555550125"] = None

    def line(number: str, fields: str = "line_type_intelligence"):
        return client.lookups.v2.phone_numbers(number).fetch(fields=fields)

    assert line(CALLER).line_type_intelligence["type"] == "mobile"
    assert line(SECOND_CALLER).line_type_intelligence["type"] == "landline"
    assert line("+15555550125").line_type_intelligence["type"] is None
    assert line(CALLER, "caller_name").line_type_intelligence is None
    assert line(CALLER).national_format == "(555) 555-0123"
    assert (line("+1").valid, line("+1").line_type_intelligence) == (False, None)
    assert refused(lambda: make_client(carrier.url, token="x").lookups.v2.phone_numbers(CALLER).fetch()) == (401, 20003)


def test_numbers_are_listed_rented_and_pointed_somewhere(carrier, client):
    own = carrier.add_number(BUSINESS, SID)
    carrier.add_number("+15555550102", OTHER_SID)
    assert [number.phone_number for number in client.incoming_phone_numbers.list()] == [BUSINESS]
    assert client.incoming_phone_numbers.list(phone_number="+15555550102") == []
    client.incoming_phone_numbers(own.sid).update(voice_url="https://recover.example/v", sms_url="https://r.example/s")
    client.incoming_phone_numbers(own.sid).update(status_callback="https://recover.example/c")
    [number] = client.incoming_phone_numbers.list(phone_number=BUSINESS)
    assert (number.sid, number.voice_url, number.sms_url, number.status_callback, number.voice_method) == (
        own.sid,
        "https://recover.example/v",
        "https://r.example/s",
        "https://recover.example/c",
        "POST",
    )
    rented = client.incoming_phone_numbers.create(phone_number="+15555550103", voice_url="https://recover.example/v")
    assert client.incoming_phone_numbers(rented.sid).fetch().voice_url == "https://recover.example/v"


def test_media_and_recordings(carrier):
    direct = carrier.add_media("MM" + "1" * 32, b"\x89PNG", "image/png")
    moved = carrier.add_media("MM" + "1" * 32, b"\xff\xd8", "image/jpeg", redirect=True)
    recording = carrier.add_recording(b"RIFF")
    assert requests.get(direct, timeout=5).status_code == 401
    picture = requests.get(direct, auth=(SID, TOKEN), timeout=5)
    assert (picture.status_code, picture.headers["Content-Type"], picture.content) == (200, "image/png", b"\x89PNG")
    assert requests.get(moved, auth=(SID, TOKEN), timeout=5, allow_redirects=False).status_code == 307
    followed = requests.get(moved, auth=(SID, TOKEN), timeout=5)
    assert (followed.status_code, followed.headers["Content-Type"], followed.content) == (
        200,
        "image/jpeg",
        b"\xff\xd8",
    )
    assert requests.get(recording + ".mp3", auth=(SID, TOKEN), timeout=5).content == b"RIFF"
    carrier.require_media_auth = False
    assert requests.get(direct, timeout=5).content == b"\x89PNG"
    assert requests.get(direct + "0", timeout=5).status_code == 404


def test_an_unknown_address_is_404(carrier):
    assert requests.get(f"{carrier.url}/2010-04-01/Nothing.json", timeout=5).json()["code"] == 20404


def test_reset_forgets_everything_but_the_accounts():
    with FakeCarrier({SID: TOKEN}, [BUSINESS]) as carrier:
        client = make_client(carrier.url)
        carrier.list_lag = 60
        carrier.add_number("+15555550104")
        carrier.expect(to=CALLER)
        carrier.callbacks = CallbackPlan(delay=60)
        send(client)
        carrier.inject(error(21610))
        carrier.reset()
        assert (carrier.ledger, carrier.requests, carrier.expectations, carrier.faults.waiting()) == ([], [], [], 0)
        assert (carrier.list_lag, carrier.callbacks) == (0.0, CallbackPlan())
        assert [own.phone_number for own in carrier.numbers.values()] == [BUSINESS]
        carrier.wait_for_callbacks(5)
        sid = send(client).sid
        assert [message.sid for message in client.messages.list()] == [sid]


def test_as_a_process_of_its_own():
    command = [sys.executable, "-m", "tests.fakes.carrier", "--latency-ms", "1", "--number", BUSINESS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        sid = send(make_client(url, ACCOUNT_SID, AUTH_TOKEN)).sid
        assert [text["sid"] for text in requests.get(f"{url}/ledger", timeout=5).json()] == [sid]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        process.stdout.close()


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("a" * 151 + "€" + "a" * 152, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("“" + "a" * 69, 1),
        ("“" + "a" * 70, 2),
        ("“" + "a" * 133, 2),
        ("“" + "a" * 134, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_segments(body, segments):
    assert count_segments(body) == segments
