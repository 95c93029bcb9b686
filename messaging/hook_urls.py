from django.urls import path

from messaging import hooks

app_name = "hooks"
urlpatterns = [path("<slug:carrier_name>/<str:account_key>/<slug:event>", hooks.receive, name="receive")]
