"""One deployed stack for the whole test run, however many folders of tests ask for it."""

import atexit
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

from infra.local.describe import LocalStack
from infra.local.platform import Platform, free_port
from infra.local.up import on_a_platform
from tests.platform.faults import Faults, fault_proxy


@dataclass(frozen=True)
class Deployed:
    """The stack, the platform under it, and the faults between its functions and the platform."""

    stack: LocalStack
    platform: Platform
    faults: Faults


@cache
def deployed() -> Deployed:
    """Deploy the stack once in this process; it ends with the process."""
    cleanup = ExitStack()
    atexit.register(cleanup.close)
    port, proxy_port = free_port(), free_port()
    faults = cleanup.enter_context(fault_proxy(proxy_port, f"http://127.0.0.1:{port}"))
    stack, platform = cleanup.enter_context(
        on_a_platform(port=port, functions_endpoint=f"http://127.0.0.1:{proxy_port}", keep=True)
    )
    return Deployed(stack, platform, faults)
