"""What stands of a person in rows that are not theirs: stored webhooks, the admin's log, the queue, quotes.

Found by reading before anything is locked, as it means looking at a lot; then cut out by the numbers of the rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import JSONField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from leads.models import Business, LeadEvent, Membership
from messaging.compliance.person import Person
from messaging.compliance.quoting import Quoted, mentions, without, without_phone
from messaging.compliance.rooms import QUOTES, QUOTES_WORDS, ROOMS
from messaging.models import Call, Conversation, Escalation, InboundHook

AT_ONCE = 40  # ids in one statement
# These stay different from one another: a phone in them becomes the pseudonym.
KEYS = frozenset({"cause", "idem_key", "dedup_key", "natural_key"})


@dataclass(slots=True)
class Traces:
    """Numbers of rows: of webhooks, of the admin's log, and by model of whoever quotes."""

    hooks: set[int] = field(default_factory=set)
    log: set[int] = field(default_factory=set)
    quotes: dict[str, list[int]] = field(default_factory=dict)
    # Events that name their conversation, call or escalation: what they say is about them.
    told: set[int] = field(default_factory=set)


def find(person: Person, found: Quoted) -> Traces:
    return Traces(
        hooks=_hooks(person, found),
        log=_log(person, found),
        quotes={label: list(_quotes(label, person, found)) for label in QUOTES},
        told=_told(person),
    )


def remove(traces: Traces, found: Quoted, *, pseudonym: str, now: Any) -> dict[str, int]:
    """How many rows of which kind were cleaned. Within the caller's transaction."""
    counts = {"messaging.InboundHook": clear_hooks(traces.hooks, found, pseudonym=pseudonym, now=now)}
    for some in _chunks(sorted(traces.log)):
        LogEntry.objects.filter(pk__in=some).update(object_repr="(erased)", change_message="")
    counts["admin.LogEntry"] = len(traces.log)
    for label, ids in traces.quotes.items():
        if ids:
            cleaned = clean_rows(_model(label).filter(pk__in=ids), QUOTES[label][1], found, pseudonym, label=label)
            counts[f"{label} (quotes)"] = cleaned
    for some in _chunks(sorted(traces.told)):
        clean_rows(LeadEvent.objects.filter(pk__in=some), ("text", "data"), found, pseudonym, is_about=True)
    return {label: count for label, count in counts.items() if count}


def clear_hooks(ids: set[int], found: Quoted, *, pseudonym: str, now: Any) -> int:
    """The rows stay, so that a repetition is recognized; what they said does not."""
    for some in _chunks(sorted(ids)):
        rows = InboundHook.objects.filter(pk__in=some)
        rows.filter(processed_at=None).update(processed_at=now)
        rows.update(payload={}, answer="", problem="")
        clean_rows(rows, ("natural_key",), found, pseudonym)
    return len(ids)


def hooks_about(carrier_ids: frozenset[str] | set[str], rows: "QuerySet[InboundHook]") -> set[int]:
    """Webhooks about these calls and texts, or legs of these calls."""
    ids: set[int] = set()
    said = rows.annotate(said=Cast("payload", TextField()))
    for some in _chunks(sorted(carrier_ids)):
        about = Q(pk=None)
        for carrier_id in some:
            about |= Q(natural_key__startswith=carrier_id) | Q(said__contains=carrier_id)
        ids.update(said.filter(about).values_list("pk", flat=True))
    return ids


def clean_rows(
    rows: "QuerySet[Any]", columns: tuple[str, ...], found: Quoted, pseudonym: str, *, label: str = "",
    is_about: bool = False,
) -> int:  # fmt: skip
    """Cut out of these columns what is found; how many rows changed.

    Names only out of rows that are about this person (`is_about`), or that also hold the phone or the e-mail address.
    """
    changed, with_sentences = [], label in QUOTES_WORDS
    for row in rows.only("pk", *columns):
        before = [getattr(row, column) for column in columns]
        names_them = is_about or any(value and mentions(value, found) for value in before)
        after = [
            without_phone(value, found, instead=pseudonym)
            if column in KEYS
            else without(value, found, is_about=names_them, with_sentences=with_sentences)
            for column, value in zip(columns, before, strict=True)
        ]
        if after != before:
            for column, value in zip(columns, after, strict=True):
                setattr(row, column, value)
            changed.append(row)
    if changed:
        rows.model._base_manager.bulk_update(changed, columns, batch_size=200)
    return len(changed)


