"""What was typed at a terminal: a business by its short name, a phone in any spelling."""

from django.core.management.base import CommandError

from leads.models import Business
from recoverline.lib.phones import parse_phone


def business_and_phone(slug: str, phone: str) -> tuple[Business, str]:
    """Both, the phone in E.164. Raises CommandError."""
    business = Business.objects.filter(slug=slug).first()
    if business is None:
        raise CommandError(f"There is no business “{slug}”.")
    e164 = parse_phone(phone, business.country)
    if e164 is None:
        raise CommandError("This is not a phone number. Write it with the area code.")
    return business, e164
