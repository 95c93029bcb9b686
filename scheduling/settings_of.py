"""What a business says about booking in general."""

from leads.models import Business
from scheduling.models import BookingSettings


def booking_settings(business: Business) -> BookingSettings:
    """The business's row, or an unsaved one with the defaults (and the page off)."""
    return BookingSettings.objects.filter(business=business).first() or BookingSettings(business=business)
