"""Getting ready: what the first turn of a process would wait seconds for is done before anybody writes.

Places, patterns and matchers are made when they are first needed. So a few texts are rehearsed with the robots there
are; that reads, and neither sends, books nor keeps anything.
"""

import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from leads import gazetteer
from messaging.agent.claude import conversing as claude
from messaging.agent.reading import published_knowledge
from messaging.agent.rehearsal import Memory, rehearse
from messaging.enums import AgentMode
from messaging.models import AgentSettings, PhoneNumber
from recoverline.lib import clock

logger = logging.getLogger(__name__)

# In both languages, and with everything that a first text may hold.
_TEXTS = (
    "Hi, this is Pat. How much is a visit tomorrow after 3, and do you come to 85281? Are you licensed?",
    "1",
    "Buenas, cuanto cuesta la visita para mañana por la tarde? Estoy en Tempe",
    "no gracias",
)
# Whoever serves more businesses than this has them come one after the other anyway.
_MOST_ROBOTS = 16


def warm_up() -> None:
    """Once, at the start of a process that takes turns, on a thread of its own. Never raises."""
    try:
        gazetteer.warm_up()
        if settings.ANTHROPIC_API_KEY:
            import_string(claude.API)
        for robot in AgentSettings.objects.exclude(mode=AgentMode.OFF).select_related("business")[:_MOST_ROBOTS]:
            _rehearse(robot)
    except DatabaseError:
        logger.warning("the robot could not get ready: the database is away", exc_info=True)
    except Exception:
        logger.exception("the robot could not get ready")
    finally:
        connection.close()


def _rehearse(robot: AgentSettings) -> None:
    numbers = PhoneNumber.objects.select_related("business", "location__business", "account")
    number = numbers.filter(business=robot.business_id, is_active=True).order_by("pk").first()
    if number is None:
        return
    knowledge, memory = published_knowledge(robot.business), Memory()
    for text in _TEXTS:
        memory = rehearse(number, robot, knowledge, memory, text, now=clock.now()).memory
