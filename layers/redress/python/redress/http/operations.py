"""What the operator's API can do: each operation reads its input, calls one use case, shows the outcome."""

from collections.abc import Callable, Mapping
from copy import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from redress.domain import commands, player
from redress.domain import number as complaint_number
from redress.domain.commands import Command
from redress.domain.errors import FieldProblem, InvalidInput, NotFound, PreconditionRequired
from redress.http import bodies, fields, views
from redress.http.answer import Answer, etag
from redress.http.intake import Intake
from redress.http.requests import Call
from redress.region import Region
from redress.store import keys
from redress.usecases import submit_complaint as submitting
from redress.usecases.change import Changed, change
from redress.usecases.ports import CaseFile, Page

CHANNEL, LANGUAGE = "api", "en"


def create_complaint(call: Call) -> Answer:
    """Take a complaint on the player's behalf."""
    desk = call.desk
    intake = Intake.read(call.document, _visible(call), desk.now())
    who = player.index_key(call.player_secret(), intake.brand, intake.account, intake.email)
    outcome = submitting.submit_complaint(
        submitting.Intake(desk=desk, random_bits=call.random_bits),
        intake.to_command(CHANNEL, LANGUAGE),
        call.actor,
        call.once,
        who,
    )
    return _changed(outcome, 201)


def list_complaints(call: Call) -> Answer:
    """List complaints of a team's queue, of a register month, or of a player."""
    asked = fields.read(dict(call.query), bodies.LIST)
    given = {name: value for name, value in asked.items() if value is not None}
    chosen = LISTS.get(frozenset(given) - {"limit", "cursor"})
    if chosen is None:
        remedy = "Send team, or jurisdiction and month, or brand with either account or email."
        raise InvalidInput([FieldProblem("query", "one_list", remedy)])
    found = chosen(call, asked)
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
    return Answer(body=views.complaint(case), headers=_tag(case.complaint.version))


def list_events(call: Call) -> Answer:
    """Show the whole history of a complaint."""
    case = _case(call)
    return Answer(body=views.history(case), headers=_tag(case.complaint.version))


def explain_clock(call: Call) -> Answer:
    """Explain every promised date of a complaint."""
    case = _case(call)
    return Answer(body=views.clock(case, call.desk.now()), headers=_tag(case.complaint.version))


def assign(call: Call) -> Answer:
    """Give a complaint to a person, and to a team if one is named."""
    asked = fields.read(call.document, bodies.ASSIGNMENT)
    case, region = _case(call), call.desk.region
    if asked["team"] and region.team(asked["team"]) is None:
        remedy = f"Choose one of: {', '.join(team.id for team in region.teams)}."
        raise InvalidInput([FieldProblem("team", "unknown_team", remedy)])
    team = asked["team"] or case.complaint.team or region.team_for(case.complaint.category).id
    return _decide(call, case, commands.Assign(assignee=asked["assignee"], team=team))


def request_information(call: Call) -> Answer:
    """Ask the player a question; the letter follows by itself."""
    content = fields.read(call.document, bodies.INFORMATION_REQUEST)
    return _change(call, _case(call), commands.RequestInformation(content=content))


def propose_decision(call: Call) -> Answer:
    """Propose an outcome for approval."""
    asked, problems = fields.collect(call.document, bodies.DECISION)
    problems += fields.together(asked, "redress_minor")
    if problems:
        raise InvalidInput(problems)
    command = commands.ProposeDecision(
        outcome=asked["outcome"],
        content={"reasons": asked["reasons"], "clause": asked["clause"]},
        redress_minor=asked["redress_minor"],
        currency=asked["currency"],
    )
    return _decide(call, _case(call), command)


def approve_decision(call: Call) -> Answer:
    """Make the proposal the operator's decision; the final response follows by itself."""
    fields.read(call.document, bodies.NOTHING)
    second_person = call.desk.region.second_person_approves
    return _decide(call, _case(call), commands.ApproveDecision(second_person=second_person))


def return_decision(call: Call) -> Answer:
    """Send the proposal back to its handler."""
    content = fields.read(call.document, bodies.RETURN)
    return _decide(call, _case(call), commands.ReturnDecision(content=content))


def withdraw(call: Call) -> Answer:
    """Record that the player takes the complaint back."""
    asked = fields.read(call.document, bodies.WITHDRAWAL)
    content = asked if asked["reason"] else {}
    return _change(call, _case(call), commands.Withdraw(content=content))


def _visible(call: Call) -> Region:
    """The region as the caller may see it: with its own brands only."""
    region = call.desk.region
    brands = tuple(brand for brand in region.brands if brand.id in call.caller.client.brands)
    return replace(region, brands=brands)


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


def _of_team(call: Call, asked: Mapping[str, Any]) -> Page:
    return call.desk.store.list_queue(asked["team"], _limit(asked), asked["cursor"])


def _of_month(call: Call, asked: Mapping[str, Any]) -> Page:
    year, month = asked["month"].split("-")
    register = keys.register(asked["jurisdiction"], datetime(int(year), int(month), 1, tzinfo=UTC))
    return call.desk.store.list_register(register, _limit(asked), asked["cursor"])


def _of_player(call: Call, asked: Mapping[str, Any]) -> Page:
    """The brand is part of the index key, so another brand's complaints are not even looked at."""
    if asked["brand"] not in call.caller.client.brands:
        remedy = f"Choose one of: {', '.join(call.caller.client.brands)}."
        raise InvalidInput([FieldProblem("brand", "unknown_brand", remedy)])
    who = player.index_key(call.player_secret(), asked["brand"], asked["account"], asked["email"] or "")
    return call.desk.store.list_player(who, _limit(asked), asked["cursor"])


def _limit(asked: Mapping[str, Any]) -> int:
    return asked["limit"] or bodies.DEFAULT_LIMIT


LISTS: Mapping[frozenset[str], Callable[[Call, Mapping[str, Any]], Page]] = {
    frozenset({"team"}): _of_team,
    frozenset({"jurisdiction", "month"}): _of_month,
    frozenset({"brand", "account"}): _of_player,
    frozenset({"brand", "email"}): _of_player,
}
