"""What every page may show about this installation."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from recoverline.lib import clock


def installation(request: HttpRequest) -> dict[str, object]:
    """`simulator`: the caller simulator is on; `clock_moved`: by how much its clock differs from the real one, or None."""
    moved = clock.offset() if settings.SIMULATOR else timedelta()
    return {"simulator": settings.SIMULATOR, "clock_moved": moved or None, "clock_now": clock.now()}
