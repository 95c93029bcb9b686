"""The address of a feed, asked over HTTP."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from recoverline.lib import clock
from scheduling.calendars import feed_views, feeds
from scheduling.models import Appointment, CalendarFeed
from tests.factories import (
    NOON,
    make_appointment,
    make_business,
    make_lead,
    make_location,
    make_resource,
    make_rules,
    make_service,
)


class Subscription:
    """A feed of one technician, and a program that asks for it."""

    def __init__(self) -> None:
        self.business = make_business("Alder Plumbing", slug="alder")
        make_business("Birch", slug="birch")
        self.location = make_location(self.business)
        self.zoe = make_resource(self.business, "Zoe")
        self.service = make_service(self.business, "Repair")
        make_rules(self.service)
        self.feed, address = feeds.create_feed(self.business, resource=self.zoe, shows_customers=True, now=NOON)
        self.path = urlsplit(address).path
        self.client = Client()

    def book(self, **values: Any) -> Appointment:
        lead = make_lead(self.business, name="Ann Lee")
        return make_appointment(self.service, self.location, self.zoe, lead=lead, **values)

    def get(self, path: str = "", **headers: str) -> Any:
        return self.client.get(path or self.path, headers=headers)


@pytest.fixture
def subscription(db: None, monkeypatch: pytest.MonkeyPatch) -> Subscription:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return Subscription()


def test_a_calendar_program_gets_the_feed(subscription: Subscription) -> None:
    subscription.book(updated_at=NOON + timedelta(hours=1))
    answer = subscription.get()
    assert answer.status_code == 200
    assert answer.content == feeds.write_feed(subscription.feed, now=NOON)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Last-Modified"] == "Wed, 17 Jun 2026 19:00:00 GMT"
    assert (answer.cookies, answer.get("Vary")) == ({}, None)
    assert CalendarFeed.objects.get().fetched_at == NOON


def test_what_has_not_changed_is_not_sent_again(subscription: Subscription) -> None:
    row = subscription.book()
    first = subscription.get()
    by_tag, by_date = {"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}
    for headers in (by_tag, by_date, {**by_tag, **by_date}):
        again = subscription.get(**headers)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    # The tag knows what the date cannot, such as another name of the service.
    subscription.service.name = "Repair of taps"
    subscription.service.save()
    assert subscription.get(**by_tag, **by_date).status_code == 200
    Appointment.objects.filter(pk=row.pk).update(updated_at=NOON + timedelta(hours=1), version=2)
    assert subscription.get(**by_date).status_code == 200


def test_one_that_left_the_feed_is_a_change_for_programs_that_know_only_dates(subscription: Subscription) -> None:
    row = subscription.book()
    first = subscription.get()
    row.assignments.all().delete()
    Appointment.objects.filter(pk=row.pk).update(updated_at=NOON + timedelta(hours=1))
    assert subscription.get(**{"If-Modified-Since": first["Last-Modified"]}).status_code == 200


def test_the_same_404_for_unknown_revoked_and_another_business(subscription: Subscription) -> None:
    paths = [
        subscription.path.replace("alder", "birch"),
        "/book/alder/calendar/unknown.ics",
        "/book/nobody/calendar/x.ics",
    ]
    answers = [subscription.get(path) for path in paths]
    feeds.revoke(subscription.feed, now=NOON)
    answers.append(subscription.get())
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert CalendarFeed.objects.get().fetched_at is None


def test_only_reading(subscription: Subscription) -> None:
    assert subscription.client.post(subscription.path).status_code == 405
    head = subscription.client.head(subscription.path)
    assert (head.status_code, head.content) == (200, b"")


def test_whoever_asks_too_often_is_told_to_wait(subscription: Subscription, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_views, "MOST", 3)
    answers = [subscription.get() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1]["Retry-After"] == "600"


def test_as_many_queries_for_thirty_appointments_as_for_one(subscription: Subscription) -> None:
    subscription.book()
    subscription.get()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            body = subscription.get().content
        counts.append((body.count(b"BEGIN:VEVENT"), len(queries)))
        for number in range(29):
            subscription.book(starts_at=NOON + timedelta(hours=number), ends_at=NOON + timedelta(hours=number + 1))
    assert counts == [(1, counts[0][1]), (30, counts[0][1])]
    assert counts[0][1] <= 7
