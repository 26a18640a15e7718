"""What the operator's API can do: an operation takes what was read, calls one use case, shows the outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from redress.domain import commands, instants, packs
from redress.domain.commands import Command
from redress.domain.rules import in_force
from redress.http import clock_views, rulepack_views, views
from redress.http.answer import Answer
from redress.http.changing import case_of, change, decide, given, refuse
from redress.http.outcomes import tag
from redress.http.requests import Call
from redress.usecases.ports import CaseFile

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import bodies


def get_complaint(call: Call) -> Answer:
    """Show a complaint as it stands."""
    case = case_of(call)
    return Answer(
        body=views.complaint(case, call.desk.region, call.desk.now()), headers=tag(case.complaint.version)
    )


def list_events(call: Call) -> Answer:
    """Show the whole history of a complaint."""
    case = case_of(call)
    return Answer(body=views.history(case), headers=tag(case.complaint.version))


def explain_clock(call: Call) -> Answer:
    """Explain every promised date of a complaint."""
    case = case_of(call)
    explained = clock_views.clock(case, call.desk.region, call.desk.now())
    return Answer(body=explained, headers=tag(case.complaint.version))


def list_rule_packs(call: Call) -> Answer:
    """List the rule packs of the caller's brands, with the time-table of each as it is today."""
    visible = call.caller.visible(call.desk.region)
    return Answer(body=rulepack_views.rule_packs(visible, call.desk.now()))


def request_information(call: Call, asked: bodies.InformationRequest) -> Answer:
    """Ask the player a question; the letter follows by itself."""
    content, pause = {"question": asked.question}, bool(asked.pause_clock)
    return change(call, lambda _: commands.RequestInformation(content=content, pause=pause))


def pause_clock(call: Call, asked: bodies.Pause) -> Answer:
    """Stop the clocks that a rule pack lets stop for a reason; the letter to the player follows by itself."""
    content = {"explanation": asked.explanation, "evidence": asked.evidence}
    return change(call, lambda _: commands.PauseClock(reason=asked.reason, content=content))


def resume_clock(call: Call, asked: bodies.Resumption) -> Answer:
    """Let the clocks that stopped for a reason run again."""
    content = given(remark=asked.remark)
    return change(call, lambda _: commands.ResumeClock(reason=asked.reason, content=content))


def extend_deadline(call: Call, asked: bodies.Extension) -> Answer:
    """Take the longer time that a rule pack allows a stage; the letter to the player follows by itself."""
    command = commands.ExtendDeadline(
        stage=asked.stage, content={"reasons": asked.reasons}, pack=asked.pack, amount=asked.amount
    )
    return decide(call, lambda _: command)


def recategorise(call: Call, asked: bodies.Recategorisation) -> Answer:
    """Say what a complaint is really about; its dates and its weight follow."""
    category, region = asked.category.value, call.desk.region
    command = commands.Recategorise(
        category=category, team=region.team_for(category).id, content={"reason": asked.reason}
    )
    return decide(call, lambda _: command)


def adopt_pack_version(call: Call, asked: bodies.PackAdoption) -> Answer:
    """Have a complaint run by another version of one of its rule packs; its dates follow."""

    def choose(case: CaseFile) -> Command:
        named = [pack for pack, _ in case.complaint.packs]
        if asked.pack not in named:
            refuse("pack", "unknown_pack", f"Choose one of: {', '.join(named)}.")
        try:
            in_force([(asked.pack, asked.version)], call.desk.region.rules)
        except packs.RulePackInvalid:
            known = ", ".join(str(one["version"]) for one in packs.history(asked.pack))
            refuse("version", "unknown_pack_version", f"Choose one of: {known}.")
        return commands.AdoptPackVersion(
            pack=asked.pack, pack_version=asked.version, content={"reason": asked.reason}
        )

    return decide(call, choose)


def propose_decision(call: Call, asked: bodies.Decision) -> Answer:
    """Propose an outcome for approval, and say what lies at the root of the complaint."""
    from redress.http.causes import with_decision  # noqa: PLC0415 - of all requests only a proposal needs it

    if asked.redress_kind and asked.redress_minor is None:
        refuse("redress_kind", "kind_without_amount", "Give the amount, or leave out the kind.")
    command = commands.ProposeDecision(
        outcome=asked.outcome,
        redress_minor=asked.redress_minor,
        currency=asked.currency,
        redress_kind=asked.redress_kind or ("other" if asked.redress_minor else None),
        content={"reasons": asked.reasons, **given(clause=asked.clause)},
    )

    def choose(case: CaseFile) -> Command:
        if asked.clause is None and _needs_clause(call, case, asked.outcome):
            why = "Name the clause of the terms: the rule pack has the final response cite it."
            refuse("clause", "required", why)
        return command.__replace__(cause=with_decision(call, case, asked.cause, asked.action))

    return decide(call, choose)


def approve_decision(call: Call, _asked: bodies.Approval) -> Answer:
    """Make the proposal the operator's decision; the final response follows by itself."""
    second_person = call.desk.region.second_person_approves
    return decide(call, lambda _: commands.ApproveDecision(second_person=second_person, **_payable(call)))


def return_decision(call: Call, asked: bodies.Return) -> Answer:
    """Send the proposal back to its handler."""
    return decide(call, lambda _: commands.ReturnDecision(content={"comment": asked.comment}))


def refer_to_adr(call: Call, asked: bodies.AdrReferral) -> Answer:
    """Record that the player took a complaint to an outside body."""

    def choose(case: CaseFile) -> Command:
        received_at = case.complaint.own_received_at
        if instants.from_text(asked.complete_file_at) < received_at:
            why = f"Give an instant after the receipt at {instants.to_text(received_at)}."
            refuse("complete_file_at", "instant_order", why)
        return commands.ReferToAdr(
            body=asked.body,
            pack=asked.pack,
            complete_file_at=asked.complete_file_at,
            content=given(reference=asked.reference),
        )

    return change(call, choose)


def answer_adr(call: Call, asked: bodies.AdrAnswer) -> Answer:
    """Record that the operator answered the outside body."""
    return change(call, lambda _: commands.AnswerAdr(content=given(reference=asked.reference)))


def record_adr_outcome(call: Call, asked: bodies.AdrDecision) -> Answer:
    """Record what the outside body decided; what it awards becomes a task to pay it."""
    command = commands.RecordAdrOutcome(
        outcome=asked.outcome,
        redress_minor=asked.redress_minor,
        currency=asked.currency,
        content=given(reference=asked.reference),
        **_payable(call),
    )
    return change(call, lambda _: command)


def withdraw(call: Call, asked: bodies.Withdrawal) -> Answer:
    """Record that the player takes the complaint back."""
    from redress.usecases.reply import harm_in  # noqa: PLC0415 - it brings the vocabulary of harm

    command = commands.Withdraw(content=given(reason=asked.reason), harm=harm_in(asked.reason))
    return change(call, lambda _: command)


class _Payable(TypedDict):
    """Who pays redress, until when."""

    pay_team: str | None
    pay_by: str


def _payable(call: Call) -> _Payable:
    region = call.desk.region
    by = call.desk.now() + timedelta(days=region.redress_days)
    return {"pay_team": region.redress_team, "pay_by": instants.to_text(by)}


def _needs_clause(call: Call, case: CaseFile, outcome: str) -> bool:
    """Whether the final response would never leave without a clause of the terms."""
    from redress.letters.blocks import needed_for  # noqa: PLC0415 - of all requests only a proposal needs it

    return "contract_clause" in needed_for(outcome, call.desk.region.rules_of(case.complaint))
