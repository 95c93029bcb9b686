"""What the phrase lists of messaging.agent.words.intents are made of; words are plain, as sentences_of gives them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from messaging.enums import Intent

YOU = r"(?:you|u|ya|yall|you guys|u guys|your (?:company|team|guys|techs?)|anyone|they)"
DO = r"(?:do|does|did|will|would|can|could|is|are|dont|doesnt|cant|wont)"
DAY = (
    r"(?:today|tonight|tomorrow|tmrw|tmw|mon|tues?|wed|thurs?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|"
    r"weekends?|weekdays?|holidays?|hoy|manana|lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|fin de semana|"
    r"fines de semana|feriados?|festivos?)"
)
VISIT = r"(?:appointments?|appts?|apts?|appmts?|booking|visit|service call|slots?|citas?|visita|turno|reserva)"
WORKER = (
    r"(?:tech|techs|technician|technicians|guy|(?<!you )(?<!u )guys|plumber|electrician|roofer|installer|crew|"
    r"worker|workers|driver|"
    r"inspector|team|man|dude|tecnico|tecnicos|plomero|electricista|muchacho|muchachos|trabajador|trabajadores|senor)"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """How an intent is said; `instead` is what the same words say besides ("how much longer", "24 hours ago")."""

    intent: Intent
    says: re.Pattern[str]
    instead: re.Pattern[str] | None

    def is_in(self, sentence: str) -> bool:
        if self.instead is not None:
            sentence = self.instead.sub(" , ", sentence)
        return self.says.search(sentence) is not None


def phrases(says: Mapping[Intent, str], instead: Mapping[Intent, str]) -> tuple[Phrase, ...]:
    return tuple(
        Phrase(intent, re.compile(said), re.compile(instead[intent]) if intent in instead else None)
        for intent, said in says.items()
    )
