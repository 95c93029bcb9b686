"""The pages on which owners give calendars out and read others in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ
from pytest_django import Settings

from recoverline.lib import clock
from recoverline.lib.signing import hash_token
from scheduling.admin.calendars import check_address
from scheduling.calendars import feeds
from scheduling.models import BusyCalendar, BusyTime, CalendarFeed, Resource
from tests.base import Cast, make_cast, sign_in
from tests.factories import NOON, make_resource

SECRET = "https://calendar.example.com/private-secret/basic.ics"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cast(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return make_cast()


@pytest.fixture
def zoe(cast: Cast) -> Resource:
    return make_resource(cast.a, "Zoe")


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def errors_of(answer: Any) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in answer.context["adminform"].form.errors.items()}


# ---------------------------------------------------------------- feeds
def add_feed(client: Client, **values: Any) -> Any:
    return client.post(reverse("admin:scheduling_calendarfeed_add"), values)


def test_the_address_of_a_new_feed_is_shown_once(ana: Client, cast: Cast, zoe: Resource) -> None:
    answer = add_feed(ana, resource=zoe.pk, shows_customers="on")
    (feed,) = CalendarFeed.objects.all()
    (sentence,) = [text for text in told(answer) if "/book/" in text]
    found = re.fullmatch(r"Copy this address now, it is not shown again: \S+/book/alder/calendar/(\S+)\.ics", sentence)
    assert found is not None
    assert (feed.token_hash, feed.shows_customers, feed.created_at) == (hash_token(found[1]), True, NOON)
    page = ana.get(reverse("admin:scheduling_calendarfeed_change", args=[feed.pk]), follow=True)
    assert page.status_code == 200
    again = ana.get(reverse("admin:scheduling_calendarfeed_change", args=[feed.pk])).content.decode()
    assert (found[1] in again, feed.token_hash in again) == (False, False)
    assert "No calendar has asked for it yet" in again


def test_a_feed_of_neither_or_of_both_is_refused(ana: Client, cast: Cast, zoe: Resource) -> None:
    for values in ({}, {"resource": zoe.pk, "location": cast.a_location.pk}):
        assert errors_of(add_feed(ana, **values)) == {"__all__": ["Choose a resource or a location."]}
    assert CalendarFeed.objects.count() == 0


def test_later_only_the_privacy_switch_can_be_changed(ana: Client, cast: Cast, zoe: Resource) -> None:
    feed, _ = feeds.create_feed(cast.a, resource=zoe, shows_customers=True, now=NOON - MINUTE)
    before = feed.token_hash
    ana.post(reverse("admin:scheduling_calendarfeed_change", args=[feed.pk]), {"location": cast.a_location.pk})
    feed.refresh_from_db()
    assert (feed.resource, feed.location, feed.shows_customers) == (zoe, None, False)
    assert (feed.token_hash, feed.created_at) == (before, NOON - MINUTE)


def act(client: Client, model: str, action: str, *rows: Any) -> Any:
    posted = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(f"admin:scheduling_{model}_changelist"), posted)


def test_an_owner_revokes_and_a_stranger_or_the_desk_does_not(ana: Client, cast: Cast, zoe: Resource) -> None:
    feed, _ = feeds.create_feed(cast.a, resource=zoe, shows_customers=False, now=NOON)
    act(sign_in(cast.cleo), "calendarfeed", "revoke_feeds", feed)
    assert act(sign_in(cast.ben), "calendarfeed", "revoke_feeds", feed).status_code == 403
    assert CalendarFeed.objects.get().revoked_at is None
    assert told(act(ana, "calendarfeed", "revoke_feeds", feed)) == ["1 revoked."]
    assert CalendarFeed.objects.get().revoked_at == NOON
    assert "Revoked" in ana.get(reverse("admin:scheduling_calendarfeed_changelist")).content.decode()


# ---------------------------------------------------------------- busy calendars
def busy_values(**values: Any) -> dict[str, Any]:
    inline = {f"times-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    return {"name": "Zoe’s own", "is_active": "on", "time_zone": "", "url": SECRET, **inline, **values}


def add_busy(client: Client, **values: Any) -> Any:
    return client.post(reverse("admin:scheduling_busycalendar_add"), busy_values(**values))


def change_busy(client: Client, row: BusyCalendar, **values: Any) -> Any:
    return client.post(reverse("admin:scheduling_busycalendar_change", args=[row.pk]), busy_values(**values))


def page_of(client: Client, row: BusyCalendar) -> str:
    return client.get(reverse("admin:scheduling_busycalendar_change", args=[row.pk])).content.decode()


@pytest.fixture
def row(cast: Cast, zoe: Resource) -> BusyCalendar:
    return BusyCalendar.objects.create(
        business=cast.a, resource=zoe, name="Zoe’s own", url=SECRET, created_at=NOON - 90 * MINUTE,
        ok_at=NOON - 3 * MINUTE, next_at=NOON + MINUTE, etag='"v1"', last_modified="Wed, 17 Jun 2026 10:00:00 GMT",
    )  # fmt: skip


def test_a_new_calendar_is_read_at_once_and_its_address_never_shown(ana: Client, cast: Cast, zoe: Resource) -> None:
    assert add_busy(ana, resource=zoe.pk).status_code == 302
    (row,) = BusyCalendar.objects.all()
    assert (row.business, row.url, row.created_at, row.next_at, row.ok_at) == (cast.a, SECRET, NOON, None, None)
    assert [task.func() for task in OrmQ.objects.all()] == ["scheduling.tasks.poll_calendars"]
    page = page_of(ana, row)
    assert ("private-secret" in page, "Stored; leave empty to keep it" in page, "Not read yet." in page) == (
        False,
        True,
        True,
    )


def test_an_empty_address_keeps_the_stored_one_but_the_calendar_is_read_anew(ana: Client, row: BusyCalendar) -> None:
    assert change_busy(ana, row, url="", resource=row.resource_id, time_zone="America/Denver").status_code == 302
    row.refresh_from_db()
    assert (row.url, row.time_zone, row.ok_at) == (SECRET, "America/Denver", NOON - 3 * MINUTE)
    assert (row.next_at, row.etag, row.last_modified) == (None, "", "")


def test_another_address_is_another_calendar_until_it_is_read(ana: Client, row: BusyCalendar) -> None:
    BusyTime.objects.create(calendar=row, starts_at=NOON, ends_at=NOON + MINUTE)
    change_busy(ana, row, url="webcal://example.com/new.ics", resource=row.resource_id)
    row.refresh_from_db()
    assert (row.url, row.ok_at, row.next_at, row.etag) == ("https://example.com/new.ics", None, None, "")
    assert BusyTime.objects.count() == 1  # what was taken stays so until we know better


def test_a_calendar_without_an_address_or_an_owner_is_refused(ana: Client, cast: Cast, zoe: Resource) -> None:
    assert errors_of(add_busy(ana, url="", resource=zoe.pk)) == {"url": ["Paste the calendar's secret address."]}
    assert errors_of(add_busy(ana)) == {"__all__": ["Choose a resource or a location."]}
    assert errors_of(add_busy(ana, resource=zoe.pk, location=cast.a_location.pk)) == {
        "__all__": ["Choose a resource or a location."]
    }
    stranger = make_resource(cast.b)
    assert list(errors_of(add_busy(ana, resource=stranger.pk))) == ["resource", "__all__"]
    assert (BusyCalendar.objects.count(), OrmQ.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "typed",
    [
        *("ftp://example.com/a.ics", "http://example.com/a.ics", "example.com/a.ics", "https://", "https:///a.ics"),
        *("javascript:alert(1)", "file:///secrets.txt", "https://exa mple.com/a", "https://[::1/a.ics", "webcal:"),
        *("https://example.com:port/a.ics", f"https://example.com/{'x' * 2000}", "http://127.0.0.1:80/a.ics"),
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_address(typed)
    assert refused.value.messages == ["This is not the address of a calendar. It begins with https:// or webcal://."]


def test_addresses_as_calendar_programs_give_them(settings: Settings) -> None:
    settings.CALENDAR_HOSTS = ["cloud.lan:8080"]
    assert check_address("webcal://example.com/a.ics?x=1") == "https://example.com/a.ics?x=1"
    assert check_address("WEBCALS://example.com/a.ics") == "https://example.com/a.ics"
    assert check_address(SECRET) == SECRET
    assert check_address("http://cloud.lan:8080/a.ics") == "http://cloud.lan:8080/a.ics"


def test_its_state_is_said_in_words(ana: Client, row: BusyCalendar) -> None:
    def seen(**values: Any) -> bool:
        sentence = values.pop("sentence")
        BusyCalendar.objects.filter(pk=row.pk).update(**values)
        listed = ana.get(reverse("admin:scheduling_busycalendar_changelist")).content.decode()
        return sentence in page_of(ana, row) and sentence in listed

    for hours in (-2, 1, 2):
        start = NOON + timedelta(hours=hours)
        BusyTime.objects.create(calendar=row, starts_at=start, ends_at=start + MINUTE)
    assert seen(sentence="Read 3 minutes ago, 2 busy times ahead.")
    BusyTime.objects.last().delete()  # type: ignore[union-attr]
    assert seen(
        sentence="Read 3 minutes ago, 1 busy time ahead. The server answered 503.", problem="The server answered 503."
    )
    stale = "Stale for 25 minutes: slots that it may block are only requests. The server answered 503."
    assert seen(sentence=stale, ok_at=NOON - 85 * MINUTE)
    assert seen(sentence="Switched off: blocks nothing", is_active=False)


def test_read_now_is_for_who_may_configure(ana: Client, cast: Cast, row: BusyCalendar) -> None:
    act(sign_in(cast.cleo), "busycalendar", "read_now", row)
    assert act(sign_in(cast.ben), "busycalendar", "read_now", row).status_code == 403
    row.refresh_from_db()
    assert (row.next_at, OrmQ.objects.count()) == (NOON + MINUTE, 0)
    assert told(act(ana, "busycalendar", "read_now", row)) == ["1 will be read in a moment; look at this page again."]
    row.refresh_from_db()
    assert (row.next_at, row.etag, OrmQ.objects.count()) == (None, "", 1)


def test_the_page_shows_the_busy_times_of_a_week(ana: Client, row: BusyCalendar) -> None:
    for days in (-1, 1, 8):
        start = NOON + timedelta(days=days)
        BusyTime.objects.create(calendar=row, starts_at=start, ends_at=start + MINUTE)
    page = page_of(ana, row)
    shown = ["June 16, 2026" in page, "June 18, 2026" in page, "June 25, 2026" in page]
    assert shown == [False, True, False]


@pytest.mark.parametrize("model", ["calendarfeed", "busycalendar"])
def test_a_stranger_finds_nothing_and_the_desk_has_no_page(
    cast: Cast, zoe: Resource, row: BusyCalendar, model: str
) -> None:
    feed, _ = feeds.create_feed(cast.a, resource=zoe, shows_customers=False, now=NOON)
    pk = feed.pk if model == "calendarfeed" else row.pk
    page = reverse(f"admin:scheduling_{model}_change", args=[pk])
    assert sign_in(cast.ben).get(page).status_code == 403
    assert (
        sign_in(cast.cleo).get(page).status_code == sign_in(cast.cleo).get(page.replace(str(pk), "999999")).status_code
    )
    listed = sign_in(cast.cleo).get(reverse(f"admin:scheduling_{model}_changelist")).content.decode()
    assert "Zoe" not in listed
