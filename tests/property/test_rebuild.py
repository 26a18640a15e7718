"""What holds of every rebuild and check, whatever happened to a complaint and wherever a restore cut it."""

import os
from collections.abc import Iterator
from copy import deepcopy, replace
from datetime import datetime
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from infra.ops.check import compare
from redress.domain.commands import Command, Submit
from redress.domain.stages import Stage
from redress.store import keys
from redress.store.rebuild import Items, Workbench, expected_state, lost_content, records_of
from redress.usecases.rebuild import derive
from tests.property.test_complaint import PACKS, Story, play, stories
from tests.support import restores
from tests.support.complaints import HANDLER, REGION, T0, Case, bring, submit
from tests.support.desks import Clock, Office
from tests.support.restores import Dump

SLOW = settings(
    max_examples=6,  # each is forty changes of a table, and as many readings of it
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NOTHING_LOST: frozenset[tuple[str, int]] = frozenset()
packs = st.sampled_from(PACKS)
ways = st.sampled_from(list(Stage))
points = st.integers(0, 60)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """DynamoDB in memory."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setitem(os.environ, name, "testing")
    with mock_aws():
        yield boto3.client("dynamodb", region_name="eu-west-2")


class Stored(Case):
    """A complaint whose changes are stored as every change is; `dumps` are the table after each of them."""

    def __init__(self, client: Any, command: Submit) -> None:
        self.bench = restores.restore(client, {}, "original")
        self.office = Office(self.bench, Clock(T0))
        self.now = T0
        self.number = self.office.receive(command)
        self.dumps: list[Dump] = [{}]
        self._follow()

    def do(self, command: Command, actor: str = HANDLER, *, at: datetime | None = None) -> Any:
        """Change the stored complaint at an instant."""
        self.now = self.office.clock.at = at or self.now
        self.office.do(self.number, command, actor)
        self._follow()

    def _follow(self) -> None:
        case = self.bench.load(self.number)
        self.complaint, self.records = case.complaint, list(case.records)
        self.dumps.append(restores.dump(self.bench.client, self.bench.name))


def told(client: Any, pack: str, stage: Stage, story: Story) -> Stored:
    """A complaint that went straight to a stage, and then through a story."""
    case = Stored(client, submit(pack))
    bring(case, stage)
    play(case, story)
    return case


def rebuilt(case: Stored, bench: Workbench) -> int:
    """Rebuild the complaint with the whole of its journal; how many writes it took."""
    items = bench.items(case.number)
    derived = derive(REGION, records_of(items, case.records), case.now)
    writes = bench.rebuild(items, derived, bench.mark())
    bench.carry_out(case.number, writes)
    return len(writes)


@SLOW
@given(packs, ways, stories, points)
def test_a_rebuilt_complaint_is_the_original_but_for_content_after_the_point(
    client: Any, pack: str, stage: Stage, story: Story, point: int
) -> None:
    case = told(client, pack, stage, story)
    before, after = case.dumps[point % len(case.dumps)], case.dumps[-1]
    bench = restores.restore(client, before)
    rebuilt(case, bench)
    found = restores.dump(client, bench.name)
    new = () if before else ("player",)
    assert restores.registered(found) == restores.registered(after, *new)
    forgotten = case.complaint.erasure_ordered_at
    assert restores.contents(found) == ({} if forgotten else restores.contents(before))
    assert bench.load(case.number).complaint == case.complaint
    check_rebuilt(case, bench)


def check_rebuilt(case: Stored, bench: Workbench) -> None:
    """It is right but for what is lost, and to rebuild it once more does nothing."""
    assert rebuilt(case, bench) == 0
    items = bench.items(case.number)
    derived = derive(REGION, case.records, case.now)
    lost = frozenset((one.number, one.seq) for one in lost_content(items, derived))
    checked = compare(items, REGION, case.records, lost, case.now)
    assert (checked.flaw, checked.differences) == (None, ())


@SLOW
@given(packs, ways, stories)
def test_whatever_is_stored_is_right_after_each_change_and_every_single_tampering_is_found(
    client: Any, pack: str, stage: Stage, story: Story
) -> None:
    case = told(client, pack, stage, story)
    items = case.bench.items(case.number)
    right = compare(items, REGION, case.records, NOTHING_LOST, case.now)
    assert (right.flaw, right.differences) == (None, ())
    for what, spoilt in tampered(items, case):
        assert not compare(spoilt, REGION, (), NOTHING_LOST, case.now).is_right, what


def tampered(items: Items, case: Stored) -> Iterator[tuple[str, Items]]:
    """The items with one thing done to them that nobody should do."""
    yield "STATE dropped", replace(items, state=None)
    for name, value in expected_state(derive(REGION, case.records, case.now)).items():
        other = {"N": "999"} if value and "N" in value else {"S": "another"}
        yield f"{name} changed", with_state(items, **{name: other})
        if value:
            yield f"{name} removed", with_state(items, **{name: None})
    yield from dropped(items, "events")
    yield from dropped(items, "tasks")
    if not case.complaint.erasure_ordered_at:  # then it is on its way out
        yield from dropped(items, "contents")
    for seq, item in items.events.items():
        text = {"S": item["text"]["S"].replace('"actor":"', '"actor":"another ')}
        yield f"event {seq} changed", with_item(items, "events", seq, text=text)
    for seq in items.contents:
        text = {"S": '{"text": "other"}'}
        yield f"content {seq} changed", with_item(items, "contents", seq, content=text)
    for seq in queued(items):
        yield f"task {seq} moved", with_item(items, "tasks", seq, queue={"S": "TASKS#others"})


def dropped(items: Items, what: str) -> Iterator[tuple[str, Items]]:
    """One item of a kind is gone; of tasks only those that stand in a queue are missed."""
    found = getattr(items, what)
    for seq in queued(items) if what == "tasks" else found:
        left = {other: item for other, item in found.items() if other != seq}
        spoilt: dict[str, Any] = {what: left}
        yield f"{what} {seq} dropped", replace(items, **spoilt)


def queued(items: Items) -> list[int]:
    """The tasks that stand in a queue."""
    return [seq for seq, item in items.tasks.items() if "queue" in item]


def with_state(items: Items, **values: Any) -> Items:
    """Other attributes in STATE; None removes one."""
    state = {**deepcopy(dict(items.state or {})), **values}
    return replace(items, state={name: value for name, value in state.items() if value is not None})


def with_item(items: Items, what: str, seq: int, **values: Any) -> Items:
    """Other attributes in an item."""
    found = getattr(items, what)
    spoilt: dict[str, Any] = {what: {**found, seq: {**found[seq], **values}}}
    return replace(items, **spoilt)


def test_the_keys_of_the_tampered_items_are_those_of_the_table(client: Any) -> None:
    """So that the property above is about something."""
    case = told(client, "sandbox", Stage.RESOLVED, [])
    items = case.bench.items(case.number)
    what = [name for name, _ in tampered(items, case)]
    assert {"queue changed", "register removed", "events 1 dropped", "content 1 changed"} <= {*what}
    assert keys.STATE in {sk for _, sk in case.dumps[-1]}
