"""The API described: for machines as OpenAPI, for people as a page without a script."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from leads.api_tokens import SCOPES
from recoverline.api import pages
from recoverline.api import schema as described
from recoverline.api.problems import CONTENT_TYPE


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """As in docs/openapi.yaml."""
    return HttpResponse(described.as_yaml(), content_type="application/yaml; charset=utf-8")


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    context = {"sections": pages.sections(described.described()), "scopes": SCOPES}
    return render(request, "api/docs.html", context)


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    said = "Nothing is here." if rest.endswith("/") else "Nothing is here. Addresses of the API end in a slash."
    body = {"title": "Not found", "status": 404, "code": "not_found", "detail": said}
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE)
