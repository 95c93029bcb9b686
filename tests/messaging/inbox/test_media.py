"""Pictures of texts: private, and nothing in them runs."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from messaging.enums import Direction, MediaStatus, MessageKind
from messaging.models import MessageMedia
from tests import factories
from tests.base import Cast, make_cast
from tests.messaging.desk import as_user, converse

pytestmark = pytest.mark.django_db

PNG = bytes.fromhex("89504e470d0a1a0a")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def media_folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def make_media(cast: Cast, content_type: str, body: bytes = PNG, **values: Any) -> MessageMedia:
    text = factories.make_message(converse(cast), "", direction=Direction.IN, kind=MessageKind.INBOUND)
    defaults = {"status": MediaStatus.STORED, "file": ContentFile(body, "sent.bin"), "url": "https://example.com/1"}
    return MessageMedia.objects.create(message=text, position=0, content_type=content_type, **{**defaults, **values})


@pytest.mark.parametrize(
    ("stored", "served", "disposition"),
    [
        ("image/png", "image/png", 'inline; filename="text-1.png"'),
        ("image/jpeg", "image/jpeg", 'inline; filename="text-1.jpg"'),
        ("image/svg+xml", "application/octet-stream", 'attachment; filename="text-1.bin"'),
        ("text/html", "application/octet-stream", 'attachment; filename="text-1.bin"'),
        ("", "application/octet-stream", 'attachment; filename="text-1.bin"'),
    ],
)
def test_only_pictures_are_shown_and_nothing_is_guessed(
    cast: Cast, media_folder: Path, stored: str, served: str, disposition: str
) -> None:
    media = make_media(cast, stored)
    response = as_user(cast.ben).get(reverse("inbox:media-show", args=[media.key]))
    assert b"".join(response.streaming_content) == PNG  # type: ignore[attr-defined]
    assert {name: response[name] for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options")} == {
        "Content-Type": served,
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
    }
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_pictures_are_private(cast: Cast, media_folder: Path) -> None:
    media = make_media(cast, "image/png")
    path = reverse("inbox:media-show", args=[media.key])
    assert (as_user(cast.cleo).get(path).status_code, Client().get(path).status_code) == (404, 302)


def test_a_picture_that_is_not_there_is_not_found(cast: Cast, media_folder: Path) -> None:
    pending = make_media(cast, "image/png", status=MediaStatus.PENDING)
    lost = make_media(cast, "image/png")
    (media_folder / lost.file.name).unlink()
    for media in (pending, lost):
        assert as_user(cast.ana).get(reverse("inbox:media-show", args=[media.key])).status_code == 404
