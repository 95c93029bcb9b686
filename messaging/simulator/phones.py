"""The phones that call: all fictional (555-01xx), some with a fate of their own."""

from dataclasses import dataclass

from leads.models import Business, Lead
from messaging.models import Call, NeverText, PhoneNumber, RingTarget
from recoverline.lib.phones import ANONYMOUS_NUMBERS, display_phone

ANONYMOUS = "+266696687"  # what a carrier sends for a hidden number: ANONYMOUS on the keypad
USUAL = "+15555550123"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a text to this phone: the code that the carrier reports."""

    phone: str
    code: str
    label: str


FATES = {
    fate.phone: fate
    for fate in (
        Fate("+15555550190", "30006", "a landline: texts cannot be delivered"),
        Fate("+15555550191", "30003", "switched off: undeliverable, tried once more after 5 minutes"),
        Fate("+15555550192", "30007", "a carrier that filters the text as spam"),
        Fate("+15555550193", "30005", "a number that does not exist"),
        Fate("+15555550194", "30008", "undeliverable for no known reason, tried once more after 30 seconds"),
        Fate("+15555550195", "30006", "another landline"),
    )
}

_FIRST = ("Dana", "Luis", "Priya", "Marcus", "Helen", "Omar", "Grace", "Tom", "Ines", "Walter", "Mei", "Jonas")
_LAST = ("Whitfield", "Ortega", "Raman", "Boyd", "Kowalski", "Haddad", "Okafor", "Lindgren", "Duarte", "Pryce", "Chen")
# Area codes to draw from when a hundred fictional lines are used up.
_AREAS = ("555", "602", "480", "505", "312", "415", "617", "212", "303", "206")


def is_hidden(phone: str) -> bool:
    return phone in ANONYMOUS_NUMBERS


def caller_name(phone: str) -> str:
    """The name that the carrier's caller ID knows: the same for the same phone, none for those with a fate."""
    if is_hidden(phone) or phone in FATES:
        return ""
    digits = int(phone.lstrip("+") or 0)
    return f"{_FIRST[digits % len(_FIRST)]} {_LAST[digits % len(_LAST)]}"


def describe(phone: str, country: str) -> str:
    """For people: the number and what is special about it."""
    if is_hidden(phone):
        return "Hidden number"
    shown = display_phone(phone, country)
    fate = FATES.get(phone)
    return f"{shown}, {fate.label}" if fate else f"{shown}, {caller_name(phone)}"


def fresh_phone(business: Business) -> str:
    """A fictional phone that has never been in touch with this business and is none of its own."""
    used = {
        *Lead.objects.filter(business=business).values_list("phone", flat=True),
        *Call.objects.filter(business=business).values_list("caller", flat=True),
        *PhoneNumber.objects.filter(business=business).values_list("number", flat=True),
        *RingTarget.objects.filter(number__business=business).values_list("phone", flat=True),
        *NeverText.objects.filter(business=business).values_list("phone", flat=True),
        *FATES,
    }
    lines = (f"+1{area}55501{line:02}" for area in _AREAS for line in (*range(20, 90), *range(20)))
    return next((phone for phone in lines if phone not in used), USUAL)
