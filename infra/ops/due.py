"""`redress due`: the dates that a rule pack makes of an instant. Nothing is stored.

It asks the same code as a running deployment, about a complaint imagined to have everything at the anchor.
"""

from collections.abc import Iterator, Mapping
from copy import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.ops import asked, shown
from infra.ops.asked import UsageError
from redress.domain import clock, packs, promises, rules
from redress.domain.categories import Category
from redress.domain.clock import Interval
from redress.domain.complaint import Complaint
from redress.domain.other_calendar import counted_by
from redress.domain.parts import Extension, Pause, Referral
from redress.domain.promises import Promise
from redress.domain.rulepack import Anchor, ExternalBody, RulePack
from redress.domain.stages import Stage
from redress.domain.values import Value

FROM_RECEIPT: frozenset[Anchor] = frozenset(
    {"received", "registered", "sent_by_player", "operator_aware", "platform_posted", "stage_entered"}
)


class Question(Value):
    """Which pack, from when on; one clock and what befell it, or without one all that run from receipt."""

    pack: str
    anchor: datetime
    clock: str | None = None
    pauses: tuple[Interval, ...] = ()
    extended: bool = False
    category: str = Category.OTHER
    settings: Mapping[str, Any] = {}
    holidays: Path | None = None


def print_due(question: Question, *, as_json: bool) -> int:
    """Print one date or all of them. Raises UsageError, RulePackInvalid."""
    return asked.within_calendar(lambda: _print(question, as_json=as_json))


def _print(question: Question, *, as_json: bool) -> int:
    pack = pack_on(question.pack, question.anchor, question.settings).licence
    check_category(question.category, pack)
    if question.holidays:
        pack = counted_by(pack, asked.holidays(question.holidays, pack.weekend))
    imagined = _imagined(pack, question)
    found = _dates(pack, imagined)
    if question.clock is None:
        if question.pauses or question.extended:
            raise UsageError("--pause and --extended are about one clock: name it with --clock")
        return _print_all(pack, found, question, as_json=as_json)
    if question.clock not in found:
        known = ", ".join(found)
        raise UsageError(f"--clock: {pack.id} has no date for {question.clock!r}: use one of {known}")
    changed = _changed(imagined, pack, question.clock, question)
    return _print_one(_dates(pack, changed)[question.clock], as_json=as_json)


def pack_on(pack_id: str, anchor: datetime, settings: Mapping[str, Any]) -> rules.Rules:
    """The version of a pack that holds on the local day of the anchor. Raises RulePackInvalid."""
    return rules.at_receipt(pack_id, None, (), anchor, {pack_id: settings})


def check_category(category: str, pack: RulePack) -> None:
    """Raises UsageError for a category that neither Redress nor any pack knows."""
    known = {*Category, *_terms(pack)}
    if category in known:
        return
    elsewhere = {term for other in packs.known() for term in _terms_of_document(packs.history(other)[-1])}
    if category not in elsewhere:
        raise UsageError(f"--category {category!r} is unknown: use one of {', '.join(sorted(known))}")


def _terms(pack: RulePack) -> Iterator[str]:
    for track in pack.categories:
        yield from track.match


def _terms_of_document(document: Mapping[str, Any]) -> Iterator[str]:
    for track in document.get("categories", ()):
        yield from track.get("match", ())


def _dates(pack: RulePack, imagined: Complaint) -> dict[str, Promise]:
    """Every date of the pack by its clock. The complaint is at each outside body in turn."""
    found: dict[str, Promise] = {}
    for body in pack.external_bodies or (None,):
        here = promises.promises(rules.Rules((pack,)), _referred(imagined, pack, body))
        found |= {one.clock: one for one in here if one.clock not in found}
    return found


def _referred(imagined: Complaint, pack: RulePack, body: ExternalBody | None) -> Complaint:
    if body is None:
        return imagined
    referral = Referral(pack=pack.id, body=body.key, complete_file_at=imagined.received_at)
    return replace(imagined, referral=referral)


def _imagined(pack: RulePack, question: Question) -> Complaint:
    anchor = question.anchor
    return Complaint(
        number="none",
        version=1,
        stage=Stage.RECEIVED,
        brand="none",
        jurisdiction=pack.id,
        pack_version=pack.version,
        channel="api",
        language="en",
        category=question.category,
        occurred_on=clock.local_day(anchor, pack.timezone).isoformat(),
        amount_minor=None,
        currency=None,
        received_at=anchor,
        own_received_at=anchor,
        recorded_at=anchor,
        event_settled_at=anchor,
        acknowledged_at=anchor,
        replied_at=anchor,
        final_response_sent_at=anchor,
        last_response_sent_at=anchor,
    )


def _changed(imagined: Complaint, pack: RulePack, name: str, question: Question) -> Complaint:
    """The complaint with the pauses and the extension that were asked for, if the pack allows them."""
    pauses = _pauses(pack, name, question) if question.pauses else ()
    extensions = (_extension(pack, name, question),) if question.extended else ()
    return replace(imagined, pauses=pauses, extensions=extensions)


