"""What tells a danger from talk about it: denial, shopping, supposition, the past."""

import re
from dataclasses import dataclass

from messaging.optout_phrases import any_of

DENIED_BEFORE = re.compile(
    r"\b(?:no|not|dont|do not|doesnt|isnt|arent|wasnt|werent|didnt|never|nothing|nobody|without|cannot|cant|havent|"
    r"hasnt|sin|"
    r"nunca|nao|pas)(?: (?!stop|(?:i|we|my|its|there|the)\b)\w+)? $"
)
SHOPPING = any_of(
    r"pric\w+\b|costs?\b|quotes?\b|estimates?\b|how much\b|rates?\b|fees?\b|instal\w*|preci\w+\b|cuanto\b|cotiz\w+|"
    r"looking (?:for|to|at|"
    r"into)\b",
    r"(?:do|can|would) (?:you|u|yall) (?:guys )?(?:do|install|offer|service|sell|have|clean|repair|handle|treat|"
    r"provide|deal|work|specialize|carry|check|also)\b",
    r"interested in\b|remodel\w*|annual\b|tune up\b|maintenance\b|upgrade\b|warranty\b|for sale\b|hiring\b|"
    r"advice\b|(?:info|questions?) (?:on|about)\b|wondering\b|specialist\w*|services?\b",
)
SUPPOSED = any_of(
    r"if\b|in case\b|prevent\w*|avoid\w*|protect\w*|worried about\b|afraid of\b|risk\b|chance\b|insurance\b|"
    r"damage\b|restor\w+|remediation\b|proof\w*|resistant\b|polic\w+|plans?\b|process\b|detect\w+|tests?\b|"
    r"testing\b|inspect\w*"
)
NOT_NOW = any_of(
    r"last (?:week|month|year|summer|winter|spring|fall|season)\b|(?:years?|months?|weeks?) (?:ago|back)\b|"
    r"in (?:19|20)\d\d\b|used to\b|previous\w*|in the past\b|a while (?:ago|back)\b|history of\b|"
    r"already (?:fixed|repaired|stopped|handled)\b|(?:was|were|got|is|been) (?:fixed|repaired|resolved|"
    r"taken care of)\b|expung\w*|prevent\w*|avoid(?:ing)?\b|covered (?:by|under)\b|on my record\b|(?:la semana|"
    r"el mes|el ano) pasad[oa]\b"
)


@dataclass(frozen=True, slots=True)
class Danger:
    """One reason. stated is a plain statement, named only its name; unless_near is the harmless look-alike."""

    code: str
    stated: re.Pattern[str]
    named: re.Pattern[str] | None = None
    unless_near: re.Pattern[str] | None = None

    def is_in(self, clause: str) -> bool:
        if NOT_NOW.search(clause) or (self.unless_near is not None and self.unless_near.search(clause)):
            return False
        if _is_affirmed(self.stated, clause):
            return True
        if self.named is None or SHOPPING.search(clause) or SUPPOSED.search(clause):
            return False
        return _is_affirmed(self.named, clause)


def _is_affirmed(pattern: re.Pattern[str], clause: str) -> bool:
    return any(not DENIED_BEFORE.search(clause[: match.start()]) for match in pattern.finditer(clause))
