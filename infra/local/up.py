"""Bring the stack up on this machine: for a block, or detached until `down`."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from infra import settings
from infra.local.deploy import REGION_FILE, deploy, portal_url, synthesizing
from infra.local.describe import FILE, ID_TAG, LocalStack, describe
from infra.local.platform import (
    DETACHED_LIFE,
    WORKSPACE,
    Platform,
    PlatformError,
    answers,
    free_port,
    is_running,
    last_lines,
    running,
    start,
    stop,
    workspace,
)
from infra.local.progress import step

PORT = 4650
HOME = WORKSPACE / "local"
PID = HOME / "platform.pid"
FORM_SECONDS = 60.0


@contextmanager
def foreground(*, port: int = 0) -> Iterator[LocalStack]:
    """The deployed stack for as long as the block runs, on this port or a free one.

    Raises PlatformError or DeployError.
    """
    with on_a_platform(port=port) as (stack, _platform):
        yield stack


@contextmanager
def on_a_platform(
    *, port: int = 0, functions_endpoint: str | None = None, keep: bool = False
) -> Iterator[tuple[LocalStack, Platform]]:
    """The deployed stack and the platform under it, for as long as the block runs.

    `functions_endpoint` is where the functions send their AWS calls (a fault proxy); by default the platform.
    With `keep` the platform may be restarted. Raises PlatformError or DeployError.
    """
    region_file = settings.load(settings.find(REGION_FILE)[0])
    region, port = region_file.stack.region, available(port)
    with (
        workspace() as home,
        synthesizing(home, region, address_of_portal(region_file, port)) as assembly,
        running(home, region=region, port=port, functions_endpoint=functions_endpoint, keep=keep) as platform,
    ):
        deploy(platform, region, assembly)
        yield answering(describe(platform.endpoint), platform), platform


def detached(port: int) -> LocalStack:
    """The deployed stack, which outlives this process: until `down`, or for DETACHED_LIFE.

    Raises PlatformError or DeployError, and leaves nothing running then.
    """
    if is_running(HOME):
        raise PlatformError(f"The stack is up already ({FILE}). Use it, or end it with `make down` first.")
    down()
    region_file = settings.load(settings.find(REGION_FILE)[0])
    region, port = region_file.stack.region, available(port)
    try:
        with synthesizing(HOME, region, address_of_portal(region_file, port)) as assembly:
            platform = start(home=HOME, port=port, region=region, lifetime=DETACHED_LIFE)
            PID.write_text(str(platform.process.pid), encoding="ascii")
            deploy(platform, region, assembly)
        stack = answering(describe(platform.endpoint), platform)
    except BaseException:
        down()
        raise
    stack.save()
    return stack


def down() -> None:
    """End what `detached` started and remove every file of it. Does nothing if nothing is up."""
    if PID.exists():
        stop(int(PID.read_text(encoding="ascii")), HOME)
    shutil.rmtree(HOME, ignore_errors=True)
    FILE.unlink(missing_ok=True)


def available(port: int) -> int:
    """The port if it is free, otherwise another one, which is said."""
    found = free_port(port)
    if port and found != port:
        print(f"Port {port} is taken on 127.0.0.1; using {found} instead.")
    return found


def address_of_portal(region_file: settings.Settings, port: int) -> str:
    """What the letters' links start with: it has to be known before the stack is deployed."""
    return portal_url(f"http://127.0.0.1:{port}", region_file.portal.tags[ID_TAG])


def answering(stack: LocalStack, platform: Platform) -> LocalStack:
    """The stack, when its form answers. Raises PlatformError if it does not in FORM_SECONDS."""
    with step("Waiting for the form"):
        deadline = time.monotonic() + FORM_SECONDS
        while not answers(stack.portal_url):
            if time.monotonic() > deadline:
                raise PlatformError(
                    f"The stack is deployed, but its form gave no answer 200 in {FORM_SECONDS:.0f} s "
                    f"({stack.portal_url}). The portal's error is in the platform's log, which ended with:\n"
                    f"{last_lines(platform.home / 'platform.log')}"
                )
            time.sleep(0.2)
    return stack
