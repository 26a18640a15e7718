"""The stack on this machine.

up    start the platform, deploy, write .redress/local.json, return when the form answers
down  end it and leave nothing behind
run   the same in the foreground: show the life of a complaint, stay until Ctrl-C
"""

import argparse
import signal
import sys
import threading

from infra.local import demo
from infra.local.demo import DemoError
from infra.local.deploy import DeployError
from infra.local.describe import LocalStack
from infra.local.platform import PlatformError
from infra.local.up import PORT, detached, down, foreground
from infra.settings import SettingsError


def main() -> None:
    """Do what the command line says; a failure is said without a traceback."""
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        match options.command:
            case "up":
                print(addresses(detached(options.port)))
            case "down":
                down()
            case _:
                run(options.port)
    except (DemoError, DeployError, PlatformError, SettingsError) as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.local",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("up", "down", "run"))
    parser.add_argument("--port", type=int, default=PORT, help=f"default {PORT}; a free one if it is taken")
    return parser.parse_args()


def run(port: int) -> None:
    """Deploy, show the life of a complaint, and keep the form open."""
    with foreground(port=port) as stack:
        print(addresses(stack), flush=True)
        demo.play(stack)
        print(f"\nThe form stays open at {stack.portal_url} until Ctrl-C.", flush=True)
        threading.Event().wait()


def addresses(stack: LocalStack) -> str:
    """What a person opens first."""
    return (
        f"\n  form           {stack.portal_url}"
        f"\n  operator API   {stack.api_url}/v1"
        f"\n  mail           {stack.mail_url}\n"
    )


if __name__ == "__main__":
    main()
