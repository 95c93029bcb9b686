"""Pure: what is known of a lead as fields of a CRM, and which of these may be written over what stands there."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.enums import CrmKind, RequestStatus

# What can be written, with a word for whoever maps it.
OURS: Mapping[str, str] = {
    "phone": "phone number, such as +12125550123",
    "email": "e-mail address",
    "name": "whole name",
    "first_name": "first part of the name",
    "last_name": "rest of the name",
    "language": "language, such as en",
    "kind": "what they are to the business",
    "source": "what the number they called first is labeled",
    "opted_out": "true when they want no more texts",
    "need": "what they want, of the latest request",
    "place": "city or ZIP, of the latest request",
    "address": "street and number, of the latest request",
    "status": "open, booked, won or lost, of the latest request",
}
USUAL: Mapping[str, Mapping[str, str]] = {
    CrmKind.HUBSPOT: {"phone": "phone", "email": "email", "first_name": "firstname", "last_name": "lastname"},
    CrmKind.PIPEDRIVE: {"phone": "phones", "email": "emails", "name": "name"},
}
ALWAYS = "always"
_FIELD = re.compile(r"[A-Za-z0-9_]{1,100}")
# Requests that were nobody's customer.
NOTHING = frozenset({RequestStatus.SPAM.value, RequestStatus.WRONG_NUMBER.value})


class MapError(ValueError):
    """A line of the map that says nothing; its text is for staff."""


@dataclass(frozen=True, slots=True)
class Target:
    """A field there. `always`: ours holds, whatever somebody typed there."""

    field: str
    always: bool = False


@dataclass(frozen=True, slots=True)
class Deal:
    """A request as a deal. `stage` is one of open, estimated, booked, won, lost; `amount_cents` None: not known."""

    key: str
    title: str
    stage: str
    amount_cents: int | None = None


def targets_of(kind: str, field_map: Mapping[str, Mapping[str, Any]]) -> dict[str, Target]:
    """Ours to theirs: the usual ones, and over them what the business mapped."""
    usual = {ours: Target(theirs) for ours, theirs in USUAL[kind].items()}
    return usual | {
        ours: Target(str(mapped["field"]), bool(mapped.get("always"))) for ours, mapped in field_map.items()
    }


def read_map(text: str) -> dict[str, dict[str, Any]]:
    """Lines "ours = theirs", with "always" behind where ours wins over what is typed there. Raises MapError."""
    found: dict[str, dict[str, Any]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        ours, separator, rest = (part.strip() for part in line.partition("="))
        words = rest.split()
        if not separator or not words or len(words) > 2 or (len(words) == 2 and words[1] != ALWAYS):
            raise MapError(f"“{line[:80]}”: write one of our names, =, and the name of the field there.")
        if ours not in OURS:
            raise MapError(f"“{ours[:40]}” is none of our names: {', '.join(OURS)}.")
        if not _FIELD.fullmatch(words[0]):
            raise MapError(f"“{words[0][:40]}” is no field's internal name: letters, digits and _ alone.")
        if any(words[0] == other["field"] for other in found.values()):
            raise MapError(f"“{words[0]}” is filled by two of our names.")
        found[ours] = {"field": words[0], "always": len(words) == 2}
    return found


def write_map(field_map: Mapping[str, Mapping[str, Any]]) -> str:
    """What `read_map` reads."""
    return "\n".join(
        f"{ours} = {mapped['field']}{' ' + ALWAYS if mapped.get('always') else ''}"
        for ours, mapped in field_map.items()
    )


def values_of(known: Mapping[str, str], targets: Mapping[str, Target]) -> dict[str, str]:
    """Their field -> what we know; nothing for what we do not know."""
    return {target.field: known[ours] for ours, target in targets.items() if known.get(ours)}


def split_name(name: str) -> tuple[str, str]:
    """First word, and the rest."""
    first, _, rest = name.strip().partition(" ")
    return first, rest.strip()


def changes(
    wanted: Mapping[str, str], there: Mapping[str, str], written: Mapping[str, str], targets: Mapping[str, Target]
) -> dict[str, str]:
    """What of `wanted` has to be written over `there`.

    A field goes when it is empty there, when it still says what we wrote last (`written`: hashes by field), or when it
    is always ours. Whatever a person typed there stays.
    """
    always = {target.field for target in targets.values() if target.always}
    return {
        name: value
        for name, value in wanted.items()
        if not is_same(value, there.get(name, ""))
        and (name in always or not there.get(name) or digest(there[name]) == written.get(name))
    }


def is_same(one: str, other: str) -> bool:
    """Alike but for case, spaces and, in phone numbers, how they are spelled."""
    return _plain(one) == _plain(other)


def digest(value: str) -> str:
    """Stands for a value that was written, without keeping it."""
    return hashlib.sha256(_plain(value).encode()).hexdigest()[:24]


def _plain(value: str) -> str:
    text = " ".join(value.split()).casefold()
    digits = national(text)
    return digits if len(digits) >= 10 and not re.search(r"[^\d\s().+\-]", text) else text


def national(phone: str) -> str:
    """The digits of a phone without the 1 of North America."""
    digits = re.sub(r"\D", "", phone)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def spellings(phone: str) -> list[str]:
    """How people write an E.164 number: it first, then what is usual in North America."""
    digits = national(phone)
    if not phone.startswith("+1") or len(digits) != 10:
        return [phone]
    area, middle, end = digits[:3], digits[3:6], digits[6:]
    return [phone, digits, f"({area}) {middle}-{end}", f"{area}-{middle}-{end}"]


def is_named(phone: str, others: list[str]) -> bool:
    """Whether one of `others`, spelled in any way, is this phone."""
    return any(national(other) == national(phone) for other in others if other)
