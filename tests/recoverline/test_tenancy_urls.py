"""TEN-01: every address of the resolver, asked by everybody. An address that is not listed here fails the test."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from leads.admin.tenant import TenantAdmin
from leads.enums import Role
from leads.models import Business, CallbackTask, Invitation, Lead, Membership
from messaging.models import (
    AgentTurn,
    Call,
    CarrierAccount,
    Conversation,
    Escalation,
    Message,
    MessageMedia,
    PhoneNumber,
)
from scheduling.models import Appointment, QuietHours, WaitlistEntry
from tests import payloads
from tests.base import Cast, make_cast, sign_in
from tests.factories import make_location, make_member, make_turn, make_user
from tests.fakes.signer import signed_headers
from tests.leads.canaries import CANARY, fill_with_canaries, snapshot

pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- who asks, and about what
@dataclass(frozen=True, slots=True)
class World:
    """Business A with a row of everything. Rita may only read A, Dee works at another location of A."""

    cast: Cast
    rows: dict[type[Model], Model]
    media: MessageMedia
    rita: User
    dee: User

    def key(self, model: type[Model]) -> str:
        return str(getattr(self.rows[model], "key", self.rows[model].pk))


@pytest.fixture
def world() -> World:
    cast = make_cast()
    rows = fill_with_canaries(cast)
    rows[AgentTurn], rows[Business] = make_turn(rows[Message], status="drafted"), cast.a
    rita, dee = make_user("rita"), make_user("dee")
    make_member(cast.a, rita, Role.READ_ONLY)
    make_member(cast.a, dee, Role.OWNER).locations.add(make_location(cast.a, "Alder Far"))
    media = MessageMedia.objects.create(
        message=rows[Message], position=0, url="https://api.twilio.com/x", content_type="image/png", status="stored"
    )
    media.file.save("x.png", ContentFile(b"png"))
    call = rows[Call]
    assert isinstance(call, Call)
    call.voicemail_file.save("x.mp3", ContentFile(b"mp3"))
    Call.objects.filter(pk=call.pk).update(voicemail_status="stored", voicemail_file=call.voicemail_file.name)
    Message.objects.update(status="failed")  # so that it can be tried again
    return World(cast, rows, media, rita, dee)


class Answers(NamedTuple):
    """A status for each; `wrong` is a member who may look and not touch."""

    anonymous: int
    stranger: int
    elsewhere: int
    wrong: int
    right: int


LIST = Answers(302, 200, 200, 200, 200)  # everybody's own, which is nothing of A's for strangers
READ = Answers(302, 404, 404, 200, 200)
ACT = Answers(302, 404, 404, 403, 302)
OPEN_TO_ALL = Answers(200, 200, 200, 200, 200)
NOT_THERE = Answers(404, 404, 404, 404, 404)
MOVED = Answers(302, 302, 302, 302, 302)
TEAM = Answers(302, 404, 403, 403, 403)
OWN = Answers(302, 200, 200, 200, 200)  # one's own account


@dataclass(frozen=True, slots=True)
class Page:
    answers: Answers
    model: type[Model] | None = None
    posts: bool = False
    data: tuple[tuple[str, str], ...] = ()
    args: tuple[str, ...] = ()
    shares: bool = False  # names services, which all locations of a business have in common


SEEN = (("version", "1"),)
NOTHING = "0b0f7f6e-0000-4000-8000-000000000000"
READ_CONVERSATION, ACT_ON_CONVERSATION = Page(READ, Conversation), Page(ACT, Conversation, posts=True)
PAGES = {
    "": Page(MOVED),
    "inbox:conversation-list": Page(LIST, shares=True),  # the team, to whom something can be given
    "inbox:callback-list": Page(LIST),
    "inbox:conversation-bulk": Page(Answers(302, 302, 302, 403, 302), posts=True, data=(("act", "done"),)),
    "inbox:view-save": Page(MOVED, posts=True),  # one's own; without a name nothing is saved
    "inbox:view-delete": Page(Answers(302, 404, 404, 404, 404), posts=True, args=(NOTHING,)),
    "inbox:preferences": Page(OWN),
    "inbox:preferences-on-call": Page(Answers(302, 404, 404, 404, 404), Membership, posts=True),  # Ana's
    "inbox:escalation-take": Page(ACT, Escalation, posts=True),
    "inbox:escalation-pass-on": Page(ACT, Escalation, posts=True),
    "inbox:escalation-close": Page(ACT, Escalation, posts=True),
    "inbox:poll": Page(Answers(401, 200, 200, 200, 200)),
    "inbox:conversation-presence": Page(Answers(401, 404, 404, 204, 204), Conversation, posts=True),
    "inbox:conversation-show": READ_CONVERSATION,
    "inbox:conversation-earlier": Page(Answers(302, 404, 404, 302, 302), Conversation),  # without a position: newest
    "inbox:media-show": Page(READ, MessageMedia),
    "inbox:voicemail-show": Page(READ, Call),
    "inbox:lead-edit": Page(Answers(302, 404, 404, 403, 302), Conversation, posts=True),  # a form of its own as well
    "inbox:request-edit": Page(Answers(302, 404, 404, 403, 422), Conversation, posts=True),  # names no request
    "inbox:conversation-reply": Page(
        ACT, Conversation, posts=True, data=(("body", "Hi"), ("client_id", "1" * 32), ("last_seen", "9" * 12))
    ),
    "inbox:conversation-take-over": ACT_ON_CONVERSATION,
    "inbox:conversation-resume": ACT_ON_CONVERSATION,
    "inbox:conversation-not-urgent": ACT_ON_CONVERSATION,
    "inbox:conversation-close": ACT_ON_CONVERSATION,
    "inbox:conversation-reopen": ACT_ON_CONVERSATION,
    "inbox:canned-list": Page(Answers(302, 404, 404, 403, 200), Conversation),
    "inbox:slot-list": Page(Answers(302, 404, 404, 403, 200), Conversation, shares=True),
    "inbox:slot-book": Page(Answers(302, 404, 404, 403, 422), Conversation, posts=True, shares=True),
    "inbox:conversation-acts": Page(Answers(302, 404, 404, 403, 200), Conversation),
    "inbox:conversation-assign": ACT_ON_CONVERSATION,
    "inbox:conversation-unread": ACT_ON_CONVERSATION,
    "inbox:conversation-urgent": ACT_ON_CONVERSATION,
    "inbox:conversation-snooze": Page(ACT, Conversation, posts=True, data=(("when", "later"),)),
    "inbox:conversation-unsnooze": ACT_ON_CONVERSATION,
    "inbox:follow-up-begin": Page(Answers(302, 404, 404, 403, 200), Conversation),
    "inbox:follow-up-pause": Page(ACT, Conversation, posts=True),
    "inbox:follow-up-resume": Page(ACT, Conversation, posts=True),
    "inbox:follow-up-skip": Page(ACT, Conversation, posts=True),
    "inbox:follow-up-send-now": Page(ACT, Conversation, posts=True),
    "inbox:follow-up-stop": Page(ACT, Conversation, posts=True),
    "inbox:request-estimate": Page(ACT, Conversation, posts=True),
    "inbox:conversation-end": Page(ACT, Conversation, posts=True, data=(("outcome", "booked"),)),
    "inbox:conversation-block": ACT_ON_CONVERSATION,
    "inbox:conversation-unblock": ACT_ON_CONVERSATION,
    "inbox:note-add": Page(ACT, Conversation, posts=True, data=(("body", "Hi"),)),
    "inbox:member-list": READ_CONVERSATION,
    "inbox:callback-add": Page(ACT, Conversation, posts=True, data=(("when", "hour"),)),
    "inbox:callback-edit": Page(Answers(302, 404, 404, 403, 200), CallbackTask),
    "inbox:text-retry": Page(ACT, Message, posts=True),
    "inbox:draft-approve": Page(ACT, AgentTurn, posts=True, data=(("body", "Hi"),)),
    "inbox:draft-discard": Page(ACT, AgentTurn, posts=True),
    "inbox:callback-finish": Page(ACT, CallbackTask, posts=True),
    "appointments:day-show": Page(LIST),
    "appointments:day-board": Page(LIST),
    "appointments:week-show": Page(LIST),
    "appointments:appointment-new": Page(Answers(302, 200, 200, 403, 200), shares=True),
    "appointments:appointment-book": Page(Answers(302, 422, 422, 403, 422), posts=True, shares=True),
    "appointments:appointment-show": Page(READ, Appointment),
    "appointments:appointment-move": Page(Answers(302, 404, 404, 403, 200), Appointment),
    "appointments:appointment-reschedule": Page(Answers(302, 404, 404, 403, 422), Appointment, posts=True),
    "appointments:appointment-cancel": Page(ACT, Appointment, posts=True, data=SEEN),
    "appointments:appointment-confirm": Page(Answers(302, 404, 404, 403, 409), Appointment, posts=True, data=SEEN),
    "appointments:appointment-complete": Page(ACT, Appointment, posts=True, data=SEEN),
    "appointments:appointment-miss": Page(ACT, Appointment, posts=True, data=SEEN),
    "appointments:waiting-withdraw": Page(ACT, WaitlistEntry, posts=True),
    # The public page: nobody signs in, and what does not exist is the same for everybody.
    "booking:service-list": Page(NOT_THERE, args=("nobody",)),
    "booking:slot-list": Page(NOT_THERE, args=("nobody", "1")),
    "booking:waitlist": Page(NOT_THERE, args=("nobody", "1")),
    "booking:details": Page(NOT_THERE, args=("nobody", "forged")),
    "booking:done": Page(NOT_THERE, args=("nobody", "forged")),
    "booking:invite": Page(NOT_THERE, args=("nobody", "forged")),
    "booking:callback": Page(NOT_THERE, args=("nobody",)),
    "booking:feed-show": Page(NOT_THERE, args=("nobody", "forged")),
    "on_call:show": Page(NOT_THERE, args=("forged",)),
    "on_call:take": Page(NOT_THERE, posts=True, args=("forged",)),
    "on_call:pass-on": Page(NOT_THERE, posts=True, args=("forged",)),
    "booking_link:show": Page(NOT_THERE, args=("forged",)),
    "booking_link:slot-list": Page(NOT_THERE, args=("forged", "1")),
    "booking_link:waitlist": Page(NOT_THERE, args=("forged", "1")),
    "booking_link:details": Page(NOT_THERE, args=("forged", "forged")),
    "booking_link:done": Page(NOT_THERE, args=("forged", "forged")),
    "booking_link:booked-invite": Page(NOT_THERE, args=("forged", "forged")),
    "booking_link:callback": Page(NOT_THERE, args=("forged",)),
    "booking_link:move": Page(NOT_THERE, args=("forged",)),
    "booking_link:cancel": Page(NOT_THERE, args=("forged",)),
    "booking_link:invite": Page(NOT_THERE, args=("forged",)),
    "account_login": Page(Answers(200, 302, 302, 302, 302)),
    "account_logout": Page(MOVED, posts=True),
    "account_reauthenticate": Page(Answers(302, 403, 403, 403, 403)),  # nothing to ask for
    "account_change_password": Page(Answers(302, 404, 404, 404, 404)),  # nobody here has a password
    "account_reset_password": Page(OPEN_TO_ALL),
    "account_reset_password_done": Page(OPEN_TO_ALL),
    "account_reset_password_from_key": Page(OPEN_TO_ALL, args=("1", "no-token")),
    "account_reset_password_from_key_done": Page(OPEN_TO_ALL),
    "invitation": Page(NOT_THERE, args=("forged",)),
    "usersessions_list": Page(OWN),
    "usersessions_end": Page(Answers(302, 404, 404, 404, 404), posts=True, args=("1",)),
    "usersessions_end_others": Page(MOVED, posts=True),
    "mfa_index": Page(OWN),
    "mfa_authenticate": Page(MOVED),
    "mfa_reauthenticate": Page(Answers(302, 403, 403, 403, 403)),
    "mfa_activate_totp": Page(OWN),
    "mfa_deactivate_totp": Page(Answers(302, 404, 404, 404, 404)),
    "mfa_view_recovery_codes": Page(Answers(302, 404, 404, 404, 404)),
    "mfa_generate_recovery_codes": Page(OWN),
    "mfa_download_recovery_codes": Page(Answers(302, 404, 404, 404, 404)),
    "getting-started": Page(LIST, shares=True),
    "getting-started-fold": Page(Answers(302, 404, 302, 403, 403), Business, posts=True),
    "getting-started-mail": Page(Answers(302, 404, 302, 403, 403), Business, posts=True),
    "getting-started-alert": Page(Answers(302, 404, 302, 403, 403), Business, posts=True),
    "status": Page(LIST, shares=True),  # accounts, calendars and webhooks are the whole business's
    "compliance:show": Page(LIST),
    "reports:overview": Page(LIST, shares=True),  # each names the business
    "reports:call-times": Page(LIST, shares=True),
    "reports:comparison": Page(LIST, shares=True),
    "reports:robot": Page(LIST, shares=True),
    "reports:team": Page(LIST, shares=True),
    "reports:deliverability": Page(LIST, shares=True),
    "reports:row-list": Page(LIST, shares=True),
    "reports:words": Page(LIST, shares=True),
    "contacts:import": Page(Answers(302, 200, 403, 403, 403), shares=True),  # names the business
    "contacts:export": Page(Answers(302, 200, 403, 403, 403), posts=True, args=("csv",), shares=True),
    "compliance:ask": Page(Answers(302, 404, 403, 403, 403), Business, posts=True, data=(("phone", "2125550100"),)),
    "compliance:number-register": Page(
        Answers(302, 404, 403, 403, 403), PhoneNumber, posts=True, data=(("registration", "approved"),)
    ),
    "compliance:person-erase": Page(Answers(302, 404, 403, 403, 403), Lead),
    "compliance:person-export": Page(Answers(302, 404, 403, 403, 403), Lead, posts=True),
    "app-manifest": Page(OPEN_TO_ALL),
    "service-worker": Page(OPEN_TO_ALL),
    "offline": Page(OPEN_TO_ALL),
    # Owners and managers; "elsewhere" is an owner of another location, who sees colleagues and has no say over them.
    "team": Page(Answers(302, 200, 200, 403, 403), shares=True),
    "team-invite": Page(Answers(302, 404, 422, 403, 403), posts=True, args=("alder",), shares=True),
    "team-invitation-resend": Page(TEAM, Invitation, posts=True),
    "team-invitation-revoke": Page(TEAM, Invitation, posts=True),
    "team-member": Page(TEAM, Membership),
    "team-member-remove": Page(TEAM, Membership, posts=True),
    "team-member-reset": Page(TEAM, Membership, posts=True),
    "roi": Page(OPEN_TO_ALL),
    "reports-digest": Page(LIST, shares=True),
    "reports-roi": Page(LIST, shares=True),  # figures of the business; a stranger sees their own
    "healthz": Page(Answers(503, 503, 503, 503, 503)),  # no process beats in a test
    "healthz-live": Page(OPEN_TO_ALL),
    "metrics": Page(NOT_THERE),  # no token is set in a test
}
# A session opens none of these: programs show tokens (tests/recoverline/api), and forms have their key.
SHUT = Answers(401, 401, 401, 401, 401)
_KINDS = ("lead", "request", "conversation", "message", "call", "appointment", "task")
PAGES |= {
    f"api:{kind}-list": Page(SHUT)
    for kind in (*_KINDS, "availability", "report-summary", "location", "service", "consent")
}
PAGES |= {f"api:{kind}-detail": Page(SHUT, args=(NOTHING,)) for kind in _KINDS}
PAGES |= {
    f"api:{act}": Page(SHUT, args=(NOTHING,))
    for act in (
        "conversation-assign", "conversation-close", "conversation-reopen", "conversation-message-list",
        "appointment-move", "appointment-cancel", "task-complete",
    )
}  # fmt: skip
PAGES |= {
    "api:consent-opt-out": Page(SHUT),
    "api:consent-opt-in": Page(SHUT),
    "api:intake": Page(Answers(405, 405, 405, 405, 405), args=(NOTHING,)),
    "api:schema": Page(OPEN_TO_ALL),
    "api:docs": Page(OPEN_TO_ALL),
    "api:nothing-here": Page(NOT_THERE, args=("nothing/",)),
}
# Asked in tests of their own below: signed by a carrier; the admin, page by page.
ASKED_BELOW = {"hooks:receive"}


def named_routes(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """The full name of every address, "" for one without a name."""
    for route in resolver.url_patterns:
        if isinstance(route, URLResolver):
            yield from named_routes(route, f"{space}{route.namespace}:" if route.namespace else space)
        else:
            yield f"{space}{route.name}" if route.name else space


def routes() -> set[str]:
    return set(named_routes(get_resolver()))


def test_every_address_is_listed() -> None:
    assert {name for name in routes() if not name.startswith("admin:")} == PAGES.keys() | ASKED_BELOW
    # Admin addresses without a name: old links to an object, and whatever else is typed.
    assert {name for name in routes() if name.startswith("admin:")} == {
        f"admin:{name}" for name in (*SITE_PAGES, "", *model_pages())
    }


def path_of(name: str, page: Page, world: World) -> str:
    if not name:
        return "/"
    if page.model is None:
        return reverse(name, args=page.args)
    return reverse(name, args=[world.media.key if page.model is MessageMedia else world.key(page.model)])


def ask(client: Client, path: str, page: Page) -> HttpResponse:
    return client.post(path, dict(page.data)) if page.posts else client.get(path)


WHO: dict[str, Callable[[World], User | None]] = {
    "anonymous": lambda world: None,
    "stranger": lambda world: world.cast.cleo,
    "elsewhere": lambda world: world.dee,
    "wrong": lambda world: world.rita,
    "right": lambda world: world.cast.ben,
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page(world: World, name: str) -> None:
    """Whoever may change something asks last, so that one world does for all five."""
    page = PAGES[name]
    path, before = path_of(name, page, world), snapshot()
    for who, user in WHO.items():
        answer = ask(client_of(user(world)), path, page)

        assert (who, answer.status_code) == (who, getattr(page.answers, who))
        if page.answers in (LIST, READ, ACT) and who == "anonymous":
            assert unquote(answer["Location"]) == f"/accounts/login/?next={path}"
        if who in ("anonymous", "stranger") or (who == "elsewhere" and not page.shares):
            assert (who, CANARY in body_of(answer)) == (who, False)
        if who != "right":
            assert (who, snapshot()) == (who, before)


# The three below change nothing wherever they hold, so they ask all pages in one world.
def test_a_strangers_answer_is_that_for_nothing_at_all(world: World) -> None:
    token = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    client = client_of(world.cast.cleo)
    for name, page in PAGES.items():
        if page.answers in (READ, ACT):
            nothing = reverse(name, args=[NOTHING])
            there, nowhere = (ask(client, path, page) for path in (path_of(name, page, world), nothing))
            assert (name, there.status_code) == (name, nowhere.status_code)
            assert (name, token.sub("", body_of(there))) == (name, token.sub("", body_of(nowhere)))


def test_acts_are_posts(world: World) -> None:
    before, client = snapshot(), client_of(world.cast.ana)
    acts = {name: page for name, page in PAGES.items() if page.posts and page.answers is ACT}
    answers = {name: client.get(path_of(name, page, world)).status_code for name, page in acts.items()}
    assert (answers, snapshot()) == (dict.fromkeys(acts, 405), before)


def test_acts_need_the_pages_own_token(world: World) -> None:
    acts = {name: page for name, page in PAGES.items() if page.posts}
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.cast.ana)
    before = snapshot()
    answers = {name: ask(client, path_of(name, page, world), page).status_code for name, page in acts.items()}
    assert (answers, snapshot()) == (dict.fromkeys(acts, 403), before)


def client_of(user: User | None) -> Client:
    """A browser of their own; nobody's without a user."""
    return sign_in(user) if user else Client()


