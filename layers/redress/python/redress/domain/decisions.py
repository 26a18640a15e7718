"""What a command leads to: `decide` turns it into events, or refuses it. All rules of the lifecycle are here
and in the table of `stages`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from redress.domain import clock_decisions, instants
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.changes import Change, illegal
from redress.domain.complaint import Complaint, may_claim, milestone_key
from redress.domain.correspondence import Letter, LetterKind, LetterStatus
from redress.domain.errors import NotAllowedByPack
from redress.domain.milestones import milestones
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT, UNDECIDED, Stage

REGISTERED_WITHIN = timedelta(days=1)


def submit(command: c.Submit) -> list[Change]:
    """The events of a new complaint. One that was registered late gets a person's attention at once."""
    facts = {name: value for name, value in vars(command).items() if name != "content"}
    received = Change(event=e.ComplaintReceived(**facts), content=command.content)
    return [received, Change(event=e.TaskOpened(task="registered_late"))] if _late(command) else [received]


def _late(command: c.Submit) -> bool:
    """Whether it lay about for more than a day: where a clock starts at registration, the player waited."""
    if not (command.registered_at and command.received_at):
        return False
    lay = instants.from_text(command.registered_at) - instants.from_text(command.received_at)
    return lay > REGISTERED_WITHIN


def decide(
    complaint: Complaint,
    command: c.Command,
    now: datetime,
    actor: str,
    claim_expiry: timedelta,
    rules: Rules,
) -> list[Change]:
    """The events that a command leads to; none when the system repeats itself.

    `now` is UTC, `claim_expiry` the time after which a claimed letter without outcome is looked at again,
    `rules` are the packs that the complaint runs by. Raises IllegalTransition when the stage, or what
    happened at it, does not allow the command, and NotAllowedByPack when a rule pack does not.
    """
    if complaint.stage not in LEGAL_AT[type(command)]:
        raise illegal(complaint, command, f"it is not allowed at the stage '{complaint.stage}'")
    changes = _decided(complaint, command, now, actor, claim_expiry, rules)
    return [*clock_decisions.settle(complaint, changes), *changes]


def _decided(
    complaint: Complaint,
    command: c.Command,
    now: datetime,
    actor: str,
    claim_expiry: timedelta,
    rules: Rules,
) -> list[Change]:
    match command:
        case c.ProposeDecision() | c.ReturnDecision() | c.ApproveDecision():
            return _decide_outcome(complaint, command, actor)
        case c.ClaimLetter() | c.RecordLetterSent() | c.RecordLetterRefused() | c.AbandonLetter():
            return _decide_letter(complaint, command, now, claim_expiry)
        case c.ReachMilestone():
            return _reach(complaint, command)
        case c.PauseClock() | c.ResumeClock() | c.ExtendDeadline():
            return clock_decisions.decide(complaint, command, now, rules)
        case c.RequestInformation(pause=True):
            paused = clock_decisions.pause_for_answer(complaint, command, now, rules)
            return [*_decide_plainly(complaint, command), *paused]
        case c.Recategorise() | c.AdoptPackVersion():
            return [*_passed(complaint, now, rules), *_decide_plainly(complaint, command)]
        case c.ReferToAdr() | c.AnswerAdr() | c.RecordAdrOutcome():
            return _decide_referral(complaint, command, rules)
        case _:
            return _decide_plainly(complaint, command)


def _decide_plainly(complaint: Complaint, command: c.Command) -> list[Change]:  # noqa: C901 - a table
    match command:
        case c.Triage():
            return [Change(event=e.Triaged(**vars(command)))]
        case c.Assign():
            return [Change(event=e.Assigned(**vars(command)))]
        case c.RequestInformation():
            return [Change(event=e.InformationRequested(), content=command.content)]
        case c.Recategorise():
            event = e.Recategorised(category=command.category, team=command.team)
            return [Change(event=event, content=command.content)]
        case c.AdoptPackVersion():
            return _adopt(complaint, command)
        case c.Reply():
            replied = Change(event=e.PlayerReplied(), content=command.content)
            return [replied, *clock_decisions.resume_after_reply(complaint)]
        case c.Withdraw():
            withdrawn = Change(event=e.Withdrawn(), content=command.content or None)
            return [withdrawn, Change(event=e.Closed(reason="withdrawn"))]
        case c.GiveFeedback():
            if complaint.feedback_score is not None:
                raise illegal(complaint, command, "feedback was given already")
            return [Change(event=e.FeedbackGiven(score=command.score), content=command.content or None)]
        case c.Close():
            return [Change(event=e.Closed(reason=command.reason))]
    raise TypeError(f"no rule for {type(command).__name__}")


def _decide_outcome(
    complaint: Complaint, command: c.ProposeDecision | c.ReturnDecision | c.ApproveDecision, actor: str
) -> list[Change]:
    proposal = complaint.proposal
    if isinstance(command, c.ProposeDecision):
        if proposal:
            raise illegal(complaint, command, "another proposal waits for approval")
        event = e.DecisionProposed(
            outcome=command.outcome, redress_minor=command.redress_minor, currency=command.currency
        )
        return [Change(event=event, content=command.content)]
    if not proposal:
        raise illegal(complaint, command, "no proposal waits for approval")
    if isinstance(command, c.ReturnDecision):
        return [Change(event=e.DecisionReturned(), content=command.content)]
    if command.second_person and actor == proposal.proposed_by:
        raise illegal(complaint, command, "the person who proposed a decision may not approve it")
    approved = e.DecisionApproved(
        outcome=proposal.outcome, redress_minor=proposal.redress_minor, currency=proposal.currency
    )
    return [Change(event=approved)]


