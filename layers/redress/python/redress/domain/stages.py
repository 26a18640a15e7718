"""The stages of a complaint and which command is legal at which: the transition table."""

from collections.abc import Mapping
from enum import StrEnum

from redress.domain import commands


class Stage(StrEnum):
    """Where a complaint stands, in the words of the field."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    DEADLOCKED = "deadlocked"
    DECIDED = "decided"
    RESOLVED = "resolved"
    CLOSED = "closed"


_R, _A, _I, _X, _D, _F = (
    Stage.RECEIVED,
    Stage.ACKNOWLEDGED,
    Stage.INVESTIGATING,
    Stage.DEADLOCKED,
    Stage.DECIDED,
    Stage.RESOLVED,
)
UNDECIDED = frozenset({_R, _A, _I})
OPEN = frozenset({_R, _A, _I, _X, _D, _F})
ANY = OPEN | {Stage.CLOSED}

LEGAL_AT: Mapping[type[commands.Command], frozenset[Stage]] = {
    commands.Release: ANY,  # a finding of spam that was wrong is taken back
    commands.RejectAsSpam: frozenset({_R, _A, _I, _X}),
    commands.RequestLink: ANY,
    commands.Triage: frozenset({_R, _A, _I, _X}),  # once more when the category changes
    commands.OverruleTriage: frozenset({_I, _X}),
    commands.Assign: frozenset({_I, _X}),
    commands.AddNote: ANY,
    commands.AttachContext: ANY,
    commands.OpenTask: OPEN,
    commands.CloseTask: ANY,
    commands.Escalate: frozenset({_R, _A, _I, _X}),
    commands.DeclareDeadlock: frozenset({_I}),
    commands.Reopen: frozenset({_F, Stage.CLOSED}),
    commands.LinkDuplicate: frozenset({_R, _A, _I, _X}),
    commands.LinkAsDuplicate: frozenset({_R, _A, _I}),
    commands.RecordRedressPaid: ANY,
    commands.SendOtherwise: ANY,
    commands.RequestInformation: frozenset({_I, _X}),
    commands.Recategorise: frozenset({_R, _A, _I, _X}),
    commands.AdoptPackVersion: OPEN,
    commands.PauseClock: frozenset({_R, _A, _I}),
    commands.ResumeClock: frozenset({_R, _A, _I}),
    commands.ExtendDeadline: frozenset({_R, _A, _I}),
    commands.ReferToAdr: ANY,  # the player decides when, often long after the operator has closed it
    commands.AnswerAdr: ANY,
    commands.RecordAdrOutcome: ANY,
    commands.Reply: OPEN,
    commands.ProposeDecision: frozenset({_I, _X}),
    commands.ReturnDecision: frozenset({_I, _X}),
    commands.ApproveDecision: frozenset({_I, _X}),
    commands.Withdraw: frozenset({_R, _A, _I, _X}),
    commands.GiveFeedback: frozenset({_F, Stage.CLOSED}),  # once, and not for ever
    commands.ReachMilestone: ANY,  # a breach is one, even if the complaint was closed before it was noticed
    commands.ClaimLetter: ANY,  # which letter leaves at which stage is said in `correspondence`
    commands.RecordLetterSent: ANY,  # it did leave, whatever happened meanwhile
    commands.RecordLetterRefused: ANY,
    commands.AbandonLetter: ANY,
    commands.RecordDelivery: ANY,
    commands.AddContact: ANY,
    commands.ReceiveMail: ANY,  # at a closed one it waits for a person
    commands.AcceptMail: ANY,  # at a closed one it is put on record
    commands.RejectMail: ANY,
    commands.AddEvidence: ANY,  # at a closed one it is refused, on record
    commands.RefuseEvidence: ANY,
    commands.RecordScan: ANY,
    commands.PlaceLegalHold: ANY,
    commands.LiftLegalHold: ANY,
    commands.OrderErasure: frozenset({Stage.CLOSED}),  # until then the operator owes an answer
    commands.RecordErased: frozenset({Stage.CLOSED}),
    commands.StateSubject: ANY,
    commands.FindCause: ANY,  # it is often found when the complaint is over
    commands.Close: frozenset({_X, _F}),
}
