"""What stands in the place of a phone once it is erased: a salted hash, the same one for the same phone and business.

So statistics still tell people apart, and who has opted out is known again when they come back, while nobody can read
or guess the phone without the business's salt, which is stored encrypted.
"""

import hashlib
import hmac

from leads.models.privacy import PrivacySalt

MARK = "#"
_HEX_DIGITS = 15  # with the mark, what a column for E.164 holds


def salt_of(business_id: int) -> str:
    """The business's salt, made when it is first asked for."""
    row, _ = PrivacySalt.objects.get_or_create(business_id=business_id)
    return row.salt


def pseudonym(phone: str, *, salt: str) -> str:
    """`phone` (E.164) as `#` and 15 hexadecimal digits; a pseudonym is returned as it is."""
    if phone.startswith(MARK):
        return phone
    digest = hmac.new(salt.encode(), phone.encode(), hashlib.sha256).hexdigest()
    return f"{MARK}{digest[:_HEX_DIGITS]}"
