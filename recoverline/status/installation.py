"""What all businesses share: the processes, the queue, e-mail, the clocks."""

from collections import Counter
from datetime import datetime

from messaging import beats
from messaging.alerts import MAIL_FAILED, MAIL_SENT
from messaging.beats import SENDER, WORKER, Beats
from messaging.escalation import watchdog
from recoverline.lib import queue
from recoverline.status.lines import Line, State, since

# A cluster that is behind takes this many tasks in some seconds; more, and it does not keep up.
MANY_TASKS = 200
SLOW_SECONDS = 60
_PROCESSES = (
    (SENDER, "Sending texts", "Until it runs again the worker takes over what is ten seconds late."),
    (WORKER, "Work in the background", "Reminders, follow-ups, calendars and e-mail wait for it."),
)


def lines(now: datetime, *, real_now: datetime) -> list[Line]:
    """`now` is the clock of the business, `real_now` that of the processes: the simulator moves the first."""
    found = beats.read()
    processes = [_process(found, name, label, effect, real_now) for name, label, effect in _PROCESSES]
    return [*processes, _queue(real_now), _late(now), _mail(found.notes, real_now)]


def _process(found: Beats, name: str, label: str, effect: str, now: datetime) -> Line:
    at, hosts, silent = found.latest(name), found.hosts[name], found.silent(name, now)
    restart = f"Whoever runs the installation has to start the {name} again."
    if at is None:
        return Line(label, State.LOOK, f"The {name} does not run. {effect}", restart)
    if len(silent) == len(hosts):
        return Line(label, State.LOOK, f"The {name} showed itself last {since(at, now)}. {effect}", restart)
    if silent:
        said = "; ".join(f"on {host} it showed itself last {since(hosts[host], now)}" for host in silent)
        tip = "Start it there again. A host that has left for good is forgotten after an hour of silence."
        return Line(label, State.LOOK, f"The {name} works, but {said}. Other hosts do its work.", tip)
    where = f", on {len(hosts)} hosts: {', '.join(hosts)}" if len(hosts) > 1 else ""
    return Line(label, State.OK, f"The {name} showed itself {since(at, now)}{where}.")


def _queue(now: datetime) -> Line:
    label, count, oldest = "Tasks that wait", queue.waiting(), queue.oldest_waiting()
    seconds = (now - oldest).total_seconds() if oldest else 0
    said = (
        "None waits."
        if not count
        else f"{count:,} {'waits' if count == 1 else 'wait'}, the oldest for {seconds:.0f} s."
    )
    if count > MANY_TASKS or seconds > SLOW_SECONDS:
        return Line(label, State.LOOK, said, "If it stays so, give the installation more workers (WORKERS).")
    return Line(label, State.OK, said)


def _late(now: datetime) -> Line:
    late = Counter(each.what for each in watchdog.overdue(now))
    if not late:
        return Line("What is due", State.OK, "Nothing is late.")
    # By kind and count: whose work it is, is nobody's business here.
    kinds = [watchdog.CLOCK_IS_OFF if what == watchdog.CLOCK else f"{count} {what}" for what, count in late.items()]
    said = f"Late by more than two minutes: {', '.join(kinds)}."
    return Line("What is due", State.LOOK, said, "Look at the lines above; a process may be down or behind.")


def _mail(notes: dict[str, datetime], now: datetime) -> Line:
    sent, failed = notes.get(MAIL_SENT), notes.get(MAIL_FAILED)
    if failed is not None and (sent is None or failed > sent):
        said = f"The mail server took nothing {since(failed, now)}."
        return Line("E-mail", State.LOOK, said, "Whoever runs the installation has to look at EMAIL_URL.")
    if sent is None:
        return Line("E-mail", State.OFF, "None was sent yet.", "Mail yourself a test under Getting started.")
    return Line("E-mail", State.OK, f"Last sent {since(sent, now)}.")
