"""The pages of staff: what they show, and what the acts do. Rights of every address: tests/recoverline."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.enums import Role
from leads.models import Lead, LeadEvent, Location, Service
from scheduling import booking
from scheduling.booking import Wanted
from scheduling.enums import AppointmentStatus, BookedBy, WaitlistStatus
from scheduling.models import Appointment, BusyCalendar, Claim, Closure, Resource, WaitlistEntry
from tests.base import Cast, make_cast, sign_in
from tests.factories import (
    make_appointment,
    make_area,
    make_hours,
    make_lead,
    make_location,
    make_member,
    make_resource,
    make_rules,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 17, 18, 0, tzinfo=UTC)  # Wednesday, 11 AM in Phoenix
DAY = date(2026, 6, 18)
BOOK = "/appointments/book/"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.a.time_zone = cast.b.time_zone = "America/Phoenix"
    cast.a.save()
    cast.b.save()
    make_hours(cast.a)
    return cast


@pytest.fixture
def location(cast: Cast) -> Location:
    return Location.objects.select_related("business").get(pk=cast.a_location.pk)


@pytest.fixture
def service(cast: Cast) -> Service:
    service = make_service(cast.a, "Drain cleaning", duration_minutes=60)
    make_rules(service)
    return service


@pytest.fixture
def maria(cast: Cast) -> Resource:
    return make_resource(cast.a, "Maria")


@pytest.fixture
def ben(cast: Cast) -> Client:
    return sign_in(cast.ben)


@pytest.fixture
def rita(cast: Cast) -> Client:
    user = make_user("rita")
    make_member(cast.a, user, Role.READ_ONLY)
    return sign_in(user)


@pytest.fixture
def booked(cast: Cast, service: Service, location: Location, maria: Resource) -> Appointment:
    """Tomorrow at ten, through the door, so that its time is claimed."""
    lead = make_lead(cast.a, name="Dana Whitfield", phone="+12125550123")
    wanted = Wanted(service=service, location=location, starts_at=at(10), lead=lead)
    return booking.book(wanted, by=BookedBy.STAFF, now=NOW - timedelta(hours=1))


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    """In Phoenix."""
    return datetime.combine(day, time(hour, minute), tzinfo=UTC) + timedelta(hours=7)


def form(chosen: Service, **values: str) -> dict[str, str]:
    return {
        "service": str(chosen.pk), "day": "2026-06-18", "time": "09:00", "resource": "", "phone": "212 555 0177",
        "name": "Quinn", "address": "", "area": "", "note": "", "client_id": uuid.uuid4().hex, "exact": "", **values,
    }  # fmt: skip


def text_of(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def said(answer: HttpResponse) -> list[str]:
    return [str(message) for message in answer.wsgi_request._messages]  # type: ignore[attr-defined]


def state_of(row: Appointment) -> tuple[str, datetime, int]:
    row = Appointment.objects.get(pk=row.pk)
    return row.status, row.starts_at, row.version


# ---------------------------------------------------------------- day and week
def test_the_day_shows_who_comes(ben: Client, booked: Appointment) -> None:
    answer = ben.get("/appointments/?on=2026-06-18")
    page = answer.context["page"]
    assert [block.appointment for block in page.columns[0].blocks if block.kind == "visit"] == [booked]
    words = text_of(answer)
    for word in ("Thursday, June 18, 2026", "Maria", "Dana Whitfield", "10:00 AM – 11:00 AM", "Drain cleaning"):
        assert word in words
    assert f"/appointments/{booked.key}/" in words


@pytest.mark.parametrize("on", ["", "tomorrow", "2026-02-31", "9999-12-31", "0001-01-01", "2026-13-01"])
def test_a_day_that_makes_no_sense_is_today(ben: Client, maria: Resource, on: str) -> None:
    for page in ("", "week/", "board/"):
        answer = ben.get(f"/appointments/{page}", {"on": on})
        assert (answer.status_code, answer.context["sight"].day) == (200, date(2026, 6, 17))


def test_no_style_and_no_script_stands_in_the_page(ben: Client, booked: Appointment) -> None:
    for path in ("", "week/", f"{booked.key}/", f"{booked.key}/move/", "new/"):
        words = text_of(ben.get(f"/appointments/{path}", {"on": "2026-06-18"}))
        assert ("style=" in words, "<style" in words, "onclick" in words) == (False, False, False)


def test_zones_are_named_when_there_are_several(cast: Cast, ben: Client, booked: Appointment) -> None:
    pages = ["", "week/", "new/", f"{booked.key}/", f"{booked.key}/move/"]
    paths = [f"/appointments/{page}" for page in pages]
    make_location(cast.a, "Same zone", time_zone="America/Phoenix")
    assert ["America/Phoenix" in text_of(ben.get(path)) for path in paths] == [False] * 5
    make_location(cast.a, "East", time_zone="America/New_York")
    here = f"?at={cast.a_location.key}"
    assert ["America/Phoenix" in text_of(ben.get(path + here)) for path in paths] == [True] * 5


def test_location_and_resource_are_links(cast: Cast, ben: Client, maria: Resource) -> None:
    far = make_location(cast.a, "Alder Far")
    make_resource(cast.a, "Sam")
    words = text_of(ben.get("/appointments/?on=2026-06-18"))
    assert f"?on=2026-06-18&amp;at={far.key}" in words
    assert f"?on=2026-06-18&amp;with={maria.key}" in words
    answer = ben.get(f"/appointments/?at={far.key}&with={maria.key}")
    assert (answer.context["sight"].location, answer.context["sight"].resource) == (far, maria)


def test_strangers_find_nothing(cast: Cast, booked: Appointment, maria: Resource) -> None:
    cleo = sign_in(cast.cleo)
    paths = [
        f"/appointments/?at={cast.a_location.key}",
        f"/appointments/?with={maria.key}",
        f"/appointments/week/?at={cast.a_location.key}",
        f"/appointments/board/?at={cast.a_location.key}",
        f"/appointments/new/?at={cast.a_location.key}",
        f"/appointments/{booked.key}/",
        f"/appointments/{booked.key}/move/",
    ]
    assert [cleo.get(path).status_code for path in paths] == [404] * len(paths)
    acts = ["reschedule", "cancel", "confirm", "done", "missed"]
    posted = {"version": "1", "day": "2026-06-18", "time": "11:00"}
    assert [cleo.post(f"/appointments/{booked.key}/{act}/", posted).status_code for act in acts] == [404] * len(acts)
    assert state_of(booked) == ("confirmed", at(10), 1)
    assert "Dana Whitfield" not in text_of(cleo.get("/appointments/?on=2026-06-18"))


@pytest.mark.parametrize("query", ["at=x", "with=x", f"with={uuid.UUID(int=1)}", f"at={uuid.UUID(int=1)}"])
def test_what_is_not_there_is_not_found(ben: Client, query: str) -> None:
    assert ben.get(f"/appointments/?{query}").status_code == 404


def test_somebody_without_a_business_is_told_so() -> None:
    nobody = sign_in(make_user("nobody"))
    assert "No appointments to see." in text_of(nobody.get("/appointments/"))
    assert [nobody.get(f"/appointments/{page}").status_code for page in ("week/", "board/", "new/")] == [200, 404, 404]


def test_who_may_only_read_has_no_acts(rita: Client, booked: Appointment, service: Service) -> None:
    day, shown = text_of(rita.get("/appointments/?on=2026-06-18")), text_of(rita.get(f"/appointments/{booked.key}/"))
    assert ("Dana Whitfield" in day, "New appointment" in day, "start=" in day) == (True, False, False)
    assert ("Dana Whitfield" in shown, "/cancel/" in shown, "/move/" in shown) == (True, False, False)
    assert [rita.get(f"/appointments/{path}").status_code for path in ("new/", f"{booked.key}/move/")] == [403, 403]
    assert rita.post(BOOK, form(service)).status_code == 403
    for act in ("reschedule", "cancel", "confirm", "done", "missed"):
        posted = {"version": "1", "day": "2026-06-18", "time": "11:00"}
        assert rita.post(f"/appointments/{booked.key}/{act}/", posted).status_code == 403
    assert (state_of(booked), Appointment.objects.count()) == (("confirmed", at(10), 1), 1)


def test_acts_need_the_pages_own_token(cast: Cast, booked: Appointment, service: Service) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ben)
    assert client.post(f"/appointments/{booked.key}/cancel/", {"version": "1"}).status_code == 403
    assert client.post(BOOK, form(service)).status_code == 403
    assert (state_of(booked), Appointment.objects.count()) == (("confirmed", at(10), 1), 1)


def test_the_board_is_sent_once(ben: Client, booked: Appointment) -> None:
    first = ben.get("/appointments/board/?on=2026-06-18")
    again = ben.get("/appointments/board/?on=2026-06-18", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    ben.post(f"/appointments/{booked.key}/cancel/", {"version": "1"})
    changed = ben.get("/appointments/board/?on=2026-06-18", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_a_stale_calendar_is_named(cast: Cast, ben: Client, maria: Resource) -> None:
    BusyCalendar.objects.create(
        business=cast.a, resource=maria, name="Private", url="https://example.com/x.ics",
        created_at=NOW, ok_at=NOW - timedelta(hours=2),
    )  # fmt: skip
    for path in ("/appointments/", "/appointments/week/"):
        words = text_of(ben.get(path))
        assert "Maria</bdi>’s calendar</strong> was last read Wed, Jun 17, 9:00 AM." in words


def test_closures_stand_over_the_day(cast: Cast, ben: Client, maria: Resource) -> None:
    Closure.objects.create(business=cast.a, name="Inventory", starts_on=DAY, ends_on=DAY)
    assert "Alder Main: closed · <strong>Inventory: closed</strong>" in text_of(ben.get("/appointments/?on=2026-06-18"))


@pytest.mark.parametrize("page", ["", "week/", "board/"])
def test_queries_do_not_grow_with_appointments(
    cast: Cast, ben: Client, location: Location, service: Service, maria: Resource, page: str
) -> None:
    def look() -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = ben.get(f"/appointments/{page}?on=2026-06-18")
        assert text_of(answer).count('class="visit booked') == Appointment.objects.count()
        return len(captured)

    make_appointment(service, location, maria, starts_at=at(9), lead=make_lead(cast.a))
    look()  # where somebody looked last is written down once
    first = look()
    for minute in range(29):
        resource = make_resource(cast.a)
        make_appointment(service, location, resource, starts_at=at(9, minute), lead=make_lead(cast.a))
    assert look() == first


def test_requests_and_waiting_do_not_cost_a_query_each(
    cast: Cast, ben: Client, location: Location, service: Service, maria: Resource
) -> None:
    def add(count: int) -> int:
        for _ in range(count):
            lead = make_lead(cast.a)
            make_appointment(service, location, starts_at=at(9), lead=lead, status=AppointmentStatus.REQUESTED)
            wait(service, location, lead)
        ben.get("/appointments/?on=2026-06-18")  # where somebody looked last is written down once
        with CaptureQueriesContext(connection) as captured:
            ben.get("/appointments/?on=2026-06-18")
        return len(captured)

    assert add(1) == add(9)


# ---------------------------------------------------------------- book
def test_book_for_somebody_new(cast: Cast, ben: Client, service: Service, location: Location, maria: Resource) -> None:
    answer = ben.post(BOOK, form(service, note="Ring twice", address="12 Elm"))
    row = Appointment.objects.select_related("lead").get()
    assert (answer.status_code, answer["Location"]) == (302, f"/appointments/{row.key}/")
    assert (row.status, row.starts_at, row.booked_by, row.actor) == ("confirmed", at(9), BookedBy.STAFF, cast.ben)
    assert (row.name, row.note, row.address, row.location) == ("Quinn", "Ring twice", "12 Elm", location)
    assert row.lead is not None
    assert (row.lead.phone, row.lead.name, row.lead.source) == ("+12125550177", "Quinn", "staff")
    assert [item.resource for item in row.assignments.all()] == [maria]
    assert said(answer) == ["Booked: Drain cleaning, Thu Jun 18, 09:00."]


@pytest.mark.parametrize("phone", ["(212) 555-0123", "212.555.0123", "+1 212 555 0123", "1-212-555-0123"])
def test_a_known_number_is_a_known_customer(
    ben: Client, booked: Appointment, service: Service, phone: str
) -> None:  # fmt: skip
    ben.post(BOOK, form(service, phone=phone, name=""))
    row = Appointment.objects.exclude(pk=booked.pk).get()
    assert (row.lead, row.name, Lead.objects.count()) == (booked.lead, "Dana Whitfield", 1)


def test_a_name_is_added_and_never_replaced(cast: Cast, ben: Client, service: Service, maria: Resource) -> None:
    nameless, named = make_lead(cast.a), make_lead(cast.a, name="Dana")
    ben.post(BOOK, form(service, phone=nameless.phone, name="Quinn"))
    ben.post(BOOK, form(service, phone=named.phone, name="Quinn", time="10:00"))
    assert [Lead.objects.get(pk=lead.pk).name for lead in (nameless, named)] == ["Quinn", "Dana"]
    assert list(Appointment.objects.values_list("name", flat=True)) == ["Quinn", "Quinn"]


def test_the_same_page_books_once(ben: Client, service: Service, maria: Resource) -> None:
    posted = form(service)
    ben.post(BOOK, posted)
    Appointment.objects.update(booked_at=NOW - timedelta(seconds=2))
    already = "This page had booked already. Nothing was added."
    assert said(ben.post(BOOK, posted))[-1:] == [already]
    answer = ben.post(BOOK, {**posted, "time": "14:00"})
    assert (answer.status_code, said(answer)[-1]) == (302, f"{already} For another appointment open a new page.")
    assert list(Appointment.objects.values_list("starts_at", flat=True)) == [at(9)]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("phone", "12", "This is not a phone number. Write it with the area code."),
        ("phone", "", "Ask for the phone number."),
        ("service", "", "Choose a service."),
        ("day", "2062-06-18", "Choose a day between three months ago and two years from now."),
        ("day", "2026-02-01", "Choose a day between three months ago and two years from now."),
        ("day", "soon", "Write the day as year-month-day."),
        ("time", "25:00", "Write the time as hours:minutes."),
        ("time", "", "Choose a time."),
        ("resource", str(uuid.UUID(int=1)), "This one does not work here any more."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(
    ben: Client, service: Service, maria: Resource, field: str, value: str, problem: str
) -> None:
    answer = ben.post(BOOK, form(service, **{field: value}))
    assert (answer.status_code, answer.context["form"].errors.get(field)) == (422, [problem])
    assert (Appointment.objects.count(), Lead.objects.count()) == (0, 0)


def test_what_belongs_to_others_cannot_be_chosen(cast: Cast, ben: Client, service: Service, maria: Resource) -> None:
    theirs = make_service(cast.b), make_resource(cast.b), make_area(cast.b)
    posted = form(service, service=str(theirs[0].pk), resource=str(theirs[1].key), area=str(theirs[2].pk))
    answer = ben.post(BOOK, posted)
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, ["area", "resource", "service"])


def eastern(cast: Cast) -> Location:
    east = make_location(cast.a, "East", time_zone="America/New_York")
    for weekday in range(7):
        east.opening_hours.create(
            business=cast.a, weekday=weekday, opens=time(0), closes=time(0), next_day=True
        )  # fmt: skip
    return east


def test_a_time_that_is_skipped_is_refused(
    cast: Cast, ben: Client, service: Service, maria: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    answer = ben.post(f"{BOOK}?at={eastern(cast).key}", form(service, day="2026-03-08", time="02:30"))
    assert answer.context["form"].errors["time"] == [
        "2:30 AM does not exist on Sunday, March 8, 2026, when clocks go forward. The next time is 3 AM."
    ]
    assert Appointment.objects.count() == 0


def test_of_a_time_that_comes_twice_the_first_is_booked(
    cast: Cast, ben: Client, service: Service, maria: Resource
) -> None:
    answer = ben.post(f"{BOOK}?at={eastern(cast).key}", form(service, day="2026-11-01", time="01:30"))
    assert Appointment.objects.get().starts_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert said(answer)[-1] == (
        "1:30 AM comes twice on Sunday, November 1, 2026, when clocks go back; the first one counts."
    )


def test_the_second_of_two_can_be_chosen_from_the_list(
    cast: Cast, ben: Client, service: Service, maria: Resource
) -> None:
    second = "2026-11-01T06:30:00+00:00"
    path = f"{BOOK}?at={eastern(cast).key}"
    looked = ben.post(path, form(service, day="2026-11-01", take=second))
    assert datetime.fromisoformat(second) in looked.context["free"]
    assert "1:30 AM EST</button>" in text_of(looked)
    shown = looked.context["form"]
    answer = ben.post(path, form(service, **{name: shown[name].value() for name in ("day", "time", "exact")}))
    assert (answer.status_code, Appointment.objects.get().starts_at.isoformat()) == (302, second)


def test_free_times_are_offered(ben: Client, service: Service, booked: Appointment) -> None:
    answer = ben.post(BOOK, form(service, look="1", phone=""))
    assert (answer.status_code, Appointment.objects.count(), answer.context["form"].errors) == (200, 1, {})
    starts = [at(9), *(at(hour, minute) for hour in range(11, 17) for minute in (0, 30))][:-1]
    assert answer.context["free"] == starts
    assert 'value="Quinn"' in text_of(answer)


def test_an_empty_spot_fills_the_form(ben: Client, service: Service, maria: Resource) -> None:
    day = text_of(ben.get("/appointments/?on=2026-06-18"))
    link = f"/appointments/new/?on=2026-06-18&amp;start=2026-06-18T21%3A30%3A00%2B00%3A00&amp;with={maria.key}"
    assert link in day
    shown = ben.get(link.replace("&amp;", "&")).context["form"]
    values = {name: str(shown[name].value()) for name in ("day", "time", "resource", "service")}
    assert values == {"day": "2026-06-18", "time": "14:30", "resource": str(maria.key), "service": str(service.pk)}


def test_outside_hours_staff_are_warned_and_may_go_on(ben: Client, service: Service, maria: Resource) -> None:
    posted = form(service, time="20:00")
    refused = ben.post(BOOK, posted)
    warning = refused.context["warning"]
    assert (refused.status_code, Appointment.objects.count(), Lead.objects.count()) == (409, 0, 0)
    assert (warning.text, warning.alternatives) == (
        "Nobody works at this time.",
        tuple(at(9, 0, date(2026, 6, 19)) + timedelta(minutes=minutes) for minutes in (0, 30, 60)),
    )  # fmt: skip
    answer = ben.post(BOOK, {**posted, "anyway": warning.anyway})
    row = Appointment.objects.get()
    assert (answer.status_code, row.starts_at, row.status, row.is_overbooked) == (302, at(20), "confirmed", False)


def test_going_on_counts_for_the_time_that_was_refused(ben: Client, service: Service, maria: Resource) -> None:
    posted = form(service, time="20:00")
    anyway = ben.post(BOOK, posted).context["warning"].anyway
    answer = ben.post(BOOK, {**posted, "time": "21:00", "anyway": anyway})
    assert (answer.status_code, Appointment.objects.count()) == (409, 0)


def test_an_alternative_is_booked_at_once(ben: Client, service: Service, maria: Resource) -> None:
    posted = form(service, time="20:00")
    start = ben.post(BOOK, posted).context["warning"].alternatives[1]
    assert ben.post(BOOK, {**posted, "pick": start.isoformat()}).status_code == 302
    assert Appointment.objects.get().starts_at == at(9, 30, date(2026, 6, 19))


def test_over_somebody_else_it_is_marked(ben: Client, service: Service, booked: Appointment) -> None:
    posted = form(service, time="10:30")
    refused = ben.post(BOOK, posted)
    assert refused.context["warning"].text == "This time was just taken."
    answer = ben.post(BOOK, {**posted, "anyway": refused.context["warning"].anyway})
    assert Appointment.objects.exclude(pk=booked.pk).get().is_overbooked is True
    assert said(answer)[-1] == "It lies over something else, or nobody is free for it."


def test_without_anybody_there_is_nothing_to_insist_on(ben: Client, service: Service) -> None:
    refused = ben.post(BOOK, form(service))
    assert (refused.status_code, refused.context["warning"].anyway) == (409, "")
    assert "Book anyway" not in text_of(refused)
    answer = ben.post(BOOK, form(service, anyway="2026-06-18T16:00:00+00:00 "))
    assert (answer.status_code, Appointment.objects.count()) == (409, 0)


def test_the_area_comes_from_the_address(cast: Cast, ben: Client, service: Service, maria: Resource) -> None:
    area = make_area(cast.a, "Tempe", postal_codes=["85281"])
    ben.post(BOOK, form(service, address="12 Elm St, 85281"))
    assert Appointment.objects.get().area == area


# ---------------------------------------------------------------- waitlist
def wait(service: Service, location: Location, lead: Lead) -> WaitlistEntry:
    return WaitlistEntry.objects.create(
        business=location.business, location=location, service=service, lead=lead, day=DAY, created_at=NOW
    )


def test_who_waits_can_be_booked(
    cast: Cast, ben: Client, service: Service, location: Location, maria: Resource
) -> None:
    entry = wait(service, location, make_lead(cast.a, name="Wanda"))
    path = f"/appointments/new/?on=2026-06-18&amp;waiting={entry.key}"
    assert path in text_of(ben.get("/appointments/?on=2026-06-18"))
    shown = ben.get(path.replace("&amp;", "&"))
    assert [shown.context["form"][name].value() for name in ("phone", "name", "day")] == [
        entry.lead.phone, "Wanda", "2026-06-18",
    ]  # fmt: skip
    ben.post(f"{BOOK}?waiting={entry.key}", form(service, phone=entry.lead.phone))
    assert WaitlistEntry.objects.get().status == WaitlistStatus.BOOKED


def test_what_is_kept_for_them_is_theirs(
    cast: Cast, ben: Client, service: Service, location: Location, maria: Resource
) -> None:
    lead = make_lead(cast.a)
    entry = wait(service, location, lead)
    held = booking.hold(
        Wanted(service=service, location=location, starts_at=at(9), lead=lead), by=BookedBy.ROBOT, now=NOW
    )
    WaitlistEntry.objects.update(status=WaitlistStatus.OFFERED, offer=held, offered_at=NOW)
    assert ben.post(BOOK, form(service)).status_code == 409
    assert ben.post(f"{BOOK}?waiting={entry.key}", form(service, phone=lead.phone)).status_code == 302
    assert state_of(held)[:2] == ("confirmed", at(9))


def test_take_somebody_off_the_list(
    cast: Cast, ben: Client, rita: Client, service: Service, location: Location
) -> None:
    entry = wait(service, location, make_lead(cast.a))
    path = f"/appointments/waiting/{entry.key}/withdraw/"
    assert [client.post(path).status_code for client in (sign_in(cast.cleo), rita)] == [404, 403]
    assert WaitlistEntry.objects.get().status == WaitlistStatus.WAITING
    answer = ben.post(path)
    assert answer["Location"] == f"/appointments/?at={location.key}&on=2026-06-18"
    assert (WaitlistEntry.objects.get().status, said(answer)) == (WaitlistStatus.WITHDRAWN, [])
    assert said(ben.post(path)) == ["They do not wait any more."]


# ---------------------------------------------------------------- one appointment
def test_the_page_of_an_appointment(ben: Client, booked: Appointment) -> None:
    words = text_of(ben.get(f"/appointments/{booked.key}/"))
    for word in (
        "Thursday, June 18, 2026, 10:00 AM – 11:00 AM", 'href="tel:+12125550123"', "(212) 555-0123", "Drain cleaning",
        "Maria", "Booked: Drain cleaning, Thu Jun 18, 10:00", f"/admin/leads/lead/{booked.lead_id}/change/",
    ):  # fmt: skip
        assert word in words
    assert ("Did not come" in words, "/move/" in words, "/cancel/" in words) == (False, True, True)


def move(**values: Any) -> dict[str, str]:
    return {"version": "1", "day": "2026-06-18", "time": "13:00", "resource": "", "exact": "", **values}


def test_move_it(cast: Cast, ben: Client, booked: Appointment) -> None:
    shown = ben.get(f"/appointments/{booked.key}/move/").context["form"]
    assert [shown[name].value() for name in ("day", "time", "version")] == ["2026-06-18", "10:00", 1]
    answer = ben.post(f"/appointments/{booked.key}/reschedule/", move())
    assert (answer.status_code, said(answer)) == (302, ["Moved: Drain cleaning, Thu Jun 18, 13:00."])
    assert state_of(booked) == ("confirmed", at(13), 2)
    event = LeadEvent.objects.get(kind="appointment.moved")
    assert (event.actor, event.data["by"]) == (cast.ben, "staff")


def test_move_it_to_somebody_else(cast: Cast, ben: Client, booked: Appointment) -> None:
    sam = make_resource(cast.a, "Sam")
    ben.post(f"/appointments/{booked.key}/reschedule/", move(time="10:00", resource=str(sam.key)))
    assert [item.resource for item in booked.assignments.all()] == [sam]
    assert set(Claim.objects.values_list("resource", flat=True)) == {sam.pk}


def test_a_move_outside_hours_is_warned_of(ben: Client, booked: Appointment) -> None:
    path = f"/appointments/{booked.key}/reschedule/"
    refused = ben.post(path, move(time="20:00"))
    assert (refused.status_code, refused.context["warning"].text) == (409, "Nobody works at this time.")
    assert state_of(booked) == ("confirmed", at(10), 1)
    assert ben.post(path, move(time="20:00", anyway=refused.context["warning"].anyway)).status_code == 302
    assert state_of(booked) == ("confirmed", at(20), 2)


def test_a_move_to_where_it_is_changes_nothing(ben: Client, booked: Appointment) -> None:
    answer = ben.post(f"/appointments/{booked.key}/reschedule/", move(time="10:00"))
    assert said(answer) == ["It is at this time already. Nothing was changed."]
    assert state_of(booked) == ("confirmed", at(10), 1)


def test_free_times_for_a_move_count_its_own_as_free(ben: Client, booked: Appointment) -> None:
    answer = ben.post(f"/appointments/{booked.key}/reschedule/", move(look="1"))
    assert (answer.status_code, at(10) in answer.context["free"], state_of(booked)[2]) == (200, True, 1)


STALE = "This appointment was changed in the meantime. Nothing was done: look at it again."


@pytest.mark.parametrize("act", ["reschedule", "cancel", "confirm", "done", "missed"])
@pytest.mark.parametrize("version", ["1", "", "x"])
def test_an_old_page_does_nothing(ben: Client, booked: Appointment, act: str, version: str) -> None:
    booking.reschedule(booked, starts_at=at(15), by=BookedBy.STAFF, now=NOW, version=1)
    answer = ben.post(f"/appointments/{booked.key}/{act}/", move(version=version))
    if version != "1" and act == "reschedule":
        assert answer.status_code == 422  # a form without its version is no form of ours
    else:
        assert (answer.status_code, said(answer)) == (302, [STALE])
    assert state_of(booked) == ("confirmed", at(15), 2)


def test_cancel_it_with_a_reason(cast: Cast, ben: Client, booked: Appointment) -> None:
    answer = ben.post(f"/appointments/{booked.key}/cancel/", {"version": "1", "reason": "Found somebody else"})
    row = Appointment.objects.get()
    assert (answer.status_code, row.status, row.cancel_reason) == (302, "canceled", "Found somebody else")
    assert Claim.objects.count() == 0
    assert "Found somebody else" in text_of(ben.get("/appointments/?on=2026-06-18"))
    again = ben.post(f"/appointments/{booked.key}/cancel/", {"version": "2"})
    assert (again.status_code, again.context["warning"].text) == (
        409, "This appointment has been changed in the meantime.",
    )  # fmt: skip


@pytest.mark.parametrize(("act", "status"), [("done", "completed"), ("missed", "no_show")])
def test_say_how_it_ended(
    cast: Cast, ben: Client, booked: Appointment, act: str, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: at(11))
    ben = sign_in(cast.ben)  # a session of that time
    assert f"/appointments/{booked.key}/{act}/" in text_of(ben.get(f"/appointments/{booked.key}/"))
    assert ben.post(f"/appointments/{booked.key}/{act}/", {"version": "1"}).status_code == 302
    assert state_of(booked) == (status, at(10), 2)


def asked(service: Service, location: Location, resource: Resource, lead: Lead) -> Appointment:
    return make_appointment(
        service, location, resource, starts_at=at(10), lead=lead, name="Lee", status=AppointmentStatus.REQUESTED
    )


def test_confirm_what_was_asked_for(
    cast: Cast, ben: Client, service: Service, location: Location, maria: Resource
) -> None:
    row = asked(service, location, maria, make_lead(cast.a))
    words = text_of(ben.get("/appointments/"))  # on top of every day
    assert ("1 to confirm" in words, f"/appointments/{row.key}/confirm/" in words) == (True, True)
    answer = ben.post(f"/appointments/{row.key}/confirm/", {"version": "1"})
    assert (answer.status_code, state_of(row)) == (302, ("confirmed", at(10), 2))
    assert "to confirm" not in text_of(ben.get("/appointments/"))


def test_what_is_taken_by_now_can_be_insisted_on(
    cast: Cast, ben: Client, booked: Appointment, service: Service, location: Location, maria: Resource
) -> None:
    row = asked(service, location, maria, make_lead(cast.a))
    path = f"/appointments/{row.key}/confirm/"
    refused = ben.post(path, {"version": "1"})
    assert (refused.status_code, refused.context["warning"].text) == (409, "This time was just taken.")
    assert state_of(row) == ("requested", at(10), 1)
    assert "Confirm anyway" in text_of(refused)
    ben.post(path, {"version": "1", "anyway": refused.context["warning"].anyway})
    assert (state_of(row), Appointment.objects.get(pk=row.pk).is_overbooked) == (("confirmed", at(10), 2), True)


def test_one_without_a_customer_can_be_looked_at(ben: Client, service: Service, location: Location) -> None:
    row = make_appointment(service, location, starts_at=at(9), status=AppointmentStatus.HOLD, hold_expires_at=NOW)
    assert "No name" in text_of(ben.get(f"/appointments/{row.key}/"))


def test_names_of_strangers_are_escaped(
    cast: Cast, ben: Client, service: Service, location: Location, maria: Resource
) -> None:
    evil = "<script>alert(1)</script>"
    row = make_appointment(
        service, location, maria, starts_at=at(9), name=evil, note=evil, address=evil,
        lead=make_lead(cast.a, name=evil),
    )  # fmt: skip
    for path in ("/appointments/?on=2026-06-18", "/appointments/week/?on=2026-06-18", f"/appointments/{row.key}/"):
        words = text_of(ben.get(path))
        assert (evil in words, "&lt;script&gt;" in words) == (False, True)


def test_the_site_leads_there(cast: Cast, ben: Client) -> None:
    assert '<a href="/appointments/" >Appointments</a>' in text_of(ben.get("/inbox/"))
    assert '<a href="/appointments/" aria-current="true">Appointments</a>' in text_of(ben.get("/appointments/"))


# ---------------------------------------------------------------- where somebody was
def test_the_desk_opens_where_it_was_left(cast: Cast, ben: Client, location: Location) -> None:
    far = make_location(cast.a, "Zebra Street")
    assert ben.get("/appointments/").context["sight"].location == location
    ben.get(f"/appointments/?at={far.key}")
    assert ben.get("/appointments/").context["sight"].location == far
    far.delete()
    assert ben.get("/appointments/").context["sight"].location == location


def test_a_conversation_brings_phone_and_name_along(ben: Client, location: Location) -> None:
    page = ben.get("/appointments/new/", {"phone": "+12125550147", "name": "Maria\u202e Lopez"})
    form = page.context["form"]
    assert (form.initial["phone"], form.initial["name"]) == ("+12125550147", "Maria Lopez")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00"])
@pytest.mark.parametrize("zone", ["America/Phoenix", "Asia/Tokyo"])
def test_moments_at_the_ends_of_time_are_none(cast: Cast, location: Location, moment: str, zone: str) -> None:
    cast.a.time_zone = zone
    cast.a.save()
    client = sign_in(cast.ana)
    assert client.get("/appointments/new/", {"start": moment}).status_code == 200
    for name in ("take", "pick", "exact"):
        answer = client.post(BOOK, {"day": "2026-06-18", "time": "10:00", name: moment})
        assert answer.status_code in (200, 422), name
    assert Appointment.objects.count() == 0
