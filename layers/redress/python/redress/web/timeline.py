"""What happened to a complaint, in the player's words; what is the operator's own business is left out."""

from collections.abc import Iterator
from datetime import datetime

from redress.domain import events as e
from redress.domain import instants, promises
from redress.domain.audit import Content, Record
from redress.domain.complaint import fold
from redress.domain.promises import STAGES, Promise
from redress.domain.rules import Rules
from redress.domain.values import Value
from redress.region import Brand, Region
from redress.usecases.ports import CaseFile
from redress.web import dates, outside, promised, words

type _Told = tuple[str, str, str | None] | None  # kind, what and text of a line; None: not for the player


class Entry(Value):
    """A line of the timeline. `kind` is you, us, letter, body or missed; `machine_time` is RFC 3339."""

    kind: str
    what: str
    when: str
    machine_time: str
    text: str | None = None


class Timeline(Value):
    """What the lines are made from."""

    case: CaseFile
    region: Region
    rules: Rules
    brand: Brand

    def entries(self) -> Iterator[Entry]:
        """The lines, the latest first."""
        for record in reversed(self.case.records):
            content = self.case.contents.get(record.seq, {})
            told = self._plain(record, content) or self._of_clocks(record, content)
            told = told or self._other(record, content)
            if told:
                kind, what, text = told
                yield Entry(
                    kind=kind,
                    what=what[:1].upper() + what[1:],
                    when=dates.moment(record.at, self.rules.zone),
                    machine_time=instants.to_text(record.at),
                    text=text or None,
                )

    def _plain(self, record: Record, content: Content) -> _Told:
        happened = words.EVENTS.get(type(record.event))
        return (happened.kind, happened.what, content.get(happened.text)) if happened else None

    def _other(self, record: Record, content: Content) -> _Told:
        match record.event:
            case e.LetterSent(kind=kind) if kind in words.LETTERS:
                return "letter", words.LETTERS[kind], None
            case e.Triaged(team=team):
                owner = self.region.team(team)
                return "us", words.TEAM_TOOK_OVER.format(team=owner.name if owner else team), None
            case e.Recategorised(category=category):
                named = words.CATEGORIES.get(category, category)
                return "us", words.RECATEGORISED.format(category=named), None
            case e.FeedbackGiven(score=score):
                return "you", words.RATED.format(score=score), content.get("comment")
            case e.Closed(reason=reason):
                return "us", words.CLOSINGS[reason], None
            case _:
                return self._at_body(record)

    def _of_clocks(self, record: Record, content: Content) -> _Told:
        match record.event:
            case e.MilestoneReached() as reached:
                return self._reached(reached)
            case e.ClockPaused(reason=reason, clocks=clocks):
                stages = {clock.partition(":")[2] for clock in clocks} & set(STAGES.values())
                paused = words.ANSWER_PAUSED if stages else words.ROUTE_PAUSED
                return "us", paused[reason], content.get("explanation")
            case e.ClockResumed(because=because):
                return "us", words.RESUMED[because], None
            case e.DeadlineExtended() as extended:
                return "us", self._extended(record, extended), content.get("reasons")
            case _:
                return None

    def _reached(self, reached: e.MilestoneReached) -> _Told:
        pack = self.rules.pack(reached.pack)
        clock = outside.clock_of(reached.clock)
        if reached.kind == "gateway" and pack:
            body = outside.body(self.brand, pack, outside.route(pack, reached.clock))
            return "body", words.ROUTE_OPENED.format(body=body.name), None
        return ("missed", words.MISSED[clock], None) if reached.breach and clock in words.MISSED else None

    def _extended(self, record: Record, extended: e.DeadlineExtended) -> str:
        """What was extended, and until when if that holds and moves the date that counts."""
        what = words.EXTENDED.get(extended.stage, words.MORE_TIME)
        taken = next(one for one in self.case.complaint.extensions if one.seq == record.seq)
        clock = next((name for name, stage in STAGES.items() if stage == extended.stage), "")
        before = self._promise(record.seq - 1, None, clock)
        after = self._promise(record.seq, taken.holds_since, clock) if taken.holds_since else None
        if after is None or after.due_at is None or (before and after.due_at == before.due_at):
            return what
        until = dates.until(after.due_at, after.zone, self.case.complaint.received_at)
        return words.NEW_DATE.format(what=what, until=until)

    def _promise(self, seq: int, at: datetime | None, clock: str) -> Promise | None:
        """The date of a clock by the records up to `seq`, and those up to an instant."""
        records = [one for one in self.case.records if one.seq <= seq or (at and one.at <= at)]
        then = fold(records)
        return promised.lawful(promises.promises(self.region.rules_of(then), then), clock)

    def _at_body(self, record: Record) -> _Told:
        referral = self.case.complaint.referral
        if referral is None:
            return None
        name = outside.body_of_referral(self.brand, self.rules, referral.body).name
        match record.event:
            case e.ReferredToAdr():
                return "body", words.REFERRED.format(body=name), None
            case e.AdrAnswered():
                return "us", words.BODY_ANSWERED.format(body=name), None
            case e.AdrOutcomeRecorded(outcome=outcome):
                return "body", words.BODY_OUTCOMES[outcome].format(body=name), None
            case _:
                return None
