"""Senders that are killed at every point of a delivery (OUT-11), or stopped and continued in the middle (OUT-12)."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from messaging import outbound
from messaging.enums import MessageKind, MessageStatus
from messaging.models import Message
from recoverline.lib import clock
from tests.chaos.family import ROOT, Family, is_alive, wait_until
from tests.factories import fresh, make_conversation, make_lead, phone
from tests.fakes.carrier import CallbackPlan, hang, latency
from tests.wire import Wire

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

TIMES = 10
# Point -> whether the carrier has taken the text by then.
POINTS = {
    "before claim": False,
    "inside claim": False,
    "after claim": False,
    "before POST": False,
    "during POST": True,
    "after accept": True,
    "before save": True,
    "after save": True,
}
SITE = "http://127.0.0.1:9"  # nobody has to hear of anything here


@pytest.fixture(autouse=True)
def _quiet_carrier(wire: Wire) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())


def queue(wire: Wire, body: str = "Hello") -> Message:
    conversation = make_conversation(make_lead(wire.business, phone=phone()), wire.number)
    return outbound.queue_text(
        conversation, kind=MessageKind.STAFF, body=body, idem_key=f"test:{fresh()}", now=clock.now()
    )


def test_out_11_senders_killed_at_every_point_lose_and_double_nothing(wire: Wire, tmp_path: Path) -> None:
    """At each point ten senders die; when lease and grace are over, everything has left once."""
    rows = {point: [queue(wire) for _ in range(TIMES)] for point in POINTS}
    family = Family(tmp_path, carrier=wire.carrier.url, site=SITE)
    died = subprocess.run(
        [sys.executable, "-m", "tests.chaos.crash"]
        + [f"{point}={','.join(str(row.pk) for row in rows[point])}" for point in POINTS],
        cwd=ROOT,
        env=family.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    ended = [f"{point}: {signal.SIGKILL.value}" for point in POINTS for _ in range(TIMES)]
    assert died.stdout.splitlines() == ended, died.stderr
    taken = [row.lead.phone for point, is_taken in POINTS.items() if is_taken for row in rows[point]]
    wait_until(lambda: len(wire.sent) >= len(taken))
    assert sorted(to for to, _ in wire.sent) == sorted(taken)

    now = clock.now()
    for seconds in (0, 31, 92, 93):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            wire.deliver_due()

    assert {row.status for row in wire.texts()} == {MessageStatus.ACCEPTED}
    assert sorted(row.carrier_message_id or "" for row in wire.texts()) == sorted(
        text.sid for text in wire.carrier.ledger
    )
    assert sorted(to for to, _ in wire.sent) == sorted(row.lead.phone for each in rows.values() for row in each)


@pytest.mark.parametrize("accepted", [True, False])
def test_out_12_a_sender_stopped_in_the_middle_of_a_post(accepted: bool, wire: Wire, tmp_path: Path) -> None:
    """Another sender settles its text; when it continues, it sends nothing a second time and goes on working."""
    wire.carrier.inject(latency(1.0, accept_first=True) if accepted else hang(1.0))
    row = queue(wire, "once")
    scaled = {"TEXT_LEASE_SECONDS": "2", "TEXT_GRACE_SECONDS": "1.5", "SENDER_THREADS": "2"}
    with Family(tmp_path, carrier=wire.carrier.url, site=SITE, environment=scaled) as family:
        family.start_sender("stopped")
        wait_until(lambda: sum(wire.carrier.faults.met.values()) == 1, what="the POST")
        family.signal("stopped", signal.SIGSTOP)
        family.start_sender("other")
        wait_until(
            lambda: Message.objects.filter(pk=row.pk, status=MessageStatus.ACCEPTED).exists(), what="the settlement"
        )
        settled = Message.objects.get(pk=row.pk)

        family.signal("other", signal.SIGSTOP)
        family.signal("stopped", signal.SIGCONT)
        next_row = queue(wire, "next")
        wait_until(
            lambda: Message.objects.filter(pk=next_row.pk, status=MessageStatus.ACCEPTED).exists(), what="the next text"
        )
    row.refresh_from_db()
    assert (row.status, row.carrier_message_id) == (MessageStatus.ACCEPTED, settled.carrier_message_id)
    assert [body for _, body in wire.sent] == ["once", "next"]


def test_a_worker_alone_delivers_and_a_killed_one_leaves_nobody_behind(wire: Wire, tmp_path: Path) -> None:
    """CHA-01: without a sender the sweep takes what is overdue; when the worker dies, its cluster ends as well."""
    row = queue(wire)
    Message.objects.update(next_at=clock.now() - timedelta(seconds=11))
    with Family(tmp_path, carrier=wire.carrier.url, site=SITE) as family:
        family.start_worker()
        wait_until(lambda: Message.objects.filter(pk=row.pk, status=MessageStatus.ACCEPTED).exists(), what="the text")
        left = [process for process in family.tree("worker") if process != family.children["worker"].pid]
        assert len(left) >= 3, "a cluster, its guard and its workers"
        family.kill("worker")
        wait_until(lambda: not any(is_alive(process) for process in left), what="the end of the cluster")
    assert len(wire.sent) == 1


def test_a_sender_told_to_stop_finishes_what_it_has_in_hand(wire: Wire, tmp_path: Path) -> None:
    """SIGTERM, as a deployment sends it: the text in its hands is saved, the next one waits for another sender."""
    wire.carrier.inject(latency(1.0))
    row = queue(wire, "in hand")
    with Family(tmp_path, carrier=wire.carrier.url, site=SITE, environment={"SENDER_THREADS": "1"}) as family:
        family.start_sender("sender")
        wait_until(lambda: sum(wire.carrier.faults.met.values()) == 1, what="the POST")
        waiting = queue(wire, "waiting")
        family.signal("sender", signal.SIGTERM)
        assert family.children["sender"].wait(20) == 0
    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.status, waiting.status) == (MessageStatus.ACCEPTED, MessageStatus.QUEUED)
