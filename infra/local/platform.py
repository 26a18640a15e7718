"""Start the embedded platform as a child process, wait until it answers, end it without a trace."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from infra.local.progress import step

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / ".redress"
ACCOUNT = "000000000000"
ADMINISTRATOR = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""MiniStack's root credentials: the deployer and the tests use them, the functions have their roles."""

FOREGROUND_LIFE = 2 * 60 * 60.0
DETACHED_LIFE = 4 * 60 * 60.0
LOCK = "platform.lock"
"""Held by the platform's process as long as it runs, in its home."""

START_SECONDS = 120.0
STOP_SECONDS = 5.0
RESTART_SECONDS = 120.0
"""What is kept over a restart is written down first."""


class PlatformError(RuntimeError):
    """The embedded platform did not do what it should; the message says what, where, and what to do."""


@dataclass(kw_only=True, eq=False)
class Platform:
    """A running platform: the process to end, the address to call, the directory to wipe.

    It is the same one after a restart, whatever its process is then.
    """

    process: subprocess.Popen[bytes]
    port: int
    home: Path
    launch: Callable[[], subprocess.Popen[bytes]]

    @property
    def endpoint(self) -> str:
        """The address of every service. An IP address, so that S3 is addressed by path."""
        return f"http://127.0.0.1:{self.port}"

    def restart(self) -> None:
        """End it and start it again. Where it keeps its state, whatever it was told is still there.

        Executions that ran have failed then and their tokens answer nothing, sent mail is forgotten, and
        functions start cold. Raises PlatformError if it does not come back.
        """
        stop(self.process.pid, self.home, RESTART_SECONDS)
        self.process.wait(STOP_SECONDS)
        (self.home / "tmp").mkdir(parents=True, exist_ok=True)
        self.process = self.launch()
        wait_until_ready(self)


def free_port(wanted: int = 0) -> int:
    """The wanted port of the loopback address, or any free one if that is taken (or none is wanted)."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return int(listener.getsockname()[1])


@contextmanager
def workspace() -> Iterator[Path]:
    """A directory of its own for a platform in the foreground."""
    WORKSPACE.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="platform-", dir=WORKSPACE))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running(
    home: Path,
    *,
    region: str,
    port: int = 0,
    stock: bool = False,
    functions_endpoint: str | None = None,
    keep: bool = False,
) -> Iterator[Platform]:
    """A platform that lives as long as the block, and no longer than FOREGROUND_LIFE or this process.

    `stock` leaves the patches out. `functions_endpoint` is where the functions send their AWS calls (a fault
    proxy); by default that is the platform itself. With `keep` it can be restarted without losing its state.
    """
    platform = start(
        home=home,
        port=port or free_port(),
        region=region,
        lifetime=FOREGROUND_LIFE,
        parent=os.getpid(),
        stock=stock,
        functions_endpoint=functions_endpoint,
        keep=keep,
    )
    try:
        yield platform
    finally:
        stop(platform.process.pid, home)
        platform.process.wait(STOP_SECONDS)


def start(
    *,
    home: Path,
    port: int,
    region: str,
    lifetime: float,
    parent: int | None = None,
    stock: bool = False,
    functions_endpoint: str | None = None,
    keep: bool = False,
) -> Platform:
    """Start a platform in `home` and return when it answers. Without `parent` it outlives this process.

    Raises PlatformError with the end of its log if it does not answer in START_SECONDS.
    """
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "infra.local.launch", "--home", str(home), "--lifetime", str(lifetime)]
    command += ["--parent", str(parent)] if parent else []
    command += ["--stock"] if stock else []
    variables = environment(home / "tmp", port, region, functions_endpoint)
    variables |= keeping(home / "kept") if keep else {}

    def launch() -> subprocess.Popen[bytes]:
        with (home / "platform.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own module
                command,
                cwd=ROOT,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    platform = Platform(process=launch(), port=port, home=home, launch=launch)
    try:
        with step("Starting the platform"):
            wait_until_ready(platform)
    except BaseException:
        stop(platform.process.pid, home)
        platform.process.wait(STOP_SECONDS)
        raise
    return platform


def environment(scratch: Path, port: int, region: str, functions_endpoint: str | None) -> dict[str, str]:
    """A clean environment: the functions inherit it, and nothing of the person who starts them."""
    variables = {
        **ADMINISTRATOR,
        "AUTH": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "BIND_HOST": "127.0.0.1",
        "DOCKER_HOST": f"unix://{scratch}/no-docker.sock",  # it would remove containers that are not ours
        "GATEWAY_PORT": str(port),
        "HOME": str(scratch),
        "IOT_MTLS_ENABLED": "0",
        "LANG": "C.UTF-8",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": region,
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",  # as on AWS, where code lies on a read-only disk
        "SFTP_ENABLED": "0",
        "TMPDIR": str(scratch),
        "TZ": "UTC",
    }
    if functions_endpoint:
        variables["AWS_ENDPOINT_URL"] = functions_endpoint
        variables["REDRESS_PROXY_HOST"] = functions_endpoint.removeprefix("http://")
    return variables


def keeping(folder: Path) -> dict[str, str]:
    """What makes the platform write its state down when it is told to end, and read it when it starts."""
    return {
        "PERSIST_STATE": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "S3_PERSIST": "1",
        "STATE_DIR": str(folder / "state"),
    }


def wait_until_ready(platform: Platform) -> None:
    """Return when the platform answers its health check."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and platform.process.poll() is None:
        if answers(f"{platform.endpoint}/_ministack/health"):
            return
        time.sleep(0.05)
    ended = (
        "ended at once" if platform.process.poll() is not None else f"was silent for {START_SECONDS:.0f} s"
    )
    raise PlatformError(
        f"The embedded platform {ended} ({platform.endpoint}). If the end of its log, below, names a module "
        "or an attribute, run `make setup` to restore the pinned versions; if it names the port, free it.\n"
        f"{last_lines(platform.home / 'platform.log')}"
    )


def answers(url: str) -> bool:
    """Whether a GET of this address on the loopback interface is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for an error message."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def stop(pid: int, home: Path, seconds: float = STOP_SECONDS) -> None:
    """End the platform of `home` and its functions, by force after `seconds`, and wipe its scratch files.

    Its lock is held as long as it runs, so a process id that now belongs to somebody else is left alone.
    """
    if is_running(home):
        os.kill(pid, signal.SIGTERM)
        wait_for_the_end(home, seconds)
        with suppress(ProcessLookupError):  # its own session: functions that did not end with it
            os.killpg(pid, signal.SIGKILL)
        wait_for_the_end(home, STOP_SECONDS)
    shutil.rmtree(home / "tmp", ignore_errors=True)


def wait_for_the_end(home: Path, seconds: float) -> None:
    """Return when the platform has ended, or after so many seconds."""
    deadline = time.monotonic() + seconds
    while is_running(home) and time.monotonic() < deadline:
        time.sleep(0.05)


def is_running(home: Path) -> bool:
    """Whether the platform of `home` holds its lock."""
    try:
        with (home / LOCK).open("a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
