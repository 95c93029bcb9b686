"""The site with the simulator on: recoverline.urls leaves it out where settings.SIMULATOR is off, as in the tests."""

from django.urls import include, path

from recoverline import demo_login
from recoverline.urls import urlpatterns as site

urlpatterns = [
    *site,
    path("simulator/sign-in/<str:token>/", demo_login.sign_in, name="demo-sign-in"),
    path("simulator/", include("messaging.simulator_urls")),
]
