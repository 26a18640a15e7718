"""`redress explain`: what casework did to the dates of a complaint."""

import json
from copy import replace
from datetime import timedelta

import pytest

from infra.ops import explain
from redress.domain import commands as c
from redress.domain import instants
from redress.domain.correspondence import LetterKind
from redress.domain.stages import Stage
from tests.support.complaints import REGION, SYSTEM, T0, TRIAGE, Case, at_stage, submit

DAY = timedelta(days=1)
EARLIER = instants.to_text(T0 - 3 * DAY)
DUE = instants.to_text(T0 + 5 * DAY)


def explained(case: Case, capsys: pytest.CaptureFixture[str]) -> str:
    """What is printed of a complaint."""
    assert explain.print_dates(case.complaint, REGION, case.now, as_json=False) == 0
    return capsys.readouterr().out


def as_json(case: Case, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The same as JSON."""
    assert explain.print_dates(case.complaint, REGION, case.now, as_json=True) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def reopened() -> Case:
    """A complaint that is looked at again."""
    case = at_stage(Stage.DECIDED, submit("gb-ukgc"))
    case.send(LetterKind.FINAL_RESPONSE)
    case.do(c.Reopen(ground="new_information", content={"reason": "Called."}), at=T0 + 2 * DAY)
    return case


def test_a_complaint_with_a_duplicate_says_whose_receipt_counts(capsys: pytest.CaptureFixture[str]) -> None:
    case = at_stage(Stage.INVESTIGATING, submit("gb-ukgc"))
    case.do(c.LinkDuplicate(duplicate="7K3R-9QXM-2", received_at=EARLIER))
    printed = explained(case, capsys)
    assert "Received 2026-02-27T12:00:00Z, explained as of 2026-03-02T12:00:00Z" in printed
    assert (
        "Together with 7K3R-9QXM-2: the earliest receipt counts, its own is 2026-03-02T12:00:00Z" in printed
    )
    found = as_json(case, capsys)
    assert found["duplicates"] == ["7K3R-9QXM-2"]
    assert found["own_received_at"] == "2026-03-02T12:00:00Z"


def test_a_duplicate_says_where_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    case = at_stage(Stage.INVESTIGATING, submit("gb-ukgc"))
    case.do(c.LinkAsDuplicate(primary="7K3R-9QXM-2", content={"reason": "The same."}))
    assert "Goes on in 7K3R-9QXM-2 since 2026-03-02T12:00:00Z" in explained(case, capsys)
    assert as_json(case, capsys)["primary"] == "7K3R-9QXM-2"


def test_a_second_look_has_a_date_that_can_be_filed(capsys: pytest.CaptureFixture[str]) -> None:
    case = reopened()
    printed = explained(case, capsys)
    assert "Reopened 2026-03-04T12:00:00Z (new information)" in printed
    assert "review (duty): before" in printed
    assert "the complaint was reopened" in printed
    assert as_json(case, capsys)["reopened_at"] == "2026-03-04T12:00:00Z"


def test_what_persons_still_have_to_do_is_listed_with_team_and_date(
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = at_stage(Stage.INVESTIGATING, submit("gb-ukgc"))
    case.do(c.OpenTask(team="care", due_at=DUE, content={"what": "Look it up."}))
    printed = explained(case, capsys)
    assert "work (care): due 2026-03-07T12:00:00Z, asked for 2026-03-02T12:00:00Z" in printed
    assert "task reminder_0" in printed
    [task] = case.complaint.open_tasks
    case.do(c.CloseTask(opened=task.opened, outcome="done"))
    assert "Tasks that are not done" not in explained(case, capsys)
    assert as_json(case, capsys)["tasks"] == []


def test_a_task_of_no_team_is_that_of_the_complaint_and_due_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = Case(submit("gb-ukgc"))
    case.do(replace(TRIAGE, needs_human=True), SYSTEM)
    assert "harm signalled (payments): due at once" in explained(case, capsys)


def test_practice_is_told_to_be_practice(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Practice" in explained(Case(replace(submit("gb-ukgc"), training=True)), capsys)
    assert "Practice" not in explained(Case(submit("gb-ukgc")), capsys)
