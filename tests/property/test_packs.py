"""What holds for every deadline of every pack, whenever it starts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redress.domain import clock, instants, pack_checks, packs
from redress.domain.rulepack import Deadline, RulePack

OPERATORS = {"mt": {"final": {"amount": 10, "unit": "calendar_days"}}}  # what the law leaves to the operator
FAST = settings(max_examples=40)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


stored = moments.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))


def versions() -> Iterator[RulePack]:
    """Every version of every pack, with what its operator has to set."""
    for pack_id in packs.known():
        for document in packs.history(pack_id):
            yield packs.load(document, OPERATORS.get(pack_id, {}))


def deadlines(pack: RulePack) -> Iterator[tuple[str, Deadline]]:
    """Every deadline of a pack, wherever it stands, with its path."""
    yield from ((path, item) for path, item in pack_checks._walk(pack) if isinstance(item, Deadline))


EVERY = [
    pytest.param(pack, deadline, id=f"{pack.id}@{pack.version} {path}")
    for pack in versions()
    for path, deadline in deadlines(pack)
]
EVERY_PACK = [pytest.param(pack, id=f"{pack.id}@{pack.version}") for pack in versions()]


def test_every_pack_has_deadlines_to_try() -> None:
    assert {pack.id for pack in versions() if list(deadlines(pack))} == set(packs.known())
    assert len(EVERY) > 50


@pytest.mark.parametrize(("pack", "deadline"), EVERY)
@FAST
@given(anchor=moments)
def test_a_deadline_falls_after_its_anchor_in_the_zone_of_its_pack(
    pack: RulePack, deadline: Deadline, anchor: datetime
) -> None:
    found = clock.due(deadline, anchor, zone=pack.timezone, calendar=pack.calendar)
    assert found.due_at is not None
    assert found.due_at > anchor
    assert found.due_at.tzinfo is UTC
    assert found.zone == pack.timezone
    assert found.last_day == clock.local_day(found.due_at - clock.TICK, pack.timezone)
    if not deadline.elapsed:
        assert found.due_at == clock.day_start(found.last_day + timedelta(days=1), pack.timezone)


@pytest.mark.parametrize(("pack", "deadline"), EVERY)
@FAST
@given(anchor=stored)
def test_a_date_survives_storage_and_says_by_which_rule_it_holds(
    pack: RulePack, deadline: Deadline, anchor: datetime
) -> None:
    found = clock.due(deadline, anchor, zone=pack.timezone, calendar=pack.calendar)
    assert found.due_at is not None
    assert instants.from_text(instants.to_text(found.due_at)) == found.due_at
    assert found.explain[0].kind == "anchor"
    assert found.explain[-1].kind == "end"
    assert all(step.text and step.source for step in found.explain)


@pytest.mark.parametrize("pack", EVERY_PACK)
@FAST
@given(received=moments)
def test_a_complaint_is_never_without_rules_and_never_without_a_final_date(
    pack: RulePack, received: datetime
) -> None:
    day = clock.local_day(received, pack.timezone)
    own = OPERATORS.get(pack.id)
    holds = packs.valid_on(pack.id, day, json.dumps(own) if own else "")
    assert holds.id == pack.id
    for category in ("", "safer_gambling", "payments"):
        assert holds.deadline("final", category) is not None


@pytest.mark.parametrize("pack", EVERY_PACK)
@FAST
@given(anchor=moments)
def test_a_target_of_the_house_is_never_later_than_the_law(pack: RulePack, anchor: datetime) -> None:
    for stage, target in pack.house.targets.items():
        law = pack.rule(stage).value
        if law is None:
            continue
        promised, owed = (
            clock.due(one, anchor, zone=pack.timezone, calendar=pack.calendar).due_at for one in (target, law)
        )
        assert promised is not None
        assert owed is not None
        assert promised <= owed
