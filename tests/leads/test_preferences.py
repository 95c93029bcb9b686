"""How somebody wants to work: the defaults, and the page on which they change them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from leads.models import Membership, Preferences
from leads.preferences import preferences_of
from tests.base import Cast, make_cast, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_without_a_row_the_defaults_hold_and_nothing_is_stored(cast: Cast) -> None:
    mine = preferences_of(cast.ben)
    assert (mine.email_urgent, mine.desktop_all, mine.has_shortcuts, mine.goes_on) == (True, False, True, True)
    assert preferences_of(AnonymousUser()).email_overdue
    assert not Preferences.objects.exists()


def test_each_changes_their_own(cast: Cast) -> None:
    page = reverse("inbox:preferences")
    browser = sign_in(cast.ben)
    assert browser.get(page).status_code == 200
    assert not Preferences.objects.exists()

    # A box that is not ticked is not sent.
    assert browser.post(page, {"email_urgent": "on", "desktop_all": "on"}).status_code == 302
    mine = preferences_of(cast.ben)
    assert (mine.email_urgent, mine.email_overdue, mine.desktop_all, mine.has_shortcuts) == (True, False, True, False)
    browser.post(page, {"goes_on": "on"})
    mine = preferences_of(cast.ben)
    assert (Preferences.objects.count(), mine.email_urgent, mine.goes_on) == (1, False, True)
    assert preferences_of(cast.ana).email_urgent


def test_the_page_says_why_no_mail_comes(cast: Cast) -> None:
    page = reverse("inbox:preferences")
    Membership.objects.filter(user=cast.ben).update(gets_alerts=False)
    assert "switched off all alerts of <bdi>Alder Plumbing</bdi>" in sign_in(cast.ben).get(page).content.decode()
    cast.ben.email = ""
    cast.ben.save()
    assert "Your account has no e-mail address" in sign_in(cast.ben).get(page).content.decode()
