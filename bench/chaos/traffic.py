"""Missed calls and texts at once, both posted as a carrier posts them; the calls stand in the carrier's own log too.

With the database away a call cannot be stored, but whoever is on the line must hear something: its webhook is answered
with words and a 200, and the call is found in the log afterwards. A text is answered with 503 and posted again.
"""

import time
from collections.abc import Sequence
from itertools import count
from urllib.parse import parse_qs, urlencode

from django.db import connections

from bench.chaos.callers import KEEPS_TRYING, Callers, Try, at
from bench.chaos.house import House
from bench.chaos.waiting import lasts
from bench.first_text import Shot, make_shot
from leads.enums import TaskReason
from leads.models import CallbackTask
from messaging.models import Message
from recoverline.lib import queue
from tests.fakes.carrier import ACCOUNT_SID, AUTH_TOKEN
from tests.fakes.signer import signed_headers

TAKEN = (200, 204)
_texts = count()


def text_shot(site: str, key: str, *, sender: str, to: str, body: str) -> tuple[str, Shot]:
    """The id of an inbound text, and its signed webhook."""
    path, sid = f"/hooks/twilio/{key}/message", f"SM{next(_texts):032x}"
    params = {
        "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "MessageSid": sid, "SmsStatus": "received",
        "From": sender, "To": to, "Body": body, "NumMedia": "0", "NumSegments": "1",
    }  # fmt: skip
    return sid, Shot(sender, path, urlencode(params), signed_headers(AUTH_TOKEN, site + path, params))


class Traffic(Callers):
    """As Callers, with `texts` as the share of the events that are texts. They are repeated as the calls are."""

    def __init__(
        self, house: House, *, rate: float, retries: bool = True, clients: int = 16, texts: float = 0.0
    ) -> None:
        super().__init__(house, rate=rate, retries=retries, clients=clients)
        self.texts = texts
        self.texted_us: dict[str, bool] = {}  # id of a text -> whether we have taken it
        self.text_tries: list[Try] = []

    def _pour(self) -> None:
        begun, posted = time.monotonic(), 0
        while not self._over.wait(max(0.0, begun + posted / self.rate - time.monotonic())):
            shot = make_shot(self.house.made.site, self.path)
            if int(posted * self.texts) != int((posted + 1) * self.texts):
                self._pool.submit(self._text, shot)
            else:
                self.called[shot.caller] = time.time()
                self._pool.submit(self._ring, shot)
            posted += 1

    def _ring(self, shot: Shot) -> None:
        said = {name: values[0] for name, values in parse_qs(shot.body).items()}
        self.house.carrier.add_call(from_=said["From"], to=said["To"], sid=said["CallSid"], status="no-answer")
        self._call(shot)

    def _text(self, of: Shot) -> None:
        to = parse_qs(of.body)["To"][0]
        key = self.house.made.account_key
        sid, shot = text_shot(self.house.made.site, key, sender=of.caller, to=to, body="Can you come today?")
        self.texted_us[sid] = False
        deadline = time.monotonic() + KEEPS_TRYING
        while not self.texted_us[sid] and time.monotonic() < deadline:
            self.texted_us[sid] = self._post(shot) in TAKEN
            if not self.retries:
                return
            if not self.texted_us[sid]:
                lasts(1.0)  # a carrier waits before it posts again

    # ------------------------------------------------------------ afterwards
    def during(self, since: float, until: float) -> list[Try]:
        """Requests that began then (seconds since the epoch)."""
        return [one for one in self.tries if since <= one.at < until]

    def failed(self) -> list[Try]:
        """Without an answer, or with one that says that nothing was stored."""
        return [one for one in self.tries if one.status not in TAKEN]

    def findings(self, *, at_most: float = 120, reconciled: bool = False) -> list[str]:
        """0/0 of the calls and of the texts. `reconciled`: also of calls whose webhook nobody answered, after a look
        into the carrier's log.
        """
        connections.close_all()  # the database may have been away from us as well
        if reconciled:
            queue.enqueue("messaging.tasks.reconcile")
            self.answered = dict(self.called)
        deadline = time.monotonic() + at_most
        while set(self.answered) - set(self.texted()) - (kept := _for_the_morning()) and time.monotonic() < deadline:
            lasts(0.5)  # between looks at the ledger and at the rows
        if at_night := kept & set(self.answered) - set(self.texted()):
            self.house.say(
                f"{len(at_night)} calls learned of late, at night where the caller is: a task for the morning"
            )
        self.answered = {caller: moment for caller, moment in self.answered.items() if caller not in at_night}
        self.called = {caller: moment for caller, moment in self.called.items() if caller not in at_night}
        found = super().findings(at_most=0)
        taken = {sid for sid, is_taken in self.texted_us.items() if is_taken}
        deadline = time.monotonic() + at_most
        while (lost := len(taken - _stored(taken))) and time.monotonic() < deadline:
            lasts(0.5)  # what was kept is acted on by a sweep
        if self.texted_us:
            self.house.say(f"{len(self.texted_us)} texts posted, {len(taken)} taken, {lost} of those not in a thread")
        not_taken = len(self.texted_us) - len(taken) if self.retries else 0
        return [
            *found,
            *([f"texts that were never taken: {not_taken}"] if not_taken else []),
            *([f"texts that were taken and are in no thread: {lost}"] if lost else []),
        ]


def _for_the_morning() -> set[str]:
    """Callers whom nobody texts at night, because we learned of their call late: somebody calls them back."""
    tasks = CallbackTask.objects.filter(reason=TaskReason.QUIET_HOURS, lead__isnull=False)
    return set(tasks.values_list("lead__phone", flat=True))


def _stored(sids: set[str]) -> set[str]:
    rows = Message.objects.filter(direction="in", carrier_message_id__in=sids)
    return {str(sid) for sid in rows.values_list("carrier_message_id", flat=True)}


def percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    return f"p50 {at(ordered, 0.5):.3f} s, p95 {at(ordered, 0.95):.3f} s, most {ordered[-1]:.3f} s"


def p95(seconds: Sequence[float]) -> float:
    return at(sorted(seconds), 0.95) if seconds else 0.0
