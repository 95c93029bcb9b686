"""Booking in a business file: rules of services, settings, ways and resources."""

from typing import Any

import pytest

from leads.config import ConfigErrors, dump, load
from leads.models import Business, ServiceArea
from scheduling.models import BookingRules, BookingSettings, Closure, OpeningHours, Resource, TravelTime
from tests.factories import make_appointment, make_area, make_location

pytestmark = pytest.mark.django_db

# Ends in line 9.
HEAD = """business:
  name: Alder
locations:
  - name: Main
  - name: Annex
services:
  - Leak repair
  - name: Tune-up
    booking: {place: customer}
"""
AREAS = "areas:\n  - {city: Mesa, location: main}\n  - {city: Gilbert, location: main}\n"


def errors_of(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigErrors) as caught:
        load(HEAD + text)
    assert Business.objects.count() == 0
    return [(error.line, error.path, error.message) for error in caught.value.errors]


def part(key: str) -> str:
    """A top-level key of the dump, with its lines."""
    text = dump(Business.objects.get())
    found = text.split(f"\n{key}:\n")[1].split("\n\n")[0]
    return f"{key}:\n{found.rstrip()}\n"


def changes(text: str, *, prune: bool = False) -> dict[str, tuple[int, int, int]]:
    counts = load(text, prune=prune).counts.items()
    found = {key: (one.created, one.updated, one.removed) for key, one in counts}
    return {key: value for key, value in found.items() if value != (0, 0, 0)}


# ---------------------------------------------------------------- rules and settings
def test_only_a_service_with_rules_can_be_booked_and_the_usual_rules_survive_a_dump() -> None:
    business = load(HEAD).business
    rules = BookingRules.objects.get()
    assert (rules.service.name, rules.place, rules.step_minutes, rules.is_online) == ("Tune-up", "customer", 30, True)
    assert part("services").endswith("  - name: Leak repair\n  - name: Tune-up\n    booking:\n      place: customer\n")
    assert not load(dump(business), prune=True).has_changes


def test_rules_that_are_left_out_stay_and_go_with_prune() -> None:
    load(HEAD)
    bare = HEAD.replace("    booking: {place: customer}\n", "")
    assert changes(bare) == {}
    assert changes(bare, prune=True) == {"booking": (0, 0, 1)}
    assert BookingRules.objects.count() == 0


def test_a_rule_that_is_left_out_goes_back_to_the_default() -> None:
    load(HEAD.replace("customer}", "customer, step_minutes: 60, most_per_day: 3}"))
    assert changes(HEAD) == {"booking": (0, 1, 0)}
    assert BookingRules.objects.values_list("step_minutes", "most_per_day").get() == (30, None)


def test_settings_of_the_business() -> None:
    text = HEAD + "booking:\n  page: true\n  reminders: []\n"
    load(text)
    row = BookingSettings.objects.get()
    assert (row.is_page_on, row.reminder_minutes, row.cancel_notice_minutes) == (True, [], 120)
    assert part("booking") == "booking:\n  page: true\n  reminders: []\n"
    assert changes(text) == {}
    assert changes(HEAD) == {}
    assert changes(HEAD, prune=True) == {"booking": (0, 0, 1)}


@pytest.mark.parametrize(
    ("written", "column", "message"),
    [
        ("step_minutes: 7", "step_minutes", "Use a multiple of 5 minutes."),
        ("step_minutes: soon", "step_minutes", "“soon” is not a whole number."),
        ("place: moon", "place", "“moon” is not possible here. Known here: location, customer."),
        ("horizon_days: 900", "horizon_days", "Ensure this value is less than or equal to 365."),
        ("stepp_minutes: 30", "stepp_minutes", "There is no “stepp_minutes” here. Did you mean “step_minutes”?"),
    ],
)
def test_wrong_rules_are_named_with_their_place(written: str, column: str, message: str) -> None:
    text = f"  - name: Drain\n    booking:\n      {written}\n"
    assert errors_of(text) == [(12, f"services[2].booking.{column}", message)]


def test_wrong_settings_are_named_with_their_place() -> None:
    message = "Write minutes in a list, each between 15 and 20160 (two weeks): [1440, 120]."
    assert errors_of("booking:\n  reminders: [1440, 5]\n") == [(11, "booking.reminders", message)]
    message = "Keys with values belong here, such as “name: Main office”."
    assert errors_of("booking: true\n") == [(10, "booking", message)]


