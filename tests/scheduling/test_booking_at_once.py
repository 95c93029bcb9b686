"""Many processes want the same time at the same moment, on whichever database the suite runs."""

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier

import pytest

from leads.models import CallbackTask, JobRequest, Lead
from scheduling import booking, claims
from scheduling.enums import AppointmentStatus, BookedBy
from scheduling.models import Appointment, BusyCalendar, Claim
from tests.factories import NOON, make_lead, make_resource, make_rules, make_service, make_user
from tests.scheduling.racers import Finish, race, starting_line
from tests.scheduling.shop import Shop, check_books, events_of, make_shop

pytestmark = pytest.mark.django_db(transaction=True)

RACERS = 50


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits too long is told "taken" as well; here the machine's load must not decide."""
    monkeypatch.setattr(claims, "LOCK_TIMEOUT", "120s")


def booker(shop: Shop, start: datetime, **values: object) -> Callable[[], int]:
    return lambda: shop.book(start, **values).pk


def won(finishes: list[Finish[int]]) -> list[int]:
    assert [finish.failure for finish in finishes if finish.failure] == []
    return [finish.result for finish in finishes if finish.result is not None]


def test_the_racers_are_processes_of_their_own() -> None:
    finishes = race([os.getpid] * RACERS)
    assert len({finish.result for finish in finishes} - {os.getpid()}) == RACERS


def test_one_slot_is_won_once_and_the_others_hear_what_is_open() -> None:
    shop = make_shop()
    leads = [make_lead(shop.business) for _ in range(RACERS)]

    finishes = race([booker(shop, shop.at(10), lead=lead) for lead in leads])

    assert len(won(finishes)) == 1
    losers = Counter((finish.reason, finish.alternatives) for finish in finishes if finish.result is None)
    assert losers == {("taken", (shop.at(11), shop.at(11, 30), shop.at(12))): RACERS - 1}
    row = Appointment.objects.get()
    assert events_of(shop.business) == [("appointment.booked", f"Booked: {shop.service.name}, Thu Jun 18, 10:00")]
    assert list(JobRequest.objects.values_list("lead_id", "status")) == [(row.lead_id, "booked")]
    check_books()
    for start in (shop.at(11), shop.at(12), shop.at(13)):
        shop.book(start)


def test_any_of_five_technicians_is_won_five_times() -> None:
    shop = make_shop(technicians=5)

    finishes = race([booker(shop, shop.at(10)) for _ in range(RACERS)])

    assert len(won(finishes)) == 5
    assert Counter(finish.reason for finish in finishes) == {"": 5, "taken": RACERS - 5}
    assert Claim.objects.values("resource").distinct().count() == 5
    check_books()


def test_three_seats_are_won_three_times() -> None:
    shop = make_shop(capacity=3)
    finishes = race([booker(shop, shop.at(10)) for _ in range(RACERS)])
    assert len(won(finishes)) == 3
    assert sorted(Claim.objects.values_list("seat", flat=True).distinct()) == [0, 1, 2]
    check_books()


def test_one_key_fifty_times_is_one_appointment() -> None:
    shop = make_shop(technicians=5)
    lead = make_lead(shop.business)

    finishes = race([booker(shop, shop.at(10), lead=lead, idem_key="pressed-often")] * RACERS)

    assert set(won(finishes)) == {Appointment.objects.get().pk}
    assert len(won(finishes)) == RACERS
    assert len(events_of(shop.business)) == 1
    check_books()


def test_a_hold_that_ran_out_is_won_once() -> None:
    shop = make_shop()
    held = shop.hold(shop.at(10))
    later = NOON + timedelta(minutes=10)

    finishes = race([booker(shop, shop.at(10), now=later, held=held)] * RACERS)

    (winner,) = won(finishes)
    assert winner != held.pk
    assert dict(Appointment.objects.values_list("pk", "status")) == {held.pk: "expired", winner: "confirmed"}
    check_books()


