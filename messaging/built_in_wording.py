"""What is said in English and Spanish where a business has no script of its own. True for every business.

Accents that GSM-7 lacks (á, í, ó, ú) are avoided: one of them more than doubles the price of a text.
"""

from leads.enums import Language
from messaging import robot_wording
from messaging.enums import ScriptKind
from messaging.script_lint import FIRST_TEXT_KINDS

# Every other first text says what an ordinary missed call says; true for each of them.
STANDS_IN: dict[str, str] = dict.fromkeys(
    FIRST_TEXT_KINDS - {ScriptKind.AFTER_HOURS, ScriptKind.DELAYED}, ScriptKind.MISSED_CALL
)
WORDING: dict[Language, dict[str, str]] = {
    Language.ENGLISH: {
        ScriptKind.MISSED_CALL: (
            "Hi {caller_name}, this is {business}. Sorry we missed your call! How can we help? {opt_out}"
        ),
        ScriptKind.AFTER_HOURS: (
            "Hi {caller_name}, this is {business}. Sorry we missed your call: we are closed, but we can start here by "
            "text. What do you need? {opt_out}"
        ),
        ScriptKind.DELAYED: (
            "Hi {caller_name}, this is {business}. We missed your call earlier, and sorry for writing so late. "
            "Do you still need help? {opt_out}"
        ),
        ScriptKind.WEB_FORM: (
            "Hi {caller_name}, this is {business}. We got your request, thank you! We can answer you right here. "
            "What else should we know? {opt_out}"
        ),
        ScriptKind.HELP: "{business}: contact us at {phone}, {email}, or ask your question right here. {opt_out}",
        ScriptKind.OPT_OUT_CONFIRMATION: (
            "{business}: you are opted out and will get no more texts from us. Reply START if you change your mind."
        ),
        ScriptKind.OPT_IN_CONFIRMATION: (
            "{business}: you are opted in and will get our texts again. Reply HELP for help. {opt_out}"
        ),
        ScriptKind.URGENT_REPLY: (
            "{business}: understood, this is urgent. We are telling our team right now. "
            "If anyone is in danger, call emergency services first."
        ),
        ScriptKind.ON_CALL_TAKEN: ("{person} from {business} is on it and will contact you here or by phone shortly."),
        ScriptKind.ON_CALL_NOBODY: (
            "{business}: we have not reached our on-call person yet. Please call {phone}. "
            "If anyone is in danger, call 911 first."
        ),
        ScriptKind.HAND_OFF: "A person at {business} is taking over and will answer you here. {back}",
        ScriptKind.BOOKING_CONFIRMED: (
            "{business}: you are booked for {appointment}, {when}. To move or cancel it: {change_link} {opt_out}"
        ),
        ScriptKind.BOOKING_REQUESTED: (
            "{business}: we got your request for {appointment}, {when}. It is not confirmed yet; we will tell you. "
            "{opt_out}"
        ),
        ScriptKind.BOOKING_MOVED: ("{business}: {appointment} is now on {when}. To move or cancel it: {change_link}"),
        ScriptKind.BOOKING_CANCELED: (
            "{business}: {appointment} on {when} is canceled. For another time write here or call {phone}. "
            "{booking_link}"
        ),
        ScriptKind.BOOKING_REMINDER: (
            "{business}: a reminder of {appointment}, {when}. {confirm} To change it: {change_link}"
        ),
        ScriptKind.BOOKING_KEPT: "{business}: thank you, see you on {when}.",
        ScriptKind.BOOKING_CHANGE: (
            "{business}: choose another time for {appointment} here: {change_link} Or call {phone}."
        ),
        ScriptKind.SLOT_OFFERED: (
            "{business}: a time was freed for {appointment}, {when}. Reply C to take it. We keep it for "
            "you for half an hour. Other times: {booking_link} {opt_out}"
        ),
        ScriptKind.CALLBACK_PROMISED: (
            "{business}: we will call you {when}. If it cannot wait, write to us here. {opt_out}"
        ),
        **robot_wording.ENGLISH,
        ScriptKind.GREETING: (
            "You have reached {business}. We are sorry that we cannot take your call right now. "
            "After the tone, please leave your name, your number and what you need."
        ),
        ScriptKind.GREETING_CLOSED: (
            "You have reached {business}. We are closed right now. "
            "After the tone, please leave your name, your number and what you need, and we will get back to you."
        ),
        ScriptKind.WHISPER: "Call for {business}: {caller_name}. Press 1 to take it.",
    },
    Language.SPANISH: {
        ScriptKind.MISSED_CALL: (
            "Hola {caller_name}, somos {business}. Sentimos no haber contestado su llamada. "
            "¿En qué podemos ayudarle? {opt_out}"
        ),
        ScriptKind.AFTER_HOURS: (
            "Hola {caller_name}, somos {business}. Perdimos su llamada: estamos cerrados, "
            "pero podemos empezar por texto. ¿Qué necesita? {opt_out}"
        ),
        ScriptKind.DELAYED: (
            "Hola {caller_name}, somos {business}. Antes perdimos su llamada y sentimos escribirle tarde. "
            "¿Sigue necesitando ayuda? {opt_out}"
        ),
        ScriptKind.WEB_FORM: (
            "Hola {caller_name}, somos {business}. Recibimos su solicitud, gracias. Podemos responderle por este chat. "
            "¿Algo que debamos saber? {opt_out}"
        ),
        ScriptKind.HELP: "{business}: nos encuentra en {phone}, {email}, o por este mismo chat. {opt_out}",
        ScriptKind.OPT_OUT_CONFIRMATION: (
            "{business}: ya no le enviaremos mensajes. Responda START si cambia de idea."
        ),
        ScriptKind.OPT_IN_CONFIRMATION: (
            "{business}: vuelve a recibir nuestros mensajes. Responda HELP para ayuda. {opt_out}"
        ),
        ScriptKind.URGENT_REPLY: (
            "{business}: entendido, es urgente. Estamos avisando a nuestro equipo. "
            "Si alguien corre peligro, llame primero a emergencias."
        ),
        ScriptKind.ON_CALL_TAKEN: (
            "{person} de {business} se ocupa de esto y le va a contactar pronto por este chat o por teléfono."
        ),
        ScriptKind.ON_CALL_NOBODY: (
            "{business}: no hemos localizado a nuestra persona de guardia. Por favor, llame al {phone}. "
            "Si alguien corre peligro, llame primero al 911."
        ),
        ScriptKind.HAND_OFF: "Una persona de {business} sigue con esto y le responde por este chat. {back}",
        ScriptKind.BOOKING_CONFIRMED: (
            "{business}: su cita queda reservada: {appointment}, {when}. Para cambiarla o anularla: {change_link} "
            "{opt_out}"
        ),
        ScriptKind.BOOKING_REQUESTED: (
            "{business}: recibimos su solicitud: {appointment}, {when}. Falta confirmarla; le avisaremos. {opt_out}"
        ),
        ScriptKind.BOOKING_MOVED: (
            "{business}: su cita ({appointment}) ahora es el {when}. Para cambiarla o anularla: {change_link}"
        ),
        ScriptKind.BOOKING_CANCELED: (
            "{business}: su cita del {when} ({appointment}) queda anulada. Para otra fecha, escriba en este chat o "
            "llame al {phone}. {booking_link}"
        ),
        ScriptKind.BOOKING_REMINDER: (
            "{business}: le recordamos su cita: {appointment}, {when}. {confirm} Para cambiarla: {change_link}"
        ),
        ScriptKind.BOOKING_KEPT: "{business}: gracias, nos vemos el {when}.",
        ScriptKind.BOOKING_CHANGE: (
            "{business}: elija otra hora para su cita ({appointment}) en {change_link} o llame al {phone}."
        ),
        ScriptKind.SLOT_OFFERED: (
            "{business}: hay una hora libre: {appointment}, {when}. Responda C para tomarla; la guardamos media hora. "
            "Otras horas: {booking_link} {opt_out}"
        ),
        ScriptKind.CALLBACK_PROMISED: (
            "{business}: le llamaremos {when}. Si no puede esperar, escriba en este chat. {opt_out}"
        ),
        **robot_wording.SPANISH,
        ScriptKind.GREETING: (
            "Ha llamado a {business}. Sentimos no poder atender su llamada en este momento. "
            "Después del tono, deje su nombre, su número y lo que necesita."
        ),
        ScriptKind.GREETING_CLOSED: (
            "Ha llamado a {business}. Ahora estamos cerrados. "
            "Después del tono, deje su nombre, su número y lo que necesita, y le responderemos."
        ),
        ScriptKind.WHISPER: "Llamada para {business}: {caller_name}. Marque 1 para atenderla.",
    },
}

# Said when the customer wants to change what is too near to be changed without a call. No script: it is the business's
# own policy in one sentence.
TOO_LATE: dict[Language, str] = {
    Language.ENGLISH: "{business}: {appointment} on {when} is too near to change it by text. Please call us: {phone}.",
    Language.SPANISH: (
        "{business}: su cita ({appointment}, {when}) ya no se puede cambiar por texto. Por favor, llame al {phone}."
    ),
}
# What {confirm} becomes for somebody who has not confirmed yet.
CONFIRM: dict[Language, str] = {
    Language.ENGLISH: "Reply C to confirm.",
    Language.SPANISH: "Responda C para confirmar.",
}
