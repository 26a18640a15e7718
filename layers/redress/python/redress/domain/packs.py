"""Reads rule packs: which there are, which version holds on a day, and what the operator adds to them.

A pack is a file of `redress/rulepacks`: `<id>` is the current version, `<id>@<version>` an earlier one. The
operator's own settings for a pack (in the region file, `[operator.rules.<id>]`) set the time-frames that the
law leaves to the operator, and the house's targets. They never touch what the law sets.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from redress.domain.pack_checks import check
from redress.domain.reading import FOLDER, read, read_data, refuse
from redress.domain.reading import RulePackInvalid as RulePackInvalid  # noqa: PLC0414  # what `load` raises
from redress.domain.rulepack import ELAPSED, RulePack
from redress.domain.values import Value

type Document = Mapping[str, Any]
NO_SETTINGS: Document = {}
HOUSE = "house"


def load(document: Document, settings: Document = NO_SETTINGS) -> RulePack:
    """A pack from its document (as TOML or JSON gives it), with the operator's settings for it.

    Raises RulePackInvalid with pack, path, problem and remedy for everything that does not fit.
    """
    pack_id = str(document.get("id", "without id"))
    try:
        pack = read_unchecked(document, settings)
        check(pack)
    except RulePackInvalid as error:
        raise error.of(pack_id) from None
    return pack


def read_unchecked(document: Document, settings: Document = NO_SETTINGS) -> RulePack:
    """A pack that need not be complete: to list what counsel or the operator has to supply."""
    sources = document.get("sources")
    tables = sources if isinstance(sources, dict) else {}
    return read(RulePack, _with_sources(_with_settings(document, settings), tables, ""))


@cache
def load_pack(pack_id: str, version: str | None = None, settings: str = "") -> RulePack:
    """A pack of this package by id: the given version, or the current one. Read once per process.

    `settings` is the JSON of the operator's settings for it. Raises RulePackInvalid for an unknown id or
    version too.
    """
    given = json.loads(settings) if settings else NO_SETTINGS
    for name in (pack_id, f"{pack_id}@{version}"):
        document = read_data(name)
        if document is None or document.get("id") != pack_id:  # the name of an earlier version is no id
            continue
        if version in (None, document.get("version")):
            return load(document, given)
    wanted = f"no version {version} of it" if version else "no such pack"
    raise RulePackInvalid(pack_id, "", f"there is {wanted}", f"Known packs: {', '.join(known())}")


def known() -> tuple[str, ...]:
    """The ids of the packs of this package."""
    return tuple(sorted(name for name in _names() if "@" not in name))


def history(pack_id: str) -> Sequence[Document]:
    """Every version of a pack as its document, the earliest first.

    Raises RulePackInvalid when there is none, or two of them claim the same day.
    """
    names = [name for name in _names() if name.partition("@")[0] == pack_id]
    found = [document for name in names if (document := read_data(name)) is not None]
    if not found:
        raise RulePackInvalid(pack_id, "", "there is no such pack", f"Known packs: {', '.join(known())}")
    return in_order(found)


def in_order(versions: Sequence[Document]) -> Sequence[Document]:
    """The versions of one pack, the earliest first. Raises RulePackInvalid when their validity overlaps."""
    found = sorted(((_validity(one), one) for one in versions), key=lambda pair: pair[0].valid_from)
    for (earlier, document), (later, _) in pairwise(found):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise RulePackInvalid(
                f"{document.get('id')}@{earlier.version}",
                "valid_to",
                f"version {later.version} is valid from {later.valid_from}: two hold on a day",
                f"End this version the day before {later.valid_from}",
            )
    return [document for _, document in found]


class _Validity(Value):
    version: str
    valid_from: date
    valid_to: date | None = None


def _validity(document: Document) -> _Validity:
    """Which version a document is and when it holds. Raises RulePackInvalid when it does not say."""
    try:
        return read(_Validity, {key: document[key] for key in _Validity.__annotations__ if key in document})
    except RulePackInvalid as error:
        raise error.of(str(document.get("id", "without id"))) from None


@cache
def valid_on(pack_id: str, day: date, settings: str = "") -> RulePack:
    """The version of a pack that holds on a local day.

    Before the first version, the first; in a gap or after the last, the one that ended last: a complaint is
    never without rules. Raises RulePackInvalid as `load_pack` and `history` do.
    """
    begun = [one for one in history(pack_id) if str(one["valid_from"]) <= day.isoformat()]
    version = begun[-1]["version"] if begun else history(pack_id)[0]["version"]
    return load_pack(pack_id, version, settings)


def _names() -> set[str]:
    return {path.stem for path in FOLDER.iterdir() if path.suffix in (".toml", ".json")}


def _with_sources(item: object, sources: Mapping[str, object], path: str) -> object:
    """The document with each `source = "key"` replaced by that table of [sources]."""
    if isinstance(item, list):
        return [_with_sources(part, sources, f"{path}[{place}]") for place, part in enumerate(item)]
    if not isinstance(item, dict):
        return item
    table = {key: _with_sources(part, sources, f"{path}.{key}".strip(".")) for key, part in item.items()}
    key = table.get("source")
    if isinstance(key, str):
        if key not in sources:
            raise refuse(f"{path}.source", f"{key!r} is not a key of [sources]", "Describe the source there")
        table["source"] = sources[key]
    return table


def _with_settings(document: Document, settings: Document) -> Document:
    """The document with the operator's settings in place. Raises RulePackInvalid where it has no say."""
    if not settings:
        return document
    house, own = (_table(whole.get(HOUSE), HOUSE) for whole in (document, settings))
    targets, own_targets = (_table(part.get("targets"), "house.targets") for part in (house, own))
    targets = {**targets, **{stage: _own(target) for stage, target in own_targets.items()}}
    stages = {**_table(document.get("stages"), "stages")}
    for stage, given in settings.items():
        if stage != HOUSE:
            stages[stage] = _defined(stages.get(stage), stage, given)
    return {**document, HOUSE: {**house, **own, "targets": targets}, "stages": stages}


def _table(given: object, path: str) -> Document:
    """What a file has for a table: nothing counts as an empty one. Raises RulePackInvalid for all else."""
    if isinstance(given, dict | None):
        return given or {}
    raise refuse(path, f"{given!r} is not a table", "Give a table")


def _defined(stage: Any, key: str, own: object) -> Document:  # noqa: ANN401 - read from a file, not checked yet
    rule = stage.get("deadline", {}) if isinstance(stage, dict) else {}
    if not rule.get("operator_defined"):
        raise refuse(
            f"operator.rules: {key}",
            "the law does not leave this time-frame to the operator",
            f"Remove it; a stricter promise of your own goes to house.targets.{key}",
        )
    return {**stage, "deadline": {**rule, "value": _own(own)}}


def _own(given: Any) -> Any:  # noqa: ANN401 - read from a file, not checked yet
    """A deadline of the operator's own: a duty from receipt on, unless it says otherwise."""
    if not isinstance(given, dict):
        return given
    exact = {"count_start": "exact_instant", "end_at": "exact_instant"}
    return {"kind": "duty", "anchor": "received", **(exact if given.get("unit") in ELAPSED else {}), **given}
