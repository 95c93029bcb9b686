"""What the queue calls once an hour."""

from leads import api_tokens
from recoverline.lib import clock


def forget_replies() -> None:
    api_tokens.forget_replies(before=clock.now() - api_tokens.REPLIES_KEPT_FOR)
