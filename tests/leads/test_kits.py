import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from leads.areas import find_area
from leads.config import dump, load
from leads.kits import FOLDER, Kit, kits
from leads.models import Business
from messaging.enums import (
    AgentMode,
    CallerKind,
    CarrierKind,
    Driver,
    HoursState,
    Intent,
    MissReason,
    Outcome,
    ScriptKind,
)
from messaging.followups.checking import findings_in
from messaging.followups.enums import StepAction, Trigger, Unit
from messaging.followups.versions import draft_terms
from messaging.models import CarrierAccount, NeverText, PhoneNumber, RingTarget, Rule, Script
from messaging.rules import CallFacts, RuleTerms, first_match
from messaging.script_lint import EXAMPLES, FIRST_TEXT_KINDS, SPOKEN_KINDS
from messaging.scripts import lint, render_script, values_for
from messaging.wording import example_link
from recoverline.lib.render import render
from recoverline.lib.text import count_segments
from scheduling.hours import OpenState
from scheduling.models import BookingRules, Closure, OpeningHours
from scheduling.queries import hours_of
from scheduling.slots import open_slots
from tests.factories import make_lead

pytestmark = pytest.mark.django_db

ALL = pytest.mark.parametrize("kit", kits(), ids=lambda kit: kit.slug)
ANSWERS = {
    ScriptKind.HELP, ScriptKind.OPT_OUT_CONFIRMATION, ScriptKind.OPT_IN_CONFIRMATION, ScriptKind.URGENT_REPLY,
    ScriptKind.HAND_OFF, ScriptKind.GREETING, ScriptKind.GREETING_CLOSED,
}  # fmt: skip
# A date and a personal link make these longer.
ABOUT_VISITS = {kind for kind in ScriptKind if kind.startswith("booking_")} | {
    ScriptKind.SLOT_OFFERED, ScriptKind.CALLBACK_PROMISED,
}  # fmt: skip
# Two windows of arrival are long by themselves.
NAMES_TIMES = {ScriptKind.TIMES_OFFERED}
FOR_EVERY_TRADE = FIRST_TEXT_KINDS - {ScriptKind.QUOTE, ScriptKind.APPOINTMENT, ScriptKind.URGENT_AWARE}
OF_THE_TRADE = {
    "home_services": {ScriptKind.URGENT_AWARE, ScriptKind.QUOTE},
    "dental": {ScriptKind.URGENT_AWARE, ScriptKind.APPOINTMENT},
    "med_spa": {ScriptKind.APPOINTMENT, ScriptKind.QUOTE},
    "auto_repair": {ScriptKind.URGENT_AWARE, ScriptKind.APPOINTMENT, ScriptKind.QUOTE},
    "law_office": {ScriptKind.URGENT_AWARE, ScriptKind.APPOINTMENT},
}
# What the robot says in the voice of the trade; the rest is the built-in wording.
OF_EVERY_ROBOT = {
    ScriptKind.ASK_NEED, ScriptKind.ASK_PLACE, ScriptKind.ASK_WHEN, ScriptKind.TIMES_OFFERED, ScriptKind.NOT_UNDERSTOOD,
}  # fmt: skip
OF_THE_ROBOT = {
    "home_services": {ScriptKind.ASK_ADDRESS},
    # They do not come to the customer, and must not say so.
    "dental": {ScriptKind.ASK_KIND, ScriptKind.AREA_SERVED},
    "med_spa": {ScriptKind.ASK_NAME, ScriptKind.THANKS, ScriptKind.IS_ROBOT, ScriptKind.AREA_SERVED},
    "auto_repair": {ScriptKind.THANKS, ScriptKind.AREA_SERVED},
    "law_office": {ScriptKind.ASK_KIND, ScriptKind.AREA_SERVED},
}
# A Saturday night: the longest that {opens_at} gets, as most are closed on Sunday.
SATURDAY = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


