"""The only file that knows every prefix."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.generic import RedirectView

from recoverline import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox:conversation-list")),
    path("hooks/", include("messaging.hook_urls")),
    path("inbox/", include("messaging.urls")),
    path("admin/", admin.site.urls),
    path("accounts/login/", auth.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("healthz", health.ready, name="healthz"),
    path("healthz/live", health.live, name="healthz-live"),
]

if settings.SIMULATOR:
    urlpatterns.append(path("simulator/", include("messaging.simulator_urls")))
