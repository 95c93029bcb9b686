"""The turns of phrase of messaging.optout_words: patterns over plain clauses (lower case, no accents or apostrophes).

Each pattern is a way of saying something, with its usual objects; what must not match stands in tests. They are
searched clause by clause, so "$" is the end of a clause and no pattern reaches over a comma.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern that finds any of these at the beginning of a word."""
    return re.compile(r"\b(?:" + "|".join(patterns) + ")")


_TEXTS = (
    r"(?:texts|txts|text messages?|messages|msgs|sms|spam|texting|messaging|notifications|alerts|reminders|"
    r"promos|promotions|ads|advertisements|emails|communications?|solicitations?|marketing)"
)
_COMM = (
    r"(?:te?xt(?:s|ing|in|ng|n|ed)?|(?:text )?(?:messages?|messaging|messagin|messges|mesages|mssgs)|msgs?|"
    r"msging|sms|spam(?:ming|min)?|notifications?|notifying|alerts?|reminders?|contact(?:ing|in)?|communicat\w+|"
    r"comms|e ?mail(?:s|ing)?|call(?:s|ing|in)|bother(?:ing|in)|harass(?:ing|in|ment)|bugging|annoying|pestering|"
    r"following up|follow ?ups|"
    r"hounding|reaching out|solicit\w+|pinging|marketing|promos?|promotions?|advertis\w+|ads|blowing up|"
    r"hitting (?:me|us) up|writing|sending (?:me|us|things|stuff|crap|shit|to this)|stalking)"
)
_LINK = (
    r"(?:(?:all|with|the|these|those|this|that|any|your|ur|you|of|more|future|further|damn|(?:mother)?fuck(?:ing|in)|"
    r"fking|fckin\w?|freaking|goddamn|stupid|"
    r"sending|getting|receiving|me|us|my|automated|automatic|auto|robo|robot|bot|unwanted|constant|so|many|it|please|"
    r"and|"
    r"trying to|phone|out) )*"
)
_YOU = r"(?:you|u|ya|yall)"
_TEXT_VERB = r"(?:text|txt|texting|message|messaging|msg|contact|bother|harass|spam|solicit|write|ping|sms)"
_NO = r"(?:dont|do not|do nt|dnt|don t|never|not|no longer)"
_ME = r"(?:me|us|this (?:number|phone|cell|line)|my (?:number|phone|cell|line))"
_LATER = (
    r"(?:until|till|til|unless|before|after|at (?:night|work)|while|during|tonight|today|this (?:late|early)|"
    r"so (?:late|early)|on (?:the )?weekends?|in the|between|past|when|if|late|early)\b"
)
# "Stop" is the whole request; what follows is an adverb or the next sentence, never a thing to be stopped.
_TO_STOP_END = (
    r"(?:$| (?:it|this|that|now|please|already|immediately|asap|all|everything)$| (?:i|im|or|we|you|u|once|twice|"
    r"\w+ times|yesterday|before|several|multiple|many|\d+|last|and|but)\b)"
)
# What consent to a text may be about; consent to a repair or a treatment is another matter.
_TO_TEXTS = (
    r"(?=$| (?:to|for) (?:you |u )?(?:to )?(?:this$|these|any|your|receiv|being|get|be |text|messag|sms|communic|"
    r"contact|e ?mail|call|send))"
)
_LATIN_TEXTS = r"(?:mensaj\w*|mensag\w*|textos?|sms|msjs?|msgs?|messages?|correos?|alertas?|propaganda|publicidad)"
_ES_STEM = r"(?:mand|envi|escrib|texte|mensaje|molest|contact|acos|fastidi|jod|hostig)"
_ES_TO_TEXT = rf"(?:{_ES_STEM}|llam)(?:ar|ir|ear|ando|iendo)?(?:me|nos|le)?"
_ES_TEXT_ME = rf"{_ES_STEM}(?:e|es|en|a|as|an|ees|een)"
_PT_TEXT = r"(?:mand|envi|escrev|incomod|contat|perturb|lig|ench|spam)\w*"
_FR_TEXT = r"(?:envoy|ecri|text|contact|derang|harcel|appel|embet|spam|sollicit)\w*"

