"""What a sentence asks that no service and no intent answers: less money, our address, a favor. Pure.

Each is one pattern over plain words, English and Spanish together.
"""

import re

from messaging.agent.words.sentences import plain


def asks_for_less(sentence: str) -> bool:
    """A discount, a coupon, a better price: what only the business's own words on that may answer."""
    return _FOR_LESS.search(plain(sentence)) is not None


def finds_too_expensive(sentence: str) -> bool:
    """ "That's too much": no question of what it costs."""
    said = plain(sentence)
    return _TOO_MUCH.search(said) is not None and _ASKS_PRICE.search(said) is None


def asks_general_fee(sentence: str) -> bool:
    """ "What's your hourly rate?", "do you charge extra on Sundays?": a fee of the house and not of one service."""
    return _GENERAL_FEE.search(plain(sentence)) is not None


def asks_where_we_are(sentence: str) -> bool:
    """ "Where are you located?": our own address, not where we work."""
    return _WHERE_WE_ARE.search(plain(sentence)) is not None


def asks_what_we_do(sentence: str) -> bool:
    """ "What services do you offer?": everything, and not one thing."""
    return _WHAT_WE_DO.search(plain(sentence)) is not None


def passes_on(sentence: str) -> bool:
    """ "Can you tell the tech to park in the back?": a message to the team, put as a question."""
    return _PASSES_ON.search(plain(sentence)) is not None


_FOR_LESS = re.compile(
    r"\b(?:discount\w*|coupons?|promo\w*|(?:any|have|your|running|the|current) (?:\w+ )?(?:specials?|deals?)(?! with)|"
    r"special (?:offer|price|deal)s?|\d+ (?:percent )?off|percent off|price ?match\w*|match (?:\w+ ){1,3}(?:price|"
    r"quote)|"
    r"(?:(?:best|better|lower|cheaper|good|cash) price|(?:best|better|cheaper|cash) deal)|cheaper|"
    r"knock (?:\w+ ){1,3}off|negotia\w+|haggle|"
    r"descuentos?|cupon\w*|ofertas?|rebajas?|promocion\w*|mas barato|mejor precio|menos caro)\b"
)
_TOO_MUCH = re.compile(
    r"\b(?:too (?:much|expensive|pricey|high|rich for)|over ?priced|(?:so|thats|that is|its|pretty|really|kinda|"
    r"kind of|"
    r"super|crazy|very|is) (?:a bit |a little |kinda |kind of |really |pretty |so |very )*(?:expensive|pricey|steep)|"
    r"(?:more|way more) than (?:i|we) (?:can|wanted|thought|expected)|cant afford (?:that|it|this)|"
    r"(?:muy|tan|demasiado|bien) caro|carisimo|que caro)\b"
)
_ASKS_PRICE = re.compile(
    r"^(?:is|are|will|would|does|es|son|sera|seria)\b|\b(?:how much|cuanto)\b|\b(?:if|unless) (?:its|it is|not)\b|"
    r"\bnot too\b"
)
_GENERAL_FEE = re.compile(
    r"\b(?:hourly|labor|labour|per hour|by the hour|emergency|after ?hours?|weekends?|holidays?|sundays?|saturdays?|"
    r"nights?|evenings?|minimum|mileage|travel|cancell?ation|no ?show|late) (?:\w+ )?(?:rates?|fees?|charges?|costs?|"
    r"prices?|pricing)\b|\b(?:charge|cost|pay|costs|charges|fee) (?:\w+ )?(?:more|extra|by the hour|per hour|hourly|"
    r"on (?:weekends?|sundays?|saturdays?|holidays?))\b|\bextra (?:charge|fee|cost)\b|\brates?(?: \w+)? hour\b|"
    r"\b(?:por hora|tarifa de (?:emergencia|noche)|cobran (?:extra|mas)|cargo (?:extra|de emergencia))\b"
)
_WHERE_WE_ARE = re.compile(
    r"\bwhere (?:are|r) (?:you|u|yall|you guys|u guys)(?: all| guys)?(?: (?:located|based|at))?$|"
    r"\bwhere (?:is|s|are)? ?(?:your|ur|the) (?:\w+ )?(?:office|shop|store|location|place|studio|garage|practice|"
    r"clinic)\b|"
    r"\b(?:your|ur) (?:\w+ )?(?:address|location|directions?)\b|\bdirections to\b|\bhow do (?:i|we) (?:get|find) "
    r"(?:there|to you|you)\b|\bwhat(?:s| is) the (?:\w+ )?address\b|\b(?:donde (?:estan|quedan|se encuentran|se ubican|"
    r"queda|esta (?:su|la))|(?:su|cual es la) (?:direccion|ubicacion|domicilio)|como (?:llego|llegar))\b"
)
_WHAT_WE_DO = re.compile(
    r"\b(?:what|which|wat|kinds?|types?|list|everything|all|que|cual|cuales|tipos?)\b|\ba que se dedican\b"
)
_PASSES_ON = re.compile(
    r"\b(?:(?:can|could|will|would|please|pls) (?:you |u )?(?:please |pls )?(?:tell|let|remind|ask|have|make sure) "
    r"(?:them|him|her|the \w+|whoever|they|he|she)|"
    r"(?:puede|pueden|podria|podrian|favor de) (?:decirle|avisarle|decirles|avisarles))\b"
)
