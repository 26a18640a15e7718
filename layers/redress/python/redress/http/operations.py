"""What the operator's API can do: an operation takes what was read, calls one use case, shows the outcome."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlencode

from redress.domain import commands, instants, packs, player
from redress.domain import number as complaint_number
from redress.domain.audit import Content
from redress.domain.commands import Command
from redress.domain.errors import FieldProblem, InvalidInput, NotFound, PreconditionRequired
from redress.domain.rules import in_force
from redress.http import clock_views, rulepack_views, views
from redress.http.answer import Answer, etag
from redress.http.requests import Call
from redress.store import keys
from redress.usecases import submit_complaint as submitting
from redress.usecases.change import Changed, change
from redress.usecases.ports import CaseFile, Page

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import bodies
    from redress.http.intake import Intake

CHANNEL, LANGUAGE = "api", "en"


def create_complaint(call: Call, intake: Intake) -> Answer:
    """Take a complaint on the player's behalf."""
    who = player.index_key(call.player_secret(), intake.brand, intake.account, intake.email)
    outcome = submitting.submit_complaint(
        submitting.Intake(desk=call.desk, random_bits=call.random_bits),
        intake.to_command(CHANNEL, LANGUAGE, call.desk.region, call.desk.now()),
        call.actor,
        call.once,
        who,
    )
    return _changed(outcome, 201)


def list_complaints(call: Call, asked: bodies.ListQuery) -> Answer:
    """List complaints of a team's queue, of a register month, or of a player."""
    given = asked.model_dump(exclude_unset=True)
    found = _list(call, asked)
    following = {**given, "cursor": found.cursor}
    return Answer(
        body=views.page(
            (one for one in found.items if one.brand in call.caller.client.brands),
            found.cursor,
            f"/v1/complaints?{urlencode(following)}" if found.cursor else None,
        )
    )


def get_complaint(call: Call) -> Answer:
    """Show a complaint as it stands."""
    case = _case(call)
    return Answer(
        body=views.complaint(case, call.desk.region, call.desk.now()), headers=_tag(case.complaint.version)
    )


def list_events(call: Call) -> Answer:
    """Show the whole history of a complaint."""
    case = _case(call)
    return Answer(body=views.history(case), headers=_tag(case.complaint.version))


def explain_clock(call: Call) -> Answer:
    """Explain every promised date of a complaint."""
    case = _case(call)
    explained = clock_views.clock(case, call.desk.region, call.desk.now())
    return Answer(body=explained, headers=_tag(case.complaint.version))


def list_rule_packs(call: Call) -> Answer:
    """List the rule packs of the caller's brands, with the time-table of each as it is today."""
    visible = call.caller.visible(call.desk.region)
    return Answer(body=rulepack_views.rule_packs(visible, call.desk.now()))


def assign(call: Call, asked: bodies.Assignment) -> Answer:
    """Give a complaint to a person, and to a team if one is named."""
    case, region = _case(call), call.desk.region
    if asked.team and region.team(asked.team) is None:
        _refuse("team", "unknown_team", f"Choose one of: {', '.join(team.id for team in region.teams)}.")
    team = asked.team or case.complaint.team or region.team_for(case.complaint.category).id
    return _decide(call, case, commands.Assign(assignee=asked.assignee, team=team))


def request_information(call: Call, asked: bodies.InformationRequest) -> Answer:
    """Ask the player a question; the letter follows by itself."""
    content, pause = {"question": asked.question}, bool(asked.pause_clock)
    return _change(call, _case(call), commands.RequestInformation(content=content, pause=pause))


def pause_clock(call: Call, asked: bodies.Pause) -> Answer:
    """Stop the clocks that a rule pack lets stop for a reason; the letter to the player follows by itself."""
    content = {"explanation": asked.explanation, "evidence": asked.evidence}
    return _change(call, _case(call), commands.PauseClock(reason=asked.reason, content=content))


def resume_clock(call: Call, asked: bodies.Resumption) -> Answer:
    """Let the clocks that stopped for a reason run again."""
    content = _given(remark=asked.remark)
    return _change(call, _case(call), commands.ResumeClock(reason=asked.reason, content=content))


def extend_deadline(call: Call, asked: bodies.Extension) -> Answer:
    """Take the longer time that a rule pack allows a stage; the letter to the player follows by itself."""
    command = commands.ExtendDeadline(
        stage=asked.stage, content={"reasons": asked.reasons}, pack=asked.pack, amount=asked.amount
    )
    return _decide(call, _case(call), command)


def recategorise(call: Call, asked: bodies.Recategorisation) -> Answer:
    """Say what a complaint is really about; its dates follow."""
    category, region = asked.category.value, call.desk.region
    command = commands.Recategorise(
        category=category, team=region.team_for(category).id, content={"reason": asked.reason}
    )
    return _decide(call, _case(call), command)


def adopt_pack_version(call: Call, asked: bodies.PackAdoption) -> Answer:
    """Have a complaint run by another version of one of its rule packs; its dates follow."""
    case = _case(call)
    named = [pack for pack, _ in case.complaint.packs]
    if asked.pack not in named:
        _refuse("pack", "unknown_pack", f"Choose one of: {', '.join(named)}.")
    try:
        in_force([(asked.pack, asked.version)], call.desk.region.rules)
    except packs.RulePackInvalid:
        known = ", ".join(str(one["version"]) for one in packs.history(asked.pack))
        _refuse("version", "unknown_pack_version", f"Choose one of: {known}.")
    command = commands.AdoptPackVersion(
        pack=asked.pack, pack_version=asked.version, content={"reason": asked.reason}
    )
    return _decide(call, case, command)


