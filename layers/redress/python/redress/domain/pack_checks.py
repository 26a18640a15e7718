"""What a rule pack has to fulfil as a whole, beyond the form of each value.

Every refusal names the value and the remedy: what only counsel can know is said to be counsel's.
"""

from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from redress.domain.reading import refuse
from redress.domain.rulepack import ELAPSED, Deadline, RulePack
from redress.domain.values import Value

SANDBOX = "sandbox"


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
        names = getattr(item, "_fields", None)
        keys = [f".{name}" for name in names] if names else [f"[{place}]" for place in range(len(item))]
        return zip(keys, item, strict=True)
    table = item if isinstance(item, Mapping) else vars(item) if isinstance(item, Value) else {}
    return ((f".{key}", part) for key, part in table.items())


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


def _check_seconds(pack: RulePack) -> None:
    for path, item in _walk(pack):
        if getattr(item, "unit", "") == "seconds" and pack.id != SANDBOX:
            raise refuse(path, "seconds are for the sandbox pack only", "Use hours or local days")


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
    clocks = {*pack.stages, *(body.key for body in pack.external_bodies)}
    named = {
        **{f"pauses[{place}].applies_to": pause.applies_to for place, pause in enumerate(pack.pauses)},
        **{f"extensions[{place}].of": (extension.of,) for place, extension in enumerate(pack.extensions)},
        "house.warnings": tuple(pack.house.warnings),
    }
    for path, names in named.items():
        for name in names:
            if name not in clocks:
                raise refuse(path, f"there is no clock {name!r}", f"Use one of: {', '.join(sorted(clocks))}")


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
    tracks = {f"categories[{place}].stages": track.stages for place, track in enumerate(pack.categories)}
    for path, stages in {"stages": pack.stages, **tracks}.items():
        for key, stage in stages.items():
            kinds = {"notice_trigger"} if key == "interim" else {"duty", "deemed_outcome"}
            _check_kind(f"{path}.{key}.deadline", stage.deadline.value, kinds)
            _check_anchor(f"{path}.{key}.deadline.value", stage.deadline.value)
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


def _check_anchor(path: str, deadline: Deadline | None) -> None:
    if deadline and deadline.anchor not in _KNOWN_AT_RECEIPT:
        allowed = ", ".join(_KNOWN_AT_RECEIPT)
        raise refuse(f"{path}.anchor", f"{deadline.anchor} may never come", f"Count from one of: {allowed}")


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
    _check_final_deadline,
    _check_zone,
    _check_dates,
    _check_seconds,
    _check_calendar,
    _check_clock_names,
    _check_extensions,
    _check_escalations,
    _check_kinds,
    _check_pauses,
    _check_external_bodies,
    _check_letters,
)
