"""Vocabulary of calls and texts, stored readably."""

from django.db.models import TextChoices


class CarrierKind(TextChoices):
    TWILIO = "twilio", "Twilio"
    WEBHOOK = "webhook", "Phone system or call tracker (signed webhook)"
    SIMULATOR = "simulator", "Simulator (nothing is sent)"


class NumberMode(TextChoices):
    HOSTED = "hosted", "Hosted: we ring the team"
    FORWARDED = "forwarded", "Forwarded: the existing line forwards unanswered calls to us"
    EXTERNAL = "external", "External: a phone system reports missed calls"


class RingOrder(TextChoices):
    TOGETHER = "together", "All at once"
    IN_ORDER = "in_order", "One after the other"


class CallState(TextChoices):
    RINGING = "ringing", "Ringing"
    ANSWERED = "answered", "Answered"
    MISSED = "missed", "Missed"
    OUTBOUND = "outbound", "Outbound"


class MissReason(TextChoices):
    NO_ANSWER = "no_answer", "No answer"
    BUSY = "busy", "Busy"
    FAILED = "failed", "Call failed"
    ABANDONED = "abandoned", "Hung up early"
    VOICEMAIL = "voicemail", "Left a voicemail"
    SILENT = "silent", "Voicemail without a word"
    AFTER_HOURS = "after_hours", "Closed"
    FORWARDED = "forwarded", "Forwarded unanswered"


class HoursState(TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    HOLIDAY = "holiday", "Holiday or special closure"


class CallerKind(TextChoices):
    NEW = "new", "New caller"
    KNOWN = "known", "Known lead"
    EXISTING = "existing", "Existing customer"
    APPOINTMENT = "appointment", "Has an appointment"
    CONVERSATION = "conversation", "In a conversation with us"
    STAFF = "staff", "Staff"
    NEVER_TEXT = "never_text", "On the never-text list"
    OPTED_OUT = "opted_out", "Opted out"
    ANONYMOUS = "anonymous", "Anonymous"
    LANDLINE = "landline", "Landline"
    FOREIGN = "foreign", "Country not served"
    SPAM = "spam", "Flagged as spam by the carrier"


class Outcome(TextChoices):
    TEXT = "text", "Text"
    TASK = "task", "No text, a callback task"
    NO_TEXT = "no_text", "No text"


class ScriptKind(TextChoices):
    MISSED_CALL = "missed_call", "Missed call"
    BUSY = "busy", "Busy right now"
    AFTER_HOURS = "after_hours", "After hours"
    URGENT_AWARE = "urgent_aware", "Urgent or schedule?"
    APPOINTMENT = "appointment", "Appointment business"
    QUOTE = "quote", "Quote request"
    VOICEMAIL = "voicemail", "Voicemail left"
    REPEAT_CALLER = "repeat_caller", "Repeat caller"
    EXISTING_CUSTOMER = "existing_customer", "Existing customer"
    DELAYED = "delayed", "First text that leaves late"
    HELP = "help", "Answer to HELP"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation", "Answer to STOP"
    OPT_IN_CONFIRMATION = "opt_in_confirmation", "Answer to START"
    URGENT_REPLY = "urgent_reply", "Answer to an urgent reply"
    HAND_OFF = "hand_off", "A person takes over"
    BOOKING_CONFIRMED = "booking_confirmed", "Appointment booked"
    BOOKING_REQUESTED = "booking_requested", "Appointment asked for, to be confirmed"
    BOOKING_MOVED = "booking_moved", "Appointment moved"
    BOOKING_CANCELED = "booking_canceled", "Appointment canceled"
    BOOKING_REMINDER = "booking_reminder", "Appointment reminder"
    BOOKING_KEPT = "booking_kept", "Answer to “I will be there”"
    BOOKING_CHANGE = "booking_change", "Answer to “I need another time”"
    SLOT_OFFERED = "slot_offered", "A slot was freed (waitlist)"
    CALLBACK_PROMISED = "callback_promised", "Call back arranged"
    GREETING = "greeting", "Voicemail greeting (spoken)"
    GREETING_CLOSED = "greeting_closed", "Voicemail greeting when closed (spoken)"
    WHISPER = "whisper", "Whisper to the team (spoken)"


# What a rule may send after a missed call; the others answer something or are spoken.
FIRST_TEXT_KINDS = (
    ScriptKind.MISSED_CALL,
    ScriptKind.BUSY,
    ScriptKind.AFTER_HOURS,
    ScriptKind.URGENT_AWARE,
    ScriptKind.APPOINTMENT,
    ScriptKind.QUOTE,
    ScriptKind.VOICEMAIL,
    ScriptKind.REPEAT_CALLER,
    ScriptKind.EXISTING_CUSTOMER,
    ScriptKind.DELAYED,
)


class Direction(TextChoices):
    IN = "in", "From the customer"
    OUT = "out", "To the customer"


class MessageKind(TextChoices):
    FIRST_TEXT = "first_text", "First text"
    STAFF = "staff", "Staff"
    AUTO_REPLY = "auto_reply", "Automatic answer"
    APPOINTMENT = "appointment", "About an appointment"
    COMPLIANCE = "compliance", "Opt-out or HELP answer"
    INBOUND = "inbound", "Customer"


class MessageStatus(TextChoices):
    RECEIVED = "received", "Received"
    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Sending"
    ACCEPTED = "accepted", "Accepted by the carrier"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Not delivered"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Checking with the carrier"
    EXPIRED = "expired", "Too late, not sent"
    SUPPRESSED = "suppressed", "Not sent"
    DEAD = "dead", "Gave up"


class Suppression(TextChoices):
    """Why a text did not leave."""

    OPTED_OUT = "opted_out", "Opted out"
    NEVER_TEXT = "never_text", "On the never-text list"
    PAUSED = "paused", "Texting is paused for this business"
    SENDER_STOPPED = "sender_stopped", "The sender or its account is stopped"
    CALLED_BACK = "called_back", "A person already called back"
    TAKEN_OVER = "taken_over", "A person already wrote"
    CAPPED = "capped", "A limit was reached"
    LANDLINE = "landline", "Landline"
    UNREACHABLE = "unreachable", "Number does not exist"
    OUTDATED = "outdated", "The appointment has changed"
    NOT_SERVED = "not_served", "Country or kind of number that is not served"


class ConversationStatus(TextChoices):
    OPEN = "open", "Open"
    SNOOZED = "snoozed", "Snoozed"
    DONE = "done", "Done"


class Handler(TextChoices):
    ROBOT = "robot", "Robot"
    PERSON = "person", "Person"


class OptOutSource(TextChoices):
    TEXT = "text", "Text"
    CARRIER = "carrier", "Carrier"
    STAFF = "staff", "Staff"
    IMPORT = "import", "Import"


class MediaStatus(TextChoices):
    PENDING = "pending", "Being fetched"
    STORED = "stored", "Stored"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Could not be fetched"


class ReminderState(TextChoices):
    PLANNED = "planned", "Planned"
    QUEUED = "queued", "Handed to the outbox"
    SKIPPED = "skipped", "Not sent"
