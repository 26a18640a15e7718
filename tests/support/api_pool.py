"""What a fuzzer finds when it comes to an operation: the story up to there, and complaints at every stage."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, count
from types import ModuleType
from typing import Any

import boto3
from hypothesis import strategies as st
from schemathesis import Case, Response

from redress.domain import commands, instants
from redress.domain.commands import Command
from redress.usecases.change import Desk, change
from tests.support import tables
from tests.support.api_story import MEANWHILE, ROUTE_OF, Step, steps, story_of
from tests.support.complaints import APPROVE, APPROVER, DEADLOCK, HANDLER, PROPOSE, SYSTEM

type Items = list[dict[str, Any]]

MOSTLY: st.SearchStrategy[bool] = st.sampled_from((True, True, True, True, False))


def _by(actor: str, command: Command) -> Callable[[Desk, str], None]:
    def act(desk: Desk, number: str) -> None:
        change(desk, number, command, actor)

    return act


def _refer(desk: Desk, number: str) -> None:
    command = commands.ReferToAdr(body="adr", pack=None, complete_file_at=instants.to_text(desk.now()))
    change(desk, number, command, HANDLER)


_TRIAGED = (MEANWHILE["acknowledged"], MEANWHILE["triaged"])
_PROPOSED = (*_TRIAGED, _by(HANDLER, PROPOSE))
_DECIDED = (*_PROPOSED, _by(APPROVER, APPROVE))
_RESOLVED = (*_DECIDED, MEANWHILE["answered"])
STAGES: Mapping[str, tuple[Callable[[Desk, str], None], ...]] = {
    "received": (),
    "investigating": _TRIAGED,
    "proposed": _PROPOSED,
    "decided": _DECIDED,
    "resolved": _RESOLVED,
    "deadlocked": (*_TRIAGED, _by(SYSTEM, DEADLOCK)),
    "referred": (*_RESOLVED, _refer),
    "closed": (*_TRIAGED, _by(HANDLER, commands.Withdraw(content={}))),
}


@dataclass(frozen=True)
class Scene:
    """The table just before a step of the story."""

    step: Step
    items: Items
    kept: Mapping[str, str]
    at: datetime


@dataclass
class Pool:
    """The scenes of the story, each with complaints at every stage beside it."""

    function: ModuleType
    table: Callable[[], AbstractContextManager[None]]  # empty, each time: moto copies it for each transaction
    complaints: Items = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    scenes: dict[str, Scene] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)  # of each complaint in the table now
    seen: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    keys: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.client = boto3.client("dynamodb")  # one: reading the description of the service takes a while
        self.teller = story_of(self.function, vars(self.function)["api"])
        self.clock, self.desk, self.door = self.teller.clock, self.teller.desk, self.teller.door
        told = steps()
        for stage, way in STAGES.items():
            with self.table():
                self.teller.take(replace(told[0], name=stage))
                self.numbers.append(self.teller.kept["number"])
                for go in way:
                    go(self.desk, self.numbers[-1])
                self.complaints += self._items()
        with self.table():
            for step in told:
                self.teller.go_on(step)
                if step.status is None and step.operation not in self.scenes:
                    items, kept = self._items(), dict(self.teller.kept)
                    self.scenes[step.operation] = Scene(step, items, kept, self.clock.at)
                self.teller.take(replace(step, days=0, meanwhile=()))

    def _items(self) -> Items:
        return self.client.scan(TableName=tables.NAME)["Items"]

    def set(self, operation: str) -> None:
        """Put an empty table and the clock into the scene before the operation's success, and take it."""
        assert operation in self.scenes, f"{operation}: tell it in examples.toml"
        scene = self.scenes[operation]
        self.teller.kept, self.clock.at = dict(scene.kept), scene.at
        items = scene.items + self.complaints
        for some in batched(items, 25, strict=False):
            self.client.batch_write_item(
                RequestItems={tables.NAME: [{"PutRequest": {"Item": item}} for item in some]}
            )
        self.versions = {
            item["number"]["S"]: int(item["version"]["N"]) for item in items if item["sk"]["S"] == "STATE"
        }
        taken = self.teller.take(replace(scene.step, days=0, meanwhile=()))
        self.seen[operation][taken.status] += 1
        self.path = taken.path
        self._note(taken.answer)

    def lead(self, operation: str, case: Case[Any], data: st.DataObject) -> None:
        """Lead a request that was made up to what there is, mostly.

        Its path leads to the story's own place or to a complaint at any stage, some fields of body and query
        are those of the story, the key is new, and If-Match names the present version.
        """
        route = ROUTE_OF[operation]
        for place in route.places:
            known = [self.path[place], *(self.numbers if place == "number" else [])]
            if data.draw(MOSTLY):
                case.path_parameters[place] = data.draw(st.sampled_from(known))
        if route.method == "POST" and data.draw(MOSTLY):
            case.headers["Idempotency-Key"] = f"fuzz-{next(self.keys)}"
        if route.guarded and data.draw(MOSTLY):
            number = str(case.path_parameters.get("number"))
            case.headers["If-Match"] = f'"{self.versions.get(number, 1)}"'
        story = [one for one in steps() if one.operation == operation and one.status is None]
        told = data.draw(st.sampled_from(story))
        if isinstance(case.body, dict):
            case.body |= _some(self.teller.body(told) or {}, data)
        if data.draw(MOSTLY) and told.query:
            case.query = _some(told.query, data)

    def saw(self, operation: str, answer: Response) -> None:
        """Remember what was answered, and the version that the answer tells."""
        self.seen[operation][answer.status_code] += 1
        self._note(answer.json() if answer.content else None)

    def _note(self, answer: Any) -> None:
        if answer and "number" in answer and "version" in answer:
            self.versions[answer["number"]] = answer["version"]


def _some(told: Mapping[str, Any], data: st.DataObject) -> dict[str, Any]:
    """Most of the fields that the story sends."""
    return {name: value for name, value in told.items() if data.draw(MOSTLY)}