def loaded(kit: Kit) -> Business:
    report = load(kit.text())
    assert report.warnings == ()
    return report.business


def sample_of(business: Business, language: str) -> dict[str, str]:
    """What is filled in for a caller whose name is known, on the day and at the place where that is longest."""
    place = business.locations.earliest("pk")
    known = values_for(
        business=business,
        location=place,
        number=business.numbers.earliest("pk"),
        lead=make_lead(business, name="Maria Hernandez"),
        state=OpenState(False, "holiday", "Thanksgiving", MONDAY, MONDAY),
        ranges=hours_of(place),
        now=SATURDAY,
        language=language,
    )
    return known | EXAMPLES | {"booking_link": example_link(business)}


def rendered(script: Script) -> str:
    business = script.business
    values = sample_of(business, script.language)
    line = values["opt_out"]
    findings = lint(script.body, kind=script.kind, business_name=business.name, opt_out_line=line, sample=values)
    assert [finding for finding in findings if finding.level != "note"] == []
    return render_script(script.body, values)


def test_each_kit_has_a_file_and_each_file_is_a_kit() -> None:
    assert sorted(kit.path for kit in kits()) == sorted(FOLDER.glob("*.yaml"))
    assert [kit.slug for kit in kits()] == ["home_services", "dental", "med_spa", "auto_repair", "law_office"]


@ALL
def test_a_kit_loads_without_a_warning_and_comes_back_the_same(kit: Kit) -> None:
    business = loaded(kit)
    written = dump(business)
    assert not load(kit.text(), prune=True).has_changes
    assert not load(written, prune=True).has_changes
    assert dump(business) == written


@ALL
def test_every_text_is_cheap(kit: Kit) -> None:
    """One segment of plain characters for most of what is sent; what is spoken costs nothing but stays short."""
    bills, business = {}, loaded(kit)
    for script in business.scripts.select_related("business"):
        bill = count_segments(rendered(script))
        bills[script.name] = (bill.encoding, bill.count)
        assert bill.costly == ()
        assert bill.count <= (2 if script.kind in SPOKEN_KINDS | ABOUT_VISITS | NAMES_TIMES else 1), (
            script.name,
            bill.units,
        )
    assert len(bills) >= 35
    for reply in business.canned_replies.all():
        bill = count_segments(render_script(reply.body, sample_of(business, reply.language)))
        assert (bill.costly, bill.count) == ((), 1), (reply.shortcut, reply.language)
    languages = business.canned_replies.values_list("language", flat=True)
    assert sorted(set(languages)) == ["en", "es"]
    assert 5 <= len(languages) / 2 <= 8


@ALL
def test_every_kind_that_fits_the_trade_is_there_in_english_and_spanish(kit: Kit) -> None:
    business = loaded(kit)
    expected = FOR_EVERY_TRADE | OF_THE_TRADE[kit.slug] | ANSWERS | ABOUT_VISITS
    expected |= OF_EVERY_ROBOT | OF_THE_ROBOT[kit.slug]
    kinds = {
        language: {script.kind for script in business.scripts.filter(language=language)} for language in ("en", "es")
    }
    assert kinds == {"en": {*expected, ScriptKind.WHISPER}, "es": expected}
    holidays = business.scripts.filter(kind=ScriptKind.AFTER_HOURS, hours=HoursState.HOLIDAY)
    assert sorted(script.language for script in holidays) == ["en", "es"]


@ALL
def test_a_word_that_puts_customers_first_is_one_that_the_text_asks_for(kit: Kit) -> None:
    words = {"en": ["URGENT", "EMERGENCY"], "es": ["URGENTE", "EMERGENCIA"]}
    for script in loaded(kit).scripts.exclude(kind__in=SPOKEN_KINDS):
        asks = re.search(r"\bURGENTE?\b", script.body) is not None
        assert script.urgent_word_list == (words[script.language] if asks else []), script.name


