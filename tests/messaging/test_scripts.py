import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.models import Business, Lead, Location
from messaging.enums import HoursState, ScriptKind
from messaging.models import PhoneNumber, Script
from messaging.script_lint import EXAMPLES, FIRST_TEXT_KINDS, SPOKEN_KINDS
from messaging.scripts import (
    PLACEHOLDERS,
    choose,
    describe_opening,
    fallback_body,
    find_script,
    lint,
    render_script,
    values_for,
)
from recoverline.lib.render import UnknownPlaceholder
from recoverline.lib.text import count_segments, normalize
from scheduling.hours import HoursRange, OpenState
from tests.factories import make_business, make_location, make_number, make_script

ABOUT_VISITS = {kind for kind in ScriptKind.values if kind.startswith("booking_")} | {"slot_offered"}
PHOENIX = ZoneInfo("America/Phoenix")
# Wednesday, 10:30 in Phoenix.
NOW = datetime(2026, 6, 17, 17, 30, tzinfo=UTC)
OFFICE = [HoursRange(day, time(8), time(17)) for day in range(5)]


def phoenix(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PHOENIX).astimezone(UTC)


def closed_until(opens_at: datetime | None, closure: str = "") -> OpenState:
    return OpenState(False, "holiday" if closure else "closed", closure, opens_at, opens_at)


JOES = Business(
    name="Joe’s Plumbing",
    time_zone="America/New_York",
    country="US",
    language="en",
    email="joe@joes.example",
    website="https://joes.example",
    booking_url="https://joes.example/book",
    opt_out_line="Reply STOP to opt out.",
)
TEMPE = Location(business=JOES, name="Tempe", city="Tempe", time_zone="America/Phoenix")
LINE = PhoneNumber(business=JOES, location=TEMPE, number="+16025550100")


def values(**known: Any) -> dict[str, str]:
    return values_for(**{"business": JOES, "location": TEMPE, "number": LINE, "now": NOW, **known})


def test_every_placeholder_has_its_value() -> None:
    filled = values(lead=Lead(name="Ana Lopez"), state=closed_until(phoenix(18, 8), "Founders’ Day"), ranges=OFFICE)
    assert filled == {
        "business": "Joe's Plumbing",
        "location": "Tempe",
        "city": "Tempe",
        "caller_name": "Ana",
        "phone": "(602) 555-0100",
        "email": "joe@joes.example",
        "website": "https://joes.example",
        "booking_link": "https://joes.example/book",
        "appointment": "",
        "when": "",
        "change_link": "",
        "confirm": "",
        "slots": "",
        "service": "",
        "services": "",
        "price": "",
        "area": "",
        "back": "",
        "person": "",
        "hours": "Mon-Fri 8 AM-5 PM",
        "opens_at": "tomorrow at 8 AM",
        "closure": "Founders' Day",
        "team": "The team at Joe's Plumbing",
        "opt_out": "Reply STOP to opt out.",
    }
    assert list(filled) == list(PLACEHOLDERS)
    assert {count_segments(value).encoding for value in filled.values()} == {"GSM-7"}


def test_what_is_not_known_is_empty() -> None:
    bare = Business(name="Joe", country="US")
    filled = values(business=bare, location=Location(business=bare, name="Main"))
    assert [name for name, value in filled.items() if not value] == [
        *("city", "caller_name", "email", "website", "booking_link"),
        *("appointment", "when", "change_link", "confirm"),
        *("slots", "service", "services", "price", "area", "back"),
        *("person", "hours", "opens_at", "closure"),
    ]


def test_the_number_to_call_is_the_locations_then_the_businesss_then_the_one_texted() -> None:
    business = Business(name="Joe", country="US", phone="+16025550111")
    own = Location(business=business, name="Main", phone="+16025550122")
    assert values(business=business, location=own)["phone"] == "(602) 555-0122"
    assert values(business=business)["phone"] == "(602) 555-0111"
    assert values()["phone"] == "(602) 555-0100"


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        *(("Ana", "Ana"), ("  ana   lopez ", "Ana"), ("José Ramírez", "José"), ("Jo-Ann O'Neil", "Jo-Ann")),
        *(("D’Angelo", "D'Angelo"), ("McKenna", "McKenna"), ("Theo Carson", "Theo"), ("Al", "Al")),
    ],
)
def test_the_first_name_greets(name: str, greeting: str) -> None:
    assert values(lead=Lead(name=name))["caller_name"] == greeting


