"""The document of a return as it is kept: canonical JSON, from which the others are made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from redress.domain import instants
from redress.domain.return_corrections import Because, Correction, Corrections
from redress.domain.return_figures import Figure, Section
from redress.domain.return_lives import ReturnRefused, digest_of
from redress.domain.returns import DEFINITIONS, FORMAT, Asked, Return
from redress.domain.rulepack import Report, Sourced
from redress.domain.rules import Settings
from redress.proofs.document import NoProof, read_canonical, to_bytes

type Document = Mapping[str, Any]

CADENCES: Mapping[str, str] = {
    "on_return": "with each regulatory return",
    "monthly": "monthly",
    "quarterly": "quarterly",
    "half_yearly": "half-yearly",
    "yearly": "yearly",
    "on_request": "on request",
    "event": "when it happens",
}
"""How often a report is owed, in words."""

__all__ = ["CADENCES", "Document", "of", "read", "to_bytes"]


def of(found: Return, settings: Settings, corrected: Corrections | None) -> Document:
    """The document. Instants are UTC, ends exclusive; numbers of complaints, and nobody's name.

    `settings` are the operator's for rule packs, by which the complaints were counted.
    """
    asked = found.asked
    return {
        "format": FORMAT,
        "definitions": DEFINITIONS,
        **_about(asked),
        **rule(asked.report),
        "due": {"last_day": found.due[0].isoformat(), "due_at": instants.to_text(found.due[1])}
        if found.due
        else None,
        "versions": dict(found.versions),
        "rules": settings,
        "digest": found.digest,
        "inputs": [list(one) for one in found.inputs],
        "nil": {one.value for part in found.sections for one in part.figures} - {None} == {0},
        "sections": [_section(one) for one in found.sections],
        "corrects": _corrections(corrected) if corrected else None,
    }


def read(body: bytes) -> Document:
    """A return that was kept. Raises ReturnRefused for anything else, and for one that was changed."""
    try:
        document = read_canonical(body)
        whole = (
            document["format"] == FORMAT and digest_of(map(tuple, document["inputs"])) == document["digest"]
        )
    except (NoProof, KeyError, TypeError, ValueError) as error:
        raise ReturnRefused("The document is no return that Redress wrote") from error
    if not whole:
        raise ReturnRefused(f"The document is no return of the format {FORMAT}, or it was changed")
    return document


def rule(report: Report) -> Document:
    """To whom a report goes, how often, and why: by the pack."""
    content, due = report.content, report.due
    return {
        "to": report.to,
        "cadence": report.cadence,
        "content": list(content.value or ()),
        "confidence": content.confidence,
        "strength": content.strength,
        "source": _citation(content),
        "conflicts": [*content.conflicts, *due.conflicts],
        "due_rule": due_words(report),
        "due_confidence": due.confidence,
    }


def due_words(report: Report) -> str:
    """Until when a report is owed, by its rule."""
    deadline = report.due.value
    if deadline is None:
        return "no time is known"
    since = {"period_end": "the end of the period"}.get(deadline.anchor, deadline.anchor.replace("_", " "))
    return f"within {deadline.length} of {since}"


def _about(asked: Asked) -> Document:
    of_period, period = asked.of, asked.of.period
    return {
        "pack": asked.pack.id,
        "pack_name": asked.pack.name,
        "pack_version": asked.pack.version,
        "report": asked.number,
        "period": str(period),
        "first_day": period.first.isoformat(),
        "last_day": period.last.isoformat(),
        "start": instants.to_text(of_period.start),
        "start_zone": of_period.start_zone,
        "end": instants.to_text(of_period.end),
        "end_zone": of_period.end_zone,
        "as_of": instants.to_text(asked.as_of),
        "draft": asked.draft,
    }


def _citation(one: Sourced[tuple[str, ...]]) -> Document | None:
    return {"citation": one.source.citation, "url": one.source.url} if one.source else None


def _section(one: Section) -> Document:
    return {
        "id": one.id,
        "label": one.label,
        "definition": one.definition,
        "figures": [_figure(figure) for figure in one.figures],
        "columns": list(one.columns),
        "rows": [{name: _plain(row.get(name)) for name in one.columns} for row in one.rows],
        "remarks": list(one.remarks),
    }


def _figure(one: Figure) -> Document:
    counted = [list(pair) for pair in one.counted]
    return {"id": one.id, "label": one.label, "value": one.value, "stock": one.stock, "counted": counted}


def _corrections(one: Corrections) -> Document:
    return {
        "as_of": one.as_of,
        "digest": one.digest,
        "definitions": one.definitions,
        "figures": [_correction(figure) for figure in one.found],
    }


def _correction(one: Correction) -> Document:
    return {**vars(one), "complaints": [_because(part) for part in one.complaints]}


def _because(one: Because) -> Document:
    return {**vars(one), "events": [list(event) for event in one.events]}


def _plain(value: object) -> object:
    return instants.to_text(value) if isinstance(value, datetime) else value
