"""Appointments, the open times that can be booked, and what has to be named for it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from leads import areas, intake
from leads.models import JobRequest, Lead, Location, Service, ServiceArea
from messaging.appointment_texts import may_tell
from messaging.compliance import ledger
from messaging.consent import is_opted_out
from messaging.enums import ConsentKind, ConsentMeans, ConsentScope
from recoverline.api.idempotency import once
from recoverline.api.problems import Problem, ProblemShape
from recoverline.api.serializers import AppointmentShape
from recoverline.api.views.base import Endpoint, ListQuery, Moment, Phone, Plain, Readable, Strict, people
from recoverline.lib import clock
from scheduling import booking, slots
from scheduling.enums import AppointmentStatus, BookedBy, VisitPlace
from scheduling.models import Appointment, BookingRules
from scheduling.refusals import BookingRefused

_DAYS = 31
_HELD = (AppointmentStatus.HOLD, AppointmentStatus.EXPIRED)
_REFUSED = OpenApiResponse(
    ProblemShape, description="Not possible. `code` says why (taken, closed, too_soon...), `alternatives` what is open."
)


class AppointmentQuery(ListQuery):
    """Filters of the list of appointments, which is ordered by their last change."""

    status = serializers.ChoiceField([row for row in AppointmentStatus.choices if row[0] not in _HELD], required=False)
    lead = serializers.UUIDField(required=False)
    phone = Phone(required=False, help_text="In any spelling.")
    location = Plain(max_length=60, required=False)
    starts_since = Moment(required=False)
    starts_before = Moment(required=False)
    updated_since = Moment(required=False)
    updated_before = Moment(required=False)


class BookingConsent(Strict):
    """That this person agreed to be texted about the visit, to what, and when."""

    text = Plain(max_length=500, help_text="What they agreed to, word for word. Kept as evidence.")
    at = Moment(help_text="When they did.")

    def validate_at(self, at: datetime) -> datetime:
        if at > clock.now() + timedelta(minutes=5):
            raise serializers.ValidationError("This is in the future.")
        return at


class Booking(Strict):
    """An appointment to make: for a `lead`, or for a `phone` and `name`."""

    service = Plain(max_length=80, help_text="Its name.")
    location = Plain(max_length=60, required=False, default="", help_text="Its slug; not needed if there is only one.")
    starts_at = Moment(help_text="With its zone: 2026-06-18T09:00:00-07:00.")
    lead = serializers.UUIDField(required=False)
    phone = Phone(required=False, help_text="In any spelling; not needed with `lead`.")
    name = Plain(max_length=120, required=False, default="")
    place = Plain(
        max_length=200,
        required=False,
        default="",
        help_text="City or ZIP; needed where the team comes to the customer.",
    )
    address = Plain(max_length=200, required=False, default="")
    note = Plain(max_length=500, required=False, default="")
    request = serializers.UUIDField(required=False, help_text="The request of this lead that it settles.")
    consent = BookingConsent(
        required=False,
        help_text="Without it only somebody who has called, texted or agreed before is texted about the visit.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("lead" in data) == ("phone" in data):
            raise serializers.ValidationError({"lead": ["Name either a lead or a phone."]})
        return data


class BookingAnswer(AppointmentShape):
    """The visit, and whether its customer is told of it."""

    is_told_by_text = serializers.SerializerMethodField(
        help_text="False: no text about it goes out, since nothing says that they agreed, or they opted out. Tell them."
    )

    class Meta(AppointmentShape.Meta):
        fields = [*AppointmentShape.Meta.fields, "is_told_by_text"]
        read_only_fields = fields

    def get_is_told_by_text(self, row: Appointment) -> bool:
        if row.lead is None or is_opted_out(row.business_id, row.lead.phone):
            return False
        return may_tell(row)


class Move(Strict):
    """Another time. `version` is that of the appointment as you have seen it."""

    starts_at = Moment()
    version = serializers.IntegerField(min_value=1, max_value=1_000_000)


class Cancellation(Strict):
    """Why it is canceled; `version` as you have seen it."""

    version = serializers.IntegerField(min_value=1, max_value=1_000_000)
    reason = Plain(max_length=200, required=False, default="")


def service_named(view: Endpoint, name: str) -> Service:
    """An active one of the business. Raises ValidationError."""
    rows = Service.objects.filter(business=view.business, is_active=True).select_related("business")
    found = rows.filter(name__iexact=name).first()
    if found is None:
        raise serializers.ValidationError({"service": ["There is no such service."]})
    return found


def area_named(view: Endpoint, place: str, location: Location) -> ServiceArea | None:
    return areas.find_area(view.business, place, location=location) if place else None


def refused(error: BookingRefused) -> Problem:
    open_times = [start.isoformat() for start in error.alternatives]
    return Problem(409, error.reason.value, str(error), alternatives=open_times)


@extend_schema_view(
    list=extend_schema(parameters=[AppointmentQuery], summary="List appointments"),
    retrieve=extend_schema(summary="Get an appointment"),
)
class Appointments(Readable):
    """Visits, booked or asked for; times that are only held for a moment are not among them."""

    serializer_class = AppointmentShape
    query_shape = AppointmentQuery
    moment = "updated_at"
    scopes = {
        "list": "appointments:read", "retrieve": "appointments:read", "create": "appointments:write",
        "move": "appointments:write", "cancel": "appointments:write",
    }  # fmt: skip

    def rows(self) -> QuerySet[Appointment]:
        return Appointment.objects.exclude(status__in=_HELD)

    def of_the_business(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(
            Q(lead=None) | people(self.business, "lead__"), business=self.business,
            is_simulated=self.business.is_simulated,
        )  # fmt: skip

    def narrow(self, rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
        columns = {
            "status": "status", "lead": "lead__key", "phone": "lead__phone", "location": "location__slug",
            "starts_since": "starts_at__gte", "starts_before": "starts_at__lt", "updated_since": "updated_at__gte",
            "updated_before": "updated_at__lt",
        }  # fmt: skip
        return rows.filter(**{column: asked[name] for name, column in columns.items() if name in asked})

    def _fresh(self, row: Appointment) -> Appointment:
        rows = self.of_the_business(Appointment.objects.select_related(*AppointmentShape.related))
        fresh: Appointment = rows.get(pk=row.pk)
        return fresh

    def _shown(self, row: Appointment) -> Response:
        return Response(AppointmentShape(self._fresh(row)).data)

    @extend_schema(
        summary="Book an appointment", request=Booking, responses={201: BookingAnswer, 409: _REFUSED},
        description=(
            "By the rules that hold for customers: online services, notice, horizon, daily limits. The confirmation by "
            "text waits for the morning in quiet hours, and needs a sign that the customer agreed to texts."
        ),
    )  # fmt: skip
    @once
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked, now = self.read(Booking, request.data), clock.now()
        location, service = self.location_named(asked["location"]), service_named(self, asked["service"])
        try:
            with transaction.atomic():
                lead, own = self._who(asked, location, now=now)
                wanted = booking.Wanted(
                    service=service, location=location, starts_at=asked["starts_at"], lead=lead, request=own,
                    area=area_named(self, asked["place"] or asked["address"], location), address=asked["address"],
                    name=asked["name"] or lead.name, note=asked["note"],
                )  # fmt: skip
                if "consent" in asked:
                    ledger.note(
                        self.business.pk, lead.phone, ConsentKind.OPTED_IN, means=ConsentMeans.API,
                        at=asked["consent"]["at"], said=asked["consent"]["text"], scope=ConsentScope.REQUEST,
                        evidence=f"API booking {uuid4()}",
                    )  # fmt: skip
                row = booking.book(wanted, by=BookedBy.API, now=now)
        except BookingRefused as error:
            raise refused(error) from error
        return Response(BookingAnswer(self._fresh(row)).data, status=201)

    def _who(self, asked: dict[str, Any], location: Location, *, now: datetime) -> tuple[Lead, JobRequest | None]:
        if "lead" in asked:
            lead = self.lead_named(asked["lead"])
        else:
            lead = intake.open_lead(
                self.business, phone=asked["phone"], at=now, source="API", name=asked["name"],
                simulated=self.business.is_simulated,
            )  # fmt: skip
            # Whoever is only known for alerts, or stands for something else, is nobody to book for.
            lead = self.lead_named(lead.key)
        if "request" not in asked:
            return lead, None
        own = JobRequest.objects.filter(business=self.business, lead=lead, key=asked["request"]).first()
        if own is None:
            raise serializers.ValidationError({"request": ["This lead has no such request."]})
        return lead, own

    @extend_schema(
        summary="Move an appointment", request=Move, responses={200: AppointmentShape, 409: _REFUSED}
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    @once
    def move(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        row, asked = self.get_object(), self.read(Move, request.data)
        try:
            moved = booking.reschedule(
                row, starts_at=asked["starts_at"], by=BookedBy.API, now=clock.now(), version=asked["version"]
            )
        except BookingRefused as error:
            raise refused(error) from error
        return self._shown(moved)

    @extend_schema(
        summary="Cancel an appointment", request=Cancellation, responses={200: AppointmentShape, 409: _REFUSED}
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    @once
    def cancel(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        row, asked = self.get_object(), self.read(Cancellation, request.data)
        try:
            ended = booking.cancel(
                row, by=BookedBy.API, now=clock.now(), version=asked["version"], reason=asked["reason"]
            )
        except BookingRefused as error:
            raise refused(error) from error
        return self._shown(ended)


# ---------------------------------------------------------------- what is open
class AvailabilityQuery(Strict):
    """Which open times."""

    service = Plain(max_length=80, help_text="Its name.")
    location = Plain(max_length=60, required=False, default="", help_text="Its slug; not needed if there is only one.")
    place = Plain(max_length=200, required=False, default="", help_text="City or ZIP, where the team comes to them.")
    first = serializers.DateField(required=False, help_text="A local day of the location; today without it.")
    days = serializers.IntegerField(min_value=1, max_value=_DAYS, required=False, default=7)


class OpenTime(serializers.Serializer):
    """A start that can be booked."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    local = serializers.DateTimeField(help_text="The start, as the clock at the location shows it.")