def _reach(complaint: Complaint, command: c.ReachMilestone) -> list[Change]:
    key = milestone_key(command.clock, command.milestone, command.deadline_version)
    if key in complaint.fired:
        return []
    is_deadlock = command.milestone == "deadlock"
    if is_deadlock and complaint.stage not in UNDECIDED:
        raise illegal(complaint, command, "there is no deadlock once the complaint is decided or referred")
    values = {name: value for name, value in vars(command).items() if name != "level"}
    return [Change(event=event) for event in (e.MilestoneReached(**values), *_led_to(complaint, command))]


def _led_to(complaint: Complaint, command: c.ReachMilestone) -> Iterator[e.Event]:
    """What a milestone brings about at once."""
    if command.level is not None:
        yield e.Escalated(level=command.level)
    if command.milestone == "deadlock":
        yield e.DeadlockDeclared()
    if command.clock == "pause":
        yield from clock_decisions.resume_at_maximum(complaint, command.milestone)
    if "mark_deemed_accepted" in command.actions and not _accepted_or_closed(complaint):
        yield e.DeemedAccepted()
    if "report_regulator" in command.actions:
        yield e.TaskOpened(task="report_regulator")


def _accepted_or_closed(complaint: Complaint) -> bool:
    decision = complaint.decision
    return complaint.stage is Stage.CLOSED or (decision is not None and decision.outcome == "upheld")


def _passed(complaint: Complaint, now: datetime, rules: Rules) -> list[Change]:
    """The breaches of the rules so far: a change of rules must not make them unseen."""
    late = [one for one in milestones(rules, complaint) if one.breach and one.at <= now]
    return [change for one in late for change in _reach(complaint, one.command)]


def _adopt(complaint: Complaint, command: c.AdoptPackVersion) -> list[Change]:
    versions = dict(complaint.packs)
    if command.pack not in versions:
        raise illegal(complaint, command, f"it does not run by {command.pack}")
    if versions[command.pack] == command.pack_version:
        raise illegal(complaint, command, f"it runs by {command.pack} {command.pack_version} already")
    event = e.PackVersionAdopted(pack=command.pack, pack_version=command.pack_version)
    return [Change(event=event, content=command.content)]


def _decide_referral(
    complaint: Complaint, command: c.ReferToAdr | c.AnswerAdr | c.RecordAdrOutcome, rules: Rules
) -> list[Change]:
    referral, content = complaint.referral, command.content or None
    if isinstance(command, c.ReferToAdr):
        return [Change(event=_refer(complaint, command, rules), content=content)]
    if referral is None:
        raise illegal(complaint, command, "it is at no outside body")
    if referral.outcome:
        raise illegal(complaint, command, "the outside body has decided")
    if isinstance(command, c.RecordAdrOutcome):
        return [Change(event=e.AdrOutcomeRecorded(outcome=command.outcome), content=content)]
    if referral.answered_at:
        raise illegal(complaint, command, "the outside body was answered already")
    return [Change(event=e.AdrAnswered(), content=content)]


def _refer(complaint: Complaint, command: c.ReferToAdr, rules: Rules) -> e.ReferredToAdr:
    if complaint.referral:
        raise illegal(complaint, command, "it is at an outside body already")
    if complaint.withdrawn_at:
        raise illegal(complaint, command, "the player took it back: take it as a new complaint")
    named = command.pack or rules.licence.id
    pack = rules.pack(named)
    known = [body.key for body in pack.external_bodies] if pack else []
    if command.body not in known:
        why = f"its bodies are: {', '.join(known) or 'none'}"
        raise NotAllowedByPack(named, "external_bodies", why)
    return e.ReferredToAdr(pack=named, body=command.body, complete_file_at=command.complete_file_at)


def _decide_letter(
    complaint: Complaint,
    command: c.ClaimLetter | c.RecordLetterSent | c.RecordLetterRefused | c.AbandonLetter,
    now: datetime,
    claim_expiry: timedelta,
) -> list[Change]:
    letter = complaint.letters.get(command.letter)
    if letter is None:
        raise illegal(complaint, command, f"the letter {command.letter} is not owed")
    match command:
        case c.ClaimLetter():
            if not may_claim(complaint, letter, now, claim_expiry):
                raise illegal(complaint, command, f"the letter {letter.key} is {letter.status}")
            claimed = e.LetterClaimed(letter=letter.key, kind=letter.kind, attempt=letter.attempt + 1)
            return [Change(event=claimed)]
        case c.RecordLetterSent():
            return _sent(letter, command.message_id)
        case c.RecordLetterRefused():
            return _refused(complaint, letter, command)
        case c.AbandonLetter():
            if letter.status is not LetterStatus.CLAIMED:
                raise illegal(complaint, command, f"the letter {letter.key} is {letter.status}")
            task = Change(event=e.TaskOpened(task="letter_outcome_unknown", letter=letter.key))
            return [task, *clock_decisions.untold(complaint, letter)]


def _sent(letter: Letter, message_id: str) -> list[Change]:
    if letter.status is LetterStatus.SENT:
        return []
    changes = [Change(event=e.LetterSent(letter=letter.key, kind=letter.kind, message_id=message_id))]
    if letter.kind is LetterKind.ACKNOWLEDGEMENT:
        changes.append(Change(event=e.Acknowledged()))
    return changes


def _refused(complaint: Complaint, letter: Letter, command: c.RecordLetterRefused) -> list[Change]:
    if letter.status in {LetterStatus.SENT, LetterStatus.ABANDONED}:
        return []
    refused = e.LetterRefused(
        letter=letter.key, kind=letter.kind, reason=command.reason, permanent=command.permanent
    )
    changes = [Change(event=refused)]
    if command.permanent:
        changes.append(Change(event=e.TaskOpened(task="letter_refused", letter=letter.key)))
        changes += clock_decisions.untold(complaint, letter)
    return changes
