"""Spanish dates and times said in English, word for word. Pure.

Works on plain words (see when_words.plain_words): lower case, no accents, signs alone. Only the phrases that a date is
made of are turned; all other words stay Spanish, and no rule of the grammar reads them.
"""

import re


def in_english(line: str) -> str:
    """`line` with its Spanish dates and times in English: "despues de las 4" is "after 4"."""
    for pattern, english in _PHRASES:
        line = pattern.sub(english, line)
    return line


_DAYS = {
    "lunes": "monday",
    "martes": "tuesday",
    "miercoles": "wednesday",
    "jueves": "thursday",
    "viernes": "friday",
    "sabado": "saturday",
    "sabados": "saturday",
    "domingo": "sunday",
    "domingos": "sunday",
}
_MONTHS = {
    "enero": "january",
    "febrero": "february",
    "marzo": "march",
    "abril": "april",
    "mayo": "may",
    "junio": "june",
    "julio": "july",
    "agosto": "august",
    "septiembre": "september",
    "setiembre": "september",
    "octubre": "october",
    "noviembre": "november",
    "diciembre": "december",
}
_HOUR_WORDS = "dos tres cuatro cinco seis siete ocho nueve diez once doce"
_HOURS = {word: str(hour) for hour, word in enumerate(_HOUR_WORDS.split(), 2)}
SPANISH_NAMES = {
    **_DAYS,
    **_MONTHS,
    **_HOURS,
    "miercole": "wednesday",
    "hoy": "today",
    "mediodia": "noon",
    "medianoche": "midnight",
    "o": "or",
    "u": "or",
    "hora": "hour",
    "horas": "hour",
    "dia": "day",
    "dias": "dias",
    "semana": "week",
    "semanas": "week",
    "minutos": "minute",
    "mes": "month",
    "meses": "month",
    "quince": "15",
    "veinte": "20",
    "treinta": "30",
    "mananas": "manana",
    "tardes": "tardes",
    "trabajo": "work",
    "temprano": "early",
    "primero": "1st",
}
# A single one of these tells that the dates are Spanish; "no", "me", "once" and "media" are English, too.
_CUES = (
    "ahorita ahora manana mananas hoy la una en de las el los por para despues antes semana tarde noche "
    "mediodia proximo proxima entre hasta cuanto posible puede pueden puedo podria dia dias horas hora dentro "
    "partir alas este esta pasado mes"
)
SPANISH_CUES = frozenset({*_DAYS, *_MONTHS, *_CUES.split()} - {"mayo"})

