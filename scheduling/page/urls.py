"""The public booking page under /book/."""

from django.urls import path

from scheduling.calendars import feed_views
from scheduling.page import views, views_instead

app_name = "booking"
urlpatterns = [
    path("<slug:slug>/", views.list_services, name="service-list"),
    path("<slug:slug>/service/<int:service>/", views.list_slots, name="slot-list"),
    path("<slug:slug>/service/<int:service>/waitlist/", views_instead.join_waitlist, name="waitlist"),
    path("<slug:slug>/details/<str:signed>/", views.ask_details, name="details"),
    path("<slug:slug>/done/<str:signed>/", views.show_done, name="done"),
    path("<slug:slug>/done/<str:signed>/appointment.ics", views.download_invite, name="invite"),
    path("<slug:slug>/callback/", views_instead.ask_callback, name="callback"),
    path("<slug:slug>/calendar/<str:token>.ics", feed_views.show_feed, name="feed-show"),
]
