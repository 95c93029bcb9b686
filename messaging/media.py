"""Pictures of a text: fetched by the worker with the carrier's credentials, limited in size and type."""

import time
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db.models import Q

from messaging.carriers.registry import carrier_for
from messaging.enums import MediaStatus
from messaging.models import Message, MessageMedia
from recoverline.lib import http

MAX_BYTES = 5_000_000
# A lost task or a carrier in trouble: tried again when the text is this old, one after the other.
AGES = (timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=12))
MAX_ATTEMPTS = len(AGES)
SWEEP_SECONDS = 10.0  # a tick has 60 for everything, and one file may take fifteen
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "application/pdf": "pdf",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
}


def fetch_all(message: Message) -> None:
    """Fetch what is pending of this text."""
    for row in message.media.filter(status=MediaStatus.PENDING, attempts__lt=MAX_ATTEMPTS):
        _fetch(row)


def sweep(now: datetime) -> int:
    """Pending media whose task was lost or whose fetch failed; what is left is for the next sweep."""
    begun, taken = time.monotonic(), 0
    its_time = Q(pk=None)
    for attempts, age in enumerate(AGES):
        its_time |= Q(attempts=attempts, message__created_at__lt=now - age)
    pending = MessageMedia.objects.filter(its_time, status=MediaStatus.PENDING)
    for row in pending.select_related("message__account").order_by("id")[:20]:
        if time.monotonic() - begun > SWEEP_SECONDS:
            break
        _fetch(row)
        taken += 1
    return taken


def _fetch(row: MessageMedia) -> None:
    carrier = carrier_for(row.message.account)
    mine = MessageMedia.objects.filter(pk=row.pk, status=MediaStatus.PENDING, attempts=row.attempts)
    if not mine.update(attempts=row.attempts + 1):
        return
    try:
        # The carrier answers with a redirect to its file store; the credentials stay with the carrier's own host.
        found = http.fetch(
            row.url,
            auth=carrier.media_auth(row.url),
            allow_hosts=carrier.media_hosts(),
            max_bytes=MAX_BYTES,
            max_redirects=3,
        )
    except http.FetchRefused as refused:
        _end(row, MediaStatus.REFUSED, str(refused))
        return
    except http.FetchError as failed:
        if row.attempts + 1 >= MAX_ATTEMPTS:
            _end(row, MediaStatus.FAILED, str(failed))
        return
    content_type = found.content_type.split(";")[0].strip().lower()
    if found.status != 200:
        if found.status < 500 or row.attempts + 1 >= MAX_ATTEMPTS:
            _end(row, MediaStatus.FAILED, f"The carrier answered {found.status}.")
    elif content_type not in EXTENSIONS:
        _end(row, MediaStatus.REFUSED, f"Files of type {content_type or 'unknown'} are not kept.")
    else:
        row.file.save(f"{row.key}.{EXTENSIONS[content_type]}", ContentFile(found.body), save=False)
        if not MessageMedia.objects.filter(pk=row.pk).update(
            status=MediaStatus.STORED, content_type=content_type, file=row.file.name, problem=""
        ):
            row.file.delete(save=False)  # the person was erased meanwhile


def _end(row: MessageMedia, status: MediaStatus, problem: str) -> None:
    MessageMedia.objects.filter(pk=row.pk).update(status=status, problem=problem[:120])
