"""Every figure on every page, as it was counted by hand; who may read it; and files that say what the page says."""

import csv
import io
import re
from datetime import time, timedelta
from html import unescape

import pytest
from django.conf import settings
from django.test import Client

from leads.enums import Role
from messaging.wording import version_of
from recoverline.reports.measures import MEASURES
from tests.base import sign_in
from tests.factories import (
    make_location,
    make_member,
    make_message,
    make_script,
    make_task,
    make_turn,
    make_unanswered,
    make_user,
)
from tests.recoverline.reports.week import Week, ask, at, make_week, talk

pytestmark = pytest.mark.django_db
WEEK = "from=2026-03-02&to=2026-03-08"
TABLES = {
    "": ("funnel", "speed", "money", "days"),
    "calls/": ("hours", "staff", "lines", "reasons"),
    "comparison/": ("scripts", "rules", "sequences"),
    "robot/": ("handled", "reasons", "intents", "questions", "guards"),
    "team/": ("answers", "callbacks", "urgent", "outcomes", "lost"),
    "deliverability/": ("texts", "lines", "errors", "kept_back", "opt_outs"),
}


@pytest.fixture
def week() -> Week:
    return make_week()


@pytest.fixture
def ana(week: Week) -> Client:
    return sign_in(week.business.memberships.get().user)