def _hooks(person: Person, found: Quoted) -> set[int]:
    rows = InboundHook.objects.filter(account__business=person.business).exclude(payload={})
    ids = hooks_about(person.carrier_ids, rows)
    said = rows.annotate(said=Cast("payload", TextField()))
    near = said.filter(Q(said__contains=found.ending) | Q(answer__contains=found.ending)).order_by()
    for pk, payload, answer in near.values_list("pk", "payload", "answer").iterator(chunk_size=500):
        if pk not in ids and (mentions(payload, found) or mentions(answer, found)):
            ids.add(pk)
    return ids


def _log(person: Person, found: Quoted) -> set[int]:
    ids: set[int] = set()
    for label, room in ROOMS.items():
        model = apps.get_model(label)
        keys = [str(pk) for pk in model._base_manager.filter(room.rows(person)).order_by().values_list("pk", flat=True)]
        kind = ContentType.objects.get_for_model(model)
        for some in _chunks(keys):
            ids.update(LogEntry.objects.filter(content_type=kind, object_id__in=some).values_list("pk", flat=True))
    near = LogEntry.objects.filter(Q(object_repr__contains=found.ending) | Q(change_message__contains=found.ending))
    for entry in near.select_related("content_type"):
        said = f"{entry.object_repr} {entry.change_message}"
        if found.spelling.search(said) and entry.pk not in ids and _is_of(entry, person.business):
            ids.add(entry.pk)
    return ids


def _is_of(entry: LogEntry, business: Business) -> bool:
    """Whether what it is about belongs to `business`; of what is deleted, whether its author works nowhere else."""
    model = entry.content_type.model_class() if entry.content_type else None
    row = model._base_manager.filter(pk=entry.object_id).first() if model and entry.object_id else None
    if isinstance(row, Business):
        return row == business
    if model is not None and row is not None:
        label = f"{model._meta.app_label}.{model._meta.object_name}"
        path = QUOTES[label][0] if label in QUOTES else "business" if hasattr(row, "business_id") else ""
        return bool(path) and model._base_manager.filter(**{"pk": row.pk, path: business}).exists()
    works_at = set(Membership.objects.filter(user=entry.user_id).values_list("business_id", flat=True))
    return works_at == {business.pk}


def _quotes(label: str, person: Person, found: Quoted) -> Iterator[int]:
    path, columns = QUOTES[label]
    model = apps.get_model(label)
    rows = _model(label).filter(**{path: person.business}).order_by()
    texts = {f"said_{name}": Cast(name, TextField()) for name in columns if _is_json(model, name)}
    rows = rows.annotate(**texts)
    names = [f"said_{name}" if f"said_{name}" in texts else name for name in columns]
    if label not in QUOTES_WORDS:
        near = Q(pk=None)
        for name in names:
            near |= Q(**{f"{name}__contains": found.ending})
            for known in person.marks:
                near |= Q(**{f"{name}__icontains": known})
        rows = rows.filter(near)
    for pk, *values in rows.values_list("pk", *columns).iterator(chunk_size=500):
        if any(value and mentions(value, found, with_sentences=label in QUOTES_WORDS) for value in values):
            yield pk


def _told(person: Person) -> set[int]:
    """Events without a lead that belong to a conversation, a call or an escalation of theirs."""
    found: set[int] = set()
    for name, model, ids in (
        ("conversation", Conversation, person.conversations),
        ("call", Call, person.calls),
        ("escalation", Escalation, person.escalations),
    ):
        keys = [str(key) for key in model._base_manager.filter(pk__in=ids).values_list("key", flat=True)]
        for some in _chunks(keys):
            rows = LeadEvent.objects.filter(business=person.business, lead=None, **{f"data__{name}__in": some})
            found.update(rows.values_list("pk", flat=True))
    return found


def _model(label: str) -> "QuerySet[Any]":
    return apps.get_model(label)._base_manager.all()


def _is_json(model: type[Model], name: str) -> bool:
    return isinstance(model._meta.get_field(name), JSONField)


def _chunks(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
