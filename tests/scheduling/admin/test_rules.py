"""How booking works, set on the pages of services and business."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from leads.enums import Role
from leads.models import Business, Service
from scheduling.models import BookingRules, BookingSettings
from tests.base import Cast, make_cast, sign_in
from tests.factories import make_booking_settings, make_member, make_rules, make_service
from tests.leads.canaries import no_inlines, url

RULES = {
    "is_online": "on", "place": "location", "arrival_window_minutes": 120, "gap_after_minutes": 15,
    "step_minutes": 60, "anchor": "opening", "notice_minutes": "1 day", "horizon_days": 14,
}  # fmt: skip
SETTINGS = {
    "is_page_on": "on", "cancel_notice_minutes": "1 day", "move_notice_minutes": "2 hours",
    "reminder_minutes": "1 day, 2 hours", "hold_minutes": 10, "most_open_per_phone": 3, "default_travel_minutes": 0,
    "callback_window_minutes": 120,
}  # fmt: skip


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def in_service(service: Service, **rules: Any) -> dict[str, Any]:
    page = {"name": service.name, "duration_minutes": 60, "is_active": "on", **no_inlines(Service)}
    row = {f"booking_rules-0-{name}": value for name, value in {**RULES, **rules}.items()}
    return {**page, "booking_rules-TOTAL_FORMS": 1, **row}


def in_business(business: Business, **values: Any) -> dict[str, Any]:
    names = ["name", "slug", "time_zone", "country", "voice", "language", "opt_out_line", "cooldown_hours"]
    names += ["late_after_minutes", "callback_due_minutes", "number_texts_per_hour", "texts_per_hour", "texts_per_day"]
    names += ["reply_due_minutes", "urgent_due_minutes", "follow_ups_per_lead", "follow_up_gap_hours"]
    page = {name: getattr(business, name) for name in names}
    row = {f"booking_settings-0-{name}": value for name, value in {**SETTINGS, **values}.items()}
    return {**page, **no_inlines(Business), "booking_settings-TOTAL_FORMS": 1, **row}


def rules_in(page: Any) -> Any:
    """The booking rules on the page of a service, among what else is shown there."""
    (formset,) = [each for each in page.context["inline_admin_formsets"] if each.formset.model is BookingRules]
    return formset


def test_rules_are_set_on_the_page_of_the_service_with_the_notice_in_words(ana: Client, cast: Cast) -> None:
    service = make_service(cast.a)
    assert ana.post(url(Service, "change", service.pk), in_service(service)).status_code == 302
    rules = BookingRules.objects.get()
    assert (rules.service, rules.notice_minutes, rules.step_minutes, rules.place) == (service, 1440, 60, "location")
    assert 'value="1 day"' in ana.get(url(Service, "change", service.pk)).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("notice_minutes", "tomorrow", "“tomorrow” is not a length of time. Write 30 minutes, 2 hours or 1 day."),
        ("notice_minutes", "61 days", "Ensure this value is less than or equal to 86400."),
        ("step_minutes", "7", "Use a multiple of 5 minutes."),
        ("horizon_days", "9999", "Ensure this value is less than or equal to 365."),
    ],
)
def test_rules_that_make_no_sense_are_refused(ana: Client, cast: Cast, field: str, value: str, message: str) -> None:
    service = make_service(cast.a)
    answer = ana.post(url(Service, "change", service.pk), in_service(service, **{field: value}))
    formset = rules_in(answer)
    assert formset.formset.errors == [{field: [message]}]
    assert BookingRules.objects.count() == 0


def test_a_service_has_rules_once(ana: Client, cast: Cast) -> None:
    service = make_rules(make_service(cast.a)).service
    answer = ana.post(url(BookingRules, "add"), {"service": service.pk, **RULES})
    assert answer.context["adminform"].form.errors == {"service": ["Booking rules with this Service already exists."]}
    formset = rules_in(ana.get(url(Service, "change", service.pk)))
    assert (len(formset.formset.forms), formset.formset.max_num) == (1, 1)


def test_the_service_of_rules_never_changes(ana: Client, cast: Cast) -> None:
    rules, other = make_rules(make_service(cast.a)), make_service(cast.a)
    assert ana.post(url(BookingRules, "change", rules.pk), {"service": other.pk, **RULES}).status_code == 302
    kept = BookingRules.objects.get()
    assert (kept.service, kept.step_minutes) == (rules.service, 60)


def test_the_list_tells_what_customers_are_told(ana: Client, cast: Cast) -> None:
    make_rules(make_service(cast.a, "A"), arrival_window_minutes=120), make_rules(make_service(cast.a, "B"))
    page = ana.get(url(BookingRules, "changelist")).content.decode()
    assert page.index("a window of 2 hours") < page.index("an exact time")


def test_whoever_has_two_businesses_filters_rules_by_business(cast: Cast) -> None:
    make_rules(make_service(cast.a, "Ours")), make_rules(make_service(cast.b, "Theirs"))
    make_member(cast.b, cast.ana, Role.MANAGER)
    client = sign_in(cast.ana)
    page = client.get(url(BookingRules, "changelist"), {"service__business__id__exact": cast.b.pk}).content.decode()
    assert (">Theirs<" in page, ">Ours<" in page) == (True, False)


def test_settings_are_set_on_the_page_of_the_business(ana: Client, cast: Cast) -> None:
    assert ana.post(url(Business, "change", cast.a.pk), in_business(cast.a)).status_code == 302
    row = BookingSettings.objects.get()
    assert (row.business, row.is_page_on, row.cancel_notice_minutes) == (cast.a, True, 1440)
    assert row.reminder_minutes == [1440, 120]
    page = ana.get(url(Business, "change", cast.a.pk)).content.decode()
    assert 'value="1 day, 2 hours"' in page
    assert f'<a href="{settings.SITE_URL}/book/alder/">' in page


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("soon", "“soon” is not a length of time. Write 30 minutes, 2 hours or 1 day."),
        ("5 minutes", "Write minutes in a list, each between 15 and 20160 (two weeks): [1440, 120]."),
        ("1 day, 24 hours", "At most four reminders, each at another time."),
    ],
)
def test_reminders_that_make_no_sense_are_refused(ana: Client, cast: Cast, written: str, problem: str) -> None:
    answer = ana.post(url(Business, "change", cast.a.pk), in_business(cast.a, reminder_minutes=written))
    errors = [
        each.formset.errors for each in answer.context["inline_admin_formsets"] if each.formset.total_error_count()
    ]
    assert errors == [[{"reminder_minutes": [problem]}]]
    assert BookingSettings.objects.count() == 0


def test_no_reminders_is_an_answer_too(ana: Client, cast: Cast) -> None:
    make_booking_settings(cast.a)
    posted = in_business(cast.a, reminder_minutes="", id=BookingSettings.objects.get().pk)
    posted["booking_settings-INITIAL_FORMS"] = 1
    assert ana.post(url(Business, "change", cast.a.pk), posted).status_code == 302
    assert BookingSettings.objects.get().reminder_minutes == []


def test_the_front_desk_changes_no_rules(cast: Cast) -> None:
    service = make_service(cast.a)
    client = sign_in(cast.ben)
    assert client.post(url(Service, "change", service.pk), in_service(service)).status_code == 403
    assert client.get(reverse("admin:scheduling_bookingrules_changelist")).status_code == 403
    assert BookingRules.objects.count() == 0
