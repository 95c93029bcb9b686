"""People as CSV or vCards, row by row: what another program needs to go on, their opt-outs among it."""

from collections.abc import Iterator
from datetime import UTC

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from leads.exchange.vcards import write_vcard
from leads.models import Lead
from messaging.models import NeverText, OptOut
from recoverline.lib.csv_cells import safe_lines

# These are names that the import knows, so that a file comes back as it went.
HEADER = (
    "Name", "Phone", "Email", "Customer", "Language", "Source", "Opted out", "Opted out at", "Never text", "Notes",
    "First contact (UTC)", "Key",
)  # fmt: skip
_ROWS_AT_ONCE = 1_000


def with_consent(leads: "QuerySet[Lead]") -> "QuerySet[Lead]":
    """Each with `stopped_at` (None: may be texted) and `never_text`."""
    same = {"business": OuterRef("business"), "phone": OuterRef("phone")}
    stops = OptOut.objects.filter(**same, revoked_at=None).values("opted_out_at")[:1]
    return leads.annotate(stopped_at=Subquery(stops), never_text=Exists(NeverText.objects.filter(**same)))


def csv_of(leads: "QuerySet[Lead]") -> Iterator[str]:
    """Lines of a file with a mark in front, without which spreadsheets read UTF-8 wrongly."""
    yield "\ufeff"
    yield from safe_lines(HEADER, map(_cells, with_consent(leads).iterator(chunk_size=_ROWS_AT_ONCE)))


def vcards_of(leads: "QuerySet[Lead]") -> Iterator[str]:
    """One card a person. Whoever must not be texted has that as the first line of their note."""
    for lead in with_consent(leads).iterator(chunk_size=_ROWS_AT_ONCE):
        stopped, never = getattr(lead, "stopped_at", None), getattr(lead, "never_text", False)
        warning = "DO NOT TEXT: opted out" if stopped else "DO NOT TEXT" if never else ""
        notes = "\n".join(filter(None, (warning, lead.notes)))
        yield write_vcard(name=lead.name, phone=lead.phone, email=lead.email, notes=notes, uid=str(lead.key))


def _cells(lead: Lead) -> tuple[object, ...]:
    stopped_at = getattr(lead, "stopped_at", None)
    return (
        lead.name, lead.phone, lead.email, lead.get_kind_display(), lead.language, lead.source,
        "yes" if stopped_at else "", stopped_at.astimezone(UTC).isoformat(timespec="seconds") if stopped_at else "",
        "yes" if getattr(lead, "never_text", False) else "", lead.notes,
        lead.created_at.astimezone(UTC).isoformat(timespec="seconds"), lead.key,
    )  # fmt: skip
