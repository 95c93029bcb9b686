"""The parts of a business file that belong to messaging: robot, accounts, numbers, scripts, rules, never-text list."""

import base64
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from leads.config_fields import BrokenReference, Choice, Field, Flag, Number, Phone, Ref, Secret, Several, Text, Whole
from leads.config_loading import Loading
from leads.config_rows import Remark, RowForm, Rows
from leads.config_yaml import Node, Problem
from leads.enums import Language
from leads.knowledge_sections import ACTIVE, LOCATION
from leads.models import Location
from messaging.agent_sections import AGENT_SECTIONS
from messaging.enums import (
    CallerKind,
    CarrierKind,
    HoursState,
    MissReason,
    NumberMode,
    Outcome,
    Registration,
    RingOrder,
    ScriptKind,
)
from messaging.followup_sections import FOLLOW_UP_SECTIONS
from messaging.inbox import canned
from messaging.models import CannedReply, CarrierAccount, NeverText, PhoneNumber, RingTarget, Rule, Script
from messaging.scripts import lint, values_for
from messaging.wording import example_link
from recoverline.lib import clock
from scheduling.hours import OpenState
from scheduling.queries import hours_of

NUMBER = Field("number", Ref("numbers", "number", is_phone=True))
# Rules are this far apart, so that one can be put between two of them by hand.
RULE_STEP = 10


def complete_account(account: CarrierAccount, node: Node, loading: Loading) -> None:
    """A simulated business has no real carrier. Every account has a secret: signatures are always checked."""
    if "auth_token" in node.as_mapping():
        raise Problem(
            node.as_mapping()["auth_token"],
            "Secrets do not belong in this file. Set an environment variable and write “auth_token_env: ITS_NAME”.",
        )
    if loading.is_simulated and account.kind == CarrierKind.TWILIO:
        account.kind = CarrierKind.SIMULATOR
    if account.auth_token:
        return
    if account.kind != CarrierKind.SIMULATOR and not loading.is_simulated:
        raise Problem(
            node, "Its secret is not known here. Set an environment variable, add “auth_token_env: ITS_NAME”."
        )
    # The form in which signing secrets of webhooks are written; other carriers take any text.
    account.auth_token = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def refuse_taken_number(number: PhoneNumber, node: Node, loading: Loading) -> None:
    if PhoneNumber.objects.filter(number=number.number).exclude(business=loading.business).exists():
        place = node.as_mapping()["number"]
        raise Problem(place, f"{number.number} already belongs to another business of this installation.")


def check_script(script: Script, loading: Loading) -> Iterator[Remark]:
    locations = [row for row in loading.named["locations"].values() if isinstance(row, Location)]
    location = script.location or (script.number.location if script.number else next(iter(locations), None))
    now = clock.now()
    sample = values_for(
        business=loading.business,
        location=location or Location(business=loading.business, name=loading.business.name),
        number=script.number or PhoneNumber(number=loading.business.phone),
        state=OpenState(False, "closed", "", None, now + timedelta(hours=12)),
        ranges=hours_of(location) if location else (),
        now=now,
        language=script.language,
    )
    sample["booking_link"] = example_link(loading.business)
    name, line = loading.business.name, sample["opt_out"]
    for finding in lint(script.body, kind=script.kind, business_name=name, opt_out_line=line, sample=sample):
        if finding.level != "note":
            yield Remark(finding.level, "body", finding.message)


def check_canned(reply: CannedReply, loading: Loading) -> Iterator[Remark]:
    locations = [row for row in loading.named["locations"].values() if isinstance(row, Location)]
    sample = values_for(
        business=loading.business,
        location=next(iter(locations), None) or Location(business=loading.business, name=loading.business.name),
        number=PhoneNumber(number=loading.business.phone),
        now=clock.now(),
        language=reply.language,
    )
    for finding in canned.findings_in(reply.body, business=loading.business, sample=sample):
        if finding.level != "note":
            yield Remark(finding.level, "body", finding.message)


def script_name(values: Mapping[str, Any], index: int) -> str:
    """What a script is called whose name is left out: its kind, and what narrows it."""
    if "kind" not in values:
        raise BrokenReference
    parts = [ScriptKind(values["kind"]).label]
    parts += [place.name for place in [values.get("location")] if place]
    parts += [number.number for number in [values.get("number")] if number]
    parts += [HoursState(values["hours"]).label.lower()] if values.get("hours") else []
    name = ", ".join(map(str, parts))
    return name if values.get("language") == Language.ENGLISH else f"{name} ({values.get('language')})"


def rule_position(values: Mapping[str, Any], index: int) -> int:
    return (index + 1) * RULE_STEP


def ring_position(values: Mapping[str, Any], index: int) -> int:
    return index + 1


