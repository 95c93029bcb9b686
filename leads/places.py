"""Where a customer is, from their own words: a served area, or a place that nobody serves. Pure; no model.

A served name counts wherever it stands, unless a street, a person or a firm bears it. Any other city of the country
counts only where somebody speaks of a place (“in Mesa”, “Mesa AZ”, a ZIP code), or where we asked for it: turning a
customer away for a wrong guess costs a job, asking again costs a text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leads.gazetteer import STATE_CODES, STATES, spot_of, state_code
from leads.place_text import PlaceText, is_code, is_state
from leads.place_words import (
    ANSWERS,
    CODE_WORDS,
    CORRECTED,
    DENIED,
    DIRECTIONS,
    EVERYDAY,
    EVERYDAY_PAIRS,
    FILLERS,
    FIRM_WORDS,
    LITTLE_WORDS,
    NEVER,
    NUMBERED,
    ROADS,
    SAID_OF_PEOPLE,
    SIGNING,
    SPANISH_IN,
    SPANISH_NOUNS,
    SPANISH_STREET,
    STREET_ENDS,
    UNITS,
)
from leads.served import Found, Served, served_by

if TYPE_CHECKING:  # a value of the rows' side; whoever reads places needs no rows
    from leads.knowledge import AreaFact

_LONGEST_NAME = 5  # words


@dataclass(frozen=True, slots=True)
class Place:
    """`said`: the place the customer named, spelled properly, "" if none.

    `is_elsewhere`: it is known, and in no area. Without an area and not elsewhere, ask for the ZIP code.
    """

    area: "AreaFact | None" = None
    said: str = ""
    is_elsewhere: bool = False


def find_in(areas: "Sequence[AreaFact]", text: str, *, location_id: int | None = None) -> "AreaFact | None":
    """The area that an address, or the answer to “where?”, lies in. A postal code decides over a city."""
    return read_place(areas, text, asked=True, location_id=location_id).area


def read_place(areas: "Sequence[AreaFact]", text: str, *, asked: bool, location_id: int | None = None) -> Place:
    """Where `text` says the customer is; what was named last counts, and what was denied does not.

    `asked`: our last text asked for the place, so that a bare name is one. `location_id`: whose area is meant when
    several bear the name. Nothing is elsewhere for a business without areas: it goes wherever it is asked to.
    """
    reading = _Reading(served_by(tuple(areas)), PlaceText(text), asked, location_id)
    mentions = reading.mentions()
    firm = [mention for mention in mentions if not mention.is_near] or mentions
    if not firm:
        return Place()
    last = firm[-1].found
    return Place(last.area, last.said, last.is_elsewhere and bool(areas))


@dataclass(frozen=True, slots=True)
class _Mention:
    """`is_near`: only said to be close to where they are."""

    start: int
    end: int
    found: Found
    is_near: bool


@dataclass(frozen=True, slots=True)
class _Region:
    """A state, or a region of an area, behind a city; `end`: the token after it."""

    name: str
    end: int


class _Reading:
    """One text before one list of areas."""

    def __init__(self, served: Served, text: PlaceText, asked: bool, location_id: int | None) -> None:
        self.served = served
        self.text = text
        self.tokens = text.tokens
        self.asked = asked
        self.location_id = location_id
        self.seen = 0  # places so far, the denied ones too

    def mentions(self) -> list[_Mention]:
        found: list[_Mention] = []
        at = 0
        while at < len(self.tokens):
            mention = self._code_at(at, found) or self._name_at(at)
            if mention is None:
                at += 1
                continue
            at = mention.end
            self.seen += 1
            if not DENIED.search(self.text.before(mention.start)):
                found.append(mention)
        return found

    # ------------------------------------------------------------ postal codes
    def _code_at(self, at: int, found: list[_Mention]) -> _Mention | None:
        code = self.tokens[at].word
        if not is_code(code):
            return None
        end = at + 1
        if end < len(self.tokens) and self.tokens[end].gap == "-" and re.fullmatch(r"\d{4}", self.tokens[end].raw):
            end += 1
        city = found[-1] if found else None
        beside = city is not None and at - city.end <= 3 and city.found.code == ""
        if not self._is_postal(code, at, end, beside):
            return None
        place = self.served.by_code(code, self.location_id)
        if beside and city is not None and city.found.area is not None and place.area is None:
            # An area without codes is the whole city, also where its codes are newer than our list.
            spot = spot_of(code)
            if not city.found.area.postal_codes and (
                spot is None or self.served.may_lie_in(city.found.area, spot.state)
            ):
                return None
        return _Mention(at, end, place, is_near=False)

    def _is_postal(self, code: str, at: int, end: int, beside_city: bool) -> bool:
        if self.served.lists(code):
            return True
        before = self.tokens[at - 1] if at else None
        if before is not None and re.search(r"[#$€£]\s*$", self.tokens[at].gap):
            return False
        word = before.word if before is not None else ""
        if word in CODE_WORDS or (
            word in ("code", "is", "codigo", "its") and CODE_WORDS & self.text.words_before(at, 4)
        ):
            return True
        if word in NUMBERED or word in UNITS or word in ROADS:
            return False
        if beside_city or self.text.is_whole_clause(at, end):
            return True
        if self._leads_to_a_street(end):
            return False
        is_last = end == len(self.tokens) or {token.word for token in self.tokens[end:]} <= _COUNTRY
        if spot_of(code) is None:
            return is_last and self.asked
        return is_last or self.asked or self.text.is_spoken_of(at) or is_state(word)

    def _leads_to_a_street(self, end: int) -> bool:
        """Whether a number is that of a house: “85281 Main St”, “15023 N Mill”."""
        ahead = self.tokens[end : end + 4]
        if not ahead or ahead[0].starts_clause:
            return False
        return ahead[0].word in DIRECTIONS or any(token.word in STREET_ENDS for token in ahead)

    # ------------------------------------------------------------ cities
    def _name_at(self, at: int) -> _Mention | None:
        is_known = False
        for end in range(self._longest_from(at), at, -1):
            name = " ".join([token.word for token in self.tokens[at:end]])
            if not self.served.knows(name):
                if not is_known and (slip := self._slip(at, end, name)) is not None:
                    return slip
                continue
            region = self._region_at(end)
            place = self._named(name, region)
            if place is None:
                continue
            is_known = True
            mention = self._judged(at, end, name, place, region)
            if mention is not None or place.is_area:
                return mention
        return None

    def _longest_from(self, at: int) -> int:
        end = at + 1
        while end < min(len(self.tokens), at + _LONGEST_NAME) and self.tokens[end].goes_on:
            end += 1
        return end

    def _named(self, name: str, region: _Region | None) -> Found | None:
        if region is None and name in STATES and not self.served.names(name):
            return None if name != "new york" else self.served.by_name(name, "", self.location_id)
        return self.served.by_name(name, region.name if region else "", self.location_id)

    def _judged(self, at: int, end: int, name: str, place: Found, region: _Region | None) -> _Mention | None:
        """The name as a mention of a place; None where it is none."""
        before = self.text.before(at)
        is_introduced = self._is_introduced(at, end)
        is_near = not is_introduced and self.text.is_near(at)
        after = region.end if region else end
        is_whole = self.text.is_whole_clause(at, after)
        has_proof = region is not None or self._has_code_of(name, after)
        if self._is_street(at, end) or (not is_introduced and self._is_somebody(at, after, before, is_whole)):
            return None
        mention = _Mention(at, after, place, is_near)
        if has_proof or (is_whole and self.text.is_end_of_address(at)):
            return mention
        if self._is_little(at, end, name) and not (is_whole and self.asked):
            return None
        # Beside another place, denied or not, a bare name is one too: “not Tempe, Mesa”.
        is_answer = is_whole and (self.asked or self.seen > 0)
        if name in NEVER and not place.is_area:
            return None
        if name in EVERYDAY or (name in EVERYDAY_PAIRS and not place.is_area):
            counts = (is_whole and self.asked and not self.seen) or ((self.asked or place.is_area) and is_introduced)
        elif place.is_area:
            counts = True
        else:
            counts = (is_introduced and not self._is_spanish_noun(at, before)) or is_near or is_answer
            counts = counts or self.text.follows_a_street(at) or place.holds_area_name
            counts = counts or (is_whole and place.area is not None)
        return mention if counts else None

    def _slip(self, at: int, end: int, name: str) -> _Mention | None:
        """A served name with one slip of the finger, where a place is spoken of."""
        if end - at > 3 or name in EVERYDAY or name in NEVER or name in FILLERS or not self.served.is_slip(name):
            return None
        region = self._region_at(end)
        is_introduced = self._is_introduced(at, end)
        is_near = not is_introduced and self.text.is_near(at)
        after = region.end if region else end
        if not (is_introduced or is_near or region or (self.asked and self.text.is_whole_clause(at, after))):
            return None
        place = self.served.by_slip(name, region.name if region else "", self.location_id)
        if place is None or self._is_street(at, end):
            return None
        return _Mention(at, after, place, is_near)

    # ------------------------------------------------------------ what stands around
    def _is_introduced(self, at: int, end: int) -> bool:
        if self.text.is_spoken_of(at):
            return True
        before = self.text.before(at)
        if self.text.ends_clause(end):
            return CORRECTED.search(before) is not None
        return self.tokens[end].word == "area" and " the " in f" {before}"

    def _region_at(self, at: int) -> _Region | None:
        """The state, or the region of an area, that starts at `at`: “AZ”, “, Arizona”, not the “in” of “in the”."""
        for end in (at + 2, at + 1):
            words = [token.word for token in self.tokens[at:end]]
            if len(words) < end - at or (end - at == 2 and self.tokens[at + 1].starts_clause):
                continue
            name = " ".join(words)
            if not re.fullmatch(r"[\s,.]*", self.tokens[at].gap):
                return None
            if name in STATES or self.served.has_region(name):
                return _Region(state_code(name) or name, end)
            if end - at == 1 and name.upper() in STATE_CODES and self._is_abbreviation(at):
                return _Region(name.upper(), end)
        return None

    def _is_abbreviation(self, at: int) -> bool:
        token = self.tokens[at]
        if token.word not in LITTLE_WORDS or (token.raw.isupper() and not self.text.is_shouted):
            return True
        ends = at + 1 == len(self.tokens) or is_code(self.tokens[at + 1].word)
        return ends and ("," in token.gap or token.raw.isupper())

    def _has_code_of(self, name: str, after: int) -> bool:
        """Whether a ZIP code of the named city follows."""
        if after >= len(self.tokens) or not is_code(self.tokens[after].word):
            return False
        spot = spot_of(self.tokens[after].word)
        return spot is not None and name in spot.names

    def _is_street(self, at: int, end: int) -> bool:
        # A county is more than the city of its name.
        if not self.text.ends_clause(end) and self.tokens[end].word in STREET_ENDS | {"county", "condado"}:
            return True
        before = self.text.before(at)
        if SPANISH_STREET.search(before):
            return True
        house = at - 1
        if house > 0 and self.tokens[house].word in DIRECTIONS and not self.tokens[at].starts_clause:
            house -= 1
        if house < 0 or any(self.tokens[index].starts_clause for index in range(house + 1, at + 1)):
            return False
        number = self.tokens[house].word
        if not re.fullmatch(r"\d{1,6}[a-z]?", number) or self.served.lists(number):
            return False
        spot = spot_of(number) if is_code(number) else None
        if spot is not None and " ".join(token.word for token in self.tokens[at:end]) in spot.names:
            return False
        return not (house and self.tokens[house - 1].word in UNITS | ROADS | STREET_ENDS)

    def _is_somebody(self, at: int, end: int, before: str, is_whole: bool) -> bool:
        """Whether a person or a firm bears the name."""
        if SAID_OF_PEOPLE.search(before) and not (is_whole and (self.asked or self.seen) and ANSWERS.search(before)):
            return True
        follows = self.tokens[end] if end < len(self.tokens) and not self.tokens[end].starts_clause else None
        if follows is not None and follows.gap.isspace():
            if follows.word in FIRM_WORDS or (
                follows.word == "here" and not self.asked and self.tokens[at].starts_clause
            ):
                return True
            is_title = follows.raw[0].isupper() and self.tokens[end - 1].raw[0].isupper() and not self.text.is_titled
            if is_title and not is_state(follows.word) and follows.word not in FILLERS and len(follows.raw) > 1:
                return True
        start = self.text.clause_of(at)[0]
        if self.asked or start == 0 or end < len(self.tokens):
            return False
        return SIGNING.search(f"{self.text.before(start - 1)}{self.tokens[start - 1].word}") is not None

    def _is_little(self, at: int, end: int, name: str) -> bool:
        """Whether a short name is rather an ordinary word: “LA” is a city, “la” is not."""
        return name in LITTLE_WORDS and not (self.tokens[at].raw.isupper() and not self.text.is_shouted)

    def _is_spanish_noun(self, at: int, before: str) -> bool:
        """“En la mesa” is on the table."""
        first = self.tokens[at]
        return first.word in SPANISH_NOUNS and first.raw.islower() and SPANISH_IN.search(before) is not None


_COUNTRY = frozenset(("us", "usa", "u", "s", "a", "united", "states", "america", "estados", "unidos"))
