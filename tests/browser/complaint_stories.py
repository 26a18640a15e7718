"""The states of a complaint's own pages: its confirmation, and the page that shows where it stands."""

from datetime import timedelta

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from tests.browser.story import MANY_PACKS, RECEIVED, Shown, be_busy, state, within
from tests.support.complaints import APPROVE, TRIAGE, milestone, submit
from tests.support.portal import Visitor

TEXT = (
    "I asked for a withdrawal of my winnings on 2 April. On 9 April it was cancelled without a reason and the"
    " money went back to my account.\n\nSupport told me twice to wait."
)
HANDLER, APPROVER = "app:back-office/handler", "app:back-office/approver"
REVIEWER, SECOND = "app:back-office/reviewer", "app:back-office/second-approver"
OTHER = "7K3R-9QXM-2"


def complained(visitor: Visitor) -> str:
    """The tracking page of a new complaint about money."""
    told = {"description": TEXT, "amount": "1,250", "occurred_day": "9", "occurred_month": "4"}
    return visitor.complained(category="deposits_withdrawals", **told)


def investigated(visitor: Visitor) -> str:
    """The tracking page of a complaint that somebody looks into."""
    path = complained(visitor)
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    visitor.operator(path, TRIAGE)
    visitor.operator(path, c.Assign(assignee="subject-1", team="payments"), later=timedelta(hours=3))
    return path


def asked(visitor: Visitor) -> str:
    """The tracking page of a complaint that waits for its player."""
    path = investigated(visitor)
    question = {"question": "Which bank account should it have gone to?"}
    visitor.operator(path, c.RequestInformation(content=question, pause=True), later=timedelta(days=2))
    visitor.letter(path, LetterKind.INFORMATION_REQUEST)
    return path


def decided(visitor: Visitor, path: str, reviewers: tuple[str, str] = (HANDLER, APPROVER)) -> None:
    """The operator decides in the player's favour, with money."""
    reasons = (
        "The cancellation was our mistake: your documents had been approved on 3 April, but the withdrawal"
        " was still marked as waiting."
    )
    proposed = c.ProposeDecision(
        outcome="upheld",
        content={"reasons": reasons, "clause": "Terms of withdrawals, 4.2"},
        redress_minor=125_000,
        currency="GBP",
        redress_kind="refund",
    )
    visitor.operator(path, proposed, actor=reviewers[0])
    visitor.operator(path, APPROVE, actor=reviewers[1])


def answered(visitor: Visitor) -> str:
    """The tracking page of a complaint with its final answer, which came late and was paid."""
    path = investigated(visitor)
    visitor.operator(path, milestone("due", breach=True), later=timedelta(days=58))
    decided(visitor, path)
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    visitor.letter(path, LetterKind.FEEDBACK_REQUEST)
    [owed] = visitor.complaint(path).unpaid
    day = visitor.now.date().isoformat()
    paid = c.RecordRedressPaid(
        amount_minor=125_000, currency="GBP", paid_on=day, opened=owed.opened, content={"reference": "P-1"}
    )
    visitor.operator(path, paid)
    return path


def reopened(visitor: Visitor) -> str:
    """The tracking page of a complaint whose answer the player did not accept."""
    path = answered(visitor)
    again = c.Reopen(ground="disputed", content={"reason": "The amount is too small."})
    visitor.operator(path, again, actor=HANDLER, later=timedelta(days=2))
    return path


@state
def _confirmation(visitor: Visitor) -> Shown:
    return Shown(path=f"{complained(visitor)}/received")


@state
def _tracking_received(visitor: Visitor) -> Shown:
    return Shown(path=complained(visitor))


@state
def _tracking_acknowledged(visitor: Visitor) -> Shown:
    path = complained(visitor)
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    return Shown(path=path)


