"""What stands above a thread: who it is with, how it stands, who else is here."""

from typing import Any

from django.http import HttpRequest

from messaging.inbox import escalations, live, presence
from messaging.inbox.asking import user_of
from messaging.models import Conversation
from recoverline.lib import clock


def head_context(request: HttpRequest, conversation: Conversation, thread: live.Thread | None = None) -> dict[str, Any]:
    """Taken before anything else of the page is read: what happens meanwhile is then news to the page, never lost.

    `thread`: what was taken already.
    """
    now, me = clock.now(), user_of(request).pk
    thread = thread or live.thread_of(conversation, apart_from=me, now=now)
    return {
        "visitors": presence.visitors(conversation, apart_from=me, now=now) if thread.has_visitors else [],
        "robot": presence.robot_in(conversation, now=now),
        "is_opted_out": thread.is_opted_out,
        "escalation": escalations.state_of(conversation, user_of(request)) if thread.has_escalation else None,
        "newest": thread.newest,
        "thread": thread,
        "thread_digests": live.digests_of_thread(conversation, thread, now=now),
    }
