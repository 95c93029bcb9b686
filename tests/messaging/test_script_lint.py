import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.enums import ScriptKind
from messaging.script_lint import MAY_BE_FIRST, PLACEHOLDERS, SPOKEN_KINDS, Finding, lint
from messaging.scripts import render_script

NAME = "Joe's Plumbing"
OPT_OUT = "Reply STOP to opt out."
SAMPLE = {
    "business": NAME,
    "location": "Tempe",
    "city": "Tempe",
    "caller_name": "Ana",
    "phone": "(602) 555-0100",
    "email": "joe@joes.example",
    "website": "https://joes.example",
    "booking_link": "https://joes.example/book",
    "hours": "Mon-Fri 8 AM-5 PM",
    "opens_at": "tomorrow at 8 AM",
    "closure": "",
    "team": "The team at Joe's Plumbing",
    "opt_out": OPT_OUT,
}
GOOD = "{business}: sorry we missed your call. How can we help? {opt_out}"
ONE_SEGMENT = Finding("note", "segments", "The text is billed as 1 segment, GSM-7.")
# A kind that must neither name the business nor offer an opt-out.
FREE = ScriptKind.HAND_OFF


def findings(
    body: str,
    kind: str = ScriptKind.MISSED_CALL,
    *,
    name: str = NAME,
    opt_out: str = OPT_OUT,
    sample: dict[str, str] | None = None,
) -> list[Finding]:
    return lint(body, kind=kind, business_name=name, opt_out_line=opt_out, sample=SAMPLE if sample is None else sample)


def codes(body: str, kind: str = FREE, *, name: str = NAME, opt_out: str = OPT_OUT) -> list[tuple[str, str]]:
    found = findings(body, kind, name=name, opt_out=opt_out)
    return [(finding.level, finding.code) for finding in found if finding.code != "segments"]


def test_a_good_first_text_gets_only_its_bill() -> None:
    assert findings(GOOD) == [ONE_SEGMENT]


@pytest.mark.parametrize("body", ["", "  \n "])
def test_an_empty_script(body: str) -> None:
    assert findings(body) == [Finding("error", "empty", "The script is empty: write what it should say.")]


def test_a_script_of_empty_placeholders_leaves_nothing() -> None:
    assert findings("{closure}", FREE) == [
        Finding("error", "empty", "Nothing would be left of this text: write words besides the placeholders.")
    ]


def test_an_unknown_placeholder_is_named_with_those_that_exist() -> None:
    assert findings("{busines}: " + GOOD) == [
        Finding(
            "error",
            "unknown_placeholder",
            "There is no {busines}. Use one of {business}, {location}, {city}, {caller_name}, {phone}, {email}, "
            "{website}, {booking_link}, {appointment}, {when}, {change_link}, {confirm}, {slots}, {service}, "
            "{services}, {price}, {area}, {back}, {person}, {hours}, {opens_at}, {closure}, {team}, {opt_out}.",
        ),
        ONE_SEGMENT,
    ]


def test_a_malformed_placeholder_is_quoted() -> None:
    assert findings(GOOD + " {Name}", ScriptKind.MISSED_CALL) == [
        Finding(
            "error",
            "malformed_placeholder",
            "Remove or correct “{Name}”: a placeholder is one name in braces, such as {business}.",
        ),
        ONE_SEGMENT,
    ]


def test_one_mistake_does_not_hide_the_others() -> None:
    assert codes("{x} {0} reply YES http://bit.ly/a", ScriptKind.MISSED_CALL) == [
        ("error", "unknown_placeholder"),
        ("error", "malformed_placeholder"),
        ("error", "business_not_named"),
        ("error", "no_opt_out"),
        ("error", "reserved_word"),
        ("error", "link_shortener"),
        ("warning", "insecure_link"),
    ]


