"""Two clusters on 200 steps that fell due in an outage, killed between claim and send (QUE-10): nobody gets two, nobody
gets one after STOP, and no sweep takes more than it may.
"""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leads.models import Lead
from messaging import consent
from messaging.enums import MessageStatus, OptOutSource
from messaging.followups import versions
from messaging.models import Conversation, Enrollment, Message, OptOut, StepRun
from recoverline.lib import clock
from recoverline.lib.children import die_with_parent
from tests.chaos.family import ROOT, Family
from tests.factories import phone
from tests.fakes.carrier import CallbackPlan
from tests.messaging.followups.course import make_sequence
from tests.wire import Wire

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]

PEOPLE, SAID_STOP, SAY_STOP = 200, 20, 30
OUTAGE = timedelta(minutes=30)


def last_noon() -> datetime:
    """The last time that it was 2 PM in New York or a little less: no quiet hour, and not ahead of the carrier."""
    now = clock.now()
    at = now.replace(hour=18, minute=0, second=0, microsecond=0)
    return at if at <= now else at - timedelta(days=1)


def people_with_a_step_due(wire: Wire, at: datetime) -> list[str]:
    """Their phones, in order."""
    phones, location = [phone() for _ in range(PEOPLE)], wire.number.location
    mine = {"business": wire.business}
    leads = Lead.objects.bulk_create([Lead(**mine, phone=number, created_at=at) for number in phones])
    threads = Conversation.objects.bulk_create(
        [
            Conversation(**mine, location=location, number=wire.number, lead=lead, last_at=at, opened_at=at)
            for lead in leads
        ]
    )
    sequence = make_sequence(wire, {})
    version = versions.current_version(sequence, now=at)
    began = at - timedelta(days=1) - OUTAGE
    Enrollment.objects.bulk_create(
        [
            Enrollment(
                **mine, location=location, lead=thread.lead, conversation=thread, sequence=sequence, version=version,
                cause=f"test:{thread.key}", anchor_at=began, last_text_at=began, due_at=began + timedelta(days=1),
                created_at=began,
            )
            for thread in threads
        ]
    )  # fmt: skip
    return phones


@contextmanager
def workers(family: Family) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.follow"], cwd=ROOT, env=family.environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent(signal.SIGKILL),
    )  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def ends_of(child: subprocess.Popen[str]) -> list[str]:
    """How the next eight workers ended."""
    assert child.stdout is not None
    return [child.stdout.readline().strip() for _ in range(8)]


def test_workers_that_die_between_claim_and_send_double_nothing_and_stop_is_stop(wire: Wire, tmp_path: Path) -> None:
    wire.carrier.callbacks = CallbackPlan(statuses=())
    at = last_noon()
    (tmp_path / "clock-offset").write_text(str((at - clock.now()).total_seconds()))
    phones = people_with_a_step_due(wire, at)
    stopped = phones[:SAID_STOP]
    OptOut.objects.bulk_create(
        [OptOut(business=wire.business, phone=one, source=OptOutSource.TEXT, opted_out_at=at) for one in stopped]
    )
    scaled = {"SIMULATOR": "true", "TEXT_LEASE_SECONDS": "3", "TEXT_GRACE_SECONDS": "2"}
    family = Family(tmp_path, carrier=wire.carrier.url, site="http://127.0.0.1:9", environment=scaled)

    with workers(family) as child:
        assert ends_of(child) == [str(signal.SIGKILL.value)] * 8
        # Among those who say STOP now are all whose text is in dead hands, and some whose step nobody has taken.
        in_dead_hands = Message.objects.filter(status=MessageStatus.SENDING).values_list("lead__phone", flat=True)
        says_stop = list(dict.fromkeys([*in_dead_hands, *phones[SAID_STOP:]]))[:SAY_STOP]
        assert len(in_dead_hands) >= 3
        for one in says_stop:
            consent.opt_out(wire.business, phone=one, source=OptOutSource.TEXT, evidence="STOP", now=at)
        had = Counter(to for to, _ in wire.sent)
        assert child.stdin is not None
        child.stdin.write("go on\n")
        child.stdin.flush()
        assert ends_of(child) == ["exit 0"] * 8
    sent = Counter(to for to, _ in wire.sent)
    assert [one for one in phones if sent[one] > 1] == []
    assert [one for one in stopped if sent[one]] == []
    assert [one for one in says_stop if sent[one] > had[one]] == []
    assert [one for one in phones if not sent[one] and one not in {*stopped, *says_stop}] == []
    assert not Enrollment.objects.filter(status="active").exists()
    assert not Message.objects.filter(status__in=["queued", "sending", "unknown"]).exists()
    done = StepRun.objects.values_list("enrollment", "position")
    assert len(done) == len(set(done)) >= PEOPLE - SAID_STOP - SAY_STOP
