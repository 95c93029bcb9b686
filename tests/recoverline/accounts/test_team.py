"""The team page and the link of an invitation, as people use them."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads import invitations
from leads.enums import Role
from leads.models import Invitation, LeadEvent, Membership
from recoverline.lib import clock
from tests.base import Cast, make_cast, sign_in
from tests.factories import make_invitation, make_location, make_member, make_user
from tests.recoverline.accounts.people import PASSWORD, give_app, is_in, try_password

pytestmark = pytest.mark.django_db

INVITE = "/team/alder/invite/"
NEW = {"first_name": "Nina", "last_name": "Park", "password": PASSWORD}


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.ana.first_name, cast.ana.last_name = "Ana", "Alder"
    cast.ana.save()
    return cast


def link_in_the_mail() -> str:
    line = next(line for line in mail.outbox[-1].body.splitlines() if line.startswith("http"))
    return line.removeprefix("http://127.0.0.1:8000")


def member_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


# ---------------------------------------------------------------- invited
def test_invited_joined_and_at_work(cast: Cast) -> None:
    ana = sign_in(cast.ana)
    assert ana.post(INVITE, {"email": "Nina@example.com", "role": "front_desk"})["Location"] == "/team/?business=alder"
    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == (["nina@example.com"], "Join Alder Plumbing on Recoverline")
    assert "Ana Alder invites you to Alder Plumbing's inbox of calls and texts, as front desk." in sent.body
    assert "nina@example.com" in ana.get("/team/").content.decode()

    link, nina = link_in_the_mail(), Client()
    for _ in range(2):  # a mail scanner looks first
        assert (nina.get(link).status_code, nina.head(link).status_code) == (200, 200)
    assert User.objects.filter(email="nina@example.com").count() == 0
    assert nina.post(link, {**NEW, "password": "short"}).status_code == 422
    assert nina.post(link, NEW)["Location"] == "/inbox/"
    assert (is_in(nina), nina.get("/inbox/").status_code) == (True, 200)
    assert (nina.get(link).status_code, Client().post(link, NEW).status_code) == (404, 404)
    assert try_password(Client(), "nina@example.com")["Location"] == "/inbox/"


def test_somebody_with_an_account_signs_in_to_join(cast: Cast) -> None:
    sign_in(cast.ana).post(INVITE, {"email": "cleo@example.com", "role": "manager"})
    link, stranger = link_in_the_mail(), Client()
    page = stranger.get(link).content.decode()
    assert (f'href="/accounts/login/?next={link}"' in page, 'name="password"' in page) == (True, False)
    assert stranger.post(link, NEW).status_code == 200
    ben = sign_in(cast.ben)
    assert "you are signed in as <bdi>ben</bdi>" in ben.get(link).content.decode()
    ben.post(link)
    assert Membership.objects.filter(business=cast.a).count() == 2

    cleo = sign_in(cast.cleo)
    assert cleo.post(link)["Location"] == "/inbox/"
    assert Membership.objects.get(user=cast.cleo, business=cast.a).role == Role.MANAGER
    assert cleo.post(link).status_code == 404


def test_sent_again_and_revoked(cast: Cast) -> None:
    ana = sign_in(cast.ana)
    ana.post(INVITE, {"email": "nina@example.com", "role": "read_only"})
    first, key = link_in_the_mail(), Invitation.objects.get().key
    ana.post(f"/team/invitations/{key}/resend/")
    second = link_in_the_mail()
    assert [Client().get(link).status_code for link in (first, second)] == [404, 200]
    ana.post(f"/team/invitations/{key}/revoke/")
    assert (Client().get(second).status_code, len(mail.outbox)) == (404, 2)
    assert [event.kind for event in LeadEvent.objects.order_by("pk")] == [
        "invitation.sent", "invitation.resent", "invitation.revoked",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"email": "ben@example.com", "role": "manager"}, "email"),
        ({"email": "taken@example.com", "role": "manager"}, "email"),
        ({"email": "nonsense", "role": "manager"}, "email"),
        ({"email": "nina@example.com", "role": "emperor"}, "role"),
    ],
)
def test_refused_with_a_reason(cast: Cast, form: dict[str, str], field: str) -> None:
    make_invitation(cast.a, email="taken@example.com", expires_at=clock.now() + timedelta(days=1))
    answer = sign_in(cast.ana).post(INVITE, form)
    assert (answer.status_code, list(answer.context["form"].errors), len(mail.outbox)) == (422, [field], 0)


def test_a_mail_server_that_is_away_is_said(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = sign_in(cast.ana).post(INVITE, {"email": "nina@example.com", "role": "manager"}, follow=True)
    assert "could not be sent" in answer.content.decode()
    assert Invitation.objects.count() == 1  # to be sent again


def test_a_day_has_so_many_invitations_however_they_are_sent(cast: Cast) -> None:
    ana = sign_in(cast.ana)
    ana.post(INVITE, {"email": "nina@example.com", "role": "read_only"})
    key = Invitation.objects.get().key
    for _ in range(invitations.MOST_A_DAY - 2):
        ana.post(f"/team/invitations/{key}/resend/")
    ana.post(f"/team/invitations/{key}/revoke/")
    assert ana.post(INVITE, {"email": "nina@example.com", "role": "read_only"}).status_code == 302
    assert len(mail.outbox) == invitations.MOST_A_DAY
    answer = ana.post(INVITE, {"email": "dee@example.com", "role": "read_only"})
    assert (answer.status_code, Invitation.objects.filter(email="dee@example.com").exists()) == (422, False)
    key, digest = Invitation.objects.filter(revoked_at=None).values_list("key", "token_digest").get()
    again = ana.post(f"/team/invitations/{key}/resend/", follow=True).content.decode()
    assert "were mailed in the last 24 hours" in again
    assert (len(mail.outbox), Invitation.objects.get(key=key).token_digest) == (invitations.MOST_A_DAY, digest)


# ---------------------------------------------------------------- the team
def test_whoever_is_limited_sees_who_is_invited_to_their_locations(cast: Cast) -> None:
    far = make_location(cast.a, "Far")
    for name, places in {"near": [cast.a_location], "far": [far], "both": [cast.a_location, far], "all": []}.items():
        make_invitation(cast.a, email=f"{name}@example.com").locations.set(places)
    member = make_member(cast.a, make_user("mia"), Role.MANAGER)
    for limits, seen in (([cast.a_location], {"near"}), ([], {"near", "far", "both", "all"})):
        member.locations.set(limits)
        context = sign_in(member.user).get("/team/").context
        assert {one.email.partition("@")[0] for one, _, _ in context["invitations"]} == seen


def test_the_page_asks_as_often_for_many_as_for_few(cast: Cast) -> None:
    client, counts = sign_in(cast.ana), []
    for share in (3, 9):
        for _ in range(share):
            make_member(cast.a, make_user(), Role.FRONT_DESK).locations.add(make_location(cast.a))
            make_invitation(cast.a).locations.add(cast.a_location)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/team/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_role_is_changed_by_those_who_may(cast: Cast) -> None:
    page = f"/team/members/{member_of(cast.ben).pk}/"
    assert sign_in(cast.ana).post(page, {"role": "manager"})["Location"] == "/team/?business=alder"
    assert member_of(cast.ben).role == Role.MANAGER
    # A manager is not offered what they cannot give, and a forged form does not get it either.
    mia = make_member(cast.a, make_user("mia"), Role.FRONT_DESK)
    ben = sign_in(cast.ben)
    answer = ben.get(f"/team/members/{mia.pk}/")
    assert [value for value, _ in answer.context["form"].fields["role"].choices] == [
        "read_only", "front_desk", "manager",
    ]  # fmt: skip
    assert ben.post(f"/team/members/{mia.pk}/", {"role": "owner"}).status_code == 422
    assert ben.post(page, {"role": "owner"}).status_code == 422
    ana = member_of(cast.ana).pk
    assert [ben.post(f"/team/members/{ana}/{act}").status_code for act in ("", "remove/", "reset/")] == [403] * 3
    assert [member_of(user).role for user in (cast.ana, cast.ben, mia.user)] == ["owner", "manager", "front_desk"]


def test_the_last_owner_reads_why_not(cast: Cast) -> None:
    client, pk = sign_in(cast.ana), member_of(cast.ana).pk
    assert client.post(f"/team/members/{pk}/", {"role": "read_only"}).status_code == 422
    assert "only owner" in client.post(f"/team/members/{pk}/remove/", follow=True).content.decode()
    assert member_of(cast.ana).role == Role.OWNER


def test_removed_is_out_at_the_next_request(cast: Cast) -> None:
    Membership.objects.filter(user=cast.ben).update(role=Role.MANAGER)
    ben, pk = sign_in(cast.ben), member_of(cast.ben).pk
    assert ben.get("/team/").status_code == 200
    sign_in(cast.ana).post(f"/team/members/{pk}/remove/")
    assert (ben.get("/team/").status_code, Membership.objects.filter(user=cast.ben).exists()) == (403, False)
    assert LeadEvent.objects.get().kind == "member.removed"


# ---------------------------------------------------------------- a lost phone
def test_an_owner_resets_a_second_step(cast: Cast) -> None:
    cast.ben.set_password(PASSWORD)
    cast.ben.save()
    ben = Client()
    try_password(ben, "ben")
    give_app(cast.ben)
    assert sign_in(cast.ana).post(f"/team/members/{member_of(cast.ben).pk}/reset/").status_code == 302
    assert Authenticator.objects.count() == 0
    event = LeadEvent.objects.get()
    assert (event.kind, event.actor, event.data) == ("member.second_factor_reset", cast.ana, {"user": cast.ben.pk})
    assert ben.get("/inbox/").status_code == 302  # signed out


def test_not_by_managers_nor_of_accounts_that_open_more(cast: Cast) -> None:
    give_app(cast.ben), give_app(cast.ana)
    manager = make_user("mia")
    make_member(cast.a, manager, Role.MANAGER)
    reset = f"/team/members/{member_of(cast.ben).pk}/reset/"
    assert sign_in(manager).post(reset).status_code == 403
    assert sign_in(cast.ana).post(f"/team/members/{member_of(cast.ana).pk}/reset/").status_code == 403
    make_member(cast.b, cast.ben, Role.OWNER)
    assert "belongs to others, too" in sign_in(cast.ana).post(reset, follow=True).content.decode()
    assert Authenticator.objects.values("user").distinct().count() == 2
    assert LeadEvent.objects.count() == 0
