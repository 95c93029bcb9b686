"""A round-robin balancer: takes connections and carries their bytes to the next web host that lets it connect."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Sequence


class Balancer:
    """Listens on `port` on a thread of its own. A host that refuses is passed over, and asked again the next time."""

    def __init__(self, port: int, hosts: Sequence[int]) -> None:
        self.port, self.refused = port, 0
        self._turns = itertools.cycle(range(len(hosts)))
        self._hosts = list(hosts)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="balancer", daemon=True)

    def __enter__(self) -> "Balancer":
        self._thread.start()
        start = asyncio.start_server(self._carry, "127.0.0.1", self.port, backlog=512)
        asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._turns)
        for step in range(len(self._hosts)):
            port = self._hosts[(first + step) % len(self._hosts)]
            try:
                its_reader, its_writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                self.refused += 1
                continue
            await asyncio.gather(_pump(reader, its_writer), _pump(its_reader, writer))
            return
        writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    with contextlib.suppress(OSError):
        sink.close()
