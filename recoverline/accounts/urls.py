"""Signing in and one's own account. The library's own list has pages that must not exist here: sign-up, addresses."""

from allauth.account import views as account
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST

from recoverline.accounts import account_views, invitation_views

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", require_POST(account.logout), name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account_views.change_password, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("invitation/", include(invitation_views.urlpatterns)),
    path("", include(account_views.urlpatterns)),
]
