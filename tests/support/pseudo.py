"""A language that no one speaks: each message stands in brackets, so that what is not said by it shows."""

import gettext
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest

from redress.language import language

OPEN, CLOSE = "⟦", "⟧"
# Attributes that people read or hear. A link's title is one of them, a link's address is none.
READ = frozenset({"alt", "aria-description", "aria-label", "placeholder", "title"})
# Elements whose text nobody reads.
UNREAD = frozenset({"script", "style"})


class Bracketed(gettext.NullTranslations):
    """Says every message in brackets, and keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()

    def gettext(self, message: str) -> str:
        """The message in brackets."""
        self.said.add(message)
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form that English uses, in brackets; asked for is the first one."""
        self.said.add(msgid1)
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


@contextmanager
def bracketed() -> Iterator[Bracketed]:
    """While it lasts, every language has the catalogue in brackets; dates and numbers stay its own."""
    catalogue = Bracketed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("redress.language._catalogue", lambda _: catalogue)
        language.cache_clear()
        yield catalogue
    language.cache_clear()


def unsaid(html: str, own: Iterable[str] = ()) -> list[str]:
    """The texts and attributes of a page with letters outside of every bracket.

    Left out is what is marked as another language's, and what is one of `own`: names, numbers, what people
    wrote.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    known = sorted({" ".join(one.split()) for one in own} - {""}, key=len, reverse=True)
    return [text for text in reader.found if any(map(str.isalpha, _without(text, known)))]


def _without(text: str, parts: Iterable[str]) -> str:
    for part in parts:
        text = text.replace(part, "")
    return text


class _Reader(HTMLParser):
    """Reads texts, and how deep in brackets it is; a message may go on across elements."""

    # Elements without an end.
    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0
        self._path: list[tuple[str, bool]] = []  # element, and whether what is in it speaks for itself

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read its attributes, and remember whether its text is another language's."""
        given = dict(attrs)
        for name, value in attrs:
            if name in READ or (name == "value" and given.get("type") in {"submit", "button", "reset"}):
                self.found.extend(_outside(value or "", 0)[0])
        if tag not in self.VOID:
            foreign = tag in UNREAD or (tag != "html" and "lang" in given)
            self._path.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, and whatever in it was not closed."""
        while self._path and self._path.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """What stands outside of the brackets, unless its element says that it is not ours."""
        texts, self._depth = _outside(data, self._depth)
        if not any(foreign for _, foreign in self._path):
            self.found.extend(texts)


def _outside(text: str, depth: int) -> tuple[list[str], int]:
    """The parts of a text outside of every bracket, and how many brackets are open behind it."""
    parts, part = [], ""
    for sign in text:
        if sign == OPEN:
            depth += 1
        if depth == 0:
            part += sign
        else:
            parts.append(part)
            part = ""
        if sign == CLOSE:
            depth -= 1
    return [" ".join(one.split()) for one in (*parts, part) if one.strip()], depth
