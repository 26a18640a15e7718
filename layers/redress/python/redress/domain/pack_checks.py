"""What a rule pack has to fulfil as a whole, beyond the form of each value.

Every refusal names the value and the remedy: what only counsel can know is said to be counsel's.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from redress.domain import clock
from redress.domain.categories import Category, present
from redress.domain.reading import refuse
from redress.domain.rulepack import ELAPSED, Deadline, RulePack, Stage, StageKey
from redress.domain.values import Value

SANDBOX = "sandbox"
CLOCKED: tuple[StageKey, ...] = ("ack", "interim", "final")  # the stages of which a clock is made
A_RECEIPT = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday, for checks that need a date


def check(pack: RulePack) -> None:
    """Raise RulePackInvalid for the first thing that does not fit."""
    for one in _CHECKS:
        one(pack)


def _walk(item: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value of a pack with its path."""
    yield path, item
    for key, part in _parts(item):
        yield from _walk(part, f"{path}{key}".strip("."))


def _parts(item: object) -> Iterable[tuple[str, object]]:
    if isinstance(item, tuple):
        return ((f"[{place}]", part) for place, part in enumerate(item))
    table = item if isinstance(item, Mapping) else vars(item) if isinstance(item, Value) else {}
    return ((f".{key}", part) for key, part in table.items())


def _stages(pack: RulePack) -> Iterator[tuple[str, StageKey, Stage]]:
    """The stages of the pack and of its category tracks, with their paths."""
    tracks = {f"categories[{place}].stages": track.stages for place, track in enumerate(pack.categories)}
    for path, stages in {"stages": pack.stages, **tracks}.items():
        yield from ((f"{path}.{key}", key, stage) for key, stage in stages.items())


def _check_stage_keys(pack: RulePack) -> None:
    paths = {path: key for path, key, _ in _stages(pack)}
    for path, key in {**paths, **{f"house.targets.{key}": key for key in pack.house.targets}}.items():
        if key not in CLOCKED:
            raise refuse(
                path,
                "no clock is made of this stage",
                "Use ack, interim or final; outside bodies go to external_bodies",
            )


def _check_tracks(pack: RulePack) -> None:
    """A track stands in for the stage as a whole: without a value it would take the date away."""
    for path, key, stage in _stages(pack):
        if stage.deadline.value is None and pack.rule(key).value is not None:
            raise refuse(
                f"{path}.deadline",
                "no value, while the stage has one in general",
                "Give the value for these categories, or leave the stage out",
            )


def _check_final_deadline(pack: RulePack) -> None:
    if pack.rule("final").operator_defined and pack.rule("final").value is None:
        raise refuse(
            "stages.final.deadline",
            "the law leaves the time-frame to the operator, and the operator has not set it",
            f"Set [operator.rules.{pack.id}.final] amount and unit in the region file, as your own terms say",
        )
    if pack.deadline("final") is None:
        raise refuse(
            "stages.final.deadline",
            "the final deadline is not known",
            "Counsel must supply its value with the source, or the operator a target: house.targets.final",
        )


