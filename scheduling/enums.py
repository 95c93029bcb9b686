"""Vocabulary of hours and appointments, stored readably."""

from django.db.models import TextChoices


class ResourceKind(TextChoices):
    TECHNICIAN = "technician", "Technician or other person"
    CHAIR = "chair", "Chair"
    BAY = "bay", "Bay"
    ROOM = "room", "Room"


class GridAnchor(TextChoices):
    """From where start times are counted."""

    OPENING = "opening", "From opening: 8:00, 8:30, ... whatever is booked"
    FREE = "free", "From each free stretch: appointments follow one another closely"


class VisitPlace(TextChoices):
    LOCATION = "location", "Customers come to us"
    CUSTOMER = "customer", "We go to the customer"


class AppointmentStatus(TextChoices):
    HOLD = "hold", "Held for a moment"
    REQUESTED = "requested", "Asked for, not confirmed"
    CONFIRMED = "confirmed", "Booked"
    COMPLETED = "completed", "Done"
    NO_SHOW = "no_show", "Customer did not come"
    CANCELED = "canceled", "Canceled"
    EXPIRED = "expired", "Hold ran out"


class BookedBy(TextChoices):
    """Which way an appointment came in, or was changed."""

    PAGE = "page", "Booking page"
    TEXT = "text", "Text"
    STAFF = "staff", "Staff"
    ROBOT = "robot", "Robot"
    API = "api", "API"
    CALENDAR = "calendar", "Calendar"


class LinkPurpose(TextChoices):
    BOOK = "book", "Book"
    MANAGE = "manage", "Move or cancel"


class WaitlistStatus(TextChoices):
    WAITING = "waiting", "Waiting"
    OFFERED = "offered", "Offered a slot"
    BOOKED = "booked", "Booked"
    EXPIRED = "expired", "Over: the day has passed, or two offers were not answered"
    WITHDRAWN = "withdrawn", "Withdrawn"


class PushState(TextChoices):
    """Where an appointment stands in somebody's calendar."""

    DUE = "due", "To be written"
    SYNCED = "synced", "Up to date"
    FAILING = "failing", "Failing, will be tried again"
    CONFLICT = "conflict", "Cannot be followed"
    REMOVED = "removed", "Removed"
