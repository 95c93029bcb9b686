"""Personal links under /b/: short, because they stand in texts."""

from django.urls import path

from scheduling.page import views, views_instead, views_manage

app_name = "booking_link"
urlpatterns = [
    path("<str:token>/", views_manage.show_link, name="show"),
    # to book
    path("<str:token>/service/<int:service>/", views.list_slots, name="slot-list"),
    path("<str:token>/service/<int:service>/waitlist/", views_instead.join_waitlist, name="waitlist"),
    path("<str:token>/details/<str:signed>/", views.ask_details, name="details"),
    path("<str:token>/done/<str:signed>/", views.show_done, name="done"),
    path("<str:token>/done/<str:signed>/appointment.ics", views.download_invite, name="booked-invite"),
    path("<str:token>/callback/", views_instead.ask_callback, name="callback"),
    # to move or cancel
    path("<str:token>/move/", views_manage.move, name="move"),
    path("<str:token>/cancel/", views_manage.cancel, name="cancel"),
    path("<str:token>/appointment.ics", views_manage.download_invite, name="invite"),
]
