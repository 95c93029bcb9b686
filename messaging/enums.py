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
    BLOCKED = "blocked", "Blocked"
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
    WEB_FORM = "web_form", "A form was filled in"
    DELAYED = "delayed", "First text that leaves late"
    HELP = "help", "Answer to HELP"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation", "Answer to STOP"
    OPT_IN_CONFIRMATION = "opt_in_confirmation", "Answer to START"
    URGENT_REPLY = "urgent_reply", "Answer to an urgent reply"
    HAND_OFF = "hand_off", "A person takes over"
    ON_CALL_TAKEN = "on_call_taken", "Urgent: somebody is on it"
    ON_CALL_NOBODY = "on_call_nobody", "Urgent: nobody was reached yet"
    BOOKING_CONFIRMED = "booking_confirmed", "Appointment booked"
    BOOKING_REQUESTED = "booking_requested", "Appointment asked for, to be confirmed"
    BOOKING_MOVED = "booking_moved", "Appointment moved"
    BOOKING_CANCELED = "booking_canceled", "Appointment canceled"
    BOOKING_REMINDER = "booking_reminder", "Appointment reminder"
    BOOKING_KEPT = "booking_kept", "Answer to “I will be there”"
    BOOKING_CHANGE = "booking_change", "Answer to “I need another time”"
    SLOT_OFFERED = "slot_offered", "A slot was freed (waitlist)"
    CALLBACK_PROMISED = "callback_promised", "Call back arranged"
    ASK_NEED = "ask_need", "Robot: what do you need?"
    ASK_PLACE = "ask_place", "Robot: which city or ZIP?"
    ASK_WHEN = "ask_when", "Robot: which day?"
    ASK_URGENCY = "ask_urgency", "Robot: how urgent?"
    ASK_KIND = "ask_kind", "Robot: new or existing customer?"
    ASK_ADDRESS = "ask_address", "Robot: street address?"
    ASK_NAME = "ask_name", "Robot: your name?"
    TIMES_OFFERED = "times_offered", "Robot: times to choose from"
    TIME_GONE = "time_gone", "Robot: that time is gone, others"
    NO_TIMES = "no_times", "Robot: no time free"
    WINDOWS_OFFERED = "windows_offered", "Robot: times for a call"
    PRICE_TOLD = "price_told", "Robot: price range"
    PRICE_UNKNOWN = "price_unknown", "Robot: no price to name"
    HOURS_TOLD = "hours_told", "Robot: opening hours"
    AREA_SERVED = "area_served", "Robot: we work there"
    AREA_NOT_SERVED = "area_not_served", "Robot: we do not work there"
    SERVICES_TOLD = "services_told", "Robot: what we do"
    NOT_UNDERSTOOD = "not_understood", "Robot: did not understand"
    IS_ROBOT = "is_robot", "Robot: asked whether it is one"
    WRONG_NUMBER = "wrong_number", "Robot: wrong number"
    THANKS = "thanks", "Robot: you are welcome"
    NOTED = "noted", "Robot: noted"
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
    ROBOT = "robot", "Robot"
    SAFETY = "safety", "Answer to a danger"
    APPOINTMENT = "appointment", "About an appointment"
    FOLLOW_UP = "follow_up", "Follow-up"
    ALERT = "alert", "To the team"
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
    BLOCKED = "blocked", "This person is blocked"
    OVERTAKEN = "overtaken", "The customer wrote again before it left"
    QUIET_HOURS = "quiet_hours", "Quiet hours where the customer is"
    REPLIED = "replied", "The customer has answered"
    BOOKED = "booked", "The customer has booked"
    REQUEST_CLOSED = "request_closed", "The request is closed"
    FOLLOW_UP_STOPPED = "follow_up_stopped", "The follow-up was stopped or paused"


class ConversationStatus(TextChoices):
    OPEN = "open", "Open"
    SNOOZED = "snoozed", "Snoozed"
    DONE = "done", "Done"


class Happening(TextChoices):
    """What happened last in a conversation: the icon of its row in the list."""

    CALL = "call", "Call"
    MISSED_CALL = "missed_call", "Missed call"
    VOICEMAIL = "voicemail", "Voicemail"
    TEXT_IN = "text_in", "Text from the customer"
    TEXT_OUT = "text_out", "Text from us"
    BOOKING = "booking", "Booking"