STOPPING_TEXTS = re.compile(
    rf"\b(?:stop|quit|cease|halt|discontinue|refrain from)(?: with)? {_LINK}{_COMM}\b|\bstop \w+ing (?:me|us)\b"
)

STOP_PHRASES = any_of(
    r"(?:stop|quit) (?:receiving|getting)(?: (?:these|those|this|them|your|ur|any|all|more|so|many))*"
    rf"(?:$| {_TEXTS}\b)",
    rf"(?:appreciate|prefer|rather|wish|thankful|grateful)(?: it)?(?: if)? {_YOU} (?:guys )?(?:would |could |just )*"
    rf"(?:stop(?:ped)?|quit|didnt|not) {_LINK}{_COMM}\b",
    r"get (?:these|you|u|yall) to stop$|^(?:please )?stop all (?:of )?(?:this|it|that)(?: please)?$|"
    r"^(?:please )?end (?:this|the) (?:conversation|chat|thread)(?: please)?$",
    rf"(?:never|didnt|did not) (?:ever )?(?:ask(?:ed)?|sign(?:ed)? up) for (?:any |your |the )?{_TEXTS}$|"
    rf"{_TEXTS} (?:are|is) (?:not (?:welcome|wanted)|unwelcome|unwanted)",
    r"use (?:my|this) (?:number|phone|cell) (?:again|any ?more)\b",
    r"favor and (?:please )?stop$|^i (?:hereby )?revoke$",
    rf"{_NO} bother (?:texting|messaging|contacting|calling|writing) (?:me|us|this)\b(?! back)",
    r"not (?:allowed|permitted|authorized|supposed|welcome) to (?:text|message|contact|msg) (?:me|us|this)\b",
    r"(?:stop|quit) sending(?: (?:this|these|those|them|it))?(?: to (?:me|us|this number|my phone))?(?: (?:please|pls|"
    r"now|already))?$",
    rf"(?:turn|shut|switch) off {_LINK}{_TEXTS}(?:$| (?:please|now|to|for)\b)|(?:turn|shut|switch) (?:these|the|your|"
    rf"those) {_TEXTS} off\b|"
    rf"(?:disable|deactivate) {_LINK}{_TEXTS}(?:$| (?:please|now|to|for)\b)|want to be left alone\b",
    rf"no need to (?:{_TEXT_VERB}|send)(?: (?:me|us|any|more|these|out))* (?:{_TEXTS} )?(?:again|any ?more)\b",
    r"no (?:permission|consent|right|authorization) to (?:text|message|contact)\b",
    rf"{_NO} authorize (?:any |your |these )*{_TEXTS}|(?:doesnt|does not) want (?:any |your |more )*{_TEXTS} (?:from|"
    rf"any ?more)\b",
    r"unsus?cri[bv]\w*|suscripcion (?:de|a) (?:los |sus )?(?:mensajes|textos)",
    r"(?:these|those|the|your|all) (?:damn |stupid )?(?:texts|txts|messages|msgs) (?:to |must |need to |have to |"
    r"should )?stop\b",
    r"(?:never|didnt|did not) (?:ever )?agreed? to (?:be texted|texts|texting|text messages|messages|(?:receiv|"
    r"gett)\w+)",
    r"(?:end|cancel|enough|knock(?: it)? off|cut(?: it)? out|done)(?: with)? (?:(?:of|all|the|these|those|this|your|"
    r"ur|my|future|further|any|"
    rf"text|sms) )*{_TEXTS}\b",
    rf"(?:told|tell|asked|ask|begging|telling|asking|beg|beseech|implore|urge|request|require|order|demand|warned|want|"
    rf"need) (?:{_YOU} |guys |people |"
    rf"all )+(?:to )?(?:please |just )?(?:stop|quit|cease){_TO_STOP_END}",
    rf"(?:said|say|replied|texted|typed|sent|wrote|responded|repeat)(?: to)?(?: you)? stop{_TO_STOP_END}",
    rf"(?:told|tell|asked|ask|want) {_YOU} (?:not to|to not|to never|never to) (?:ever )?(?:{_TEXT_VERB}|call)\b",
    rf"{_NO} (?:\w+ )?(?:want|wish|wanna|need|interested in)(?: (?:to|for|of|receive|receiving|get|getting|see|be|"
    rf"you|u|any|more|anymore|further|future|your|ur|these|those|this|the))* (?:{_TEXTS}|contact(?:ed|ing)?(?! lens)|"
    rf"texted|messaged|"
    r"bothered|solicited|hear(?:ing)? from (?:you|u|yall|this))\b",
    rf"(?:{_NO}|didnt) (?:ever )?(?:consent(?:ed)?|authorize (?:you|this number|these)){_TO_TEXTS}",
    rf"{_NO} (?:ever )?agree to (?:be |receive|get |these|your|texts)",
    rf"(?:{_NO}|didnt|havent) (?:ever )?(?:given?|giving|gave|have|grant)(?: {_YOU})?(?: (?:my|any|your|the|"
    rf"no))? (?:consent|permission|authorization){_TO_TEXTS}",
    r"(?:revok\w+|withdraw\w*|rescind\w*|retract\w*)(?: (?:all|my|any|the|prior|previous))* (?:consent|"
    rf"permission|authorization){_TO_TEXTS}",
    r"^no consent$|(?:prefer|rather) not (?:to )?(?:be (?:contact|text|messag)ed|(?:get|receive|"
    rf"have) (?:\w+ ){{0,2}}{_TEXTS})\b",
    rf"(?:can|could|would|will) {_YOU} (?:please |just )?not (?:{_TEXT_VERB}) (?:me|us|this)",
    r"(?:consent|permission) (?:is |has been )?(?:hereby )?(?:revoked|withdrawn|denied)",
    r"(?:want|wanna|wish|asked|need|like|get)(?: to be| to get)? (?:off|out)(?: of)?(?: (?:your|ur|this|these|the|any|"
    r"all))+"
    r"(?: \w+)? (?:lists?|thread)\b(?! price)",
    rf"{_NO} (?:want|wanna|wish|need)(?: to)? be(?:ing)? (?:on|in|part of) (?:your|ur|this|the|any)(?: (?:text|texting|"
    r"sms|phone|mailing|contact|marketing|call|calling))? (?:list|group|thread)\b",
    r"(?:i|please|want|wish|like|ask|asking|request|requesting|demand|need) to be (?:removed|deleted|unsubscribed|"
    r"taken off|dropped)(?:$| (?:from|off|of|please|asap|now|this|your|these|the)(?: (?:your|ur|this|these|the|all|"
    r"any|it|here|from|of|"
    r"texts?|sms|contact|mailing|marketing|call|calling|lists?|messages|system|database|now|immediately))*$)",
    r"(?:request|requesting|want|demand)(?: (?:a|an|my|for|immediate))* removal$|"
    r"removal (?:\w+ )?from (?:(?:your|ur|this|the|all|any) )?(?:\w+ ){0,2}lists?\b",
    rf"no (?:more|further) (?:of )?(?:these |this |your |automated |robo |marketing |promo )*(?:{_TEXTS}|contact|"
    rf"follow ?ups?)\b|^no (?:contact|"
    rf"follow ?ups?)(?: please)?$",
    rf"^(?:\w+ )?no (?:(?:robo|robot|bot|auto|automated|marketing|promo|spam) )?{_TEXTS}(?: please)?$",
    r"(?:lose|forget|erase|delete|remove|scrub|drop) (?:all )?(?:of )?(?:my|this)(?: phone| cell)? (?:number|num|"
    r"contact|digits|"
    r"info)\b(?! (?:and (?:use|add|put)|on the|from (?:the|my) |\d|in line))",
    r"(?:remove|delete|erase|scrub|take|get|drop|scratch|strike|block|cross) (?:me|us|my (?:\w+ )?(?:number|name|info|"
    r"cell|phone)|this (?:number|phone|cell)) (?:off|from|out of|of)(?: (?:of|from|your|ur|this|these|the|that|all|"
    r"any|text|txt|call|contact|marketing|mailing|"
    r"phone|sms|email))* (?:lists?|texts?|txts?|messages?|system|database|records|files?|contacts?|phone|spam|it|"
    r"this|here|everything|communications?|sms|thread|marketing|texting|messaging)\b(?! (?:unit|time|day|date|for))",
    r"(?:remove|unenroll|unlist|opt) (?:me|us)(?: out)?(?: (?:please|now|asap|immediately|thanks|pls|plz|already|"
    r"(?:and|or|i|im|from (?:this|these|here|all|everything)) ?.*))?$",
    r"remove (?:\w+ )?(?:off|from)(?: (?:your|the|this|that|ur|all|text|mailing))* lists?\b|(?:remove|"
    r"delete) (?:number|contact)$",
    r"(?:take|get) (?:me|us|my (?:\w+ )?(?:number|name)|this number) off(?: (?:please|now|asap|immediately|pls|"
    r"plz))?$",
    r"(?<!dont )(?<!not )leave (?:me|us|this number)(?: the \w+)? (?:alone|be)\b|let (?:me|us) be$",
    r"(?:me|us|number|this) (?:on|to|in) (?:your|the|ur) (?:do not|dont|no) (?:call|text|contact)",
    r"cease and desist|(?:text|message|contact) (?:me|us) no more",
    r"never (?:want to )?(?:hear|see) (?:a text |anything )?from (?:you|u|yall)",
    # Spanish
    r"(?<!no )(?:dej[aeo]\w*|par[ae]n?|basta|cesen?|termin[ae]n?|suspend[ae]n?)(?: ya)? (?:de|"
    rf"con)(?: \w+)? (?:{_ES_TO_TEXT}|{_LATIN_TEXTS})\b",
    rf"(?<!que )no (?:me|nos) (?:vuelv\w+ a )?(?:{_ES_TEXT_ME}|{_ES_TO_TEXT})(?! (?:hasta|antes|despues|el|la|los|"
    r"las|una?|al?|otr[ao]|su|sus|ese|esa))\b",
    rf"no {_ES_TEXT_ME}(?: mas)? {_LATIN_TEXTS}(?:$| (?:a|por favor|ya)\b)|"
    rf"no (?:me )?{_ES_TEXT_ME} (?:mas )?a (?:este|mi|"
    r"esta) (?:numero|telefono|linea|celular)",
    rf"no (?:me|nos) interes\w+ (?:sus|tus|los|estos|recibir) (?:\w+ )?{_LATIN_TEXTS}\b",
    rf"(?:pido|pedi|ruego|exijo|dije|digo|favor) (?:\w+ )?que (?:no|dejen de|paren de) (?:me |nos )?(?:{_ES_TEXT_ME}|"
    rf"{_ES_TO_TEXT})\b",
    r"salir(?:me)? de (?:la|su|esta|tu) lista|^(?:ya |por favor )*(?:saqu?en?me|sacame|quiten?me|quitame|borren?me|"
    r"eliminen?me|"
    r"remuevan?me)(?: (?:por favor|ya|gracias))*$",
    rf"no (?:te |se |me |nos )?vuelv\w+ a {_ES_STEM}\w*",
    rf"(?:favor de|pido|pedimos|ruego) no (?:me |nos |volver a )?{_ES_STEM}\w*",
    rf"no (?:me|nos) (?:llam\w+|habl\w+) (?:mas|nunca|otra vez)|no {_ES_TEXT_ME} mas\b",
    rf"(?:cancel|suspend|deten)\w* (?:\w+ ){{0,2}}{_LATIN_TEXTS}\b",
    rf"no (?:quiero|kiero|deseo|queremos|quisiera|necesito|autorizo|acepto)(?: \w+){{0,4}} {_LATIN_TEXTS}\b",
    rf"no (?:quiero|deseo|queremos|autorizo) que (?:me|nos) (?:{_ES_TEXT_ME}|contact\w+|llam\w+)\b",
    rf"(?:no|ni un|ni) mas (?:\w+ )?{_LATIN_TEXTS}\b|^(?:ya )?no molest\w+",
    rf"(?:par[ae]n?|parem|deten\w*|cort[ae]n?)(?: con| com)? (?:los|las|sus|tus|estos|esos|os|as) {_LATIN_TEXTS}\b",
    r"(?:borr|quit|elimin|sac|saqu|remuev|remov|retir|tir|exclu|apag|suprim)\w* (?:\w+ ){0,3}(?:de|da) (?:(?:la|"
    r"su|sus|tu|esta|sua|esa) )?lista",
    r"(?:borr|elimin|quit|remuev|remov|apag|exclu)\w+ (?:mi|meu|o meu) (?:numero|telefono|contacto|celular)",
    r"(?:dar|dame|deme|denme|darme|darnos|darse|den|de) (?:me )?de baja",
    r"(?:revoc|revog|retir)\w+ (?:mi|el|meu|o) consent\w+|no doy (?:mi )?(?:consentimiento|permiso)",
    r"(?:dejame|dejenme|dejeme|dejanos|dejenos|me deix\w+|deix\w+ me|laiss\w+ (?:moi|nous)) (?:en paz|em paz|"
    r"tranquil\w+)",
    # French
    rf"(?:arret|cess|stopp)\w* (?:de |d ?)(?:me |nous |m ?)?{_FR_TEXT}\b",
    r"(?:arret|cess|stopp)\w* (?:avec )?(?:les|vos|ces|tes|de) (?:messages?|textos?|sms|appels|envois)",
    rf"ne (?:me |nous |m ?){_FR_TEXT} (?:plus|jamais)\b|ne plus (?:me |m ?|nous )(?:re)?{_FR_TEXT}\b",
    r"(?:^|svp )(?:\w+ )?plus de (?:messages?|textos?|sms)\b",
    r"(?:veux|voudrais|souhaite|desire) (?:plus|pas) (?:\w+ ){0,3}(?:messages?|textos?|sms|contact\w*)",
    r"(?:desabonn|desinscri)\w+",
    r"(?:retir|enlev|supprim|effac)\w+ (?:moi de (?:votre|la|ta|cette) liste|mon (?:numero|nom))",
    r"(?:fichez|foutez|fous) (?:moi|nous) la paix",
    # Portuguese
    rf"(?<!nao )(?:par[ae]|parem|parar|deix[ae]|deixem|chega) (?:de|com) (?:me |nos )?(?:{_PT_TEXT}|"
    rf"{_LATIN_TEXTS})\b",
    rf"nao (?:me|nos) {_PT_TEXT} mais|nao (?:quero|desejo|autorizo)(?: \w+){{0,3}} {_LATIN_TEXTS}\b",
    rf"sem mais {_LATIN_TEXTS}\b|(?:descadastr|desinscrev)\w+",
    # German, Italian, Russian, Polish, Serbian, Vietnamese, Haitian, Tagalog
    r"keine (?:weiteren |mehr )?(?:nachrichten|sms|texte)|hor\w* (?:sie )?(?:bitte )?auf(?:$| (?:mir|mich|mit|uns))|"
    r"(?:schreib|kontaktier|sms)\w* (?:sie )?(?:mir|mich|uns) (?:bitte )?(?:nicht|nie)",
    r"smett\w+ di (?:scriver|contattar|mandar|inviar|disturbar)\w*|"
    r"non (?:mi )?(?:\w*scriv|contatt|mand|invi)\w* (?:piu|mai)",
    r"не (?:пиши\w*|присылаи\w*|беспокои\w*)|хватит писать|прекратите|отпиши\w*",
    r"nie pisz\w*|prosze przestac|ne pisi\w* mi|[dđ]ung (?:nhan|gui|lai)|ngung (?:nhan|gui)|"
    r"pa (?:voye|ekri)\w* (?:\w+ ){0,2}(?:mesaj|anko)|huwag (?:\w+ ){0,3}(?:mag ?text|i ?text|magpadala)",
    r"basta (?:con |de )?(?:messaggi|mensajes|mensagens|textos)",
)

