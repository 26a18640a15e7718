"""The document of a day, as it is signed: canonical JSON, from which the other two are made."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from redress.domain import instants
from redress.domain.reconciliation import UNTOLD, Gap, Line, Period, Reconciliation, Sent

FORMAT = "redress-proof/2"
EARLIER = "redress-proof/1"
"""Of before: such a document does not tell what was met since, nor which event cannot have happened."""
PACK, DAY = "[a-z0-9-]{1,100}", "[0-9]{4}-[0-9]{2}-[0-9]{2}"
MET_SINCE = "met_since"
COUNTED = ("statutory_due", "statutory_in_time", "gaps")
"""Of the totals, what a verdict tells."""

type Document = Mapping[str, Any]


class NoProof(ValueError):
    """A file is no proof, or not in the form that Redress writes."""


def of(found: Reconciliation, form: str = FORMAT) -> Document:
    """The document. Instants are UTC, due instants exclusive; numbers of complaints, and nobody's name.

    What was signed in the form `EARLIER` is told again in that form.
    """
    document = _of(found)
    return document if form == FORMAT else _as_before(document)


def _as_before(document: Document) -> Document:
    """The same in the form `EARLIER`."""
    totals = {name: count for name, count in document["totals"].items() if name != MET_SINCE}
    gaps = [{**one, "seq": None} if one["words"] == UNTOLD else one for one in document["gaps"]]
    kept = {name: value for name, value in document.items() if name != MET_SINCE}
    return {**kept, "format": EARLIER, "totals": totals, "gaps": gaps}


def _of(found: Reconciliation) -> Document:
    period = found.period
    return {
        "format": FORMAT,
        "pack": period.pack,
        "day": period.day.isoformat(),
        "zone": period.zone,
        "start": instants.to_text(period.start),
        "end": instants.to_text(period.end),
        "since": instants.to_text(period.since),
        "told_at": instants.to_text(period.told_at),
        "totals": dict(found.totals),
        "received": [{"number": number, "at": instants.to_text(at)} for number, at in found.received],
        "closed": [{"number": number, "at": instants.to_text(at)} for number, at in found.closed],
        "open": list(found.open),
        "milestones": [_line(one) for one in found.lines],
        MET_SINCE: [_line(one) for one in found.met_since],
        "gaps": [_gap(one) for one in found.gaps],
    }


def to_bytes(document: Document) -> bytes:
    """The one form of a document: JSON without spaces, names in order."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def read(body: bytes) -> Document:
    """The document of a day. Raises NoProof for anything else, if it differs by a space."""
    document = read_canonical(body)
    try:
        fits = document["format"] in {FORMAT, EARLIER} and _says_its_day(document)
    except (KeyError, TypeError) as error:
        raise NoProof("it is no proof") from error
    if not fits:
        raise NoProof(f"it is no proof of the format {FORMAT}")
    return document


def _says_its_day(document: Document) -> bool:
    """Whether pack, day and counts are what they should be: they are printed and looked up."""
    named = re.fullmatch(PACK, document["pack"]) and re.fullmatch(DAY, document["day"])
    return bool(named) and all(type(document["totals"][name]) is int for name in COUNTED)


def read_canonical(body: bytes) -> Document:
    """A document that `to_bytes` wrote. Raises NoProof for anything else."""
    try:
        document = json.loads(body)
        as_written = to_bytes(document) == body
    except (ValueError, RecursionError) as error:
        raise NoProof("it is no JSON that Redress wrote") from error
    if not as_written:
        raise NoProof("it is not in the form that Redress writes: it was changed")
    if not isinstance(document, dict):
        raise NoProof("it is no proof")
    return document


def period(document: Document) -> Period:
    """The day that a document is about. Raises NoProof where it does not say."""
    try:
        return Period(
            pack=document["pack"],
            day=date.fromisoformat(document["day"]),
            zone=document["zone"],
            start=instants.from_text(document["start"]),
            end=instants.from_text(document["end"]),
            since=instants.from_text(document["since"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NoProof("it does not say which day it is about") from error


def first_difference(one: object, other: object, place: str = "") -> str | None:
    """The place of the first value in which two documents differ, and both values; None: in none."""
    if type(one) is not type(other):
        return f"{place}: {_shown(one)}, and not {_shown(other)}"
    if isinstance(one, dict):
        found = cast("dict[str, object]", other)
        pairs = ((f"{place}.{name}".lstrip("."), one.get(name), found.get(name)) for name in one | found)
        return next((told for at, a, b in pairs if (told := first_difference(a, b, at))), None)
    if isinstance(one, list):
        return _in_lists(one, cast("list[object]", other), place)
    return None if one == other else f"{place}: {_shown(one)}, and not {_shown(other)}"


def _in_lists(one: Sequence[object], other: Sequence[object], place: str) -> str | None:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if told := first_difference(a, b, f"{place}[{at}]"):
            whole = _added_or_dropped(one, other, at)
            return f"{place}[{at}]: {whole}" if whole else f"{told}{_about(a, b)}"
    at = min(len(one), len(other))
    whole = _added_or_dropped(one, other, at) if len(one) != len(other) else None
    return f"{place}[{at}]: {whole}" if whole else None


def _added_or_dropped(one: Sequence[object], other: Sequence[object], at: int) -> str | None:
    """Which entry is only in one of two lists that differ from there on; None where an entry was changed."""
    ours, theirs = one[at:], other[at:]
    if ours and ours[0] not in theirs and (not theirs or theirs[0] in ours):
        return f"{_shown(ours[0])} is there, and should not be{_about(ours[0])}"
    if theirs and theirs[0] not in ours and (not ours or ours[0] in theirs):
        return f"{_shown(theirs[0])} is missing{_about(theirs[0])}"
    return None


def _about(*entries: object) -> str:
    """The complaint of entries that differ, and the event that they are about, where they say so."""
    named = [one for one in entries if isinstance(one, dict) and isinstance(one.get("number"), str)]
    events = [next((one[name] for name in _EVENTS if one.get(name)), None) for one in named]
    numbers = " or ".join(dict.fromkeys(one["number"] for one in named))
    event = " or ".join(dict.fromkeys(_shown(one) for one in events if one is not None))
    return (f" (complaint {numbers}" + (f", event {event})" if event else ")")) if numbers else ""


_EVENTS = ("met_by", "recorded_by", "seq")
"""Where an entry names an event, by which it may be looked up."""


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _line(one: Line) -> dict[str, Any]:
    return {
        **{name: _plain(value) for name, value in vars(one).items() if name != "letters"},
        "duty": one.duty,
        "last_day_words": day_words(one.last_day),
        "letters": [_sent(letter) for letter in one.letters],
    }


def _sent(one: Sent) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(one).items()}


def _gap(one: Gap) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(one).items()}


def day_words(day: date) -> str:
    """`Sunday 26 April 2026`."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return instants.to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
