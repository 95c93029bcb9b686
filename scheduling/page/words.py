"""The words of the public pages. English is written where it is said; here stands what it is in Spanish.

A new sentence needs its line in this table: a test reads the templates and the forms and asks for each.
"""

from leads.enums import Language
from scheduling.availability import Refusal

# For customers, who are told neither how others have booked nor what is known about a phone.
_SENTENCES = {
    Refusal.TAKEN: "This time was just taken.",
    Refusal.CLOSED: "This time cannot be booked.",
    Refusal.TOO_SOON: "This time is too soon to be booked online.",
    Refusal.PAST: "This time cannot be booked.",
    Refusal.TOO_FAR: "This day cannot be booked yet.",
    Refusal.DAY_FULL: "This day is full.",
    Refusal.NOT_BOOKABLE: "This cannot be booked online.",
    Refusal.OFF_GRID: "This time cannot be booked.",
    Refusal.OUT_OF_AREA: "We do not usually come to this place.",
    Refusal.TOO_MANY: "This cannot be booked online.",  # the same as others: it would tell about a phone
    Refusal.TOO_LATE: "It is too late to change this appointment online.",
    Refusal.UNSURE: "We cannot promise another time at this moment. Your appointment stands.",
    Refusal.CHANGED: "This appointment has been changed in the meantime.",
    Refusal.GONE: "We could not keep your time any longer.",
}

