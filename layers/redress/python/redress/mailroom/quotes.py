"""What the sender of a mail wrote now, without what the mail answers or passes on.

Better too much than too little: nothing is cut that may be the sender's, and where answers stand between the
lines they answer, all of it is kept.
"""

import re
from collections.abc import Sequence
from itertools import dropwhile, groupby

from redress.mailroom import forms
from redress.mailroom.forms import Mark

MOST_LINES = 10_001  # more are longer than any text that is kept
LONGEST_MARK = 300  # characters of a line that introduces a quotation
_WRAPPED = 3  # lines that such a line may be broken into
_LABELS_NEEDED = 3  # the sender's among them: fewer may be a player's own words
_STRIKES = 2  # lines without a label in a block of headers, such as a broken subject
_LONGEST_SIGN_OFF = 120

_QUOTED = re.compile(r"[>|]+ ?")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b20\d\d\b")
_NAMED = re.compile(r"[^<>@]{0,100}<[^<>@\s]{1,100}@[^<>@\s]{1,100}>?,?")
_RULE = re.compile(r"[\s_*-]{2,}")
_SIGNATURE = "-- "


def _any_of(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_LABEL = re.compile(rf"\*?({_any_of(forms.FROM_LABELS + forms.OTHER_LABELS)}) ?:\*?(?: |$)", re.IGNORECASE)
_WROTE = re.compile(rf"(?:^|\s)(?:{_any_of(forms.WROTE)})(?=[\s:,<(])", re.IGNORECASE)
_RUNS_ON = re.compile(rf"[^<>]{{1,200}}<[^<>\s]{{1,200}}> ?(?:{_any_of(forms.WROTE)}) ?: ", re.IGNORECASE)
_BEGINS = re.compile(rf"(?:{_any_of(forms.BEGINS)})\s.*\d", re.IGNORECASE)
_MARK = re.compile(
    rf"(?:[-_*\s]{{2,40}}(?:{_any_of(forms.ORIGINAL + forms.FORWARDED)})[-_*\s]{{0,40}}"
    rf"|(?:{_any_of(forms.FORWARDED)}) ?:)",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(rf"[\W_]*(?:{_any_of(forms.SENT_FROM)})\b", re.IGNORECASE)


def written_now(text: str) -> str:
    """The sender's own words; the whole text where nothing else would be left, or it cannot be told apart."""
    lines = text.split("\n")[:MOST_LINES]
    mark = _first_mark(lines)
    if mark is None:
        found = _own_words(lines)
    else:
        head, tail = lines[: mark.start], lines[mark.end :]
        answered = any(map(_is_quoted, tail))
        found = _own_words([*head, ">", *tail]) if answered else _signed_off(head)
    if found is None or not _says_something(found):
        return "\n".join(lines).strip()
    return "\n".join(found).strip()


def _own_words(lines: Sequence[str]) -> list[str] | None:
    """The lines that are not quoted; None if some of them stand between quoted ones."""
    runs = [(quoted, list(run)) for quoted, run in groupby(_with_blanks_joined(lines), key=_is_quoted)]
    runs = [(quoted, run) for quoted, run in runs if quoted or _says_something(run)]
    quoted_at = [place for place, (quoted, _) in enumerate(runs) if quoted]
    if quoted_at and any(not quoted for quoted, _ in runs[quoted_at[0] : quoted_at[-1]]):
        return None
    return [line for quoted, run in runs if not quoted for line in ("", *_signed_off(run))]


def _with_blanks_joined(lines: Sequence[str]) -> list[str]:
    """The lines, those that are empty between quoted ones made quoted, too."""
    made = list(lines)
    waiting: list[int] = []
    after_quoted = False
    for place, line in enumerate(lines):
        if not line.strip():
            waiting.append(place)
            continue
        quoted = _is_quoted(line)
        if quoted and after_quoted:
            for one in waiting:
                made[one] = ">"
        waiting, after_quoted = [], quoted
    return made


def _signed_off(run: Sequence[str]) -> list[str]:
    """A run of own lines without a signature, and without what mail programs add at the end."""
    kept = list(dropwhile(lambda line: not line.strip(), run))
    if _SIGNATURE in kept:
        kept = kept[: kept.index(_SIGNATURE)]
    while kept and (not kept[-1].strip() or _RULE.fullmatch(kept[-1]) or _is_sent_from(kept[-1])):
        kept.pop()
    return kept


def _is_sent_from(line: str) -> bool:
    return len(line) <= _LONGEST_SIGN_OFF and bool(_SENT_FROM.match(line))


def _is_quoted(line: str) -> bool:
    return line.startswith(">")


def _says_something(lines: Sequence[str]) -> bool:
    return any(sign.isalnum() for line in lines for sign in line)


def _first_mark(lines: Sequence[str]) -> Mark | None:
    """The first place where a quotation is introduced: by our forms, else by the library's."""
    quoted_before = False
    for place, line in enumerate(lines):
        quoted = _is_quoted(line)
        if line.strip() and not (quoted and quoted_before):
            found = _separator(lines, place) or _headers(lines, place) or _attribution(lines, place)
            if found:
                return found
        quoted_before = quoted
    if not any(_is_quoted(line) or "@" in line for line in lines):
        return None
    from redress.mailroom import elsewhere  # noqa: PLC0415 - brings a package that most mails do without

    return elsewhere.first_mark(lines)


def _separator(lines: Sequence[str], place: int) -> Mark | None:
    """`-----Original Message-----`, `Begin forwarded message:`."""
    line = _unquoted(lines[place])
    return Mark(place, place + 1) if len(line) <= LONGEST_MARK and _MARK.fullmatch(line) else None


def _headers(lines: Sequence[str], place: int) -> Mark | None:
    """A block of headers, as Outlook puts above what it quotes: its sender, and enough of the others."""
    if not _LABEL.match(_unquoted(lines[place])):
        return None
    labels: set[str] = set()
    strikes, end = 0, place
    for number, line in enumerate(lines[place : place + 20], place):
        found = _LABEL.match(_unquoted(line))
        strikes = 0 if found else strikes + 1
        if strikes > _STRIKES:
            break
        if found:
            labels.add(found[1].lower())
            end = number + 1
    sent_by_somebody = not labels.isdisjoint(forms.FROM_LABELS)
    return Mark(place, end) if len(labels) >= _LABELS_NEEDED and sent_by_somebody else None


def _attribution(lines: Sequence[str], place: int) -> Mark | None:
    """`On 3 March 2026 at 14:02, Player Example <player@example.com> wrote:`, broken into lines or not."""
    if not _BEGINS.match(_unquoted(lines[place])) and not _TIME.search(lines[place]):
        return None
    joined = ""
    for end in range(place + 1, min(place + _WRAPPED, len(lines)) + 1):
        line = _unquoted(lines[end - 1])
        joined = f"{joined} {line}".strip()
        if not line or len(joined) > LONGEST_MARK:
            return None
        if _RUNS_ON.match(joined) and _TIME.search(joined):  # what is quoted follows on the same line
            return Mark(place, end)
        if joined.endswith(":"):
            return Mark(_with_name(lines, place), end) if _introduces(joined, lines[end:]) else None
    return None


def _with_name(lines: Sequence[str], place: int) -> int:
    """Where the line really begins, if the name and the address of who wrote stand on a line of their own."""
    return place - 1 if place and _NAMED.fullmatch(_unquoted(lines[place - 1])) else place


def _introduces(line: str, after: Sequence[str]) -> bool:
    """Whether a line that ends with a colon introduces what a program quotes, and not what a player does."""
    if not _TIME.search(line):
        return False
    following = next((one for one in after if one.strip()), "")
    if "@" in line:
        return bool(_WROTE.search(line)) or line.endswith((">:", "):")) or _is_quoted(following)
    return bool(_WROTE.search(line)) and _is_quoted(following)


def _unquoted(line: str) -> str:
    return _QUOTED.sub("", line[: LONGEST_MARK * 2], count=8).strip() if _is_quoted(line) else line.strip()
