"""What other software may be told of, each with a sentence for whoever reads it (docs/webhooks.md)."""

from collections.abc import Mapping

# An event of this kind is told to nobody but the endpoint that was tried.
TEST = "webhook.test"

KINDS: Mapping[str, str] = {
    "call.missed": "A call was missed.",
    "call.answered": "A call that counted as missed was answered after all.",
    "lead.created": "Somebody got in touch for the first time.",
    "lead.added": "A program or a form added a lead without asking for a text.",
    "form.submitted": "Somebody filled in a form of a website or an ad.",
    "lead.noted": "A lead said something of themselves or of the job.",
    "lead.corrected": "What was known of a lead was corrected.",
    "lead.opted_out": "A lead wants no more texts.",
    "lead.opted_in": "A lead wants texts again.",
    "lead.blocked": "The team blocked somebody.",
    "lead.unblocked": "The team lifted a block.",
    "text.received": "A lead wrote a text.",
    "text.sent": "A text to a lead left.",
    "text.blocked": "The carrier did not deliver a text.",
    "text.given_up": "It is not certain whether a text has left.",
    "conversation.urgent": "A conversation became urgent.",
    "conversation.handed_off": "The robot gave a conversation to the team.",
    "conversation.taken_over": "Somebody of the team took a conversation over.",
    "conversation.assigned": "A conversation was given to somebody of the team.",
    "conversation.overdue": "A lead waits longer for an answer than the business wants.",
    "conversation.closed": "A conversation was marked as done.",
    "conversation.reopened": "A conversation goes on.",
    "appointment.requested": "A lead asked for a time that somebody has to confirm.",
    "appointment.booked": "An appointment was booked.",
    "appointment.moved": "An appointment was moved.",
    "appointment.canceled": "An appointment was canceled.",
    "appointment.completed": "An appointment took place.",
    "appointment.missed": "A customer did not come to an appointment.",
    "request.estimated": "An estimate was given.",
    "request.booked": "A request was marked as booked.",
    "request.won": "A request became a job.",
    "request.lost": "A request was lost.",
    "request.spam": "A request was spam.",
    "request.wrong_number": "A caller had the wrong number.",
    "request.reopened": "A request is open again.",
    "task.created": "Somebody has to be called back.",
    "task.changed": "A callback task has another time or other hands.",
    "task.finished": "A callback task is done.",
    "person.erased": "Everything of one person was erased: erase it too. It names ids and nothing else.",
}
