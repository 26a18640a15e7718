"""A return as one page that a person reads, prints and files: no script, nothing loaded from elsewhere."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from redress import templating
from redress.domain import instants
from redress.domain.return_figures import COLUMNS
from redress.domain.return_records import amount
from redress.proofs.document import day_words
from redress.returns.document import CADENCES, Document

TEMPLATES = "returns"
SURE: Mapping[str, str] = {
    "sourced_official": "read on a page of the authority or the law",
    "sourced_secondary": "read in a secondary source: to be confirmed",
    "recalled": "recalled, and read nowhere: to be confirmed",
    "not_found": "looked for and not found: to be confirmed",
}
MONEY: Mapping[str, tuple[str, str]] = {
    "amount_minor": ("Amount", "currency"),
    "adr_redress_minor": ("Redress there", "adr_currency"),
}
"""Columns of minor units, which people read as money of the currency beside them."""
NUMBERS = frozenset({*MONEY, "age_days"})


def to_bytes(document: Document) -> bytes:
    """The page, in UTF-8."""
    template = templating.environment(TEMPLATES).get_template("return.html")
    words = template.render(
        told=document,
        first=day_words(date.fromisoformat(document["first_day"])),
        last=day_words(date.fromisoformat(document["last_day"])),
        facts=list(_facts(document)),
        sections=[_section(one, document["end_zone"]) for one in document["sections"]],
        corrects=_corrects(document),
    )
    return words.encode()


def _facts(document: Document) -> Iterator[tuple[str, str]]:
    yield "To", document["to"]
    yield "Rules", f"{document['pack_name']}: {document['pack']} {document['pack_version']}"
    yield "Report", f"{document['report']}, {CADENCES[document['cadence']]}"
    if document["source"]:
        yield "By", " ".join(part for part in document["source"].values() if part)
    yield "How sure", SURE[document["confidence"]]
    yield "Due", _due(document)
    for words in document["conflicts"]:
        yield "Note", words
    yield "From", _instant(document["start"], document["start_zone"])
    yield "Until, exclusive", _instant(document["end"], document["end_zone"])
    yield "As known before", _instant(document["as_of"], document["end_zone"])
    yield "Complaints looked at", str(len(document["inputs"]))
    yield "Of versions", ", ".join(f"{name}: {many}" for name, many in document["versions"].items()) or "none"
    yield "Operator's own rules", "; ".join(_settings(document["rules"])) or "none"
    yield "Counted by definitions", document["definitions"]
    yield "Digest of the input", document["digest"]


def _settings(told: Mapping[str, Any], *keys: str) -> Iterator[str]:
    """Each setting with its keys, as the region file has them below `operator.rules`."""
    for key, value in sorted(told.items()):
        if isinstance(value, Mapping):
            yield from _settings(value, *keys, key)
        else:
            yield f"{'.'.join((*keys, key))} = {value}"


def _due(document: Document) -> str:
    if document["due"] is None:
        return f"{document['due_rule']} ({SURE[document['due_confidence']]})"
    last = day_words(date.fromisoformat(document["due"]["last_day"]))
    return f"{last}, {document['due_rule']} ({SURE[document['due_confidence']]})"


def _section(one: Mapping[str, Any], zone: str) -> Mapping[str, Any]:
    columns = one["columns"]
    return {
        **one,
        "figures": [{**figure, "is_part": figure["label"][0].islower()} for figure in one["figures"]],
        "has_stocks": any(figure["stock"] for figure in one["figures"]),
        "heads": [(MONEY[name][0] if name in MONEY else COLUMNS[name], name in NUMBERS) for name in columns],
        "lines": [
            [(_money(name, row) or _cell(name, row[name], zone), name in NUMBERS) for name in columns]
            for row in one["rows"]
        ],
    }


def _money(name: str, row: Mapping[str, Any]) -> str | None:
    """An amount in units of its currency."""
    return amount(row[name], row[MONEY[name][1]]) if name in MONEY else None


def _cell(name: str, value: object, zone: str) -> str:
    """A value as people read it; an instant in the zone, to the minute."""
    if value is None:
        return ""
    if name.endswith("_at"):
        return f"{instants.from_text(str(value)).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    return (
        str(value) if name in {"number", "currency", "adr_currency", "body"} else str(value).replace("_", " ")
    )


def _corrects(document: Document) -> Mapping[str, Any] | None:
    corrects = document["corrects"]
    if corrects is None:
        return None
    return {
        **corrects,
        "as_of": _instant(corrects["as_of"], document["end_zone"]),
        "other_definitions": corrects["definitions"] != document["definitions"],
        "figures": [_correction(one) for one in corrects["figures"]],
        "events": _since(corrects["figures"], document["end_zone"]),
    }


def _correction(one: Mapping[str, Any]) -> Mapping[str, Any]:
    added = [each["number"] for each in one["complaints"] if not each["counted_before"]]
    dropped = [each["number"] for each in one["complaints"] if not each["counted_now"]]
    return {**one, "added": added, "dropped": dropped}


def _since(figures: list[Mapping[str, Any]], zone: str) -> list[tuple[str, list[str]]]:
    """What came on record of each complaint that counts otherwise, once for all figures."""
    found = {each["number"]: each["events"] for one in figures for each in one["complaints"]}
    return [
        (number, [f"{seq} {kind}, {_cell('_at', at, zone)}" for seq, kind, at in events])
        for number, events in sorted(found.items())
    ]


def _instant(text: str, zone: str) -> str:
    local = instants.from_text(text).astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H:%M:%S} ({zone}), {text}"
