"""What is found, by whom, and in what order; the same on either database but for words inside of words."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from messaging import access
from messaging.enums import ConversationStatus
from messaging.inbox import search
from messaging.inbox.queues import Listing, Queue
from messaging.models import Conversation
from messaging.templatetags.inbox_list import marked
from tests import factories
from tests.base import Cast, make_cast
from tests.factories import NOON
from tests.messaging.desk import as_user, converse, listed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def says(cast: Cast, name: str, *bodies: str, minutes: int = 0, **values: Any) -> Conversation:
    row = converse(
        cast, lead={"name": name, **values.pop("lead", {})}, last_at=NOON + timedelta(minutes=minutes), **values
    )
    for body in bodies:
        factories.make_message(row, body)
    return row


def found(user: User, typed: str, queue: Queue | None = None, **values: Any) -> list[str]:
    listing = Listing(user.pk, access.locations_for(user), queue)
    return [row.lead.name for row in search.page_of(listing, search.clean(typed), **values).rows]


@pytest.mark.parametrize(
    "typed",
    ["(602) 555-0131", "602.555.0131", "+1 602 555 0131", "6025550131", "5550131", "555-0131", "0131", "602555",
     "1 602"],
)  # fmt: skip
def test_a_number_is_found_in_any_spelling(cast: Cast, typed: str) -> None:
    says(cast, "Dana", lead={"phone": "+16025550131"})
    says(cast, "other", lead={"phone": "+12125550144"})
    assert found(cast.ben, typed) == ["Dana"]


def test_names_and_texts_are_found_newest_first_in_every_state(cast: Cast) -> None:
    says(cast, "Walter Gas", minutes=1, status=ConversationStatus.DONE)
    says(cast, "Dana", "Is that a GAS leak?", "Never mind", minutes=3, status=ConversationStatus.SNOOZED)
    says(cast, "Gaston", minutes=2)
    says(cast, "Nina", "The gas", "and a leak", minutes=4)
    assert {typed: found(cast.ben, typed) for typed in ("gas", "gas leak", "leak gas", "dana", "walter g", "oil")} == {
        "gas": ["Nina", "Dana", "Gaston", "Walter Gas"],
        "gas leak": ["Dana"],  # both in one and the same text
        "leak gas": ["Dana"],
        "dana": ["Dana"],
        "walter g": ["Walter Gas"],
        "oil": [],
    }
    assert found(cast.ben, "gas", Queue.DONE) == ["Walter Gas"]


def test_a_search_stays_at_home(cast: Cast) -> None:
    says(cast, "Dana", "zeppelin")
    factories.make_message(
        factories.make_conversation(factories.make_lead(cast.b, name="Zoe"), cast.b_number), "zeppelin"
    )
    assert [found(user, "zeppelin") for user in (cast.ben, cast.cleo, cast.root)] == [
        ["Dana"],
        ["Zoe"],
        ["Zoe", "Dana"],
    ]
    assert found(cast.ben, "zoe") == []


def test_results_go_on_over_pages(cast: Cast) -> None:
    for index in range(5):
        says(cast, str(index), "boiler", minutes=index)
    listing, before, pages = Listing(cast.ben.pk, access.locations_for(cast.ben), None), "", []
    for _ in range(3):
        page = search.page_of(listing, "boiler", before, size=2)
        pages.append([row.lead.name for row in page.rows])
        before = page.before
    assert (pages, before) == ([["4", "3"], ["2", "1"], ["0"]], "")


@pytest.mark.postgres
@pytest.mark.parametrize(("first", "rare", "asked"), [(200, 0, 4_000), (1, 0, 2), (3, 2, 4_000), (4, 5_000, 2)])
def test_a_common_word_is_found_like_a_rare_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, first: int, rare: int, asked: int
) -> None:
    """Asked one by one, also when only few of the newest are asked at a time: pages may be short, and lose nothing."""
    monkeypatch.setattr(search, "ASKED_AT_FIRST", first)
    monkeypatch.setattr(search, "RARE_AT_MOST", rare)
    monkeypatch.setattr(search, "ASKED_AT_MOST", asked)
    for index in range(7):
        says(cast, f"Dana {index}", "boiler" if index % 2 else "oven", minutes=index)
    says(cast, "Boiler Bob", minutes=-1)
    listing, before, rows = Listing(cast.ben.pk, access.locations_for(cast.ben), None), "", []
    while True:
        page = search.page_of(listing, "boil", before, size=2)
        rows += [row.lead.name for row in page.rows]
        before = page.before
        if not before:
            break
    assert rows == ["Dana 5", "Dana 3", "Dana 1", "Boiler Bob"]


@pytest.mark.postgres
def test_the_indexes_are_those_of_the_search(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    texts = search.Message.objects.order_by().filter(
        search._matches(search._of_business(search._text()), "'x'", [1, 2])
    )
    people = search.Lead.objects.order_by().filter(search._matches(search._of_business(search._person("")), "'x'", [1]))
    assert "message_search" in texts.explain()
    assert "lead_search" in people.explain()


@pytest.mark.parametrize(
    "typed",
    ["%", "_", "'", '"', "\\", "'; drop", "a" * 1000, "x " * 500, "😀", "d", "&|!()", ":*", "\x00", "‮", " ", "--"],
)
def test_odd_searches_are_harmless(cast: Cast, typed: str) -> None:
    says(cast, "Dana", "Come by")
    answer = as_user(cast.ben).get("/inbox/", {"q": typed})
    assert answer.status_code == 200
    assert listed(answer) == (["Dana"] if typed == "d" else [])


def test_the_page_shows_where_it_was_found(cast: Cast) -> None:
    says(cast, "Dana", "<b>Long</b> story " * 5 + "then the <i>boiler</i> burst", "newer", last_preview="newer")
    says(cast, "", lead={"phone": "+16025550131"}, minutes=-1)
    page = as_user(cast.ben).get("/inbox/?q=boiler").content.decode()
    assert "then the &lt;i&gt;<mark>boiler</mark>&lt;/i&gt; burst" in page
    assert listed(as_user(cast.ben).get("/inbox/?q=0131&queue=done")) == []
    assert "Search in all conversations" in as_user(cast.ben).get("/inbox/?q=0131&queue=done").content.decode()


def test_marks_escape_everything_else() -> None:
    assert marked("<script>Gas</script> & gas", ["gas", "<"]) == (
        "<mark>&lt;</mark>script&gt;<mark>Gas</mark><mark>&lt;</mark>/script&gt; &amp; <mark>gas</mark>"
    )
    assert marked("no match", []) == "no match"