@extend_schema_serializer(many=False)
class OpenTimes(serializers.Serializer):
    """All of them, in order."""

    results = OpenTime(many=True)


class Availability(Endpoint):
    """Open times, as the booking page lists them; whoever is quicker has them."""

    scopes = {"list": "availability:read"}
    pagination_class = None
    query_shape = AvailabilityQuery

    @extend_schema(summary="List open times", parameters=[AvailabilityQuery], responses=OpenTimes)
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked, now = self.asked, clock.now()
        location, service = self.location_named(asked["location"]), service_named(self, asked["service"])
        area = area_named(self, asked["place"], location)
        zone = location.zone
        first: date = asked.get("first") or now.astimezone(zone).date()
        if not -366 <= (first - now.date()).days <= 5 * 366:
            return Response({"results": []})
        if area is None and self._goes_out(service) and not areas.serves_everywhere(self.business):
            said = "This place is not served." if asked["place"] else "The team comes to the customer: name a place."
            raise Problem(409, "out_of_area", said)
        last = first + timedelta(days=asked["days"] - 1)
        found = slots.open_slots(service, location, now=now, first=first, last=last, area=area)
        length = timedelta(minutes=service.duration_minutes)
        rows = [
            {"starts_at": start.isoformat(), "ends_at": (start + length).isoformat(),
             "local": start.astimezone(zone).isoformat()}
            for start in found
        ]  # fmt: skip
        return Response({"results": rows})

    def _goes_out(self, service: Service) -> bool:
        return BookingRules.objects.filter(service=service, place=VisitPlace.CUSTOMER).exists()


