"""Finding conversations by the name, the number or the words of a text. Newest first.

Each word must begin a word of the name or number, or all of them words of one and the same text; a number may be typed
in any spelling: whole, its beginning or its end. SQLite finds words inside of words as well.

On PostgreSQL words are looked up in two full text indexes (migration 0006). Where they are rare, what they find is
sorted. Where they are common, it is not even read: the newest conversations are asked one by one until a page is full.
So neither takes long (measured with 1,000,000 texts), and a word that is nowhere takes no time at all.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, OuterRef, Q, Subquery, TextField, Value

from leads.models import Lead
from messaging.inbox import queues
from messaging.inbox.queues import Listing, Page
from messaging.models import Conversation, Message
from recoverline.lib.text import clean_inbound

LONGEST = 100
WORDS_AT_MOST = 8
# What is found more often is common.
RARE_AT_MOST = 5_000
# So many of the newest conversations are asked for a common word; a page that is not full then says "go on from there".
ASKED_AT_MOST = 4_000
# One or two letters begin too many words: in texts they are looked for as they are.
SHORTEST_BEGINNING = 3

_NUMBER = re.compile(r"[\d\s().+/-]+")


def clean(asked: str) -> str:
    """What was typed, on one line."""
    return " ".join(clean_inbound(asked, 4 * LONGEST).split())[:LONGEST].strip()


def words_of(asked: str) -> list[str]:
    """The words to look for; a number in any spelling is one word of digits."""
    digits = re.sub(r"\D", "", asked)
    if _NUMBER.fullmatch(asked) and len(digits) >= SHORTEST_BEGINNING:
        return [digits]
    return asked.split()[:WORDS_AT_MOST]


def page_of(listing: Listing, asked: str, before: str = "", *, size: int = queues.PAGE_SIZE) -> Page:
    """Conversations of `listing` in which `asked` (as `clean` leaves it) is found."""
    words = words_of(asked)
    if not words:
        return Page((), "")
    if connection.vendor != "postgresql":
        said = Message.objects.filter(_contains("body", words)).values("conversation")
        return queues.page_of(replace(listing, among=_named(words) | Q(pk__in=said)), before, size=size)
    words = [word for word in words if any(letter.isalnum() for letter in word)]
    if not words:
        return Page((), "")  # no index knows signs
    businesses = listing.locations.businesses
    people = Lead.objects.order_by().filter(_matches(_person(""), _people_query(words, businesses)))
    texts = Message.objects.order_by().filter(_matches(_text(), _text_query(words, businesses)))
    leads = list(people.values_list("pk", flat=True)[: RARE_AT_MOST + 1])
    found = list(texts.values_list("conversation", flat=True)[: RARE_AT_MOST + 1])
    if max(len(leads), len(found)) <= RARE_AT_MOST:
        few = replace(listing, among=Q(pk__in=set(found)) | Q(lead__in=leads), is_narrow=True)
        return queues.page_of(few, before, size=size)
    by_person = Q(lead__in=leads)
    if len(leads) > RARE_AT_MOST:
        by_person = Q(_matches(_person("lead__"), _people_query(words, businesses)))
    by_text = Q(pk__in=set(found))
    if len(found) > RARE_AT_MOST:
        # A value and not EXISTS, which the planner might answer by reading all texts first.
        hit = texts.filter(conversation=OuterRef("pk")).annotate(hit=Value(True)).values("hit")[:1]
        by_text = Q(Subquery(hit, output_field=BooleanField()))
    return _ask_newest(listing, by_person | by_text, before, size)


def _ask_newest(listing: Listing, found: Q, before: str, size: int) -> Page:
    every = replace(listing, among=Q(last_at__isnull=False))
    edge = queues.nth_after(every, queues.read_position(before), ASKED_AT_MOST)
    recent = Q(last_at__gte=edge.at) if edge else Q()
    page = queues.page_of(replace(listing, among=found & recent), before, size=size)
    return Page(page.rows, page.before or str(edge or ""))


# ---------------------------------------------------------------- where something was found
def texts_found(rows: Collection[Conversation], asked: str) -> dict[int, str]:
    """The newest text of each of `rows` in which all words are, by conversation; in one statement."""
    words = words_of(asked)
    if not rows or not words:
        return {}
    # Few rows, whose texts are read one by one: sooner done than asking the index for all that it knows.
    texts = Message.objects.filter(_contains("body", words), conversation=OuterRef("pk")).order_by("-created_at", "-id")
    told = Conversation.objects.filter(pk__in=[row.pk for row in rows]).annotate(told=texts.values("body")[:1])
    return {pk: body for pk, body in told.values_list("pk", "told") if body}


# ---------------------------------------------------------------- any database
def _contains(field: str, words: Iterable[str]) -> Q:
    return reduce(and_, (Q(**{f"{field}__icontains": word}) for word in words))


def _named(words: Sequence[str]) -> Q:
    def one(word: str) -> Q:
        numbers = [Q(lead__phone__contains=digits) for digits in _spellings(word)]
        return reduce(or_, numbers, Q(lead__name__icontains=word))

    return reduce(and_, map(one, words))


def _spellings(word: str) -> list[str]:
    """A part of a phone number as it may stand in E.164: without the zero or one that is dialed first."""
    digits = re.sub(r"\D", "", word) if _NUMBER.fullmatch(word) else ""
    found = dict.fromkeys((digits, digits.lstrip("0"), digits.removeprefix("1")))
    return [one for one in found if len(one) >= SHORTEST_BEGINNING]


# ---------------------------------------------------------------- PostgreSQL
def _text() -> Func:
    return _vector(F("body"), Value(" qz"), _as_text("business_id"))


def _person(path: str) -> Func:
    phone = F(f"{path}phone")
    backwards = Func(Func(phone, template="substr(%(expressions)s, 2)"), function="reverse")
    national = Func(phone, template="right(%(expressions)s, 10)")
    business = _as_text(f"{path}business_id")
    return _vector(F(f"{path}name"), Value(" qr"), backwards, Value(" qn"), national, Value(" qz"), business)


def _as_text(field: str) -> Func:
    return Func(F(field), template="%(expressions)s::text", output_field=TextField())


def _vector(*parts: Any) -> Func:
    template = "to_tsvector('simple'::regconfig, %(expressions)s)"
    return Func(*parts, template=template, arg_joiner=" || ", output_field=TextField())


def _matches(vector: Func, query: str) -> Func:
    asked = Func(Value(query), template="to_tsquery('simple'::regconfig, %(expressions)s)", output_field=TextField())
    return Func(vector, asked, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField())


def _text_query(words: Iterable[str], businesses: Collection[int] | None) -> str:
    terms = [_quoted(word) + (":*" if len(word) >= SHORTEST_BEGINNING else "") for word in words]
    return " & ".join([*terms, *_of_business(businesses)])


def _people_query(words: Iterable[str], businesses: Collection[int] | None) -> str:
    def one(word: str) -> str:
        numbers = [f"qr{digits[::-1]}:* | qn{digits}:*" for digits in _spellings(word)]
        return f"({' | '.join([_quoted(word) + ':*', *numbers])})"

    return " & ".join([*map(one, words), *_of_business(businesses)])


def _of_business(businesses: Collection[int] | None) -> list[str]:
    return [] if businesses is None else [f"({' | '.join(f'qz{pk}' for pk in sorted(businesses)) or 'qz0'})"]


def _quoted(word: str) -> str:
    """As one operand of a tsquery, whatever stands in it; PostgreSQL cuts it as it cuts texts."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
