"""Where there is no time to book: a call back in a window, the waitlist of a full day."""

from datetime import date, timedelta
from typing import Any

import pytest

from leads.models import CallbackTask, Lead, LeadEvent
from scheduling import waitlist
from scheduling.models import BookingRules, BookingSettings, OpeningHours, WaitlistEntry
from tests.factories import NOON, make_area, make_business, make_lead, make_location
from tests.scheduling.page.visitor import (
    MARIA,
    MARIA_PHONE,
    Visitor,
    at,
    heading_of,
    make_page,
    path_to_book,
    path_to_manage,
    text_of,
    written,
)
from tests.scheduling.shop import Shop

pytestmark = pytest.mark.django_db

CALL = "/book/alder/callback/"
FORM_ID = "11111111-1111-4111-8111-111111111111"
# Two hours from opening at nine: at 2 PM the running window goes on until three.
WINDOW = (NOON + timedelta(minutes=15)).isoformat()


@pytest.fixture
def shop() -> Shop:
    return make_page()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


def ask(visitor: Visitor, path: str = CALL, **values: str) -> Any:
    return visitor.post(path, **{**MARIA, "form_id": FORM_ID, "window": WINDOW, **values})


# ---------------------------------------------------------------- a call back
def test_asking_for_a_call(shop: Shop, visitor: Visitor) -> None:
    with at():
        page = visitor.get(CALL)
        assert "Wednesday, June 17, 2:15 PM to 3:00 PM" in text_of(page)
        answer = ask(visitor, f"{CALL}?why=outside&service={shop.service.pk}&place=90210")
        done = visitor.get(answer["Location"])
    task, lead = CallbackTask.objects.get(), Lead.objects.get()
    assert (task.lead, task.location, task.reason, task.cause) == (
        lead, shop.location, "call_asked", f"booking-page:{FORM_ID.replace('-', '')}",
    )  # fmt: skip
    assert (task.not_before, task.due_at) == (NOON + timedelta(minutes=15), NOON + timedelta(hours=1))
    assert task.detail == f"Outside the area. {shop.service.name}. 90210. Dripping faucet"
    assert (lead.phone, lead.name, lead.source) == (MARIA_PHONE, "Maria Lopez", "booking page")
    assert "On Wednesday, June 17, 2:15 PM to 3:00 PM." in text_of(done)


def test_two_presses_ask_once(shop: Shop, visitor: Visitor) -> None:
    with at():
        answers = [ask(visitor) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (CallbackTask.objects.count(), Lead.objects.count()) == (1, 1)


def test_where_no_hours_are_known_it_is_as_soon_as_possible(shop: Shop, visitor: Visitor) -> None:
    OpeningHours.objects.all().delete()
    with at():
        answer = ask(visitor)
        assert "As soon as we can." in text_of(visitor.get(answer["Location"]))
    task = CallbackTask.objects.get()
    assert (task.not_before, task.due_at) == (None, NOON + timedelta(minutes=10))


def test_a_personal_link_needs_no_phone(shop: Shop, visitor: Visitor) -> None:
    BookingSettings.objects.update(is_page_on=False)
    lead = make_lead(shop.business, phone=MARIA_PHONE)
    row = shop.book(shop.at(10), lead=lead)
    with at():
        ask(visitor, f"{path_to_manage(row)}callback/?why=late", phone="+12125550199", note="")
        ask(visitor, f"{path_to_book(lead)}callback/", form_id=FORM_ID.replace("1", "2"), note="")
    tasks = CallbackTask.objects.order_by("pk")
    assert list(tasks.values_list("lead", "detail")) == [
        (
            lead.pk,
            f"Wants to change an appointment, too late to do it online. {shop.service.name}, Thu Jun 18, 10:00",
        ),
        (lead.pk, "Asked on the booking page"),
    ]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"window": "2026-06-17T12:00:00+00:00"}, "This time has passed. Please choose another one."),
        ({"window": ""}, "Please choose a time."),
        ({"form_id": "1"}, "Please send it once more."),
        ({"phone": "12"}, "This is not a phone number."),
        ({"name": ""}, "Please fill this in."),
        ({"note": "x" * 501}, "Please use at most 500 characters."),
    ],
)
def test_what_cannot_be_asked(shop: Shop, visitor: Visitor, typed: dict[str, str], message: str) -> None:
    with at():
        before = written()
        answer = ask(visitor, **typed)
    assert (answer.status_code, written()) == (422, before)
    assert message in text_of(answer)


