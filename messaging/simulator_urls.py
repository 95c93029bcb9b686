from django.urls import path

from messaging.simulator import views

app_name = "simulator"
urlpatterns = [
    path("", views.show, name="show"),
    path("live/", views.live, name="live"),
    path("scenario/", views.run_scenario, name="scenario-run"),
    path("call/", views.place_call, name="call-place"),
    path("text/", views.send_text, name="text-send"),
    path("clock/", views.move_clock, name="clock-move"),
    path("erase/", views.ask_erase, name="erase-ask"),
    path("erase/now/", views.erase_simulated, name="erase"),
]
