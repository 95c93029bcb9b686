import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoverline.lib.render import (
    UnknownPlaceholder,
    malformed_placeholders,
    placeholders_in,
    render,
    unknown_placeholders,
)

VALUES = {"first_name": "Ana", "business": "Joe's Plumbing"}


def test_both_spellings_are_replaced() -> None:
    text = "Hi {first_name}, this is {{business}} ({{ first_name }})."
    assert render(text, VALUES) == "Hi Ana, this is Joe's Plumbing (Ana)."


def test_an_unknown_name_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownPlaceholder) as caught:
        render("Hi {frist_name}", VALUES)
    assert caught.value.name == "frist_name"
    assert str(caught.value) == "There is no placeholder {frist_name}."


def test_names_in_a_text() -> None:
    assert placeholders_in("{b} {a} {{b}} {0} {A} { c }") == ["b", "a", "c"]
    assert placeholders_in("none") == []
    assert unknown_placeholders("{first_name} {x} {business} {y} {x}", VALUES) == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hi {n}, thanks", "Hi, thanks"),
        ("Hi {n}!", "Hi!"),
        ("Hi, {n}, thanks", "Hi, thanks"),
        ("Thanks, {n}.", "Thanks."),
        ("Thanks, {n}", "Thanks"),
        ("Thanks, {n}\nJoe", "Thanks\nJoe"),
        ("{n}, thanks", "thanks"),
        ("Hi\n{n} bye", "Hi\nbye"),
        ("a {n} b", "a b"),
        ("a{n}b", "ab"),
        ("Hi {n}{n} {n}, we", "Hi, we"),
        ("Hi {n}{full}.", "Hi Ana."),
        ("{n}", ""),
        # Spaces that no empty value left behind are the writer's own.
        ("{full}  is  here ,ok", "Ana  is  here ,ok"),
    ],
)
def test_an_empty_value_leaves_no_hole(text: str, shown: str) -> None:
    assert render(text, {"n": "", "full": "Ana"}) == shown
    assert render(text, {"n": "  ", "full": "Ana"}) == shown


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{0}", ["{0}"]),
        ("{}", ["{}"]),
        ("{a.b}", ["{a.b}"]),
        ("{a[b]}", ["{a[b]}"]),
        ("{a!r}", ["{a!r}"]),
        ("{a:>9}", ["{a:>9}"]),
        ("{Name}", ["{Name}"]),
        ("{first name}", ["{first name}"]),
        ("{" + "a" * 31 + "}", ["{" + "a" * 31 + "}"]),
        ("{{ x|y }}", ["{{ x|y }}"]),
        ("{{ lead.business.delete }}", ["{{ lead.business.delete }}"]),
        ("{% if a %}x{% endif %}", ["{% if a %}", "{% endif %}"]),
        ("{# note #}", ["{# note #}"]),
        ("open { brace", ["{"]),
        ("closed } brace", ["}"]),
        ("{first_name", ["{"]),
        ("first_name}", ["}"]),
        ("{{half} and {half}}", ["{{half}", "{half}}"]),
        ("{{{three}}}", ["{", "}"]),
        ("{{a {first_name} b}}", ["{{", "}}"]),
        ("<% code %>", ["<% code %>"]),
        ("<<First Name>>", ["<<First Name>>"]),
        ("[[name]]", ["[[name]]"]),
        ("%(name)s", ["%(name)s"]),
        ("{0} {0}", ["{0}"]),
    ],
)
def test_foreign_and_broken_placeholders_are_reported(text: str, found: list[str]) -> None:
    assert malformed_placeholders(text) == found


@pytest.mark.parametrize("text", ["Hi {first_name}", "{{ first_name }}: ${price}", "50% off (today) [9-5] a<b", ""])
def test_a_good_text_has_nothing_to_report(text: str) -> None:
    assert malformed_placeholders(text) == []


@pytest.mark.parametrize(
    "attack",
    [
        "{0.__class__}",
        "{first_name.__class__.__mro__}",
        "{settings.SECRET_KEY}",
        "{first_name!r:>1000000}",
        "{{ settings.SECRET_KEY }}",
        "{{ first_name|safe }}",
        "{% debug %}",
        "{% include 'x' %}",
        "%(first_name)s",
        "<%= 7*7 %>",
    ],
)
def test_injections_stay_letters(attack: str) -> None:
    assert render(attack, VALUES) == attack
    assert malformed_placeholders(attack) != []


@given(st.text().filter(str.strip), st.text().filter(str.strip))
def test_a_value_is_never_looked_at_again(one: str, two: str) -> None:
    assert render("{a}{b}", {"a": one, "b": two}) == one + two


def test_a_value_that_spells_a_placeholder_is_shown_as_it_is() -> None:
    assert render("{a} {b}", {"a": "{b}", "b": "{{a}} {nobody}"}) == "{b} {{a}} {nobody}"


@given(st.text(st.sampled_from("{}%#<>[]()| ab_.s\n0"), max_size=60))
def test_a_text_without_complaints_renders_without_braces(text: str) -> None:
    values = dict.fromkeys(placeholders_in(text), "x")
    shown = render(text, values)
    if not malformed_placeholders(text):
        assert "{" not in shown
        assert "}" not in shown
