"""What the robot says of its own accord, where a business has no script of its own. True for every business.

Facts come in by placeholders; accents that GSM-7 lacks (á, í, ó, ú) are avoided, as in built_in_wording.
"""

from messaging.enums import ScriptKind

ENGLISH: dict[str, str] = {
    ScriptKind.ASK_NEED: "What do you need help with: {services}?",
    ScriptKind.ASK_PLACE: "Which city or ZIP code is it in?",
    ScriptKind.ASK_WHEN: "Which day and time would suit you?",
    ScriptKind.ASK_URGENCY: "How soon do you need it: today, this week, or is there no rush?",
    ScriptKind.ASK_KIND: "Are you a new or an existing customer?",
    ScriptKind.ASK_ADDRESS: "What is the street address, please?",
    ScriptKind.ASK_NAME: "And what is your name, please?",
    ScriptKind.TIMES_OFFERED: "I have {slots}. Reply with the number, or tell me another day.",
    ScriptKind.TIME_GONE: "Sorry, that time was just taken. I still have {slots}. Reply with the number.",
    ScriptKind.NO_TIMES: "Sorry, nothing is free then.",
    ScriptKind.WINDOWS_OFFERED: "We can call you {slots}. Reply with the number that suits you.",
    ScriptKind.PRICE_TOLD: "{service} is {price}.",
    ScriptKind.PRICE_UNKNOWN: "I have no price for {service} that I could give you by text.",
    ScriptKind.HOURS_TOLD: "We are open {hours}.",
    ScriptKind.AREA_SERVED: "Yes, we come to {area}.",
    ScriptKind.AREA_NOT_SERVED: "Sorry, {area} is outside the area we serve.",
    ScriptKind.SERVICES_TOLD: "We can help with {services}.",
    ScriptKind.NOT_UNDERSTOOD: "Sorry, I did not get that.",
    ScriptKind.IS_ROBOT: "I am an automated assistant of {business}. If you would rather have a person, just say so.",
    ScriptKind.WRONG_NUMBER: "Sorry for the mix-up, we had the wrong number. We will not text you about this again.",
    ScriptKind.THANKS: "You are welcome!",
    ScriptKind.NOTED: "Thank you, I have noted it.",
}
SPANISH: dict[str, str] = {
    ScriptKind.ASK_NEED: "¿Con qué le podemos ayudar: {services}?",
    ScriptKind.ASK_PLACE: "¿En qué ciudad o ZIP queda?",
    ScriptKind.ASK_WHEN: "¿Qué fecha y hora le conviene?",
    ScriptKind.ASK_URGENCY: "¿Qué tan urgente es: para hoy, esta semana, o sin prisa?",
    ScriptKind.ASK_KIND: "¿Es cliente nuevo o ya es cliente nuestro?",
    ScriptKind.ASK_ADDRESS: "¿Me da su domicilio completo, por favor?",
    ScriptKind.ASK_NAME: "¿Y su nombre, por favor?",
    ScriptKind.TIMES_OFFERED: "Tengo {slots}. Responda con la cifra, o proponga otra fecha.",
    ScriptKind.TIME_GONE: "Lo siento, esa hora se acaba de ocupar. Tengo {slots}. Responda con la cifra.",
    ScriptKind.NO_TIMES: "Lo siento, no hay nada libre en ese momento.",
    ScriptKind.WINDOWS_OFFERED: "Podemos llamarle {slots}. Responda con la cifra que le convenga.",
    ScriptKind.PRICE_TOLD: "{service}: {price}.",
    ScriptKind.PRICE_UNKNOWN: "No tengo un precio de {service} que pueda darle por texto.",
    ScriptKind.HOURS_TOLD: "Abrimos {hours}.",
    ScriptKind.AREA_SERVED: "Claro, llegamos a {area}.",
    ScriptKind.AREA_NOT_SERVED: "Lo siento, {area} queda fuera de nuestra zona.",
    ScriptKind.SERVICES_TOLD: "Podemos ayudarle con {services}.",
    ScriptKind.NOT_UNDERSTOOD: "Perdone, no le he entendido.",
    ScriptKind.IS_ROBOT: "Soy un asistente automatizado de {business}. Si prefiere a una persona, solo avise.",
    ScriptKind.WRONG_NUMBER: "Disculpe la molestia, era un error. No le escribiremos otra vez por esto.",
    ScriptKind.THANKS: "¡Con mucho gusto!",
    ScriptKind.NOTED: "Gracias, queda anotado.",
}
