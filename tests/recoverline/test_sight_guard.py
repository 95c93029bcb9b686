"""The guard that watches every other test can fail itself."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from leads.models import Business, Lead
from tests.base import make_cast, sign_in
from tests.factories import make_lead
from tests.sight_guard import SeenTooMuch

pytestmark = pytest.mark.django_db


def look(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(list(Lead.objects.all()))))


def compare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(list(Business.objects.all()))))


urlpatterns = [path("look/", look), path("compare/", compare), path("book/look/", look)]


@override_settings(ROOT_URLCONF=__name__)
def test_what_belongs_to_others_is_noticed_although_nothing_of_it_is_shown() -> None:
    cast = make_cast()
    make_lead(cast.a)
    assert sign_in(cast.ben).get("/look/").content == b"1"
    make_lead(cast.b)
    for address, what in (("/look/", "Lead"), ("/compare/", "Business")):
        with pytest.raises(SeenTooMuch, match=f"as ben loaded {what} of others"):
            sign_in(cast.ben).get(address)
    # Superusers see all; the public pages are everybody's.
    assert sign_in(cast.root).get("/look/").content == b"2"
    assert sign_in(cast.ben).get("/book/look/").content == b"2"
