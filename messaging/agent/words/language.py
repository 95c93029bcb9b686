"""English, Spanish or something we do not answer in? By script and by the small words of each language. Pure.

A language is told by words that the others do not share; "no", "me", "a" and "son" are nobody's. Customers mix
("necesito un quote para mi roof"), so the larger share decides, and a text of one word decides nothing.
"""

import re
import unicodedata
from collections.abc import Iterable

from leads.enums import Language
from messaging.agent.words.sentences import plain, words


def read_language(text: str) -> Language | None:
    """The language to answer in, or None: too short to tell, as much one as the other, or neither. Total."""
    if _is_foreign_script(text):
        return None
    spoken = plain(text).split()
    english, spanish = _count(spoken, _ENGLISH), _count(spoken, _SPANISH)
    if "¿" in text or "¡" in text or "ñ" in text.lower():
        spanish += 1
    if _strongest_other(text, spoken) >= max(english, spanish, _ENOUGH):
        return None
    if spanish >= _ENOUGH and spanish > english:
        return Language.SPANISH
    if not english and len(spoken) >= _ENOUGH and not _SURELY_SPANISH.isdisjoint(spoken):
        return Language.SPANISH
    return Language.ENGLISH if english >= _ENOUGH and english > spanish else None


def is_other_language(text: str) -> bool:
    """Whether a person should see it because it is neither English nor Spanish: Portuguese, Vietnamese, 中文 ..."""
    if _is_foreign_script(text):
        return True
    spoken = plain(text).split()
    other = _strongest_other(text, spoken)
    return other >= _ENOUGH and other > max(_count(spoken, _ENGLISH), _count(spoken, _SPANISH))


def _strongest_other(text: str, spoken: list[str]) -> int:
    counts = [_count(spoken, lexicon) for lexicon in _OTHERS]
    # A Vietnamese name has such a letter or two, a sentence has them in most words.
    vietnamese = sum(1 for word in text.split() if _VIETNAMESE_LETTER.search(unicodedata.normalize("NFC", word)))
    return max([*counts, vietnamese - 1])


def _count(spoken: Iterable[str], lexicon: frozenset[str]) -> int:
    return sum(1 for word in spoken if word in lexicon)


