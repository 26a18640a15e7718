"""Working on a complaint: its weight, people, notes, tasks, duplicates, a second look, redress."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from redress.domain import clock, commands, macros, promises
from redress.domain import number as complaint_number
from redress.domain.commands import Command
from redress.domain.errors import NotFound
from redress.http import casework_views
from redress.http.answer import Answer
from redress.http.changing import case_of, change, check_visible, decide, given, number_of, refuse
from redress.http.outcomes import changed, tag
from redress.http.requests import Call
from redress.usecases.link_duplicate import link_duplicate as link
from redress.usecases.ports import CaseFile

EARLIEST_PAYMENT = "2000-01-01"  # an earlier day is a slip of the pen

if TYPE_CHECKING:  # they bring pydantic: the resolver imports the one that a request is read with
    from redress.http import casework_bodies as bodies


def assign(call: Call, asked: bodies.Assignment) -> Answer:
    """Give a complaint to a person, or to a team's queue."""
    region = call.desk.region
    if asked.assignee is None and asked.team is None:
        refuse("assignee", "required", "Name a person, a team, or both.")
    if asked.team and region.team(asked.team) is None:
        _unknown_team(call)

    def choose(case: CaseFile) -> Command:
        owner = asked.team or case.complaint.team or region.team_for(case.complaint.category).id
        team = region.team(owner)
        if asked.assignee and team and not team.takes(asked.assignee):
            refuse("assignee", "not_a_member", f"Choose a member of {owner}, or another team.")
        return commands.Assign(assignee=asked.assignee, team=owner)

    return decide(call, choose)


def overrule_triage(call: Call, asked: bodies.TriageOverrule) -> Answer:
    """Weigh a complaint otherwise than the rules of triage did."""
    weight = asked.model_dump(include={"severity", "priority", "nature"})
    if asked.validity is None and not any(weight.values()):
        refuse("severity", "required", "Say which is wrong: severity, priority, nature or validity.")
    validity = None if asked.validity is None else tuple(dict.fromkeys(asked.validity))
    command = commands.OverruleTriage(content={"reason": asked.reason}, validity=validity, **weight)
    return decide(call, lambda _: command)


def add_note(call: Call, asked: bodies.NoteBody) -> Answer:
    """Write something down, for colleagues or for the player; the letter to the player follows by itself."""
    command = commands.AddNote(visibility=asked.visibility, content={"text": asked.text})
    return change(call, lambda _: command)


def attach_context(call: Call, asked: bodies.Context) -> Answer:
    """Add references to what the operator's systems know."""
    references = [one.model_dump(exclude_none=True) for one in asked.references]
    kinds = tuple(sorted({one.kind for one in asked.references}))
    command = commands.AttachContext(kinds=kinds, content={"references": references})
    return change(call, lambda _: command)


def open_task(call: Call, asked: bodies.TaskBody) -> Answer:
    """Ask a team for something; it stands in that team's queue of tasks."""
    if call.desk.region.team(asked.team) is None:
        _unknown_team(call)
    command = commands.OpenTask(team=asked.team, due_at=asked.due_at, content={"what": asked.what})
    return change(call, lambda _: command)


def close_task(call: Call, asked: bodies.TaskClosure) -> Answer:
    """Say that a task is done, or not needed any more."""
    place = call.path["task"]
    if not (place.isascii() and place.isdecimal() and len(place) < 7):
        refuse("task", "unknown_task", "Send the number of the task, such as 17.")
    command = commands.CloseTask(opened=int(place), outcome=asked.outcome, content=given(result=asked.result))
    return change(call, lambda _: command)


def link_duplicate(call: Call, asked: bodies.DuplicateOf) -> Answer:
    """Have a complaint go on in another one of the same player; the earliest receipt counts for the clock."""
    primary = complaint_number.parse(asked.number)
    if primary is None:
        refuse("number", "unknown_complaint", "Send the number of the complaint that it goes on in.")

    def check(case: CaseFile) -> None:
        try:
            check_visible(call, case)
        except NotFound:
            if case.complaint.number == number_of(call):
                raise
            refuse("number", "unknown_complaint", "Send the number of the complaint that it goes on in.")

    outcome = link(call.desk, number_of(call), primary, asked.reason, call.actor, call.once, check)
    return changed(outcome)


