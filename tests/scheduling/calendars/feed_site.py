"""The whole site with the address of feeds, for tests of feeds alone."""

from django.urls import include, path

from recoverline.urls import urlpatterns as whole_site
from scheduling.feed_views import show_feed

_feeds = [path("<slug:slug>/calendar/<str:token>.ics", show_feed, name="feed-show")]
urlpatterns = [path("book/", include((_feeds, "booking"))), *whole_site]
