"""As tests.chaos.settings; what a worker died of comes back after a second and not after minutes."""

from tests.chaos.settings import *  # noqa: F403  a variation of them, not a second set
from tests.chaos.settings import Q_CLUSTER as PATIENT
from tests.chaos.settings import SILENCED_SYSTEM_CHECKS as SILENCED

Q_CLUSTER = {**PATIENT, "timeout": 1, "retry": 2, "guard_cycle": 0.1}
SILENCED_SYSTEM_CHECKS = [*SILENCED, "recoverline.E003"]
