"""The settings of every benchmark, and each answer says how many statements it took."""

from bench.settings import *  # noqa: F403  a variation of them, not a second set
from bench.settings import MIDDLEWARE

MIDDLEWARE = ["bench.inbox.counting.count_statements", *MIDDLEWARE]