def propose_decision(call: Call, asked: bodies.Decision) -> Answer:
    """Propose an outcome for approval."""
    case = _case(call)
    if asked.clause is None and _needs_clause(call, case, asked.outcome):
        _refuse(
            "clause",
            "required",
            "Name the clause of the terms: the rule pack has the final response cite it.",
        )
    command = commands.ProposeDecision(
        outcome=asked.outcome,
        content={"reasons": asked.reasons, "clause": asked.clause},
        redress_minor=asked.redress_minor,
        currency=asked.currency,
    )
    return _decide(call, case, command)


def approve_decision(call: Call, _asked: bodies.Approval) -> Answer:
    """Make the proposal the operator's decision; the final response follows by itself."""
    second_person = call.desk.region.second_person_approves
    return _decide(call, _case(call), commands.ApproveDecision(second_person=second_person))


def return_decision(call: Call, asked: bodies.Return) -> Answer:
    """Send the proposal back to its handler."""
    return _decide(call, _case(call), commands.ReturnDecision(content={"comment": asked.comment}))


def refer_to_adr(call: Call, asked: bodies.AdrReferral) -> Answer:
    """Record that the player took a complaint to an outside body."""
    case = _case(call)
    if instants.from_text(asked.complete_file_at) < case.complaint.received_at:
        received_at = instants.to_text(case.complaint.received_at)
        _refuse("complete_file_at", "instant_order", f"Give an instant after the receipt at {received_at}.")
    command = commands.ReferToAdr(
        body=asked.body,
        pack=asked.pack,
        complete_file_at=asked.complete_file_at,
        content=_given(reference=asked.reference),
    )
    return _change(call, case, command)


def answer_adr(call: Call, asked: bodies.AdrAnswer) -> Answer:
    """Record that the operator answered the outside body."""
    return _change(call, _case(call), commands.AnswerAdr(content=_given(reference=asked.reference)))


def record_adr_outcome(call: Call, asked: bodies.AdrDecision) -> Answer:
    """Record what the outside body decided."""
    content = _given(reference=asked.reference)
    return _change(call, _case(call), commands.RecordAdrOutcome(outcome=asked.outcome, content=content))


def withdraw(call: Call, asked: bodies.Withdrawal) -> Answer:
    """Record that the player takes the complaint back."""
    return _change(call, _case(call), commands.Withdraw(content=_given(reason=asked.reason)))


def _needs_clause(call: Call, case: CaseFile, outcome: str) -> bool:
    """Whether the final response would never leave without a clause of the terms."""
    from redress.letters.blocks import needed_for  # noqa: PLC0415 - of all requests only a proposal needs it

    return "contract_clause" in needed_for(outcome, call.desk.region.rules_of(case.complaint))


def _given(**content: str | None) -> Content:
    """The texts that were sent."""
    return {name: text for name, text in content.items() if text is not None}


def _refuse(field: str, rule: str, remedy: str) -> NoReturn:
    raise InvalidInput([FieldProblem(field, rule, remedy)])


def _case(call: Call) -> CaseFile:
    """The complaint of the path. Raises NotFound alike for none, and for one of a brand not the caller's."""
    number = complaint_number.parse(call.number)
    if number is None:
        raise NotFound(call.number)
    case = call.desk.store.load(number)
    if case.complaint.brand not in call.caller.client.brands:
        raise NotFound(number)
    return case


def _decide(call: Call, case: CaseFile, command: Command) -> Answer:
    """Change a complaint at the version that the caller decided on, which If-Match has to name."""
    if call.version is None:
        raise PreconditionRequired(case.complaint.number, case.complaint.version)
    return _change(call, case, command)


def _change(call: Call, case: CaseFile, command: Command) -> Answer:
    number = case.complaint.number
    outcome = change(call.desk, number, command, call.actor, expected_version=call.version, request=call.once)
    return _changed(outcome, 200)


def _changed(outcome: Changed, status: int) -> Answer:
    headers = _tag(outcome.version)
    if status == 201:
        headers["Location"] = views.path(outcome.number)
    if outcome.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Answer(status=status, body=views.changed(outcome), headers=headers)


def _tag(version: int) -> dict[str, str]:
    return {"ETag": etag(version)}


def _list(call: Call, asked: bodies.ListQuery) -> Page:
    """The list that exactly these parameters name."""
    store, part = call.desk.store, (asked.limit, asked.cursor)
    which = asked.model_dump(exclude_unset=True, exclude={"limit", "cursor"})
    match len(which), which:
        case 1, {"team": team}:
            return store.list_queue(team, *part)
        case 2, {"jurisdiction": pack, "month": month}:
            begins = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
            return store.list_register(keys.register(pack, begins), *part)
        case 2, {"brand": brand, "account": _} | {"brand": brand, "email": _}:
            return store.list_player(_player(call, brand, asked.account, asked.email), *part)
    remedy = "Send team, or jurisdiction and month, or brand with either account or email."
    _refuse("query", "one_list", remedy)


def _player(call: Call, brand: str, account: str | None, email: str | None) -> str:
    """The brand is part of the index key, so another brand's complaints are not even looked at."""
    if brand not in call.caller.client.brands:
        _refuse("brand", "unknown_brand", f"Choose one of: {', '.join(call.caller.client.brands)}.")
    return player.index_key(call.player_secret(), brand, account, email or "")