SPANISH = {
    # times and lengths
    "{start} to {end}": "{start} a {end}",
    "{place} time": "hora de {place}",
    "All times are {zone}.": "Todos los horarios son en {zone}.",
    "your time": "su hora",
    "1 hour": "1 hora",
    "{n} hours": "{n} horas",
    "{n} minutes": "{n} minutos",
    "free": "gratis",
    "up to {price}": "hasta {price}",
    "from {price}": "desde {price}",
    "about {time}": "aprox. {time}",
    "On {day}, {time}.": "El {day}, {time}.",
    # every page
    "Skip to the content": "Ir al contenido",
    "Demo: nothing is really sent.": "Demostración: no se envía nada de verdad.",
    "Call": "Llamar al",
    "Back": "Volver",
    "Error": "Error",
    "Thank you": "Gracias",
    "We have received your message.": "Hemos recibido su mensaje.",
    "There is no booking page here.": "Aquí no hay ninguna página de citas.",
    "Please check the address, or call us.": "Revise la dirección o llámenos.",
    "This link does not work any more.": "Este enlace ya no funciona.",
    "It may be old, or your appointment has changed since. The newest text from us has the link that works. "
    "Or call us or text us.": "Puede ser antiguo, o su cita ha cambiado. El enlace que funciona está en nuestro "
    "mensaje más reciente. También puede llamarnos o escribirnos.",
    "That was a lot at once.": "Fueron demasiados intentos seguidos.",
    "Please wait a while and try again, or call us.": "Espere un momento e inténtelo de nuevo, o llámenos.",
    # what
    "Book a time": "Reservar una cita",
    "Hello {name},": "Hola, {name}:",
    "What can we do for you?": "¿En qué podemos ayudarle?",
    "Nothing can be booked online at the moment.": "Por el momento no se puede reservar nada en línea.",
    "at our place": "en nuestro local",
    "we come to you": "vamos a su domicilio",
    "All services": "Todos los servicios",
    "Something else, or not sure?": "¿Otra cosa, o no está seguro?",
    "Ask us to call you": "Pedir que le llamemos",
    # where
    "Where?": "¿Dónde?",
    "Where would you like to come?": "¿A cuál de nuestros locales prefiere venir?",
    "Which of our places is near you?": "¿Cuál de nuestros locales le queda cerca?",
    "Where do you need us?": "¿Dónde nos necesita?",
    "ZIP code or city": "Código postal o ciudad",
    "Show free times": "Ver horarios libres",
    "Outside our area": "Fuera de nuestra zona",
    "Not bookable online": "No se puede reservar en línea",
    "We do not usually come to {place}.": "Normalmente no vamos a {place}.",
    "Ask us anyway: we call you and tell you what is possible.": "Pregúntenos de todos modos: le llamamos y le "
    "decimos qué es posible.",
    "Or try another ZIP code or city": "O pruebe con otro código postal u otra ciudad",
    "This cannot be booked online.": "Esto no se puede reservar en línea.",
    "We are glad to find a time with you on the phone.": "Con gusto buscamos un horario con usted por teléfono.",
    # when
    "Choose a time": "Elegir un horario",
    "Choose another time": "Elegir otro horario",
    "When suits you?": "¿Cuándo le viene bien?",
    "We arrive within a window of {time}.": "Llegamos dentro de un margen de {time}.",
    "The next free times": "Los próximos horarios libres",
    "Continue": "Continuar",
    "Weeks": "Semanas",
    "Earlier": "Antes",
    "Later": "Después",
    "There is no free time in the week of {day}.": "No hay horarios libres en la semana del {day}.",
    "Next free day: {day}": "Próximo día libre: {day}",
    "There is no free time at the moment.": "Por el momento no hay horarios libres.",
    "No time that suits you?": "¿Ningún horario le viene bien?",
    "Please choose a time.": "Elija un horario.",
    "Full days": "Días completos",
    "We can tell you when a time is freed.": "Podemos avisarle cuando se libere un horario.",
    # who
    "Your details": "Sus datos",
    "Almost done": "Ya casi está",
    "A time has become free for you": "Se ha liberado un horario para usted",
    "Take this time": "Tomar este horario",
    "We keep this time for you until {time}.": "Le guardamos este horario hasta las {time}.",
    "We find a way on the phone.": "Por teléfono encontramos una solución.",
    "Your name": "Su nombre",
    "Your mobile phone": "Su teléfono celular",
    "With the area code. We only use it for this.": "Con el código de área. Solo lo usamos para esto.",
    "We have your phone number. It ends in {digits}.": "Tenemos su número de teléfono. Termina en {digits}.",
    "Address of the job": "Dirección del trabajo",
    "Street and number, city and ZIP code.": "Calle y número, ciudad y código postal.",
    "What is it about? (not required)": "¿De qué se trata? (opcional)",
    "Book this time": "Reservar este horario",
    "By booking you agree to texts from {business} about this appointment. Reply STOP to opt out.": "Al reservar "
    "acepta mensajes de texto de {business} sobre esta cita. Responda STOP para no recibir más.",
    "Please leave this empty": "Deje esto vacío",
    "Please fill this in.": "Complete este dato.",
    "Please use at most {n} characters.": "Use como máximo {n} caracteres.",
    "This is not a phone number. Please write it with the area code, such as 480 555 0123.": "Esto no es un número "
    "de teléfono. Escríbalo con el código de área, por ejemplo 480 555 0123.",
    "We cannot take this phone number here. Please use another, or call us.": "No podemos aceptar este número de "
    "teléfono aquí. Use otro o llámenos.",
    "This ZIP code is not part of {city}. To come there we have to look for other times: please choose another "
    "time, and write the ZIP code first.": "Este código postal no pertenece a {city}. Para ir allí tenemos que buscar "
    "otros horarios: elija otro horario y escriba primero el código postal.",
    "Please write the street and the number too.": "Escriba también la calle y el número.",
    "Please look at what is marked below.": "Revise lo que está marcado abajo.",
    "Please send it once more.": "Envíelo una vez más.",
    # booked
    "What": "Qué",
    "When": "Cuándo",
    "Where": "Dónde",
    "At your address": "En su domicilio",
    "Your appointment": "Su cita",
    "You are booked.": "Su cita está reservada.",
    "We also send it as a text to the phone that ends in {digits}.": "También se la enviamos por mensaje al teléfono "
    "que termina en {digits}.",
    "Thank you. We have your request.": "Gracias. Tenemos su solicitud.",
    "We check this time and confirm it as soon as we can. If it does not work, we offer you another one.": "Revisamos "
    "este horario y se lo confirmamos lo antes posible. Si no es posible, le ofrecemos otro.",
    "Add to your calendar": "Agregar a su calendario",
    "Google Calendar (new window)": "Google Calendar (ventana nueva)",
    "Move or cancel": "Cambiar o cancelar",
    "Your appointment has changed": "Su cita ha cambiado",
    "This page is older than that. The newest text from us has the time that counts, and the link that works.": "Esta "
    "página es anterior al cambio. En nuestro mensaje más reciente están el horario válido y el enlace que funciona.",
    "Canceled": "Cancelada",
    "Your appointment is canceled.": "Su cita está cancelada.",
    "Book another time": "Reservar otra cita",
    # a call instead
    "We call you": "Le llamamos",
    "When shall we call you?": "¿Cuándo le llamamos?",
    "This time has passed. Please choose another one.": "Este horario ya pasó. Elija otro.",
    "Thank you. We call you.": "Gracias. Le llamamos.",
    "As soon as we can.": "Lo antes posible.",
    # a full day
    "Waitlist": "Lista de espera",
    "Waitlist for {day}": "Lista de espera: {day}",
    "When somebody cancels, we text you and keep the time for you for a while.": "Si alguien cancela, le escribimos y "
    "le guardamos el horario por un rato.",
    "Put me on the list": "Apuntarme en la lista",
    "By doing so you agree to texts from {business} about this day. Reply STOP to opt out.": "Al hacerlo acepta "
    "mensajes de texto de {business} sobre este día. Responda STOP para no recibir más.",
    "You are on the list.": "Está en la lista.",
    "We text you when a time is freed on {day}.": "Le escribimos cuando se libere un horario el {day}.",
    # move and cancel
    "Your appointment has been moved.": "Su cita ha sido cambiada.",
    "This appointment is over.": "Esta cita ya pasó.",
    "Move to another time": "Cambiar a otro horario",
    "Cancel the appointment": "Cancelar la cita",
    "It is too late to move or cancel it here.": "Ya es tarde para cambiarla o cancelarla aquí.",
    "It is too late to move it here.": "Ya es tarde para cambiarla aquí.",
    "It is too late to cancel it here.": "Ya es tarde para cancelarla aquí.",
    "Move your appointment": "Cambiar su cita",
    "Move your appointment to this time?": "¿Cambiar su cita a este horario?",
    "Until now: {day}, {time}. That time is given back.": "Hasta ahora: {day}, {time}. Ese horario queda libre.",
    "Move it": "Cambiarla",
    "Leave it as it is": "Dejarla como está",
    "Cancel this appointment?": "¿Cancelar esta cita?",
    "Why? (not required)": "¿Por qué? (opcional)",
    "Yes, cancel it": "Sí, cancelarla",
    "This cannot be changed online.": "Esto no se puede cambiar en línea.",
    "Please call us, or let us call you. Nothing has been changed.": "Llámenos o pida que le llamemos. No se ha "
    "cambiado nada.",
    # refusals
    "This time was just taken.": "Este horario se acaba de ocupar.",
    "This time cannot be booked.": "Este horario no se puede reservar.",
    "This time is too soon to be booked online.": "Este horario es demasiado pronto para reservarlo en línea.",
    "This day cannot be booked yet.": "Este día todavía no se puede reservar.",
    "This day is full.": "Este día está completo.",
    "We do not usually come to this place.": "Normalmente no vamos a ese lugar.",
    "It is too late to change this appointment online.": "Ya es tarde para cambiar esta cita en línea.",
    "We cannot promise another time at this moment. Your appointment stands.": "En este momento no podemos prometerle "
    "otra hora. Su cita sigue en pie.",
    "This appointment has been changed in the meantime.": "Esta cita ha cambiado mientras tanto.",
    "We could not keep your time any longer.": "Ya no pudimos guardarle su horario.",
}


def say(text: str, language: str, **values: object) -> str:
    """`text` in `language`, with what its {braces} name. What is not in the table stays English."""
    words = SPANISH.get(text, text) if language == Language.SPANISH else text
    if not values:
        return words
    # A Spanish time ends in a full stop of its own: not "a las 9:00 a.m..".
    return words.format(**values).replace("m..", "m.")


def sentence(reason: Refusal) -> str:
    """Why something could not be booked, in English words to be said."""
    return _SENTENCES[reason]
