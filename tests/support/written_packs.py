"""A rule pack as it is written, as small as it can be, to change in a test."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from redress.domain.packs import RulePackInvalid, load
from tests.support.spoiled_packs import ABSENT

EXACT = {"count_start": "exact_instant", "end_at": "exact_instant"}
EIGHT_WEEKS = {"kind": "duty", "amount": 8, "unit": "weeks", "anchor": "received"}
MINIMAL: dict[str, Any] = {
    "id": "xx-test",
    "version": "1",
    "valid_from": "2026-01-01",
    "timezone": "Europe/London",
    "holiday_calendar": "GB-ENG",
    "applies_to": {"licence": ["XX"], "player_residence": ["XX"], "product": ["casino"]},
    "sources": {"act": {"law": "Complaints Act 2026", "section": "section 1"}},
    "stages": {
        "final": {
            "deadline": {
                "value": EIGHT_WEEKS,
                "confidence": "sourced_official",
                "strength": "must",
                "source": "act",
            }
        }
    },
    "house": {
        "progress_every": {"amount": 14, "unit": "calendar_days"},
        "deadlock_before": {"amount": 1, "unit": "calendar_days"},
        "feedback_window": {"amount": 14, "unit": "calendar_days"},
        "warnings": {"final": [{"percent": 50}]},
        "escalations": [{"level": 1, "at": {"percent": 60}}],
    },
}


def changed(path: str, value: object) -> dict[str, Any]:
    """The minimal pack with one value replaced, added or (ABSENT) removed."""
    return changed_in({path: value})


def changed_in(changes: Mapping[str, object]) -> dict[str, Any]:
    """The minimal pack with several values replaced, added or (ABSENT) removed."""
    document = deepcopy(MINIMAL)
    for path, value in changes.items():
        *tables, key = path.split("/")
        place = document
        for table in tables:
            place = place.setdefault(table, {})
        if value is ABSENT:
            del place[key]
        else:
            place[key] = value
    return document


def refusal(document: dict[str, Any]) -> RulePackInvalid:
    with pytest.raises(RulePackInvalid) as caught:
        load(document)
    return caught.value


FINAL = "stages/final/deadline"
VALUE = f"{FINAL}/value"
BODY = {"key": "adr", "type": "adr"}
TERMS = ["safer_gambling", "responsible_gambling"]  # ours, and the regulator's own
PAUSE = {"allowed": {"value": True}, "reasons": ["court"], "applies_to": ["final"]}


DEADLOCK = {"opens_early_on": ["deadlock"]}
LIMIT = EIGHT_WEEKS | {"kind": "player_limit", "anchor": "final_response_sent"}


def track(*terms: str, **stages: object) -> dict[str, Any]:
    """A category track."""
    return {"match": list(terms), "stages": {stage: {"deadline": rule} for stage, rule in stages.items()}}


TEN_DAYS = {"amount": 10, "unit": "calendar_days"}
