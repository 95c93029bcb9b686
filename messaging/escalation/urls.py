"""Links in alerts under /on-call/: for people who stand in a cellar and are not signed in."""

from django.urls import path

from messaging.escalation import link_views

app_name = "on_call"
urlpatterns = [
    path("<str:token>/", link_views.show, name="show"),
    path("<str:token>/take/", link_views.take, name="take"),
    path("<str:token>/pass/", link_views.pass_on, name="pass-on"),
]
