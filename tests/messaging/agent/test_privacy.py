import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.words.privacy import mask_secrets, passes_luhn


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my card is 4111 1111 1111 1111 thanks", "my card is [card number removed] thanks"),
        ("4111-1111-1111-1111", "[card number removed]"),
        ("its 5555555555554444.", "its [card number removed]."),
        ("amex 3782 822463 10005", "amex [card number removed]"),
        ("6011 1111 1111 1117 or 4222222222222", "[card number removed] or [card number removed]"),
        (
            "4111 1111 1111 1111 exp 11/27 cvv 123",
            "[card number removed] exp [card detail removed] cvv [card detail removed]",
        ),
        ("4111111111111111 11/27 123", "[card number removed] [card detail removed]"),
        ("4111111111111111, 123", "[card number removed], [card detail removed]"),
        ("the security code is 9876", "the security code is [card detail removed]"),
        ("my visa expires 09/2028", "my visa expires [card detail removed]"),
        ("mi tarjeta vence 09/28", "mi tarjeta vence [card detail removed]"),
        ("ssn 123-45-6789", "ssn [social security number removed]"),
        ("123-45-6789", "[social security number removed]"),
        ("my social security number is 123456789", "my social security number is [social security number removed]"),
        ("123 45 6789 is my social", "[social security number removed] is my social"),
        ("last 4 of my social is 6789", "last 4 of my social is [social security number removed]"),
        ("seguro social: 123456789", "seguro social: [social security number removed]"),
        ("routing number 021000021", "routing number [account number removed]"),
        ("checking account 000123456789", "checking account [account number removed]"),
        ("bank: account no. 12345678", "bank: account no. [account number removed]"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [account number removed]"),
        ("cuenta bancaria 0123456789", "cuenta bancaria [account number removed]"),
        ("password: hunter2!", "password: [password removed]"),
        ("my pin is 4821", "my pin is [password removed]"),
        ("the gate code is #4821", "the gate code is #[password removed]"),
        ("mi contraseña es azul123", "mi contraseña es [password removed]"),
        ("alarm code 99812 when you come in", "alarm code [password removed] when you come in"),
    ],
)
def test_secrets_go(text: str, masked: str) -> None:
    assert mask_secrets(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "call me at (520) 555-0100",
        "+1 520-555-0100 or 15205550143",
        "520-555-0100 5205550143",
        "5205550100 5205550143",
        "520-555-0100 555-0143",
        "123 W 9th St, Tempe, AZ 85281-1234",
        "85281 1234",
        "order #123-45-6789",
        "order 4111111111111112",
        "my account 12345678 with you guys",
        "model 4821 serial 3002991",
        "tracking 9400111899223197428490",
        "my password is not working",
        "pin the location please",
        "no social plans",
        "card ending in 4242",
        "on 11/27 at 9:30",
        "2026-11-23 09:00:00",
        "the fee is $1,400.00",
        "unit 4 code violation 2019",
        "",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert mask_secrets(text) == text


def test_the_check_digit() -> None:
    assert [passes_luhn(digits) for digits in ("4111111111111111", "4111111111111112", "0000000000000", "")] == [
        True,
        False,
        False,
        False,
    ]


DIGITS = st.text(alphabet="0123456789 -./#", max_size=60)
WORDS = st.sampled_from(
    [
        "card",
        "ssn",
        "my",
        "is",
        "pin",
        "password",
        "cvv",
        "exp",
        "bank",
        "account",
        "routing",
        "4111111111111111",
        "123-45-6789",
        "11/27",
        "[",
        "]",
    ]
)


@given(st.one_of(st.text(max_size=300), DIGITS, st.lists(WORDS, max_size=20).map(" ".join)))
def test_it_is_total_and_twice_is_as_once(text: str) -> None:
    masked = mask_secrets(text)
    assert mask_secrets(masked) == masked


@given(st.integers(10**12, 10**15 - 1), st.sampled_from(["", " ", "-"]))
def test_every_card_number_goes(stem: int, between: str) -> None:
    digits = f"4{stem}"
    number = next(digits + check for check in "0123456789" if passes_luhn(digits + check))
    spelled = between.join(number[start : start + 4] for start in range(0, len(number), 4))
    assert mask_secrets(f"pay with {spelled} ok") == "pay with [card number removed] ok"


@pytest.mark.parametrize("piece", ["1", "1 ", "1-", "pin is ", "card ", "password ", "ssn is my "])
def test_a_long_text_does_not_take_long(piece: str) -> None:
    began = time.process_time()
    mask_secrets(piece * 2000)
    assert time.process_time() - began < 3.0