def test_a_robot_is_thanked_for_nothing(shop: Shop, visitor: Visitor) -> None:
    with at():
        before = written()
        assert (heading_of(ask(visitor, trap="x")), written()) == ("Thank you", before)


@pytest.mark.parametrize("extra", ["why=x&service=x", "service=99999999999999999999", "location=%00", "asked=forged"])
def test_garbled_addresses_do_no_harm(shop: Shop, visitor: Visitor, extra: str) -> None:
    with at():
        assert heading_of(visitor.get(f"{CALL}?{extra}")) == "We call you"
        assert ask(visitor, f"{CALL}?{extra}").status_code == 302
    assert CallbackTask.objects.get().detail == "Asked on the booking page. Dripping faucet"


def test_only_where_call_backs_are_offered(shop: Shop, visitor: Visitor) -> None:
    BookingSettings.objects.update(offers_callbacks=False)
    with at():
        before = written()
        assert (visitor.get(CALL).status_code, ask(visitor).status_code) == (404, 404)
        assert "Ask us to call you" not in text_of(visitor.get("/book/alder/"))
    assert written() == before


def test_the_location_that_is_named_is_asked_but_never_a_strangers(shop: Shop, visitor: Visitor) -> None:
    annex = make_location(shop.business, "Annex", slug="annex")
    other = make_location(make_business("Birch", slug="birch"), slug="birch-main")
    with at():
        ask(visitor, f"{CALL}?location=annex")
        ask(visitor, f"{CALL}?location={other.slug}", form_id=FORM_ID.replace("1", "2"))
    assert list(CallbackTask.objects.order_by("pk").values_list("location", flat=True)) == [
        annex.pk, shop.location.pk,  # the one that was there first
    ]  # fmt: skip


# ---------------------------------------------------------------- a full day
def full_day(shop: Shop) -> str:
    BookingRules.objects.update(most_per_day=1)
    shop.book(shop.at(10), lead=make_lead(shop.business))
    return f"/book/alder/service/{shop.service.pk}/"


def test_a_full_day_has_a_waitlist(shop: Shop, visitor: Visitor) -> None:
    path = full_day(shop)
    wait = f"{path}waitlist/?location={shop.location.slug}&day=2026-06-18"
    with at():
        page = visitor.get(path)
        assert wait.replace("&", "&amp;") in page.content.decode()
        assert "Full days We can tell you when a time is freed. Thursday, June 18 No time" in text_of(page)
        answer = visitor.post(wait, **MARIA)
        assert heading_of(visitor.get(answer["Location"])) == "You are on the list."
    with at(NOON + timedelta(seconds=1)):
        again = visitor.post(wait, **MARIA)
    entry = WaitlistEntry.objects.get()
    assert again.status_code == 302
    consent = LeadEvent.objects.get(kind="consent.given")
    assert (consent.text, consent.data) == (
        "Agreed to texts about a day that was full on the booking page", {"waitlist": str(entry.key)},
    )  # fmt: skip
    assert (entry.day.isoformat(), entry.service, entry.location, entry.lead.phone, entry.name) == (
        "2026-06-18", shop.service, shop.location, MARIA_PHONE, "Maria Lopez",
    )  # fmt: skip


def test_closed_days_are_not_full(shop: Shop, visitor: Visitor) -> None:
    with at():
        page = visitor.get(full_day(shop))
    assert [day.isoformat() for day in page.context["week"].full] == ["2026-06-18"]


