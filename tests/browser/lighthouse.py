"""Lighthouse on a page of each route: `make lighthouse`, or `python -m tests.browser.lighthouse LIGHTHOUSE`.

LIGHTHOUSE is its command. It sees the pages as a phone on a slow network does (its own simulation); the
portal runs in this process over a store in memory. Anything below `LEAST` makes it fail.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from tempfile import TemporaryDirectory

from redress.web.routes import ROUTES
from tests.browser.states import STATES, State
from tests.support.portal_door import open_door

LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices")
SECONDS = 180
"""How long one page may take to be looked at."""


def main(lighthouse: str) -> None:
    """Look at each page; print its figures."""
    low = []
    sys.stdout.write(f"{'':<44}{''.join(f'{name:>16}' for name in CATEGORIES)}\n")
    for route, state in pages():
        scores = look(lighthouse, state)
        sys.stdout.write(f"{route:<44}{''.join(f'{scores[name]:>16}' for name in CATEGORIES)}\n")
        sys.stdout.flush()
        low += [f"{route}: {name} {scores[name]}" for name in CATEGORIES if scores[name] < LEAST]
    if low:
        sys.exit("\n".join([f"below {LEAST}:", *low]))


def pages() -> Iterator[tuple[str, State]]:
    """A route that is opened, not sent to, with the first state that shows it."""
    told = {name: state.story(state.visitor()) for name, state in STATES.items()}
    for route in ROUTES:
        pattern = re.compile(re.sub(r"<\w+>", "[^/]+", route))
        for name, shown in told.items():
            if not shown.to and shown.status == 200 and pattern.fullmatch(shown.path.partition("?")[0]):
                yield route, STATES[name]
                break


def look(lighthouse: str, state: State) -> Mapping[str, int]:
    """What Lighthouse gives a page, of 100, by category."""
    visitor = state.visitor()
    shown = state.story(visitor)
    with open_door(visitor) as door, TemporaryDirectory() as folder:
        command = [
            *(lighthouse, f"{door.address}{shown.path}", "--quiet", "--output=json", "--output-path=stdout"),
            *(f"--only-categories={','.join(CATEGORIES)}", "--no-enable-error-reporting"),
            f"--chrome-flags=--headless=new --no-sandbox --user-data-dir={folder}",
        ]
        browser = {"CHROME_PATH": shutil.which("chromium") or ""}
        done = subprocess.run(  # noqa: S603 - the command of the one who calls this
            command, check=True, capture_output=True, timeout=SECONDS, env={**os.environ, **browser}
        )
    scores = json.loads(done.stdout)["categories"]
    return {name: round(100 * scores[name]["score"]) for name in CATEGORIES}


if __name__ == "__main__":
    main(sys.argv[1])
