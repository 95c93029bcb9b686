"""The optional Redis server beside the queue goes away, and comes back."""

from collections.abc import Iterator
from signal import SIGKILL

import redis

from bench.chaos.cases import Case
from bench.chaos.house import House
from bench.chaos.traffic import Traffic
from bench.chaos.waiting import lasts
from tests.redis_server import redis_server

MAIN = ("web", "sender", "worker")


def stop_redis(house: House) -> Iterator[str]:
    """Killed in traffic: pages, webhooks and tasks go on by the table, and go on without it afterwards."""
    with redis_server() as url:
        restart(house, {"REDIS_URL": url})
        server = redis.Redis.from_url(url)
        before = int(server.info("stats")["total_commands_processed"])
        with Traffic(house, rate=4, texts=0.5) as traffic:
            lasts(15)
            used = int(server.info("stats")["total_commands_processed"]) - before
            house.signal_pid(int(server.info("server")["process_id"]), SIGKILL)
            lasts(30)
            page, healthz = house.get("/accounts/login/")[0], house.get("/healthz")[0]
        found = traffic.findings()
        house.say(
            f"{used} commands while Redis ran; 30 s after its death the sign-in page {page}, /healthz {healthz}, "
            f"{len(traffic.failed())} of {len(traffic.tries)} requests failed"
        )
        yield from found
        if not used:
            yield "Redis was not used, so this shows nothing"
        if (page, healthz) != (200, 200) or traffic.failed():
            yield "something did not work without Redis"
    restart(house, {"REDIS_URL": ""})


def restart(house: House, environment: dict[str, str]) -> None:
    for name in MAIN:
        house.stop(name)
    for name in MAIN:
        house.start(name, environment=environment)
    house.wait_until_healthy(120)


CASES = (
    Case(
        "CHA-06", "Redis, beside the queue, killed in traffic", "site, webhooks and tasks go on; 0 lost, 0 doubled",
        stop_redis,
    ),
)  # fmt: skip
