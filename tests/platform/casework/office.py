"""The operator's staff at work: a reception, handlers who draw from their queues, those who work off tasks.

Nobody polls complaints: what happens is told by the webhook, as to the operator's own application.
"""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from redress.domain import instants
from tests.platform.casework import lives
from tests.platform.casework.client import Api, Json, Overtaken, Unexpected
from tests.platform.casework.lives import LIVES, MARK, TEAMS, Case, Life, Work

FEWEST = 4  # complaints that are worked on at once, however slow it is
BEHIND = 5.0  # seconds: what happened that long ago and is heard only now says that there is too much to do
REST = 0.5  # seconds after which somebody looks up, unless something is heard before
TOLD_LATER = 60.0  # seconds in which what the clock has ended is on record as ended
NAMED_LATER = 10.0  # seconds in which a complaint that is drawn has to be known to the one who took it
CLOCKED = ("deadlocked", "closed")  # where a complaint is whose time has run out
WINDOW_ENDED = "adr_window_ended"  # why a complaint is closed that nobody decides
ELSEWHERE = "colleague-1"  # who is given complaints that are not of this script


@dataclass
class Office:
    """All of them. `in_hand` is how many complaints may be begun and not yet worked off."""

    api: Api
    cases: list[Case]
    in_hand: int
    deadline: float
    half_way: Callable[[], None]
    heard: dict[str, dict[int, Json]] = field(default_factory=dict)
    lag: float = 0  # seconds between the event that was heard last and its hearing
    drawn: dict[str, str] = field(default_factory=dict)  # number → who has it before them now
    done: set[tuple[str, int]] = field(default_factory=set)  # tasks: complaint and task
    twice: list[str] = field(default_factory=list)
    lock: threading.Condition = field(default_factory=threading.Condition)
    _lives: dict[int, Life] = field(default_factory=dict)
    _busy: set[int] = field(default_factory=set)

    def hear(self, event: Json) -> None:
        """An event that the webhook tells."""
        with self.lock:
            self.heard.setdefault(event["number"], {})[event["seq"]] = event
            self.lag = time.time() - instants.from_text(event["at"]).timestamp()
            self.lock.notify_all()

    def run(self, hands: int) -> None:
        """Work until everything is closed, or the deadline has passed."""
        work: list[tuple[Callable[..., None], tuple[object, ...]]] = [
            (self._receive, ()),
            (self._do_tasks, ()),
        ]
        people = [(team, person) for team in TEAMS if team != "finance" for person in TEAMS[team]]
        for team, person in sorted(people, key=lambda one: one[1][-1])[:hands]:
            work.append((self._handle, (team, person)))
        threads = [threading.Thread(target=self._guarded, args=one, daemon=True) for one in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0, self.deadline - time.monotonic()) + 5)

    def is_over(self) -> bool:
        """Whether there is nothing left to do, or no time left to do it."""
        return time.monotonic() > self.deadline or not self.open()

    def open(self) -> list[str]:
        """What is not at its end."""
        with self.lock:
            return [
                f"{case.index} {case.number or '(not taken)'} {case.life}: "
                f"{case.waits.what if case.waits else 'in the queue' if not case.begun else 'not closed'}, "
                f"last heard {case.events[max(case.events)]['type'] if case.events else 'nothing'}"
                for case in self.cases
                if not (case.done and case.closed)
            ]

    def _guarded(self, work: Callable[..., None], who: tuple[object, ...]) -> None:
        try:
            work(*who)
        except Exception as error:  # noqa: BLE001 - a thread that ends early is a failure of the run
            self.api.ledger.fail(f"{work.__name__} {who}: {error!r}")

    def _receive(self) -> None:
        """Take the complaints, no more of them than can be worked on."""
        for case in self.cases:
            with self.lock:
                self.lock.wait_for(self._has_room, self.deadline - time.monotonic())
            with suppress(Unexpected):
                number = self.api.post("complaints", lives.told_now(case), lives.DESK)["number"]
                with self.lock:
                    case.number, case.events = number, self.heard.setdefault(number, {})
                    self.lock.notify_all()
            if time.monotonic() > self.deadline:
                return

    def _has_room(self) -> bool:
        """Whether one more can be worked on: a reception that does not look makes all of them late."""
        in_hand = self._in_hand()
        return in_hand < FEWEST or (in_hand < self.in_hand and self.lag < BEHIND)

    def _in_hand(self) -> int:
        return sum(bool(case.number) and not case.done for case in self.cases)

    def _handle(self, team: str, person: str) -> None:
        """Go on with what has come back, else take what is next; practice is for the last of a team."""
        trainee = person.endswith("3")
        while not self.is_over():
            if case := self._due():
                self._go_on(case)
            elif not (self._draw(team, person, training=False) or (trainee and self._train(person))):
                with self.lock:
                    self.lock.wait(REST)

    def _train(self, person: str) -> bool:
        return any(self._draw(team, person, training=True) for team in TEAMS if team != "finance")

    def _due(self) -> Case | None:
        """A complaint whose life can go on, taken in hand."""
        with self.lock:
            for case in self.cases:
                if case.index not in self._busy and case.waits and case.heard(case.waits):
                    self._busy.add(case.index)
                    return case
        return None

    def _draw(self, team: str, person: str, *, training: bool) -> bool:
        """Ask what is next, and begin with it; False when there is nothing."""
        if not self._expects(team, training=training):
            return False
        with suppress(Unexpected):
            drawn = self.api.post(f"teams/{team}/next", {"training": training}, person)["complaint"]
            if drawn:
                self._take(drawn["number"], person)
                return True
        return False

    def _expects(self, team: str, *, training: bool) -> bool:
        """Whether one is known to be in the queue: nobody can draw what the clock has closed."""
        with self.lock:
            waiting = [case for case in self.cases if case.events and not (case.begun or case.done)]
            return any((case.team, case.training) == (team, training) for case in waiting)

    def _take(self, number: str, person: str) -> None:
        with self.lock:
            holder = self.drawn.setdefault(number, person)
            if holder != person:
                self.twice.append(f"{number} was given to {person} while {holder} held it")
            found = self.lock.wait_for(lambda: self._case_of(number), NAMED_LATER)
            begins = found is not None and self._begin(found, person)
        if found and begins:
            self._go_on(found)
        elif found:  # its life goes on elsewhere, as after it was reopened
            self._quietly(lambda: self.api.delete(f"complaints/{number}/lease", person))
        else:  # not of this script
            self._quietly(lambda: self.api.decide(number, "assignment", {"assignee": ELSEWHERE}, person))
        with self.lock:
            self.drawn.pop(number, None)

    def _begin(self, case: Case, person: str) -> bool:
        """Begin its life, unless that has begun."""
        if case.begun:
            return False
        case.begun, case.handler = True, person
        self._busy.add(case.index)
        self._lives[case.index] = LIVES[case.life](Work(self.api, case))
        return True

    def _case_of(self, number: str) -> Case | None:
        return next((case for case in self.cases if case.number == number), None)

    def _quietly(self, act: Callable[[], Json]) -> None:
        with suppress(Overtaken, Unexpected):  # both are counted
            act()

    def _go_on(self, case: Case) -> None:
        """The next part of a life, by whoever has a hand free."""
        waits = None
        try:
            waits = next(self._lives[case.index], None)
        except Overtaken as late:
            waits = self._catch_up(case, late)
        except Unexpected:
            pass  # it is counted; the clock ends the complaint
        with self.lock:
            case.waits, case.ended = waits, waits is None
            self._busy.discard(case.index)
            self.lock.notify_all()

    def _catch_up(self, case: Case, late: Overtaken) -> lives.Until | None:
        """The clock was faster than the handler: see where the complaint stands, and do what is left."""
        stage = self._stage_by_the_clock(case)
        if stage == "deadlocked":
            self._lives[case.index] = lives.late(Work(self.api, case))
            with suppress(Overtaken):
                return next(self._lives[case.index], None)
        elif stage != "closed" and not self._has_lost_its_twin(case):
            self.api.ledger.fail(f"{case.life} at {stage}: {late}")
        return None

    def _stage_by_the_clock(self, case: Case) -> str:
        """The stage, once the clock's part is on record: a deadline passes a moment before that."""
        until = min(time.monotonic() + TOLD_LATER, self.deadline)
        while True:
            stage: str = self.api.get(f"complaints/{case.number}")["stage"]
            if stage in CLOCKED or self._has_lost_its_twin(case) or time.monotonic() > until:
                return stage
            time.sleep(REST)

    def _has_lost_its_twin(self, case: Case) -> bool:
        """Whether the clock has closed the complaint that it was to go on in: it ends this one, too."""
        if case.twin is None:
            return False
        because: str | None = self.api.get(f"complaints/{case.twin.number}")["closed_because"]
        return because == WINDOW_ENDED

    def _do_tasks(self) -> None:
        """Work off the tasks of all teams; half-way, do what is to happen then."""
        turned = False
        while not self.is_over():
            if not turned and 2 * sum(case.done for case in self.cases) >= len(self.cases):
                turned = True
                self.half_way()
            for team in self._asked():
                for task in self._tasks(team):
                    self._quietly(partial(self._do, task, TEAMS[team][0]))
            with self.lock:
                self.lock.wait(REST)

    def _asked(self) -> set[str]:
        """The teams that have something to do, by what was heard."""
        with self.lock:
            known = [case for case in self.cases if not case.training]
            return {
                team
                for case in known
                for task, team in _tasks_of(case)
                if (case.number, task) not in self.done
            }

    def _tasks(self, team: str) -> list[Json]:
        with suppress(Unexpected):
            return list(self.api.get("tasks", team=team, limit="100")["items"])
        return []

    def _do(self, task: Json, person: str) -> Json:
        """Close a task, or pay what it is about."""
        self.done.add((task["number"], task["task"]))
        place = f"complaints/{task['number']}"
        if task["kind"] != "pay_redress":
            result = {"outcome": "done", "result": f"{MARK} It was seen to."}
            return self.api.post(f"{place}/tasks/{task['task']}/closure", result, person)
        (owed,) = [one for one in self.api.get(place)["tasks"] if one["task"] == task["task"]]
        payment = {name: owed[name] for name in ("amount_minor", "currency", "task")}
        payment |= {"paid_on": lives.today(), "reference": f"{MARK}-PAY"}
        return self.api.post(f"{place}/redress-payments", payment, person)


def _tasks_of(case: Case) -> Iterable[tuple[int, str]]:
    """The tasks that were heard of, and whose they are: without a team the complaint's own team's."""
    for seq, event in case.events.items():
        if event["type"] == "TaskOpened" and (team := event["data"]["team"] or case.team):
            yield seq, team