def test_the_rules_of_a_service_with_errors_are_checked_too_and_nothing_is_kept() -> None:
    text = "  - price: 89\n    booking: {step_minutes: 7}\n"
    assert errors_of(text) == [
        (10, "services[2]", "“name” is missing."),
        (11, "services[2].booking.step_minutes", "Use a multiple of 5 minutes."),
    ]


# ---------------------------------------------------------------- travel
def test_a_way_holds_in_both_directions_however_it_is_written() -> None:
    load(HEAD + AREAS + "travel:\n  - {from: Mesa, to: Gilbert, minutes: 25}\n")
    key = TravelTime.objects.get().pk
    turned = HEAD + AREAS + "travel:\n  - {from: Gilbert, to: Mesa, minutes: 30}\n"
    assert changes(turned) == {"travel": (0, 1, 0)}
    row = TravelTime.objects.get()
    assert (row.pk, row.origin.city, row.destination.city, row.minutes) == (key, "Gilbert", "Mesa", 30)
    assert changes(turned, prune=True) == {}
    both = turned + "  - {from: Mesa, to: Gilbert, minutes: 10}\n"
    with pytest.raises(ConfigErrors, match=r"This is already in the file, in line 14\. Keep one of the two\."):
        load(both)
    assert changes(HEAD + AREAS, prune=True) == {"travel": (0, 0, 1)}


def test_areas_of_one_city_are_told_apart_by_region_and_location() -> None:
    areas = (
        "areas:\n  - {city: Mesa, region: AZ, location: main}\n  - {city: Mesa, region: AZ, location: annex}\n"
        "  - {city: Mesa, region: AZ}\n  - {city: Mesa, region: CO}\n  - {city: Gilbert}\n"
    )
    names = ["Mesa, AZ (main)", "Mesa, AZ (annex)", "Mesa, AZ", "Mesa, CO", "Gilbert"]
    ways = "".join(f"  - from: {name}\n    to: Gilbert\n    minutes: 10\n" for name in names)
    load(HEAD + areas + "travel:\n" + ways)
    assert part("travel") == "travel:\n" + ways
    assert not load(dump(Business.objects.get()), prune=True).has_changes


def test_a_city_that_is_several_areas_is_refused_with_the_spellings_that_are_not() -> None:
    areas = "areas:\n  - {city: Mesa, location: main}\n  - {city: Mesa, location: annex}\n"
    assert errors_of(areas + "travel:\n  - {from: Mesa, to: Mesa (main), minutes: 10}\n") == [
        (14, "travel[0].from", "There are several areas “Mesa”. Write “Mesa (main)” or “Mesa (annex)”.")
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{from: Mesa, to: Oz, minutes: 5}", ("travel[0].to", "There is no “Oz” in areas. Known here: Mesa, Gilbert.")),
        ("{from: Mesa, to: Gilbert}", ("travel[0]", "“minutes” is missing.")),
        ("{from: Mesa, to: Gilbert, minutes: 7}", ("travel[0].minutes", "Use a multiple of 5 minutes.")),
    ],
)
def test_a_wrong_way_is_named_with_its_place(written: str, expected: tuple[str, str]) -> None:
    assert errors_of(AREAS + f"travel:\n  - {written}\n") == [(14, *expected)]


def test_an_area_with_errors_is_one_error_and_not_two() -> None:
    text = "areas:\n  - {city: Mesa, location: nowhere}\ntravel:\n  - {from: Mesa, to: Mesa, minutes: 5}\n"
    assert [path for _, path, _ in errors_of(text)] == ["areas[0].location"]


def test_an_area_that_only_the_database_knows_may_be_named_unless_it_is_pruned() -> None:
    business = load(HEAD + AREAS).business
    make_area(business, "Tempe")
    way = "travel:\n  - {from: Mesa, to: Tempe, minutes: 5}\n"
    assert changes(HEAD + AREAS + way) == {"travel": (1, 0, 0)}
    with pytest.raises(ConfigErrors, match="There is no “Tempe” in areas"):
        load(HEAD + AREAS + way, prune=True)
    assert ServiceArea.objects.count() == 3


# ---------------------------------------------------------------- resources
RESOURCE = """resources:
  - name: Ada
    kind: technician
    locations: [annex]
    services: [Leak repair, Tune-up]
    hours:
      mon: ["8:00-12:00"]
    closures:
      - name: Vacation
        from: 2027-08-02
        to: 2027-08-06
  - name: Bay
    kind: bay
    capacity: 2
"""