@pytest.mark.parametrize(
    "query",
    ["", "day=x", "day=2026-06-16", "day=2027-06-16", "day=9999-12-31"],
)
def test_a_day_that_nobody_can_wait_for(shop: Shop, visitor: Visitor, query: str) -> None:
    path = full_day(shop)
    with at():
        before = written()
        answers = visitor.get(f"{path}waitlist/?{query}"), visitor.post(f"{path}waitlist/?{query}", **MARIA)
    assert ([answer.status_code for answer in answers], written()) == ([404, 404], before)


def test_only_where_a_waitlist_is_offered(shop: Shop, visitor: Visitor) -> None:
    BookingSettings.objects.update(offers_waitlist=False)
    path = full_day(shop)
    with at():
        assert "Full days" not in text_of(visitor.get(path))
        assert visitor.post(f"{path}waitlist/?day=2026-06-18", **MARIA).status_code == 404


def test_outside_the_area_nobody_waits(shop: Shop, visitor: Visitor) -> None:
    path = full_day(shop)
    BookingRules.objects.update(place="customer")
    make_area(shop.business, "Tempe", postal_codes=["85281"])
    with at():
        before = written()
        assert visitor.post(f"{path}waitlist/?day=2026-06-18&place=90210", **MARIA).status_code == 404
        assert written() == before
        assert visitor.post(f"{path}waitlist/?day=2026-06-18&place=85281", **MARIA).status_code == 302
    assert WaitlistEntry.objects.get().area.city == "Tempe"


def test_the_waitlist_says_what_is_wrong(shop: Shop, visitor: Visitor) -> None:
    path = f"{full_day(shop)}waitlist/?day=2026-06-18"
    with at():
        before = written()
        assert visitor.post(path, **{**MARIA, "phone": "1"}).status_code == 422
        assert heading_of(visitor.post(path, **MARIA, trap="x")) == "Thank you"
    assert written() == before


def test_who_waits_for_a_day_with_open_times_is_sent_to_them(shop: Shop, visitor: Visitor) -> None:
    path = f"/book/alder/service/{shop.service.pk}/"
    with at():
        before = written()
        for answer in (
            visitor.get(f"{path}waitlist/?day=2026-06-19"),
            visitor.post(f"{path}waitlist/?day=2026-06-19", **MARIA),
        ):
            assert answer["Location"] == f"{path}?location={shop.location.slug}&from=2026-06-19"
        assert written() == before
        assert shop.at(9, days=2).isoformat() in visitor.get(answer["Location"]).content.decode()


def test_one_phone_waits_for_three_days_at_a_time(shop: Shop) -> None:
    path = full_day(shop)
    days = [date(2026, 6, day) for day in (18, 19, 22, 23)]
    for day in days[1:]:
        shop.book(shop.at(10, days=day.day - 17), lead=make_lead(shop.business))

    def wait(day: date, where: str = path) -> int:
        return Visitor().post(f"{where}waitlist/?day={day}", **MARIA).status_code

    with at():
        assert [wait(day) for day in days[:3]] == [302, 302, 302]
    with at(NOON + timedelta(days=1) - timedelta(hours=4)):  # the day's count is a new one in UTC
        own = f"{path_to_book(Lead.objects.get(phone=MARIA_PHONE))}service/{shop.service.pk}/"
        before = written()
        assert (wait(days[3]), wait(days[3], own), written()) == (429, 429, before)
        assert wait(days[2]) == 302  # once more is the same
        waitlist.withdraw(WaitlistEntry.objects.get(day=days[1]), now=NOON)
        assert wait(days[3]) == 302
    assert WaitlistEntry.objects.filter(status="waiting").count() == 3


def test_one_phone_joins_three_times_a_day(shop: Shop) -> None:
    path = full_day(shop)
    with at():
        for _ in range(3):
            assert Visitor().post(f"{path}waitlist/?day=2026-06-18", **MARIA).status_code == 302
            waitlist.withdraw(WaitlistEntry.objects.get(status="waiting"), now=NOON)
        answer = Visitor().post(f"{path}waitlist/?day=2026-06-18", **MARIA)
    assert (answer.status_code, heading_of(answer)) == (429, "That was a lot at once.")