ACCOUNTS = RowForm(
    model=CarrierAccount,
    identity=("name",),
    prepare=complete_account,
    # Known only so that its own message says what to write instead.
    inner_keys=("auth_token",),
    fields=(
        Field("name", Text(), is_required=True),
        Field("kind", Choice(CarrierKind), is_shown=True),
        Field("account_sid", Text()),
        Field("auth_token_env", Secret(), attrs=("auth_token",), is_secret=True),
        Field("messaging_service_sid", Text()),
        Field("handles_optout", Flag()),
        Field("uses_lookup", Flag()),
        ACTIVE,
    ),
)

NUMBERS = RowForm(
    model=PhoneNumber,
    identity=("number",),
    prepare=refuse_taken_number,
    inner_keys=("rings",),
    fields=(
        Field("number", Phone(), is_required=True),
        Field("label", Text()),
        Field("location", Ref("locations", "slug"), is_required=True),
        Field("carrier_account", Ref("carrier_accounts", "name"), attrs=("account",), is_required=True),
        Field("reported_by", Ref("carrier_accounts", "name")),
        Field("source", Text()),
        Field("mode", Choice(NumberMode), is_shown=True),
        Field("ring_order", Choice(RingOrder)),
        Field("ring_seconds", Whole()),
        Field("rings_when_closed", Flag()),
        Field("press_to_accept", Flag()),
        Field("offers_voicemail", Flag()),
        Field("texts_per_second", Number()),
        Field("registration", Choice(Registration)),
        ACTIVE,
    ),
)

SCRIPTS = RowForm(
    model=Script,
    identity=("name",),
    check=check_script,
    fields=(
        Field("kind", Choice(ScriptKind), is_required=True),
        Field("name", Text(), default=script_name),
        Field("language", Choice(Language)),
        LOCATION,
        NUMBER,
        Field("hours", Choice(HoursState, may_be_empty=True)),
        Field("text", Text(), attrs=("body",), is_required=True),
        Field("urgent_words", Text()),
        ACTIVE,
    ),
)

CANNED_REPLIES = RowForm(
    model=CannedReply,
    identity=("shortcut", "language"),
    check=check_canned,
    fields=(
        Field("shortcut", Text(), is_required=True),
        Field("title", Text(), is_required=True),
        Field("language", Choice(Language, may_be_empty=True)),
        Field("text", Text(), attrs=("body",), is_required=True),
        ACTIVE,
    ),
)

RULES = RowForm(
    model=Rule,
    identity=("name",),
    fields=(
        Field("name", Text(), is_required=True),
        Field("position", Whole(), default=rule_position),
        LOCATION,
        NUMBER,
        Field("hours", Choice(HoursState, may_be_empty=True)),
        Field("reasons", Several(Choice(MissReason))),
        Field("callers", Several(Choice(CallerKind))),
        Field("rang_at_least", Whole()),
        Field("rang_at_most", Whole()),
        Field("repeat_within_minutes", Whole()),
        Field("outcome", Choice(Outcome), is_shown=True),
        Field("script", Choice(ScriptKind, may_be_empty=True), attrs=("script_kind",)),
        Field("delay_seconds", Whole()),
        Field("alerts_staff", Flag()),
        ACTIVE,
    ),
)

SECTIONS = (
    *AGENT_SECTIONS,
    Rows(
        key="carrier_accounts",
        order=80,
        called="name",
        form=ACCOUNTS,
        about="Who carries your texts. Secrets stay out of this file: auth_token_env names an environment variable.",
    ),
    Rows(
        key="numbers",
        order=90,
        called="number",
        form=NUMBERS,
        about="What customers call. hosted: it rings the phones under “rings”; forwarded: your line forwards here.",
    ),
    Rows(
        key="rings",
        order=10,
        within="numbers",
        owner="number",
        is_value=True,
        ordering=("position", "pk"),
        form=RowForm(
            model=RingTarget,
            identity=("phone",),
            shorthand="phone",
            fields=(
                Field("phone", Phone(), is_required=True),
                Field("label", Text()),
                Field("position", Whole(), default=ring_position),
            ),
        ),
    ),
    Rows(
        key="scripts",
        order=100,
        form=SCRIPTS,
        about="Your words. {business} and the like are filled in; {opt_out} must stand in every first text.",
    ),
    *FOLLOW_UP_SECTIONS,
    Rows(
        key="canned_replies",
        order=105,
        form=CANNED_REPLIES,
        about="Prepared replies of the front desk, typed as /shortcut. No language: for customers of any.",
    ),
    Rows(
        key="rules",
        order=110,
        ordering=("position", "pk"),
        form=RULES,
        about="Who gets which text. Asked from top to bottom: the first rule that fits a missed call decides.",
    ),
    Rows(
        key="never_text",
        order=120,
        about="Staff, family, vendors: a missed call from them gets no text.",
        form=RowForm(
            model=NeverText,
            identity=("phone",),
            shorthand="phone",
            fields=(Field("phone", Phone(), is_required=True), Field("label", Text())),
        ),
    ),
)
