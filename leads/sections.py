"""The parts of a business file that belong to leads: the business, its locations, and what it may tell customers.

The last of these are leads.knowledge_sections.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from django.db import models
from django.utils.text import slugify

from leads.config_fields import BrokenReference, Choice, Field, Flag, Several, Text, Whole
from leads.config_loading import Loading
from leads.config_rows import Inner, RowForm, Rows
from leads.config_yaml import Node, Problem
from leads.enums import Language, Voice
from leads.knowledge_sections import KNOWLEDGE_SECTIONS
from leads.models import Business, Location


def slug_of_name(values: Mapping[str, Any], index: int) -> str:
    if "name" not in values:
        raise BrokenReference
    return slugify(str(values["name"]))


BUSINESS = RowForm(
    model=Business,
    identity=("slug",),
    fields=(
        Field("name", Text(), is_required=True),
        Field("slug", Text(), default=slug_of_name, is_shown=True),
        Field("time_zone", Text(), is_shown=True),
        Field("country", Text()),
        Field("countries_served", Several(Text())),
        Field("voice", Choice(Voice)),
        Field("language", Choice(Language)),
        Field("phone", Text()),
        Field("email", Text()),
        Field("website", Text()),
        Field("booking_url", Text()),
        Field("opt_out_line", Text()),
        Field("cooldown_hours", Whole()),
        Field("number_texts_per_hour", Whole()),
        Field("texts_per_hour", Whole()),
        Field("texts_per_day", Whole()),
        Field("late_after_minutes", Whole()),
        Field("callback_due_minutes", Whole()),
        Field("reply_due_minutes", Whole()),
        Field("urgent_due_minutes", Whole()),
        Field("answers_at_night", Flag()),
        Field("follow_ups_per_lead", Whole()),
        Field("follow_up_gap_hours", Whole()),
        Field("retention_days", Whole()),
        Field("average_job_cents", Whole()),
        Field("subscription_cents", Whole()),
        Field("segment_micros", Whole()),
        Field("call_minute_micros", Whole()),
        # Somebody stopped all texts for a reason: a file that does not speak of it must not start them again.
        Field("texting_paused", Flag(), attrs=("is_texting_paused",), is_kept=True),
        Field("follow_ups_paused", Flag(), attrs=("are_follow_ups_paused",), is_kept=True),
    ),
)


@dataclass(frozen=True, slots=True)
class BusinessSection:
    key: str = "business"
    within: str = ""
    order: int = 10
    about: str = "Who you are. The name opens every text; the booking address is what {booking_link} becomes."

    @property
    def tables(self) -> tuple[type[models.Model], ...]:
        return (Business,)

    def load(self, node: Node | None, owner: models.Model | None, loading: Loading) -> None:
        try:
            is_loaded = node is not None and self._load(node, loading)
        except Problem as problem:
            loading.errors.append(problem.error)
            is_loaded = False
        if not is_loaded:
            # Owns the other rows while they are checked; nothing of a file with errors is kept.
            loading.business = Business.objects.create(name="Not loaded", slug=f"not-loaded-{token_hex(8)}")

    def _load(self, node: Node, loading: Loading) -> bool:
        values, bad = BUSINESS.read(node, 0, loading)
        stored = None if "slug" in bad else Business.objects.select_for_update().filter(slug=values["slug"]).first()
        if loading.is_simulated and stored is not None and not stored.is_simulated:
            loading.error(node, f"“{stored.slug}” is a real business. Choose another slug for a simulated one.")
            return False
        loading.business = stored or Business(is_simulated=loading.is_simulated)
        if not values.get("slug") and "name" not in bad:
            loading.error(node, "“slug” is missing: a short name in plain letters, for links.")
            return False
        return BUSINESS.apply(loading.business, values, bad, node, self.key, loading)

    def dump(self, owner: models.Model, inner: Inner) -> dict[str, object]:
        return BUSINESS.dump(owner, 0)


SECTIONS = (
    BusinessSection(),
    Rows(
        key="locations",
        order=20,
        about="Shops, offices or crews. A location may have its own hours and its own time zone.",
        called="slug",
        form=RowForm(
            model=Location,
            identity=("slug",),
            inner_keys=("hours",),
            fields=(
                Field("name", Text(), is_required=True),
                Field("slug", Text(), default=slug_of_name, is_shown=True),
                Field("time_zone", Text()),
                Field("phone", Text()),
                Field("address", Text()),
                Field("city", Text()),
                Field("region", Text()),
                Field("postal_code", Text()),
                Field("answers_at_night", Flag()),
                Field("alert_email", Text()),
            ),
        ),
    ),
    *KNOWLEDGE_SECTIONS,
)
