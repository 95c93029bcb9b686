"""The simulator's page: who may play, and that everything it offers works."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from leads.enums import Role
from leads.models import Lead, LeadEvent
from messaging.enums import CarrierKind
from messaging.models import Call, Conversation, InboundHook, Message, MessageMedia, OptOut, Script
from messaging.simulator import jobs
from messaging.simulator.erasing import erase
from messaging.simulator.phone_screen import screen_of
from messaging.simulator.phones import USUAL
from messaging.simulator.player import Player
from messaging.simulator.trace import trace_of
from recoverline.lib import clock
from tests.base import Cast, make_cast
from tests.factories import (
    make_call,
    make_conversation,
    make_lead,
    make_member,
    make_message,
    make_opt_out,
    make_script,
    make_user,
)
from tests.messaging.simulator.conftest import Line

ACTS = ("scenario-run", "call-place", "text-send", "clock-move", "erase-ask", "erase")


@pytest.fixture
def cast(db: None, sim_settings: Any) -> Cast:
    """Alder's account is simulated, Birch's is not."""
    people = make_cast()
    people.a_account.kind = CarrierKind.SIMULATOR
    people.a_account.save()
    return people


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def subject(number: Any, caller: str = USUAL, **more: str) -> dict[str, str]:
    return {"number": str(number.key), "caller": caller, **more}


# ---------------------------------------------------------------- who may
def test_members_see_their_simulated_numbers(cast: Cast) -> None:
    for user in (cast.ana, cast.ben, cast.root):
        answer = signed_in(user).get(reverse("simulator:show"))
        assert answer.status_code == 200
        assert [number.pk for number in answer.context["numbers"]] == [cast.a_number.pk]


def test_who_has_no_simulated_number_reads_how_to_get_one(cast: Cast) -> None:
    answer = signed_in(cast.cleo).get(reverse("simulator:show"))
    assert (answer.status_code, answer.templates[0].name) == (200, "simulator/empty.html")


@pytest.mark.parametrize("act", ACTS)
def test_strangers_get_404_and_nothing_happens(cast: Cast, act: str) -> None:
    answer = signed_in(cast.cleo).post(reverse(f"simulator:{act}"), subject(cast.a_number, to="day", scenario="busy"))
    assert answer.status_code == 404
    assert not clock.offset()


@pytest.mark.parametrize("act", ACTS)
def test_a_real_number_does_not_exist_here(cast: Cast, act: str) -> None:
    for user in (cast.cleo, cast.root):
        assert signed_in(user).post(reverse(f"simulator:{act}"), subject(cast.b_number)).status_code == 404
    assert signed_in(cast.root).get(reverse("simulator:live"), subject(cast.b_number)).status_code == 404


@pytest.mark.parametrize("act", ACTS)
def test_read_only_members_look_but_do_not_play(cast: Cast, act: str) -> None:
    reader = make_user("rae")
    make_member(cast.a, reader, Role.READ_ONLY)
    client = signed_in(reader)
    assert client.get(reverse("simulator:show")).context["may_act"] is False
    assert client.post(reverse(f"simulator:{act}"), subject(cast.a_number, to="day")).status_code == 403
    assert not clock.offset()


@pytest.mark.parametrize("page", ["show", "live", *ACTS])
def test_nobody_plays_without_signing_in(cast: Cast, page: str) -> None:
    method = Client().get if page in ("show", "live") else Client().post
    answer = method(reverse(f"simulator:{page}"), subject(cast.a_number))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize("act", ACTS)
def test_a_link_changes_nothing(cast: Cast, act: str) -> None:
    assert signed_in(cast.ana).get(reverse(f"simulator:{act}"), subject(cast.a_number)).status_code == 405


def test_without_the_simulator_there_is_no_page(cast: Cast, settings: Any) -> None:
    settings.ROOT_URLCONF = "recoverline.urls"
    assert signed_in(cast.root).get("/simulator/").status_code == 404


# ---------------------------------------------------------------- what it does
@dataclass
class Desk:
    """Ana at the page of a live line."""

    line: Line
    client: Client

    def post(self, act: str, caller: str = USUAL, **fields: str) -> HttpResponse:
        return self.client.post(reverse(f"simulator:{act}"), subject(self.line.number, caller, **fields))

    def notes(self, answer: Any) -> list[str]:
        return [str(note) for note in get_messages(answer.wsgi_request)]


@pytest.fixture
def desk(line: Line, monkeypatch: pytest.MonkeyPatch) -> Desk:
    user = make_user("ana")
    make_member(line.business, user)
    monkeypatch.setattr(jobs, "MOMENT_SECONDS", 20)
    # No sender process runs beside the tests.
    monkeypatch.setattr(jobs, "Player", partial(Player, delivers=True))
    return Desk(line, signed_in(user))


def test_a_scenario_calls_from_a_new_phone_if_wanted(desk: Desk) -> None:
    answer = desk.post("scenario-run", scenario="busy", fresh="on")
    assert answer["Location"] == (f"/simulator/?number={desk.line.number.key}&caller=%2B15555550120&fresh=on#phone")
    desk.post("scenario-run", scenario="hang-up")
    assert list(Call.objects.order_by("id").values_list("caller", "miss_reason")) == [
        ("+15555550120", "busy"), (USUAL, "abandoned"),
    ]  # fmt: skip


def test_a_scenario_with_a_phone_of_its_own_shows_that_phone(desk: Desk) -> None:
    answer = desk.post("scenario-run", scenario="landline", fresh="on")
    assert "caller=%2B15555550190&" in answer["Location"]
    assert Call.objects.values_list("caller", flat=True).get() == "+15555550190"


def test_a_text_that_answers_nothing_is_preceded_by_a_call(desk: Desk) -> None:
    desk.post("scenario-run", scenario="flooding")
    desk.post("scenario-run", scenario="help")
    assert Call.objects.count() == 1
    inbound = Message.objects.filter(direction="in").order_by("id").values_list("body", flat=True)
    assert list(inbound) == ["my basement is flooding", "HELP"]
    assert Conversation.objects.get().is_urgent


def test_own_calls_and_texts(desk: Desk) -> None:
    desk.post("call-place", ending="voicemail", words="please call me back")
    desk.post("text-send", body="are you there?")
    assert Call.objects.values_list("transcript", flat=True).get() == "please call me back"
    assert Message.objects.filter(direction="in").values_list("body", flat=True).get() == "are you there?"


def test_what_makes_no_sense_is_said_and_not_done(desk: Desk) -> None:
    desk.post("scenario-run", scenario="dance")
    desk.post("text-send", body=" ")
    desk.post("text-send", "anonymous", body="hello")
    last = desk.post("clock-move", to="yesterday")
    assert desk.notes(last) == [
        "Select a valid choice. dance is not one of the available choices.",
        "Write something, or send the picture.",
        "A hidden number cannot send texts. Choose another phone.",
        "Select a valid choice. yesterday is not one of the available choices.",
    ]
    assert not InboundHook.objects.exists()


def test_the_clock_panel_moves_the_clock(desk: Desk) -> None:
    desk.post("clock-move", to="day")
    assert round(clock.offset().total_seconds()) == 86_400
    desk.post("clock-move", to="real")
    assert clock.offset().total_seconds() == 0


def test_a_server_that_does_not_answer_is_said(desk: Desk, settings: Any) -> None:
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    answer = desk.post("call-place", ending="busy")
    assert desk.notes(answer) == ["Nothing answers at http://127.0.0.1:9: No whole answer came (ConnectionError)."]


# ---------------------------------------------------------------- what it shows
def test_phone_and_trace_tell_what_happened(line: Line) -> None:
    make_script(line.business, body="{business}: sorry we missed you. {opt_out}")
    line.play("call busy; text STOP")
    screen = screen_of(line.number, USUAL)
    assert screen.call_line == "Rang 2 s, nobody answered"
    assert len(screen.heard) == 1
    assert [(bubble.is_mine, bubble.body.partition(":")[0]) for bubble in screen.bubbles] == [
        (False, "Saguaro Plumbing"), (True, "STOP"), (False, "Saguaro Plumbing"),
    ]  # fmt: skip
    stop, call = trace_of(line.number, USUAL)
    assert [(step.label, step.title) for step in call.steps] == [
        ("Webhook", "A call comes in"),
        ("Webhook", "Ringing is over: busy"),
        ("Rules", "Missed: busy after 2 s of ringing (open). Text."),
        ("Text", "Automatic: delivered"),
        ("Webhook", "The call is over: completed"),
        ("Webhook", "The carrier says: sent"),
        ("Webhook", "The carrier says: delivered"),
    ]
    assert [(step.label, step.title) for step in stop.steps] == [
        ("Webhook", "A text comes in"),
        ("Event", "Opted out (text)"),
        ("Text", "Automatic: delivered"),
        ("Webhook", "The carrier says: sent"),
        ("Webhook", "The carrier says: delivered"),
    ]
    assert [episode.title for episode in (stop, call)] == ["A text: “STOP”", "A call: busy"]


@pytest.mark.parametrize(
    ("script", "headline"),
    [
        ("call voicemail 'please call me back'", "no answer after 15 s of ringing (open); then left a voicemail"),
        ("call silent", "no answer after 15 s of ringing (open); then voicemail without a word"),
        ("call", "no answer after 15 s of ringing (open)"),
    ],
)
def test_the_headline_names_the_reason_that_the_rules_were_asked_for(line: Line, script: str, headline: str) -> None:
    line.play(script)
    (call,) = trace_of(line.number, USUAL)
    assert [step.title for step in call.steps if step.label == "Rules"] == [f"Missed: {headline}. Text."]


def test_after_the_clock_went_back_the_newest_is_still_first(line: Line) -> None:
    line.play("wait 2d; call; at now; text hello")
    assert [episode.title for episode in trace_of(line.number, USUAL)] == ["A text: “hello”", "A call: no answer"]
    assert [bubble.body for bubble in screen_of(line.number, USUAL).bubbles][-1] == "hello"


def test_a_carrier_that_answers_itself_is_shown_as_such(line: Line) -> None:
    line.account.handles_optout = True
    line.account.save()
    line.play("text HELP; text STOP")
    bubbles = screen_of(line.number, USUAL).bubbles
    assert [(bubble.is_mine, bubble.is_from_carrier) for bubble in bubbles] == [
        (True, False), (False, True), (True, False), (False, True),
    ]  # fmt: skip


def test_another_phones_story_is_not_shown(line: Line) -> None:
    line.play("call busy")
    assert trace_of(line.number, "+15555550124") == []
    assert screen_of(line.number, "+15555550124").bubbles == ()


def test_the_fragment_is_sent_only_when_it_changed(desk: Desk) -> None:
    asked = reverse("simulator:live"), subject(desk.line.number)
    clock_free = desk.client.get(*asked)
    again = desk.client.get(*asked, headers={"If-None-Match": clock_free["ETag"]})
    assert (clock_free.status_code, again.status_code, again.content) == (200, 304, b"")
    desk.post("call-place", ending="busy")
    changed = desk.client.get(*asked, headers={"If-None-Match": clock_free["ETag"]})
    assert changed.status_code == 200
    assert b"Ringing is over: busy" in changed.content


def test_what_a_caller_writes_is_text_and_nothing_else(desk: Desk) -> None:
    desk.post("text-send", body="<script>alert(1)</script>")
    html = desk.client.get(reverse("simulator:show"), subject(desk.line.number)).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


# ---------------------------------------------------------------- deleting
def test_deleting_takes_what_was_simulated(desk: Desk) -> None:
    desk.line.play("call; text 'look' with picture; text STOP; call anonymous")
    make_script(desk.line.business)
    answer = desk.post("erase-ask")
    assert (answer.status_code, Call.objects.count()) == (200, 2)
    file = MessageMedia.objects.get().file
    assert file.storage.exists(file.name)
    answer = desk.post("erase")
    assert desk.notes(answer) == ["Deleted 6 simulated calls and texts of Saguaro Plumbing."]
    left = [
        model.__name__
        for model in (Call, Message, Conversation, Lead, OptOut, LeadEvent, InboundHook, MessageMedia)
        if model.objects.exists()
    ]
    assert left == []
    assert Script.objects.count() == 1
    assert not file.storage.exists(file.name)


def test_deleting_leaves_what_was_real(cast: Cast) -> None:
    """A simulated account in a real business: the same person may have called for real as well."""
    simulated, both = make_lead(cast.a, is_simulated=True), make_lead(cast.a, is_simulated=True)
    real = make_call(cast.a_number, caller=both.phone, lead=both)
    make_call(cast.a_number, caller=simulated.phone, lead=simulated, is_simulated=True)
    kept = make_message(make_conversation(both, cast.a_number))
    make_message(make_conversation(simulated, cast.a_number, is_simulated=True), is_simulated=True)
    make_opt_out(cast.a, phone=both.phone)
    make_opt_out(cast.a, phone=simulated.phone)
    foreign = make_call(cast.b_number, is_simulated=True)
    assert erase(cast.a) == 2
    assert list(Lead.objects.values_list("pk", flat=True)) == [both.pk]
    assert set(Call.objects.values_list("pk", flat=True)) == {real.pk, foreign.pk}
    assert list(Message.objects.values_list("pk", flat=True)) == [kept.pk]
    assert list(OptOut.objects.values_list("phone", flat=True)) == [both.phone]