class LocationRow(serializers.ModelSerializer):
    """A shop, office or crew."""

    time_zone = serializers.CharField(source="zone.key")

    class Meta:
        model = Location
        fields = ["slug", "name", "time_zone", "phone", "address", "city", "region", "postal_code"]
        read_only_fields = fields


class ServiceRow(serializers.ModelSerializer):
    """Something that the business does. Customers can book it by themselves if it `is_online`."""

    is_online = serializers.SerializerMethodField()

    class Meta:
        model = Service
        fields = ["name", "duration_minutes", "price_from_cents", "price_to_cents", "is_online"]
        read_only_fields = fields

    def get_is_online(self, service: Service) -> bool:
        rules = getattr(service, "booking_rules", None)
        return rules is not None and rules.is_online


class Locations(Endpoint):
    """What `location` may name, all at once."""

    scopes = {"list": "availability:read"}
    serializer_class = LocationRow
    pagination_class = None
    query_shape = Strict

    @extend_schema(summary="List locations")
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.read(Strict, request.query_params.dict())
        rows = Location.objects.filter(business=self.business).select_related("business").order_by("slug")
        return Response(LocationRow(rows, many=True).data)


class Services(Endpoint):
    """What `service` may name, all at once."""

    scopes = {"list": "availability:read"}
    serializer_class = ServiceRow
    pagination_class = None
    query_shape = Strict

    @extend_schema(summary="List services")
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.read(Strict, request.query_params.dict())
        rows = Service.objects.filter(business=self.business, is_active=True).select_related("booking_rules")
        return Response(ServiceRow(rows.order_by("name"), many=True).data)
