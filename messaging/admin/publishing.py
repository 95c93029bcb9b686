"""From draft to published: what changes, whether the scenarios still go well, and the button."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from leads.access import CONFIGURERS, visible
from leads.admin.reach import user_of
from leads.knowledge import Knowledge, changes_between, from_json
from messaging.admin.robot_pages import page_context, robot_of
from messaging.agent import publishing
from messaging.agent.reading import draft_knowledge
from messaging.agent.regression import Compared, compare
from messaging.models import AgentSettings, Publication
from recoverline.lib import clock

VERSIONS_SHOWN = 20
CHANGES_SHOWN = 12


@require_http_methods(["GET", "POST"])
def publishing_view(request: HttpRequest, object_id: int) -> HttpResponse:
    robot = robot_of(request, object_id)
    if request.method == "POST" and "version" in request.POST:
        _publish_again(request, robot)
        return redirect(request.path)
    draft = draft_knowledge(robot.business)
    before = publishing.latest(robot.business)
    published = from_json(before.knowledge) if before else None
    compared = compare(robot.business, robot, published=published, draft=draft, now=clock.now())
    if request.method == "POST" and _publish(request, robot, draft, compared or []):
        return redirect(request.path)
    context = page_context(request, robot, title="Publish") | _context(robot, before, published, draft, compared)
    return render(request, "admin/messaging/agentsettings/publish.html", context)


def _publish(request: HttpRequest, robot: AgentSettings, draft: Knowledge, compared: list[Compared]) -> bool:
    """Publish what the page has shown; False where the person must look again first."""
    if request.POST.get("draft") != publishing.fingerprint(draft):
        messages.warning(
            request, "Nothing was published: the draft has changed since you looked. Below is how it stands now."
        )
        return False
    failing = sum(not each.after.passed for each in compared)
    if failing and request.POST.get("although") != str(failing):
        text = "1 scenario fails" if failing == 1 else f"{failing} scenarios fail"
        messages.error(request, f"Nothing was published: {text}. Put it right, or tick that you publish all the same.")
        return False
    results = [each.to_json() for each in compared]
    _tell(request, publishing.publish(
        robot.business, now=clock.now(), by=user_of(request), results=results, knowledge=draft  # type: ignore[arg-type]
    ))  # fmt: skip
    return True


def _publish_again(request: HttpRequest, robot: AgentSettings) -> None:
    """The knowledge of an older version as a new one; the draft stays as it is."""
    version = request.POST["version"]
    mine = visible(user_of(request), Publication.objects.filter(business=robot.business), roles=CONFIGURERS)
    old = mine.filter(version=version).first() if version.isdecimal() and len(version) < 10 else None
    if old is None:
        raise Http404
    _tell(request, publishing.publish(
        robot.business, now=clock.now(), by=user_of(request), knowledge=from_json(old.knowledge)  # type: ignore[arg-type]
    ))  # fmt: skip


def _tell(request: HttpRequest, published: Publication | None) -> None:
    if published is None:
        messages.info(request, "Nothing was published: there is nothing new, or somebody else was quicker.")
    else:
        messages.success(request, f"Version {published.version} is published: the robot uses it from now on.")


def _context(
    robot: AgentSettings,
    before: Publication | None,
    published: Knowledge | None,
    draft: Knowledge,
    compared: list[Compared] | None,
) -> dict[str, Any]:
    changes = changes_between(published or Knowledge(), draft)
    failing = [each for each in compared or [] if not each.after.passed]
    versions = Publication.objects.filter(business=robot.business).select_related("published_by").defer("knowledge")
    return {
        "latest": before,
        "changes": changes[:CHANGES_SHOWN],
        "more_changes": changes[CHANGES_SHOWN:],
        "count_of_changes": len(changes),
        "may_publish": bool(changes) or before is None,
        "has_no_number": compared is None,
        # What needs a look comes first.
        "compared": sorted(compared or [], key=lambda each: (each.after.passed, not each.is_changed)),
        "failing": len(failing),
        "fingerprint": publishing.fingerprint(draft),
        "versions": list(versions.order_by("-version")[:VERSIONS_SHOWN]),
    }
