"""PURE: what must not reach a model, a log line or a summary: card numbers, social security numbers, secrets.

Only the secret goes, with words in its place, so that the rest of the text still makes sense. Phones, ZIP codes,
addresses and order numbers stay: they are what the conversation is about.
"""

import re

CARD = "[card number removed]"
CARD_DETAIL = "[card detail removed]"
SSN = "[social security number removed]"
ACCOUNT = "[account number removed]"
PASSWORD = "[password removed]"  # noqa: S105  what stands in its place

# ISO/IEC 7812: 13 to 19 digits, as cards are printed and as people type them.
_CARD = re.compile(r"(?<![\d+.])\d(?:[ .\u00a0\u2009-]{0,2}\d){12,18}(?![\d])")
# 123-45-6789: areas 000, 666 and 9xx, group 00 and serial 0000 were never given out; 9xx with dashes is a taxpayer's
# number and no less private.
_SSN_DASHED = re.compile(r"(?<![\w-])(?!000|666)\d{3}([- .])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-]|\.\d)")
_NEAR = (
    r"(?:\W{0,3}\b(?:is|are|number|numbers|num|no|nr|#|it|its|it's|my|the|ends?(?: in|ing in)?|of|was|es|numero|"
    r"número|de|del|mi|son|la|el|on file|here|for|this)\b){0,5}\W{0,4}"
)
_SSN_WORD = r"\b(?:ssn|ss\s?#|soc(?:ial)?(?: sec(?:urity)?)?(?: num(?:ber)?)?|seguro social|itin|tax ?id)\b"
_SSN_NAMED = re.compile(
    rf"(?P<word>{_SSN_WORD}{_NEAR})(?P<secret>\d{{3}}[ .-]?\d{{2}}[ .-]?\d{{4}}|\d{{4}}(?=\b))(?!\d)", re.IGNORECASE
)
_SSN_AFTER = re.compile(
    rf"(?<!\d)(?P<secret>\d{{3}}[ .-]?\d{{2}}[ .-]?\d{{4}})(?!\d)(?=\W{{0,4}}(?:is|es)?\W{{0,2}}(?:my|the|"
    rf"mi)?\W{{0,2}}{_SSN_WORD})",
    re.IGNORECASE,
)
_CODE_NAMED = re.compile(
    rf"(?P<word>\b(?:cvv2?|cvc2?|cid|csc|ccv|security code|card code|code on the back|codigo de seguridad|"
    rf"código de seguridad){_NEAR})(?P<secret>\d{{3,4}})(?!\d)",
    re.IGNORECASE,
)
_EXPIRY = r"(?:0?[1-9]|1[0-2])\s?[/-]\s?(?:20)?\d{2}"
_EXPIRY_NAMED = re.compile(
    rf"(?P<word>\b(?:exp|expy|expir\w*|expiration(?: date)?|valid (?:thru|through|until)|good (?:thru|through)|"
    rf"vence|vencimiento|caduca\w*|fecha de vencimiento)\b\.?{_NEAR})"
    rf"(?P<secret>{_EXPIRY})(?![\d/])",
    re.IGNORECASE,
)
# Right behind a card: "... 11/27 123".
_BESIDE_CARD = re.compile(
    rf"(?<={re.escape(CARD)})(?P<word>[\s,;/|]{{1,3}}(?:exp\w*\.?:?\s*)?)"
    rf"(?P<secret>{_EXPIRY}(?:[\s,;/|]{{1,3}}\d{{3,4}})?|\d{{3,4}})(?![\d/-])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?P<word>\b(?:(?:bank|checking|savings|deposit)?\s?(?:account|acct|acc)|routing|aba|iban|swift|clabe|"
    r"cuenta(?: bancaria| de banco)?|ruta|(?:debit|credit|gift)?\s?card)\b"
    rf"\.?{_NEAR})(?P<secret>[A-Z]{{2}}\d{{2}}(?:\s?[A-Z0-9]{{4}}){{2,7}}(?:\s?[A-Z0-9]{{1,3}})?\b|"
    rf"\d(?:[ -]?\d){{5,19}})(?!\d)",
    re.IGNORECASE,
)
_IS_BANK = re.compile(r"bank|checking|savings|deposit|routing|aba\b|iban|swift|clabe|banc|ruta", re.IGNORECASE)
_PASSWORD_NAMED = re.compile(
    r"(?P<word>\b(?:password|passwd|passcode|pass ?code|pwd|contraseña|contrasena|clave|(?:debit |card |atm |"
    r"account )?pin(?: (?:code|number))?|"
    r"(?:gate|door|alarm|garage|entry|lock ?box|keypad|security system|wifi|wi-fi) (?:code|password|pin)|"
    r"codigo (?:de la puerta|de la alarma|del porton)|código de la (?:puerta|alarma))\b"
    r"(?:\s*(?:is|es|=|:|-|number|code|#|for (?:the|my) \w+ is)\s*)+[\"'“]?)(?P<secret>(?!#?\[)(?!(?:not|no|the|"
    r"a|an|on|in|at|my|it|required|needed|wrong|broken|changed|lost|fine|ok|still|now|"
    r"different|same|something|incorrect|expired|set|working|what|la|el|un|una|mi)\b)[^\s\"'”,;]{3,64})",
    re.IGNORECASE,
)
_PASSWORD_BARE = re.compile(
    r"(?P<word>\b(?:password|passcode|pwd|contraseña|contrasena|clave|pin|(?:gate|door|alarm|garage|entry|"
    r"lock ?box|keypad) code)\s+)(?P<secret>(?!#?\[)(?=\S*\d)[^\s\"',;]{3,64})",
    re.IGNORECASE,
)