# ---------------------------------------------------------------- follow-ups
@ALL
def test_follow_ups_end_soon_are_cheap_and_decent_and_stay_on_the_subject(kit: Kit) -> None:
    business = loaded(kit)
    assert_shapes(business)
    assert_words(business)


def assert_shapes(business: Business) -> None:
    found = {row.trigger: draft_terms(row) for row in business.sequences.filter(is_active=True)}
    shapes = {trigger: [step.action.value for step in steps] for trigger, steps in found.items()}
    asked = shapes.pop(Trigger.NOT_BOOKED)
    assert (asked[-1], set(asked[:-1]), len(asked) in (3, 4)) == ("task", {"text"}, True)
    assert shapes == {
        Trigger.NO_REPLY: ["text", "task"],
        Trigger.ESTIMATE: ["text", "text", "task"],
        Trigger.MISSED_VISIT: ["text", "task"],
        Trigger.AFTER_JOB: ["text"],
    }
    last = {trigger: steps[-1].delay_amount for trigger, steps in found.items() if steps[-1].delay_unit == Unit.DAYS}
    assert last[Trigger.NOT_BOOKED] <= 7
    assert max(last.values()) <= 10


def assert_words(business: Business) -> None:
    """One segment of plain characters (a text with a link: two), in both languages, at hours when shops are open."""
    place = business.locations.earliest("pk")
    for sequence in business.sequences.all():
        steps = draft_terms(sequence)
        findings = findings_in(steps, business=business, location=place, now=SATURDAY)
        assert [finding.message for finding in findings if finding.level != "note"] == []
        for step in steps:
            where = (sequence.name, step.position)
            assert step.weekdays, where
            assert (step.window_from, step.window_until) >= (time(9), time(17)), where
            for body in (step.body, step.body_es):
                assert re.search(r"%|\$|\bfree\b|discount|offer ends|gratis|descuento|https?:", body) is None, where
            if step.action != StepAction.TEXT:
                assert step.body_es == ""
                continue
            for language, body in (("en", step.body), ("es", step.body_es)):
                bill = count_segments(render_script(body, sample_of(business, language)))
                most = 2 if "{booking_link}" in body else 1
                assert (bill.costly, bill.count <= most) == ((), True), (*where, language, bill.units)


def decide(business: Business, reason: MissReason, *callers: CallerKind, **facts: object) -> tuple[str, str]:
    number = business.numbers.earliest("pk")
    known = {
        "hours": HoursState.OPEN, "rang_seconds": 15, "minutes_since_last": None,
        "location_id": number.location_id, "number_id": number.pk,
    }  # fmt: skip
    decision = first_match(
        [
            RuleTerms(
                rule.pk, rule.name, Outcome(rule.outcome), rule.script_kind, rule.delay_seconds, rule.alerts_staff,
                rule.location_id, rule.number_id, rule.hours, frozenset(rule.reasons), frozenset(rule.callers),
                rule.rang_at_least, rule.rang_at_most, rule.repeat_within_minutes,
            )
            for rule in business.rules.order_by("position")
        ],
        CallFacts(reason=reason, callers=frozenset(callers or (CallerKind.NEW,)), **{**known, **facts}),  # type: ignore[arg-type]
    )  # fmt: skip
    assert decision.rule_id is not None
    return decision.outcome, decision.script_kind if decision.outcome == Outcome.TEXT else ""


FIRST = {
    "home_services": ScriptKind.URGENT_AWARE,
    "dental": ScriptKind.APPOINTMENT,
    "med_spa": ScriptKind.APPOINTMENT,
    "auto_repair": ScriptKind.MISSED_CALL,
    "law_office": ScriptKind.MISSED_CALL,
}


