"""What erasing does to every column in which something of a person can stand: the whole house, room by room.

A test walks over all models and fails when one of them, or one of its texts, is neither here nor in NOBODYS.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from leads.models import Lead
from messaging.compliance.person import Person
from messaging.conversations import ANSWERED
from messaging.enums import ConversationStatus, Handler


def _lead(person: Person) -> Q:
    return Q(lead__in=person.leads)


def _conversation(person: Person) -> Q:
    return Q(conversation__in=person.conversations)


def _phone(person: Person) -> Q:
    return Q(business=person.business, phone=person.phone)


def _told(person: Person) -> Q:
    """Answers of the API that name them, by phone or by the key of their row."""
    keys = Lead.objects.filter(pk__in=person.leads).values_list("key", flat=True)
    named = Q(body__contains=person.phone)
    for key in keys:
        named |= Q(body__contains=str(key))
    return Q(business=person.business) & named


@dataclass(frozen=True, slots=True)
class Room:
    """`rows` says which are the person's. Of their texts, `emptied` lose every word, `hashed` hold the phone and get
    the pseudonym, `searched` keep what they say but for the phone, `kept` say nothing of anybody. `also`: what else is
    set. Rows without a use for statistics are deleted.
    """

    rows: Callable[[Person], Q]
    emptied: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    also: Mapping[str, Any] = field(default_factory=dict)
    is_deleted: bool = False

    @property
    def named(self) -> frozenset[str]:
        return frozenset((*self.emptied, *self.hashed, *self.searched, *self.kept, *self.files))


_AT_REST = {
    **ANSWERED, "status": ConversationStatus.DONE, "handler": Handler.PERSON, "snoozed_until": None, "unread_count": 0,
    "is_urgent": False, "turn_due_at": None, "robot_returns_at": None, "automation_paused": True,
}  # fmt: skip

ROOMS: Mapping[str, Room] = {
    "leads.Lead": Room(
        lambda person: Q(pk__in=person.leads),
        emptied=("name", "email", "notes"),
        hashed=("phone",),
        kept=("kind", "language", "source", "line_type"),
    ),
    "leads.JobRequest": Room(
        _lead,
        emptied=("need", "place", "address", "preferred", "notes", "answers", "outcome_note"),
        kept=("status", "urgency", "source", "lost_reason"),
    ),
    "leads.LeadEvent": Room(_lead, emptied=("text",), searched=("data",), kept=("kind",)),
    "leads.FormEntry": Room(
        _lead, emptied=("answers",), searched=("external_id",), kept=("consent_text", "outcome"), also={"address": None}
    ),
    # Kept for a day; a repetition that comes after it acts anew.
    "leads.IdempotentReply": Room(_told, kept=("idem_key", "request_digest", "body"), is_deleted=True),
    "leads.WebhookDelivery": Room(
        lambda person: Q(event__lead__in=person.leads), emptied=("body",), kept=("kind", "status", "log")
    ),
    "leads.CrmLink": Room(_lead, kept=("external_id", "written", "deals"), is_deleted=True),
    "leads.CrmSync": Room(_lead, kept=("status", "last_error", "candidates", "choice"), is_deleted=True),
    "leads.CallbackTask": Room(
        lambda person: _lead(person) | _phone(person),
        emptied=("detail",),
        hashed=("phone",),
        searched=("cause",),
        kept=("reason",),
    ),
    "scheduling.Appointment": Room(
        lambda person: Q(pk__in=person.appointments),
        emptied=("name", "address", "note", "cancel_reason"),
        searched=("idem_key",),
        kept=("status", "booked_by"),
    ),
    "scheduling.WaitlistEntry": Room(_lead, emptied=("address", "name"), kept=("status",)),
    "scheduling.BookingLink": Room(
        lambda person: _lead(person) | Q(appointment__in=person.appointments),
        kept=("purpose", "token_hash"),
        is_deleted=True,
    ),
    "scheduling.CalendarObject": Room(
        lambda person: Q(appointment__in=person.appointments),
        emptied=("body", "problem"),
        kept=("href", "uid", "etag", "state"),
        also={"next_at": None},
    ),
    "messaging.Call": Room(
        lambda person: Q(pk__in=person.calls),
        emptied=(
            *("caller_raw", "caller_name", "forwarded_from", "voicemail_url", "voicemail_problem", "transcript"),
            *("trace", "facts"),
        ),
        hashed=("caller",),
        files=("voicemail_file",),
        kept=(
            *("carrier_call_id", "verification", "state", "miss_reason", "hours_state", "outcome", "decision"),
            "voicemail_status",
        ),
        also={"voicemail_status": ""},
    ),
    "messaging.Conversation": Room(
        lambda person: Q(pk__in=person.conversations),
        emptied=("last_preview", "agent_state", "pause_reason"),
        kept=("status", "handler", "language", "last_happening"),
        also=_AT_REST,
    ),
    "messaging.Message": Room(
        lambda person: _lead(person) | Q(pk__in=person.alerts),
        emptied=("body", "error_text"),
        searched=("idem_key",),
        kept=(
            "direction",
            "kind",
            "status",
            "suppression",
            "carrier_message_id",
            "error_code",
            "request_id",
            "words_by",
        ),
    ),
    "messaging.MessageMedia": Room(
        lambda person: Q(message__lead__in=person.leads),
        files=("file",),
        kept=("url", "content_type", "status", "problem"),
        is_deleted=True,
    ),
    "messaging.Note": Room(_conversation, kept=("body",), is_deleted=True),
    "messaging.PresenceMark": Room(_conversation, kept=("state",), is_deleted=True),
    "messaging.AgentTurn": Room(
        _conversation,
        emptied=("summary", "reply", "tools", "facts", "objections"),
        kept=("status", "driver", "model", "intents"),
    ),
    "messaging.UnansweredQuestion": Room(
        lambda person: _conversation(person) | Q(message__lead__in=person.leads),
        kept=("text", "language", "status"),
        is_deleted=True,
    ),
    "messaging.RegressionScenario": Room(
        lambda person: Q(source__in=person.conversations),
        kept=("name", "lines", "must_say", "must_not_say"),
        is_deleted=True,
    ),
    "messaging.OptOut": Room(_phone, emptied=("evidence", "revoked_evidence"), hashed=("phone",), kept=("source",)),
    "messaging.NeverText": Room(_phone, emptied=("label",), hashed=("phone",)),
    "messaging.ConsentEntry": Room(
        _phone, emptied=("said",), hashed=("phone",), searched=("evidence",), kept=("kind", "means", "scope")
    ),
    "messaging.Enrollment": Room(_lead, searched=("cause",), kept=("status", "stop_reason")),
    "messaging.StepRun": Room(
        lambda person: Q(enrollment__lead__in=person.leads), emptied=("reason",), kept=("action", "outcome")
    ),
    "messaging.Escalation": Room(
        lambda person: Q(pk__in=person.escalations),
        emptied=("summary",),
        searched=("dedup_key",),
        kept=("kind", "status", "chain", "acknowledged_via"),
    ),
    "messaging.EscalationNotice": Room(
        lambda person: Q(escalation__in=person.escalations),
        emptied=("reason",),
        kept=("channel", "phone", "code", "token_digest", "status", "carrier_call_id"),  # the phone is the team's
    ),
    "messaging.OnCallText": Room(
        lambda person: Q(escalation__in=person.escalations),
        emptied=("body", "result"),
        kept=("phone", "carrier_message_id", "command"),  # the phone is the team's
    ),
    "messaging.Reminder": Room(
        lambda person: Q(appointment__in=person.appointments), emptied=("reason",), kept=("state",)
    ),
}

# Where others may have quoted a person: the phone in any spelling and an e-mail address are cut out, and a full name
# beside one of them. The second part is the way to the business.
QUOTES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "leads.LeadEvent": ("business", ("text", "data")),
    "leads.FormEntry": ("business", ("answers",)),
    "leads.WebhookDelivery": ("business", ("body",)),
    "leads.CallbackTask": ("business", ("detail", "cause")),
    "leads.Lead": ("business", ("notes",)),
    "leads.JobRequest": ("business", ("need", "notes", "outcome_note", "answers")),
    "scheduling.Appointment": ("business", ("note", "cancel_reason")),
    "scheduling.CalendarObject": ("account__business", ("body",)),
    "messaging.Conversation": ("business", ("last_preview", "pause_reason", "agent_state")),
    "messaging.Message": ("business", ("body", "idem_key")),
    "messaging.Note": ("business", ("body",)),
    "messaging.AgentTurn": ("business", ("summary", "reply", "tools")),
    "messaging.RegressionScenario": ("business", ("name", "lines", "must_say", "must_not_say")),
    "messaging.Rehearsal": ("business", ("lines", "state")),
    "messaging.Publication": ("business", ("results", "changes", "knowledge")),
    "messaging.UnansweredQuestion": ("business", ("text",)),
    "messaging.Escalation": ("business", ("summary", "dedup_key")),
    "messaging.OnCallText": ("business", ("body", "result")),
    "messaging.ConsentEntry": ("business", ("evidence", "said")),
    "messaging.NeverText": ("business", ("label",)),
    "messaging.Erasure": ("business", ("reason",)),
    "messaging.SavedView": ("user__memberships__business", ("name", "query")),
}
# Of these also what quotes a sentence that they wrote.
QUOTES_WORDS = frozenset(
    {"messaging.Rehearsal", "messaging.RegressionScenario", "messaging.OnCallText", "messaging.Publication"}
)

# What holds nothing of customers, and why.
_SETTINGS = "what the business has set up"
_TEAM = "people who sign in"
_LIBRARY = "holds ids, times and what people who sign in do"
NOBODYS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("leads.Business", "leads.HistoricalBusiness", "leads.Location", "leads.Service"),
            *("leads.ServiceAtLocation", "leads.ServiceArea", "leads.Faq", "leads.Policy", "leads.IntakeQuestion"),
            *("leads.PersonTopic", "leads.SafetyText", "leads.PrivacySalt", "leads.WebhookEndpoint"),
            "leads.CrmConnection",
            *("leads.ApiToken", "leads.LeadSource"),
            *("scheduling.Resource", "scheduling.HistoricalResource", "scheduling.Resource_locations"),
            *("scheduling.Resource_services", "scheduling.BookingRules", "scheduling.HistoricalBookingRules"),
            *("scheduling.BookingSettings", "scheduling.HistoricalBookingSettings", "scheduling.TravelTime"),
            *("scheduling.CalendarFeed", "scheduling.BusyCalendar", "scheduling.CalDAVAccount"),
            *("scheduling.OpeningHours", "scheduling.HistoricalOpeningHours", "scheduling.Closure"),
            *("scheduling.HistoricalClosure", "scheduling.OnCallShift", "scheduling.HistoricalOnCallShift"),
            *("scheduling.OnCallOverride", "scheduling.QuietHours"),
            *("messaging.CarrierAccount", "messaging.PhoneNumber", "messaging.RingTarget", "messaging.Rule"),
            *("messaging.HistoricalRule", "messaging.Script", "messaging.HistoricalScript", "messaging.CannedReply"),
            *("messaging.AgentSettings", "messaging.HistoricalAgentSettings", "messaging.IntentMode"),
            *("messaging.ModelPrice", "messaging.ModelOutage", "messaging.EscalationPolicy"),
            *("messaging.EscalationStep", "messaging.Sequence", "messaging.HistoricalSequence"),
            *("messaging.SequenceStep", "messaging.SequenceVersion"),
            *("messaging.Experiment", "messaging.ExperimentArm"),
        ),
        _SETTINGS,
    ),
    **dict.fromkeys(
        (
            *("leads.Membership", "leads.Membership_locations", "leads.Invitation", "leads.Invitation_locations"),
            *("leads.Preferences", "messaging.Mention"),
            *("auth.Permission", "auth.Group", "auth.Group_permissions", "auth.User", "auth.User_groups"),
            *("auth.User_user_permissions", "account.EmailAddress", "account.EmailConfirmation"),
            *("mfa.Authenticator", "usersessions.UserSession", "sessions.Session"),
        ),
        _TEAM,
    ),
    **dict.fromkeys(
        (
            *("contenttypes.ContentType", "axes.AccessFailureLog", "axes.AccessAttempt", "axes.AccessLog"),
            *("axes.AccessAttemptExpiration", "django_q.Schedule", "django_q.OrmQ"),
        ),
        _LIBRARY,
    ),
    "scheduling.Assignment": "a resource's time",
    "scheduling.Claim": "a resource's time",
    "scheduling.BusyTime": "times alone",
    "scheduling.RequestCount": "hashes, forgotten after two days",
    "messaging.SlotOffer": "times and services that were offered",
    "messaging.ExperimentAssignment": "which way of being treated chance chose, and when",
    "leads.WeeklyDigest": "when a week's figures were mailed",
    "messaging.Heartbeat": "when processes were alive",
}
# Looked through by code of its own (messaging.compliance.traces).
LOOKED_THROUGH = frozenset(
    {"messaging.InboundHook", "admin.LogEntry", "django_q.Task", "django_q.Success", "django_q.Failure"}
)
