"""Finding conversations by the name, the number or the words of a text. Newest first.

Each word must begin a word of the name or number, or all of them words of one and the same text; a number may be typed
in any spelling: whole, its beginning or its end. SQLite finds words inside of words as well.

On PostgreSQL the newest conversations are asked one by one: a common word fills its page with them, however much there
is. Only what they do not say is looked up in two full text indexes (migration 0006), in which each word stands under
its business: what others wrote costs nobody time. Rare finds are sorted; common ones are not even read, but more of the
newest conversations asked.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, OuterRef, Q, Subquery, TextField, Value

from leads.models import Business, Lead
from messaging.inbox import queues
from messaging.inbox.queues import Listing, Page
from messaging.models import Conversation, Message
from recoverline.lib.text import clean_inbound

LONGEST = 100
WORDS_AT_MOST = 8
# What is found more often is common.
RARE_AT_MOST = 5_000
# So many of the newest conversations are asked at first, and so many for a common word; a page that is not full then
# says "go on from there".
ASKED_AT_FIRST = 200
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
        told = Message.objects.filter(_contains("body", words)).values("conversation")
        return queues.page_of(replace(listing, among=_named(words) | Q(pk__in=told)), before, size=size)
    words = [word for word in words if any(letter.isalnum() for letter in word)]
    if not words:
        return Page((), "")  # no index knows signs
    position, said = queues.read_position(before), _said(words)
    if listing.queue is None and len(listing.businesses) == 1:
        recent = queues.nth_time(listing, position, ASKED_AT_FIRST)
        page = queues.page_of(replace(listing, among=said & Q(last_at__gte=recent), is_narrow=True), before, size=size)
        if page.before:
            return page
    found = _look_up(words, listing)
    if found is not None:
        few = replace(listing, among=found, is_narrow=True)
        return queues.page_of(few, before, size=size)
    edge = queues.nth_after(replace(listing, among=Q(last_at__isnull=False)), position, ASKED_AT_MOST)
    since = Q(last_at__gte=edge.at) if edge else Q()
    page = queues.page_of(replace(listing, among=said & since), before, size=size)
    return Page(page.rows, page.before or str(edge or ""))


def _look_up(words: Sequence[str], listing: Listing) -> Q | None:
    """Conversations in which the indexes know all of `words`; None if these are more than RARE_AT_MOST."""
    businesses: Collection[int] | None = listing.locations.businesses
    if businesses is None:
        businesses = list(Business.objects.values_list("pk", flat=True))
    people = Lead.objects.order_by().filter(_matches(_of_business(_person("")), _people_query(words), businesses))
    texts = Message.objects.order_by().filter(_matches(_of_business(_text()), _text_query(words), businesses))
    named = people.annotate(is_lead=Value(True)).values_list("is_lead", "pk")[: RARE_AT_MOST + 1]
    told = texts.annotate(is_lead=Value(False)).values_list("is_lead", "conversation")[: RARE_AT_MOST + 1]
    # How many finds there are counts, not in how many conversations: to read them is what takes long.
    found = list(named.union(told, all=True))
    if len(found) > RARE_AT_MOST:
        return None
    leads, said = ({pk for is_lead, pk in found if is_lead == kind} for kind in (True, False))
    return Q(pk__in=said) | Q(lead__in=leads)


def _said(words: Sequence[str]) -> Q:
    """Of a conversation that is looked at by itself: no index knows it, and none is asked."""
    hit = Message.objects.order_by().filter(_matches(_vector(_text()), _text_query(words)), conversation=OuterRef("pk"))
    # A value and not EXISTS, which the planner might answer by reading all texts first.
    by_text = Subquery(hit.annotate(hit=Value(True)).values("hit")[:1], output_field=BooleanField())
    return Q(_matches(_vector(_person("lead__")), _people_query(words))) | Q(by_text)


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
    template = r"regexp_replace(%(expressions)s, '(\S{200})', '\1 ', 'g')"
    return Func(F("body"), template=template, output_field=TextField())


def _person(path: str) -> Func:
    phone = F(f"{path}phone")
    backwards = Func(Func(phone, template="substr(%(expressions)s, 2)"), function="reverse")
    national = Func(phone, template="right(%(expressions)s, 10)")
    parts = (F(f"{path}name"), Value(" qr"), backwards, Value(" qn"), national)
    return Func(*parts, template="%(expressions)s", arg_joiner=" || ", output_field=TextField())


def _vector(said: Func) -> Func:
    return Func(said, template="to_tsvector('simple'::regconfig, %(expressions)s)", output_field=TextField())


def _of_business(said: Func) -> Func:
    """Its words under the number of its business, as they stand in the index."""
    words = r"regexp_replace(%(expressions)s::text, '(^| )''', '\1''' || business_id::text || '.', 'g')"
    return Func(_vector(said), template=f"({words}::tsvector)", output_field=TextField())


def _matches(vector: Any, query: str, businesses: Collection[int] | None = None) -> Func:
    """Whether `vector` has what `query` asks for; with `businesses`, the words under theirs."""
    ask = "to_tsquery('simple'::regconfig, %(expressions)s)"
    asked: Any = Func(Value(query), template=ask, output_field=TextField())
    if businesses is not None:
        # None of them: a word that is nowhere.
        places = [_under(asked, business) for business in sorted(businesses) or [0]]
        asked = Func(*places, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())
    return Func(vector, asked, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField())


def _under(asked: Any, business: int) -> Any:
    words = "regexp_replace(%(expressions)s, 'g')::tsquery"
    text = Func(asked, template="%(expressions)s::text", output_field=TextField())
    return Func(text, Value("(^| )'"), Value(rf"\1'{business}."), template=words, output_field=TextField())


def _text_query(words: Iterable[str]) -> str:
    return " & ".join(_quoted(word) + (":*" if len(word) >= SHORTEST_BEGINNING else "") for word in words)


def _people_query(words: Iterable[str]) -> str:
    def one(word: str) -> str:
        numbers = [f"qr{digits[::-1]}:* | qn{digits}:*" for digits in _spellings(word)]
        return f"({' | '.join([_quoted(word) + ':*', *numbers])})"

    return " & ".join(map(one, words))


def _quoted(word: str) -> str:
    """As one operand of a tsquery, whatever stands in it; PostgreSQL cuts it as it cuts texts."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
