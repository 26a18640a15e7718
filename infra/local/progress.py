"""What a person sees during a long step: one line, with the seconds it takes."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

TERMINAL_SECONDS, LOG_SECONDS = 0.5, 5.0
"""How often a step says that it is alive: rewriting its line on a terminal, with a new line elsewhere."""


class Step:
    """A running step. Whoever does the work may `note` how far it is."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._note = ""
        self._began = time.monotonic()
        self._ended = threading.Event()

    def note(self, text: str) -> None:
        """How far the work is, in a few words."""
        self._note = text

    def run(self) -> None:
        """Say that the step is alive until it ends."""
        terminal = sys.stdout.isatty()
        self._show("…", end="" if terminal else "\n")
        while not self._ended.wait(TERMINAL_SECONDS if terminal else LOG_SECONDS):
            self._show("…", end="" if terminal else "\n")

    def end(self, sign: str) -> None:
        """The step's last line."""
        self._ended.set()
        self._show(sign, end="\n")

    def _show(self, sign: str, *, end: str) -> None:
        start = "\r\033[K" if sys.stdout.isatty() else ""
        seconds = time.monotonic() - self._began
        note = f"  {self._note}" if self._note else ""
        print(f"{start}{sign} {self._title:<44} {seconds:5.1f} s{note}", end=end, flush=True)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Show the block as one step: running, done, or failed."""
    shown = Step(title)
    ticker = threading.Thread(target=shown.run, daemon=True)
    ticker.start()
    try:
        yield shown
    except BaseException:
        shown.end("✗")
        raise
    shown.end("✓")
