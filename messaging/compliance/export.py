"""Everything that is kept of one person, as a zip: by kind in JSON, the files, and a page that people can read.

It follows the same table as erasing, so that what one finds the other finds too.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.template.loader import render_to_string

from leads import events
from leads.models import Business
from messaging.compliance.person import Person, person_of
from messaging.compliance.rooms import ROOMS
from messaging.models import Call, InboundHook, Message, MessageMedia, Note
from recoverline.lib.phones import display_phone
from scheduling.models import Appointment

# Secrets, and what is only about the team.
_NOT_THEIRS = frozenset({"token_hash", "token_digest", "code"})
_TEAMS = frozenset({"messaging.EscalationNotice", "messaging.OnCallText", "messaging.PresenceMark"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, for people. `said` is "" for what was not said in words."""

    at: datetime
    who: str
    what: str
    said: str = ""


def export_person(business: Business, phone: str, *, now: datetime, actor: AbstractBaseUser | None = None) -> bytes:
    """The zip. That it was made is written down, without a word of what is in it."""
    person = person_of(business, phone)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for label, rows in _rooms(person):
            name = f"data/{label.partition('.')[2].lower()}.json"
            archive.writestr(name, json.dumps(rows, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
        for path, content in _files(person):
            archive.writestr(path, content)
        archive.writestr("transcript.html", transcript(person, now=now))
    events.record("person.exported", business=business, at=now, actor=actor, text="The data of one person was exported")
    return packed.getvalue()


def transcript(person: Person, *, now: datetime) -> str:
    """A page to read, in the zone of the business."""
    context = {
        "business": person.business,
        "phone": display_phone(person.phone, person.business.country),
        "lines": sorted(_lines(person), key=lambda line: line.at),
        "zone": person.business.zone,
        "now": now.astimezone(UTC),
    }
    return render_to_string("compliance/export.html", context)


def _rooms(person: Person) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for label, room in ROOMS.items():
        if label in _TEAMS:
            continue
        model = apps.get_model(label)
        rows = [_row(row) for row in model._base_manager.filter(room.rows(person)).order_by("pk")]
        if rows:
            yield label, rows
    hooks = InboundHook.objects.filter(account__business=person.business, payload__has_key="From")
    theirs = hooks.filter(payload__From=person.phone).order_by("pk")
    if told := [{"received_at": hook.received_at, "event": hook.event, "payload": hook.payload} for hook in theirs]:
        yield "messaging.InboundHook", told


def _row(row: Model) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in _NOT_THEIRS:
            continue
        value = getattr(row, field.attname)
        found[field.name] = value.name if hasattr(value, "storage") else value
    return found


def _files(person: Person) -> Iterator[tuple[str, bytes]]:
    names = [str(call.voicemail_file) for call in Call.objects.filter(pk__in=person.calls) if call.voicemail_file]
    media = MessageMedia.objects.filter(message__lead__in=person.leads)
    names += [str(row.file) for row in media if row.file]
    for name in names:
        if default_storage.exists(name):
            with default_storage.open(name) as file:
                yield f"files/{PurePosixPath(name).name}", file.read()


def _lines(person: Person) -> Iterator[Line]:
    name = person.business.name
    for call in Call.objects.filter(pk__in=person.calls):
        yield Line(call.started_at, "They", f"called: {call.get_state_display().lower()}", call.transcript)
    for text in Message.objects.filter(lead__in=person.leads):
        if text.direction == "in":
            yield Line(text.created_at, "They", "wrote", text.body)
        else:
            yield Line(text.created_at, name, f"wrote ({text.get_status_display().lower()})", text.body)
    for note in Note.objects.filter(conversation__in=person.conversations):
        yield Line(note.created_at, name, "noted", note.body)
    for visit in Appointment.objects.filter(pk__in=person.appointments).select_related("service"):
        about = ", ".join(filter(None, [str(visit.service), visit.address, visit.note]))
        yield Line(visit.starts_at, "Appointment", visit.get_status_display().lower(), about)
