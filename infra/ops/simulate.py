"""`redress simulate`: the whole ladder of one complaint to which nobody reacts, or that is answered once.

It runs the rules themselves under a clock of its own: the next step, the decision on it, what the events make
of the complaint. Letters leave at once; a wait is a jump to its end.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra.ops import asked, due, shown
from infra.ops.asked import UsageError
from redress.domain import audit, clock, commands, complaint, decisions, milestones, promises, receipt
from redress.domain import events as e
from redress.domain.categories import Category
from redress.domain.commands import Command
from redress.domain.complaint import Complaint
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.errors import IllegalTransition
from redress.domain.next_step import NextStep, Step, next_step
from redress.domain.promises import Promise
from redress.domain.rulepack import Length, RulePack
from redress.domain.rules import Rules
from redress.domain.stages import UNDECIDED, Stage
from redress.domain.values import Value

MOST_STEPS = 2_000  # far above any pack: 500 progress updates with their letters
CLAIM_EXPIRY = timedelta(minutes=10)
SYSTEM, HANDLER, PLAYER = "system", "handler", "player"


class Question(Value):
    """Which complaint to simulate. At most one of the two answers is given; without one nobody reacts."""

    pack: str
    anchor: datetime
    category: str = Category.OTHER
    settings: Mapping[str, Any] = {}
    answer_after: Length | None = None
    answered_at: datetime | None = None


class Moment(Value):
    """One line of the timeline: what happens at an instant (UTC), of which event, and by which rule."""

    at: datetime
    event: str
    what: str
    rule: str


def print_simulation(question: Question, *, as_json: bool) -> int:
    """Print the timeline. Raises UsageError, RulePackInvalid."""
    return asked.within_calendar(lambda: _print(question, as_json=as_json))


def _print(question: Question, *, as_json: bool) -> int:
    anchor = question.anchor.replace(microsecond=question.anchor.microsecond // 1000 * 1000)
    rules = due.pack_on(question.pack, anchor, question.settings)
    due.check_category(question.category, rules.licence)
    answered_at = _answered_at(question, anchor, rules)
    life = Life(rules, anchor, question.category)
    life.run(answered_at)
    if as_json:
        shown.print_json(_as_json(life, anchor))
    else:
        print("\n".join(_lines(life, anchor)))
    return 0


def _answered_at(question: Question, anchor: datetime, rules: Rules) -> datetime | None:
    after = question.answer_after
    at = question.answered_at
    if after:
        at = clock.after(anchor, after.amount, after.unit, rules.zone, rules.calendar)
    if at and at < anchor:
        raise UsageError("--answered-at is before --anchor: give an instant after it")
    return at


class Life:
    """A complaint from its receipt to its end, and what happened."""

    def __init__(self, rules: Rules, anchor: datetime, category: str) -> None:
        self.rules, self.now = rules, anchor
        self.timeline: list[Moment] = []
        self._head = audit.GENESIS
        received = receipt.submit(_submit(rules.licence, category))[0].event
        self.complaint = complaint.begin(self._write("0000-0000-0", 1, received, PLAYER))
        self._tell(self.complaint, received)

    def run(self, answered_at: datetime | None) -> None:
        """Everything that happens until the complaint is closed, or waits for somebody without end.

        Raises UsageError when it never comes to rest, which no pack should bring about.
        """
        for _ in range(MOST_STEPS):
            step = self._next()
            if step.step is Step.DONE:
                return
            if not self._is_wait(step):
                self._take(step)
            elif answered_at and (step.until is None or answered_at < step.until):
                self.now, answered_at = max(self.now, answered_at), None
                self._answer()
            elif self._only_repeats():
                return
            elif step.until:
                self.now = step.until
            else:
                return
        raise UsageError(f"the complaint never comes to rest: {MOST_STEPS} steps were not enough")

    def _next(self) -> NextStep:
        ahead = milestones.milestones(self.rules, self.complaint)
        return next_step(self.complaint, ahead, self.now, CLAIM_EXPIRY)

    def _only_repeats(self) -> bool:
        """Whether from here on the player is told, and the handlers are reminded, again and again."""
        ahead = milestones.milestones(self.rules, self.complaint)
        reminded = any(key.startswith("final:reminder_") for key in self.complaint.fired)
        return reminded and all(one.name.startswith(("progress_", "reminder_")) for one in ahead)

    def _is_wait(self, step: NextStep) -> bool:
        return not (step.letter or step.milestone or step.reason or step.step is Step.TRIAGE)

    def _take(self, step: NextStep) -> None:
        if step.letter:
            self._do(commands.ClaimLetter(letter=step.letter.key), SYSTEM)
            self._do(commands.RecordLetterSent(letter=step.letter.key, message_id="simulated"), SYSTEM)
        elif step.milestone:
            self._do(step.milestone.command, SYSTEM)
        elif step.reason:
            self._do(commands.Close(reason=step.reason), SYSTEM)
        else:
            self._do(commands.Triage(team="owner", severity="normal", reasons=("simulated",)), SYSTEM)

    def _answer(self) -> None:
        try:
            self._do(commands.ProposeDecision(outcome="upheld", content={}), HANDLER)
            self._do(commands.ApproveDecision(), HANDLER)
        except IllegalTransition as error:
            told = f"the answer comes too late: {error.why}"
            self.timeline.append(Moment(at=self.now, event="Refused", what=told, rule=""))

    def _do(self, command: Command, actor: str) -> None:
        for change in decisions.decide(self.complaint, command, self.now, actor, CLAIM_EXPIRY, self.rules):
            before, version = self.complaint, self.complaint.version + 1
            record = self._write(before.number, version, change.event, actor)
            self.complaint = complaint.evolve(before, record)
            self._tell(before, change.event)

    def _write(self, number: str, seq: int, event: e.Event, actor: str) -> audit.Record:
        record = audit.write(number, seq, self.now, actor, event, self._head, None)
        self._head = record.hash
        return record

    def _tell(self, before: Complaint, event: e.Event) -> None:
        what = told(event, self.rules)
        if what:
            rule = _rule(event, promises.promises(self.rules, before))
            self.timeline.append(Moment(at=self.now, event=type(event).__name__, what=what, rule=rule))
        if isinstance(event, e.LetterSent):
            self.timeline += _window(event, self.now, self.rules, self.complaint)


def _submit(pack: RulePack, category: str) -> commands.Submit:
    return commands.Submit(
        brand="none",
        jurisdiction=pack.id,
        pack_version=pack.version,
        channel="api",
        language="en",
        category=category,
        occurred_on=None,
        amount_minor=None,
        currency=None,
        content={},
    )


def told(event: e.Event, rules: Rules) -> str | None:  # noqa: C901 - a table
    """What an event means to a reader; None for what another line tells."""
    match event:
        case e.ComplaintReceived():
            return "the complaint is received"
        case e.Triaged():
            return "triaged: it has an owner team"
        case e.LetterSent(kind=kind):
            to = "staff" if LetterKind(kind) in TO_STAFF else "the player"
            return f"letter to {to}: {kind.replace('_', ' ')}"
        case e.MilestoneReached():
            return _reached(event, rules)
        case e.Escalated(level=level):
            return f"escalated to level {level}"
        case e.DeadlockDeclared():
            return "deadlock: the player is referred to the outside body before the last instant"
        case e.DeemedAccepted():
            return "silence accepts the complaint: it is upheld by law"
        case e.DecisionApproved():
            return "answered: the decision is made"
        case e.TaskOpened(task=task):
            return f"task for a person: {task.replace('_', ' ')}"
        case e.Closed(reason=reason):
            return f"closed: {reason.replace('_', ' ')}"
        case _:
            return None


def _reached(event: e.MilestoneReached, rules: Rules) -> str | None:
    name, _, count = event.milestone.partition("_")
    if name in ("escalation", milestones.DEADLOCK):
        return None
    if name == "warning":
        return f"warning {count}: {event.clock} draws near"
    if name == "reminder":
        return f"{event.clock} is still waited for"
    if event.clock == milestones.PROGRESS:
        return "a progress update is due"
    if event.clock == milestones.FEEDBACK:
        return "the window for feedback ends"
    if name == milestones.TARGET_MISSED:
        return f"the house's own date of {event.clock.removesuffix(promises.TARGET)} passes unmet"
    return _fell_due(event, rules)


def _fell_due(event: e.MilestoneReached, rules: Rules) -> str:
    """What comes with the instant of a clock, by its kind."""
    match event.kind:
        case _ if event.breach:
            what = "BREACH of the operator's own promise" if event.strength == "house" else "BREACH"
            return f"{what}: {event.clock} passes unmet"
        case "notice_trigger":
            return "nothing is decided: the player must be told when it will be"
        case "gateway":
            return f"gateway: the player may now turn to {_body(event, rules)}"
        case "player_limit":
            return f"the player's time ends ({event.clock})"
        case _:
            return f"{event.clock} passes ({event.kind})"


def _body(event: e.MilestoneReached, rules: Rules) -> str:
    pack = rules.pack(event.pack) or rules.licence
    key = event.clock.removeprefix(promises.GATEWAY).removeprefix("_")
    body = pack.external_body(key) or pack.route
    return f"the {body.type.replace('_', ' ')}{f' {body.name}' if body.name else ''}" if body else "court"


def _rule(event: e.Event, dates: Iterable[Promise]) -> str:
    """The rule that a milestone rests on: the law's, or the house's own."""
    if not isinstance(event, e.MilestoneReached):
        return "house rule" if isinstance(event, e.Escalated | e.DeadlockDeclared) else ""
    if event.milestone != milestones.DUE:
        return "house rule"
    named = (one for one in dates if (one.clock, one.pack.id) == (event.clock, event.pack))
    one = next(named, None)
    if one is None or one.rule.source is None:
        return "house rule"
    return f"{one.rule.source.citation} ({one.rule.strength}, {one.rule.confidence})"


def _window(event: e.LetterSent, at: datetime, rules: Rules, after: Complaint) -> Iterator[Moment]:
    """Until when the player may turn to the outside body, once the letter that names it has left."""
    if event.kind not in (LetterKind.FINAL_RESPONSE, LetterKind.DEADLOCK):
        return
    window = promises.governing(promises.promises(rules, after), promises.ADR_WINDOW)
    if window and window.due_at:
        rule = window.rule.source.citation if window.rule.source else "house rule"
        ends = shown.local(window.due_at, window.zone)
        what = f"window: the player may turn to the outside body until {ends}"
        yield Moment(at=at, event="Window", what=what, rule=rule)


def _rows(life: Life, anchor: datetime) -> Iterator[dict[str, str]]:
    zone = life.rules.zone
    first = clock.local_day(anchor, zone)
    for one in life.timeline:
        yield {
            "at": shown.local(one.at, zone),
            "day": f"day {(clock.local_day(one.at, zone) - first).days}",
            "what": one.what,
            "rule": f"[{one.rule}]" if one.rule else "",
        }


def _lines(life: Life, anchor: datetime) -> Iterator[str]:
    pack = life.rules.licence
    yield f"Rule pack {pack.id}, version {pack.version}; all times in {pack.timezone}"
    yield ""
    yield from shown.table(_rows(life, anchor))
    yield ""
    yield _end(life.complaint)


def _end(ended: Complaint) -> str:
    if ended.stage is Stage.CLOSED:
        return "The complaint is closed."
    if ended.stage in UNDECIDED:
        return f"The complaint stays {ended.stage} until somebody acts: updates and reminders go on."
    return f"From here on nothing happens by itself: the complaint stays {ended.stage} until somebody acts."


def _as_json(life: Life, anchor: datetime) -> dict[str, Any]:
    pack, zone = life.rules.licence, life.rules.zone
    first = clock.local_day(anchor, zone)
    return {
        "pack": pack.id,
        "pack_version": pack.version,
        "zone": zone,
        "received_at": shown.instant(anchor),
        "category": life.complaint.category,
        "stage": life.complaint.stage,
        "timeline": [
            {
                "at": shown.instant(one.at),
                "local": one.at.astimezone(ZoneInfo(zone)).isoformat(),
                "day": (clock.local_day(one.at, zone) - first).days,
                "event": one.event,
                "what": one.what,
                "rule": one.rule,
            }
            for one in life.timeline
        ],
    }
