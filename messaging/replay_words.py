"""The words that an unsaved script would have had for a call of the past. Writes nothing, not even a personal link."""

from leads.enums import Language
from messaging import configuration, scripts
from messaging.enums import HoursState, ScriptKind
from messaging.models import Call, Script
from messaging.script_lint import FIRST_TEXT_KINDS
from messaging.wording import ABOUT_HOURS, example_link
from recoverline.lib.render import placeholders_in
from scheduling import queries


def words_of(draft: Script, call: Call, kind: str, *, hours: HoursState) -> str:
    """The text to the caller of `call` (with business, location, number and lead loaded) if the draft is what fits it
    best of all scripts; "" if another script would be sent. Raises UnknownPlaceholder for a draft that names one.
    """
    lead, business = call.lead, call.business
    language = (lead.language if lead else "") or business.language or Language.ENGLISH
    among = [script for script in configuration.scripts_of(business) if script.pk != draft.pk] + [draft]
    for each in _kinds(kind, hours):
        chosen = scripts.choose(
            among, kind=each, location_id=call.location_id, number_id=call.number_id, language=language, hours=hours
        )
        if chosen is not None:
            return _filled(draft, call, language) if chosen is draft else ""
    return ""


def _kinds(kind: str, hours: HoursState) -> list[str]:
    """As scripts.find_script looks for them."""
    kinds = [kind]
    if kind in FIRST_TEXT_KINDS and kind != ScriptKind.DELAYED:
        kinds += [] if hours == HoursState.OPEN else [ScriptKind.AFTER_HOURS]
        kinds.append(ScriptKind.MISSED_CALL)
    return kinds


def _filled(draft: Script, call: Call, language: str) -> str:
    at, business, names = call.started_at, call.business, set(placeholders_in(draft.body))
    week = configuration.week_at(call.location, now=at) if ABOUT_HOURS & names else None
    values = scripts.values_for(
        business=business, location=call.location, number=call.number, lead=call.lead, now=at, language=language,
        state=queries.state_in(week, call.location, now=at) if week else None, ranges=week.ranges if week else (),
    )  # fmt: skip
    if "booking_link" in names:
        values["booking_link"] = example_link(business)
    return scripts.render_script(draft.body, values)