def body_of(answer: HttpResponse) -> str:
    return answer.getvalue().decode(errors="replace") if answer.streaming else answer.content.decode()


# ---------------------------------------------------------------- webhooks
def test_a_session_opens_no_webhook(world: World) -> None:
    """Nobody signed in here speaks for a carrier."""
    path = reverse("hooks:receive", args=["twilio", world.cast.a_account.key, "voice"])
    ringing = payloads.load("twilio", "voice__ringing")
    answers = {who: client_of(user(world)).post(path, ringing).status_code for who, user in WHO.items()}
    assert answers == dict.fromkeys(WHO, 403)


def test_the_other_tenants_carrier_is_a_stranger_too(world: World) -> None:
    """WHK-08: B's signature on A's address; and B's own address with A's number in it."""
    a, b = world.cast.a_account, world.cast.b_account
    params = payloads.load("twilio", "voice__ringing", To=world.cast.a_number.number, AccountSid=b.account_sid)
    before = Call.objects.count(), Lead.objects.count()
    for account, status in ((a, 403), (b, 200)):
        path = reverse("hooks:receive", args=["twilio", account.key, "voice"])
        headers = signed_headers(b.auth_token, settings.SITE_URL + path, params)
        answer = Client().post(
            path, urlencode(params), content_type="application/x-www-form-urlencoded", headers=headers
        )
        assert (answer.status_code, CANARY in answer.content.decode()) == (status, False)
    assert (Call.objects.count(), Lead.objects.count()) == before


