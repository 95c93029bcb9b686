"""Importing people in a real browser: the chosen file is sent for each step, and chosen once."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from leads.models import Lead
from tests.base import Cast, make_cast
from tests.browser.axe import violations
from tests.browser.conftest import OpenPage, arrived, beyond_the_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_file_is_chosen_once_for_all_steps(cast: Cast, open_form: OpenPage) -> None:
    page = open_form(cast.ana, reverse("contacts:import"), viewport={"width": 390, "height": 844})
    arrived(page.get_by_role("heading", name="Import people"))
    content = b"Wer,Phone\nAna,602 555 0147\nBob,12\n"
    page.set_input_files("input[type=file]", {"name": "people.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_label("Wer", exact=True).select_option("name")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("“12” is not a phone number that can exist.")).to_be_visible()
    assert beyond_the_window(page) == 0
    assert violations(page) == []
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("1 new, 0 completed")).to_be_visible()
    assert list(Lead.objects.values_list("name", "phone")) == [("Ana", "+16025550147")]
