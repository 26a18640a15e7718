"""Where a return differs from one that was made earlier, and by what."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from redress.domain import instants
from redress.domain.return_figures import Figure
from redress.domain.return_lives import ReturnRefused
from redress.domain.returns import FORMAT, Asked, Return
from redress.domain.values import Value

type Document = Mapping[str, Any]
type Later = Mapping[str, Iterable[tuple[int, str, datetime]]]  # events by complaint


class Because(Value):
    """A complaint that counts otherwise than it did, and what came on record of it since the earlier return.

    No events: it counts otherwise by other definitions or rules.
    """

    number: str
    counted_before: bool
    counted_now: bool
    events: tuple[tuple[int, str, str], ...]


class Correction(Value):
    """A figure that is another one, or is of other complaints. None: the return had no such figure."""

    id: str
    label: str
    before: int | None
    now: int | None
    complaints: tuple[Because, ...]


class Corrections(Value):
    """All of them, and which return they correct: its instant, its digest, and the version it counted by."""

    as_of: str
    digest: str
    definitions: str
    found: tuple[Correction, ...]


def check_earlier(asked: Asked, earlier: Document) -> None:
    """Raises ReturnRefused unless the earlier return is about the same, and was made earlier."""
    same = {
        "pack": asked.pack.id,
        "period": str(asked.of.period),
        "content": list(asked.report.content.value or ()),
        "to": asked.report.to,
    }
    if earlier.get("format") != FORMAT:
        raise ReturnRefused(f"The earlier document is no return: it has to be JSON of the format {FORMAT}")
    if earlier["draft"]:
        raise ReturnRefused("The earlier document is a draft: only a return is corrected")
    for name, value in same.items():
        if earlier.get(name) != value:
            raise ReturnRefused(
                f"The earlier return is about another {name}: {earlier.get(name)}, not {value}"
            )
    if earlier["as_of"] > instants.to_text(asked.as_of):
        raise ReturnRefused(f"The earlier return is the later one: it was made as of {earlier['as_of']}")


def corrections(found: Return, earlier: Document) -> Corrections:
    """Each figure that differs from an earlier return's, in the order of the new one, then what is gone."""
    later = {one.number: one.events for one in found.later}
    before = {one["id"]: one for part in earlier["sections"] for one in part["figures"]}
    now = {one.id: one for part in found.sections for one in part.figures}
    pairs = [(name, before.get(name), now.get(name)) for name in {**now, **before}]
    compared = (_correction(name, was, figure, later) for name, was, figure in pairs)
    return Corrections(
        as_of=earlier["as_of"],
        digest=earlier["digest"],
        definitions=earlier["definitions"],
        found=tuple(one for one in compared if one),
    )


def _correction(
    name: str,
    before: Document | None,
    now: Figure | None,
    later: Later,
) -> Correction | None:
    was = {(number, seq) for number, seq in before["counted"]} if before else set()
    is_now = set(now.counted) if now else set()
    values = (before["value"] if before else None, now.value if now else None)
    if was == is_now and values[0] == values[1]:
        return None
    numbers = sorted({number for number, _ in was ^ is_now})
    return Correction(
        id=name,
        label=now.label if now else before["label"] if before else "",
        before=values[0],
        now=values[1],
        complaints=tuple(
            Because(
                number=number,
                counted_before=number in {one for one, _ in was},
                counted_now=number in {one for one, _ in is_now},
                events=tuple((seq, kind, instants.to_text(at)) for seq, kind, at in later.get(number, ())),
            )
            for number in numbers
        ),
    )
