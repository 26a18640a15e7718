"""`redress packs`: every rule pack and version, what it owes, and what somebody has yet to supply."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from infra.ops import shown
from redress.domain import packs, promises
from redress.domain.packs import Document
from redress.domain.reading import RulePackInvalid
from redress.domain.rulepack import Deadline, ExternalBody, RulePack, Sourced, StageKey
from redress.domain.values import Value


class Gaps(Value):
    """What is missing in a version of a pack, by the path of the value in its file.

    `unknown` was looked for and not found, or is recalled and was not read; `to_confirm` was read in a
    secondary source alone. What counsel verified is neither.
    """

    unknown: Mapping[str, str]
    to_confirm: tuple[str, ...]
    conflicts: Mapping[str, tuple[str, ...]]
    operator: tuple[str, ...]


class Version(Value):
    """One version of a pack. `refused` says why it does not load without the operator's settings."""

    document: Document
    pack: RulePack | None
    refused: str | None
    gaps: Gaps


def print_packs(*, as_json: bool) -> int:
    """Print every version of every pack; one that does not load is listed with the reason."""
    found = [version for pack_id in packs.known() for version in versions(pack_id)]
    if as_json:
        shown.print_json({"packs": [_as_json(one) for one in found]})
    else:
        print("\n\n".join("\n".join(_lines(one)) for one in found))
    return 0


def versions(pack_id: str) -> Iterator[Version]:
    """The versions of a pack, the earliest first."""
    try:
        documents: Sequence[Document] = packs.history(pack_id)
    except RulePackInvalid as error:
        yield _version({"id": pack_id}, str(error))
        return
    for document in documents:
        yield _version(document, _refusal(document))


def _refusal(document: Document) -> str | None:
    try:
        packs.load(document)
    except RulePackInvalid as error:
        return str(error)
    return None


def _version(document: Document, refused: str | None) -> Version:
    try:
        pack = packs.read_unchecked(document) if len(document) > 1 else None
    except RulePackInvalid:
        pack = None
    return Version(document=document, pack=pack, refused=refused, gaps=gaps(document, pack))


def gaps(document: Document, pack: RulePack | None) -> Gaps:
    """What is missing in a document, which need not be readable as a pack."""
    told = [(path, table) for path, table in _tables(document, "") if not table.get("verified_by")]
    sure = {path: str(table["confidence"]) for path, table in told if "confidence" in table}
    return Gaps(
        unknown={path: how for path, how in sure.items() if how in ("not_found", "recalled")},
        to_confirm=tuple(path for path, how in sure.items() if how == "sourced_secondary"),
        conflicts={path: tuple(table["conflicts"]) for path, table in told if table.get("conflicts")},
        operator=tuple(_owed_by_operator(document, pack)),
    )


def _tables(item: object, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(item, Mapping):
        yield path, item
        for key, part in item.items():
            yield from _tables(part, f"{path}.{key}".strip("."))
    elif isinstance(item, list):
        for place, part in enumerate(item):
            yield from _tables(part, f"{path}[{place}]")


def _owed_by_operator(document: Document, pack: RulePack | None) -> Iterator[str]:
    pack_id = document.get("id")
    for path, table in _tables(document, ""):
        if table.get("operator_defined"):
            stage = path.removeprefix("stages.").removesuffix(".deadline")
            yield f"[operator.rules.{pack_id}.{stage}]: amount and unit, as its own terms say ({path})"
    for body in pack.external_bodies if pack else ():
        if not body.name:
            what = f"name and address of the {body.type.replace('_', ' ')} ({body.key})"
            yield f"[operator.brands.jurisdictions.{pack_id}]: {what}"


def _lines(one: Version) -> Iterator[str]:
    document, pack, found = one.document, one.pack, one.gaps
    yield f"{document.get('id')} {document.get('version', '?')}  {document.get('name', '')}".rstrip()
    yield f"  valid from {document.get('valid_from', '?')} to {document.get('valid_to', 'now on')}"
    if one.refused:
        yield f"  DOES NOT LOAD: {one.refused}"
    if pack:
        weekend = ", ".join(str(weekday) for weekday in pack.weekend)
        yield f"  zone {pack.timezone}, calendar {_calendar(pack)}, weekend {weekend}"
        yield from (f"  {clock}: {words}" for clock, words in owed(pack).items())
    yield f"  sign-off: {_signed(pack) or 'MISSING: counsel has not vouched for this version'}"
    yield from _listed("gaps for counsel", [f"{path}: {how}" for path, how in found.unknown.items()])
    yield from _listed("to be confirmed (read in a secondary source)", found.to_confirm)
    conflicts = [f"{path}: {words}" for path, many in found.conflicts.items() for words in many]
    yield from _listed("sources differ", conflicts)
    yield from _listed("the operator must set", found.operator)


def _listed(title: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield f"  {title}:"
        yield from (f"    - {item}" for item in items)


def _as_json(one: Version) -> dict[str, Any]:
    document, pack, found = one.document, one.pack, one.gaps
    return {
        "id": document.get("id"),
        "version": document.get("version"),
        "name": document.get("name", ""),
        "valid_from": document.get("valid_from"),
        "valid_to": document.get("valid_to"),
        "loads": one.refused is None,
        "refused": one.refused,
        "zone": pack.timezone if pack else None,
        "calendar": _calendar(pack) if pack else None,
        "weekend": list(pack.weekend) if pack else None,
        "owed": owed(pack) if pack else {},
        "signoff": _signed(pack),
        "gaps": {
            "unknown": found.unknown,
            "to_be_confirmed": found.to_confirm,
            "conflicts": found.conflicts,
            "signoff_missing": _signed(pack) is None,
        },
        "operator_must_set": found.operator,
    }


def _calendar(pack: RulePack) -> str:
    try:
        return pack.calendar.name
    except RulePackInvalid as error:
        return str(error)


def _signed(pack: RulePack | None) -> str | None:
    return f"{pack.signoff.counsel}, {pack.signoff.date:%Y-%m-%d}" if pack and pack.signoff else None


def owed(pack: RulePack) -> dict[str, str]:
    """What a pack sets for each of its clocks, in short."""
    words = {name: _short(_of_stage(pack, stage)) for name, stage in promises.STAGES.items()}
    for track in pack.categories:
        listed = ", ".join(track.match)
        named = {name: stage for name, stage in promises.STAGES.items() if stage in track.stages}
        words |= {f"{name} ({listed})": _short(track.stages[of].deadline) for name, of in named.items()}
    words |= {f"{promises.GATEWAY} ({body.key})": _opening(body) for body in pack.external_bodies}
    return words


def _of_stage(pack: RulePack, stage: StageKey) -> Sourced[Deadline]:
    """What is owed; where the law leaves it to the operator, that."""
    rule, owed = pack.rule(stage), pack.owed(stage)
    return rule if rule.operator_defined and owed.value is None else owed


def _opening(body: ExternalBody) -> str:
    early = f"; at once on {' or '.join(body.opens_early_on)}" if body.opens_early_on else ""
    ends = _is_over(body.valid_from, body.valid_to)
    return f"{_short(body.opens_when)}{early}{ends}"


def _is_over(first: date | None, last: date | None) -> str:
    since, until = (f"; from {first}" if first else ""), (f"; until {last}" if last else "")
    return f"{since}{until}"


def _short(rule: Sourced[Deadline]) -> str:
    if rule.value is None:
        return "set by the operator, and not set" if rule.operator_defined else "none found"
    return f"{rule.value.length} ({rule.value.kind}, {rule.strength}, {rule.confidence})"
