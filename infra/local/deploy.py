"""Deploy the real stack to a platform with the real CDK command: synthesize, bootstrap, deploy."""

import os
import re
import subprocess
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from infra.local.platform import ACCOUNT, ADMINISTRATOR, ROOT, Platform
from infra.local.progress import step

CDK = ROOT / ".tools/node_modules/.bin/cdk"
ENVIRONMENT = ROOT / ".venv/bin"
QUIET = ("--no-notices", "--no-version-reporting", "--ci")
COUNTED = re.compile(r"\|\s*(\d+)/(\d+)\s*\|")
"""The column of the CDK's event lines that counts resources: done / all."""
UNREMARKABLE = re.compile(r"_(IN_PROGRESS|COMPLETE|SKIPPED) |: (start|success): ")
"""Lines that explain no failure."""
LINES_TOLD = 25

REGION_FILE = "local"
STACK = f"redress-{REGION_FILE}"
PORTAL_STAGE = "live"


class DeployError(RuntimeError):
    """The CDK command failed; the message carries its last lines."""


def portal_url(endpoint: str, api_id: str) -> str:
    """The portal's address on a platform."""
    return f"{endpoint}/_aws/execute-api/{api_id}/{PORTAL_STAGE}"


@contextmanager
def synthesizing(home: Path, region: str, url: str) -> Iterator[Future[Path]]:
    """Build assets and template in the background, into a folder of the platform's home.

    The future raises DeployError if the app cannot be synthesized. `url` is the portal's address.
    """
    with ThreadPoolExecutor(1) as background:
        yield background.submit(synthesize, home / "cdk.out", region, url)


def synthesize(assembly: Path, region: str, url: str) -> Path:
    """Build assets and template into the folder, and return it."""
    context = ("-c", f"region={REGION_FILE}", "-c", f"portal_url={url}")
    run(("synth", "--quiet", "--output", str(assembly), *context), cdk_environment(None, region))
    return assembly


def deploy(platform: Platform, region: str, assembly: Future[Path]) -> None:
    """Bootstrap the platform's account and deploy the assembly to it.

    Raises DeployError with the last lines of the CDK command, and where the platform's log is.
    """
    variables = cdk_environment(platform.endpoint, region)
    with step("Preparing the platform for the CDK"):
        run(("bootstrap", f"aws://{ACCOUNT}/{region}", "--app", ""), variables)
    with step("Building assets and template"):
        app = ("--app", str(assembly.result()))
    with step("Deploying the stack") as shown:
        command = ("deploy", STACK, *app, "--require-approval", "never", "--progress", "events")
        for line in lines(command, variables):
            if counted := COUNTED.search(line):
                shown.note(f"{counted[1]} of {counted[2]} resources")


def run(command: tuple[str, ...], variables: Mapping[str, str]) -> None:
    """Run a CDK command to its end."""
    for _line in lines(command, variables):
        pass


def lines(command: tuple[str, ...], variables: Mapping[str, str]) -> Iterator[str]:
    """Run a CDK command and yield what it prints. Raises DeployError if it fails."""
    if not CDK.exists():
        raise DeployError(f"The CDK command is missing ({CDK}); install it with `make setup`.")
    told: deque[str] = deque(maxlen=LINES_TOLD)
    with subprocess.Popen(  # noqa: S603 - the pinned command of this project
        [str(CDK), *command, *QUIET],
        cwd=ROOT,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            for line in process.stdout or ():
                if not UNREMARKABLE.search(line):
                    told.append(line.rstrip())
                yield line
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise DeployError(
            f"`cdk {command[0]}` failed with exit code {process.returncode}. Correct what it names below, "
            "then run the same command again.\n" + "\n".join(told)
        )


def cdk_environment(endpoint: str | None, region: str) -> dict[str, str]:
    """This process's environment without anybody's AWS settings, and the platform's administrator instead."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return {
        **own,
        **ADMINISTRATOR,
        **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": region,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "NO_COLOR": "1",
        "PATH": f"{ENVIRONMENT}:{os.environ['PATH']}",
    }