def test_a_fact_that_the_business_has_not_filled_in() -> None:
    assert findings("Book: {booking_link} {caller_name} {closure}", FREE, sample={**SAMPLE, "booking_link": ""}) == [
        Finding(
            "warning",
            "empty_placeholder",
            "{booking_link} is empty here: fill it in for the business or take it out of the text.",
        ),
        ONE_SEGMENT,
    ]


@pytest.mark.parametrize("named", ["{{business}}", "Joe's Plumbing here", "joe’s  plumbing here", "{team}"])
def test_the_business_is_named_by_placeholder_or_by_name(named: str) -> None:
    assert codes(named + ". {opt_out}", ScriptKind.MISSED_CALL) == []


@pytest.mark.parametrize("kind", [
    *sorted(MAY_BE_FIRST), "help", "opt_out_confirmation", "opt_in_confirmation",
    "booking_moved", "booking_canceled", "booking_reminder",
])  # fmt: skip
def test_who_writes_must_be_said(kind: str) -> None:
    missing = Finding("error", "business_not_named", "The text does not say who writes: add {business}.")
    assert findings("Call (602) 555-0100. {opt_out}", kind) == [missing, ONE_SEGMENT]
    # Part of another word is no name.
    assert findings("We call (602) 555-0100. {opt_out}", kind, name="Cal") == [missing, ONE_SEGMENT]
    assert findings("Call (602) 555-0100. {opt_out}", kind, name="") == [missing, ONE_SEGMENT]


@pytest.mark.parametrize("kind", ["urgent_reply", "hand_off", "booking_kept", "booking_change"])
def test_later_texts_need_not_name_the_business_or_the_opt_out(kind: str) -> None:
    assert findings("On our way.", kind) == [ONE_SEGMENT]


@pytest.mark.parametrize("kind", sorted(MAY_BE_FIRST))
def test_a_first_text_says_how_to_opt_out(kind: str) -> None:
    assert findings("{business}: how can we help?", kind) == [
        Finding("error", "no_opt_out", "The text does not say how to opt out: end it with {opt_out}."),
        ONE_SEGMENT,
    ]
    assert findings(GOOD, kind, opt_out="Reply if you want no texts.") == [
        Finding(
            "error",
            "no_opt_out",
            "The opt-out line of the business, “Reply if you want no texts.”, does not ask for STOP: change it there.",
        ),
        ONE_SEGMENT,
    ]


@pytest.mark.parametrize(
    ("body", "is_offered"),
    [
        ("{business}. Reply STOP to opt out.", True),
        ("{business}. STOP = no more texts.", True),
        ("{business}. reply stop to opt out", True),
        ("{business}. We never stop working.", False),
        ("{business}. Non-stop service, text us.", False),
        ("{business}. STOPPING by is fine.", False),
        ("{business}. Do not reply STOP please.", False),
        ("{business}. We never STOP helping: reply and see.", False),
        ("{business}. We never STOP helping: reply STOP to opt out.", True),
    ],
)
def test_only_the_word_itself_offers_the_opt_out(body: str, is_offered: bool) -> None:
    assert codes(body, ScriptKind.QUOTE) == ([] if is_offered else [("error", "no_opt_out")])


def test_the_name_of_a_business_is_not_its_opt_out() -> None:
    assert codes("{business}: reply or call.", ScriptKind.BUSY, name="STOP Leaks") == [("error", "no_opt_out")]
    assert codes("Reply to STOP Leaks. {opt_out}", ScriptKind.BUSY, name="STOP Leaks") == []
    assert codes("Reply to YES Dental. {opt_out}", ScriptKind.BUSY, name="YES Dental") == []


def test_the_answer_to_help_says_where_to_reach_a_person() -> None:
    assert findings("{business}: just ask.", ScriptKind.HELP) == [
        Finding("warning", "no_opt_out", "The answer to HELP should also say how to opt out: add {opt_out}."),
        Finding("warning", "no_contact", "The answer to HELP should say where to reach you: add {phone} or {email}."),
        ONE_SEGMENT,
    ]
    assert findings("{business}: {phone}. {opt_out}", ScriptKind.HELP) == [ONE_SEGMENT]
    assert findings("{business}: {email}. {opt_out}", ScriptKind.HELP) == [ONE_SEGMENT]


