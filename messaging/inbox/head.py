"""What stands above a thread: who it is with, how it stands, who else is here."""

from django.http import HttpRequest

from messaging.inbox import live, presence
from messaging.models import Conversation
from recoverline.lib import clock


def head_context(request: HttpRequest, conversation: Conversation) -> dict[str, object]:
    """Taken before anything else of the page is read: what happens meanwhile is then news to the page, never lost."""
    now = clock.now()
    thread = live.thread_of(conversation)
    visitors = presence.visitors(conversation, apart_from=request.user.pk, now=now)
    robot = presence.robot_in(conversation, now=now)
    return {
        "visitors": visitors,
        "robot": robot,
        "is_opted_out": thread.is_opted_out,
        "newest": thread.newest,
        "thread_digests": live.digests_of_thread(conversation, thread, visitors, robot, now=now),
    }
