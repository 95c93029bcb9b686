import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.agent.words.addresses import read_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1420 E Apache Blvd apt 3, Tempe 85281", "1420 E Apache Blvd apt 3, Tempe 85281"),
        ("calle 5 #123", "calle 5 #123"), ("im at 1420 e apache blvd and my ac is out", "1420 e apache blvd"),
        ("My address is 12 Main St.", "12 Main St"),
        ("123 main st tempe az 85281 thanks", "123 main st tempe az 85281"),
        ("Its 4417 N 5th Street, Phoenix, AZ", "4417 N 5th Street, Phoenix, AZ"),
        ("avenida Reforma 222", "avenida Reforma 222"), ("1010 Sunset Dr #4B", "1010 Sunset Dr #4B"),
        ("850 W Southern Ave Unit 12, Mesa, AZ 85210 gate code 1234", "850 W Southern Ave Unit 12, Mesa, AZ 85210"),
        ("742 Evergreen Terrace", "742 Evergreen Terrace"), ("9 Old Mill Rd, come at 3", "9 Old Mill Rd"),
        ("Calle Juarez 45, Mesa", "Calle Juarez 45, Mesa"),
        ("vivo en la calle Roble numero 18", "calle Roble numero 18"),
        ("1420 E Apache Blvd in Tempe", "1420 E Apache Blvd"),
        ("100 Ocean Drive, Miami Beach, FL 33139", "100 Ocean Drive, Miami Beach, FL 33139"),
        ("12-34 31st Ave, Queens", "12-34 31st Ave, Queens"),
    ],
)  # fmt: skip
def test_address_unasked(text: str, address: str) -> None:
    assert read_address(text, asked=False) == address


@pytest.mark.parametrize(
    "text",
    [
        "$200 for 3 rooms",
        "3 bedroom house on oak street",
        "5 minutes away",
        "10 am works",
        "I have 2 toilets on main street",
        "call me 480-555-1234",
        "how much for 3 drains",
        "2 cars in the drive way",
        "between 8 and 10 on the way",
        "3 ton units run",
        "24 hours a day st",
        "2 story place",
        "the 100 block",
        "PO Box 123",
        "a 2020 Ford on Main St",
        "85281",
        "it's 1420 Apache",
        "4 pm at my place",
        "3 days in a row",
        "2 way street",
        "I need 2 units on the top floor",
        "the 2nd toilet, 3rd floor",
    ],
)
def test_address_unasked_not_there(text: str) -> None:
    assert read_address(text, asked=False) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1420 Apache", "1420 Apache"), ("1420 Apache, Tempe", "1420 Apache, Tempe"),
        ("its 1420 w 5th", "1420 w 5th"), ("1420 broadway rd", "1420 broadway rd"),
        ("9876 Whispering Pines", "9876 Whispering Pines"),
    ],
)  # fmt: skip
def test_address_asked(text: str, address: str) -> None:
    assert read_address(text, asked=True) == address


@pytest.mark.parametrize(
    "text",
    [
        "2 toilets",
        "30 minutes",
        "200 dollars",
        "2 pm",
        "10 tomorrow",
        "15 windows",
        "85281",
        "do you take 2 payments?",
        "in tempe",
        "480 555 1234",
        "",
        "Tuesday at 10 please",
    ],
)
def test_address_asked_not_there(text: str) -> None:
    assert read_address(text, asked=True) == ""


@given(st.text(max_size=300), st.booleans())
def test_total_and_only_what_was_written(text: str, asked: bool) -> None:
    assert read_address(text, asked=asked) in " ".join(text.split())
