"""A rule pack that uses every field of the schema, and every way to spoil one value of it.

The ways are generated from the schema's classes: a field added there is asked for here.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, time
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from redress.domain.rulepack import RulePack

ABSENT = object()

_EXACT = {"count_start": "exact_instant", "end_at": "exact_instant"}
_WEEKS = {"kind": "duty", "amount": 8, "unit": "weeks", "anchor": "received"}
_GATEWAY = _WEEKS | {"kind": "gateway", "count_start": "include_anchor_day"}
_LIMIT = {"kind": "player_limit", "amount": 6, "unit": "months", "anchor": "incident"}
_WEEK = {"amount": 1, "unit": "weeks"}


def _sourced(value: object) -> dict[str, Any]:
    return {"value": value, "confidence": "sourced_official", "strength": "must", "source": "act"}


FULL: dict[str, Any] = {
    "id": "xx-full",
    "version": "1",
    "valid_from": "2026-01-01",
    "valid_to": "2029-12-31",
    "name": "Every field",
    "timezone": "Europe/London",
    "holiday_calendar": "GB-ENG",
    "weekend": [6, 7],
    "silence_effect": "gateway_opens",
    "sources": {
        "act": {
            "law": "Complaints Act 2026",
            "section": "section 1",
            "url": "https://law.example.test",
            "seen_on": "2026-02-01",
        }
    },
    "applies_to": {"licence": ["XX"], "player_residence": ["XX"], "product": ["casino"]},
    "taxonomy": {
        "distinguishes_dispute": _sourced(value=True),
        "complaint_definition": "Any dissatisfaction.",
        "dispute_definition": "One about money.",
        "excluded": ["praise"],
        "quick_resolution": _sourced(
            _WEEKS
            | {"amount": 3, "unit": "business_days", "end_at": "close_of_business", "close_time": "17:00"}
        ),
    },
    "intake": {
        "filing_window": _sourced(_LIMIT | {"month_overflow": "next_month_first"}),
        "may_reject_if_incomplete": _sourced(value=True),
        "writing_required": _sourced(value=False),
        "channels": ["form"],
        "exclusive_channel": True,
        "required_fields": ["identity"],
    },
    "categories": [{"match": ["safer_gambling"], "stages": {"final": {"deadline": _sourced(_WEEKS)}}}],
    "records": {
        "retention": _sourced({"amount": 5, "unit": "years", "since": "closure"}),
        "fields": ["account"],
    },
    "languages": {"must_offer": ["en"], "rule": _sourced("official"), "external_body_only": ["fr"]},
    "stages": {
        "ack": {
            "deadline": {"value": _WEEKS | {"amount": 24, "unit": "hours", **_EXACT}},
            "counts_toward_total": True,
            "next": "final",
            "exit_letter": "ack",
        },
        "final": {
            "deadline": _sourced(
                _WEEKS
                | {
                    "rollover": "next_business_day",
                    "satisfied_by": "sent",
                    "on_breach": ["notify_owner"],
                }
            )
            | {
                "conflicts": ["the guide says 30 days"],
                "operator_defined": False,
                "verified_by": "Player Example",
                "verified_on": "2026-02-02",
            }
        },
    },
    "pauses": [
        {
            "allowed": _sourced(value=True),
            "reasons": ["court"],
            "applies_to": ["final", "adr"],
            "must_notify_player": _sourced(value=True),
            "max_single": _sourced(_WEEK),
            "max_total": _sourced(_WEEK),
            "resume_on": ["player_reply", "max_reached"],
        }
    ],
    "extensions": [
        {
            "of": "final",
            "by": _sourced(_WEEK),
            "categories": ["bonuses"],
            "max_times": 1,
            "needs": ["written_notice"],
            "must_be_sent_before_due": True,
        }
    ],
    "external_bodies": [
        {
            "key": "adr",
            "type": "adr",
            "name": "Example Adjudication",
            "url": "https://adr.example.test",
            "free": _sourced(value=True),
            "valid_from": "2026-01-01",
            "valid_to": "2029-12-31",
            "scope": _sourced(
                {
                    "min_amount_minor": 1,
                    "max_binding_amount_minor": 2,
                    "currency": "GBP",
                    "categories": ["bonuses"],
                    "languages": ["en"],
                }
            ),
            "opens_when": _sourced(_GATEWAY),
            "opens_early_on": ["deadlock"],
            "referral_limit": _sourced(_LIMIT | {"anchor": "final_response_sent"}),
            "operator_reply": _sourced(_WEEKS),
            "decision_time": _sourced(_WEEKS | {"kind": "external_body"}),
            "binding": "operator",
            "premature_is": "archived",
        }
    ],
    "letters": {
        "ack": {
            "medium": _sourced("writing"),
            "languages": ["en"],
            "must_contain": _sourced(["case_reference"]),
            "must_not_contain": _sourced(["odr_link"]),
            "also_contain": ["process_explained"],
            "also_avoid": ["court_right"],
        }
    },
    "reports": [
        {
            "to": "The authority",
            "cadence": "yearly",
            "content": _sourced(["volumes"]),
            "due": _sourced(_WEEKS | {"anchor": "period_end"}),
        }
    ],
    "house": {
        "progress_every": {"amount": 14, "unit": "calendar_days"},
        "deadlock_before": {"amount": 1, "unit": "business_days"},
        "feedback_window": {"amount": 14, "unit": "calendar_days"},
        "review_within": {"amount": 14, "unit": "calendar_days"},
        "reopen_within": {"amount": 30, "unit": "calendar_days"},
        "targets": {"final": _WEEKS | {"amount": 6}},
        "warnings": {"final": [{"percent": 50}, {"before": _WEEK}]},
        "escalations": [{"level": 1, "at": {"percent": 60}}],
    },
    "signoff": {"counsel": "Player Example", "date": "2026-02-03"},
}

type Keys = tuple[str | int, ...]
type Hint = object

_WRONG: Mapping[object, tuple[object, ...]] = {
    str: (5, ["text"]),
    int: ("8", True, 1.5),
    bool: ("true", 1),
    date: ("1 January 2026", 20260101, date(2026, 1, 1)),
    time: ("5 pm", 17),
}


class Spoiled(NamedTuple):
    """One value of FULL at `keys` made wrong. `path` is where the refusal has to point."""

    keys: Keys
    path: str
    how: str
    value: object

    @property
    def document(self) -> dict[str, Any]:
        """FULL with that value."""
        found: dict[str, Any] = json.loads(json.dumps(FULL))  # unlike deepcopy it shares no table
        place: Any = found
        for key in self.keys[:-1]:
            place = place[key]
        if self.value is ABSENT:
            del place[self.keys[-1]]
        else:
            place[self.keys[-1]] = self.value
        return found


def spoiled() -> Iterator[Spoiled]:
    """Every value of FULL with the wrong type, off the list, missing, or with an unknown key beside it."""
    yield from _of_record(RulePack, FULL, ())


def unused_fields() -> list[str]:
    """The fields of the schema that FULL does not use."""
    used = set(_visited(RulePack, FULL))
    return sorted(
        {f"{_origin(kind).__name__}.{key}" for kind in _classes(RulePack) for key in _fields(kind)} - used
    )


def _of(hint: Hint, raw: object, keys: Keys) -> Iterator[Spoiled]:
    hint = _without_none(hint)
    for wrong in (*_wrong(hint), None):
        yield Spoiled(keys, _path(keys), f"{wrong!r}", wrong)
    if keys[-1] == "source":
        yield Spoiled(keys, _path(keys), "no such source", "statute")
    elif isinstance(raw, list):
        for place, item in enumerate(raw):
            yield from _of(get_args(hint)[0], item, (*keys, place))
    elif isinstance(raw, dict):
        yield from (_of_mapping if get_origin(hint) is Mapping else _of_record)(hint, raw, keys)


def _of_mapping(hint: Hint, raw: Mapping[str, Any], keys: Keys) -> Iterator[Spoiled]:
    of_key, of_item = get_args(hint)
    if get_origin(of_key) is Literal:
        yield Spoiled((*keys, "colour"), _path(keys), "unknown key", {})
    for key, item in raw.items():
        yield from _of(of_item, item, (*keys, key))


def _of_record(kind: Hint, raw: Mapping[str, Any], keys: Keys) -> Iterator[Spoiled]:
    yield Spoiled((*keys, "colour"), _path((*keys, "colour")), "unknown key", "red")
    for key, hint in _fields(kind).items():
        if key in raw:
            yield from _of(hint, raw[key], (*keys, key))
            if not _has_default(kind, key):
                yield Spoiled((*keys, key), _path((*keys, key)), "missing", ABSENT)


def _visited(hint: Hint, raw: object) -> Iterator[str]:
    """Each field that FULL uses, as `Class.field`."""
    hint = _without_none(hint)
    arguments = get_args(hint)
    if isinstance(raw, list):
        for item in raw:
            yield from _visited(arguments[0], item)
    elif isinstance(raw, dict) and get_origin(hint) is Mapping:
        for item in raw.values():
            yield from _visited(arguments[1], item)
    elif isinstance(raw, dict):
        name = _origin(hint).__name__
        for key, item in raw.items():
            yield f"{name}.{key}"
            yield from _visited(_fields(hint)[key], item)


def _classes(hint: Hint) -> set[Any]:
    """The classes of the schema that can be reached from one, those of generic ones with their arguments."""
    found: set[Any] = set()
    waiting = [hint]
    while waiting:
        one = _without_none(waiting.pop())
        kind = _origin(one)
        if kind in (tuple, Mapping):
            waiting += get_args(one)
        elif one not in found and getattr(kind, "__module__", "").startswith("redress"):
            found.add(one)
            waiting += _fields(one).values()
    return found


def _fields(kind: Hint) -> Mapping[str, Hint]:
    """The fields of a class of the schema; of a generic one, with its argument in place."""
    arguments = get_args(kind)
    hints: Mapping[str, Any] = _origin(kind).__annotations__
    return {
        key: hint[arguments] if arguments and getattr(hint, "__parameters__", ()) else hint
        for key, hint in hints.items()
    }


def _has_default(kind: Hint, key: str) -> bool:
    origin = _origin(kind)
    return key in vars(origin)


def _origin(hint: Hint) -> Any:
    """A class without its arguments."""
    return get_origin(hint) or hint


def _without_none(hint: Hint) -> Hint:
    if get_origin(hint) in (Union, UnionType):
        return next(part for part in get_args(hint) if part is not NoneType)
    return hint


def _wrong(hint: Hint) -> tuple[object, ...]:
    if hint in _WRONG:
        return _WRONG[hint]
    if get_origin(hint) is Literal:
        return ("something_else", 5)
    return ("text", 5) if get_origin(hint) is tuple else (["not a table"], 5)


def _path(keys: Keys) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).strip(".")