@pytest.mark.parametrize(
    "body",
    [
        *("reply YES", "Reply YES to confirm", "reply yes to book", "Reply Yes.", 'Just say "yes" and we book'),
        *("reply 'YES'", "Text us back YES", "TEXT YES", "Text the word YES", "reply: YES", "Reply *YES*"),
        *("Reply “YES” please", "Reply Y or YES", "Reply YES/NO", "To confirm reply YES", "YES=confirm"),
        *("YES to confirm, 2 to move", "Reply with YES if you want a visit", "Reply 1 or CANCEL", "text CANCEL"),
        *("Text CANCEL to cancel your appointment", "Reply C to confirm or CANCEL to cancel", "Reply CANCEL to cancel"),
        *("Reply CANCEL to move your visit or STOP to opt out", "reply STOP to confirm", "Reply STOP to reschedule"),
        *("Reply STOP to cancel your appointment", "Reply STOP to book", "Reply STOP if you want to confirm"),
        *("Reply STOP to confirm, or 1 to opt out", "STOP=confirm", "reply END if done", "Reply START to book"),
        *("Reply INFO to get a quote", "responde SI", "Responda SÍ para confirmar", "Contesta SI para confirmar"),
        *("responda si, o 2 para otro dia", "Responde SI/NO", "Mande SI", "Text BAJA para rebajas"),
        "Responda CANCELAR para cancelar",
    ],
)
def test_reserved_words_are_no_answers(body: str) -> None:
    assert codes(body) == [("error", "reserved_word")]


@pytest.mark.parametrize(
    "body",
    [
        *(
            OPT_OUT,
            "Reply STOP",
            "Reply STOP at any time.",
            "STOP to stop",
            "Txt STOP 2 stop",
            "Text STOP to end texts",
        ),
        *("Reply STOP to cancel", "Reply STOP to unsubscribe, HELP for help", "Text STOP, END or QUIT to opt out"),
        *("Reply STOP/END to opt out", "Reply 'STOP' to opt-out", 'Reply "STOP" to opt out', "To opt out reply STOP"),
        *("To opt out of texts, text END", "Reply STOP if you do not want texts", "If you want no texts, reply STOP."),
        *("Reply STOP to opt out or 1 to confirm", "Reply 1 to confirm, STOP to opt out", "Text STOP=end"),
        *("Reply STOP to end texts, 2 to book", "Reply C to confirm or STOP to end", "Reply STOP to be removed"),
        *("Responda STOP para darse de baja", "Responda STOP para no recibir mensajes", "Envíe STOP para cancelar"),
        *("Para no recibir mensajes responda STOP", "Reply HELP for help", "Reply INFO for help"),
        *("Reply START to get our texts again", "we never stop working", "We never stop. Text us!"),
        *("Text us to cancel or reschedule.", "Cancel any time: text us", "text us at the end of the day"),
        *("Our sale will end soon, text us", "We can start today, just reply", "Send a photo, start to finish"),
        *("Text us and say when to start.", "REPLY NOW AND WE WILL START AT ONCE", "Stop by or text us"),
        *("Yes, we are open! Text us.", "Need info? Text us.", "call or text info@joes.example"),
        *("Visit https://joes.example/cancel/start or text us", "Text us at joes.example/yes to book"),
        *("Escriba si necesita ayuda", "Responda 1 si quiere cita", "Sí, estamos abiertos. Escriba por favor."),
    ],
)
def test_ordinary_words_and_the_opt_out_itself_are_fine(body: str) -> None:
    assert codes(body) == []


