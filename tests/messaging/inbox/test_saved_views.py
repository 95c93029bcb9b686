"""Somebody's own links above the list."""

import pytest
from django.http import HttpResponse
from django.urls import reverse

from messaging.inbox import saved_views
from messaging.models import SavedView
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import as_user, converse

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def saved(cast: Cast, name: str, query: str) -> HttpResponse:
    return as_user(cast.ben).post(reverse("inbox:view-save") + query, {"name": name}, follow=True)  # type: ignore[return-value]


def test_a_view_is_a_link_to_what_was_shown(cast: Cast) -> None:
    place = cast.a_location.key
    page = saved(cast, "  Gas ‮at\n main ", f"?queue=done&q=gas+leak&location={place}&before=0,,5&open=x&tab=1").content
    view = SavedView.objects.get()
    assert (view.user, view.name) == (cast.ben, "Gas at main")
    assert view.query == f"queue=done&location={place}&q=gas+leak"
    assert f'href="/inbox/?queue=done&amp;location={place}&amp;q=gas+leak"' in page.decode()
    assert "Gas at main" not in as_user(cast.ana).get("/inbox/").content.decode()


def test_what_is_not_known_is_not_kept(cast: Cast) -> None:
    saved(cast, "x", f"?queue=<b>&location={cast.b_location.key}&q=&next=//evil.example")
    assert SavedView.objects.get().query == "queue=reply"


def test_the_same_name_means_the_newer_list(cast: Cast) -> None:
    saved(cast, "Mine", "?queue=mine")
    saved(cast, "Mine", "?queue=done")
    assert list(SavedView.objects.values_list("name", "query")) == [("Mine", "queue=done")]


@pytest.mark.parametrize(("name", "query", "why"), [
    ("\u200b ", "", "Give the view a name."),
    ("Long", "?q=" + "%F0%9F%98%80" * 100, "This search is too long to be saved."),
    ("One more", "", "You have 20 views already. Delete one first."),
])  # fmt: skip
def test_what_cannot_be_saved_says_why(cast: Cast, name: str, query: str, why: str) -> None:
    for index in range(saved_views.VIEWS_AT_MOST):
        SavedView.objects.create(user=cast.ben, name=str(index), query="queue=done", created_at=NOON)
    assert why in saved(cast, name, query).content.decode()
    assert SavedView.objects.count() == saved_views.VIEWS_AT_MOST


def test_only_ones_own_view_is_deleted(cast: Cast) -> None:
    converse(cast)
    view = SavedView.objects.create(user=cast.ben, name="Mine", query="queue=done", created_at=NOON)
    path = reverse("inbox:view-delete", args=[view.key]) + "?queue=open"
    assert as_user(cast.ana).post(path).status_code == 404
    assert as_user(cast.ben).get(path).status_code == 405
    assert SavedView.objects.count() == 1
    assert as_user(cast.ben).post(path)["Location"] == "/inbox/?queue=open"
    assert SavedView.objects.count() == 0