def _pauses(pack: RulePack, name: str, question: Question) -> tuple[Pause, ...]:
    reason = _reason(pack, _stops_as(pack, name))
    if reason is None:
        raise UsageError(f"--pause: {_no_pause(pack, name)}")
    return tuple(
        Pause(
            seq=seq,
            notice=seq,
            reason=reason,
            clocks=(f"{pack.id}:{_stops_as(pack, name)}",),
            started_at=pause.start,
            ended_at=pause.end,
        )
        for seq, pause in enumerate(question.pauses, start=2)
    )


def _no_pause(pack: RulePack, name: str) -> str:
    names = [*promises.STAGES, *(_gateway(pack, body.key) for body in pack.external_bodies)]
    stopping = [one for one in names if _reason(pack, _stops_as(pack, one))]
    if not stopping:
        return f"{pack.id} lets no clock stop: leave it out"
    listed = " or ".join(stopping)
    return f"{pack.id} does not let {name} stop, only {listed}: use --clock {listed}, or leave --pause out"


def _reason(pack: RulePack, name: str) -> str | None:
    """A reason for which the clock may stop, rather one for which it may stop without limit."""
    reasons = (reason for rule in pack.pauses for reason in rule.reasons)
    found = {reason: rule for reason in reasons if (rule := pack.pause(name, reason))}
    unlimited = [why for why, rule in found.items() if not (rule.max_single.value or rule.max_total.value)]
    return next(iter([*unlimited, *found]), None)


def _stops_as(pack: RulePack, name: str) -> str:
    """The stage or outside body by whose name the pack stops a clock; empty for one that it never stops."""
    stage = promises.STAGES.get(name.removesuffix(promises.TARGET))
    bodies = {_gateway(pack, body.key): body.key for body in pack.external_bodies}
    return stage or bodies.get(name, "")


def _gateway(pack: RulePack, body: str) -> str:
    is_first = pack.route is not None and pack.route.key == body
    return promises.GATEWAY if is_first else f"{promises.GATEWAY}_{body}"


def _extension(pack: RulePack, name: str, question: Question) -> Extension:
    stage = promises.STAGES.get(name)
    rule = pack.extension(stage, question.category) if stage else None
    if rule is None or rule.by.value is None:
        extended = [one for one, of in promises.STAGES.items() if pack.extension(of, question.category)]
        remedy = f"only {', '.join(extended)}" if extended else "nor any other clock"
        raise UsageError(f"--extended: {pack.id} does not let {name} be extended, {remedy}: leave it out")
    return Extension(
        seq=len(question.pauses) + 2,
        pack=pack.id,
        stage=rule.of,
        amount=rule.by.value.amount,
        unit=rule.by.value.unit,
        before_due=False,
        holds_since=question.anchor,
    )


def _print_one(one: Promise, *, as_json: bool) -> int:
    if as_json:
        document = shown.promise(one)
        first = {key: document.pop(key) for key in ("due_at", "kind", "explain")}
        shown.print_json(first | document)
    else:
        print("\n".join(shown.promise_lines(one)))
    return 0


def _print_all(pack: RulePack, found: Mapping[str, Promise], question: Question, *, as_json: bool) -> int:
    from_receipt = [one for one in found.values() if _anchor(one) in FROM_RECEIPT]
    others = {one.clock: _anchor(one) for one in found.values() if _anchor(one) not in FROM_RECEIPT}
    if as_json:
        shown.print_json(
            {
                "pack": pack.id,
                "pack_version": pack.version,
                "zone": pack.timezone,
                "anchor_at": shown.instant(question.anchor),
                "category": question.category,
                "clocks": [shown.promise(one) for one in from_receipt],
                "from_other_anchors": others,
            }
        )
        return 0
    at = shown.local(question.anchor, pack.timezone)
    print(f"Received {at} {pack.timezone}, by rule pack {pack.id}, version {pack.version}:\n")
    print("\n".join(shown.table(_row(one) for one in from_receipt)), end="\n\n")
    for one in from_receipt:
        print("\n".join(shown.promise_lines(one)), end="\n\n")
    if others:
        listed = ", ".join(f"{name} (from {anchor})" for name, anchor in others.items())
        print(f"Not counted from receipt, ask with --clock: {listed}")
    return 0


def _row(one: Promise) -> dict[str, str]:
    return {
        "clock": one.clock,
        "due": shown.optional(one.due_at) or "stands still",
        "last day": shown.day(one.last_day),
        "kind": one.kind,
        "strength": one.rule.strength,
        "confidence": one.rule.confidence,
    }


def _anchor(one: Promise) -> Anchor:
    if one.rule.value is None:
        raise TypeError("a promise is made of a rule that has a value")
    return one.rule.value.anchor