@pytest.mark.parametrize(
    "body",
    [
        *("Reply 1 to keep the visit or cancel to drop it.", "Reply cancel anytime to drop your visit."),
        *('Tap C to confirm / X or "quit" to drop it.', "Text 'cancel' to drop the visit", 'Reply 1 or "yes"'),
        *("Reply 1 or cancel.", "Reply Y/cancel", "Reply 1/end/2", "Press 1 or end.", "Conteste 1 o cancelar."),
        *("Reply 1 to keep, cancel to drop", "Reply 1 to keep / cancel to drop", "Reply 1 = keep, cancel = drop"),
        *("Reply 1 to keep it, or Cancel to drop it.", "Reply with a photo or cancel to drop it"),
        *("Reply C to confirm or cancel if you can't come", "Reply cancel if you can't come"),
        *("Reply cancel at any time to drop your visit", "Reply stop anytime to cancel your visit"),
        *("Reply 1 to keep or stop to end your visit", "Reply 1 to book or yes to call"),
        "Responda 1 para confirmar o cancelar para anular la cita",
    ],
)
def test_reserved_words_in_small_letters_are_no_choices_either(body: str) -> None:
    assert codes(body) == [("error", "reserved_word")]


@pytest.mark.parametrize(
    "body",
    [
        *("Call us to cancel.", "We never stop.", "Need to cancel? Call us.", "Call or text us to cancel."),
        *("Reply with the day you want to end the service", "Text us to book, move or cancel."),
        *("Text us to reschedule or cancel if something comes up.", "Reply 2 to reschedule or cancel your visit."),
        *("Reply to confirm or cancel.", "Reply 1 to book, or stop by the shop.", "Reply 1, yes we are open all day"),
        *("Text us for photos, info for your visit", "Reply here or call us to cancel.", "Text us info anytime"),
        *("Text us, cancel online any time.", "Reply here, or cancel for free up to a day before."),
        *("Reply 1 to book. You may cancel anytime.", "Reply C to confirm, call us to cancel or reschedule."),
        *("Reply STOP anytime to opt out", "Reply HELP for help or stop to opt out"),
        *("Escriba su nombre, si quiere cita", "Responda 1, si quiere cita", "Escriba para mover o cancelar su cita."),
        "Responda 1 para confirmar; para cancelar llame al {phone}.",
    ],
)
def test_what_staff_say_about_cancelling_is_no_choice(body: str) -> None:
    assert codes(body) == []


def test_a_reserved_word_is_reported_once_with_what_to_ask_for_instead() -> None:
    assert findings("Reply YES or yes. Text CANCEL. Reply YES!", FREE) == [
        Finding(
            "error",
            "reserved_word",
            "Carriers act on YES as a command and its sender may never get an answer from you. "
            "Ask for a number or a letter, such as 1 or C.",
        ),
        Finding(
            "error",
            "reserved_word",
            "CANCEL ends all texts to the customer, so offer it for nothing else. "
            "For other answers ask for a number or a letter, such as 1 or C.",
        ),
        ONE_SEGMENT,
    ]


def test_the_confirmation_of_an_opt_out_may_ask_for_start() -> None:
    body = "{business}: you are opted out. Reply START for anything."
    assert codes(body, ScriptKind.OPT_OUT_CONFIRMATION) == []
    assert codes(body, ScriptKind.HAND_OFF) == [("error", "reserved_word")]


def test_a_bad_opt_out_line_is_found_in_the_script_that_uses_it() -> None:
    assert codes(GOOD, ScriptKind.QUOTE, opt_out="Reply STOP to confirm.") == [
        ("error", "no_opt_out"),
        ("error", "reserved_word"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        *(
            "bit.ly/x",
            "https://bit.ly",
            "HTTPS://BIT.LY/x.",
            "go.bit.ly/x",
            "see (t.co/abc)",
            "is.gd/1",
            "tinyurl.com/x",
        ),
        *(
            "https://goo.gl/x",
            "maps.app.goo.gl/x",
            "ow.ly/x",
            "buff.ly/x",
            "rebrand.ly/x",
            "cutt.ly/x",
            "shorturl.at/x",
        ),
    ],
)
def test_link_shorteners(body: str) -> None:
    assert codes(body) == [("error", "link_shortener")]