DONT_TEXT = re.compile(
    rf"(?:^|(?P<before>\b\w+) ){_NO} (?:ever |again |you |u |be |keep |please )*(?:(?P<verb>{_TEXT_VERB})(?: (?:or|"
    r"and) (?:call|e ?mail))?|(?P<call>call)(?! or text)|(?:call|e ?mail) or (?:text|message)|"
    r"(?P<send>send(?:ing)?))\b ?(?P<rest>.*)$"
)
ME = re.compile(rf"^(?:{_ME}|or call {_ME})\b ?(?:or call(?: me)?\b ?)?")
LATER = re.compile(rf"^{_LATER}")
SEND_ME_TEXTS = re.compile(
    rf"^(?:(?:me|us|any|more|another|these|your|those|this|the|such|so many|out|a) )*(?:{_TEXTS}|text|message|"
    r"anything|any ?more|this|these|them$)\b(?! (?:bill|invoice|photo|picture|until|till|tech))"
)

OPT_OUT = re.compile(
    r"^(?P<before>.*?)\b(?:opt(?:ed|ing)? ?(?:me |us )?out|unsub(?:scribed?|scribing)?)\b ?"
    r"(?:(?:me|us|please|now|my \w+|him|her|them) )*(?P<link>of|from|for)?\b ?(?P<rest>.*)$"
)
OPT_OUT_OBJECT = re.compile(
    r"^$|^(?:receiving|getting|being|any|all|everything|this$|these|those|here|it|you|yall|ur list|your (?:list|"
    rf"text|sms))\b|\b{_COMM}\b|\b(?:lists?|thread)\b"
)
NOT_MEANT_BEFORE = re.compile(
    r"\b(?:didnt|did not|dont want to|do not want to|never|not|wrongly|mistakenly|accidentally) $"
)
# The last ones have an opt-out of their own, on their website.
NOT_MEANT_AFTER = re.compile(
    r"\b(?:mistake|mistakenly|accident\w*)\b|\b(?:button|form|link|page|feature|option)s? (?:\w+ )?(?:on|for|to) "
    r"(?:my|our)\b"
)
ORDER_TO_STOP = re.compile(r"\b(?:order|injunction|lawyer|attorney|program|app) to $")
# "Text me again and I will sue": who threatens does not want the next one.
NEXT_TEXT = re.compile(rf"\b(?:{_TEXT_VERB}|texts)\b(?: \w+){{0,3}} again\b|\bnext (?:text|message|txt)\b")
LEGAL_STEPS = re.compile(
    r"\b(?:sue|suing|report(?:ing)? (?:you|u|this)|legal action|press charges|hear\w* from my|(?:call|calling|"
    r"contact\w*|notify\w*) (?:\w+ ){0,2}(?:police|cops|lawyer|attorney|fcc|ftc|authorities))\b"
)
BUSY = re.compile(r"\b(?:driving|in a meeting|at work|busy|asleep|sleeping|at dinner|in class|on a call)\b")
# Scripts without spaces between words, over the text as written.
OTHER_SCRIPTS = re.compile(
    r"(?:别|別|不要|请勿|請勿)再?(?:给我|給我)?(?:发|發|联系|聯繫|打扰|打擾)|退订|退訂|取消订阅|停止(?:发|發|短信)|"
    r"그만 ?(?:보내|연락)|(?:보내|연락하)지 ?(?:마|말)|수신 ?거부|送らないで|送信しないで|配信停止|^やめて|"
    r"توقف عن|لا ترسل|لا تراسل"
)

