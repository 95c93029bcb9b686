"""Phone numbers: every spelling to E.164 and back, and which senders cannot be answered.

E.164 (`+12125550123`) is the only form that is stored or compared.
"""

import re
from collections.abc import Collection

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

# What carriers put into From when the caller hides: a word spelled on the keypad. +7378742833 and +86282452253 look
# possible (as Russia and China), so validity alone would not be a safe test.
ANONYMOUS_NUMBERS = frozenset(
    {
        "+266696687",  # ANONYMOUS
        "+7378742833",  # RESTRICTED
        "+2562533",  # BLOCKED
        "+8656696",  # UNKNOWN
        "+86282452253",  # UNAVAILABLE
    }
)
ANONYMOUS_WORDS = frozenset({"anonymous", "blocked", "private", "restricted", "unavailable", "unknown"})
# Addresses of softphones: they can ring us but nobody can text them.
ADDRESS_SCHEMES = ("sip:", "sips:", "client:")

# 555-0100 to 555-0199 are reserved for fiction in every North American area code. The simulator, the demo and the tests
# call from them, and phonenumbers refuses many of them: area code 555 always, others because nobody was given that area
# code.
FICTIONAL = re.compile(r"\+1[2-9](?!11)\d\d55501\d\d")
SHORT_CODE = re.compile(r"[0-9]{3,6}")
SPELLING = re.compile(r"[\s().-]+")


def parse_phone(raw: str, country: str) -> str | None:
    """`raw` in any spelling as E.164, read as someone in `country` (ISO2) would dial it; None unless it can exist.

    An extension is dropped: E.164 has no place for it.
    """
    if is_anonymous(raw):
        return None
    number = _parse(raw, country.upper() or None)
    if number is None:
        return None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return e164 if phonenumbers.is_valid_number(number) or FICTIONAL.fullmatch(e164) else None


def is_anonymous(raw: str) -> bool:
    """Whether `raw`, a carrier's From, names nobody who could be called or texted back."""
    sender = raw.strip().lower()
    if not sender or sender in ANONYMOUS_WORDS or sender.startswith(ADDRESS_SCHEMES):
        return True
    return SPELLING.sub("", sender) in ANONYMOUS_NUMBERS


def is_short_code(raw: str) -> bool:
    """Whether `raw` is a sender of three to six digits: a bank's or a shop's machine, not a person."""
    return SHORT_CODE.fullmatch(raw.strip()) is not None


def country_of(e164: str) -> str:
    """The ISO2 country of a number, "" where it has none (toll-free worldwide, satellite) or is no number."""
    number = _parse(e164, None)
    if number is None:
        return ""
    region = phonenumbers.region_code_for_number(number)
    if region is None and FICTIONAL.fullmatch(e164):
        return "US"
    # "001" is the library's region for numbers which belong to no country.
    return region if region and region.isalpha() else ""


def display_phone(e164: str, country: str) -> str:
    """For people: national spelling when the number is from `country`, international otherwise.

    What is not a number (a short code, a softphone address) is returned as it is.
    """
    number = _parse(e164, None)
    if number is None:
        return e164
    at_home = country_of(e164) == country.upper()
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def mask_phone(e164: str) -> str:
    """For logs: the last four digits, so that staff can tell callers apart and a leaked log tells nothing."""
    digits = re.sub(r"\D", "", e164)
    return "***" + digits[-4:] if len(digits) > 6 else "***"


def is_premium(e164: str) -> bool:
    """Whether reaching the number costs extra by design: premium rate and shared cost. Never call or text one."""
    number = _parse(e164, None)
    if number is None:
        return False
    return phonenumbers.number_type(number) in (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)


def is_served(e164: str, countries: Collection[str]) -> bool:
    """Whether a stranger may have us call or text the number: it is from one of `countries`, at ordinary cost."""
    return country_of(e164) in countries and not is_premium(e164)


def _parse(raw: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(raw, country)
    except NumberParseException:
        return None