@ALL
def test_the_rules_decide_as_the_trade_expects(kit: Kit) -> None:
    business = loaded(kit)
    no_answer = MissReason.NO_ANSWER
    assert 9 <= business.rules.count() <= 12
    assert decide(business, no_answer) == (Outcome.TEXT, FIRST[kit.slug])
    assert decide(business, no_answer, CallerKind.STAFF) == (Outcome.NO_TEXT, "")
    assert decide(business, no_answer, CallerKind.NEVER_TEXT) == (Outcome.NO_TEXT, "")
    assert decide(business, no_answer, CallerKind.SPAM) == (Outcome.NO_TEXT, "")
    assert decide(business, no_answer, CallerKind.KNOWN, CallerKind.CONVERSATION) == (Outcome.TASK, "")
    assert decide(business, MissReason.ABANDONED, rang_seconds=3) == (Outcome.NO_TEXT, "")
    assert decide(business, MissReason.ABANDONED, rang_seconds=4) == (Outcome.TEXT, FIRST[kit.slug])
    assert decide(business, MissReason.VOICEMAIL) == (Outcome.TEXT, ScriptKind.VOICEMAIL)
    assert decide(business, no_answer, hours=HoursState.HOLIDAY) == (Outcome.TEXT, ScriptKind.AFTER_HOURS)
    assert decide(business, no_answer, hours=HoursState.CLOSED) == (Outcome.TEXT, ScriptKind.AFTER_HOURS)
    assert decide(business, MissReason.BUSY) == (Outcome.TEXT, ScriptKind.BUSY)
    assert decide(business, no_answer, CallerKind.EXISTING) == (Outcome.TEXT, ScriptKind.EXISTING_CUSTOMER)
    assert decide(business, no_answer, minutes_since_last=4320) == (Outcome.TEXT, ScriptKind.REPEAT_CALLER)
    assert decide(business, no_answer, minutes_since_last=4321) == (Outcome.TEXT, FIRST[kit.slug])


# ---------------------------------------------------------------- what the robot knows
@ALL
def test_a_kit_shows_what_a_robot_has_to_know(kit: Kit) -> None:
    business = loaded(kit)
    assert (business.agent_settings.mode, business.agent_settings.driver) == (AgentMode.AUTO, Driver.MODEL)
    assert business.agent_settings.instructions
    assert [mode.mode for mode in business.agent_settings.intents.filter(intent=Intent.EXISTING)] == [AgentMode.DRAFT]
    assert [service.name for service in business.services.all() if len(service.aliases) < 6] == []
    assert [faq.question for faq in business.faqs.all() if not 5 <= len(faq.examples) <= 10] == []
    assert business.person_topics.count() >= 4
    assert business.person_topics.filter(name="Complaint").exists()
    for rows in (business.policies, business.safety_texts, business.intake_questions.filter(service=None)):
        assert rows.filter(language="en").count() == rows.filter(language="es").count() > 0
    asked = business.intake_questions.exclude(service=None)
    assert asked.filter(language="en").count() == asked.filter(language="es").count() >= 4
    # A law office must know the matter before anybody gives it an hour; elsewhere patience ends sooner.
    assert {question.before_offer for question in asked} == {kit.slug == "law_office"}


@ALL
def test_what_is_told_in_the_businesss_own_words_is_cheap(kit: Kit) -> None:
    """Two segments of plain characters at most, whatever of it is sent."""
    business = loaded(kit)
    values = {"business": business.name, "phone": "(602) 555-0100"}
    texts = [
        *(faq.answer for faq in business.faqs.all()),
        *(policy.text for policy in business.policies.all()),
        *(question.question for question in business.intake_questions.all()),
        *(render(safety.text, values) for safety in business.safety_texts.all()),
        *(text for service in business.services.all() for text in (service.price_note, service.financing)),
    ]
    bills = {text: count_segments(text) for text in texts if text}
    assert {text: bill.costly for text, bill in bills.items() if bill.costly or bill.count > 2} == {}


