"""The only file that knows every prefix."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from recoverline import demo_login, health, metrics, web_app
from recoverline.getting_started import views as getting_started
from recoverline.reports import digest_views, roi_views
from recoverline.status import views as status

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox:conversation-list")),
    path("hooks/", include("messaging.hook_urls")),
    path("inbox/", include("messaging.inbox.urls")),
    path("appointments/", include("scheduling.desk.urls")),
    path("compliance/", include("messaging.compliance.page_views")),
    path("contacts/", include("messaging.contacts.page_views")),
    path("reports/", include("recoverline.reports.page_views")),
    path("book/", include("scheduling.page.urls")),
    path("b/", include("scheduling.page.link_urls")),
    path("on-call/", include("messaging.escalation.urls")),
    path("api/v1/", include("recoverline.api.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("recoverline.accounts.urls")),
    path("team/", include("recoverline.accounts.team_views")),
    *web_app.urlpatterns,
    *getting_started.urlpatterns,
    *roi_views.urlpatterns,
    *digest_views.urlpatterns,
    *status.urlpatterns,
    path("metrics", metrics.show_metrics, name="metrics"),
    path("healthz", health.ready, name="healthz"),
    path("healthz/live", health.live, name="healthz-live"),
]

if settings.SIMULATOR:
    urlpatterns += [
        path("simulator/sign-in/<str:token>/", demo_login.sign_in, name="demo-sign-in"),
        path("simulator/", include("messaging.simulator_urls")),
    ]
