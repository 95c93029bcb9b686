"""The API alone, under the prefix that it has: what its description is made of."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("recoverline.api.urls"))]