def test_the_keys_of_addresses_cannot_be_guessed(world: World) -> None:
    keys = list(CarrierAccount.objects.values_list("key", flat=True))
    assert {len(key) for key in keys} == {24}
    assert len(set(keys)) == len(keys)


# ---------------------------------------------------------------- the admin
SITE_PAGES = {
    "index": 200, "login": 302, "logout": 405, "password_change": 302, "password_change_done": 200, "autocomplete": 403,
    "jsi18n": 200, "view_on_site": 404, "app_list": 200,
}  # fmt: skip
SITE_ARGS = {"view_on_site": ["1", "1"], "app_list": ["leads"]}


def pages_of(model: type[Model]) -> list[str]:
    return [route.name for route in admin.site._registry[model].get_urls() if route.name]


def model_pages() -> set[str]:
    return {name for model in admin.site._registry for name in pages_of(model)}


def admin_path(name: str, pk: object, row: Model | None = None) -> tuple[str, bool]:
    """The address of a page, and whether it is about one row; where a version is asked for, that of `row`."""
    version = row.history.latest().pk if hasattr(row, "history") else 1  # type: ignore[union-attr]
    for args in ([], [pk], [pk, version]):
        try:
            return reverse(f"admin:{name}", args=args), bool(args)
        except NoReverseMatch:
            continue
    raise NoReverseMatch(name)


