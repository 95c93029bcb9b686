"""Vocabulary of follow-ups, stored readably."""

from django.db.models import TextChoices


class Trigger(TextChoices):
    """What begins a sequence."""

    NO_REPLY = "no_reply", "No reply to the first text"
    NOT_BOOKED = "not_booked", "Replied, but not booked"
    ESTIMATE = "estimate", "Estimate given"
    MISSED_VISIT = "missed_visit", "Appointment missed by the customer"
    AFTER_JOB = "after_job", "After the job"


class Anchor(TextChoices):
    """What a step's delay is counted from."""

    EVENT = "event", "the event that began the sequence"
    LAST_TEXT = "last_text", "the last text to them"


class Unit(TextChoices):
    MINUTES = "minutes", "minutes"
    HOURS = "hours", "hours"
    DAYS = "days", "days"
    WEEKS = "weeks", "weeks"


class StepAction(TextChoices):
    TEXT = "text", "Text them"
    TASK = "task", "Callback task for staff"
    CALL = "call", "Ring whoever is on call"


class AfterStaff(TextChoices):
    """What a text or call of a person does to a running sequence."""

    STOP = "stop", "Stop"
    RESTART = "restart", "Wait: count the next step from then"
    GO_ON = "go_on", "Go on as planned"


class EnrollmentStatus(TextChoices):
    ACTIVE = "active", "Running"
    PAUSED = "paused", "Paused"
    FINISHED = "finished", "All steps done"
    STOPPED = "stopped", "Stopped"


class StopReason(TextChoices):
    REPLIED = "replied", "They replied"
    BOOKED = "booked", "They booked"
    OPTED_OUT = "opted_out", "They opted out"
    TAKEN_OVER = "taken_over", "A person took over"
    CALLED_BACK = "called_back", "Somebody spoke with them"
    CLOSED = "closed", "The request is closed"
    UNREACHABLE = "unreachable", "No text can reach them"
    BLOCKED = "blocked", "They are blocked"
    NOT_WANTED = "not_wanted", "Automatic texts are paused, or on the never-text list"
    SUPERSEDED = "superseded", "Another sequence began"
    CAPPED = "capped", "They have had enough follow-ups"
    BY_HAND = "by_hand", "Stopped by a person"


class StepOutcome(TextChoices):
    SENT = "sent", "Text written"
    TASK = "task", "Task made"
    CALLED = "called", "Call ordered"
    SKIPPED = "skipped", "Skipped"
