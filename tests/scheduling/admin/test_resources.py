"""Resources and ways in the admin."""

from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.enums import Role
from scheduling.models import Closure, OpeningHours, Resource, TravelTime
from tests.base import Cast, make_cast, sign_in
from tests.factories import make_area, make_location, make_member, make_resource, make_service
from tests.leads.canaries import no_inlines, url


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def ana(cast: Cast) -> Client:
    return sign_in(cast.ana)


def page_of(**values: Any) -> dict[str, Any]:
    return {"name": "Dana", "kind": "technician", "capacity": 1, "is_active": "on", **no_inlines(Resource), **values}


def test_a_resource_with_its_places_hours_and_days_off(ana: Client, cast: Cast) -> None:
    service = make_service(cast.a)
    added = ana.post(url(Resource, "add"), page_of(locations=cast.a_location.pk, services=service.pk))
    resource = Resource.objects.get()
    # Its hours can be filled in right away.
    assert (added.status_code, added["Location"]) == (302, url(Resource, "change", resource.pk))
    hours = {"opening_hours-TOTAL_FORMS": 1, "opening_hours-0-weekday": 0, "opening_hours-0-opens": "9am"}
    days = {"closures-TOTAL_FORMS": 1, "closures-0-name": "Off", "closures-0-starts_on": "2026-07-06"}
    days |= {"closures-0-ends_on": "2026-07-10"}
    posted = page_of(locations=cast.a_location.pk, services=service.pk)
    posted |= {**hours, "opening_hours-0-closes": "12:00", **days}
    assert ana.post(url(Resource, "change", resource.pk), posted).status_code == 302
    assert (list(resource.locations.all()), list(resource.services.all())) == ([cast.a_location], [service])
    row, off = OpeningHours.objects.get(), Closure.objects.get()
    assert (row.resource, row.location, row.business, row.opens) == (resource, None, cast.a, time(9))
    assert (off.resource, off.location, off.business) == (resource, None, cast.a)
    page = ana.get(url(Resource, "changelist")).content.decode()
    assert (">Alder Main<" in page, f">{service}<" in page) == (True, True)


def test_its_hours_may_not_overlap_each_other_but_those_of_others(ana: Client, cast: Cast) -> None:
    resource, other = make_resource(cast.a), make_resource(cast.a)
    row = {"business": cast.a, "weekday": 0, "opens": time(9), "closes": time(17)}
    for who in ({}, {"location": cast.a_location}, {"resource": other}):
        OpeningHours.objects.create(**row, **who)
    posted = {"weekday": 0, "opens": "16:00", "closes": "20:00", "resource": resource.pk}
    assert ana.post(url(OpeningHours, "add"), posted).status_code == 302
    answer = ana.post(url(OpeningHours, "add"), {**posted, "opens": "19:00", "closes": "21:00"})
    assert answer.context["adminform"].form.errors == {"__all__": ["Monday 4 PM-8 PM and Monday 7 PM-9 PM overlap."]}


@pytest.mark.parametrize("model", [OpeningHours, Closure])
def test_hours_belong_to_a_location_or_a_resource_and_never_to_both(ana: Client, cast: Cast, model: Any) -> None:
    posted = {"weekday": 0, "opens": "09:00", "closes": "17:00", "name": "Day", "starts_on": "2026-07-04"}
    posted |= {"ends_on": "2026-07-04", "location": cast.a_location.pk, "resource": make_resource(cast.a).pk}
    answer = ana.post(url(model, "add"), posted)
    assert answer.context["adminform"].form.errors == {"resource": ["Choose a location or a resource, not both."]}
    assert model.objects.count() == 0


def test_whoever_has_two_businesses_cannot_lend_a_resource_to_the_other(cast: Cast) -> None:
    make_member(cast.a, cast.cleo, Role.MANAGER)
    client = sign_in(cast.cleo)
    mixed = [
        (Resource, page_of(locations=cast.a_location.pk), "locations"),
        (Resource, page_of(services=make_service(cast.a).pk), "services"),
        (TravelTime, {"origin": make_area(cast.a).pk, "destination": make_area(cast.b).pk, "minutes": 10}, "origin"),
    ]
    for model, posted, field in mixed:
        answer = client.post(url(model, "add"), {**posted, "business": cast.b.pk})
        assert answer.context["adminform"].form.errors == {field: ["This belongs to another business."]}
    resource = make_resource(cast.b, "Dana")
    client.post(url(Resource, "change", resource.pk), page_of(locations=cast.a_location.pk))
    assert resource.locations.count() == 0
    assert (Resource.objects.count(), TravelTime.objects.count()) == (1, 0)


def test_only_places_of_its_own_business_are_offered(cast: Cast) -> None:
    make_member(cast.a, cast.cleo, Role.MANAGER)
    make_location(cast.b, "Birch West")
    page = sign_in(cast.cleo).get(url(Resource, "change", make_resource(cast.b).pk)).content.decode()
    assert ("Birch West" in page, "Alder Main" in page) == (True, False)


def test_a_way_is_entered_once_for_both_directions(ana: Client, cast: Cast) -> None:
    mesa, tempe = make_area(cast.a, "Mesa"), make_area(cast.a, "Tempe")
    way = {"origin": mesa.pk, "destination": tempe.pk, "minutes": 25}
    assert ana.post(url(TravelTime, "add"), way).status_code == 302
    back = {**way, "origin": tempe.pk, "destination": mesa.pk}
    errors = ana.post(url(TravelTime, "add"), back).context["adminform"].form.errors
    assert errors == {"__all__": ["The way back is in the table already; it counts for both directions."]}
    assert TravelTime.objects.count() == 1


def test_lists_ask_the_database_as_often_for_four_rows_as_for_two(ana: Client, cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            pages = [ana.get(url(model, "changelist")).status_code for model in (Resource, TravelTime)]
        assert pages == [200, 200]
        return len(seen)

    def add_two() -> None:
        for _ in range(2):
            make_resource(cast.a).locations.add(cast.a_location)
            ends = {"origin": make_area(cast.a), "destination": make_area(cast.a)}
            TravelTime.objects.create(business=cast.a, minutes=5, **ends)

    add_two()
    queries()
    two = queries()
    add_two()
    assert queries() == two
