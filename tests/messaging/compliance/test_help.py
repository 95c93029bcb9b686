"""The answer to HELP: the business, where to reach it, how to stop; at each location, in the language of the thread."""

import pytest

from messaging.models import Conversation
from tests.factories import fresh, make_location, make_number, phone
from tests.fakes.carrier import CallbackPlan
from tests.wire import OURS, Wire

pytestmark = pytest.mark.django_db(transaction=True)

CASES = [
    # business phone, business e-mail, location phone, language, what is said
    ("+16025550100", "hi@alder.example", "", "en",
     "Alder Plumbing: contact us at (602) 555-0100, hi@alder.example, or ask your question right here. "
     "Reply STOP to opt out."),
    ("+16025550100", "hi@alder.example", "+14805550101", "en",
     "Alder Plumbing: contact us at (480) 555-0101, hi@alder.example, or ask your question right here. "
     "Reply STOP to opt out."),
    ("+16025550100", "", "", "en",
     "Alder Plumbing: contact us at (602) 555-0100, or ask your question right here. Reply STOP to opt out."),
    ("+16025550100", "hi@alder.example", "+14805550101", "es",
     "Alder Plumbing: nos encuentra en (480) 555-0101, hi@alder.example, o por este mismo chat. "
     "Responda STOP para darse de baja."),
]  # fmt: skip


@pytest.mark.parametrize(("business", "email", "location", "language", "said"), CASES)
def test_help_names_the_business_and_where_to_reach_it(
    wire: Wire, business: str, email: str, location: str, language: str, said: str
) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())
    wire.account.handles_optout = False
    wire.account.save()
    wire.business.phone, wire.business.email, wire.business.language = business, email, language
    wire.business.save()
    wire.number.location.phone = location
    wire.number.location.save()
    ask(wire, OURS)
    assert [body for _, body in wire.sent] == [said]


def test_each_number_answers_for_its_own_location(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())
    wire.account.handles_optout = False
    wire.account.save()
    annex = make_location(wire.business, "Annex", phone="+14805550101")
    number = make_number(annex, wire.account, number=phone())
    ask(wire, number.number)
    assert Conversation.objects.get().location == annex
    assert "(480) 555-0101" in wire.sent[0][1]


def ask(wire: Wire, to: str) -> None:
    sid = f"SM{fresh():032x}"
    answer = wire.post("message", "message__plain", Body="HELP", To=to, MessageSid=sid, SmsSid=sid, SmsMessageSid=sid)
    assert answer.status_code == 200
    wire.deliver_due()