def mask_secrets(text: str) -> str:
    """`text` with each secret replaced by what it was, such as "[card number removed]". Total; twice is as once.

    What goes can uncover something: in "PIN 000 4111..." the card number shows only without the digits before it.
    """
    masked = _mask_once(text)
    while masked != text:
        text, masked = masked, _mask_once(masked)
    return masked


def _mask_once(text: str) -> str:
    masked = _CARD.sub(_card, text)
    masked = _BESIDE_CARD.sub(rf"\g<word>{CARD_DETAIL}", masked)
    masked = _CODE_NAMED.sub(rf"\g<word>{CARD_DETAIL}", masked)
    masked = _SSN_NAMED.sub(rf"\g<word>{SSN}", masked)
    masked = _SSN_AFTER.sub(SSN, masked)
    masked = _SSN_DASHED.sub(_ssn, masked)
    if CARD in masked or re.search(
        r"\bcard\b|\btarjeta\b|\bvisa\b|\bmastercard\b|\bamex\b|\bcvv\b|\bcvc\b", text, re.IGNORECASE
    ):
        masked = _EXPIRY_NAMED.sub(rf"\g<word>{CARD_DETAIL}", masked)
    masked = _ACCOUNT.sub(lambda match: _account(match, masked), masked)
    masked = _PASSWORD_NAMED.sub(rf"\g<word>{PASSWORD}", masked)
    return _PASSWORD_BARE.sub(rf"\g<word>{PASSWORD}", masked)


# 2221 to 2720 and 3 to 6 are payment cards (ISO/IEC 7812); 20 begins a date.
_CARD_START = re.compile(r"[3-6]|2[ .-]?[2-7]")
_PHONES = re.compile(r"\d{3}[ .-]\d{3}[ .-]\d{4}(?!\d)|\d{10}[ .-]")


def _card(match: re.Match[str]) -> str:
    """The longest run of whole groups that is a card: "4111 1111 1111 1111 123" is one with its code behind it."""
    said = match.group()
    if not _CARD_START.match(said) or _PHONES.match(said):
        return said
    ends = [index + 1 for index, sign in enumerate(said) if sign.isdigit()]
    for count in range(len(ends), 12, -1):
        run = said[: ends[count - 1]]
        rest = said[len(run) :]
        if (not rest or not rest[0].isdigit()) and passes_luhn(re.sub(r"\D", "", run)):
            return CARD + rest
    return said


def passes_luhn(digits: str) -> bool:
    """Whether the last of the digits checks the others, as on every payment card."""
    if not digits.strip("0"):
        return False
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


_OTHER_NUMBER = re.compile(
    r"\b(?:order|invoice|ticket|job|case|model|serial|part|confirmation|policy|zip|reference|ref|pedido|"
    r"factura|modelo)\W{0,3}(?:number|no|num|#|id)?\W{0,3}$",
    re.IGNORECASE,
)


def _ssn(match: re.Match[str]) -> str:
    is_other = _OTHER_NUMBER.search(match.string[: match.start()][-30:]) is not None
    return match.group() if is_other else SSN


def _account(match: re.Match[str], text: str) -> str:
    """An account of a bank; "my account 12345678 with you" has no bank in it and stays."""
    word = match["word"]
    is_card = re.match(r"\s*(?:debit|credit|gift)?\s?card\b", word, re.IGNORECASE) is not None
    if is_card or _IS_BANK.search(word) or _IS_BANK.search(text[max(0, match.start() - 60) : match.end() + 60]):
        return f"{word}{ACCOUNT}"
    return match.group()