@state
def _tracking_investigated(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    text = {"text": "Support has a chat record of 12 April. 🎰 и ещё."}
    visitor.operator(path, c.Reply(content=text), later=timedelta(hours=20))
    visitor.operator(path, c.AddNote(visibility="player", content={"text": "We have found the round."}))
    return Shown(path=path)


@state
def _tracking_question(visitor: Visitor) -> Shown:
    return Shown(path=asked(visitor))


@state
def _tracking_reply_left_empty(visitor: Visitor) -> Shown:
    path = asked(visitor)
    return Shown(path=path, to=f"{path}/reply", fields={"text": " "}, status=422)


@state
def _tracking_replied(visitor: Visitor) -> Shown:
    path = asked(visitor)
    return Shown(path=path, to=f"{path}/reply", fields={"text": "The one that ends in 0417."})


@state
def _tracking_reply_sent_before(visitor: Visitor) -> Shown:
    path = asked(visitor)
    nonce = visitor.get(path).nonce("reply")
    visitor.post(f"{path}/reply", {"nonce": nonce, "text": "Once."})
    return Shown(path=path, to=f"{path}/reply", fields={"nonce": nonce, "text": "Twice."}, status=409)


@state
def _tracking_reply_without_its_nonce(visitor: Visitor) -> Shown:
    path = asked(visitor)
    return Shown(path=path, to=f"{path}/reply", fields={"nonce": "", "text": "Kept."}, status=400)


@state
def _tracking_reply_while_busy(visitor: Visitor) -> Shown:
    path = asked(visitor)
    be_busy(visitor)
    return Shown(path=path, to=f"{path}/reply", fields={"text": "Kept."}, status=503)


@state
def _tracking_missed(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    visitor.operator(
        path, milestone("warning_1"), milestone("escalation_1", level=1), later=timedelta(days=30)
    )
    visitor.operator(path, milestone("due", breach=True), later=timedelta(days=28))
    return Shown(path=path)


@within(MANY_PACKS)
def _tracking_extended(visitor: Visitor) -> Shown:
    path = visitor.passed_on(submit("cw-cga"))
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    visitor.operator(path, TRIAGE, c.ExtendDeadline(stage="final", content={"reasons": "A log is missing."}))
    return Shown(path=path)


@state
def _tracking_decided(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    decided(visitor, path)
    return Shown(path=path)


@state
def _tracking_answered(visitor: Visitor) -> Shown:
    return Shown(path=answered(visitor))


@state
def _tracking_rating_without_a_number(visitor: Visitor) -> Shown:
    path = answered(visitor)
    return Shown(path=path, to=f"{path}/feedback", fields={"comment": "Kept."}, status=422)


@state
def _tracking_rated(visitor: Visitor) -> Shown:
    path = answered(visitor)
    return Shown(path=path, to=f"{path}/feedback", fields={"score": "4", "comment": "Fair."})


@state
def _tracking_closed(visitor: Visitor) -> Shown:
    path = answered(visitor)
    visitor.operator(path, c.Close(reason="completed"))
    return Shown(path=path)


@state
def _tracking_looked_at_again(visitor: Visitor) -> Shown:
    return Shown(path=reopened(visitor))


@state
def _tracking_answered_again(visitor: Visitor) -> Shown:
    path = reopened(visitor)
    decided(visitor, path, (REVIEWER, SECOND))
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    return Shown(path=path)


@state
def _tracking_deadlocked(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    visitor.operator(path, c.DeclareDeadlock(content={"reason": "No record."}), actor=HANDLER)
    visitor.letter(path, LetterKind.DEADLOCK)
    return Shown(path=path)


def referred(visitor: Visitor) -> str:
    """The tracking page of a complaint that an independent body has."""
    path = answered(visitor)
    at = visitor.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    refer = c.ReferToAdr(body="adr", complete_file_at=at, content={"reference": "A-7"})
    visitor.operator(path, refer, later=timedelta(days=1))
    return path


@state
def _tracking_referred(visitor: Visitor) -> Shown:
    return Shown(path=referred(visitor))


@state
def _tracking_awarded(visitor: Visitor) -> Shown:
    path = referred(visitor)
    awarded = c.RecordAdrOutcome(outcome="upheld", redress_minor=5000, currency="GBP")
    visitor.operator(path, c.AnswerAdr(), awarded, later=timedelta(days=20))
    return Shown(path=path)


@state
def _tracking_linked(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    linked = c.LinkAsDuplicate(primary=OTHER, content={"reason": "The same."})
    visitor.operator(path, linked, actor=HANDLER)
    return Shown(path=path)


@state
def _tracking_withdrawn(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    return Shown(path=path, to=f"{path}/withdraw", fields={"reason": "It came after all."})


@state
def _tracking_reply_too_late(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    nonce = visitor.get(path).nonce("reply")
    visitor.operator(path, c.Withdraw())
    return Shown(path=path, to=f"{path}/reply", fields={"nonce": nonce, "text": "Too late."}, status=409)


@within(MANY_PACKS)
def _tracking_counts_as_accepted(visitor: Visitor) -> Shown:
    path = visitor.passed_on(submit("pl"))
    while visitor.complaint(path).decision is None:
        assert visitor.falls_due(path, until=RECEIVED + timedelta(days=90))
    return Shown(path=path)
