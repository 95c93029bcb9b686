"""The parts of a business file about booking: rules inside services, the business's settings, ways, resources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from leads.config_fields import BrokenReference, Choice, Field, Flag, Ref, Several, Surroundings, Text, Whole
from leads.config_loading import Loading
from leads.config_rows import Inner, RowForm, Rows
from leads.config_yaml import Inline, Node, Problem, did_you_mean
from leads.models import ServiceArea
from scheduling.enums import GridAnchor, ResourceKind, VisitPlace
from scheduling.models import BookingRules, BookingSettings, Resource, TravelTime

BOOKING_RULES = RowForm(
    model=BookingRules,
    identity=("service",),
    fields=(
        # Shown always: a service whose rules are all the usual ones would otherwise come back as one without rules.
        Field("place", Choice(VisitPlace), is_shown=True),
        Field("online", Flag(), attrs=("is_online",)),
        Field("arrival_window_minutes", Whole()),
        Field("gap_after_minutes", Whole()),
        Field("step_minutes", Whole()),
        Field("anchor", Choice(GridAnchor)),
        Field("notice_minutes", Whole()),
        Field("horizon_days", Whole()),
        Field("most_per_day", Whole()),
        Field("most_minutes_per_day", Whole()),
    ),
)

BOOKING_SETTINGS = RowForm(
    model=BookingSettings,
    identity=("business",),
    fields=(
        Field("page", Flag(), attrs=("is_page_on",), is_shown=True),
        Field("intro", Text()),
        Field("cancel_notice_minutes", Whole()),
        Field("move_notice_minutes", Whole()),
        Field("hold_minutes", Whole()),
        Field("most_open_per_phone", Whole()),
        Field("default_travel_minutes", Whole()),
        Field("offers_callbacks", Flag()),
        Field("callback_window_minutes", Whole()),
        Field("offers_waitlist", Flag()),
        Field("reminders", Several(Whole()), attrs=("reminder_minutes",)),
    ),
)


@dataclass(frozen=True, slots=True)
class OneRow:
    """A group of keys that is one row of its owner, at most."""

    form: RowForm
    owner: str
    order: int
    key: str = "booking"
    within: str = ""
    about: str = ""

    @property
    def tables(self) -> tuple[type[models.Model], ...]:
        return (self.form.model,)

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        stored = self._stored(owner)
        if node is None or node.value is None:
            if loading.is_pruning and stored is not None:
                loading.leftovers.append((self.key, stored))
            return
        values, bad = self.form.read(node, 0, loading)
        row = stored or self.form.model(**({self.owner: owner} if owner is not None else {}))
        self.form.apply(row, values, bad if owner is not None else {*bad, self.owner}, node, self.key, loading)

    def dump(self, owner: models.Model, inner: Inner) -> dict[str, object]:
        row = self._stored(owner)
        return {} if row is None else self.form.dump(row, 0)

    def _stored(self, owner: models.Model | None) -> models.Model | None:
        if owner is None:
            return None
        return self.form.model._default_manager.filter(**{self.owner: owner}).first()


@dataclass(frozen=True, slots=True)
class AreaName:
    """An area by its city; with region and location (“Mesa, AZ (east)”) where the city alone is several areas."""

    def read(self, node: Node, around: Surroundings) -> ServiceArea:
        assert isinstance(around, Loading)  # noqa: S101  areas have no single column that names them
        text = node.as_text().strip()
        areas = _areas_in(around)
        found = _named(areas, text)
        if len(found) > 1:
            spellings = " or ".join(f"“{_full_name(area)}”" for area in found)
            raise Problem(node, f"There are several areas “{text}”. Write {spellings}.")
        if not found and _is_broken(text, around):
            raise BrokenReference
        if not found:
            hint = did_you_mean(text, list(dict.fromkeys(map(_city, areas)))) or " Add it to “areas” first."
            raise Problem(node, f"There is no “{text}” in areas.{hint}")
        return found[0]

    def write(self, value: ServiceArea) -> str:
        areas = list(ServiceArea.objects.filter(business=value.business_id).select_related("location"))
        spellings = (value.city, _with_region(value), _full_name(value))
        return next((text for text in spellings if _named(areas, text) == [value]), _full_name(value))


def _areas_in(loading: Loading) -> list[ServiceArea]:
    """Those of the file, and with a load that removes nothing the stored ones too."""
    stored = ServiceArea.objects.filter(business=loading.business.pk).select_related("location").order_by("pk")
    if not loading.is_pruning:
        return list(stored)
    kept = {row.pk for row, _ in loading.placed["areas"] if row is not None}
    return [area for area in stored if area.pk in kept]


def _named(areas: Iterable[ServiceArea], text: str) -> list[ServiceArea]:
    """What `text` may mean: the most exact spelling that fits decides."""
    every = list(areas)
    for spelling in (_full_name, _with_region, _city):
        found = [area for area in every if spelling(area) == text]
        if found:
            return found
    return []


def _is_broken(text: str, loading: Loading) -> bool:
    """Whether `text` names an area of the file that has errors of its own."""
    broken = [node for row, node in loading.placed["areas"] if row is None]
    fields = [node.value if isinstance(node.value, Mapping) else {"city": node} for node in broken]
    cities = [str(each["city"].value) for each in fields if "city" in each]
    return any(text.startswith(city) for city in cities)


def _city(area: ServiceArea) -> str:
    return area.city


def _with_region(area: ServiceArea) -> str:
    return f"{area.city}, {area.region}" if area.region else area.city


def _full_name(area: ServiceArea) -> str:
    return f"{_with_region(area)} ({area.location.slug})" if area.location else _with_region(area)


class Ways(Rows):
    """A way is the same in both directions: written the other way round it is still that row."""

    def _key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        ends = [values[column] for column in self.form.identity]
        return tuple(sorted(ends, key=lambda area: area.pk))


@dataclass(frozen=True, slots=True)
class Names:
    """Rows of another section, all at once; `write` takes what the model hands out for many-to-many."""

    to: Ref

    def read(self, node: Node, around: Surroundings) -> list[Any]:
        return Several(self.to).read(node, around)

    def write(self, value: Any) -> Inline:
        return Inline(self.to.write(row) for row in value.all())


@dataclass(frozen=True, slots=True)
class LinkedRowForm(RowForm):
    """A RowForm some of whose fields (`links`) are many-to-many, which can only be set once the row is saved."""

    links: tuple[str, ...] = ()

    def apply(
        self, row: models.Model, values: Mapping[str, Any], bad: set[str], node: Node, section: str, loading: Loading
    ) -> bool:
        plain = {column: value for column, value in values.items() if column not in self.links}
        unchanged = loading.counts[section].unchanged
        if not RowForm.apply(self, row, plain, bad, node, section, loading):
            return False
        changed = [column for column in self.links if set(getattr(row, column).all()) != set(values[column])]
        for column in changed:
            getattr(row, column).set(values[column])
        if changed and loading.counts[section].unchanged > unchanged:
            loading.counts[section].unchanged -= 1
            loading.counts[section].updated += 1
        return True

    def dump(self, row: models.Model, index: int) -> dict[str, object]:
        data = RowForm.dump(self, row, index)
        return {key: value for key, value in data.items() if value or key not in self.links}


def nothing(values: Mapping[str, Any], index: int) -> list[Any]:
    return []


RESOURCES = LinkedRowForm(
    model=Resource,
    identity=("name",),
    shorthand="name",
    inner_keys=("hours", "closures"),
    links=("locations", "services"),
    fields=(
        Field("name", Text(), is_required=True),
        Field("kind", Choice(ResourceKind), is_shown=True),
        Field("locations", Names(Ref("locations", "slug")), default=nothing),
        Field("services", Names(Ref("services", "name")), default=nothing),
        Field("capacity", Whole()),
        Field("active", Flag(), attrs=("is_active",)),
    ),
)

TRAVEL = RowForm(
    model=TravelTime,
    identity=("origin", "destination"),
    fields=(
        Field("from", AreaName(), attrs=("origin",), is_required=True),
        Field("to", AreaName(), attrs=("destination",), is_required=True),
        Field("minutes", Whole(), is_required=True),
    ),
)

BOOKING_SECTIONS = (
    OneRow(form=BOOKING_RULES, owner="service", order=10, within="services"),
    OneRow(
        form=BOOKING_SETTINGS,
        owner="business",
        order=62,
        about="How customers book by themselves. Each service says above, under its own “booking”, how it is booked.",
    ),
    Ways(
        key="travel",
        order=64,
        form=TRAVEL,
        about="Minutes on the road between two areas, the same in both directions.",
    ),
    Rows(
        key="resources",
        order=66,
        form=RESOURCES,
        about="Who and what an appointment needs: technicians, chairs, bays or rooms, some with hours of their own.",
    ),
)
