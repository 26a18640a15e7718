"""What happened to a complaint, in the player's words; what is the operator's own business is left out."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from redress.domain import actors, commands, instants, promises
from redress.domain import events as e
from redress.domain.audit import Content, Record
from redress.domain.causes import milestone_behind
from redress.domain.complaint import fold
from redress.domain.mail_decisions import CLOSED
from redress.domain.parts import HELD, ReceivedMail
from redress.domain.promises import STAGES, Promise
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT
from redress.domain.values import Value
from redress.language import Language
from redress.region import Brand, Region
from redress.usecases.ports import CaseFile
from redress.web import dates, given, outside, promised, words

# What is between the operator and its people. Of other events, too, only a part may be the player's: of notes
# those for the player, of milestones those of dates that the player knows, of escalations those of the clock.
OWN_BUSINESS = frozenset(
    {
        e.Acknowledged,  # the letter is told
        e.PrivateLinkRequested,  # likewise
        e.Released,
        e.EvidenceScanned,  # what came of it stands beside the file
        e.TriageOverruled,
        e.HarmSignalled,
        e.ContextAttached,
        e.PackVersionAdopted,
        e.DecisionProposed,
        e.DecisionReturned,
        e.TaskOpened,
        e.TaskClosed,
        e.LetterClaimed,
        e.LetterRefused,
        e.LetterDelivered,  # told beside the letter, like what else becomes of it
        e.LetterDelayed,
        e.LetterBounced,
        e.LetterMarkedAsSpam,
        e.MailAccepted,  # told beside the mail
        e.MailRejected,
        e.LegalHoldPlaced,
        e.LegalHoldLifted,
        e.ErasureOrdered,  # no link opens the page any more
        e.PersonalDataErased,
        e.SubjectStated,
        e.CauseFound,
    }
)


class Line(NamedTuple):
    """What a line tells: who did it (`kind`), what, the text that was written, and a sentence more."""

    kind: str
    what: str
    text: str | None = None
    more: str | None = None


type _Told = Line | None  # None: not for the player


class Entry(Value):
    """A line of the timeline. `kind` is you, us, letter, body or missed; `machine_time` is RFC 3339.

    `more` is a sentence more, `text` what the player (`by_player`) or the operator wrote, `means` how a
    letter was brought, `page` the name of the page that shows a mail again.
    """

    kind: str
    what: str
    when: str
    machine_time: str
    more: str | None = None
    text: str | None = None
    by_player: bool = False
    means: str | None = None
    page: str | None = None


class Timeline(Value):
    """What the lines are made from, and the language they are told in."""

    language: Language
    case: CaseFile
    region: Region
    rules: Rules
    brand: Brand

    def entries(self) -> Iterator[Entry]:
        """The lines, the latest first."""
        for record in reversed(self.case.records):
            content = self.case.contents.get(record.seq, {})
            told = None if type(record.event) in OWN_BUSINESS else self._line(record, content)
            if told:
                yield Entry(
                    kind=told.kind,
                    what=told.what[:1].upper() + told.what[1:],
                    when=self.language.moment(record.at, self.rules.zone),
                    machine_time=instants.to_text(record.at),
                    more=told.more,
                    text=told.text or None,
                    by_player=told.kind == "you",
                    means=self._means(record),
                    page=_page(record),
                )

    def _line(self, record: Record, content: Content) -> _Told:
        return (
            self._of_mail(record, content)
            or self._plain(record, content)
            or self._of_clocks(record, content)
            or self._of_casework(record, content)
            or self._of_files(record)
            or self._other(record, content)
        )

    def _plain(self, record: Record, content: Content) -> _Told:
        happened = words.EVENTS.get(type(record.event))
        if happened is None:
            return None
        return Line(happened.kind, self.language.say(happened.what), content.get(happened.text))

    def _other(self, record: Record, content: Content) -> _Told:
        say = self.language.say
        match record.event:
            case e.LetterSent(kind=kind) if kind in words.LETTERS:
                return Line("letter", say(words.LETTERS[kind]), more=self._delivery(record))
            case e.Triaged(team=team):
                return Line("us", self._team(team))
            case e.Assigned(assignee=assignee, team=team):
                return Line("us", say(words.IN_CHARGE) if assignee else self._team(team))
            case e.Recategorised(category=category):
                named = say(words.CATEGORIES[category]) if category in words.CATEGORIES else category
                return Line("us", say(words.RECATEGORISED, category=named))
            case e.FeedbackGiven(score=score):
                return Line("you", say(words.RATED, score=score), content.get("comment"))
            case e.Closed(reason=reason):
                return Line("us", say(words.CLOSINGS[reason]))
            case _:
                return self._at_body(record)

    def _of_mail(self, record: Record, content: Content) -> _Told:
        """Mails that may not be the player's; a reply by mail is one line with its text."""
        before = self.case.records[record.seq - 2].event
        match record.event:
            case e.MailReceived(taken_as=taken_as) if taken_as == HELD:
                return self._held(self.case.complaint.mails[record.seq])
            case e.PlayerReplied() if isinstance(before, e.MailReceived | e.MailAccepted):
                return Line("you", self.language.say(words.MAIL_CAME), content.get("text"))
            case _:
                return None

    def _held(self, mail: ReceivedMail) -> Line:
        """Nothing of what it says: it may be anybody's."""
        late = mail.reasons == (CLOSED,)
        if mail.found:
            more = words.MAIL_FOUND[mail.found]
        else:
            is_open = self.case.complaint.stage in LEGAL_AT[commands.Reply]
            more = words.MAIL_WAITS if is_open else words.MAIL_WAITS_CLOSED
        what = words.MAIL_LATE if late else words.MAIL_UNSURE
        return Line("you" if late else "us", self.language.say(what), more=self.language.say(more))

    def _delivery(self, record: Record) -> str | None:
        """What became of a letter that went by mail, up to the next time that it went."""
        sent, told = record.event, None
        if not isinstance(sent, e.LetterSent) or sent.means != "email":
            return None
        for later in self.case.records[record.seq :]:
            match later.event:
                case e.LetterSent(letter=sent.letter):
                    break
                case _ if type(later.event) in words.DELIVERIES and _letter(later.event) == sent.letter:
                    told = later
        if told is None:
            return None
        moment = self.language.moment(told.at, self.rules.zone)
        return self.language.say(words.DELIVERIES[type(told.event)], moment=moment)

    def _team(self, team: str) -> str:
        owner = self.region.team(team)
        return self.language.say(words.TEAM_TOOK_OVER, team=owner.name if owner else team)

    def _of_casework(self, record: Record, content: Content) -> _Told:
        say = self.language.say
        match record.event:
            case e.NoteAdded(visibility="player"):
                return Line("us", say(words.NOTE), content.get("text"))
            case e.Reopened(ground=ground):
                return self._reopened(record, ground, content)
            case e.DuplicateLinked(duplicate=number):
                return Line("us", say(words.TAKEN_TOGETHER, number=number))
            case e.LinkedAsDuplicate(primary=number):
                return Line("us", say(words.GOES_ON_IN, number=number))
            case e.RedressPaid() as paid:
                return Line("us", given.paid(self.language, paid))
            case e.Escalated() if milestone_behind(self.case.records, record.seq):
                return Line("us", say(words.ESCALATED))
            case e.DeadlockDeclared():
                by_clock = milestone_behind(self.case.records, record.seq)
                what = words.DEADLOCK if by_clock else words.DEADLOCK_DECLARED
                return Line("us", say(what), content.get("reason"))
            case _:
                return None

    def _reopened(self, record: Record, ground: str, content: Content) -> Line:
        """What the player wrote is theirs to see; what a handler noted of a call is not."""
        own = record.actor == actors.PLAYER
        what = self.language.say(words.REOPENINGS[ground])
        return Line("you" if own else "us", what, content.get("reason") if own else None)

    def _of_files(self, record: Record) -> _Told:
        match record.event:
            case e.EvidenceAdded() if record.actor == actors.PLAYER:
                return Line("you", self.language.say(words.FILE_SENT))
            case e.EvidenceAdded():
                return Line("us", self.language.say(words.FILE_ADDED))
            case e.EvidenceRefused():
                return Line("us", self.language.say(words.FILE_REFUSED))
            case _:
                return None

    def _of_clocks(self, record: Record, content: Content) -> _Told:
        say = self.language.say
        match record.event:
            case e.MilestoneReached() as reached:
                return self._reached(reached)
            case e.ClockPaused(reason=reason, clocks=clocks):
                stages = {clock.partition(":")[2] for clock in clocks} & set(STAGES.values())
                paused = words.ANSWER_PAUSED if stages else words.ROUTE_PAUSED
                return Line("us", say(paused[reason]), content.get("explanation"))
            case e.ClockResumed(because=because):
                return Line("us", say(words.RESUMED[because]))
            case e.DeadlineExtended() as extended:
                what = say(words.EXTENDED.get(extended.stage, words.MORE_TIME))
                return Line("us", what, content.get("reasons"), self._new_date(record, extended))
            case _:
                return None

    def _reached(self, reached: e.MilestoneReached) -> _Told:
        pack = self.rules.pack(reached.pack)
        clock = outside.clock_of(reached.clock)
        if reached.kind == "gateway" and pack:
            body = outside.body(self.language, self.brand, pack, outside.route(pack, reached.clock))
            return Line("body", self.language.say(words.ROUTE_OPENED, body=body.name))
        missed = reached.breach and clock in words.MISSED
        return Line("missed", self.language.say(words.MISSED[clock])) if missed else None

    def _new_date(self, record: Record, extended: e.DeadlineExtended) -> str | None:
        """Until when, if the extension holds and moves the date that counts."""
        taken = next(one for one in self.case.complaint.extensions if one.seq == record.seq)
        clock = next((name for name, stage in STAGES.items() if stage == extended.stage), "")
        before = self._promise(record.seq - 1, None, clock)
        after = self._promise(record.seq, taken.holds_since, clock) if taken.holds_since else None
        if after is None or after.due_at is None or (before and after.due_at == before.due_at):
            return None
        return dates.until(
            self.language, dates.NEW, after.due_at, after.zone, self.case.complaint.received_at
        )

    def _promise(self, seq: int, at: datetime | None, clock: str) -> Promise | None:
        """The date of a clock by the records up to `seq`, and those up to an instant."""
        records = [one for one in self.case.records if one.seq <= seq or (at and one.at <= at)]
        then = fold(records)
        return promised.lawful(promises.promises(self.region.rules_of(then), then), clock)

    def _at_body(self, record: Record) -> _Told:
        referral = self.case.complaint.referral
        if referral is None:
            return None
        name = outside.body_of_referral(self.language, self.brand, self.rules, referral.body).name
        match record.event:
            case e.ReferredToAdr():
                return Line("body", self.language.say(words.REFERRED, body=name))
            case e.AdrAnswered():
                return Line("us", self.language.say(words.BODY_ANSWERED, body=name))
            case e.AdrOutcomeRecorded(outcome=outcome):
                said = given.outcome(self.language, name, outcome)
                return Line("body", said, more=given.awarded(self.language, referral))
            case _:
                return None

    def _means(self, record: Record) -> str | None:
        sent = record.event
        return self.language.say(words.MEANS[sent.means]) if isinstance(sent, e.LetterSent) else None


def _letter(event: e.Event) -> str:
    """The key of the letter that an event is about."""
    return str(vars(event)["letter"])


def _page(record: Record) -> str | None:
    """The key of a letter that went by mail: what went otherwise was written by hand."""
    sent = record.event
    return sent.letter if isinstance(sent, e.LetterSent) and sent.means == "email" else None
