"""Vocabulary of escalations, stored readably."""

from django.db.models import TextChoices


class EscalationClass(TextChoices):
    """What it is about, from the most urgent on; a policy says which of these it is for."""

    EMERGENCY = "emergency", "Danger"
    URGENT = "urgent", "Urgent request"
    WAITING = "waiting", "A customer has waited too long"
    TROUBLE = "trouble", "Something does not work"
    FOLLOW_UP = "follow_up", "A follow-up asks for a call"


class EscalationStatus(TextChoices):
    OPEN = "open", "Nobody has it yet"
    ACKNOWLEDGED = "acknowledged", "Somebody has it"
    CLOSED = "closed", "Closed"


class AlertChannel(TextChoices):
    TEXT = "text", "Text"
    CALL = "call", "Automated call"
    EMAIL = "email", "E-mail"


class AlertTarget(TextChoices):
    FIRST = "first", "Whoever is on call first"
    NEXT = "next", "The next one on call"
    ALL = "all", "Everybody on call"
    OWNER = "owner", "The owners"
    MEMBER = "member", "This person"


class AckMeans(TextChoices):
    TEXT = "text", "Text"
    KEY = "key", "Key on the phone"
    LINK = "link", "Link"
    INBOX = "inbox", "Inbox"


class NoticeStatus(TextChoices):
    WAITING = "waiting", "To be sent"
    BUNDLED = "bundled", "Sent with others"
    SENDING = "sending", "In somebody's hands"
    SENT = "sent", "Sent"
    PICKED_UP = "picked_up", "Picked up"
    TAKEN = "taken", "Taken"
    PASSED = "passed", "Passed on"
    NOT_SENT = "not_sent", "Not sent"


class OnCallCommand(TextChoices):
    """What a person on call may text to us."""

    ACK = "ack", "Mine"
    PASS = "pass", "Pass it on"
    TAKE = "take", "Take the conversation"
    RESUME = "resume", "Give it back to the robot"
    REPLY = "reply", "Answer to the customer"
    DONE = "done", "Done"
    AWAY = "away", "Away"
    BACK = "back", "Back"
    LIST = "list", "What is open"
    HELP = "help", "What can be said"
    USELESS = "useless", "Not understood"
