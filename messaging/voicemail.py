"""Recordings of voicemails: fetched by the worker with the carrier's credentials, limited in size and type."""

import time
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db.models import Q

from leads.models import Business
from messaging.carriers.registry import carrier_for
from messaging.enums import CarrierKind, MediaStatus
from messaging.models import Call
from recoverline.lib import http, queue

MAX_BYTES = 10_000_000  # two minutes without compression are two of these
# A lost task or a carrier in trouble: tried again when the call is this old, one after the other.
AGES = (timedelta(minutes=4), timedelta(minutes=8), timedelta(minutes=20), timedelta(hours=2), timedelta(hours=12))
MAX_ATTEMPTS = len(AGES)
LOOK_BACK = timedelta(days=2)
SWEEP_SECONDS = 10.0  # a tick has 60 for everything, and one file may take fifteen
EXTENSIONS = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/ogg": "ogg",
    "audio/webm": "weba",
    "audio/wav": "wav",
    "audio/wave": "wav",
    "audio/x-wav": "wav",
    "audio/vnd.wave": "wav",
}
# What a browser is told, whatever the carrier called it.
PLAYED_AS = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "weba": "audio/webm", "wav": "audio/wav"}


def expect(call: Call) -> None:
    """A recording is there to be fetched; said once, however often the carrier reports it."""
    if call.account.kind == CarrierKind.SIMULATOR:
        return  # it has no sound
    waiting = Call.objects.filter(pk=call.pk, voicemail_status="").exclude(voicemail_url="")
    if waiting.update(voicemail_status=MediaStatus.PENDING):
        queue.enqueue("messaging.tasks.fetch_voicemail", call.pk)


def fetch(call_id: int) -> None:
    """Fetch the recording of this call if that is still to be done."""
    pending = Call.objects.filter(pk=call_id, voicemail_status=MediaStatus.PENDING)
    call = pending.filter(voicemail_attempts__lt=MAX_ATTEMPTS).select_related("account").first()
    if call is not None:
        _fetch(call)


def sweep(now: datetime) -> int:
    """Recordings whose task was lost or whose fetch failed; what is left is for the next sweep."""
    begun, taken = time.monotonic(), 0
    its_time = Q(pk=None)
    for attempts, age in enumerate(AGES):
        its_time |= Q(voicemail_attempts=attempts, started_at__lt=now - age)
    # By business and time, because calls have an index for that and none for what is pending.
    recent = Call.objects.filter(business__in=Business.objects.values("pk"), started_at__gt=now - LOOK_BACK)
    pending = recent.filter(its_time, voicemail_status=MediaStatus.PENDING)
    for call in pending.select_related("account").order_by("started_at")[:20]:
        if time.monotonic() - begun > SWEEP_SECONDS:
            break
        _fetch(call)
        taken += 1
    return taken


def _fetch(call: Call) -> None:
    carrier = carrier_for(call.account)
    attempts = call.voicemail_attempts + 1
    mine = Call.objects.filter(
        pk=call.pk, voicemail_status=MediaStatus.PENDING, voicemail_attempts=call.voicemail_attempts
    )
    if not mine.update(voicemail_attempts=attempts):
        return
    url = carrier.recording_url(call.voicemail_url)
    try:
        # The carrier may answer with a redirect to its file store; the credentials stay with the carrier's own host.
        found = http.fetch(
            url,
            auth=carrier.media_auth(url),
            allow_hosts=carrier.media_hosts(),
            max_bytes=MAX_BYTES,
            max_redirects=3,
        )
    except http.FetchRefused as refused:
        _end(call, MediaStatus.REFUSED, str(refused))
        return
    except http.FetchError as failed:
        if attempts >= MAX_ATTEMPTS:
            _end(call, MediaStatus.FAILED, str(failed))
        return
    if found.status != 200:
        # A recording may be announced before it can be fetched, so 404 is no reason to give up either.
        may_come = found.status >= 500 or found.status in (404, 429)
        if not may_come or attempts >= MAX_ATTEMPTS:
            _end(call, MediaStatus.FAILED, f"The carrier answered {found.status}.")
    elif found.content_type not in EXTENSIONS:
        _end(call, MediaStatus.REFUSED, f"Files of type {found.content_type or 'unknown'} are not kept.")
    else:
        call.voicemail_file.save(f"{call.key}.{EXTENSIONS[found.content_type]}", ContentFile(found.body), save=False)
        waiting = Call.objects.filter(pk=call.pk, voicemail_status=MediaStatus.PENDING)
        if not waiting.update(
            voicemail_status=MediaStatus.STORED, voicemail_file=call.voicemail_file.name, voicemail_problem=""
        ):
            call.voicemail_file.delete(save=False)  # the person was erased meanwhile


def _end(call: Call, status: MediaStatus, problem: str) -> None:
    Call.objects.filter(pk=call.pk).update(voicemail_status=status, voicemail_problem=problem[:120])
