"""The embedded platform's process: MiniStack with our patches, which ends itself when nobody needs it.

    python -m infra.local.launch --home DIRECTORY --lifetime SECONDS [--parent PID] [--stock]

Its settings come from the environment that `infra.local.platform` makes.
"""

import argparse
import fcntl
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

from ministack import app

from infra.local import patches
from infra.local.platform import LOCK

POLL_SECONDS = 0.5


def main() -> None:
    """Apply the patches, start the watchdog, serve until told to stop."""
    options = arguments()
    lock = hold(options.home / LOCK)
    watch = (options.home, options.lifetime, options.parent)
    threading.Thread(target=end_in_time, args=watch, daemon=True).start()
    if not options.stock:
        patches.apply()
    sys.argv = sys.argv[:1]  # MiniStack reads it, too
    app.main()
    lock.close()


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True, help="where its lock and its scratch files lie")
    parser.add_argument("--lifetime", type=float, required=True, help="seconds after which it ends")
    parser.add_argument("--parent", type=int, help="end with this process")
    parser.add_argument(
        "--stock", action="store_true", help="leave the patches out (the contract tests compare)"
    )
    return parser.parse_args()


def hold(path: Path) -> TextIO:
    """Hold the lock that says this platform runs; the system frees it however the process ends."""
    lock = path.open("w", encoding="utf-8")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def end_in_time(home: Path, lifetime: float, parent: int | None) -> None:
    """End this process, and wipe its home, when its life is over or its parent or its home is gone."""
    deadline = time.monotonic() + lifetime
    while time.monotonic() < deadline and home.exists() and (parent is None or os.getppid() == parent):
        time.sleep(POLL_SECONDS)
    shutil.rmtree(home, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