@pytest.mark.parametrize(
    "body",
    [
        *(
            "at.com",
            "t.com",
            "best.company",
            "best.co",
            "a@bit.ly",
            "bit.lyx",
            "bit.ly.example.com",
            "sit.ly",
            "a-t.co",
        ),
        "https://joes.example/bit",
    ],
)
def test_what_only_looks_like_a_shortener(body: str) -> None:
    assert codes(body) == []


def test_a_link_that_a_placeholder_brings_in() -> None:
    shortened = "Carriers block texts with bit.ly links: use the full link on your own domain."
    insecure = "Write https:// instead of http://, so that phones do not warn about the link."
    assert findings("Book: {booking_link}", FREE, sample={**SAMPLE, "booking_link": "http://bit.ly/joe"}) == [
        Finding("error", "link_shortener", shortened),
        Finding("warning", "insecure_link", insecure),
        ONE_SEGMENT,
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a" * 160, [ONE_SEGMENT]),
        ("a" * 306, [Finding("note", "segments", "The text is billed as 2 segments, GSM-7.")]),
        (
            "a" * 307,
            [
                Finding("warning", "many_segments", "The text costs 3 segments: shorten it to 2 or fewer."),
                Finding("note", "segments", "The text is billed as 3 segments, GSM-7."),
            ],
        ),
        (
            "á" + "a" * 98 + "😀",
            [
                Finding(
                    "note",
                    "segments",
                    "The text is billed as 2 segments, UCS-2 because of á 😀. With plain letters it would be 1.",
                )
            ],
        ),
        # Typographic characters are sent, and billed, as plain ones.
        ("“a” – b…", [ONE_SEGMENT]),
    ],
)
def test_the_bill(body: str, expected: list[Finding]) -> None:
    assert findings(body, FREE) == expected


def test_the_longest_text_that_carriers_take() -> None:
    costs = [
        Finding("warning", "many_segments", "The text costs 11 segments: shorten it to 2 or fewer."),
        Finding("note", "segments", "The text is billed as 11 segments, GSM-7."),
    ]
    too_long = "The text has 1601 characters and carriers take at most 1600: shorten it."
    assert findings("a" * 1600, FREE) == costs
    assert findings("a" * 1601, FREE) == [Finding("error", "too_long", too_long), *costs]


def test_the_bill_is_that_of_the_rendered_text() -> None:
    assert findings("{caller_name}" + "a" * 157, FREE) == [ONE_SEGMENT]
    assert findings("{caller_name}" + "a" * 158, FREE) == [
        Finding("note", "segments", "The text is billed as 2 segments, GSM-7.")
    ]


@pytest.mark.parametrize("kind", sorted(SPOKEN_KINDS))
def test_what_is_spoken_is_not_judged_as_a_text(kind: str) -> None:
    assert findings("Say YES, see http://bit.ly/x. Después. " + "a" * 2000, kind) == []
    assert codes("{x} {0}", kind) == [("error", "unknown_placeholder"), ("error", "malformed_placeholder")]
    assert codes(" ", kind) == [("error", "empty")]


