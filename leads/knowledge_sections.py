"""The parts of a business file that say what the robot knows: services, areas, questions and answers, house rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from leads.config_fields import Choice, Day, Field, Flag, Price, Ref, Several, Text, Whole
from leads.config_loading import Loading
from leads.config_rows import Remark, RowForm, Rows
from leads.config_yaml import Node
from leads.enums import Danger, Language
from leads.models import (
    Faq,
    IntakeQuestion,
    PersonTopic,
    Policy,
    SafetyText,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from leads.safety_texts import objections_to

LOCATION = Field("location", Ref("locations", "slug"))
LANGUAGE = Field("language", Choice(Language))
ACTIVE = Field("active", Flag(), attrs=("is_active",))
# A file that does not say when a fact was last looked at must not make people look again.
CHECKED = Field("checked_on", Day(), is_kept=True)
# Intake questions are this far apart, so that one can be put between two of them by hand.
QUESTION_STEP = 10


def question_position(values: Mapping[str, Any], index: int) -> int:
    return (index + 1) * QUESTION_STEP


def check_safety_text(row: SafetyText, loading: Loading) -> Iterator[Remark]:
    return (Remark("error", "text", message) for message in objections_to(row.text))


@dataclass(frozen=True, slots=True)
class QuestionForm(RowForm):
    """A question inside a service belongs to the business as well."""

    def apply(
        self, row: models.Model, values: Mapping[str, Any], bad: set[str], node: Node, section: str, loading: Loading
    ) -> bool:
        row.business = loading.business  # type: ignore[attr-defined]  # an IntakeQuestion
        return RowForm.apply(self, row, values, bad, node, section, loading)


class QuestionsForAll(Rows):
    """The questions that are asked whatever the service is; the others stand inside their service."""

    def _rows(self, owner: models.Model | None) -> list[models.Model]:
        return [row for row in Rows._rows(self, owner) if getattr(row, "service_id", None) is None]


SERVICES = RowForm(
    model=Service,
    identity=("name",),
    shorthand="name",
    inner_keys=("at", "ask", "booking"),
    fields=(
        Field("name", Text(), is_required=True),
        Field("aliases", Several(Text())),
        Field("description", Text()),
        Field("price", Price(), attrs=("price_from_cents", "price_to_cents")),
        Field("price_note", Text()),
        Field("financing", Text()),
        Field("duration_minutes", Whole()),
        ACTIVE,
        CHECKED,
    ),
)

SERVICE_AT = RowForm(
    model=ServiceAtLocation,
    identity=("location",),
    fields=(
        Field("location", Ref("locations", "slug"), is_required=True),
        Field("offered", Flag(), attrs=("is_offered",)),
        Field("price", Price(), attrs=("price_from_cents", "price_to_cents")),
    ),
)

AREAS = RowForm(
    model=ServiceArea,
    identity=("location", "city", "region"),
    shorthand="city",
    fields=(
        Field("city", Text(), is_required=True),
        Field("region", Text()),
        LOCATION,
        Field("postal_codes", Several(Text())),
        Field("aliases", Several(Text())),
        Field("radius_miles", Whole()),
        CHECKED,
    ),
)

FAQS = RowForm(
    model=Faq,
    identity=("location", "question", "language"),
    fields=(
        Field("question", Text(), is_required=True),
        Field("examples", Several(Text(), is_long=True)),
        Field("answer", Text(), is_required=True),
        LANGUAGE,
        LOCATION,
        ACTIVE,
        CHECKED,
    ),
)

POLICIES = RowForm(
    model=Policy,
    identity=("location", "title", "language"),
    fields=(
        Field("title", Text(), is_required=True),
        Field("text", Text(), is_required=True),
        LANGUAGE,
        LOCATION,
        ACTIVE,
        CHECKED,
    ),
)

QUESTIONS = QuestionForm(
    model=IntakeQuestion,
    identity=("question",),
    shorthand="question",
    fields=(
        Field("question", Text(), is_required=True),
        LANGUAGE,
        Field("before_offer", Flag()),
        Field("position", Whole(), default=question_position),
        ACTIVE,
        CHECKED,
    ),
)

TOPICS = RowForm(
    model=PersonTopic,
    identity=("name",),
    fields=(
        Field("name", Text(), is_required=True),
        Field("phrases", Several(Text()), is_required=True),
        LOCATION,
        ACTIVE,
        CHECKED,
    ),
)

SAFETY_TEXTS = RowForm(
    model=SafetyText,
    identity=("location", "danger", "language"),
    check=check_safety_text,
    fields=(
        Field("danger", Choice(Danger), is_required=True),
        Field("text", Text(), is_required=True),
        LANGUAGE,
        LOCATION,
        ACTIVE,
        CHECKED,
    ),
)

KNOWLEDGE_SECTIONS = (
    Rows(
        key="services",
        order=50,
        about="What you do, with the prices that may be named: 89, 89-250, from 89, up to 250.",
        called="name",
        form=SERVICES,
    ),
    Rows(key="at", order=2, within="services", owner="service", is_value=True, form=SERVICE_AT),
    Rows(
        key="ask",
        order=4,
        within="services",
        owner="service",
        ordering=("position", "pk"),
        form=QUESTIONS,
    ),
    Rows(
        key="areas",
        order=60,
        about="Where you work. Callers from elsewhere are told so politely.",
        form=AREAS,
    ),
    Rows(
        key="faqs",
        order=70,
        about="Questions customers ask, and the answers you stand by.",
        form=FAQS,
    ),
    Rows(
        key="policies",
        order=72,
        about="House rules, told in these words or not at all.",
        form=POLICIES,
    ),
    QuestionsForAll(
        key="ask",
        order=74,
        ordering=("position", "pk"),
        about="What to ask whatever the service is. A service says above, under its own “ask”, what else to ask.",
        form=QUESTIONS,
    ),
    Rows(
        key="person_topics",
        order=76,
        about="What only a person talks about, and the words that give it away.",
        form=TOPICS,
    ),
    Rows(
        key="safety_texts",
        order=78,
        about="What is answered to a danger at once, where the built-in words do not fit.",
        form=SAFETY_TEXTS,
    ),
)