@pytest.mark.parametrize(
    "name",
    [
        *("", "SMITH JOHN", "TEMPE        AZ", "WIRELESS CALLER", "Wireless Caller", "Unknown", "Name Unavailable"),
        *("Dr. Smith", "Mr Smith", "J. Smith", "J", "+16025550123", "http://evil.example", "Ana\u202egpj.exe"),
    ],
)
def test_what_may_be_no_name_greets_nobody(name: str) -> None:
    assert values(lead=Lead(name=name))["caller_name"] == ""


def test_the_language_is_the_wanted_one_then_the_leads_then_the_businesss() -> None:
    spanish = values(lead=Lead(name="Ana", language="es"), state=closed_until(phoenix(22, 8)), ranges=OFFICE)
    assert {name: spanish[name] for name in ("hours", "opens_at", "team", "opt_out")} == {
        "hours": "Lun-Vie 8 AM-5 PM",
        "opens_at": "el lunes a las 8 AM",
        "team": "El equipo de Joe's Plumbing",
        "opt_out": "Responda STOP para darse de baja.",
    }
    assert values(lead=Lead(language="es"), language="en")["team"] == "The team at Joe's Plumbing"
    assert values(lead=Lead(language=""), business=Business(name="Ana", language="es"))["team"] == "El equipo de Ana"
    assert values(language="fr")["team"] == "The team at Joe's Plumbing"


def test_the_opt_out_line_of_a_business_is_never_replaced() -> None:
    business = Business(name="Joe", opt_out_line="STOP = no more texts")
    assert values(business=business, language="es")["opt_out"] == "STOP = no more texts"


def test_when_it_opens_is_said_only_while_it_is_closed() -> None:
    assert values(state=OpenState(True, "open", "", phoenix(17, 17), phoenix(18, 8)))["opens_at"] == ""
    assert values(state=closed_until(None))["opens_at"] == ""
    assert values(state=None)["opens_at"] == ""


def test_when_it_opens_is_told_in_the_time_of_the_location() -> None:
    opens = closed_until(phoenix(18, 8))
    assert values(state=opens)["opens_at"] == "tomorrow at 8 AM"
    assert values(state=opens, location=Location(business=JOES, name="Main"))["opens_at"] == "tomorrow at 11 AM"


@pytest.mark.parametrize(
    ("opens_at", "english", "spanish"),
    [
        (phoenix(17, 13), "today at 1 PM", "hoy a la 1 PM"),
        (phoenix(18, 8), "tomorrow at 8 AM", "mañana a las 8 AM"),
        (phoenix(18, 0), "tomorrow at midnight", "mañana a medianoche"),
        (phoenix(18, 0, 30), "tomorrow at 12:30 AM", "mañana a las 12:30 AM"),
        (phoenix(18, 1, 15), "tomorrow at 1:15 AM", "mañana a la 1:15 AM"),
        (phoenix(18, 12), "tomorrow at noon", "mañana a las 12 PM"),
        (phoenix(18, 12, 5), "tomorrow at 12:05 PM", "mañana a las 12:05 PM"),
        (phoenix(19, 7, 45), "Friday at 7:45 AM", "el viernes a las 7:45 AM"),
        (phoenix(20, 9), "Saturday at 9 AM", "el sabado a las 9 AM"),
        (phoenix(23, 8), "Tuesday at 8 AM", "el martes a las 8 AM"),
        (phoenix(24, 8), "Wednesday, June 24, at 8 AM", "el miércoles 24 de junio a las 8 AM"),
        (phoenix(10, 8, month=8), "Monday, August 10, at 8 AM", "el lunes 10 de agosto a las 8 AM"),
    ],
)
def test_the_next_opening_in_local_words(opens_at: datetime, english: str, spanish: str) -> None:
    assert describe_opening(opens_at, now=NOW, zone=PHOENIX, language="en") == english
    assert describe_opening(opens_at, now=NOW, zone=PHOENIX, language="es") == spanish
    assert count_segments(english + spanish).encoding == "GSM-7"