def test_a_hold_is_booked_once_however_often_it_is_pressed() -> None:
    shop = make_shop()
    held = shop.hold(shop.at(10))

    finishes = race([booker(shop, shop.at(10), held=held)] * RACERS)

    assert won(finishes) == [held.pk]
    assert Appointment.objects.get().status == AppointmentStatus.CONFIRMED
    check_books()


def test_one_phone_cannot_book_more_than_it_may_by_being_quick() -> None:
    """Each service has its own technician, so that nothing but the lead stands between one booking and the next."""
    shop = make_shop()
    lead = make_lead(shop.business)
    services = [make_service(shop.business) for _ in range(RACERS)]
    for service in services:
        make_rules(service)
        make_resource(shop.business).services.add(service)
    shop.technicians[0].services.add(shop.service)

    finishes = race([booker(shop, shop.at(10), lead=lead, service=service) for service in services])

    assert len(won(finishes)) == 3
    assert Counter(finish.reason for finish in finishes) == {"": 3, "too_many": RACERS - 3}
    assert Appointment.objects.count() == 3


def test_a_full_day_stays_full_even_if_each_names_another_technician() -> None:
    shop = make_shop(technicians=5, most_per_day=2)
    works = [booker(shop, shop.at(9 + index % 8), resource=shop.technicians[index % 5]) for index in range(20)]

    finishes = race(works)

    assert len(won(finishes)) == 2
    assert {finish.reason for finish in finishes} == {"", "day_full"}
    check_books()


def test_fifty_wishes_of_all_lengths_never_overlap() -> None:
    shop = make_shop(technicians=2, gap_after_minutes=10, step_minutes=5)
    make_resource(shop.business, kind="bay")
    chance = random.Random(3)
    works = []
    for _ in range(RACERS):
        start = shop.at(9) + timedelta(minutes=5 * chance.randrange(0, 84))
        works.append(booker(shop, start))

    finishes = race(works)

    booked = len(won(finishes))
    assert {finish.reason for finish in finishes if finish.result is None} <= {"taken"}
    assert 3 <= booked <= 6  # one bay, eight hours, 70 minutes each
    assert Appointment.objects.count() == booked
    check_books()


ROUNDS = 15


def test_two_that_want_each_others_technician_are_refused_and_keep_their_own() -> None:
    """Each holds what the other wants: without an order in which rows are held, the database would have to kill one."""
    shop = make_shop(technicians=2)
    one, other = (shop.book(shop.at(10), resource=row) for row in shop.technicians)
    before = list(Claim.objects.order_by("pk").values())
    line = starting_line(2)

    finishes = race([lambda: cross(shop, one, line), lambda: cross(shop, other, line)])

    assert [(finish.result, finish.failure) for finish in finishes] == [([("taken", None)] * ROUNDS, "")] * 2
    assert list(Claim.objects.order_by("pk").values()) == before
    assert list(Appointment.objects.values_list("status", "version")) == [("confirmed", 1)] * 2
    check_books()


def cross(shop: Shop, row: Appointment, line: Barrier) -> list[tuple[str, object]]:
    """In each round to the other technician at the same time; why not, and the database's error behind it."""
    (old,) = row.assignments.all()
    (new,) = (technician for technician in shop.technicians if technician.pk != old.resource_id)
    answers: list[tuple[str, object]] = []
    for _ in range(ROUNDS):
        line.wait()
        with pytest.raises(booking.BookingRefused) as refused:
            booking.reschedule(row, starts_at=row.starts_at, by=BookedBy.STAFF, now=NOON, version=1, resource=new)
        answers.append((str(refused.value.reason), refused.value.__cause__))
    return answers


