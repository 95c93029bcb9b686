"""Who leaves a team leaves nothing that looks as if somebody had it."""

import pytest

from leads import memberships
from leads.enums import Role
from leads.models import LeadEvent
from messaging import tasks
from messaging.enums import ConversationStatus
from messaging.models import Conversation
from tests.base import make_cast
from tests.factories import make_conversation, make_lead, make_member, make_task

pytestmark = pytest.mark.django_db


def test_what_somebody_had_is_nobodys_when_they_are_removed() -> None:
    cast = make_cast()
    make_member(cast.b, cast.ben, Role.FRONT_DESK)
    here = make_conversation(make_lead(cast.a), cast.a_number, assignee=cast.ben)
    done = make_conversation(make_lead(cast.a), cast.a_number, assignee=cast.ben, status=ConversationStatus.DONE)
    elsewhere = make_conversation(make_lead(cast.b), cast.b_number, assignee=cast.ben)
    task = make_task(cast.a_location, assignee=cast.ben)
    member = cast.a.memberships.get(user=cast.ben)

    memberships.remove(member, by=cast.ana)
    tasks.release_work(LeadEvent.objects.get(kind="member.removed").pk)

    assert dict(Conversation.objects.values_list("pk", "assignee")) == {
        here.pk: None, done.pk: cast.ben.pk, elsewhere.pk: cast.ben.pk,
    }  # fmt: skip
    task.refresh_from_db()
    assert task.assignee is None
