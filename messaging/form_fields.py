"""PURE: what people enter in forms, under whatever names websites and ad platforms give the fields."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from recoverline.lib.text import clean_inbound, one_line

# A bot fills in what people cannot see.
TRAP = "_url"
MOST_FIELDS, LONGEST_NAME, LONGEST_ANSWER = 40, 60, 500
_NAMES: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone", "phone_number", "telephone", "tel", "mobile", "cell", "work_phone"),
    "name": ("name", "full_name", "your_name", "contact"),
    "first_name": ("first_name", "firstname", "fname"),
    "last_name": ("last_name", "lastname", "lname"),
    "email": ("email", "e_mail", "email_address", "work_email"),
    "need": ("need", "message", "comments", "comment", "details", "how_can_we_help", "service", "subject"),
    "place": ("place", "zip", "zip_code", "postal_code", "postcode", "city", "address", "street_address"),
    "language": ("language", "lang", "locale"),
    "consent": ("consent", "sms_consent", "text_consent", "agree", "opt_in", "sms_opt_in"),
}  # fmt: skip
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}
_YES = frozenset({"1", "on", "true", "yes", "y", "checked", "agree", "agreed", "si", "sí"})
_EMAIL = re.compile(r"[^@\s,;<>\"']{1,64}@[^@\s,;<>\"']{1,180}\.[^@\s,;<>\"']{2,24}")


@dataclass(frozen=True, slots=True)
class Filled:
    """One entry. `phone` as it was written; `language` "en", "es" or "" when it is not said."""

    phone: str = ""
    name: str = ""
    email: str = ""
    need: str = ""
    place: str = ""
    language: str = ""
    has_consented: bool = False


@dataclass(frozen=True, slots=True)
class Google:
    """A lead of a Google lead form, with what proves that Google sends it."""

    filled: Filled
    lead_id: str
    key: str
    is_test: bool
    answers: Mapping[str, str]


def answers_of(fields: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """What they wrote, by field, fit to be kept; what begins with an underscore is for machines."""
    kept: dict[str, str] = {}
    for name, value in fields:
        field = clean_inbound(str(name)).strip()[:LONGEST_NAME]
        if not field or field.startswith("_") or len(kept) >= MOST_FIELDS:
            continue
        said = clean_inbound("" if value is None else str(value)).strip()[:LONGEST_ANSWER]
        kept[field] = ", ".join(filter(None, (kept.get(field, ""), said)))[:LONGEST_ANSWER]
    return kept


def read_form(answers: Mapping[str, str]) -> Filled:
    """What the fields mean, by their usual names. Fields that mean the same are joined, and unknown ones left out."""
    found: dict[str, list[str]] = {}
    for name, said in answers.items():
        field = _FIELD_OF.get(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"))
        if field and said:
            found.setdefault(field, []).append(said)

    def first(field: str) -> str:
        return found.get(field, [""])[0]

    name = first("name") or " ".join(filter(None, (first("first_name"), first("last_name"))))
    email = first("email")
    return Filled(
        phone=first("phone")[:40],
        name=one_line(name, 120),
        email=email if len(email) <= 254 and _EMAIL.fullmatch(email) else "",
        need=one_line("; ".join(found.get("need", [])), 200),
        place=one_line(", ".join(found.get("place", [])), 200),
        language=_language(first("language")),
        has_consented=first("consent").lower() in _YES,
    )


# https://developers.google.com/google-ads/webhook/docs/implementation
def read_google(payload: Mapping[str, Any]) -> Google | None:
    """The lead in Google's own shape; None when it is none of these."""
    columns = payload.get("user_column_data")
    if not isinstance(columns, list) or "google_key" not in payload:
        return None
    rows = [row for row in columns if isinstance(row, Mapping)]
    answers = answers_of(
        (row.get("column_id") or row.get("column_name") or "", row.get("string_value")) for row in rows
    )
    return Google(
        filled=read_form(answers),
        lead_id=clean_inbound(str(payload.get("lead_id") or ""))[:100],
        key=str(payload.get("google_key") or ""),
        is_test=payload.get("is_test") is True,
        answers=answers,
    )


def digest_of(answers: Mapping[str, str], *, on: str) -> str:
    """Stands for an entry whose sender gives it no id: the same words, `on` the same day, are the same entry."""
    said = "\n".join(f"{name}={value}" for name, value in sorted(answers.items()))
    return hashlib.sha256(f"{on}\n{said}".encode(errors="replace")).hexdigest()


def _language(said: str) -> str:
    word = said.strip().lower()
    if word.startswith(("es", "spanish", "español")):
        return "es"
    return "en" if word.startswith("en") else ""