def _is_foreign_script(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    foreign = sum(1 for letter in letters if not _is_latin(letter))
    return foreign >= 2 and 2 * foreign > len(letters)


def _is_latin(letter: str) -> bool:
    # Up to U+024F and Vietnamese; the feminine and masculine signs, small capitals, full-width and fancy Latin too.
    return letter <= "\u02af" or "\u1d00" <= letter <= "\u1eff" or "LATIN" in _ascii_kin(letter)


def _ascii_kin(letter: str) -> str:
    kin = unicodedata.normalize("NFKC", letter)
    return unicodedata.name(kin[0], "") if kin else ""


_ENOUGH = 2

_ENGLISH = words(
    "the and you your yours u ur my mine our we i im id ill ive is are was were do does did dont doesnt didnt can "
    "could would will wont should have has had need needs want wants how much what whats when where who why which "
    "this that thats these those it its there here for from with about at on in to of an be been get got come coming "
    "out up off if or but not just please thanks thank hi hello hey yes yeah today tomorrow morning afternoon any "
    "some someone something they them their he she his him her yall know think call back fix broken leaking working "
    "work help time price cost charge quote open house home water door new old still sorry good okay sure "
    "appointment monday tuesday wednesday thursday friday saturday sunday available looking interested free anyone "
    "everything after before around"
)
# One of these is enough where nothing speaks for English.
_SURELY_SPANISH = words(
    "necesito necesitamos quiero quisiera tengo tenemos cuanto cuesta cobran aceptan tienen pueden puede hablan "
    "atienden "
    "hola buenas buenos gracias precio citas abogado dentista carro frenos aceite limpieza muela corte agua fuga "
    "calentador drenaje techo"
)
_SPANISH = words(
    "el la los las del al un una unos unas y e o u que porque para por con en mi mis tu su sus nuestro nuestra se lo "
    "le les te nos yo usted ustedes ella ellos es esta este esto esa ese eso estan estoy estamos soy somos hay tiene "
    "tienen tengo tenemos necesito necesitamos necesita quiero queremos quisiera puede pueden puedo podria podrian "
    "cuanto cuanta cuantos cuesta cuestan cobra cobran precio cuando donde como quien cual hola gracias favor buenas "
    "buenos dias tardes noches hoy manana ayer semana lunes martes miercoles jueves viernes sabado domingo hora "
    "horas cita si muy mas pero tambien ya aqui ahi casa agua bano cocina puerta techo calle gotea fuga roto rota "
    "funciona funcionan sirve hace hacen trabajan trabajo abren cierran abierto abiertos vienen venir llamar llame "
    "llamen llamo mande arreglar reparar instalar limpiar arreglan reparan instalan me nada algo alguien otro otra "
    "bien bueno buena perfecto claro vale listo quiere saber hasta luego habla hablan espanol ingles prende enfria "
    "cambiar nuevo mucho muchas pronto boiler tecnico plomero aire acondicionado calentador tuberia servicio "
    "servicios ahora temprano tarde dinero pagos pagar"
) - words("me u o e te la lo se en con hay si vale y al es son")
_PORTUGUESE = words(
    "voce voces nao obrigado obrigada ola oi bom boa preciso precisamos quanto quanta custa custam preco voces meu "
    "minha meus minhas uma um os das dos na nas nos ao ate tem temos fazem fazer isso isto esse sao esta estou "
    "estamos hoje amanha amanhas consertar conserto vazando vazamento com em pra por tambem muito mais agora quando "
    "onde quero queria gostaria poderia podem pode voltar ligar telefone agendar horario orcamento sim tudo bem dia "
    "noite seu sua"
) - words("esta por os pode na horario fazer podem tem um com em nos estamos mais sim")
_FRENCH = words(
    "je vous nous il elle ils les des une est sont avez avons suis pas pour avec dans mon ma mes votre vos notre et "
    "ou combien bonjour bonsoir merci salut svp sil plait besoin pouvez peut demain aujourdhui matin apres midi soir "
    "quand comment cest jai quel quelle prix coute fuite eau chauffe maison voudrais faire reparer rendez sur du aux "
    "au oui non tres rien encore deja heure"
) - words("est pour ma me ou midi sur non du au les")
_GERMAN = words(
    "ich sie wir ihr und der die das ist sind nicht ein eine einen mein meine bitte danke hallo guten tag morgen wie "
    "viel kostet wann konnen haben habe brauche heute uhr auch mit fur auf zu von bei oder kann mochte wasser "
    "heizung kaputt"
) - words("die tag hallo mit das")
_ITALIAN = words(
    "io il lo gli della delle dei nel che non sono ho abbiamo avete posso puo quanto costa ciao buongiorno grazie "
    "per favore prego domani oggi quando dove mio mia perche anche bisogno vorrei casa acqua rotto riparare sera siete"
) - words("casa lo il mia quando per io")
_TAGALOG = words(
    "po ang ng mga sa kayo ako ka ko mo namin natin nyo ninyo ba magkano kailan pwede saan bukas ngayon salamat "
    "kumusta hindi oo opo na lang naman kasi pero yung ung nasira sira tubig bahay gusto kailangan ninyong meron wala"
) - words("sa na ka ko mo pero ba")
_HAITIAN = words(
    "mwen ou li nou yo pou nan ak gen bezwen konbyen kouman kijan bonjou bonswa mesi tanpri kay dlo jodi demen ki sa "
    "eske genyen fe ka pa te ap vini konnen m"
) - words("ou sa ka pa li te m yo fe nan ki ap")
_POLISH = words(
    "nie jest sie czy mam potrzebuje ile kosztuje prosze dziekuje dzien dobry czesc jutro dzisiaj kiedy gdzie moj "
    "moja woda dom naprawic przyjechac mozecie panstwo"
) - words("dom")
_VIETNAMESE = words(
    "toi khong bao nhieu sua chua nuoc nha cua minh duoc cho xin chao cam ngay mai hom nay gio lam ban anh chi em bi "
    "may lanh can muon"
) - words("can may cho em chi mai lam ban gio chao cam bi nay cua")
_OTHERS = (_PORTUGUESE, _FRENCH, _GERMAN, _ITALIAN, _TAGALOG, _HAITIAN, _POLISH, _VIETNAMESE)
_VIETNAMESE_LETTER = re.compile("[đĐơƠưƯăĂ\u1ea0-\u1ef9]")
