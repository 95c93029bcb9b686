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


# ---------------------------------------------------------------- one's own phone, away and back
def post_on_call(cast: Cast, **data: str) -> str:
    ben = Membership.objects.get(user=cast.ben)
    address = reverse("inbox:preferences-on-call", args=[ben.pk])
    named = {(name if name == "away" else f"m{ben.pk}-{name}"): value for name, value in data.items()}
    return sign_in(cast.ben).post(address, named, follow=True).content.decode()


def test_a_member_writes_down_their_own_phone(cast: Cast) -> None:
    assert "Saved." in post_on_call(cast, phone="(212) 555-0188")
    assert Membership.objects.get(user=cast.ben).phone == "+12125550188"
    assert 'value="(212) 555-0188"' in sign_in(cast.ben).get(reverse("inbox:preferences")).content.decode()
    assert "This is not a phone number." in post_on_call(cast, phone="tomorrow")
    Membership.objects.filter(user=cast.ana).update(phone="+12125550199")
    assert "A colleague has this phone already" in post_on_call(cast, phone="212 555 0199")
    assert Membership.objects.get(user=cast.ben).phone == "+12125550188"
    post_on_call(cast, phone="")
    assert Membership.objects.get(user=cast.ben).phone == ""


def test_away_and_back(cast: Cast) -> None:
    assert "You are away: alerts pass you over" in post_on_call(cast, away="1")
    since = Membership.objects.get(user=cast.ben).away_since
    assert since is not None
    post_on_call(cast, away="1")  # a second click is none
    assert Membership.objects.get(user=cast.ben).away_since == since
    assert "You are back." in post_on_call(cast, away="0")
    assert Membership.objects.get(user=cast.ben).away_since is None


def test_nobody_answers_for_somebody_else(cast: Cast) -> None:
    ben = Membership.objects.get(user=cast.ben)
    address = reverse("inbox:preferences-on-call", args=[ben.pk])
    for user in (cast.ana, cast.cleo, cast.root):
        assert sign_in(user).post(address, {"away": "1"}).status_code == 404
    assert sign_in(cast.ben).get(address).status_code == 405
    assert Membership.objects.get(user=cast.ben).away_since is None
