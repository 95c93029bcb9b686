"""Is the customer swearing at us, and not about the leak? Pure; English and Spanish together."""

import re

from messaging.agent.words.sentences import is_reaction, sentences_of


def is_abusive(text: str) -> bool:
    """Whether `text` insults or threatens whoever reads it. "My damn AC", "this shit leaks" and praise do not."""
    if is_reaction(text):
        return False
    if "🖕" in text:
        return True
    return any(_ABUSE.search(_NOT_MEANT.sub(" ", sentence.words)) is not None for sentence in sentences_of(text))


_VERY = (
    r"(?:(?:so|such|just|all|a|an|the|total|complete|real|really|fucking|fuckin|f ing|damn|goddamn|freaking|bunch|of|"
    r"absolute|big|bloody|stupid|dumb|fat|lying|dirty|worthless|little|piece|pack|load|nothing|but) )*"
)
_NAME = (
    r"(?:idiots?|morons?|assholes?|a hole|jerks?|bitch(?:es)?|bastards?|dumbass(?:es)?|dipshits?|jackass(?:es)?|"
    r"imbeciles?|scumbags?|scum|pricks?|dicks?|dickheads?|cunts?|motherfuckers?|mfers?|fuckers?|losers?|pos|shit|trash|"
    r"garbage|retard(?:s|ed)?|pussy|pussies|twats?|wankers?|douche\w*|crooks?|thieves|thief|scammers?|liars?|pathetic|"
    r"worthless|stupid|dumb|useless|disgusting)"
)
_ABUSE = re.compile(
    r"\b(?:f+u+c+k+|fck|fuk|fk|screw|f|damn|curse) (?:you|u|ya|yall|yourself|urself|off|ur|your|this (?:company|"
    r"business|place))\b|\b(?:stfu|gtfo|kys|foad|fuckoff|fuckyou)\b|\bshut (?:the (?:\w+ )?)?up\b|\bshut your\b|\bgo "
    r"to hell\b|\b(?:eat|kiss|suck|lick|bite) (?:my|me|a|shit|this)(?: (?:\w+ )?(?:ass|dick|balls|cock|bag of dicks|"
    r"butt|shit)|$)|\beat shit\b|\bgo (?:fuck|screw|kill|die|hang)\b|\bdrop dead\b|\bburn in hell\b|\b(?:you|u|yall|"
    r"youre|ur|your|you guys|you people)(?: (?:guys|people|all|are|r|re|is|company is|service is))* "
    rf"{_VERY}{_NAME}(?: (?:ass|fucks?|idiots?|people|bot|robot|machine|company|bitch|piece of shit|bastards?))?$|"
    rf"\b(?:you|u|yall) (?:guys |people )?(?:\w+ )?suck\b|\b(?:you|u|yall|hey|listen|ok|shut up|fuck) "
    rf"{_VERY}(?:idiots?|"
    r"morons?|assholes?|bitch(?:es)?|bastards?|dumbass(?:es)?|motherfuckers?|fuckers?|cunts?|pricks?|scumbags?|"
    r"dickheads?|piece of shit|pieces of shit|losers?)\b|^(?:idiots?|morons?|assholes?|bitch(?:es)?|bastards?|"
    r"motherfuckers?|cunts?|scumbags?|losers?|dumbass(?:es)?)$|\b(?:stupid|dumb|fucking|useless|worthless|shitty|"
    r"damn) (?:\w+ )?(?:bot|robot|chatbot|ai|idiots?|morons?|company)\b|\b(?:ill|i will|im going to|im gonna|gonna|i "
    r"am going to) (?:\w+ )?(?:kill|hurt|shoot|beat|burn|stab|fuck up) (?:you|u|yall|your|ur|all of you|down your)\b|"
    r"\bi (?:\w+ )?hate (?:you|u|yall)\b|\b(?:chinga\w*|chingue\w*|chingate|chinguen) (?:tu|su|a tu|a su)\b|"
    r"\bchin(?:ga|gu?e)(?:te|nse|n)\b|\bvet[ea] al? (?:la )?(?:mierda|diablo|chingada|carajo|verga|infierno)\b|"
    r"\bvayanse? (?:al?|a la) \w+|\b(?:hijos? de (?:puta|perra|la chingada)|hijueputas?|hdp|ptm|pendej[oa]s?|"
    r"cabron(?:es)?|culer[oa]s?|malparid[oa]s?|gonorreas?|mamon(?:es)?|puñetas?|putos?)\b|\bqu?e te jodan\b|"
    r"\bjod(?:ete|anse)\b|\bcallate\b|\bcome mierda\b|\b(?:eres|son|es usted|ustedes son|usted es|bola de|partida de|"
    r"pinches?) (?:un |una |unos |unas |muy |tan |puros )*(?:idiotas?|imbecil(?:es)?|estupid[oa]s?|inutil(?:es)?|"
    r"ratas?|ladron(?:es)?|estafador(?:es)?|rateros?|mierda|basura|tont[oa]s?|burros?)\b|^(?:idiotas?|imbeciles?|"
    r"estupid[oa]s?|pendej[oa]s?)$"
)
_NOT_MEANT = re.compile(
    r"\b(?:not|arent|isnt|never) (?:\w+ )?(?:scammers?|idiots?|stupid|crooks?|trash|liars?|useless)\b|"
    r"\b(?:fucking|damn|freaking) (?:awesome|great|amazing|good|the best|rock)\b|\bthe shit$"
)
