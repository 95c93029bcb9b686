"""SEC-11, SEC-18, TEN-03: looking changes nothing, fields that no form has are ignored, others' numbers are refused."""

from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.urls import reverse

from leads.models import CallbackTask, Lead, Service
from messaging.models import Conversation, Mention
from scheduling.models import Appointment
from tests.base import Cast, make_cast, sign_in
from tests.factories import make_conversation, make_lead, make_service
from tests.recoverline.test_tenancy_urls import PAGES, World, path_of, world  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db


def every_row() -> dict[str, list[dict[str, Any]]]:
    """All that is stored, but for how often a stranger knocks and the signed-in sessions."""
    models = [model for model in apps.get_models() if model._meta.app_label in ("leads", "scheduling", "messaging")]
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in models
        if model._meta.label != "scheduling.RequestCount"
    }


def test_looking_changes_no_row(world: World) -> None:  # noqa: F811
    client, before = sign_in(world.cast.ana), every_row()
    looked = [path_of(name, page, world) for name, page in PAGES.items() if not page.posts]
    for path in looked:
        client.get(path)
        client.head(path)
    after = every_row()
    assert {label: rows for label, rows in after.items() if rows != before[label]} == {}
    assert len(looked) > 50


FORGED = {
    "pk": "1", "id": "1", "key": "0b0f7f6e-0000-4000-8000-000000000000", "business": "{business}",
    "business_id": "{business}", "lead_id": "{lead}", "lead": "{lead}", "phone": "+16025550199", "number": "1",
    "status": "done", "handler": "robot", "is_urgent": "on", "is_superuser": "on", "is_staff": "on", "role": "owner",
    "author": "{cleo}", "user": "{cleo}", "assignee_id": "{cleo}", "created_at": "2001-01-01", "value_cents": "999999",
    "blocked_at": "2001-01-01", "is_simulated": "on",
}  # fmt: skip
# What no act of the front desk may ever change.
FIXED = {
    "leads.Business": ("id", "name"),
    "leads.Lead": ("id", "business_id", "phone", "created_at", "is_simulated"),
    "leads.JobRequest": ("id", "business_id", "lead_id", "value_cents"),
    "leads.Membership": ("user_id", "role", "business_id"),
    "leads.CallbackTask": ("id", "business_id", "lead_id", "phone", "created_at"),
    "messaging.Conversation": ("id", "key", "business_id", "lead_id", "number_id", "is_simulated"),
    "messaging.Message": ("id", "business_id", "lead_id", "body", "created_at"),
    "auth.User": ("id", "is_superuser", "is_staff"),
}


def fixed_columns() -> dict[str, dict[int, Any]]:
    return {label: {row["pk"]: row for row in apps.get_model(label)._default_manager.values("pk", *columns)}
            for label, columns in FIXED.items()}  # fmt: skip


def test_fields_that_no_form_has_are_ignored(world: World) -> None:  # noqa: F811
    strangers = make_lead(world.cast.b)
    numbers = {"business": world.cast.b.pk, "lead": strangers.pk, "cleo": world.cast.cleo.pk}
    forged = {name: value.format(**numbers) for name, value in FORGED.items()}
    client, before = sign_in(world.cast.ben), fixed_columns()
    acts = [name for name, page in PAGES.items() if page.posts and name.startswith("inbox:")]
    for name in acts:
        client.post(path_of(name, PAGES[name], world), {**forged, **dict(PAGES[name].data)})
        after = fixed_columns()
        # New rows (a note, a text) are right; the old ones are what they were.
        kept = {label: {pk: after[label].get(pk) for pk in rows} for label, rows in before.items()}
        assert kept == before, f"{name} took a field that is none of its own"
        strange = [row for row in after["messaging.Message"].values() if row["business_id"] != world.cast.a.pk]
        assert strange == [], f"{name} wrote for another business"
    assert len(acts) > 20


class Forgery:
    """Ben's conversation, and what belongs to Cleo's business B or to nobody at all."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.conversation = make_conversation(make_lead(cast.a), cast.a_number)
        self.theirs = make_conversation(make_lead(cast.b), cast.b_number, needs_reply=True)
        self.service: Service = make_service(cast.b, name="Whitening")
        self.client = sign_in(cast.ben)

    def post(self, name: str, **data: Any) -> int:
        args = [] if name == "conversation-bulk" else [self.conversation.key]
        return self.client.post(reverse(f"inbox:{name}", args=args), data).status_code


@pytest.fixture
def forgery() -> Forgery:
    return Forgery(make_cast())


def stored(model: type[Model], pk: int) -> dict[str, Any]:
    return dict(model._default_manager.values().get(pk=pk))


@pytest.mark.parametrize("whose", ["cleo", "nobody", "words"])
def test_nobody_else_can_be_given_a_conversation_or_a_call(forgery: Forgery, whose: str) -> None:
    to = {"cleo": str(forgery.cast.cleo.pk), "nobody": "987654321", "words": "1; drop table"}[whose]
    before = stored(Conversation, forgery.conversation.pk)
    assert forgery.post("conversation-assign", to=to) in (302, 400, 404)
    assert stored(Conversation, forgery.conversation.pk) == before
    assert forgery.post("callback-add", when="hour", assignee=to) == 422
    assert CallbackTask.objects.count() == 0


def test_nobody_else_is_named_in_a_note(forgery: Forgery) -> None:
    assert forgery.post("note-add", body="@cleo please look") in (302, 422)
    assert Mention.objects.count() == 0


def test_a_service_of_others_is_none(forgery: Forgery) -> None:
    request = forgery.conversation.request
    before = None if request is None else stored(type(request), request.pk)
    assert forgery.post("request-edit", **{"request-service": forgery.service.pk}) in (302, 422)
    assert request is None or stored(type(request), request.pk) == before
    assert forgery.post("slot-book", service=forgery.service.pk, start="2026-12-01T15:00:00+00:00") == 422
    assert Appointment.objects.count() == 0


def test_conversations_of_others_are_no_part_of_an_act_on_many(forgery: Forgery) -> None:
    theirs = stored(Conversation, forgery.theirs.pk)
    keys = [str(forgery.theirs.key), "0b0f7f6e-0000-4000-8000-000000000000"]
    for act in ("done", "snooze", "assign", "unread", "read", "not_urgent"):
        assert forgery.post("conversation-bulk", act=act, keys=keys, key=keys, to=forgery.cast.ben.pk) in (
            302,
            400,
            422,
        )
    assert stored(Conversation, forgery.theirs.pk) == theirs


def test_lists_and_polls_of_others_are_empty(forgery: Forgery) -> None:
    """TEN-07: neither counts nor searches nor a location of theirs tell anything."""
    lead = forgery.theirs.lead
    Lead.objects.filter(pk=lead.pk).update(name="Quill Umbrage")
    queries = ("queue=open", f"q={lead.phone}", "q=Quill", f"location={forgery.cast.b_location.key}", "queue=reply")
    for query in queries:
        seen = forgery.client.get(f"/inbox/?{query}").content.decode()
        assert "Quill Umbrage" not in seen
        assert str(forgery.theirs.key) not in seen
    poll = forgery.client.get(f"/inbox/poll/?queue=open&open={forgery.theirs.key}")
    assert (poll.status_code, str(forgery.theirs.key) in poll.content.decode()) in ((200, False), (404, False))
    members = forgery.client.get(reverse("inbox:member-list", args=[forgery.conversation.key])).content.decode()
    assert ("cleo" in members, "ana" in members) == (False, True)
