"""What the pages around the robot's settings have in common."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.urls import reverse

from leads.access import CONFIGURERS, visible
from leads.admin.reach import user_of
from messaging.models import AgentSettings


def robot_of(request: HttpRequest, pk: int) -> AgentSettings:
    """The robot with its business. Raises Http404 for everybody who may not set it."""
    rows = AgentSettings.objects.select_related("business").prefetch_related("intents")
    robot = visible(user_of(request), rows, roles=CONFIGURERS).filter(pk=pk).first()
    if robot is None:
        raise Http404
    return robot


def page_context(request: HttpRequest, robot: AgentSettings, *, title: str) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "opts": AgentSettings._meta,
        "title": title,
        "subtitle": str(robot.business),
        "robot": robot,
        "tabs": tabs(robot),
    }


def tabs(robot: AgentSettings) -> list[tuple[str, str]]:
    """The pages of one robot, as label and address."""
    review = reverse("admin:messaging_unansweredquestion_review")
    return [
        ("Settings", reverse("admin:messaging_agentsettings_change", args=[robot.pk])),
        ("Playground", reverse("admin:messaging_agentsettings_playground", args=[robot.pk])),
        ("Publish", reverse("admin:messaging_agentsettings_publish", args=[robot.pk])),
        ("Weekly review", f"{review}?business={robot.business_id}"),
    ]