@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "to ",
        "reply ",
        "STOP ",
        "x@",
        "-a",
        "{a}",
        "{",
        "a b ",
        "//",
        "cancel the ",
        "not reply ",
        "reply 1 or cancel ",
        "STOP, ",
        "or stop to ",
        "reply us with a ",
    ],
)
def test_a_hostile_script_is_judged_quickly(unit: str) -> None:
    body = unit * (4 * 1600 // len(unit))
    started = time.process_time()
    assert findings(body, FREE) != []
    assert time.process_time() - started < 2


BODY = st.lists(
    st.sampled_from(
        [*(f"{{{name}}}" for name in PLACEHOLDERS), "{{ business }}", "{x}", "{", "}", "{0}", "%s", "$", " ", "STOP"]
    )
    | st.text(max_size=8)
).map("".join)
VALUE = st.text(max_size=20).map(lambda text: text.replace("{", "").replace("}", ""))


@given(BODY, st.sampled_from(ScriptKind.values), st.fixed_dictionaries(dict.fromkeys(PLACEHOLDERS, VALUE)))
def test_a_script_without_errors_can_always_be_rendered(body: str, kind: str, values: dict[str, str]) -> None:
    found = lint(body, kind=kind, business_name=NAME, opt_out_line=OPT_OUT, sample=SAMPLE)
    if not any(finding.level == "error" for finding in found):
        # Nothing in braces is left, so every placeholder was understood.
        assert set(render_script(body, values)) & set("{}") == set()


@given(BODY, st.sampled_from(ScriptKind.values), VALUE, VALUE)
def test_any_text_can_be_judged_and_errors_come_first(body: str, kind: str, name: str, opt_out: str) -> None:
    levels = [
        finding.level
        for finding in lint(body, kind=kind, business_name=name, opt_out_line=opt_out, sample={"city": name})
    ]
    assert levels == sorted(levels, key=("error", "warning", "note").index)


# ---------------------------------------------------------------- texts about appointments
def test_what_an_appointment_says_is_counted_as_it_would_be() -> None:
    body = "{business}: {appointment}, {when}. {confirm} {change_link}"
    assert findings(body, ScriptKind.BOOKING_REMINDER) == [
        Finding("note", "segments", "The text is billed as 1 segment, GSM-7."),
    ]
    assert [finding.code for finding in findings("Bye from {business}. " + body, ScriptKind.BOOKING_REMINDER)] == [
        "segments"
    ]


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        ("Reply YES to confirm.", "YES"),
        ("Reply C to confirm or CANCEL to cancel.", "CANCEL"),
        ("Reply C to confirm or cancel to cancel it.", "CANCEL"),
        ("Text STOP to drop your visit.", "STOP"),
        ("Responda SI para confirmar.", "SI"),
        ("Responda C para confirmar o CANCELAR para anular.", "CANCELAR"),
    ],
)
def test_a_reminder_never_asks_for_a_reserved_word(ask: str, word: str) -> None:
    found = findings(f"{{business}}: {{appointment}}, {{when}}. {ask}", ScriptKind.BOOKING_REMINDER)
    assert [(finding.level, finding.code) for finding in found if finding.level == "error"] == [
        ("error", "reserved_word")
    ]
    assert found[0].message.split()[0] == word or f" {word} " in found[0].message


@pytest.mark.parametrize(
    "ask", ["Reply C to confirm.", "{confirm}", "Responda C para confirmar.", "To cancel, call us."]
)
def test_a_letter_is_a_good_answer(ask: str) -> None:
    found = findings(f"{{business}}: {{appointment}}, {{when}}. {ask}", ScriptKind.BOOKING_REMINDER)
    assert [finding.code for finding in found] == ["segments"]


# ---------------------------------------------------------------- texts of the robot
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("times_offered", "slots"), ("time_gone", "slots"), ("windows_offered", "slots"), ("price_told", "price")),
        *(("hours_told", "hours"), ("services_told", "services")),
    ],
)
def test_a_text_of_the_robot_says_what_it_is_for(kind: str, name: str) -> None:
    assert codes("Which one suits you?", kind) == [("error", "missing_placeholder")]
    assert codes(f"Here: {{{name}}}. Which one suits you?", kind) == []


@pytest.mark.parametrize("name", ["slots", "service", "services", "price", "area", "back"])
def test_what_only_the_robot_says_is_empty_elsewhere(name: str) -> None:
    assert findings(f"Thank you {{{name}}}. See you.", ScriptKind.BOOKING_KEPT)[0] == Finding(
        "warning", "empty_placeholder", f"{{{name}}} is always empty in a text of this kind."
    )
