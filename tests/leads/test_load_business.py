import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from leads.config import dump
from leads.models import Business, Location
from messaging.models import CarrierAccount, PhoneNumber

pytestmark = pytest.mark.django_db

SMALL = "business:\n  name: Alder Plumbing\nlocations:\n  - name: Main shop\n"


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command(*arguments, stdout=StringIO())
    return str(caught.value)


def written(folder: Path, text: str) -> str:
    path = folder / "alder.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_is_loaded_and_what_it_did_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL)
    assert run("load_business", path) == [
        "business: 1 created",
        "locations: 1 created",
        "Alder Plumbing (alder-plumbing). Loaded.",
    ]
    assert run("load_business", path) == [
        "business: 1 unchanged",
        "locations: 1 unchanged",
        "Alder Plumbing (alder-plumbing). No changes.",
    ]


def test_every_error_is_listed_with_its_line_and_path(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL + "    time_zone: Mars\nfaq: []\n")
    assert refusal("load_business", path) == (
        "Nothing was loaded: 2 errors.\n"
        "  line 5, locations[0].time_zone: “Mars” is not a time zone. Use a name such as America/New_York.\n"
        "  line 6, faq: There is no “faq” here. Did you mean “faqs”?"
    )
    assert not Business.objects.exists()


def test_a_dry_run_saves_nothing(tmp_path: Path) -> None:
    assert run("load_business", written(tmp_path, SMALL), "--dry-run")[-1] == (
        "Alder Plumbing (alder-plumbing). Nothing was saved, this was a dry run."
    )
    assert not Business.objects.exists()


def test_prune_and_slug_reach_the_loader(tmp_path: Path) -> None:
    run("load_business", written(tmp_path, SMALL + "  - name: Annex\n"), "--slug", "other")
    assert run("load_business", written(tmp_path, SMALL), "--slug", "other", "--prune")[1] == (
        "locations: 1 removed, 1 unchanged"
    )
    assert Business.objects.get().slug == "other"


def test_warnings_are_printed(tmp_path: Path) -> None:
    script = 'scripts:\n  - kind: missed_call\n    text: "{business}: see {booking_link} {opt_out}"\n'
    assert run("load_business", written(tmp_path, SMALL + script))[0] == (
        "Warning: line 7, scripts[0].text: {booking_link} is empty here: "
        "fill it in for the business or take it out of the text."
    )


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert run("load_business", written(tmp_path, "\ufeff" + SMALL))[-1].endswith("Loaded.")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "bytes.yaml"
    path.write_bytes(b"business:\n  name: \xff\n")
    assert refusal("load_business", str(path)) == f"{path} is not UTF-8 text."
    missing = str(tmp_path / "none.yaml")
    assert refusal("load_business", missing) == f"{missing} cannot be read: No such file or directory."


def test_a_kit_becomes_a_business_of_ones_own() -> None:
    lines = run(
        "load_business", "--kit", "home_services", "--name", "Cactus Cooling", "--time-zone", "America/Denver",
        "--number", "(312) 555-0101",
    )  # fmt: skip
    assert lines[-3:] == [
        "Cactus Cooling (cactus-cooling). Loaded.",
        "The kit's other numbers were left out: give --number again or add them in the admin.",
        "A kit is a starting point: check its addresses, prices, phones and never-text list.",
    ]
    business = Business.objects.get()
    assert (business.time_zone, business.phone, business.is_simulated) == ("America/Denver", "+13125550101", False)
    assert list(PhoneNumber.objects.values_list("number", flat=True)) == ["+13125550101"]
    # Nor is it named to customers as the shop's phone.
    assert list(Location.objects.order_by("pk").values_list("name", "phone")) == [
        ("Tucson", ""), ("Albuquerque", ""), ("Phoenix", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "numbers", "said"),
    [
        (("dental",), [], ["The kit's number was left out: give --number or add it in the admin."]),
        (("med_spa",), [], ["The kit's numbers were left out: give --number or add them in the admin."]),
        (("dental", "--number", "3125550101"), ["+13125550101"], []),
        (("med_spa", "--number", "3125550101", "--number", "3125550102"), ["+13125550101", "+13125550102"], []),
        (("home_services", "--simulated"), ["+15205550100", "+15055550100", "+16025550100"], []),
        (
            ("home_services", "--simulated", "--number", "3125550101"),
            ["+13125550101", "+15055550100", "+16025550100"],
            [],
        ),
    ],
)
def test_only_the_simulator_gets_numbers_that_nobody_gave(
    arguments: tuple[str, ...], numbers: list[str], said: list[str]
) -> None:
    lines = run("load_business", "--kit", *arguments)
    assert list(PhoneNumber.objects.order_by("pk").values_list("number", flat=True)) == numbers
    assert [line for line in lines if "left out" in line] == said


def test_a_simulated_kit_is_marked_and_has_a_secret_of_its_own() -> None:
    run("load_business", "--kit", "dental", "--simulated")
    assert Business.objects.get().is_simulated
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{32}", CarrierAccount.objects.get().auth_token)


def test_a_kits_number_that_another_business_has_is_an_error_with_its_line() -> None:
    run("load_business", "--kit", "dental", "--name", "First", "--simulated")
    answer = refusal("load_business", "--kit", "dental", "--name", "Second", "--simulated")
    pattern = r"Nothing was loaded: 1 error\.\n  line \d+, numbers\[0\]\.number: \+16145550120 already belongs to .*"
    assert re.fullmatch(pattern, answer)
    assert Business.objects.get().name == "First"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name one: a file, or a starter kit with --kit."),
        (("x.yaml", "--kit", "dental"), "Name one: a file, or a starter kit with --kit."),
        (("x.yaml", "--name", "x"), "--name, --time-zone and --number go with --kit. Change the file instead."),
        (
            ("--kit", "dental", "--number", "12"),
            "“12” is not a phone number. Write it with the country code, as +15555550100.",
        ),
        (
            ("--kit", "dental", "--number", "3125550101", "--number", "3125550102"),
            "This kit has 1 number. Add further ones to the file.",
        ),
    ],
)
def test_a_wrong_call_is_explained(arguments: tuple[str, ...], message: str) -> None:
    assert refusal("load_business", *arguments) == message
    assert not Business.objects.exists()


def test_a_dump_is_the_file_and_nothing_else(tmp_path: Path) -> None:
    run("load_business", "--kit", "law_office")
    out = StringIO()
    call_command("dump_business", "hartwell-reyes-law", stdout=out)
    assert out.getvalue() == dump(Business.objects.get())
    assert run("load_business", written(tmp_path, out.getvalue()))[-1].endswith("No changes.")


def test_a_dump_of_nobody_names_those_there_are() -> None:
    assert refusal("dump_business", "x") == "There is no business “x”. There are: none yet."
    Business.objects.create(name="B", slug="b")
    Business.objects.create(name="A", slug="a")
    assert refusal("dump_business", "x") == "There is no business “x”. There are: a, b."
    assert not Location.objects.exists()