def escalate(call: Call, asked: bodies.Escalation) -> Answer:
    """Take a complaint up to a level of supervisors, who are told at once."""
    levels = len(call.desk.region.escalation)

    def choose(case: CaseFile) -> Command:
        if (asked.level or case.complaint.escalation_level + 1) > levels:
            refuse("level", "unknown_level", f"There are {levels} levels.")
        return commands.Escalate(level=asked.level, content={"reason": asked.reason})

    return change(call, choose)


def declare_deadlock(call: Call, asked: bodies.Deadlock) -> Answer:
    """Refer the player to the outside body for want of agreement; the letter follows by itself."""
    command = commands.DeclareDeadlock(content={"reason": asked.reasons})
    return decide(call, lambda _: command)


def reopen(call: Call, asked: bodies.Reopening) -> Answer:
    """Have another person look again, once, since the player does not accept the outcome."""
    from redress.usecases.reply import harm_in  # noqa: PLC0415 - it brings the vocabulary of harm

    command = commands.Reopen(
        ground=asked.ground, content={"reason": asked.reason}, harm=harm_in(asked.reason)
    )
    return change(call, lambda _: command)


def record_redress_payment(call: Call, asked: bodies.RedressPayment) -> Answer:
    """Record that redress was paid."""
    if asked.paid_on > (call.desk.now() + timedelta(days=1)).date().isoformat():
        refuse("paid_on", "date_in_future", "Give the day when it was paid, up to today.")
    if asked.paid_on < EARLIEST_PAYMENT:
        refuse("paid_on", "date_too_early", f"Give a day since {EARLIEST_PAYMENT}.")
    command = commands.RecordRedressPaid(
        amount_minor=asked.amount_minor,
        currency=asked.currency,
        paid_on=asked.paid_on,
        opened=asked.task,
        content=given(reference=asked.reference),
    )
    return change(call, lambda _: command)


def send_otherwise(call: Call, asked: bodies.OtherMeans) -> Answer:
    """Record that a letter which mail could not bring reached its reader by other means."""
    command = commands.SendOtherwise(
        letter=call.path["letter"], means=asked.means, content=given(reference=asked.reference)
    )
    return change(call, lambda _: command)


def record_reply(call: Call, asked: bodies.PlayerReply) -> Answer:
    """Record what the player told the operator; a clock that waited for it runs again."""
    from redress.usecases.reply import screened  # noqa: PLC0415 - it brings the vocabulary of harm

    command = screened(asked.text)
    return change(call, lambda _: command)


def list_macros(call: Call) -> Answer:
    """Show the texts that handlers use again, in the player's language and filled for a complaint."""
    case, region = case_of(call), call.desk.region
    one, rules = case.complaint, region.rules_of(case.complaint)
    owed = (date for date in promises.promises(rules, one) if date.met_at is None)
    answer = promises.governing(owed, promises.FINAL, promises.REVIEW)
    brand = region.brand(one.brand)
    values = {
        "number": one.number,
        "player_name": case.contents.get(1, {}).get("name"),
        "brand": brand.name if brand else one.brand,
        "received_on": clock.local_day(one.own_received_at, rules.zone).isoformat(),
        "due_on": answer.last_day.isoformat() if answer else None,
    }
    shown = []
    for macro in region.macros:
        language, text = macros.in_language(macro.texts, one.language)
        shown.append(casework_views.macro(macro, language, macros.fill(text, values)))
    return Answer(body={"items": shown}, headers=tag(one.version))


def get_evidence_pack(call: Call) -> Answer:
    """Show what an outside body needs to judge a complaint, with the proof that nothing is missing."""
    case = case_of(call)
    pack = casework_views.evidence_pack(case, call.desk.region, call.desk.now())
    return Answer(body=pack, headers=tag(case.complaint.version))


def _unknown_team(call: Call) -> None:
    refuse("team", "unknown_team", f"Choose one of: {', '.join(team.id for team in call.desk.region.teams)}.")
