"""The calls behind every figure: one queryset per measure, which the figures count and the lists show."""

from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat

from leads.enums import Urgency
from leads.models import Lead
from messaging import configuration
from messaging.enums import CallState, ConsentKind, MessageKind, MessageStatus
from messaging.models import Call, ConsentEntry, Message
from recoverline.reports.measures import ATTRIBUTION_DAYS
from recoverline.reports.periods import Period
from recoverline.reports.scopes import Scope
from recoverline.reports.spans import DaysLater, SecondsBetween, Tenths

# The carrier took it; what became of it afterwards is another question.
LEFT = (MessageStatus.ACCEPTED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.UNDELIVERED)

_REQUEST = "conversation__request__"
_IS_KNOWN = (Q(**{f"{_REQUEST}service__isnull": False}) | Q(**{f"{_REQUEST}need__gt": ""})) & (
    Q(**{f"{_REQUEST}place__gt": ""})
    | Q(**{f"{_REQUEST}urgency__in": [Urgency.ROUTINE, Urgency.URGENT, Urgency.EMERGENCY]})
)
# From the own phones: with a number and nobody's (missed_calls._carry_out).
_IS_OF_TEAM = Q(state=CallState.MISSED, lead__isnull=True, caller__gt="")
# What can be asked of a call with `told`; the others need `jobs`.
TOLD = {
    "missed": Q(),
    "texted": Q(text_at__isnull=False),
    "delivered": Q(text_status=MessageStatus.DELIVERED),
    "reached_in_10": Q(seconds__lte=10),
    "reached_in_60": Q(seconds__lte=60),
    "replied": Q(is_replied=True),
    "qualified": Q(text_at__isnull=False, is_qualified=True),
}


def incoming(scope: Scope, period: Period) -> QuerySet[Call]:
    """Calls that came in and are over."""
    own = configuration.own_phones(scope.business.pk)
    # A call that was answered has no lead unless there was one before: its number alone tells whose it was.
    of_customers = Q(state=CallState.MISSED) | (Q(state=CallState.ANSWERED) & ~Q(caller__in=own))
    return _between(scope, period).filter(of_customers)


def missed(scope: Scope, period: Period) -> QuerySet[Call]:
    """The base of the funnel."""
    return _between(scope, period).filter(state=CallState.MISSED)


def told(calls: QuerySet[Call]) -> QuerySet[Any]:
    """Missed calls with what is asked of their first text: `text_at`, `text_status`, `words_by` (whose words it says,
    messaging.wording.Worded), `is_replied`, `is_qualified`, and `seconds` from its end to the text, in tenths."""
    # The key of a first text is made of its call (missed_calls.first_text_key), and unique in its business: one join
    # of an index, where a subquery would be asked once for each of these values.
    own = "conversation__messages__"
    key = Concat(Value("missedcall:"), Cast("account_id", CharField()), Value(":"), F("carrier_call_id"))
    left = Q(
        **{f"{own}business": F("business"), f"{own}idem_key": key, f"{own}kind": MessageKind.FIRST_TEXT},
        **{f"{own}status__in": LEFT},
    )
    # One reply answers one text, the last before it: none counts for a call that had its text before that one.
    between = (
        Message.objects.annotate(left_at=Coalesce("sent_at", "created_at"))
        .filter(
            conversation=OuterRef("conversation"), kind=MessageKind.FIRST_TEXT, status__in=LEFT,
            left_at__gt=OuterRef(OuterRef("text_at")), left_at__lt=OuterRef("created_at"),
        )
        .order_by()
    )  # fmt: skip
    answers = replies().filter(
        ~Exists(between), conversation=OuterRef("conversation"), created_at__gt=OuterRef("text_at"),
        created_at__lt=DaysLater(OuterRef("started_at"), days=ATTRIBUTION_DAYS),
    )  # fmt: skip
    return calls.annotate(first_text=FilteredRelation("conversation__messages", condition=left)).annotate(
        text_at=Coalesce("first_text__sent_at", "first_text__created_at"),
        text_status=F("first_text__status"),
        words_by=F("first_text__words_by"),
        seconds=Tenths(SecondsBetween(Coalesce(F("ended_at"), F("started_at")), F("text_at"))),
        is_replied=Exists(answers),
        is_qualified=Case(When(_IS_KNOWN, then=True), default=False, output_field=BooleanField()),
    )


def replies() -> QuerySet[Message]:
    """What customers wrote, but for texts that asked us to stop: the ledger of consent names those by their id."""
    opted_out = ConsentEntry.objects.filter(
        business=OuterRef("business"), phone=OuterRef("lead__phone"), kind=ConsentKind.OPTED_OUT,
        evidence=Concat(Value("text "), OuterRef("carrier_message_id")),
    )  # fmt: skip
    return Message.objects.filter(~Exists(opted_out), kind=MessageKind.INBOUND).order_by()


def _between(scope: Scope, period: Period) -> QuerySet[Call]:
    asked = scope.rows() & Q(started_at__gte=period.start, started_at__lt=period.end)
    # A list of a few ids, where a join would look at every call's lead.
    team = Lead.objects.filter(business=scope.business, is_team=True).values("pk")
    return Call.objects.filter(asked).exclude(_IS_OF_TEAM).exclude(lead__in=team).order_by("-started_at", "-id")
