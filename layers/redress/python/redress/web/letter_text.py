"""The plain text of a letter as a page shows it: headings, paragraphs and quotes, no line broken by width."""

import re
from collections.abc import Iterable, Iterator, Sequence

from redress.domain.values import Value

WIDTH = 72  # characters: where `letters/text/parts.jinja` breaks a line
_UNDERLINE = re.compile(r"=+|-{3,}")
_SIGNATURE = "--"
_QUOTED = "    "


class Block(Value):
    """A part between empty lines. `kind` is heading, quote or text."""

    kind: str
    lines: Sequence[str]


def blocks(text: str) -> Iterator[Block]:
    """The parts of a letter's text, in order."""
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = [line for line in part.splitlines() if line.strip() not in {"", _SIGNATURE}]
        if not lines:
            continue
        if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1].strip()):
            yield Block(kind="heading", lines=[lines[0].strip()])
            lines = lines[2:]
        if lines:
            is_quote = all(line.startswith(_QUOTED) for line in lines)
            yield Block(kind="quote" if is_quote else "text", lines=list(_joined(lines, indented=is_quote)))


def _joined(lines: Iterable[str], *, indented: bool) -> Iterator[str]:
    """The lines, of which those that were broken at the width, or hang below a first one, are one."""
    whole, last = "", ""
    for line in lines:
        hangs = line.startswith(" ") and not indented
        if whole and (hangs or len(last) + 1 + len(line.split(maxsplit=1)[0]) > WIDTH):
            whole = f"{whole} {line.strip()}"
        else:
            if whole:
                yield whole
            whole = re.sub(r" {2,}", " ", line.strip())
        last = line
    if whole:
        yield whole
