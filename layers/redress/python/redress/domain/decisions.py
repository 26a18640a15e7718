"""What a command leads to: `decide` turns it into events, or refuses it. All rules of the lifecycle are here
and in the table of `stages`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from redress.domain import (
    actors,
    casework_decisions,
    clock_decisions,
    evidence_decisions,
    mail_decisions,
    personal_data,
    trust,
)
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.changes import Change, illegal
from redress.domain.complaint import Complaint, may_claim, milestone_key
from redress.domain.correspondence import MUST_ARRIVE, NO_CONTACT, Letter, LetterKind, LetterStatus
from redress.domain.errors import NotAllowedByPack
from redress.domain.milestones import milestones
from redress.domain.rules import Rules
from redress.domain.stages import LEGAL_AT, UNDECIDED, Stage


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
    personal_data.check_known(complaint, command)
    if isinstance(command, casework_decisions.CASEWORK):
        changes = casework_decisions.decide(complaint, command, now, actor, rules)
    elif isinstance(command, evidence_decisions.EVIDENCE):
        changes = evidence_decisions.decide(complaint, command, actor)
    elif isinstance(command, mail_decisions.MAIL):
        changes = mail_decisions.decide(complaint, command)
    elif isinstance(command, trust.TRUST):
        changes = trust.decide(complaint, command, now)
    elif isinstance(command, personal_data.PERSONAL_DATA):
        changes = personal_data.decide(complaint, command)
    else:
        changes = _decided(complaint, command, now, actor, claim_expiry, rules)
    changes = personal_data.without_tasks(complaint, command, changes)
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
            return _triage(complaint, command)
        case c.SendOtherwise():
            return _tell_otherwise(complaint, command)
        case c.Assign():
            casework_decisions.check_independent(complaint, command, command.assignee or "")
            return [Change(event=e.Assigned(**vars(command)))]
        case c.RequestInformation():
            return [Change(event=e.InformationRequested(), content=command.content)]
        case c.Recategorise():
            event = e.Recategorised(category=command.category, team=command.team)
            return [Change(event=event, content=command.content)]
        case c.AdoptPackVersion():
            return _adopt(complaint, command)
        case c.Reply():
            return _reply(complaint, command)
        case c.Withdraw():
            return _withdraw(complaint, command)
        case c.Close():
            return [Change(event=e.Closed(reason=command.reason))]
    raise TypeError(f"no rule for {type(command).__name__}")


def _decide_outcome(
    complaint: Complaint, command: c.ProposeDecision | c.ReturnDecision | c.ApproveDecision, actor: str
) -> list[Change]:
    proposal = complaint.proposal
    casework_decisions.check_independent(complaint, command, actors.person(actor))
    if isinstance(command, c.ProposeDecision):
        if proposal:
            raise illegal(complaint, command, "another proposal waits for approval")
        event = e.DecisionProposed(
            outcome=command.outcome,
            redress_minor=command.redress_minor,
            currency=command.currency,
            redress_kind=command.redress_kind,
        )
        cause = casework_decisions.found(complaint, command.cause) if command.cause else []
        return [*cause, Change(event=event, content=command.content)]
    if not proposal:
        raise illegal(complaint, command, "no proposal waits for approval")
    if isinstance(command, c.ReturnDecision):
        return [Change(event=e.DecisionReturned(), content=command.content)]
    if command.second_person and casework_decisions.same_person(actor, proposal.proposed_by):
        raise illegal(complaint, command, "the person who proposed a decision may not approve it")
    amount, currency, kind = proposal.redress_minor, proposal.currency, proposal.redress_kind
    approved = e.DecisionApproved(
        outcome=proposal.outcome, redress_minor=amount, currency=currency, redress_kind=kind
    )
    owed = casework_decisions.owe(complaint, proposal, command.pay_team, command.pay_by)
    return [Change(event=approved), *owed]


def _withdraw(complaint: Complaint, command: c.Withdraw) -> list[Change]:
    if complaint.referral and complaint.referral.outcome is None:
        raise illegal(complaint, command, "it is at an outside body: record what came of it there")
    if complaint.unpaid:
        raise illegal(complaint, command, "redress is still to be paid: record its payment first")
    withdrawn = Change(event=e.Withdrawn(), content=command.content or None)
    harm = casework_decisions.signalled(complaint, command.harm)
    return [withdrawn, *harm, Change(event=e.Closed(reason="withdrawn"))]


def _triage(complaint: Complaint, command: c.Triage) -> list[Change]:
    """The first triage, and another one after a change of category."""
    if complaint.stage not in {Stage.RECEIVED, Stage.ACKNOWLEDGED} and not complaint.triage_due:
        raise illegal(complaint, command, "it has been triaged")
    values = {name: value for name, value in vars(command).items() if name != "content"}
    changes = [Change(event=e.Triaged(**values), content=command.content or None)]
    if command.needs_human and not complaint.needs_human:
        changes.append(Change(event=e.TaskOpened(task=casework_decisions.HARM)))
    return changes


def _reply(complaint: Complaint, command: c.Reply) -> list[Change]:
    replied = Change(event=e.PlayerReplied(), content=command.content)
    harm = casework_decisions.signalled(complaint, command.harm)
    return [replied, *harm, *clock_decisions.resume_after_reply(complaint)]


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
        yield e.TaskOpened(task="carry_out_acceptance")
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
        decided = e.AdrOutcomeRecorded(
            outcome=command.outcome, redress_minor=command.redress_minor, currency=command.currency
        )
        award = (command.redress_minor, command.currency, None, command.pay_team, command.pay_by)
        return [Change(event=decided, content=content), *casework_decisions.pay(*award)]
    if referral.answered_at:
        raise illegal(complaint, command, "the outside body was answered already")
    return [Change(event=e.AdrAnswered(), content=content)]


def _refer(complaint: Complaint, command: c.ReferToAdr, rules: Rules) -> e.ReferredToAdr:
    if complaint.referral:
        raise illegal(complaint, command, "it is at an outside body already")
    if complaint.withdrawn_at:
        raise illegal(complaint, command, "the player took it back: take it as a new complaint")
    if complaint.primary:
        raise illegal(complaint, command, f"it goes on in complaint {complaint.primary}: refer that one")
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
            claimed = e.LetterClaimed(
                letter=letter.key, kind=letter.kind, attempt=letter.attempt + 1, contact=command.contact
            )
            return [Change(event=claimed)]
        case c.RecordLetterSent():
            return mail_decisions.sent(complaint, letter, command.message_id)
        case c.RecordLetterRefused():
            return _refused(complaint, letter, command)
        case c.AbandonLetter():
            if letter.status is not LetterStatus.CLAIMED:
                raise illegal(complaint, command, f"the letter {letter.key} is {letter.status}")
            task = Change(event=e.TaskOpened(task="letter_outcome_unknown", letter=letter.key))
            return [task, *clock_decisions.untold(complaint, letter)]


def _tell_otherwise(complaint: Complaint, command: c.SendOtherwise) -> list[Change]:
    sent = casework_decisions.tell_otherwise(complaint, command)
    changes = [sent]
    is_first = complaint.letters[command.letter].kind is LetterKind.ACKNOWLEDGEMENT
    if is_first and complaint.acknowledged_at is None:
        changes.append(Change(event=e.Acknowledged()))
    about = [task for task in complaint.open_tasks if task.letter == command.letter]
    return changes + [Change(event=e.TaskClosed(opened=task.opened, outcome="done")) for task in about]


def _is_overtaken(letter: Letter, command: c.RecordLetterRefused) -> bool:
    """Whether the letter is in flight under a later claim, which this refusal says nothing of."""
    claimed = letter.status is LetterStatus.CLAIMED
    return claimed and command.attempt not in {None, letter.attempt}


def _refused(complaint: Complaint, letter: Letter, command: c.RecordLetterRefused) -> list[Change]:
    if letter.status in {LetterStatus.SENT, LetterStatus.ABANDONED} or _is_overtaken(letter, command):
        return []
    again = mail_decisions.goes_to_next(complaint, letter, command)
    refused = e.LetterRefused(
        letter=letter.key,
        kind=letter.kind,
        reason=command.reason,
        permanent=command.permanent,
        not_before=command.not_before,
        again=again,
    )
    changes = [Change(event=refused)]
    unwanted = command.reason == NO_CONTACT and letter.kind not in MUST_ARRIVE
    if again or (command.permanent and unwanted):  # who has no address left is known from the other letters
        return changes
    if command.permanent:
        changes.append(Change(event=e.TaskOpened(task="letter_refused", letter=letter.key)))
        changes += clock_decisions.untold(complaint, letter)
    return changes