def test_pages_of_the_admin_itself(world: World) -> None:
    outsider, stranger = Client(), client_of(world.cast.cleo)
    for name, status in SITE_PAGES.items():
        path = reverse(f"admin:{name}", args=SITE_ARGS.get(name, []))
        outside, inside = outsider.get(path), stranger.get(path)
        assert (name, outside.status_code, inside.status_code) == (name, 302, status)
        assert (name, CANARY in body_of(outside) + body_of(inside)) == (name, False)


def told(answer: HttpResponse, pk: object) -> tuple[int, str, str]:
    """What somebody learns from an answer, the number of the row apart."""
    text = " ".join(str(message) for message in answer.wsgi_request._messages)  # type: ignore[attr-defined]
    return answer.status_code, answer.get("Location", ""), text.replace(str(pk), "#")


# One world for all pages of a model: whoever asks here may change nothing, or only look.
MODELS = {model._meta.label_lower: model for model in admin.site._registry}


@pytest.mark.parametrize("label", MODELS)
def test_every_page_of_the_admin(world: World, label: str) -> None:
    """Outside: to the sign-in. A stranger: as if the row were not there. Without a seat in the admin: nothing."""
    model = MODELS[label]
    row = world.rows.get(model) or model._default_manager.first()
    pk = row.pk if row else 1
    members = [client_of(world.rita), client_of(world.dee)]
    before = snapshot()
    for name in pages_of(model):
        path, is_about_a_row = admin_path(name, pk, row)
        outside = Client().get(path)
        assert (name, outside.status_code) == (name, 302)
        assert (name, outside["Location"].partition("?")[0]) == (name, "/admin/login/")
        for member in members:  # and no admin staff
            assert (name, member.get(path).status_code) == (name, 302)
        answer = client_of(world.cast.cleo).get(path)
        assert (name, answer.status_code < 500, CANARY in body_of(answer)) == (name, True, False)
        if is_about_a_row and model in world.rows:
            nowhere, _ = admin_path(name, 987_654_321, row)
            assert (name, told(answer, pk)) == (name, told(client_of(world.cast.cleo).get(nowhere), 987_654_321))
    assert snapshot() == before


