"""The words with which people on call answer, in English and Spanish, without accents and signs (as `fold` gives them).

Beside each code anybody's own words are allowed; without one, only these act.
"""

from messaging.escalation.enums import OnCallCommand

# What codes are made of: no vowels and no Y, so that none is a word; nothing that reads like another.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_SPOKEN: dict[OnCallCommand, str] = {
    OnCallCommand.ACK: (
        "a, ack, acknowledge, acknowledged, ok, okay, k, y, yes, yep, yeah, yup, sure, mine, its mine, that is mine, "
        "got it, i got it, i got this, i have it, ive got it, gotit, on it, im on it, i am on it, onit, take it, "
        "ill take it, i will take it, i take it, roger, copy, mio, mia, es mio, es mia, lo tengo, la tengo, "
        "lo tomo, me encargo, yo me encargo, voy, ya voy, voy yo, yo voy, si, claro, vale"
    ),
    OnCallCommand.PASS: (
        "pass, pass it, pass it on, pass on, no, n, nope, not me, cant, i cant, cannot, i cannot, cant take it, "
        "i cant take it, paso, no puedo, yo no"
    ),
    OnCallCommand.TAKE: "take, take over, i take over, tomar, tomo",
    OnCallCommand.RESUME: "resume, robot, back to robot, back to the robot, reanudar",
    OnCallCommand.DONE: (
        "c, close, closed, close it, done, all done, its done, resolved, finished, fixed, listo, lista ya, hecho, "
        "terminado, cerrar, cerrado"
    ),
    OnCallCommand.AWAY: "away, im away, i am away, fuera, ausente, estoy fuera",
    OnCallCommand.BACK: "back, im back, i am back, de vuelta, ya volvi, volvi",
    OnCallCommand.LIST: "list, open, what is open, whats open, lista, pendientes",
    OnCallCommand.HELP: "help, commands, menu, ayuda, comandos",
}
COMMANDS: dict[str, OnCallCommand] = {
    phrase.strip(): command for command, phrases in _SPOKEN.items() for phrase in phrases.split(",")
}
# What a customer may be answered with just as well.
_WEAK = (
    "a, ok, okay, k, y, yes, yep, yeah, yup, sure, no, n, nope, si, claro, vale, voy, ya voy, voy yo, yo voy, on it, "
    "im on it, i am on it, got it, i got it, ive got it, copy, roger, i cant, cant, no puedo, open, back, fixed"
)
WEAK = frozenset(phrase.strip() for phrase in _WEAK.split(","))
LONGEST_COMMAND = max(len(phrase.split()) for phrase in COMMANDS)
# Written together with a code: "KDNO", "ackKD", "kda".
GLUED = frozenset(
    ["a", "ack", "ok", "k", "y", "yes", "no", "n", "c", "close", "done", "pass", "take", "mine", "voy", "mio"]
)
JOINERS = frozenset(["and", "y", "e", "und", "also", "plus", "the"])
EVERYTHING = frozenset(["all", "everything", "both", "todo", "todos", "todas"])
POLITE = frozenset(["please", "pls", "plz", "thanks", "thx", "thank", "gracias"])
THUMBS = frozenset("👍👌✅✔🆗")
# Begin a text that a phone writes when somebody taps a heart or a thumb on a text.
REACTIONS = ("liked", "loved", "disliked", "laughed at", "emphasized", "questioned", "reacted", "removed a", "le gusto")
