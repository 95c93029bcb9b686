"""Which tests are run on the second database as well (`--rows-only`).

Locks, constraints, conditional updates, search and everything that sends is asked of both. Who may see a page, what it
says, what the robot says, what a file holds, and what a rule decides above plain queries means the same on both, and
is asked once.
"""

import pytest

# Parts of a test's path. Files whose tests decide above plain queries.
SAID_ONCE = (
    "test_admin", "/admin/", "test_tenancy_urls", "test_forged_forms", "tests/scenarios/", "messaging/simulator/",
    "tests/leads/", "tests/recoverline/", "messaging/agent/", "messaging/carriers/", "messaging/contacts/",
    "messaging/management/", "templatetags/", "test_sections", "_sections", "scheduling/page/", "scheduling/desk/",
    "scheduling/calendars/", "scheduling/test_cases", "scheduling/test_placing", "scheduling/test_slots",
    "scheduling/test_links", "scheduling/test_oncall", "scheduling/test_limits", "scheduling/test_drafts",
    "inbox/test_timeline", "inbox/test_panel", "inbox/test_pages", "inbox/test_offering", "inbox/test_notes",
    "inbox/test_canned", "inbox/test_follow_ups", "inbox/test_escalations", "inbox/test_acts", "inbox/test_callback",
    "inbox/test_voicemail", "inbox/test_presence", "inbox/test_saved", "inbox/test_tending", "inbox/test_desktop",
    "inbox/test_replying", "compliance/test_page", "compliance/test_registration", "compliance/test_standing",
    "compliance/test_export", "compliance/test_help", "compliance/test_quiet", "compliance/test_places",
    "compliance/test_toll_fraud", "compliance/test_gate", "compliance/test_outside", "compliance/test_retention",
    "followups/test_timing", "followups/test_stopping", "followups/test_enrolling", "escalation/test_cases",
    "escalation/test_customer", "escalation/test_calls", "escalation/test_link", "escalation/test_chain",
    "escalation/test_sources", "escalation/test_watchdog", "escalation/test_commands", "escalation/test_opening",
    "journeys/test_week", "journeys/test_conversation", "journeys/test_external", "journeys/test_hosted",
    "journeys/test_forwarded", "test_appointment_replies", "test_alerts", "test_safety_texts", "test_scripts",
    "test_hooks_signature", "test_line_types", "test_second_looks", "test_voicemail", "test_media", "test_urgency",
    "messaging/test_hooks.py", "test_call_events", "test_missed_calls", "test_appointment_events", "test_access",
    "test_blocking", "test_built_in", "test_dry_run", "test_late_text", "test_wording", "test_rules", "test_team_lines",
    "test_simulat", "test_facts", "test_reminders", "test_text_events", "test_replay", "test_experiments",
    "test_silence", "test_waiting",
)  # fmt: skip
# Among those what races, locks or counts on a constraint after all: parts of a test's path and name.
ASKED_TWICE = (
    "_at_once.py", "tests/chaos/", "leads/test_intake", "leads/test_callbacks", "leads/test_outcomes",
    "agent/test_turn", "agent/test_books", "recoverline/test_queue", "accounts/test_team", "api/test_idempotency",
    "webhooks/test_delivering", "reports/test_overview", "lib/test_prepared", "::test_of_two_", "::test_two_",
    "::test_the_same_words_at_once", "::test_approving_twice", "::test_twice_at_once", "::test_nobody_gets_two",
    "::test_many_pushers",
)  # fmt: skip


def is_asked_twice(item: pytest.Item) -> bool:
    """Whether the test could come out otherwise on the second database."""
    if any(part in item.nodeid for part in SAID_ONCE) and not any(part in item.nodeid for part in ASKED_TWICE):
        return False
    fixtures = getattr(item, "fixturenames", ())
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres", "chaos"))
    return marked or bool({"db", "transactional_db"} & set(fixtures))