def rows_of(client: Client, page: str, key: str, asked: str = WEEK) -> list[list[str]]:
    """The cells of a file, without its heads."""
    answer = client.get(f"/reports/{page}?{asked}&csv={key}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode())))[1:]


def test_the_overview(ana: Client) -> None:
    assert rows_of(ana, "", "funnel") == [
        ["Missed calls", "11", "100 %", "1", "100 %", "'+1000 %"],
        ["Texted", "7", "64 %", "0", "0 %", "new"],
        ["Replied", "6", "55 %", "0", "0 %", "new"],
        ["Qualified", "4", "36 %", "0", "0 %", "new"],
        ["Booked", "5", "45 %", "0", "0 %", "new"],
        ["Kept", "1", "9.1 %", "0", "0 %", "new"],
        ["Paid", "2", "18 %", "0", "0 %", "new"],
        ["Recovered", "3", "27 %", "0", "0 %", "new"],
        ["Rang again", "1", "9.1 %", "0", "0 %", "new"],
    ]
    assert rows_of(ana, "", "speed") == [
        ["Speed, typical", "8.0 s", "'-", "'-"],
        ["Speed, slowest twentieth", "1 min 30 s", "'-", "'-"],
        ["Reply rate", "86 %", "'-", "'-"],
        ["Reached in 10 s", "5 (71 %)", "0", "'-"],
        ["Reached in 60 s", "6 (86 %)", "0", "'-"],
    ]
    assert rows_of(ana, "", "money") == [
        ["Recovered revenue", "$1,550.00", "$0.00", "new"],
        ["Revenue, as written down", "$1,300.00", "$0.00", "new"],
        ["Revenue, assumed", "$250.00", "$0.00", "new"],
        ["Texts (12 segments)", "$0.10", "$0.00", "new"],
        ["Calls (13 minutes)", "$0.13", "$0.00", "new"],
        ["Claude", "$0.05", "$0.00", "new"],
        ["Monthly fee, for these days", "$11.28", "$11.28", "the same"],
        ["Cost", "$11.55", "$11.28", "'+2 %"],
        ["Net", "$1,538.45", "'-$11.28", "'-"],
        ["Return", "$134.20", "$0.00", "new"],
    ]
    assert rows_of(ana, "", "days") == [
        ["Mon, Mar 2", "2", "1", "2"],
        ["Tue, Mar 3", "3", "0", "0"],
        ["Wed, Mar 4", "2", "1", "0"],
        ["Thu, Mar 5", "1", "1", "1"],
        ["Fri, Mar 6", "0", "1", "0"],
        ["Sat, Mar 7", "0", "0", "0"],
        ["Sun, Mar 8", "3", "0", "0"],
    ]


def test_when_calls_are_missed(ana: Client) -> None:
    hours = {
        (day, hour): count
        for day, *counts, _ in rows_of(ana, "calls/", "hours")
        for hour, count in enumerate(counts)
        if count != "0"
    }
    assert hours == {
        ("Monday", 9): "1", ("Monday", 23): "1", ("Tuesday", 1): "1", ("Tuesday", 10): "2", ("Wednesday", 12): "1",
        ("Wednesday", 15): "1", ("Thursday", 8): "1", ("Sunday", 1): "1", ("Sunday", 3): "1", ("Sunday", 23): "1",
    }  # fmt: skip
    assert [row[-1] for row in rows_of(ana, "calls/", "hours")] == ["2", "3", "2", "1", "0", "0", "3"]
    assert rows_of(ana, "calls/", "staff")[:2] == [
        ["Tuesday, 10 am to 11 am", "2", "2.0", "2", "100 %"],
        ["Monday, 9 am to 10 am", "1", "1.0", "1", "100 %"],
    ]
    assert rows_of(ana, "calls/", "lines") == [
        ["Main", "ads", "13", "10", "77 %", "0"],
        ["West", "website", "2", "1", "50 %", "0"],
    ]
    assert rows_of(ana, "calls/", "reasons") == [["No answer", "11", "100 %"]]
    there = rows_of(ana, "calls/", "hours", f"{WEEK}&location=west")
    assert {(row[0], hour) for row in there for hour in range(24) if row[hour + 1] != "0"} == {
        ("Monday", 22), ("Sunday", 22),
    }  # fmt: skip


def test_texts_and_rules_compared(week: Week, ana: Client) -> None:
    rule = week.business.rules.create(name="Busy line", script_kind="busy")
    type(week.calls["m1"]).objects.filter(pk__in=[week.calls[name].pk for name in ("m1", "m2", "m3")]).update(rule=rule)
    # m1 got the first words of a script, m2 those it was given later; x1, m4 and m12 the built-in ones.
    script = make_script(week.business, name="Friendly", body="Sorry, {first_name}!")
    script.history.update(history_date=at("1 09:00"))
    _says(week, f"{script.pk}:{version_of(script.body)}", "m1")
    script.body = "Hello {first_name}, what is it about?"
    script.save()
    script.history.filter(history_type="~").update(history_date=at("2 20:00"))
    _says(week, f"{script.pk}:{version_of(script.body)}", "m2")
    _says(week, "missed_call", "x1", "m4", "m12")
    assert rows_of(ana, "comparison/", "scripts") == [
        ["Built-in words: Missed call", "'-", "3", "3", "100 %", "44 % to 100 % (few)", "1", "0"],
        ["Not noted (older texts)", "'-", "2", "1", "50 %", "9 % to 91 % (few)", "0", "1"],
        ["Friendly", "1, since Mar 1, 2026", "1", "1", "100 %", "21 % to 100 % (few)", "1", "1"],
        ["Friendly", "2, since Mar 2, 2026", "1", "1", "100 %", "21 % to 100 % (few)", "1", "1"],
    ]
    script.delete()
    assert rows_of(ana, "comparison/", "scripts")[2][0] == "Friendly (deleted)"
    assert [row[:4] for row in rows_of(ana, "comparison/", "rules")] == [
        ["No rule matched", "8", "4", "4"],
        ["Busy line", "3", "3", "2"],
    ]
    assert rows_of(ana, "comparison/", "sequences") == []


def _says(week: Week, words: str, *names: str) -> None:
    for name in names:
        call = week.calls[name]
        key = f"missedcall:{call.account_id}:{call.carrier_call_id}"
        assert call.conversation.messages.filter(idem_key=key).update(words_by=words) == 1


def test_the_robot(week: Week, ana: Client) -> None:
    made = talk(week.business.numbers.order_by("pk")[0], "3 12:00", after=2)
    asked = make_message(made.conversation, direction="in", kind="inbound", status="received", created_at=at("3 12:05"))
    make_turn(
        asked, started_at=at("3 12:06"), status="handed_off", summary="Asks for a person", intents=["person"],
        objections=["a price that nobody told it"], driver="model", cost_micros=10_000,
    )  # fmt: skip
    make_unanswered(week.business, "Do you fix kites?", conversation=made.conversation, asked_at=at("3 12:06"))
    assert rows_of(ana, "robot/", "handled") == [
        ["Conversations it answered in", "2", "100 %"],
        ["Handled without handing over", "1", "50 %"],
        ["Handed over to a person", "1", "50 %"],
        ["Texts it sent", "1", "'-"],
        ["Drafts that wait or were discarded", "0", "'-"],
        ["Turns that failed", "0", "'-"],
        ["Turns written by Claude", "1", "50 %"],
        ["What Claude cost", "$0.06", "'-"],
    ]
    assert rows_of(ana, "robot/", "reasons") == [["Asks for a person", "1"]]
    assert ["Wants a person", "1", "1", "100 %"] in rows_of(ana, "robot/", "intents")
    assert rows_of(ana, "robot/", "questions") == [["Do you fix kites?", "Mar 3"]]
    assert rows_of(ana, "robot/", "guards") == [["a price that nobody told it", "1"]]


def test_the_team(week: Week, ana: Client) -> None:
    """A customer wrote at 9:02:24 and 9:20; Ana answered at 9:10 and at 10:00: 7 min 36 s, and 40 min of 15."""
    ana_herself = week.business.memberships.get().user
    thread = week.calls["m1"].conversation
    for local, direction, kind in (
        ("2 09:10", "out", "staff"), ("2 09:11", "out", "staff"), ("2 09:20", "in", "inbound"),
        ("2 10:00", "out", "staff"),
    ):  # fmt: skip
        author = ana_herself if kind == "staff" else None
        make_message(thread, direction=direction, kind=kind, created_at=at(local), author=author, segments=0)
    type(thread).messages.rel.related_model.objects.filter(kind="robot").delete()
    make_task(week.main, due_at=at("4 10:00"), done_at=at("4 09:50"), done_by=ana_herself)
    make_task(week.main, due_at=at("4 11:00"), done_at=at("4 11:30"), done_by=ana_herself)
    make_task(week.west, due_at=at("5 11:00"))
    # Open from half past nine: nothing of the first wait, half an hour of the second.
    for weekday in range(5):
        week.business.opening_hours.create(weekday=weekday, opens=time(9, 30), closes=time(17))
    assert rows_of(ana, "team/", "answers") == [["ana", "2", "7 min 36 s", "40 min", "0.0 s", "30 min", "1", "50 %"]]
    assert [row[3:] for row in rows_of(ana, "list/", "rows", f"{WEEK}&figure=answers")] == [
        ["ana", "40 min", "30 min"], ["ana", "7 min 36 s", "0.0 s"],
    ]  # fmt: skip
    assert rows_of(ana, "team/", "callbacks") == [
        ["ana", "2", "1", "1", "0", "50 %"],
        ["Not done, or by nobody named", "1", "0", "0", "1", "0 %"],
    ]
    for name, values in (("m3", {"status": "lost", "lost_reason": "price"}), ("w2", {})):
        call = week.calls[name]
        made = type("Said", (), {"lead": call.lead, "call": call, "conversation": call.conversation})
        ask(made, opened_at=at("5 10:00"), **values)  # type: ignore[arg-type]  # as a talk
    assert rows_of(ana, "team/", "outcomes") == [["Open", "1", "50 %"], ["Lost", "1", "50 %"]]
    assert rows_of(ana, "team/", "lost") == [["Too expensive", "1"]]


def test_deliverability(week: Week, ana: Client) -> None:
    text = week.calls["m3"].conversation.messages.get()
    type(text).objects.filter(pk=text.pk).update(status="undelivered", error_code="30007", error_text="Filtered")
    make_message(
        week.calls["m4"].conversation, status="suppressed", suppression="opted_out", created_at=at("8 02:00"),
        kind="follow_up",
    )  # fmt: skip
    week.business.opt_outs.create(phone=week.calls["m4"].caller, source="text", opted_out_at=at("8 01:50"))
    assert rows_of(ana, "deliverability/", "texts") == [
        ["Sent", "1", "10 %"],
        ["Delivered", "6", "60 %"],
        ["Not delivered", "1", "10 %"],
        ["Failed", "1", "10 %"],
        ["Not sent", "1", "10 %"],
    ]
    numbers = [row[1:] for row in rows_of(ana, "deliverability/", "lines")]
    assert numbers == [["8", "6", "75 %", "1", "1"], ["1", "0", "0 %", "1", "0"]]
    assert rows_of(ana, "deliverability/", "errors") == [["30007", "A carrier filtered the text as spam.", "1"]]
    assert rows_of(ana, "deliverability/", "kept_back") == [["Opted out", "1"]]
    assert rows_of(ana, "deliverability/", "opt_outs") == [["Text", "1", "14 %"]]


def test_a_file_says_what_the_page_says_and_every_link_leads_somewhere(ana: Client) -> None:
    links: dict[str, str] = {}
    for page, keys in TABLES.items():
        shown = ana.get(f"/reports/{page}?{WEEK}").content.decode()
        assert re.findall(r'id="table-(\w+)"', shown) == list(keys)
        for key in keys:
            part = shown.split(f'id="table-{key}"')[1].split("<section")[0]
            cells = [unescape(cell) for cell in re.findall(r"<bdi>(.*?)</bdi>", part)]
            in_file = [cell.removeprefix("'") for row in rows_of(ana, page, key) for cell in row] if cells else []
            assert in_file == cells, key
        found = re.findall(r'<td[^>]*><a href="(/reports/list/[^"]+)"><bdi>(.*?)</bdi>', shown)
        links |= {unescape(link): text for link, text in found}
    assert len(links) > 40
    for link, text in links.items():
        behind = re.search(r"Calls: (\d+)|[a-z]: (\d+)</h2>", ana.get(link).content.decode())
        assert behind is not None, link
        if not text.startswith("$"):
            assert (behind[1] or behind[2]) == text.split(" ")[0], (link, text)


def test_the_list_behind_a_figure_has_as_many_rows_and_says_what_each_is_worth(week: Week, ana: Client) -> None:
    found = rows_of(ana, "list/", "rows", f"{WEEK}&figure=recovered")
    assert [row[-1] for row in found] == ["$1,000.00, written down", "$250.00, assumed", "$300.00, written down"]
    assert [row[0] for row in found] == ["2026-03-05 08:00", "2026-03-02 23:30", "2026-03-02 09:00"]
    assert len(rows_of(ana, "list/", "rows", f"{WEEK}&figure=missed&hour=34")) == 2
    assert len(rows_of(ana, "list/", "rows", f"{WEEK}&figure=missed&day=2026-03-08")) == 3
    for odd in ("figure=other", "figure=missed&hour=x", "figure=missed&day=2026-03-09", "figure=texts&line=x"):
        assert ana.get(f"/reports/list/?{WEEK}&{odd}").status_code == 404, odd


def test_a_long_list_has_pages_and_its_file_has_all(week: Week, ana: Client) -> None:
    for minute in range(60):
        talk(week.business.numbers.order_by("pk")[0], f"6 15:{minute:02}")
    first = ana.get(f"/reports/list/?{WEEK}&figure=missed").content.decode()
    assert ("Missed calls" in first, first.count("<tr>"), "Older" in first, "Newer" in first) == (True, 51, True, False)
    second = ana.get(f"/reports/list/?{WEEK}&figure=missed&page=2").content.decode()
    assert (second.count("<tr>"), "Older" in second, "Newer" in second) == (22, False, True)
    assert len(rows_of(ana, "list/", "rows", f"{WEEK}&figure=missed")) == 71


def test_only_owners_managers_and_readers_see_reports_and_only_of_their_locations(week: Week) -> None:
    for role, sees in ((Role.MANAGER, True), (Role.READ_ONLY, True), (Role.FRONT_DESK, False)):
        user = make_user(role.value)
        make_member(week.business, user, role)
        client = sign_in(user)
        assert ("From missed call to job" in client.get(f"/reports/?{WEEK}").content.decode()) == sees
        assert (">Reports</a>" in client.get("/reports/words/").content.decode()) == sees
        wanted = 200 if sees else 404
        assert client.get(f"/reports/?business={week.business.slug}").status_code == wanted
    dee = make_user("dee")
    make_member(week.business, dee, Role.MANAGER).locations.add(week.west)
    limited = sign_in(dee)
    assert rows_of(limited, "", "funnel")[0][:2] == ["Missed calls", "1"]
    assert limited.get("/reports/?location=main").status_code == 404
    stranger = make_user("cleo")
    make_member(make_location(type(week.business).objects.create(name="Birch", slug="birch")).business, stranger)
    for address in ("", "list/?figure=missed", "team/"):
        joined = "&" if "?" in address else "?"
        assert sign_in(stranger).get(f"/reports/{address}{joined}business={week.business.slug}").status_code == 404
        assert week.calls["m1"].caller not in sign_in(stranger).get(f"/reports/{address}").content.decode()


def test_every_word_is_explained(ana: Client) -> None:
    book = (settings.BASE_DIR / "docs/reports.md").read_text()
    assert [key for key, one in MEASURES.items() if f"| {one.name} | {one.definition} |" not in book] == []
    shown = unescape(ana.get("/reports/words/").content.decode())
    assert all(measure.definition in shown for measure in MEASURES.values())


def test_an_empty_business_is_told_so_on_every_page(ana: Client) -> None:
    quiet = (at("2 09:00") - timedelta(days=400)).date()
    for page in TABLES:
        assert ana.get(f"/reports/{page}?from={quiet}&to={quiet}").status_code == 200, page
