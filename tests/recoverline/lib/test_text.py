import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recoverline.lib.text import Segments, clean_inbound, count_segments, normalize, one_line

FAMILY = "👨\u200d👩\u200d👧"
MIXED = st.text(st.sampled_from("aZ 9é€^~“…😀\u200d\ufe0f\u200b\u0301\r\n\t\x00"), max_size=400)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("a" * 151 + "€" + "a" * 152, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("“" + "a" * 69, 1),
        ("“" + "a" * 70, 2),
        ("“" + "a" * 133, 2),
        ("“" + "a" * 134, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_segments_as_carriers_count_them(text: str, count: int) -> None:
    assert count_segments(text).count == count


def test_the_whole_bill() -> None:
    assert count_segments("Hi ^") == Segments("GSM-7", 5, 1, 160, ())
    assert count_segments("a" * 161) == Segments("GSM-7", 161, 2, 153, ())
    assert count_segments("“Hi” – “you”") == Segments("UCS-2", 12, 1, 70, ("“", "”", "–"))
    assert count_segments("😀" * 36) == Segments("UCS-2", 72, 2, 67, ("😀",))


def test_which_characters_are_in_the_gsm_alphabet() -> None:
    assert count_segments("éñüÇàìòù @£$¥ÄÖÑÜ§¿\n\r ΔΦΓΛΩΠΨΣΘΞ").costly == ()
    assert count_segments("^{}\\[~]|€\f") == Segments("GSM-7", 20, 1, 160, ())
    foreign = "çáíóú’“”–—…•`\t\u00a0😀"
    assert count_segments(foreign).costly == tuple(foreign)


@given(MIXED, MIXED)
def test_more_text_never_costs_less(text: str, more: str) -> None:
    assert count_segments(text + more).count >= count_segments(text).count


@given(MIXED)
def test_parts_are_neither_too_few_nor_half_empty(text: str) -> None:
    bill = count_segments(text)
    assert bill.units <= bill.count * bill.per_segment
    # A part ends early by at most one unit, because no character is wider than two.
    assert bill.units >= (bill.count - 1) * (bill.per_segment - 1)


@pytest.mark.parametrize(
    ("typographic", "plain"),
    [
        ("‘it’s’ “fine”", "'it's' \"fine\""),
        ("9–5 — really…", "9-5 - really..."),
        ("a\u00a0b\u202fc\u2009d\u3000e", "a b c d e"),
        ("• one\t• two", "- one - two"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("`x´", "'x'"),
        ("soft\u00adhyphen\u200b\ufeff", "softhyphen"),
        ("cafe\u0301", "café"),
        ("Ç é ç ó 😀 " + FAMILY, "Ç é ç ó 😀 " + FAMILY),
        ("", ""),
    ],
)
def test_normalize(typographic: str, plain: str) -> None:
    assert normalize(typographic) == plain


@given(st.text())
@example("e\u200b\u0301")
@example("\u1fef\u037e")
def test_normalize_is_done_after_one_pass(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


def test_a_normalized_text_of_a_word_processor_is_one_segment() -> None:
    text = "Hi – it’s “Joe’s Plumbing”… sorry we missed you! Reply with your address\u00a0and we’ll call back.\r\n"
    plain = "Hi - it's \"Joe's Plumbing\"... sorry we missed you! Reply with your address and we'll call back.\n"
    assert count_segments(text).count == 2
    assert normalize(text) == plain
    assert count_segments(plain) == Segments("GSM-7", len(plain), 1, 160, ())


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\x00b\x07c\x7fd\x9be", "abcde"),
        ("  one\r\ntwo\rthree\tfour\n", "one\ntwo\nthree four"),
        ("ST\u200bOP", "STOP"),
        ("S\u2060T\u00adO\ufeffP\u034f", "STOP"),
        ("ST\u200d\ufe0fOP", "STOP"),
        ("S\U000e0054TOP\U000e0100", "STOP"),
        ("\u202epots\u202c \u2066x\u2069 \u200ey\u200f", "pots x y"),
        ("\ud83d lone \udc00", "lone"),
        ("\ud83d\ude00 pair", "😀 pair"),
        (FAMILY, FAMILY),
        ("❤️‍🔥 1️⃣ ™️ 👩🏽‍🚒 🙂‍↔️", "❤️‍🔥 1️⃣ ™️ 👩🏽‍🚒 🙂‍↔️"),
        ("👨\u200d", "👨"),
        ("\u200d👨", "👨"),
        ("שלום é ç 你好", "שלום é ç 你好"),
        ("", ""),
    ],
)
def test_clean_inbound(raw: str, clean: str) -> None:
    assert clean_inbound(raw) == clean


def test_clean_inbound_cuts_at_the_limit_and_leaves_no_half_emoji() -> None:
    assert clean_inbound("x" * 10_000) == "x" * 4800
    assert clean_inbound("ab" + FAMILY, limit=4) == "ab👨"


@given(st.text(st.characters(codec=None)) | MIXED, st.integers(0, 50))
def test_clean_inbound_takes_anything_and_is_done_after_one_pass(raw: str, limit: int) -> None:
    clean = clean_inbound(raw, limit)
    assert clean.encode().decode() == clean
    assert "\x00" not in clean
    assert len(clean) <= limit
    assert clean_inbound(clean, limit) == clean


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("short", 10, "short"),
        (" two\nlines \t here ", 20, "two lines here"),
        ("exactly10!", 10, "exactly10!"),
        ("eleven char", 10, "eleven ch…"),
        ("one two three", 5, "one…"),
        (FAMILY, 3, "👨…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 5, ""),
    ],
)
def test_one_line(text: str, limit: int, line: str) -> None:
    assert one_line(text, limit) == line
