"""Pictures and recordings: private, never guessed at, and nothing in them runs."""

import re
import uuid
from pathlib import PurePath

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET

from messaging import access
from messaging.enums import MediaStatus
from messaging.voicemail import PLAYED_AS

# What a browser shows without running anything; whatever else a stranger sent is only handed down as a file.
SHOWN_INLINE = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@login_required
@require_GET
def show_media(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """A picture of a text: shown if it is one, else downloaded."""
    media = get_object_or_404(access.media_for(request.user), key=key, status=MediaStatus.STORED)
    suffix = SHOWN_INLINE.get(media.content_type)
    response = FileResponse(
        _opened(media.file),
        as_attachment=suffix is None,
        filename=f"text-{media.position + 1}.{suffix or 'bin'}",
        content_type=media.content_type if suffix else "application/octet-stream",
    )
    return _guarded(response)


@login_required
@require_GET
def show_voicemail(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """The recording of a voicemail, from wherever a player wants to go on."""
    call = get_object_or_404(access.calls_for(request.user), key=key, voicemail_status=MediaStatus.STORED)
    file = _opened(call.voicemail_file)
    suffix = PurePath(call.voicemail_file.name or "").suffix.removeprefix(".")
    kind = PLAYED_AS.get(suffix, "application/octet-stream")
    size = call.voicemail_file.size
    part = _part(request.headers.get("Range", ""), size)
    if part is None:
        response: HttpResponseBase = FileResponse(file, filename=f"voicemail.{suffix}", content_type=kind)
    elif not part:
        file.close()
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        with file:
            file.seek(part.start)
            # A recording has ten megabytes at most, and a player asks for a few of them.
            response = HttpResponse(file.read(len(part)), status=206, content_type=kind)
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    return _guarded(response)


def _part(header: str, size: int) -> range | None:
    """Which bytes are asked for: None for all of them (also when it cannot be read), empty when there are none such."""
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    return range(int(first), min(int(last), size - 1) + 1 if last else size)


def _opened(file: FieldFile) -> FieldFile:
    try:
        return file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, private=True, max_age=3600)
    return response


urlpatterns = [
    path("media/<uuid:key>/", show_media, name="media-show"),
    path("voicemail/<uuid:key>/", show_voicemail, name="voicemail-show"),
]
