"""HTML as plain text: what a reader would see of it, lists, tables and quotations still told apart.

The standard parser reads it as a stream. Nothing is loaded, run, or followed.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

MOST_CHARACTERS = 400_000  # of HTML, without style sheets, scripts and comments
_LONGEST_TAG = 8_000
_LONGEST_LINK = 500

_DROPPED = ("script", "style", "head", "title", "template", "svg", "math", "object", "iframe")
_RAW = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext")
_RAW_NAME = re.compile(rf"<(/?)({'|'.join(_RAW)})(?=[\s/>])", re.IGNORECASE)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BLOCKS = {"address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset"} | {
    *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol"),
    *("p", "pre", "section", "table", "tr", "ul", "hr"),
}
_SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$)"
    r"|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)|max-height\s*:\s*0(?:px)?\s*(?:;|$).*overflow\s*:\s*hidden",
    re.IGNORECASE | re.DOTALL,
)
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_OPENERS: Sequence[tuple[str, str]] = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))


def to_text(html: str) -> str:
    """What a reader would see. Total, and its work grows with the length of the HTML alone."""
    reader = _Reader()
    reader.feed(defused(html))
    reader.close()
    return reader.text()


def defused(html: str) -> str:
    """The HTML without comments, scripts and style sheets, at most MOST_CHARACTERS of it, each `<` a tag's.

    The parser looks through the rest of the document for the end of a tag or a comment that has none, once
    for each: ten seconds for 8,000 of them (measured).
    """
    html = html[: MOST_CHARACTERS * 8]
    for opens, closes in _OPENERS:
        html = _without(html, opens, closes)
    # What is left of these is an opening or a closing alone: without it the text in it stays readable.
    whole = _only_whole_tags(_RAW_NAME.sub(r"<\1span", html)[:MOST_CHARACTERS])
    return _DECLARATION.sub("", whole)


def _without(html: str, opens: str, closes: str) -> str:
    kept: list[str] = []
    lower = html.lower() if opens.isupper() or opens[1].isalpha() else html
    if len(lower) != len(html):  # some capital letters become two
        lower = html
    place = 0
    while (start := lower.find(opens, place)) >= 0 and (end := lower.find(closes, start + len(opens))) >= 0:
        kept.append(html[place:start])
        place = end + len(closes)
        if not closes.endswith(">"):
            place = (lower.find(">", place) + 1) or len(html)
    return "".join((*kept, html[place:]))


def _only_whole_tags(html: str) -> str:
    """Each `<` that no `>` follows before the next one, as far off as a tag is long, becomes text."""
    pieces = html.split("<")
    kept = [pieces[0]]
    for piece in pieces[1:]:
        whole = piece.find(">", 0, _LONGEST_TAG) >= 0 and piece[:1] not in {"", " "}
        kept.append(("<" if whole else "&lt;") + piece)
    return "".join(kept)


class _Reader(HTMLParser):
    """Writes down what is seen, line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._open: list[str] = []
        self._count: Counter[str] = Counter()
        self._hidden_at: int | None = None  # how many tags were open outside of what is hidden
        self._link: tuple[str, int] | None = None
        self._said = False  # whether the line has anything on it yet

    def text(self) -> str:
        """All that was seen."""
        self._end_line()
        return "\n".join(self._lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":  # it ends a head that nothing else ended
            self._hidden_at = None
        given = {name: value or "" for name, value in reversed(attrs)}
        if self._hidden_at is None and tag not in _VOID and _is_hidden(tag, given):
            self._hidden_at = len(self._open)
        if self._hidden_at is None:
            self._begin(tag, given)
        if tag not in _VOID:
            self._open.append(tag)
            self._count[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and tag not in _BLOCKS:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._count[tag]:
            return
        while True:
            closed = self._open.pop()
            seen = self._hidden_at is None
            if seen:
                self._end(closed)
            self._count[closed] -= 1
            if seen:
                self._space(closed)
            elif self._hidden_at is not None and len(self._open) <= self._hidden_at:
                self._hidden_at = None
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._hidden_at is not None:
            return
        self._said = self._said or not data.isspace()
        if self._count["pre"]:
            first, *others = data.split("\n")
            self._line.append(first)
            for one in others:
                self._end_line(keep_empty=True)
                self._line.append(one)
        else:
            self._line.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _begin(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "br":
            self._end_line(keep_empty=True)
        elif tag in _BLOCKS:
            self._end_line()
            self._space(tag)
        if tag == "li":
            self._line.append("- ")
        elif tag in {"td", "th"} and self._said:
            self._line.append(" | ")
            self._said = False
        elif tag == "a":
            self._link = given.get("href", "").strip(), len(self._line)
        elif tag == "img" and len(given.get("alt", "").strip()) > 1:
            self._line.append(f" [{given['alt'].strip()[:200]}] ")

    def _end(self, tag: str) -> None:
        if tag == "a" and self._link:
            self._end_link(*self._link)
            self._link = None
        elif tag in _BLOCKS:
            self._end_line()

    def _end_link(self, address: str, begins: int) -> None:
        """The address after the words of a link, where it says more than they do."""
        words = "".join(self._line[begins:]).strip()
        shown = address.removeprefix("mailto:")
        if address.lower().startswith(("http://", "https://", "mailto:")) and words:
            bare = re.sub(r"^https?://|/$", "", shown)
            if bare not in words and len(shown) <= _LONGEST_LINK:
                self._line.append(f" <{shown}>")

    def _end_line(self, *, keep_empty: bool = False) -> None:
        line = "".join(self._line)
        line = line.rstrip() if self._count["pre"] else line.strip()
        self._line, self._said = [], False
        self._link = (self._link[0], 0) if self._link else None
        if line or keep_empty:
            self._lines.append(self._quoting(self._count["blockquote"]) + line)

    def _space(self, tag: str) -> None:
        """An empty line around what stands by itself."""
        if tag in _SPACED and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._quoting(self._count["blockquote"]).rstrip())

    @staticmethod
    def _quoting(depth: int) -> str:
        return "> " * min(depth, 10)


def _is_hidden(tag: str, given: Mapping[str, str]) -> bool:
    return tag in _DROPPED or "hidden" in given or bool(_HIDDEN.search(given.get("style", "")[:2_000]))
