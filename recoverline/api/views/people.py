"""Leads and what they want."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from leads import intake
from leads.enums import Language, LeadKind, RequestStatus
from leads.models import JobRequest, Lead
from messaging import forms_in
from messaging.form_fields import Filled
from recoverline.api.idempotency import once
from recoverline.api.serializers import LeadShape, RequestShape
from recoverline.api.views.base import ListQuery, Moment, Phone, Plain, Readable, Strict, people, refuse
from recoverline.lib import clock


class LeadQuery(ListQuery):
    """Filters of the list of leads."""

    phone = Phone(required=False, help_text="In any spelling.")
    kind = serializers.ChoiceField(LeadKind.choices, required=False)
    source = Plain(max_length=60, required=False)
    created_since = Moment(required=False)
    created_before = Moment(required=False)


class LeadChange(Strict):
    """What a program may correct of a lead. The phone is who they are, and stays."""

    name = Plain(max_length=120, allow_blank=True, required=False)
    email = serializers.EmailField(allow_blank=True, required=False)
    kind = serializers.ChoiceField(LeadKind.choices, required=False)
    language = serializers.ChoiceField(Language.choices, allow_blank=True, required=False)
    notes = Plain(max_length=5000, allow_blank=True, required=False)


class ConsentGiven(Strict):
    """That this person agreed to be texted, and to what."""

    text = Plain(max_length=500, help_text="What they agreed to, word for word. Kept as evidence.")
    evidence = Plain(max_length=120, required=False, help_text="Where it is kept: the form, its id, its address.")


class LeadEntry(Strict):
    """A new lead, or a known one who got in touch again. With `consent` they get the first text at once."""

    phone = Phone(help_text="In any spelling.")
    name = Plain(max_length=120, required=False, default="")
    email = serializers.EmailField(required=False, default="")
    language = serializers.ChoiceField(Language.choices, required=False, default="")
    location = Plain(
        max_length=60, required=False, default="", help_text="Its slug; not needed where there is only one."
    )
    source = Plain(max_length=60, required=False, default="API", help_text="Where they come from: website, fair...")
    need = Plain(max_length=200, required=False, default="", help_text="What they need, in their words.")
    place = Plain(max_length=200, required=False, default="", help_text="City or ZIP of the job.")
    consent = ConsentGiven(required=False, help_text="Without it nobody is texted, and the team gets no task either.")


class LeadAnswer(LeadShape):
    """The lead, and what came of it: `texted`, `added`, or why there was no text."""

    outcome = serializers.SerializerMethodField()

    class Meta(LeadShape.Meta):
        fields = [*LeadShape.Meta.fields, "outcome"]
        read_only_fields = fields

    def get_outcome(self, lead: Lead) -> str:
        return str(self.context["outcome"])


@extend_schema_view(
    list=extend_schema(parameters=[LeadQuery], summary="List leads"),
    retrieve=extend_schema(summary="Get a lead"),
    create=extend_schema(summary="Add a lead", request=LeadEntry, responses={201: LeadAnswer}),
    partial_update=extend_schema(summary="Correct a lead", request=LeadChange),
)
class Leads(Readable):
    """People who contacted the business: one per phone."""

    serializer_class = LeadShape
    query_shape = LeadQuery
    scopes = {
        "list": "leads:read", "retrieve": "leads:read", "create": "leads:write", "partial_update": "leads:write",
    }  # fmt: skip

    def rows(self) -> QuerySet[Lead]:
        return Lead.objects.all()

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(people(self.business), business=self.business)

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        columns = {"phone": "phone", "kind": "kind", "source": "source"}
        columns |= {"created_since": "created_at__gte", "created_before": "created_at__lt"}
        return rows.filter(**{column: asked[name] for name, column in columns.items() if name in asked})

    @once
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = self.read(LeadEntry, request.data)
        location = self.location_named(asked["location"])
        agreed = asked.get("consent")
        filled = Filled(
            phone=asked["phone"], name=asked["name"], email=asked["email"], need=asked["need"], place=asked["place"],
            language=asked["language"],
        )  # fmt: skip
        with transaction.atomic():
            lead, outcome = forms_in.add_lead(
                location, filled, source=asked["source"], now=clock.now(),
                consent=agreed and agreed["text"], evidence=(agreed or {}).get("evidence", ""),
            )  # fmt: skip
        if lead is None:
            raise refuse(outcome, "This is a phone of the business itself.")
        shape = LeadAnswer(lead, context={"outcome": outcome})
        return Response(shape.data, status=201)

    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        lead: Lead = self.get_object()
        asked = self.read(LeadChange, request.data)
        changes = {name: (getattr(lead, name), value) for name, value in asked.items() if getattr(lead, name) != value}
        if not intake.correct(lead, changes, by=self.actor, at=clock.now()):
            raise refuse("changed", "Somebody else has changed it in this moment. Read it again.")
        return Response(LeadShape(lead).data)


class RequestQuery(ListQuery):
    """Filters of the list of requests."""

    lead = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(RequestStatus.choices, required=False)
    location = Plain(max_length=60, required=False)
    opened_since = Moment(required=False)
    opened_before = Moment(required=False)


@extend_schema_view(
    list=extend_schema(parameters=[RequestQuery], summary="List requests"),
    retrieve=extend_schema(summary="Get a request"),
)
class Requests(Readable):
    """What leads want, from the first word to won or lost."""

    serializer_class = RequestShape
    query_shape = RequestQuery
    moment = "opened_at"
    scopes = {"list": "leads:read", "retrieve": "leads:read"}

    def rows(self) -> QuerySet[JobRequest]:
        return JobRequest.objects.all()

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(people(self.business, "lead__"), business=self.business)

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        columns = {"lead": "lead__key", "status": "status", "location": "location__slug"}
        columns |= {"opened_since": "opened_at__gte", "opened_before": "opened_at__lt"}
        return rows.filter(**{column: asked[name] for name, column in columns.items() if name in asked})
