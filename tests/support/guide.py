"""The commands of the API's guide (`functions/operator_api/README.md`), as requests that can be sent.

A command of the guide is a line of bash that begins with `get`, `post` or `send`, the guide's own functions,
and goes on in the indented lines below it. What it keeps in a variable, the commands after it use.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

GUIDE = Path(__file__).parents[2] / "functions/operator_api/README.md"
_BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Who acts, what is kept in which variables, and the request itself.
_COMMAND = re.compile(
    r"(?:user=(?P<user>\S+) )?(?:(?P<one>\w+)=\$\(|read -r (?P<several>[\w ]+) < <\()?"
    r"(?P<verb>get|post|send) (?P<request>.*?)(?: \| jq (?P<shown>.*))?",
    re.DOTALL,
)
_VARIABLES = re.compile(r"(?:\w+=\$?[\w-]+ *)+(?:#.*)?\n?")
_METHODS = {"get": "GET", "post": "POST"}


@dataclass(frozen=True)
class Command:
    """A request of the guide. `path`, with its query, and `sent` hold variables as `$name`.

    `keeps` maps variables to fields of the answer. A `guarded` command names a version.
    """

    line: str
    method: str
    path: str
    sent: str | None
    user: str
    guarded: bool
    keeps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Variables:
    """What the guide sets by hand, such as `team=payments`."""

    values: Mapping[str, str]


def texts() -> list[str]:
    """The blocks of bash."""
    return _BLOCK.findall(GUIDE.read_text(encoding="utf-8"))


def lines() -> list[Command | Variables]:
    """The requests and what is set between them, in their order. The functions themselves are neither."""
    found: list[Command | Variables] = []
    for line in (one for block in texts() for one in re.split(r"\n(?=\S)", block)):
        if command := _COMMAND.fullmatch(line):
            found.append(_command(command))
        elif _VARIABLES.fullmatch(line):
            found.append(Variables(dict(one.split("=") for one in shlex.split(line, comments=True))))
    return found


def _command(found: re.Match[str]) -> Command:
    given = shlex.split(found["request"], comments=True)
    method = _METHODS.get(found["verb"]) or given.pop(0)
    path = given.pop(0)
    sent = given.pop(0) if found["verb"] == "post" else None
    parts = [given[place + 1] for place, one in enumerate(given) if one in {"-d", "--data-urlencode"}]
    if "-G" in given:
        path = f"{path}{'&' if '?' in path else '?'}{urlencode(dict(one.split('=', 1) for one in parts))}"
    elif parts:
        [sent] = parts
    names = (found["one"] or found["several"] or "").split()
    shown = re.findall(r"\.(\w+)", found["shown"] or "")
    return Command(
        line=found[0].partition("\n")[0],
        method=method,
        path=path,
        sent=sent,
        user=found["user"] or "handler-7",
        guarded=any(one.startswith("If-Match: ") for one in given),
        keeps=dict(zip(names, shown, strict=bool(names))),
    )