LOOKING = ("change", "changelist", "history", "simple_history", "playground", "publish")


@pytest.mark.parametrize("label", MODELS)
def test_owner_and_front_desk_in_the_admin(world: World, label: str) -> None:
    """What is about no business is for superusers; the rest for those whose role may look at it."""
    model = MODELS[label]
    model_admin: Any = admin.site._registry[model]
    row = world.rows.get(model) or model._default_manager.first()
    owner, desk = client_of(world.cast.ana), client_of(world.cast.ben)
    for name in pages_of(model):
        path, _ = admin_path(name, row.pk if row else 1, row)
        ana, ben = owner.get(path), desk.get(path)
        if model is QuietHours:  # nobody's rows: every team may read them, and nobody in it may change them
            looks = name.endswith(("_changelist", "_change", "_history"))
            assert (name, ana.status_code, ben.status_code) == (name, *[200 if looks else 403] * 2)
            continue
        if not isinstance(model_admin, TenantAdmin):
            assert (name, {ana.status_code, ben.status_code} <= {302, 403}) == (name, True)
            continue
        may_look = Role.FRONT_DESK in model_admin.viewers
        if name.removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_") in LOOKING:
            assert (name, ana.status_code, ben.status_code == 200) == (name, 200, may_look)
        if not may_look:
            assert (name, ben.status_code in (302, 403, 404, 405)) == (name, True)
            assert (name, CANARY in body_of(ben)) == (name, False)


def test_the_canaries_are_there(world: World) -> None:
    """Otherwise their absence elsewhere would say nothing."""
    seen = body_of(sign_in(world.cast.ben).get(reverse("inbox:conversation-show", args=[world.key(Conversation)])))
    assert CANARY in seen
    assert CANARY in body_of(sign_in(world.cast.ana).get(reverse("admin:leads_lead_changelist")))
    assert CANARY in json.dumps([str(row) for row in world.rows.values()])
