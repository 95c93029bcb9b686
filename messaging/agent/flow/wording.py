"""What the rule flow says where no script fits: the same question in other words, and which of several it is.

Nothing is said twice in the same words, so every question has a second wording. True for every business, in no
particular voice: Spanish without "tú" and "usted", and without the accents that GSM-7 lacks.
"""

from collections.abc import Mapping

from leads.enums import Language

# Of questions by what State.asked calls them: how they are put the second time.
_AGAIN_ENGLISH = {
    "need": "In a few words, what is it about?",
    "place": "To look up times, all I need is the city or the ZIP code.",
    "when": "Is there a day that would be good, and rather morning or afternoon?",
    "urgency": "Is it urgent, or can it wait a few days?",
    "kind": "New customer, or have we helped you before?",
    "address": "All that is missing now is the street address.",
    "name": "Under which name may I put it down?",
    "choice": "Still open: {slots}. The number is all I need, or another day.",
    "window": "A call is possible {slots}. The number is all I need.",
}
_AGAIN_SPANISH = {
    "need": "En pocas palabras, ¿de qué se trata?",
    "place": "Para buscar hora solo falta la ciudad o el ZIP.",
    "when": "¿Hay una fecha que convenga, y mejor en la mañana o en la tarde?",
    "urgency": "¿Es urgente o puede esperar?",
    "kind": "¿Es la primera vez, o ya nos conocemos de antes?",
    "address": "Solo falta el domicilio.",
    "name": "¿A nombre de quien queda?",
    "choice": "Siguen libres {slots}. Basta con la cifra, o con otra fecha.",
    "window": "La llamada puede ser {slots}. Basta con la cifra.",
}
_ENGLISH = {
    "which": "Which of these is it: {services}?",
    "which_first": "We can do {services}. Which one should come first?",
    "soonest": "That is the soonest there is: {slots}. The number is all I need.",
    "more": "other places nearby",
    "not_there": "Sorry, we do not have {service} in {area}.",
    "noted": "That is noted as well.",
    "here": "Yes, we are here.",
}
_SPANISH = {
    "which": "¿De qué se trata: {services}?",
    "which_first": "Podemos hacer {services}. ¿Con qué empezamos?",
    "soonest": "Es lo primero que hay: {slots}. Basta con la cifra.",
    "more": "otros lugares cercanos",
    "not_there": "Lo siento, en {area} no tenemos {service}.",
    "noted": "También queda anotado.",
    "here": "Sí, aquí estamos.",
}


def again(asked: str, language: str, **values: str) -> str:
    """The question that State.asked names, as it is put the second time; "" for what is asked only once."""
    return _filled(_AGAIN_SPANISH if language == Language.SPANISH else _AGAIN_ENGLISH, asked, values)


def wording(name: str, language: str, **values: str) -> str:
    """Any other wording. Raises KeyError for a name that does not exist."""
    texts = _SPANISH if language == Language.SPANISH else _ENGLISH
    return texts[name].format(**values)


def _filled(texts: Mapping[str, str], name: str, values: Mapping[str, str]) -> str:
    return texts[name].format(**values) if name in texts else ""