def test_after_midnight_the_morning_is_today() -> None:
    assert describe_opening(phoenix(18, 8), now=phoenix(18, 1), zone=PHOENIX, language="en") == "today at 8 AM"


def script(pk: int, **fields: Any) -> Script:
    return Script(pk=pk, **{"business": JOES, "kind": "missed_call", "language": "en", **fields})


def chosen(*scripts: Script, language: str = "en", hours: str = HoursState.OPEN) -> int | None:
    found = choose(scripts, kind=ScriptKind.MISSED_CALL, location_id=1, number_id=10, language=language, hours=hours)
    return found.pk if found else None


@pytest.mark.parametrize(
    "fields",
    [
        *({"is_active": False}, {"kind": "busy"}, {"location_id": 2}, {"number_id": 11}, {"language": "es"}),
        *({"location_id": 2, "number_id": 10}, {"hours": "closed"}, {"hours": "holiday"}),
    ],
)
def test_a_script_that_does_not_fit_is_not_chosen(fields: dict[str, Any]) -> None:
    assert chosen() is None
    assert chosen(script(1, **fields)) is None
    assert chosen(script(1, **fields), script(2)) == 2


def test_number_beats_location_beats_hours_beats_language() -> None:
    general, spanish = script(1), script(2, language="es")
    by_hours, by_location, by_number = script(3, hours="open"), script(4, location_id=1), script(5, number_id=10)
    ladder = [general, spanish, by_hours, by_location, by_number]
    for count in range(1, len(ladder) + 1):
        assert chosen(*ladder[:count], language="es") == count
        assert chosen(*reversed(ladder[:count]), language="es") == count
    # One stronger trait outweighs all weaker ones together.
    assert chosen(script(6, location_id=1, hours="open", language="es"), by_number, language="es") == 5
    assert chosen(script(6, number_id=10, hours="open"), by_number, language="es") == 6


def test_equals_are_settled_by_the_lowest_id() -> None:
    assert chosen(script(3), script(2), script(4)) == 2


def test_the_language_falls_back_to_that_of_the_business_only() -> None:
    assert chosen(script(1), script(2, language="es"), language="es") == 2
    assert chosen(script(1), language="es") == 1
    assert chosen(script(1), language="") == 1
    assert chosen(script(1, language="es"), language="en") is None


def test_a_script_for_closed_hours_serves_on_holidays_without_one_of_their_own() -> None:
    anytime, closed, holiday = script(1), script(2, hours="closed"), script(3, hours="holiday")
    assert chosen(anytime, closed, holiday, hours=HoursState.HOLIDAY) == 3
    assert chosen(anytime, closed, hours=HoursState.HOLIDAY) == 2
    assert chosen(anytime, closed, holiday, hours=HoursState.CLOSED) == 2
    assert chosen(anytime, holiday, hours=HoursState.CLOSED) == 1


A_SCRIPT = st.builds(
    script,
    st.integers(1, 99),
    kind=st.sampled_from(["missed_call", "busy"]),
    location_id=st.sampled_from([None, 1, 2]),
    number_id=st.sampled_from([None, 10, 11]),
    hours=st.sampled_from(["", *HoursState.values]),
    language=st.sampled_from(["en", "es"]),
    is_active=st.booleans(),
)


@given(st.lists(A_SCRIPT, max_size=6, unique_by=lambda row: row.pk), st.randoms(), st.sampled_from(HoursState.values))
def test_the_order_of_rows_never_matters(scripts: list[Script], random: Any, hours: str) -> None:
    shuffled = random.sample(scripts, len(scripts))
    assert chosen(*shuffled, language="es", hours=hours) == chosen(*scripts, language="es", hours=hours)