def test_two_swap_times_over_and_over_with_room_to_spare() -> None:
    shop = make_shop(technicians=2)
    one, other = (shop.book(shop.at(hour), resource=row) for hour, row in zip((10, 14), shop.technicians, strict=True))
    line = starting_line(2)

    finishes = race([lambda: swing(shop, one, line), lambda: swing(shop, other, line)])

    assert [(finish.result, finish.failure) for finish in finishes] == [(ROUNDS, ""), (ROUNDS, "")]
    assert set(Appointment.objects.values_list("version", "starts_at")) == {
        (1 + ROUNDS, shop.at(14)), (1 + ROUNDS, shop.at(10)),
    }  # fmt: skip
    check_books()


def swing(shop: Shop, appointment: Appointment, line: Barrier) -> int:
    """Between ten and two, so many times."""
    row = appointment
    for _ in range(ROUNDS):
        line.wait()
        starts_at = shop.at(14) if row.starts_at == shop.at(10) else shop.at(10)
        row = booking.reschedule(row, starts_at=starts_at, by=BookedBy.STAFF, now=NOON, version=row.version)
    return row.version - 1


def test_one_change_of_a_version_wins() -> None:
    shop = make_shop()
    row = shop.book(shop.at(10))
    starts = [shop.at(9 + index % 8, 30) for index in range(10)]

    def mover(start: datetime) -> Callable[[], int]:
        return lambda: booking.reschedule(row, starts_at=start, by=BookedBy.PAGE, now=NOON, version=1).pk

    finishes = race([mover(start) for start in starts])

    assert won(finishes) == [row.pk]
    assert Counter(finish.reason for finish in finishes) in ({"": 1, "changed": 9}, {"": 1, "changed": 8, "closed": 1})
    assert Appointment.objects.get().version == 2
    check_books()


def test_cancel_and_book_at_once() -> None:
    """Either the time was free in time or it was not; in no case is it given twice or lost."""
    shop = make_shop()
    row = shop.book(shop.at(10))

    def cancel() -> int:
        booking.cancel(row, by=BookedBy.PAGE, now=NOON, version=1)
        return 0

    finishes = race([cancel, *[booker(shop, shop.at(10))] * 20])

    results = won(finishes)
    assert results.count(0) == 1
    assert len(results) <= 2
    assert Appointment.objects.filter(status="confirmed").count() == len(results) - 1
    check_books()
    if len(results) == 1:
        shop.book(shop.at(10))


def test_cancelled_ten_times_at_once() -> None:
    shop = make_shop()
    row = shop.book(shop.at(10), lead=make_lead(shop.business))
    finishes = race([lambda: booking.cancel(row, by=BookedBy.PAGE, now=NOON, version=1).pk] * 10)
    assert won(finishes) == [row.pk]
    assert [kind for kind, _ in events_of(shop.business)] == ["appointment.booked", "appointment.canceled"]


def test_a_request_confirmed_ten_times_at_once() -> None:
    shop = make_shop()
    BusyCalendar.objects.create(
        business=shop.business, resource=shop.technicians[0], name="Own", url="https://example.com/a", created_at=NOON
    )
    row = shop.book(shop.at(10), lead=make_lead(shop.business))
    assert (row.status, Claim.objects.count()) == ("requested", 0)
    actor = make_user()

    finishes = race([lambda: booking.confirm_request(row, actor=actor, now=NOON).pk] * 10)

    assert won(finishes) == [row.pk]
    assert Counter(finish.reason for finish in finishes) == {"": 1, "changed": 9}
    assert [kind for kind, _ in events_of(shop.business)] == ["appointment.requested", "appointment.booked"]
    assert CallbackTask.objects.count() == 1
    check_books()


def test_leads_of_two_phones_book_each_others_days_without_deadlock() -> None:
    """Lead, then resources: whoever locks the other way round would be found here."""
    shop = make_shop(technicians=2)
    leads = [make_lead(shop.business) for _ in range(2)]
    starts = [shop.at(9 + index % 8) for index in range(20)]

    finishes = race(
        [booker(shop, start, lead=leads[index % 2], by=BookedBy.STAFF) for index, start in enumerate(starts)]
    )

    assert len(won(finishes)) == 16
    assert Lead.objects.count() == 2
    check_books()
