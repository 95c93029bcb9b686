"""How the apps are put together: what a lower one calls in a higher one, by dotted path. Nothing here is configured."""

# Writes what a webhook says: LeadEvent -> the JSON, None if nobody is to be told.
EVENT_BODY = "recoverline.api.bodies.body_of"
# The figures of some days as plain values, for programs: counted by the reports, asked by the API.
REPORT_SUMMARY = "recoverline.reports.summary.summary_of"
# Whether a phone wants no texts: (id of the business, phone) -> bool. For CRMs, which lie below consent.
IS_OPTED_OUT = "messaging.consent.is_opted_out"
# Event kind -> functions run by the worker with the event's id (leads.events.record).
EVENT_HANDLERS = {
    "conversation.urgent": ["messaging.tasks.alert_staff"],
    "conversation.handed_off": ["messaging.tasks.alert_staff", "messaging.escalation.tasks.escalate_event"],
    "conversation.paused": ["messaging.tasks.alert_staff"],
    "conversation.overdue": ["messaging.tasks.alert_staff", "messaging.escalation.tasks.escalate_event"],
    "conversation.assigned": ["messaging.tasks.alert_staff"],
    "person.mentioned": ["messaging.tasks.alert_staff"],
    "model.unavailable": ["messaging.tasks.alert_staff", "messaging.escalation.tasks.escalate_event"],
    "call.alerted": ["messaging.tasks.alert_staff"],
    "task.created": ["messaging.tasks.alert_staff"],
    "line.silent": ["messaging.tasks.alert_staff"],
    "carrier.stopped": ["messaging.tasks.alert_staff", "messaging.escalation.tasks.escalate_event"],
    "text.given_up": ["messaging.tasks.alert_staff", "messaging.escalation.tasks.escalate_event"],
    "text.blocked": ["messaging.tasks.alert_staff", "messaging.escalation.tasks.escalate_event"],
    "work.overdue": ["messaging.tasks.alert_staff"],
    "work.given_up": ["messaging.tasks.alert_staff"],
    "webhook.failing": ["messaging.tasks.alert_staff"],
    "webhook.given_up": ["messaging.tasks.alert_staff"],
    "webhook.disabled": ["messaging.tasks.alert_staff"],
    "crm.failing": ["messaging.tasks.alert_staff"],
    "crm.paused": ["messaging.tasks.alert_staff"],
    "calendar.stale": ["messaging.tasks.alert_staff"],
    "calendar.failing": ["messaging.tasks.alert_staff"],
    "calendar.conflict": ["messaging.tasks.alert_staff"],
    "calendar.held": ["messaging.tasks.alert_staff"],
    "appointment.booked": ["messaging.tasks.appointment_event", "messaging.followups.tasks.follow_up"],
    "appointment.requested": ["messaging.tasks.appointment_event", "messaging.followups.tasks.follow_up"],
    "appointment.moved": ["messaging.tasks.appointment_event"],
    "appointment.canceled": ["messaging.tasks.appointment_event"],
    "appointment.completed": ["messaging.followups.tasks.follow_up"],
    "appointment.delayed": ["messaging.tasks.alert_staff"],
    "appointment.missed": ["messaging.followups.tasks.follow_up"],
    "callback.promised": ["messaging.tasks.callback_promised"],
    "member.removed": ["messaging.tasks.release_work"],
    "request.booked": ["messaging.followups.tasks.follow_up"],
    "request.estimated": ["messaging.followups.tasks.follow_up"],
    "request.won": ["messaging.followups.tasks.follow_up"],
    "request.lost": ["messaging.followups.tasks.follow_up"],
    "request.spam": ["messaging.followups.tasks.follow_up"],
    "request.wrong_number": ["messaging.followups.tasks.follow_up"],
    "lead.opted_out": ["messaging.followups.tasks.follow_up"],
    "lead.blocked": ["messaging.followups.tasks.follow_up"],
    "task.finished": ["messaging.followups.tasks.follow_up"],
    "call.answered": ["messaging.followups.tasks.follow_up"],
    "conversation.taken_over": ["messaging.followups.tasks.follow_up"],
    "conversation.closed": ["messaging.followups.tasks.follow_up"],
}
# Function -> seconds between two runs by the worker (messaging.ticker). Each is harmless when it runs twice or late.
PERIODIC_TASKS = {
    "messaging.tasks.tick": 10,
    "leads.tasks.deliver_webhooks": 10,
    "leads.tasks.tend_webhooks": 300,
    "leads.tasks.sync_crms": 10,
    "messaging.tasks.tend_robot": 10,
    "messaging.tasks.tend_inbox": 15,
    "messaging.followups.tasks.sweep": 10,
    "messaging.escalation.tasks.run_due": 10,
    "messaging.escalation.tasks.watch": 60,
    "messaging.tasks.reconcile": 300,
    "messaging.tasks.watch_silence": 600,
    "scheduling.tasks.expire_holds": 30,
    "scheduling.tasks.sync_calendars": 60,
    "scheduling.tasks.poll_calendars": 60,
    "messaging.compliance.tasks.work_off": 60,
    "messaging.compliance.tasks.forget_old": 3600,
    "recoverline.reports.tasks.send_digests": 900,
    "recoverline.accounts.tasks.forget_old": 86_400,
    "recoverline.api.tasks.forget_replies": 3600,
}
# Task -> the periodic one that does its work if it is lost. These alone, and the periodic ones themselves, may wait on
# a Redis server (recoverline.lib.queue): every other task is the only news of something.
SWEPT_TASKS = {
    "messaging.tasks.fetch_media": "messaging.tasks.tick",
    "messaging.tasks.fetch_voicemail": "messaging.tasks.tick",
    "scheduling.tasks.push_calendar_object": "scheduling.tasks.sync_calendars",
}
# What people wait for: taken before all other tasks, as the periodic ones are.
FIRST_TASKS = {
    "messaging.tasks.alert_staff",
    "messaging.escalation.tasks.escalate_event",
    "recoverline.accounts.mail.send_reset",
}
# Sections of a business file in the order in which they load (leads.config).
CONFIG_SECTIONS = [
    "leads.sections", "scheduling.sections", "scheduling.on_call_sections", "messaging.sections",
    "messaging.escalation_sections",
]  # fmt: skip
