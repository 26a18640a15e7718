"""Faults on demand: a proxy between the functions and the platform, which tests tell what to break."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web
from microburst.app import make_app
from microburst.core.pipeline import Microburst


class Faults:
    """What the proxy breaks at the moment. Nothing, until a test says so."""

    def __init__(self, proxy: Microburst) -> None:
        self._proxy = proxy

    def inject(self, service: str, operation: str | None, **fault: Any) -> None:
        """Break calls of an operation, e.g. `times=2, error={"code": "ThrottlingException", "status": 400}`.

        Services are named in lower case: dynamodb, sqs, ses, secretsmanager, stepfunctions. Other faults:
        `latency=milliseconds`, `reset=True` and `timeout_ms=`; `times` and `sequence={"fail": 3, "pass": 2}`
        say how often, `resource` and `body` (a JMESPath condition) which calls, as microburst documents.
        The proxy knows no operation of SES v2 by name: None breaks them all.
        """
        self._proxy.engine.add_rules([{"service": service, "operation": operation, **fault}])

    def clear(self) -> None:
        """Break nothing any more, and forget what was broken."""
        self._proxy.engine.set_rules([])
        self._proxy.fired.clear()

    def fired(self) -> list[tuple[str, str | None]]:
        """Service and operation of each call that was broken, oldest first."""
        return [(event.service, event.operation) for event in self._proxy.fired]


@contextmanager
def fault_proxy(port: int, upstream: str) -> Iterator[Faults]:
    """A proxy on this port of the loopback address, before the upstream's address, as long as the block."""
    proxy = Microburst(upstream)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = web.AppRunner(make_app(proxy))
    try:
        asyncio.run_coroutine_threadsafe(_listen(runner, port), loop).result(10)
        yield Faults(proxy)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _listen(runner: web.AppRunner, port: int) -> None:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
