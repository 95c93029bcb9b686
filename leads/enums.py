"""Vocabulary of leads: what a receptionist would say, stored readably."""

from django.db.models import TextChoices


class Role(TextChoices):
    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    FRONT_DESK = "front_desk", "Front desk"
    READ_ONLY = "read_only", "Read only"


class Voice(TextChoices):
    FRIENDLY = "friendly", "Friendly"
    PROFESSIONAL = "professional", "Professional"
    BRIEF = "brief", "Brief"


class Language(TextChoices):
    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"


class LeadKind(TextChoices):
    UNKNOWN = "unknown", "Not known yet"
    NEW = "new", "New customer"
    EXISTING = "existing", "Existing customer"


class RequestStatus(TextChoices):
    OPEN = "open", "Open"
    BOOKED = "booked", "Booked"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    SPAM = "spam", "Spam"
    WRONG_NUMBER = "wrong_number", "Wrong number"


class Urgency(TextChoices):
    UNKNOWN = "unknown", "Not known yet"
    ROUTINE = "routine", "Routine"
    URGENT = "urgent", "Urgent"
    EMERGENCY = "emergency", "Emergency"


class Danger(TextChoices):
    """What cannot wait for anybody, as messaging.urgency_words names it."""

    GAS = "gas", "Gas"
    CARBON_MONOXIDE = "carbon_monoxide", "Carbon monoxide"
    FIRE = "fire", "Fire or smoke"
    SPARKS = "sparks", "Sparks, shock"
    FLOODING = "flooding", "Flooding"
    SEWAGE = "sewage", "Sewage"
    MEDICAL = "medical", "Medical emergency"
    NO_HEAT_VULNERABLE = "no_heat_vulnerable", "No heat or cooling with somebody frail"
    BREAK_IN = "break_in", "Break-in"
    COLLAPSE = "collapse", "Roof, ceiling or tree down"
    TRAPPED = "trapped", "Somebody locked in"
    STRANDED = "stranded", "Stranded on the road"
    ARREST = "arrest", "Arrest"


class TaskReason(TextChoices):
    RULE = "rule", "A rule asks for a call back"
    ANONYMOUS = "anonymous", "Anonymous caller"
    LANDLINE = "landline", "Landline cannot get texts"
    UNTEXTABLE = "untextable", "Number cannot get texts"
    OPTED_OUT = "opted_out", "Caller has opted out of texts"
    UNDELIVERABLE = "undeliverable", "Text could not be delivered"
    TOO_LATE = "too_late", "Too late for a text"
    QUIET_HOURS = "quiet_hours", "Called in quiet hours: no text"
    SENDING_STOPPED = "sending_stopped", "Texting is stopped"
    UNCERTAIN = "uncertain", "Not certain that the text arrived"
    MAYBE_OPT_OUT = "maybe_opt_out", "May be asking to stop"
    URGENT = "urgent", "Urgent"
    CALL_ASKED = "call_asked", "Asked for a call back"
    APPOINTMENT = "appointment", "About an appointment"
    CALENDAR = "calendar", "A calendar needs a look"
    STAFF = "staff", "Asked for by the team"
    FOLLOW_UP = "follow_up", "A follow-up is due"
    HOLDOUT = "holdout", "No text on purpose, for an experiment"


class LostReason(TextChoices):
    """Why a request did not become a job. Each names a cause that somebody can do something about."""

    NO_ANSWER = "no_answer", "Never answered us"
    PRICE = "price", "Too expensive"
    NO_TIME = "no_time", "We had no time soon enough"
    AREA = "area", "Outside our area"
    NOT_OFFERED = "not_offered", "We do not offer it"
    ELSEWHERE = "elsewhere", "Went to somebody else"
    SOLVED = "solved", "Solved itself, or only a question"
    OTHER = "other", "Another reason"


class DeliveryStatus(TextChoices):
    """Where one event is on its way to one webhook endpoint."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    DELIVERED = "delivered", "Delivered"
    DEAD = "dead", "Given up"


class CrmKind(TextChoices):
    """CRMs that leads can be written to."""

    HUBSPOT = "hubspot", "HubSpot"
    PIPEDRIVE = "pipedrive", "Pipedrive"


class CrmStatus(TextChoices):
    """Where a lead is on its way to a CRM."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being written"
    DONE = "done", "Written"
    CONFLICT = "conflict", "Choose the contact"
    FAILED = "failed", "Given up"
