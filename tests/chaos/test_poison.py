"""QUE-05: a task that kills its worker runs three times at most, others go on, and the team hears of it once."""

from pathlib import Path

import pytest
from django_q.models import OrmQ, Task

from leads.models import LeadEvent
from messaging.escalation import given_up
from recoverline.lib import clock, queue
from tests.chaos.family import Family, wait_until
from tests.factories import make_business

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

DIE, LIVE = "tests.chaos.poison.die", "tests.chaos.poison.live"
NOWHERE = "http://127.0.0.1:9"


def test_que_05_a_task_that_kills_its_worker_is_given_up_and_told(tmp_path: Path) -> None:
    make_business("Alder Plumbing")
    started = tmp_path / "started"
    scaled = {"DJANGO_SETTINGS_MODULE": "tests.chaos.quick_retry"}
    for path in (LIVE, DIE, LIVE, LIVE):
        queue.enqueue(path, str(started))
    with Family(tmp_path, carrier=NOWHERE, site=NOWHERE, environment=scaled) as family:
        family.start("cluster", "manage.py", "qcluster")
        wait_until(lambda: Task.objects.filter(func=DIE).exists(), what="the end of the tries")
        queue.enqueue(LIVE, str(started))
        wait_until(lambda: not OrmQ.objects.exists(), what="the task after it")
        printed = family.printed("cluster")
    assert sorted(started.read_text().split()) == ["die"] * 3 + ["live"] * 4
    dead = Task.objects.get(func=DIE)
    assert (dead.success, dead.attempt_count) == (False, 3)
    assert f"gave up the task {DIE}" in printed

    assert [given_up.tell(clock.now()) for _ in range(2)] == [1, 0]
    event = LeadEvent.objects.get(kind="work.given_up")
    assert DIE in event.text
    assert [row.func() for row in OrmQ.objects.all()] == ["messaging.tasks.alert_staff"]