class Presence(TextChoices):
    VIEWING = "viewing", "is looking"
    COMPOSING = "composing", "is writing"


class Registration(TextChoices):
    """Where the registration of a number for business texts stands (A2P 10DLC, toll-free verification)."""

    UNKNOWN = "unknown", "Not looked into yet"
    NOT_NEEDED = "not_needed", "Not needed for this number"
    SUBMITTED = "submitted", "Submitted, waiting for the carrier"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class Handler(TextChoices):
    ROBOT = "robot", "Robot"
    PERSON = "person", "Person"


class OptOutSource(TextChoices):
    TEXT = "text", "Text"
    CARRIER = "carrier", "Carrier"
    STAFF = "staff", "Staff"
    IMPORT = "import", "Import"
    API = "api", "API"


class ConsentKind(TextChoices):
    """What somebody said or did about being texted."""

    CONTACTED = "contacted", "Contacted us first"
    OPTED_IN = "opted_in", "Opted in"
    OPTED_OUT = "opted_out", "Opted out"
    CONFIRMED = "confirmed", "Their opt-out was confirmed"
    HELPED = "helped", "Asked for HELP"
    DOUBTFUL = "doubtful", "May have meant to opt out"


class ConsentMeans(TextChoices):
    CALL = "call", "Call"
    TEXT = "text", "Text"
    PAGE = "page", "Booking page"
    CARRIER = "carrier", "Carrier"
    STAFF = "staff", "Staff"
    API = "api", "API"
    IMPORT = "import", "Import"


class ConsentScope(TextChoices):
    REQUEST = "request", "About what they contacted us for"
    ALL = "all", "All texts of this business"


class MediaStatus(TextChoices):
    PENDING = "pending", "Being fetched"
    STORED = "stored", "Stored"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Could not be fetched"


class ReminderState(TextChoices):
    PLANNED = "planned", "Planned"
    QUEUED = "queued", "Handed to the outbox"
    SKIPPED = "skipped", "Not sent"


class Intent(TextChoices):
    """What a customer's text is about, as the robot understands it."""

    SERVICES = "services", "What you do"
    PRICE = "price", "What it costs"
    HOURS = "hours", "When you are open"
    AREA = "area", "Where you work"
    BOOKING = "booking", "Wants an appointment"
    RESCHEDULE = "reschedule", "Wants another time"
    CANCEL = "cancel", "Cancels an appointment"
    EXISTING = "existing", "About an earlier visit or a running job"
    FINANCING = "financing", "Financing and payment by installments"
    PERSON = "person", "Wants a person"
    CALL_ME = "call_me", "Wants to be called"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    SPAM = "spam", "Selling something"
    THANKS = "thanks", "Thanks or goodbye"
    GREETING = "greeting", "Only a greeting"
    IS_ROBOT = "is_robot", "Asks whether this is a robot"
    OTHER = "other", "Something else"


class AgentMode(TextChoices):
    """How much the robot does by itself."""

    OFF = "off", "First text only: people answer"
    DRAFT = "draft", "Drafts: a person approves each answer"
    AUTO = "auto", "Automatic"


class Driver(TextChoices):
    RULES = "rules", "Rules (no key, no cost)"
    MODEL = "model", "Claude, and rules when it is not available"


class Effort(TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class TurnStatus(TextChoices):
    RUNNING = "running", "Running"
    SENT = "sent", "Answered"
    DRAFTED = "drafted", "Draft waits for approval"
    APPROVED = "approved", "Draft approved"
    DROPPED = "dropped", "Draft discarded by a person"
    SILENT = "silent", "Nothing to say"
    HANDED_OFF = "handed_off", "Handed over"
    DISCARDED = "discarded", "Discarded: something newer came"
    FAILED = "failed", "Failed"


class QuestionStatus(TextChoices):
    OPEN = "open", "Waiting"
    ANSWERED = "answered", "Answered"
    DISMISSED = "dismissed", "Not worth an answer"


class ExperimentSubject(TextChoices):
    FIRST_TEXT = "first_text", "First texts"
    SEQUENCE = "sequence", "Follow-up sequences"


class ExperimentStatus(TextChoices):
    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    ENDED = "ended", "Ended"