@ALL
def test_no_word_stands_for_two_services_or_two_cities(kit: Kit) -> None:
    business = loaded(kit)
    for rows in (business.services.all(), business.areas.all()):
        words = [word for row in rows for word in {alias.casefold() for alias in [*row.aliases, str(row)]}]
        assert sorted(set(words)) == sorted(words)


def test_somebody_in_tempe_without_cooling_is_understood() -> None:
    business = loaded(next(kit for kit in kits() if kit.slug == "home_services"))
    text = "AC is out, how much is a visit? we're in Tempe"
    named = [row for row in business.services.all() if any(alias in text.casefold() for alias in row.aliases)]
    assert [(row.name, row.price_from_cents, row.price_to_cents) for row in named] == [
        ("AC or furnace diagnosis", 8900, 12900)
    ]
    area = find_area(business, text)
    assert area is not None
    assert (area.city, area.postal_codes, area.aliases) == ("Tempe", ["85281", "85282", "85283", "85284"], ["ASU"])
    assert area.location is not None
    assert (area.location.slug, area.location.time_zone) == ("phoenix", "America/Phoenix")
    assert [row.name for row in area.location.resources.order_by("name")] == ["Jo", "Marco"]


def test_callers_of_the_advertised_number_are_asked_for_a_quote() -> None:
    business = loaded(next(kit for kit in kits() if kit.slug == "auto_repair"))
    ads = business.numbers.get(source="ads")
    facts = {"number_id": ads.pk, "location_id": ads.location_id}
    assert decide(business, MissReason.NO_ANSWER, **facts) == (Outcome.TEXT, ScriptKind.QUOTE)  # type: ignore[arg-type]


@ALL
def test_a_kit_is_complete(kit: Kit) -> None:
    business = loaded(kit)
    assert 5 <= business.services.count() <= 8
    assert business.services.filter(price_from_cents=None).count() <= 1
    assert business.faqs.filter(language="en").count() >= 8
    assert business.faqs.filter(language="es").count() >= 2
    assert all(area.postal_codes for area in business.areas.all())
    assert all(business.numbers.filter(location=place).exists() for place in business.locations.all())
    assert [account.kind for account in CarrierAccount.objects.all()] == [CarrierKind.SIMULATOR]
    assert NeverText.objects.count() == 2
    for day in (date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1)):
        assert Closure.objects.filter(starts_on__lte=day, ends_on__gte=day, opens=None, location=None).count() == 1
    assert {len(hours_of(place)) > 0 for place in business.locations.all()} == {True}


@ALL
def test_every_phone_is_one_reserved_for_fiction_and_only_hosted_numbers_ring(kit: Kit) -> None:
    loaded(kit)
    phones = re.findall(r"\+\d+", kit.text())
    assert [phone for phone in phones if not re.fullmatch(r"\+1[2-9]\d\d55501\d\d", phone)] == []
    for number in PhoneNumber.objects.all():
        assert RingTarget.objects.filter(number=number).exists() == (number.mode == "hosted")


@ALL
def test_next_week_every_location_has_slots_and_every_online_service_is_open_somewhere(kit: Kit) -> None:
    business = loaded(kit)
    # The day before: an emergency visit can be booked three days ahead at most.
    now = datetime(2026, 11, 15, 18, 0, tzinfo=UTC)
    first, last = date(2026, 11, 16), date(2026, 11, 21)
    online = business.services.filter(booking_rules__is_online=True)
    places = list(business.locations.all())
    slots = {
        (service.name, place.slug): open_slots(service, place, now=now, first=first, last=last)
        for service in online
        for place in places
    }
    open_at = {key for key, starts in slots.items() if starts}
    assert {name for name, _ in open_at} == {service.name for service in online}
    assert {slug for _, slug in open_at} == {place.slug for place in places}
    for service in online:
        # Somebody can really take it, for each area the business goes to.
        for area in business.areas.all() if service.booking_rules.place == "customer" else ():
            assert open_slots(service, area.location or places[0], now=now, first=first, last=last, area=area)