def _check_zone(pack: RulePack) -> None:
    try:
        ZoneInfo(pack.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refuse(
            "timezone", f"{pack.timezone!r} is not a time zone", "Use an IANA name such as Europe/London"
        ) from None


def _check_dates(pack: RulePack) -> None:
    if pack.valid_to is not None and pack.valid_to < pack.valid_from:
        raise refuse("valid_to", "the pack ends before it starts", "Correct valid_from or valid_to")


def _check_each_value(pack: RulePack) -> None:
    """What holds for each value alone, in one walk: walking is the dearest part of loading a pack."""
    for path, item in _walk(pack):
        if getattr(item, "unit", "") == "seconds" and pack.id != SANDBOX:
            raise refuse(path, "seconds are for the sandbox pack only", "Use hours or local days")
        if isinstance(item, Deadline):
            _check_actions(path, item)
            _check_satisfaction(path, item)


def _check_calendar(pack: RulePack) -> None:
    _ = pack.calendar  # refuses an impossible one
    if pack.holiday_calendar is not None:
        return
    for path, item in _walk(pack):
        if getattr(item, "unit", "") == "business_days" or getattr(item, "rollover", "none") != "none":
            raise refuse(
                "holiday_calendar",
                f"missing, and {path} counts business days",
                "Counsel must supply the calendar of public holidays",
            )


def _check_clock_names(pack: RulePack) -> None:
    """A clock of an outside body may stop; warnings and extensions are of the operator's stages alone."""
    bodies = {body.key for body in pack.external_bodies}
    for place, pause in enumerate(pack.pauses):
        _check_names(f"pauses[{place}].applies_to", pause.applies_to, {*pack.stages} | bodies)
    for place, extension in enumerate(pack.extensions):
        _check_names(f"extensions[{place}].of", (extension.of,), {*pack.stages})
    _check_names("house.warnings", pack.house.warnings, {*pack.stages})


def _check_names(path: str, names: Iterable[str], clocks: Iterable[str]) -> None:
    for name in names:
        if name not in clocks:
            raise refuse(path, f"there is no clock {name!r}", f"Use one of: {', '.join(sorted(clocks))}")


def _check_terms(pack: RulePack) -> None:
    """Beside a category of complaint, a list may have the regulator's own words, which no complaint bears."""
    matches = {f"categories[{place}].match": track.match for place, track in enumerate(pack.categories)}
    of_some = {f"extensions[{place}].categories": one.categories for place, one in enumerate(pack.extensions)}
    named = {path: terms for path, terms in of_some.items() if terms}  # without any it is for all the others
    for path, terms in {**matches, **named}.items():
        if not {present(term) for term in terms} & {*Category}:
            none = f"none of {', '.join(terms)} is a category of complaint"
            words = none if terms else "empty: no complaint falls under it"
            raise refuse(path, words, f"Add one of: {', '.join(Category)}")


def _check_extensions(pack: RulePack) -> None:
    for place, extension in enumerate(pack.extensions):
        deadline = pack.deadline(extension.of, next(iter(extension.categories), ""))
        by = extension.by.value
        if deadline and by and deadline.elapsed != (by.unit in ELAPSED):
            raise refuse(
                f"extensions[{place}].by",
                f"{by.unit} cannot extend a deadline in {deadline.unit}",
                "Extend hours by hours and days by days, weeks or months",
            )


def _check_escalations(pack: RulePack) -> None:
    levels = [escalation.level for escalation in pack.house.escalations]
    if levels != list(range(1, len(levels) + 1)):
        raise refuse("house.escalations", f"the levels are {levels}", "Number them 1, 2, 3 in order")


def _check_kinds(pack: RulePack) -> None:
    """A deadline of the wrong kind would do the wrong thing when it passes."""
    for path, key, stage in _stages(pack):
        kinds = {"notice_trigger"} if key == "interim" else {"duty", "deemed_outcome"}
        _check_kind(f"{path}.deadline", stage.deadline.value, kinds)
        _check_anchor(f"{path}.deadline.value", stage.deadline.value)
    for key, target in pack.house.targets.items():
        _check_kind(f"house.targets.{key}", target, {"duty"})
        _check_anchor(f"house.targets.{key}", target)
    _check_kind("intake.filing_window", pack.intake.filing_window.value, {"player_limit"})
    for place, body in enumerate(pack.external_bodies):
        for name, kind in _BODY_KINDS.items():
            _check_kind(f"external_bodies[{place}].{name}", getattr(body, name).value, {kind})


_BODY_KINDS = {
    "opens_when": "gateway",
    "referral_limit": "player_limit",
    "operator_reply": "duty",
    "decision_time": "external_body",
}


def _check_kind(path: str, deadline: Deadline | None, kinds: set[str]) -> None:
    if deadline and deadline.kind not in kinds:
        allowed = " or ".join(sorted(kinds))
        raise refuse(f"{path}.value.kind", f"{deadline.kind} has no place here", f"Use {allowed}")


# What is known of every complaint once it is received: a stage whose clock might never start is no promise.
_KNOWN_AT_RECEIPT = ("received", "registered", "sent_by_player", "operator_aware", "platform_posted")


def _check_anchor(path: str, deadline: Deadline | None, *others: str) -> None:
    known = (*_KNOWN_AT_RECEIPT, *others)
    if deadline and deadline.anchor not in known:
        allowed = ", ".join(known)
        raise refuse(f"{path}.anchor", f"{deadline.anchor} may never come", f"Count from one of: {allowed}")


# What a kind of deadline asks for when it passes: without it nothing would happen.
_ASKED_BY_KIND = {"deemed_outcome": "mark_deemed_accepted", "notice_trigger": "send_holding_letter"}


def _check_actions(path: str, deadline: Deadline) -> None:
    asked = _ASKED_BY_KIND.get(deadline.kind)
    if asked and asked not in deadline.on_breach:
        raise refuse(f"{path}.on_breach", f"{deadline.kind} without {asked}", f"Add {asked}")
    if "mark_deemed_accepted" in deadline.on_breach and deadline.kind != "deemed_outcome":
        words = f"mark_deemed_accepted, but the kind is {deadline.kind}"
        raise refuse(f"{path}.on_breach", words, "Use kind deemed_outcome, or leave the action out")


def _check_satisfaction(path: str, deadline: Deadline) -> None:
    if deadline.satisfied_by == "received":
        words = "Redress can prove that it sent an answer, not that it was received"
        raise refuse(f"{path}.satisfied_by", words, "Use sent, and an amount that leaves time for the way")


def _check_silence(pack: RulePack) -> None:
    deadlines = [(path, stage.deadline.value) for path, _, stage in _stages(pack)]
    deemed = [path for path, found in deadlines if found and found.kind == "deemed_outcome"]
    effect = pack.silence_effect
    if effect == "deemed_accepted" and not deemed:
        words = "deemed_accepted, but no stage has a deemed_outcome"
        raise refuse(
            "silence_effect", words, "Use kind deemed_outcome where the law says it, or correct this"
        )
    if deemed and effect != "deemed_accepted":
        words = f"{effect}, but {deemed[0]} has a deemed_outcome"
        raise refuse("silence_effect", words, "Use deemed_accepted here")


def _check_pauses(pack: RulePack) -> None:
    for place, pause in enumerate(pack.pauses):
        for name in ("max_single", "max_total"):
            longest = getattr(pause, name).value
            if longest and longest.unit in ("business_days", "months"):
                raise refuse(
                    f"pauses[{place}].{name}",
                    f"{longest.unit} are no fixed length of time",
                    "Give hours, calendar_days or weeks",
                )


def _check_ends_of_pauses(pack: RulePack) -> None:
    for place, pause in enumerate(pack.pauses):
        path, ends = f"pauses[{place}].resume_on", pause.resume_on
        limits = [name for name in ("max_single", "max_total") if getattr(pause, name).value]
        if "max_reached" in ends and not limits:
            words = "max_reached, but neither max_single nor max_total has a value"
            raise refuse(path, words, "Give one of them, or leave max_reached out")
        if limits and "max_reached" not in ends:
            raise refuse(path, f"{limits[0]}, but the pause does not end on max_reached", "Add max_reached")
        if "awaiting_player_info" in pause.reasons and "player_reply" not in ends:
            words = "awaiting_player_info, but the pause does not end on player_reply"
            raise refuse(path, words, "Add player_reply")


_DESCRIBE = "Describe it in external_bodies"


def _check_external_bodies(pack: RulePack) -> None:
    keys = [body.key for body in pack.external_bodies]
    for place, key in enumerate(keys):
        if key in keys[:place] or key in pack.stages:
            raise refuse(f"external_bodies[{place}].key", f"{key!r} is used twice", "Give each its own key")
    if keys:
        return
    for path, item in _walk(pack):
        if isinstance(item, Deadline) and "open_adr" in item.on_breach:
            raise refuse(f"{path}.on_breach", "open_adr, but no external body", _DESCRIBE)
    for kind, rule in pack.letters.items():
        named = [block for block in rule.blocks if block.startswith("external_")]
        if named:
            raise refuse(f"letters.{kind}", f"{named[0]}, but no external body", _DESCRIBE)


def _check_deadlock(pack: RulePack) -> None:
    """After a deadlock a complaint waits for the end of the player's time, which has to come."""
    if pack.route is None or not pack.deadlock_opens:
        return
    limit = pack.route.referral_limit.value
    if limit is None:
        raise refuse(
            "external_bodies[0].referral_limit",
            "the route opens at deadlock, and a complaint would wait for its end for ever",
            "Counsel must supply the limit, or opens_early_on leaves out deadlock",
        )
    _check_anchor("external_bodies[0].referral_limit.value", limit, "final_response_sent")
    for path, deadline in _finals(pack):
        if not _leaves_time(pack, deadline):
            words = f"{pack.house.deadlock_before} is not shorter than {path}: {deadline.length}"
            raise refuse("house.deadlock_before", words, "Shorten it: the referral has to come after receipt")


def _finals(pack: RulePack) -> Iterator[tuple[str, Deadline]]:
    """The final deadlines that a complaint may run by: the law's, or the house's where it is silent."""
    own = pack.house.targets.get("final")
    if own and pack.rule("final").value is None:
        yield "house.targets.final", own
    for path, key, stage in _stages(pack):
        if key == "final" and stage.deadline.value:
            yield path, stage.deadline.value


def _leaves_time(pack: RulePack, final: Deadline) -> bool:
    """Whether the letter that declares deadlock would fall due after receipt."""
    zone, calendar, before = pack.timezone, pack.calendar, pack.house.deadlock_before
    due_at = clock.due(final, A_RECEIPT, zone=zone, calendar=calendar).due_at
    return due_at is not None and (
        clock.before(due_at, before.amount, before.unit, zone, calendar) > A_RECEIPT
    )


def _check_letters(pack: RulePack) -> None:
    """A letter that has to show what the pack cannot give it would never go out."""
    regulators = any(body.type == "regulator" and body.name for body in pack.external_bodies)
    limited = pack.route is not None and pack.route.referral_limit.value is not None
    for kind, rule in pack.letters.items():
        if "regulator_route" in rule.blocks and not regulators:
            words = "regulator_route, but no external body is a regulator with a name"
            raise refuse(f"letters.{kind}", words, _DESCRIBE)
        if "referral_deadline" in rule.blocks and not limited:
            words = "referral_deadline, but the route has no referral_limit"
            raise refuse(f"letters.{kind}", words, "Counsel must supply the limit, or the letter omits it")
        both = sorted({*rule.blocks} & {*rule.banned})
        if both:
            raise refuse(f"letters.{kind}", f"{both[0]} is both asked for and banned", "Decide which")


_CHECKS = (
    _check_stage_keys,
    _check_tracks,
    _check_final_deadline,
    _check_zone,
    _check_dates,
    _check_calendar,
    _check_clock_names,
    _check_terms,
    _check_extensions,
    _check_escalations,
    _check_kinds,
    _check_each_value,
    _check_silence,
    _check_pauses,
    _check_ends_of_pauses,
    _check_external_bodies,
    _check_deadlock,
    _check_letters,
)