MAYBE_PHRASES = any_of(
    r"(?:wrong|incorrect) (?:number|num|numba|no)\b(?! (?:on|in|of) )",
    r"(?:have|has|got|reached|texting|texted|calling|called|contacted) the wrong \w+(?: \w+)?$",
    r"^(?:\w+ ){0,2}wrong (?:person|guy|man|woman|lady|phone|house)(?: sorry)?$",
    r"numero (?:equivocado|errado|incorrecto)|(?:mauvais|faux) numero|equivoc\w+ (?:de|el) numero",
    r"(?:no one|nobody|noone|no \w+) (?:\w+ )?(?:by|with|of) (?:that|this) name|(?:no one|nobody) (?:named|called)",
    r"^(?:\w+ )?no \w+ (?:lives here|at this number)$|doesnt (?:live here|have this (?:number|phone))",
    r"^(?:\w+ ){0,2}(?:not|isnt|no longer) (?!the best|a good|my|your)(?:\w+ )?\w+ (?:number|phone|"
    r"cell)(?: any ?more)?$",
    r"(?:just|recently) got this (?:number|phone)|new (?:owner|user) of this (?:number|phone)|passed away|"
    r"number used to belong|"
    r"deceased|fallecio",
    r"(?<!why )(?:i|we) (?:\w+ )?(?:didnt|did not|never|havent|have not|have never|dont (?:remember|"
    r"recall))(?: ever)? (?:call|called|calling|phone|phoned|dial|dialed|contact|contacted|(?<!never )text|"
    r"texted|(?<!never )message|messaged|reach out to|reached out to|request|requested|inquire\w*)(?:$|"
    r" (?:to )?(?:you|u|ya|yall|any ?one|any ?body|this|nobody|your (?:company|business|office|shop|"
    r"number))\b(?! (?:guys )?(?:back|sooner|earlier|yesterday|yet|today|because|until|before|last|in time|after|"
    r"again|about)))",
    rf"^(?:didnt|did not|never) (?:call|called|contact|contacted|text|texted) (?:{_YOU}|anyone|anybody|"
    r"this)(?! back| yet| sooner)",
    r"(?:i|we) (?:didnt|did not|never)(?: ever)? (?:sign(?:ed)? up|subscribe[d]?|opt(?:ed)? in|"
    r"ask(?:ed)? for (?:this|these|your texts)|agree[d]? to (?:this|these|any)|g[ai]ve (?:you|u|yall) my)",
    r"(?:butt|pocket|mis) ?dial\w*|(?:called|dialed) (?:you )?(?:by (?:mistake|accident)|accidentally)|"
    r"(?:accidentally|mistakenly) (?:called|dialed)",
    r"(?:not|no longer|never|zero|aint|isnt|arent) (?:at all |really |even )?interest(?:ed)?\b(?! in (?!this$|"
    r"that$|your|ur|you|any))|not (?:\w+ )?intrested$",
    r"no interest$|no (?:me interesa|estoy interesad[oa]|estamos interesados)$|pas interesse\w*$|"
    r"nao (?:tenho interesse|estou interessad[oa])$",
    r"(?:fuck|f|fck|fuk|fk|eff|screw|piss|bugger|sod|buzz|jerk|f k|f ck)(?:ing)? (?:off|you|u|ya|yall|"
    r"yourself\w*|outta)\b",
    r"(?:go to hell|go away|get lost|drop dead|shut up|stfu|gtfo|kiss my|eat shit|bite me|suck my|you suck|"
    r"u suck|bullshit)\b",
    r"(?:assholes?|bitch\w*|idiots?|morons?|scumbags?|dickheads?|pendej\w+|chinga\w*|hijos? de puta|va te faire|"
    r"connards?|vai se foder|foda se|vete al?)\b",
    r"^(?:fuck|spam|spammers?|junk|scam|scammers?|estafa|harassment|enough|enough already|(?:that is|thats) enough)$",
    r"(?:this is|its|is this|youre|you are|you (?:guys|people|all) are|are you|looks like|sounds like|obvious|you|u|"
    r"more|just) (?:just |all |"
    r"pure )?(?:a )?(?:spam(?:mers?|ming)?|scam(?:mers?|ming)?|harassment|harassing(?: me)?)$",
    r"(?:report(?:ed|ing)?|mark(?:ed|ing)?|flag(?:ged|ging)?) (?:\w+ ){0,2}(?:as )(?:spam|junk)",
    rf"report(?:ing|ed)? (?:{_YOU}|this (?:number|text)|(?:it )?to the (?:fcc|ftc|bbb|police|authorities))",
    r"(?:my|our) (?:lawyer|attorney|abogado) will|(?:call|contact)(?:ing)? my (?:lawyer|attorney)|"
    r"^this is (?:\w+ )?illegal|(?:hear|hearing) from my (?:lawyer|attorney)|(?:sue|suing) (?:you|u|ur|yall)\b|"
    r"legal action against (?:you|u)\b|tcpa|(?:fcc|ftc) (?:complaint|violation)|(?:do not|dont) call (?:registry|"
    r"list)",
    r"(?:how ?d|(?:how|where|when) (?:did|do|would|have)) (?:you|u|yall|they) (?:guys )?(?:get|got|have|find|"
    r"obtain) (?:my|this)(?: phone| cell)? (?:number|num|info\w*|contact)",
    r"^(?:yo )?(?:no|nunca) (?:les? |los )?(?:llame|marque|he llamado)(?: a nadie)?$",
    r"who gave (?:you|u|yall) (?:my|this)|(?:como|donde) (?:consigui\w+|obtuv\w+|tien\w+|sac\w+) mi numero",
    rf"(?:i|we) (?:dont|do not) know {_YOU}$",
    r"block(?:ed|ing)? (?:you|u|this number|your number)\b|^(?:\w+ )?block(?:ed|ing)?$",
    r"unsolicited|unwanted (?:texts?|messages?|contact|calls?)|too many (?:texts|messages)|(?:you|u|"
    r"yall) text (?:me )?too (?:much|often)|keep (?:texting|"
    r"messaging|contacting|spamming|bothering)(?: me| us)$|(?:sick|tired|fed up) (?:of|with) (?:\w+ )?(?:texts|"
    rf"messages|texting)|(?:texts|messages|{_YOU}) (?:is|are|r|re) (?:\w+ )?annoying|^this (?:needs|has) to stop",
    r"^(?:i )?(?:dont|do not) want (?:this|these)$|cancel\w*(?: \w+)? (?:subscription|suscripcion|inscricao|"
    r"abonnement)$",
    r"^(?:\w+ )?(?:dont|do not) (?:call|phone)(?: me| us)?$",
)
IS_NOT_NAME = re.compile(r"^(?:\w+ ){0,2}this (?:isnt|is not|aint|is nt|isn t) (\w+)(?: (\w+))?(?: any ?more)?$")
# Over the text as written: only the capital letter tells a name from "I'm not home" and "no water here".
A_NAME_NOT_HERE = re.compile(
    r"\b(?:I['’]?m not|I am not|am not|im not|[Nn]o soy) ([A-Z][a-z]+)\b|\b(?:[Dd]on['’]?t|[Dd]o not) know "
    r"(?:any|a|an|no) ([A-Z][a-z]+)\b|\b[Nn]o ([A-Z][a-z]+) (?:here|"
    r"lives here|at this)\b"
)
NOT_A_NAME = _words(
    "a an the my our his her it me what how for about in on at to of as that this so too very really even just going "
    "urgent right good ok okay fair cool funny acceptable possible true correct normal safe bad great easy cheap "
    "enough new old cold hot warm clean broken fixed included covered available open closed done ready sure helpful "
    "professional over big small huge serious spam why where when near all always only emergency time much many "
    "important bueno false new enough"
)

PREFERS_TEXTS = re.compile(
    r"(?<!not )(?<!dont )(?<!or )(?<!nor )\b(?:text|txt|message) (?:me|us|please|instead|only|is (?:fine|"
    r"better|best)|works)\b|just text|"
    r"call(?:s|ing)? (?:just |please )?text$"
)
NO_CALLS = re.compile(r"\b(?:stop|quit|dont|do not|no) (?:all |the )?call(?:s|ing)?\b(?: me| us)?")
PREFERS_CALL = re.compile(
    r"\b(?:call|phone|ring|email) (?:me|us|instead)\b|\b(?:call|phone|email) (?:is )?(?:better|best|works)"
)
