"""What the operator's API shows of the clock: each date, why it is what it is, and what moved it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from redress.domain import instants, promises
from redress.domain.parts import Pause
from redress.domain.promises import TARGET, Promise
from redress.http.views import ExtensionView, extensions, text
from redress.region import Region
from redress.usecases.ports import CaseFile


class StepView(TypedDict):
    """A step of a computation, and the rule, calendar or record that it rests on."""

    kind: str
    text: str
    source: str


class PromiseView(TypedDict):
    """A date by one rule of one rule pack.

    `due_at` is exclusive (null while the clock stands still), `last_day` the last local day in `zone`.
    `strength` tells how binding the rule is, `confidence` how sure it is; `source` is null for the operator's
    own promise, `conflicts` are what other sources say. `governs` marks the one of a clock's dates that
    counts: the earliest the operator owes, the latest the player has. A house target (`…_target`) never does.
    """

    clock: str
    pack: str
    pack_version: str
    kind: str
    strength: str
    confidence: str
    source: str | None
    conflicts: list[str]
    anchor_at: str
    due_at: str | None
    last_day: str
    zone: str
    met_at: str | None
    missed: bool
    governs: bool
    steps: list[StepView]


class PauseView(TypedDict):
    """A time for which clocks (`pack:stage` or `pack:body`) stood still; `ended_at` null: they still do."""

    reason: str
    clocks: list[str]
    started_at: str
    ended_at: str | None


class ClockView(TypedDict):
    """Every date of a complaint and how it was computed; `pack` is that of the licence."""

    number: str
    version: int
    pack: str
    pack_version: str
    promises: list[PromiseView]
    pauses: list[PauseView]
    extensions: list[ExtensionView]


def clock(case: CaseFile, region: Region, now: datetime) -> ClockView:
    """Every date and how it came about; `now` (UTC) tells which are missed."""
    one = case.complaint
    rules = region.rules_of(one)
    found = promises.promises(rules, one)
    return {
        "number": one.number,
        "version": one.version,
        "pack": rules.licence.id,
        "pack_version": rules.licence.version,
        "promises": [_promise(promise, found, now) for promise in found],
        "pauses": [_pause(pause) for pause in one.pauses],
        "extensions": extensions(case),
    }


def _promise(one: Promise, found: Sequence[Promise], now: datetime) -> PromiseView:
    rule = one.rule
    return {
        "clock": one.clock,
        "pack": one.pack.id,
        "pack_version": one.pack.version,
        "kind": one.kind,
        "strength": rule.strength,
        "confidence": rule.confidence,
        "source": rule.source.citation if rule.source else None,
        "conflicts": list(rule.conflicts),
        "anchor_at": instants.to_text(one.anchor_at),
        "due_at": text(one.due_at),
        "last_day": one.last_day.isoformat(),
        "zone": one.zone,
        "met_at": text(one.met_at),
        "missed": one.missed(now),
        "governs": one is promises.governing(found, one.clock.removesuffix(TARGET)),
        "steps": [{"kind": step.kind, "text": step.text, "source": step.source} for step in one.explain],
    }


def _pause(one: Pause) -> PauseView:
    return {
        "reason": one.reason,
        "clocks": list(one.clocks),
        "started_at": instants.to_text(one.started_at),
        "ended_at": text(one.ended_at),
    }