OPEN, CLOSED, HOLIDAY = HoursState.OPEN, HoursState.CLOSED, HoursState.HOLIDAY


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "own_kinds", "hours", "found"),
    [
        ("busy", ["busy", "after_hours", "missed_call"], CLOSED, "busy"),
        ("busy", ["after_hours", "missed_call"], CLOSED, "after_hours"),
        ("busy", ["after_hours", "missed_call"], HOLIDAY, "after_hours"),
        ("busy", ["after_hours", "missed_call"], OPEN, "missed_call"),
        ("busy", ["missed_call"], CLOSED, "missed_call"),
        ("busy", ["quote", "help"], OPEN, None),
        ("missed_call", ["after_hours", "missed_call"], CLOSED, "missed_call"),
        ("missed_call", ["after_hours"], CLOSED, "after_hours"),
        ("missed_call", ["after_hours"], OPEN, None),
        ("after_hours", ["missed_call"], HOLIDAY, "missed_call"),
        ("delayed", ["after_hours", "missed_call"], CLOSED, None),
        ("help", ["after_hours", "missed_call"], CLOSED, None),
        ("greeting_closed", ["greeting", "missed_call"], CLOSED, None),
    ],
)
def test_what_stands_in_for_a_missing_script(
    kind: str, own_kinds: list[str], hours: HoursState, found: str | None
) -> None:
    location = make_location(make_business())
    for own in own_kinds:
        make_script(location.business, kind=own)
    script = find_script(
        location.business, kind, location=location, number=make_number(location), language="en", hours=hours
    )
    assert (script and script.kind) == found


@pytest.mark.django_db
def test_finding_is_one_query_and_sees_only_its_own_business(
    django_assert_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    business, other = make_business(language="en"), make_business(language="en")
    location = make_location(business)
    number = make_number(location)
    make_script(other)
    make_script(business, is_active=False)
    with django_assert_num_queries(1):
        nothing = find_script(
            business, "quote", location=location, number=number, language="es", hours=HoursState.CLOSED
        )
    assert nothing is None
    ours = [make_script(business) for _ in range(30)]
    with django_assert_num_queries(1):
        found = find_script(business, "quote", location=location, number=number, language="es", hours=HoursState.CLOSED)
    assert found == ours[0]


def test_a_text_is_rendered_as_it_is_billed() -> None:
    body = "  Hi {caller_name}, “{{business}}” here…\u00a0{opt_out} \n"
    filled = {"caller_name": "", "business": "Joe’s", "opt_out": "Reply STOP."}
    assert render_script(body, filled) == 'Hi, "Joe\'s" here... Reply STOP.'


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UnknownPlaceholder):
        render_script("Hi {first_name}", values())


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", ScriptKind.values)
@pytest.mark.parametrize("caller", ["Ana", ""])
def test_the_built_in_wording_keeps_every_rule(kind: str, language: str, caller: str) -> None:
    filled = values(lead=Lead(name=caller), state=closed_until(phoenix(18, 8)), ranges=OFFICE, language=language)
    filled |= EXAMPLES
    body = fallback_body(kind, language)
    found = lint(body, kind=kind, business_name=JOES.name, opt_out_line=filled["opt_out"], sample=filled)
    assert [finding.code for finding in found] == ([] if kind in SPOKEN_KINDS else ["segments"])
    if kind not in SPOKEN_KINDS:
        segments = count_segments(render_script(body, filled))
        # A personal link and a date make a text about an appointment longer.
        assert segments.encoding == "GSM-7"
        assert segments.count <= (2 if kind in ABOUT_VISITS else 1)