_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_LAS = r"(?:a )?las?"
_N = r"(?=\d)"
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), english)
    for pattern, english in (
        (r"\bpasado manana\b", "overmorrow"),
        (r"\bmanana (?:por|en|a) la manana\b|\bmanana early\b|\bearly manana\b", "tomorrow morning"),
        (r"\bearly (?:por|en) la manana\b", "early morning"),
        (r"\b(?:por|en|de|a) las? manana\b|\bde manana\b", "in the morning"),
        (r"\besta manana\b", "this morning"),
        (r"\b(?:toda |media )?la manana\b", "the morning"),
        (r"\bmanana\b", "tomorrow"),
        (r"\bde la madrugada\b", "am"),
        (r"\bmas tarde\b", "later"),
        (r"\besta tarde\b", "this afternoon"),
        (r"\b(?:por|en|de|a) las? tardes?\b|\bla tarde\b", "in the afternoon"),
        (r"(?<=\btomorrow )tarde\b|(?<=day )tarde\b", "afternoon"),
        (r"\besta noche\b|\ba la noche\b", "tonight"),
        (r"\b(?:por|en|de) las? noches?\b|\bla noche\b", "at night"),
        (rf"\b(?:el |la |este |esta )?(?:proxim[oa]|siguiente) ({_DAY}|week|month)\b", r"next \1"),
        (
            rf"\b(?:el |la |este |esta )?({_DAY}|week|month) (?:que viene|que entra|proxim[oa]|entrante|siguiente)\b",
            r"next \1",
        ),
        (r"\bla otra week\b", "next week"),
        (rf"\best[ae] (?=(?:mismo )?(?:{_DAY}|week|month))(?:mismo )?", "this "),
        (r"\b(?:est?e |el )?proximo fin de week\b|\bel fin de next week\b|\bfin de next week\b", "next weekend"),
        (r"\best?e fin de week\b", "this weekend"),
        (r"\b(?:el |los )?fin(?:es)? de (?:la )?week\b|\bfinde\b", "the weekend"),
        (r"\b(?:a )?(?:principios|inicios|comienzos) de (?:la |el )?", "early "),
        (r"\b(?:a )?(?:fines|finales|fin) de (?:la |el )?(?=next|this|week|month|january|[a-z]+ber\b)", "end of "),
        (r"\b(?:a )?mediados de (?:la |el )?", "middle of "),
        (r"\b(?:dentro de|en) (?:un(?:a|os|as)?) (?=hour|day|week|month)", "in a "),
        (r"\b(?:dentro de|en) media hour\b", "in half an hour"),
        (r"\b(?:dentro de|en) (\d+) dias\b", r"in \1 day"),
        (r"\b(?:dentro de|en) (?=\d+ (?:hour|day|week|minute|month)\b)", "in "),
        (r"\b(?:dentro de|en) 8 dias\b|(?<=day )en 8\b", "in 1 week"),
        (r"\blo (?:mas )?(?:antes|pronto|rapido) (?:que se pueda|posible)\b|\bcuanto antes\b|\bya mismo\b", "asap"),
        (r"\b(?:despues|saliendo|al salir) del? work\b", "after work"),
        (r"\bantes del work\b", "before work"),
        (r"\b(?:al )?final(?:es)? del day\b", "end of day"),
        (r"\b(?:a )?primera hour\b", "first thing in the morning"),
        (rf"\bentre (?:las? |el )?(\d\S*) y (?:las? |el )?{_N}", r"between \1 and "),
        (rf"\b(?:de|desde) (?:las? )?(\d\S*(?: [ap]m)?) (?:a|hasta) (?:las? )?{_N}", r"from \1 to "),
        (rf"\bde {_LAS} (\d\S*) {_LAS} {_N}", r"from \1 to "),
        (rf"\bno (?:puedo |podemos )?(?:hasta|antes de) (?:{_LAS} |el )?", "not before "),
        (rf"\b(?:despues|pasad[ao]s?) (?:de )?(?:{_LAS} |del |el )?(?=\d|{_DAY}|noon|tomorrow)", "after "),
        (rf"\b(?:a partir|desde) (?:de )?(?:{_LAS} |del |el )?(?=\d|{_DAY}|noon|tomorrow)", "from "),
        (rf"\bantes (?:de )?(?:{_LAS} |del |el )?(?=\d|{_DAY}|noon|tomorrow)", "before "),
        (rf"\b(?:hasta|para antes de) (?:{_LAS} |el )?(?=\d|{_DAY}|noon|tomorrow)", "until "),
        (rf"\b(?:como|sobre|tipo|alrededor de|a eso de|cerca de) {_LAS} {_N}", "around "),
        (r"\b(?:a |de )?la (?:una|1)\b(?! (?:vez|cita|hour))", "at 1"),
        (rf"\b(?:{_LAS}|alas) {_N}", "at "),
        (r"\b(\d\d?) y media\b", r"\1:30"),
        (r"\b(\d\d?) y cuarto\b", r"\1:15"),
        (r"\b(\d\d?) y (10|20|30|15|5)\b", r"\1:\2"),
        (r"\b(\d\d?) menos cuarto\b", r"quarter to \1"),
        (r"(?<=\d) en punto\b", " oclock"),
        (r"\b(?:al? )?noon\b", "noon"),
        (r"\b(?:el )?day (\d\d?)\b(?!:)", r"the \1th"),
        (r"\bel (\d\d?)(?= |$)(?! (?:de )?(?:piso|por|%|an|veces))", r"the \1th"),
        (r"(?<=\d)(th)? de (?=[a-z]+(?:ary|ch|il|may|ne|ly|st|ber)\b)", r"\1 of "),
        (r"\bdel? (?=(?:next|this) (?:week|month)|(?:19|20)\d\d)", "of "),
        (r"\b(?:no|ni) (?:puedo|podemos|podria|me (?:sirve|queda|funciona|conviene)|estoy|voy a poder)\b", "cant"),
        (r"\b(?:la )?week del (?=\d)", "week of the "),
        (r"\b(?:ahorita|ahora mismo)\b", "asap"),
        (r"\b(?:menos|excepto|salvo) (?:el )?(?=[a-z]+day)", "except "),
        (r"\bno el (?=[a-z]+day)", "not "),
        (r"\b(?:mejor|en realidad|prefiero|perdon|digo|espera|espere|mas bien)\b", "actually"),
        (r"\b(?:asi que|entonces)\b", "so"),
        (rf"\bal (?={_DAY})", "to "),
        (rf"\b(?:el|los|para el) (?={_DAY})", ""),
        (r"(?<=day) y (?=[a-z]+day)", " and "),
        (r"(?<=day) a (?=[a-z]+day)", " to "),
        (r"\bcualquier\b", "any"),
    )
)