def test_a_resource_with_hours_and_days_off_of_its_own() -> None:
    report = load(HEAD + RESOURCE)
    ada = Resource.objects.get(name="Ada")
    assert [place.slug for place in ada.locations.all()] == ["annex"]
    assert [service.name for service in ada.services.all()] == ["Leak repair", "Tune-up"]
    hours, off = OpeningHours.objects.get(), Closure.objects.get()
    assert (hours.resource, hours.location, hours.business) == (ada, None, report.business)
    assert (off.resource, off.location, off.name) == (ada, None, "Vacation")
    assert part("resources") == RESOURCE
    assert "\nclosures:\n" not in dump(report.business)
    assert {key: report.counts[key].created for key in ("resources", "hours", "closures")} == {
        "resources": 2, "hours": 1, "closures": 1,
    }  # fmt: skip
    assert changes(HEAD + RESOURCE) == changes(HEAD + RESOURCE, prune=True) == {}


def test_what_a_resource_can_do_is_a_property_of_it() -> None:
    load(HEAD + RESOURCE)
    changed = RESOURCE.replace("services: [Leak repair, Tune-up]", "services: Tune-up")
    assert changes(HEAD + changed) == {"resources": (0, 1, 0)}
    assert [service.name for service in Resource.objects.get(name="Ada").services.all()] == ["Tune-up"]
    bare = changed.replace("    locations: [annex]\n", "").replace("    services: Tune-up\n", "")
    assert changes(HEAD + bare) == {"resources": (0, 1, 0)}
    assert Resource.objects.get(name="Ada").locations.count() == 0


def test_days_off_of_a_resource_and_of_the_business_do_not_touch_each_other() -> None:
    text = HEAD + "closures:\n  - {name: Fair, date: 2027-05-01}\n" + RESOURCE
    load(text)
    alone = text.replace("  - {name: Fair, date: 2027-05-01}\n", "  - {name: Sale, date: 2027-05-02}\n")
    assert changes(alone, prune=True) == {"closures": (1, 0, 1)}
    assert sorted(Closure.objects.values_list("name", "resource__name")) == [("Sale", None), ("Vacation", "Ada")]
    assert changes(HEAD + RESOURCE, prune=True) == {"closures": (0, 0, 1)}


def test_a_resource_that_was_booked_is_switched_off_and_not_removed() -> None:
    business = load(HEAD + RESOURCE).business
    make_appointment(business.services.get(name="Tune-up"), make_location(business), Resource.objects.get(name="Ada"))
    load(HEAD, prune=True)
    assert list(Resource.objects.values_list("name", "is_active")) == [("Ada", False)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("locations: [moon]", ("locations[0]", "There is no “moon” in locations. Known here: main, annex.")),
        ("services: [Leek repair]",
         ("services[0]", "There is no “Leek repair” in services. Did you mean “Leak repair”?")),
        ("kind: sofa", ("kind", "“sofa” is not possible here. Known here: technician, chair, bay, room.")),
        ("capacity: 0", ("capacity", "Ensure this value is greater than or equal to 1.")),
        ("hours: {mon: closed}",
         ("hours", "Without any range the hours of the location would count. Name at least one.")),
        ("closures: [{name: Off, date: 2027-01-01, location: main}]",
         ("closures[0].location", "There is no “location” here. Known here: name, date, from, to, hours.")),
    ],
)  # fmt: skip
def test_a_wrong_resource_is_named_with_its_place(written: str, expected: tuple[str, str]) -> None:
    path, message = expected
    assert errors_of(f"resources:\n  - name: Ada\n    {written}\n") == [(12, f"resources[0].{path}", message)]


def test_a_resource_twice_in_the_file_is_refused() -> None:
    assert errors_of("resources:\n  - Ada\n  - Ada\n") == [
        (12, "resources[1]", "This is already in the file, in line 11. Keep one of the two.")
    ]


def test_what_was_entered_by_hand_comes_back_the_same() -> None:
    business = load(HEAD + AREAS + RESOURCE).business
    mesa, gilbert = business.areas.order_by("-city")
    TravelTime.objects.create(business=business, origin=gilbert, destination=mesa, minutes=20)
    elsewhere = make_area(business, "Mesa")
    TravelTime.objects.create(business=business, origin=elsewhere, destination=gilbert, minutes=15)
    before: list[Any] = sorted(TravelTime.objects.values_list("pk", "origin", "destination", "minutes"))
    written = dump(business)
    assert not load(written, prune=True).has_changes
    assert sorted(TravelTime.objects.values_list("pk", "origin", "destination", "minutes")) == before
    assert dump(business) == written
