"""The addresses of the API. What is not among them is answered as a problem, too, and never as a page."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from recoverline.api import docs_views, intake_views
from recoverline.api.views.figures import ReportSummary
from recoverline.api.views.people import Leads, Requests
from recoverline.api.views.talk import Calls, ConversationMessages, Conversations, Messages
from recoverline.api.views.upkeep import Consent, Tasks
from recoverline.api.views.visits import Appointments, Availability, Locations, Services

app_name = "api"

router = SimpleRouter(use_regex_path=False)
router.register("leads", Leads, basename="lead")
router.register("requests", Requests, basename="request")
router.register("conversations", Conversations, basename="conversation")
router.register("messages", Messages, basename="message")
router.register("calls", Calls, basename="call")
router.register("appointments", Appointments, basename="appointment")
router.register("availability", Availability, basename="availability")
router.register("locations", Locations, basename="location")
router.register("services", Services, basename="service")
router.register("tasks", Tasks, basename="task")
router.register("consent", Consent, basename="consent")
router.register("reports/summary", ReportSummary, basename="report-summary")

urlpatterns = [
    path("", include(router.urls)),
    path(
        "conversations/<uuid:conversation_id>/messages/",
        ConversationMessages.as_view({"get": "list", "post": "create"}),
        name="conversation-message-list",
    ),
    path("intake/<uuid:key>/", intake_views.receive, name="intake"),
    path("schema/", docs_views.schema, name="schema"),
    path("docs/", docs_views.show, name="docs"),
    re_path(r"^(?P<rest>[\s\S]+)$", docs_views.nothing_here, name="nothing-here"),
]
