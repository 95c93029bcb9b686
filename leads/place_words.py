"""The words around the name of a place, and the names that are ordinary words too. Pure; English and Spanish together.

All patterns read plain words: lower case, no accents, no apostrophes (“I'm” is im), saints and forts shortened.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


DIRECTIONS = _words("n s e w ne nw se sw north south east west northeast northwest southeast southwest")
STREET_ENDS = _words(
    "st street ave av aves avenue blvd blv boulevard rd road dr drive ln lane ct court cir circle pl place pkwy "
    "parkway ter terr terrace hwy highway trl trail way loop sq square plaza fwy freeway expy expressway pike "
    "crossing alley"
)
# What a number belongs to that is neither a house nor a postal code.
UNITS = _words("apt apartment unit suite ste rm room bldg building lot floor fl trailer space spc no num")
ROADS = _words("hwy highway route rt rte i us sr interstate exit freeway fwy")
NUMBERED = _words(
    "invoice order account acct number ticket ref reference confirmation pin model serial case claim policy job box "
    "over cost costs paid pay owe dollars miles ext extension phone po code quote was total balance factura orden "
    "cuenta numero codigo"
)
# Behind these a dot ends no clause.
DOTTED = _words("st ste ft mt dr ave av blvd rd ln n s e w ne nw se sw apt mr mrs ms l a d u o")
CODE_WORDS = _words("zip zipcode zips postal postcode postales")
# Behind a city these make a firm or a house of it.
FIRM_WORDS = _words(
    "plumbing plumbers hvac heating cooling air electric electrical roofing dental dentistry dentist clinic "
    "hospital medical health university college school elementary church bank auto motors toyota ford honda "
    "chevrolet law legal salon spa hotel inn suites resort mall steel steak pizza grill insurance realty properties "
    "pest lawn landscaping pool pools garage door doors appliance appliances restoration construction remodeling "
    "painting cleaning cleaners flooring drain rooter services company co inc llc corp group partners brothers sons "
    "suns"
)
# People write these abbreviations as words; as states they are capitals, or stand behind a comma.
LITTLE_WORDS = _words("in or me ok oh hi pa ma id al la de co mo mi ct ar as va vi ga md ne mt nd nc el los a so no si")

_FILLER = (
    r"(?:(?:the|greater|downtown|central|old|beautiful|sunny|uptown|midtown|historic|metro|north|south|east|west|n|s|e|"
    r"w|ne|nw|se|sw|northeast|northwest|southeast|southwest|northern|southern|eastern|western|city of|town of|"
    r"el centro de|centro de|la ciudad de|ciudad de|norte de|sur de|este de|oeste de|el area de|area de|zona de|"
    r"all of|most of|parts of|part of) )*"
)
_YOU = r"(?:you|u|ya|yall|you guys|you all|your (?:guys|techs?|crew|team|people|company)|they)"
INTRODUCED = re.compile(
    r"(?:^| )(?:in|inside|within|serve|serves|serving|service|services|servicing|cover|covers|covering|into|throughout|"
    r"en|hasta|cubren?|cubres|atienden?|atiendes|sirven|"
    r"(?:go|goes|going|come|comes|coming|came|travel|traveling|drive|driving|head|out|over|up|down|get|make it|"
    r"deliver|moved|moving|move|relocated|relocating|service|trip|look at|search|searching|closer) (?:\w+ )?to|"
    r"(?:im|i am|we are|were|is|are|calling|texting|writing|coming|messaging|originally|folks|people|customers?) from|"
    r"(?:located|live|living|based|staying|situated|house is|home is|job is|property is|working|work) (?:at|out of)|"
    r"(?:city|town|location|area|address|place|suburb|code)(?: name)? (?:is|its|would be|will be)|"
    rf"(?:do|does|can|could|would|will) {_YOU} (?:also |even |still |ever )?(?:do|work|visit|handle)|try|"
    r"(?:van|vienen|llegan|ir|venir|vengan|llegar|viajan|manejan|trabajan|servicio|soy|somos|vivo|vivimos|mudamos|"
    r"mude|vayan|viene|va|llega) (?:a|de|hasta|por|para)|"
    r"(?:ciudad|direccion|zona|pueblo|colonia) (?:es|seria)) "
    rf"{_FILLER}$"
)
# “Actually Mesa”: the new name stands at the end of what is said.
CORRECTED = re.compile(r"(?:^| )(?:actually|meant|mean|rather|make it|make that|digo|perdon|quise decir|sino) $")
NEAR = re.compile(
    r"(?:^| )(?:near|nearby|close to|closest to|next to|adjacent to|around|by|outside|outside of|just past|past|beyond|"
    r"bordering|between|toward|towards|(?:north|south|east|west|minutes?|mins?|miles?|hours?|far|up|down|over|drive) "
    r"(?:of|from)|off of|edge of|cerca de|junto a|al lado de|(?:las )?afueras de|entre|lejos de|hacia) "
    rf"{_FILLER}$"
)
_DENYING = (
    r"(?:(?:in|at|from|of|to|the|a|en|de|a|la|live|lives|living|located|based|going|coming|actually|really|even|go|"
    r"serve|cover|es|esta|estoy|estamos|vivo|vivimos|soy|somos|mas|longer|be|being|anywhere|near|any|city) )"
)
DENIED = re.compile(
    rf"(?:^| )(?:(?:not|isnt|arent|aint|wasnt|werent|dont|doesnt|didnt|never|except|besides|ya no|nunca|excepto|"
    rf"not just|not only) {_DENYING}*|no {_DENYING}+|"
    r"(?:instead of|rather than|other than|away from|left|leaving|en vez de|en lugar de|fuera de) (?:the )?|"
    r"(?:move|moved|moving|relocated|relocating|mudamos|mude|mudando) (?:here )?(?:from|out of|de|desde) |"
    r"(?:used to (?:live|be|work)|(?:was|were) (?:living|born|raised)|born|grew up|antes vivia|vivia) (?:in|at|en) )$"
)
SAID_OF_PEOPLE = re.compile(
    r"(?:^| )(?:name|names|named|called|name is|this is|it is|its|im|i am|soy|me llamo|llamo|llama|mi nombre es|mr|mrs|"
    r"ms|miss|dr|sr|sra|senor|senora|don|dona|hi|hello|hey|hola|dear|thanks|thank you|thx|gracias|regards|love|"
    r"(?:talk|talked|speak|spoke|talking|speaking|spoken|said|give it|reach out) (?:to|with)|ask for|asked for|tell|"
    r"told|with|wife|husband|son|daughter|brother|sister|mom|dad|friend|neighbor|boss|manager|tech|technician|"
    r"esposo|esposa|hijo|hija|hermano|hermana|con) $"
)
# Of the above, what an answer to “which city?” begins with as well.
ANSWERS = re.compile(r"(?:^| )(?:it is|its) $")
SIGNING = re.compile(
    r"(?:^| )(?:thanks|thank you|thx|ty|thanks again|regards|sincerely|cheers|best|gracias|saludos|atentamente)$"
)
SPANISH_STREET = re.compile(
    r"(?:^| )(?:calle|avenida|avda|camino|paseo|calzada|bulevar|via|street called|corner of)"
    r"(?: (?:de|del|la|las|el|los))* $"
)
SPANISH_IN = re.compile(r"(?:^| )(?:en|a|de|por|para|hasta) $")

# After “en”, “a” or “de” and in small letters these are no cities.
SPANISH_NOUNS = _words(
    "la el casa pueblo campo camino salida hermosa largo alto media vida colonia bandera piso buena arena plaza central"
)

# Beside these a name is still a whole answer.
FILLERS = _words(
    "yes yeah yep yup ya ok okay sure hi hello hey um uh so well oh actually sorry im i am we are were is it its "
    "this thats that the in at from to of near my our your place house home city town area address location live "
    "living located based please pls plz thanks thank you thx ty only just right now here there out over down up "
    "maybe mostly but and zip code would be will one for us me usa america united states north south east west "
    "downtown greater sir maam haha lol si claro bueno hola gracias por favor en la el de soy somos estoy estamos "
    "vivo vivimos es esta ciudad zona aqui mi casa nuestra direccion codigo postal do you guys serve service cover "
    "go come can what about how y not no meant mean rather no digo perdon sino cubren van think guess believe"
)

# Cities too, all of them; in free text a state, a ZIP code or our own question has to make them one.
EVERYDAY = _words(
    "best home house ever public start point power white call job war black story means hope young post early given "
    "true university large nice friend happy community light deal check art street chance clear field cost "
    "price points issue force fine energy strong likely lead star industry center middle king worth park cool "
    "reading model green felt blue trade range page central quality union council success okay earth mark wall ball "
    "standard rock river century western normal island gas speed section miles cross campaign welcome quick sun "
    "levels justice secretary centre rule hurt spring effort cash beach sweet rich luck indian gay congress winter "
    "challenge mission hall economy agency queen library freedom royal protection mobile learned exchange lake "
    "village rose faith supply silver winner stone institute camp wood van eastern garden wake boss surprise roll "
    "fly driver busy beauty magazine lovely iron victory tea mountain core bay valley transfer prince flat purchase "
    "industrial hundred bear accident powers ocean moon forest trees ray honor brothers banks pool grant golden era "
    "snow max liberal jersey holiday fox urban cook advance talent friendly mode falls chicken walls orange "
    "champion wing solo reserve republic fields birds register pacific bond bell load independence frame branch "
    "lane index bunch academy turkey tool premier grace golf crown rice relief joy interior deputy circle carbon "
    "brilliant empire cable sample reform peak marine singer pilot yards wise campus tower universal santa pride "
    "marks junior hunt highway bush rush rescue finger auto loving gate gap superior soldier shock hills extension "
    "drew breaks woods waters trail temple charity castle shadow ideal concrete chase bath speaks sisters plain "
    "farmers boring avenue ordinary odd flower diamond belt telephone remote kings comfort bureau pray landing "
    "crystal alliance shell friendship pope pace experiment enterprise bishop waves ward monitor commerce "
    "headquarters fate wolf virgin cotton reader liberty premium parks foster fleet brave romance railroad "
    "pound symbol midnight arsenal wisdom tiger summit stem gates bow agenda loop jet clay celebration carrier gulf "
    "globe bass weed mars dawn peoples oral mutual equality brick alpha tunnel springs noble export deposit "
    "democrat burns palm burden brush unity twist shorter mills leaf veteran imperial hood holder gravity fence "
    "duck clever loyal cave corn coin bucks spray rifle oak earl cherry defeated couch warrior shade rocky paradise "
    "parade marvel marathon ash swift harbor grants farmer barrier pearl organ northwest haven eagle combine "
    "chancellor bend ridge divide colony charm banner potter parish humble harmony ace southwest pine hurricane "
    "cliff booth sells rogers olive darling dairy bee trainer subtle micro merit lodge duo butler bud broadway "
    "breeding basin reed rainbow petty outlook drain blanket assumption hull holmes halfway chambers blessing "
    "static shook savage sunset thermal echo cope bolt peninsula mineral harvest fork chapel continental cannon "
    "axis anchor timber stark salmon telegraph portal capitol fossil cylinder bent wade porter ruby hazard lawn "
    "cord dale frontier delight admire triumph toast pillow marble frost drake canyon canvas berry amber cement "
    "junction hunters grove triangle sanctuary reunion printer pierce painter mentor guild drums downs dodge "
    "butterfly bloom wax battlefield homeland mainland herald crane countryside stamps prosperity plaza pioneer "
    "lone hometown hay fountain anthem trinity shepherd monument champ cardinal blunt bells plains moss nursery "
    "hawks ranger node shields blades rig maple lively gem coupon coral hardy granite swan slaughter violet "
    "twilight tornado sunrise startup sage inland gateway isle ivy cone overly fellows hatch cyrus drift maiden "
    "pony manor reliance accord barber carpenter archer forbes fries peel providence mechanic vendor pitcher raven "
    "hygiene counselor constable trout omega volcano sparks rover pinch heath webster cedar summers limestone halo "
    "gore conception claude armour ark newborn coats beacon brook vest patriot paramount oriental magnet excel "
    "chili arcade tow plantation onset vista tribune slick convoy apex boulder prairie oracle needles moody hustle "
    "highland flora everything akin willow monarch midway mart ransom blaze pike scenic peculiar dolphin dent dell "
    "coward spur advent novelty panther hooks highlands herman hamlet helm cove cocoa neon sultan serena warden "
    "paradox laurel hydro groom gill dow cache bing perks pavilion midfield mascot luna lotus gale fertile blossom "
    "alpine wink pigeon oaks moose lookout alloy viking mystic muddy mound meadow emerald climax bourbon staples "
    "springer seaside miner bluff winger windy orchard metropolis majestic jolly crescent cologne walnut topping "
    "tanner staple emblem truman endeavor ware plum palms kite gypsy drifting waterfall vineyard sedan oyster "
    "seminary kettle covert locke weir pep almond parachute licking cyclone outing jackpot canoe bland volt "
    "embarrass defiance deposit tank tool tract trail truth waterproof wicker service nada hay "
    "nuevo alta perdido tiro caliente poca honor chico salvo portal mio caro "
    "solo bonita poco dinero guerra progreso descanso mina bank bridge church "
    "corner country court dairy dam door east farm fort front gardens ground heights junction landing lane market "
    "mill mine north pass path plant port ranch road school seal shop site south square station store temperance "
    "west yard zone blind loose weeping show winners opportunity rescue help two spark baseline pineapple "
    "crossroads cutoff horseshoe bluegrass blackjack battleground campground westside trio olds petroleum hon rand "
    "browns meta hooker funk gays fibre bunker pence cooks pointer colon dice herd floral flint dinosaur stab "
    "calcium mercury platinum apollo nova prospect miracle delta deer derby sandwich sunshine tariff skyline "
    "radiant ledger elk sublime badger rodeo cascade tram siren plank peck onward stout steward regent pinnacle "
    "keystone inlet forks boon bangs sapphire riddle pines sandstone dresser diagonal fulfillment solitude trooper "
    "ozone novice helper cucumber crook sentinel mammoth ether cactus utopia spruce satin rake pilgrim umpire "
    "roulette eclectic viper duff dyke surveyor sunflower clover coyote elm barrow commodore hardwood maize ebony "
    "spade plush glide eureka chinatown bays alligator chunky typo pax southeast southeastern northwestern "
    "southwestern downtown "
    # makes that are serviced
    "ford chevrolet mercedes cadillac tesla saturn pontiac york goodman amana bryant lennox kohler payne "
    # countries, which customers mean more often than their namesakes here
    "italy canada mexico china russia egypt brazil cuba peru poland norway holland greece jamaica india england "
    "ireland scotland wales sweden denmark finland switzerland belgium lebanon syria iran palestine bolivia panama "
    "chile angola sudan morocco malta france spain germany japan america europe asia africa"
)
# Not even as an answer: these say something else.
NEVER = _words(
    "only may day many man between tell stop united guys given guy okay ok yes no why home house early best call "
    "price cost true fine nice clear check start help quick time now help job given likely large happy ever means "
    "english spanish german french italian dutch swiss polish welsh navajo arab christmas august april june july "
    "march monday friday sunday saturday easter what how who later anytime soon tomorrow today tonight morning noon "
    "midnight winter summer fall service one two three four five six seven eight nine ten hundred first second "
    "thank thanks sorry please welcome sure good great hello lead deal normal busy gas hurt surprise me una uno "
    "como esto era hoy nada hay ayer arriba casa gate malo gratis dinero mayo este norte sur oeste luego bueno buena "
    "centro nueva vida college hospital outside emergency tank drain water heater furnace roof kitchen bath garage "
    "pool yard street road lane avenue"
) - _words("surprise normal")
# Ordinary words in a row that are also a city.
EVERYDAY_PAIRS = _phrases(
    "new home|new house|white house|half way|left hand|state line|county line|old town|new town|"
    "city center|center city|country club|big water|running water|cut off|last chance|due west|"
    "north east|south west|national park|state park|state university|the rock|the city|new city|"
    "high school|new market|two run|number one|three way|five points|view park|water view|the plains|"
    "the village|the villages|union church|good hope|new hope|high view|town and country|big run|"
    "deep water|new deal|red house|white city|wall street|long green|cold spring|clear spring|big bar|"
    "gas city|round top|south point|west end|north street|church road|old station|power plant|"
    "air force base|us air force"
)
