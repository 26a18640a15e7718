"""What is known of a person goes on request and in time, unless something needs it; the register stays."""

from collections.abc import Mapping
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.actors import PLAYER, SYSTEM
from redress.domain.complaint import is_live
from redress.domain.errors import IllegalTransition
from redress.domain.stages import Stage
from tests.support.complaints import Case, at_stage, milestone, personal

ORDER = c.OrderErasure(because="request")
HOLD = c.PlaceLegalHold(content=personal("why"))
WRITTEN: Mapping[str, Any] = {
    "a note": c.AddNote(visibility="internal", content=personal("note")),
    "a file's reference": c.AttachContext(kinds=("bet",), content=personal("where")),
    "another address": c.AddContact(content={"email": "other@example.test"}),
    "a dispute": c.Reopen(ground="disputed", content=personal("why")),
    "a rating": c.GiveFeedback(score=3),
    "a wish for the link": c.RequestLink(),
    "a legal hold": HOLD,
}


@pytest.fixture
def closed() -> Case:
    return at_stage(Stage.CLOSED)


def test_what_is_open_is_not_erased() -> None:
    with pytest.raises(IllegalTransition):
        at_stage(Stage.INVESTIGATING).do(ORDER)


def test_a_legal_hold_refuses_erasure_until_it_is_lifted(closed: Case) -> None:
    closed.do(HOLD)
    with pytest.raises(IllegalTransition, match="legal hold"):
        closed.do(ORDER)
    closed.do(c.LiftLegalHold(content=personal("over")))
    closed.do(ORDER)
    assert closed.complaint.erasure_ordered_at == closed.now


def test_a_legal_hold_is_placed_once_and_lifted_once(closed: Case) -> None:
    with pytest.raises(IllegalTransition, match="no legal hold"):
        closed.do(c.LiftLegalHold(content=personal("over")))
    closed.do(HOLD)
    with pytest.raises(IllegalTransition, match="already"):
        closed.do(HOLD)


@pytest.mark.parametrize("what", WRITTEN)
def test_nothing_new_is_taken_in_about_who_is_forgotten(closed: Case, what: str) -> None:
    closed.do(ORDER)
    with pytest.raises(IllegalTransition, match="erased"):
        closed.do(WRITTEN[what], PLAYER)


def test_a_breach_is_still_put_on_record(closed: Case) -> None:
    closed.do(ORDER)
    closed.do(milestone("due", breach=True), SYSTEM)
    assert closed.complaint.fired


def test_what_a_breach_asks_for_can_be_done_without_a_word(closed: Case) -> None:
    closed.do(ORDER)
    asked = milestone("due", breach=True)
    closed.do(type(asked)(**{**vars(asked), "actions": ("report_regulator",)}), SYSTEM)
    [task] = closed.complaint.open_tasks
    with pytest.raises(IllegalTransition, match="erased"):
        closed.do(c.CloseTask(opened=task.opened, outcome="done", content=personal("told")))
    closed.do(c.CloseTask(opened=task.opened, outcome="done"))
    assert not closed.complaint.open_tasks


def test_nobody_writes_to_who_is_forgotten(closed: Case) -> None:
    closed.do(c.RequestLink(), PLAYER)
    owed = [one for one in closed.complaint.letters.values() if is_live(closed.complaint, one)]
    assert owed
    closed.do(ORDER)
    assert not any(is_live(closed.complaint, one) for one in closed.complaint.letters.values())


def test_nobody_has_to_do_anything_more(closed: Case) -> None:
    asked = milestone("due", breach=True)
    closed.do(type(asked)(**{**vars(asked), "actions": ("report_regulator",)}), SYSTEM)
    assert closed.complaint.open_tasks
    closed.do(ORDER)
    assert not closed.complaint.open_tasks


def test_an_erasure_is_ordered_and_done_once(closed: Case) -> None:
    with pytest.raises(IllegalTransition, match="nobody ordered"):
        closed.do(c.RecordErased(contents=1, files=0, mails=0), SYSTEM)
    erased = c.RecordErased(contents=2, files=1, mails=0)
    for _ in range(2):
        closed.do(ORDER)
    for _ in range(2):
        closed.do(erased, SYSTEM)
    kinds = [type(record.event) for record in closed.records]
    assert kinds.count(e.ErasureOrdered) == 1
    assert kinds.count(e.PersonalDataErased) == 1
    assert closed.complaint.erased_at