def test_the_built_in_wording_as_a_caller_reads_it() -> None:
    bare = Business(name="Joe", country="US", language="es")
    unknown, known = values(), values(lead=Lead(name="Ana"))
    assert render_script(fallback_body("missed_call", "en"), unknown) == (
        "Hi, this is Joe's Plumbing. Sorry we missed your call! How can we help? Reply STOP to opt out."
    )
    assert render_script(fallback_body("after_hours", "en"), known) == (
        "Hi Ana, this is Joe's Plumbing. Sorry we missed your call: we are closed, but we can start here by text. "
        "What do you need? Reply STOP to opt out."
    )
    assert render_script(fallback_body("help", "en"), known) == (
        "Joe's Plumbing: contact us at (602) 555-0100, joe@joes.example, or ask your question right here. "
        "Reply STOP to opt out."
    )
    assert render_script(fallback_body("help", "es"), values(business=bare)) == (
        "Joe: nos encuentra en (602) 555-0100, o por este mismo chat. Responda STOP para darse de baja."
    )
    assert render_script(fallback_body("whisper", "en"), known) == "Call for Joe's Plumbing: Ana. Press 1 to take it."
    assert render_script(fallback_body("whisper", "en"), unknown) == "Call for Joe's Plumbing. Press 1 to take it."


def test_kinds_without_wording_of_their_own_borrow_that_of_a_missed_call() -> None:
    borrowed = {kind for kind in ScriptKind.values if fallback_body(kind, "en") == fallback_body("missed_call", "en")}
    assert borrowed == FIRST_TEXT_KINDS - {"after_hours", "delayed"}
    assert fallback_body("missed_call", "fr") == fallback_body("missed_call", "en")
    assert fallback_body("missed_call", "es") != fallback_body("missed_call", "en")


# SEC-05: template injection.
REJECTED = [
    *("{}", "{0}", "{0.__class__}", "{__class__}", "{business.owner.password}", "{business.__class__.__mro__[1]}"),
    *("{business!r}", "{business!r:>1000000}", "{business:>1000000}", "{business:{phone}}", "{business[0]}"),
    *("{settings.SECRET_KEY}", "{{ settings.SECRET_KEY }}", "{{ business|safe }}", "{{ lead.business.delete }}"),
    *("{{7*7}}", "${7*7}", "#{7*7}", "@{business.x}", "{{{business}}}", "{{{{business}}}}", "{ {business} }"),
    *("{% include '/etc/passwd' %}", "{% debug %}", "{% load os %}", "{# note #}", "{{ ''.__class__.__mro__ }}"),
    *("<%= 7*7 %>", "[[${7*7}]]", "%(business)s", "{{constructor.constructor('x')()}}", "${jndi:ldap://x/a}"),
    *("{php}", "{{self}}", "{{config}}", "{secret_key}"),
]
LITERAL = [
    *("%s", "%d %n", "%x%x%x", "$(id)", "$business", "$$business$$", "<script>x</script>", "=1+1", "\\x7b0\\x7d")
]


def is_rejected(body: str) -> bool:
    found = lint(body, kind="hand_off", business_name=JOES.name, opt_out_line=JOES.opt_out_line, sample=values())
    return any(finding.level == "error" and finding.code.endswith("_placeholder") for finding in found)


@pytest.mark.parametrize("attack", REJECTED)
def test_an_injection_is_refused(attack: str) -> None:
    assert is_rejected(attack)
    assert is_rejected(f"Hi {{caller_name}}, {attack}. {{opt_out}}")


@pytest.mark.parametrize("attack", LITERAL)
def test_an_injection_that_is_no_placeholder_stays_letters(attack: str) -> None:
    assert not is_rejected(attack)
    assert render_script(attack, values()) == attack


@pytest.mark.parametrize("attack", [attack for attack in REJECTED if not re.search("(business|phone)}", attack)])
def test_an_injection_that_was_stored_all_the_same_is_sent_as_letters_or_not_at_all(attack: str) -> None:
    try:
        text = render_script(attack, values())
    except UnknownPlaceholder:
        return
    assert text == attack


@pytest.mark.parametrize("attack", [*REJECTED, *LITERAL])
def test_an_injection_in_a_value_is_never_looked_at(attack: str) -> None:
    filled = values(business=Business(name=attack, country="US"), lead=Lead(name=attack))
    assert filled["caller_name"] == ""
    assert render_script("{business}!", filled) == normalize(attack).strip() + "!"
