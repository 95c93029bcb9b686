"""Recoverline as an app on a phone or a desktop: its manifest, its service worker, the page without a network.

Nothing of a business is ever kept in the browser by them: only styles, scripts and icons, and the page that says so.
"""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

NAME = "Recoverline"
ACCENT, PAPER = "#0b5c8a", "#f4f6f8"
# What the page without a network is drawn with.
DRAWN_WITH = ("site/site.css", "site/theme.js", "site/favicon.svg")
WORKER = Path(settings.BASE_DIR) / "recoverline" / "static" / "site" / "service-worker.js"


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    inbox = reverse("inbox:conversation-list")
    icons = [_icon(f"site/icon-{size}.png", size, "any") for size in (192, 512)]
    icons += [_icon(f"site/icon-maskable-{size}.png", size, "maskable") for size in (192, 512)]
    return JsonResponse(
        {
            "id": "/",
            "name": NAME,
            "short_name": NAME,
            "description": "Missed calls become conversations and booked jobs.",
            "start_url": inbox,
            "scope": "/",
            "display": "standalone",
            "theme_color": ACCENT,
            "background_color": PAPER,
            "icons": icons,
            "shortcuts": [
                {"name": "Needs reply", "url": f"{inbox}?queue=reply"},
                {"name": "Urgent", "url": f"{inbox}?queue=urgent"},
                {"name": "Call-backs", "url": reverse("inbox:callback-list")},
                {"name": "Appointments", "url": reverse("appointments:day-show")},
            ],
        },
        content_type="application/manifest+json",
    )


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, as a worker reaches no further up than it stands. Another version of it is another cache."""
    script = WORKER.read_text()
    shell = [reverse("offline"), *(static(name) for name in DRAWN_WITH)]
    version = hashlib.sha256((script + "".join(shell)).encode()).hexdigest()[:12]
    head = f"const VERSION = {json.dumps(version)};\nconst SHELL = {json.dumps(shell)};\n"
    return HttpResponse(head + script, content_type="text/javascript")


@require_safe
@cache_control(public=True, max_age=3600)
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html")


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {"src": static(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


urlpatterns = [
    path("app.webmanifest", manifest, name="app-manifest"),
    path("service-worker.js", service_worker, name="service-worker"),
    path("offline/", offline, name="offline"),
]
