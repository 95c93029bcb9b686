"""The floor to compare with: a Django view that only verifies the signature and inserts one row, in the same server."""

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from twilio.request_validator import RequestValidator

from messaging.models import InboundHook
from recoverline.lib import clock
from recoverline.urls import urlpatterns as real
from tests.fakes.carrier import AUTH_TOKEN


@csrf_exempt
def bare(request: HttpRequest, account_id: int) -> HttpResponse:
    url = settings.SITE_URL + request.get_full_path()
    if not RequestValidator(AUTH_TOKEN).validate(url, request.POST, request.headers.get("X-Twilio-Signature", "")):
        return HttpResponse(status=403)
    InboundHook.objects.create(
        account_id=account_id,
        event="bare",
        natural_key=str(uuid.uuid4()),
        payload=request.POST.dict(),
        received_at=clock.now(),
        processed_at=clock.now(),
    )
    return HttpResponse("<Response/>", content_type="text/xml")


urlpatterns = [path("bare/<int:account_id>", bare), *real]