@ALL
def test_a_kit_shows_how_booking_is_set(kit: Kit) -> None:
    business = loaded(kit)
    assert business.booking_settings.is_page_on
    assert business.booking_settings.reminder_minutes
    assert business.resources.count() >= 3
    rules = BookingRules.objects.filter(service__business=business)
    windows = {rule.arrival_window_minutes > 0 for rule in rules.filter(is_online=True)}
    travels = set(rules.values_list("place", flat=True))
    if kit.slug == "home_services":
        assert (windows, travels, business.travel_times.count()) == ({True, False}, {"customer"}, 10)
    else:
        assert (windows, travels, business.travel_times.count()) == ({False}, {"location"}, 0)
    # Something is left to people, and says so.
    assert business.services.exclude(booking_rules__is_online=True).exists() == (kit.slug != "auto_repair")


def test_all_kits_can_live_in_one_installation() -> None:
    for kit in kits():
        loaded(kit)
    modes = set(PhoneNumber.objects.values_list("mode", flat=True))
    assert (Business.objects.count(), modes) == (5, {"hosted", "forwarded"})
    zones = [{place.zone for place in business.locations.all()} for business in Business.objects.all()]
    assert {ZoneInfo("America/Phoenix"), ZoneInfo("America/Denver")} in zones
    assert {row.next_day for row in OpeningHours.objects.all()} == {False}
    assert {business.voice for business in Business.objects.all()} == {"friendly", "professional", "brief"}
    assert Rule.objects.filter(delay_seconds__gt=0).count() == 1


def test_given_numbers_take_the_place_of_the_kits_own_wherever_they_stand() -> None:
    kit = next(kit for kit in kits() if kit.slug == "auto_repair")
    business = load(kit.text(numbers=("+13125550101", "+13125550102"))).business
    assert business.phone == "+13125550101"
    assert sorted(business.numbers.values_list("number", flat=True)) == ["+13125550101", "+13125550102"]
    assert Rule.objects.exclude(number=None).get().number == business.numbers.get(number="+13125550102")
    # Even when they trade places.
    own = ("+16125550160", "+16125550163")
    assert kit.text(numbers=own[::-1]) != kit.text() == kit.text(numbers=own)


@ALL
@pytest.mark.parametrize("given", [(), ("+13125550101",)])
def test_a_number_that_is_left_out_stands_nowhere_and_every_other_line_stays(kit: Kit, given: tuple[str, ...]) -> None:
    left_out = kit.numbers[len(given) :]
    text, whole = kit.text(numbers=given, only_these=True), kit.text(numbers=given)
    assert [number for number in left_out if number in text] == []
    before, after = whole.splitlines(), text.splitlines()
    assert len(before) == len(after)
    assert {new for old, new in zip(before, after, strict=True) if old != new} <= {""}
    business = load(text).business
    assert list(business.numbers.values_list("number", flat=True)) == list(given)


def test_a_rule_for_a_number_that_is_left_out_goes_with_it() -> None:
    kit = next(kit for kit in kits() if kit.slug == "auto_repair")
    whole = [rule.name for rule in loaded(kit).rules.order_by("position")]
    business = load(kit.text(numbers=("+13125550101",), only_these=True), slug="other").business
    left = [rule.name for rule in business.rules.order_by("position")]
    assert [name for name in whole if name not in left] == ["Called the number in our ads"]


def test_more_numbers_than_a_kit_has_are_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("This kit has 1 number. Add further ones to the file.")):
        kits()[1].text(numbers=("+13125550101", "+13125550102"))


@ALL
def test_a_first_text_leads_to_the_booking_page(kit: Kit) -> None:
    texts = loaded(kit).scripts.filter(kind__in=FIRST_TEXT_KINDS, body__contains="{booking_link}")
    assert {script.language for script in texts} == {"en", "es"}
