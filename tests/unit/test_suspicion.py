"""A complaint that may be spam: its clock runs, its letters wait, and a person decides."""

from copy import replace
from datetime import timedelta

import pytest

from redress.domain import audit, instants
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.commands import Command
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.errors import IllegalTransition
from redress.domain.milestones import milestones
from redress.domain.next_step import NextStep, Step, next_step
from redress.domain.promises import promises
from redress.domain.stages import Stage
from redress.usecases.change import listing
from tests.support.complaints import (
    APPROVE,
    APPROVER,
    CLAIM_EXPIRY,
    HANDLER,
    PROPOSE,
    REGION,
    SYSTEM,
    T0,
    TRIAGE,
    Case,
    personal,
    submit,
)

RELEASE = c.Release(content=personal("why"))
REJECT = c.RejectAsSpam(content=personal("why"))
SUSPECTED = replace(submit(), suspicions=("honeypot",))


@pytest.fixture
def case() -> Case:
    return Case(SUSPECTED)


def owed(case: Case) -> NextStep:
    ahead = milestones(case.rules, case.complaint)
    return next_step(case.complaint, ahead, case.now, CLAIM_EXPIRY)


def live_on(case: Case) -> None:
    """What the workflow does until it waits; staff get their letters."""
    while True:
        step = owed(case)
        if step.letter:
            assert step.letter.kind in TO_STAFF
            case.do(c.ClaimLetter(letter=step.letter.key), SYSTEM)
            case.do(c.RecordLetterSent(letter=step.letter.key, message_id="message-1"), SYSTEM)
        elif step.milestone:
            case.do(step.milestone.command, SYSTEM)
        elif step.step is Step.TRIAGE:
            case.do(TRIAGE, SYSTEM)
        else:
            return


def refuses(case: Case, command: Command, why: str) -> None:
    before = list(case.records)
    with pytest.raises(IllegalTransition, match=why):
        case.do(command)
    assert case.records == before


def test_it_is_on_record_what_speaks_for_spam(case: Case) -> None:
    [received, task] = [record.event for record in case.records]
    assert isinstance(received, e.ComplaintReceived)
    assert received.suspicions == ("honeypot",)
    assert isinstance(task, e.TaskOpened)
    assert task.task == "check_suspicion"
    assert case.complaint.held


def test_it_stands_at_the_front_of_its_queue_until_somebody_looked(case: Case) -> None:
    case.do(TRIAGE, SYSTEM)
    assert listing(REGION, case.complaint).needs_human
    case.do(RELEASE)
    assert not listing(REGION, case.complaint).needs_human


def test_its_clock_runs_as_that_of_any_other(case: Case) -> None:
    honest = Case(submit())
    dates = [(one.clock, one.due_at) for one in promises(case.rules, case.complaint)]
    assert dates == [(one.clock, one.due_at) for one in promises(honest.rules, honest.complaint)]


def test_no_letter_to_the_player_is_owed_nor_may_be_claimed_while_it_is_held(case: Case) -> None:
    live_on(case)
    assert case.complaint.stage is Stage.INVESTIGATING
    refuses(case, c.ClaimLetter(letter=case.letter(LetterKind.ACKNOWLEDGEMENT).key), "is owed")


def test_what_staff_have_to_know_leaves_all_the_same(case: Case) -> None:
    case.now = T0 + timedelta(hours=1)  # the sandbox counts in seconds: everything is late
    live_on(case)
    sent = {record.event.kind for record in case.records if isinstance(record.event, e.LetterSent)}
    assert LetterKind.BREACH in sent
    assert sent <= TO_STAFF


def test_a_deadline_that_nobody_met_is_recorded_as_the_breach_it_is(case: Case) -> None:
    case.now = T0 + timedelta(hours=1)
    live_on(case)
    breached = [one.event.clock for one in case.records if isinstance(one.event, e.MilestoneReached)]
    assert {"ack", "final"} <= set(breached)


def test_released_it_gets_its_letters(case: Case) -> None:
    live_on(case)
    case.do(RELEASE)
    step = owed(case)
    assert step.letter
    assert step.letter.kind is LetterKind.ACKNOWLEDGEMENT
    assert case.complaint.open_tasks == ()


def test_a_decision_waits_for_the_release_and_is_sent_after_it(case: Case) -> None:
    live_on(case)
    case.do(PROPOSE)
    case.do(APPROVE, APPROVER)
    assert owed(case).letter is None
    case.do(RELEASE)
    kinds = set()
    while (letter := owed(case).letter) and letter.kind not in TO_STAFF:
        kinds.add(letter.kind)
        case.send(letter.kind)
    assert {LetterKind.ACKNOWLEDGEMENT, LetterKind.FINAL_RESPONSE} <= kinds


@pytest.mark.parametrize("command", [RELEASE, REJECT])
def test_nobody_decides_about_a_complaint_that_is_not_suspected(command: Command) -> None:
    refuses(Case(submit()), command, "nothing speaks for spam")


@pytest.mark.parametrize("command", [RELEASE, REJECT])
def test_what_was_released_stays_so(case: Case, command: Command) -> None:
    case.do(RELEASE)
    refuses(case, command, "released already")


def test_the_task_is_not_ticked_off_while_the_letters_wait(case: Case) -> None:
    [task] = case.complaint.open_tasks
    refuses(case, c.CloseTask(opened=task.opened, outcome="done"), "release it, or reject it")


def test_spam_is_closed_without_a_letter_and_owes_nothing_more(case: Case) -> None:
    live_on(case)
    case.do(REJECT)
    assert (case.complaint.stage, case.complaint.closed_because) == (Stage.CLOSED, "spam")
    assert case.complaint.open_tasks == ()
    assert not listing(REGION, case.complaint).needs_human
    case.now += timedelta(days=1)
    assert owed(case).step is Step.DONE


def test_a_deadline_that_passed_before_it_was_found_to_be_spam_is_a_breach_still(case: Case) -> None:
    live_on(case)
    case.now = T0 + timedelta(hours=1)
    case.do(REJECT)
    step = owed(case)
    assert step.step is Step.RECORD_MILESTONE
    assert step.milestone
    assert step.milestone.breach


def test_what_was_taken_for_spam_by_mistake_goes_on_where_it_stood_and_its_dates_count_again(
    case: Case,
) -> None:
    live_on(case)
    case.do(REJECT)
    case.now = T0 + timedelta(hours=1)
    case.do(RELEASE)
    assert case.complaint.stage is Stage.INVESTIGATING
    assert case.complaint.closed_at is None
    step = owed(case)
    assert step.letter
    assert step.letter.kind is LetterKind.ACKNOWLEDGEMENT
    case.send(LetterKind.ACKNOWLEDGEMENT)
    live_ons = owed(case)
    assert live_ons.milestone
    assert live_ons.milestone.breach


def test_what_was_taken_for_spam_before_triage_is_triaged_after_its_release(case: Case) -> None:
    case.do(REJECT)
    case.do(RELEASE)
    case.send(LetterKind.ACKNOWLEDGEMENT)
    assert owed(case).step is Step.TRIAGE


def test_an_outside_body_that_has_it_opens_it_again(case: Case) -> None:
    case.do(REJECT)
    case.do(c.ReferToAdr(body="adr", complete_file_at=instants.to_text(T0)))
    assert case.complaint.stage is Stage.DEADLOCKED
    assert listing(REGION, case.complaint).needs_human


def test_a_record_from_before_there_were_suspicions_reads_as_one_that_nobody_suspects() -> None:
    written = Case(submit()).records[0].text.replace('"suspicions":[],', "").replace(',"verified":false', "")
    assert "suspicions" not in written
    event = audit.read(written).event
    assert isinstance(event, e.ComplaintReceived)
    assert (event.suspicions, event.verified) == ((), False)


class TestLostLink:
    """The private link is asked for again."""

    def test_it_is_owed_by_mail(self) -> None:
        case = Case(submit())
        case.send(LetterKind.ACKNOWLEDGEMENT)
        case.do(c.RequestLink(), "player")
        step = owed(case)
        assert (step.step, step.letter and step.letter.kind) == (
            Step.INFORM_PLAYER,
            LetterKind.PRIVATE_LINK,
        )

    def test_one_that_is_still_to_leave_is_enough(self) -> None:
        case = Case(submit())
        case.do(c.RequestLink(), "player")
        assert case.do(c.RequestLink(), "player") == []

    def test_it_is_sent_three_times_in_a_day_and_not_four(self) -> None:
        case = Case(submit())
        for _ in range(3):
            case.do(c.RequestLink(), "player")
            case.send(LetterKind.PRIVATE_LINK)
        assert case.do(c.RequestLink(), "player", at=case.now + timedelta(hours=23)) == []
        assert case.do(c.RequestLink(), "player", at=T0 + timedelta(hours=24)) != []

    def test_of_a_held_complaint_it_waits_too(self, case: Case) -> None:
        case.do(c.RequestLink(), "player")
        live_on(case)
        assert not [one for one in case.records if isinstance(one.event, e.LetterClaimed)]

    def test_a_closed_complaint_gets_it_and_rests_again(self) -> None:
        case = Case(submit())
        case.do(c.Withdraw(), "player")
        case.do(c.RequestLink(), "player")
        assert owed(case).step is Step.INFORM_PLAYER
        case.do(c.ClaimLetter(letter=case.letter(LetterKind.PRIVATE_LINK).key), SYSTEM)
        flying = owed(case)
        assert (flying.step, flying.until) == (Step.FEEDBACK, case.now + CLAIM_EXPIRY)
        refused = c.RecordLetterRefused(
            letter=case.letter(LetterKind.PRIVATE_LINK).key, reason="throttled", permanent=False
        )
        case.do(refused, SYSTEM)
        again = owed(case).until
        assert again
        case.send(LetterKind.PRIVATE_LINK, at=again)
        assert owed(case).step is Step.DONE

    def test_a_letter_whose_fate_nobody_knows_is_given_up_and_the_complaint_rests(self) -> None:
        case = Case(submit())
        case.do(c.Withdraw(), "player")
        case.do(c.RequestLink(), "player")
        key = case.letter(LetterKind.PRIVATE_LINK).key
        case.do(c.ClaimLetter(letter=key), SYSTEM)
        case.now += CLAIM_EXPIRY
        assert owed(case).step is Step.GIVE_UP_LETTER
        case.do(c.AbandonLetter(letter=key), SYSTEM)
        assert owed(case).step is Step.DONE

    def test_no_other_letter_leaves_about_a_closed_complaint(self) -> None:
        case = Case(submit())
        case.do(c.Withdraw(), "player")
        with pytest.raises(IllegalTransition):
            case.do(c.ClaimLetter(letter=case.letter(LetterKind.ACKNOWLEDGEMENT).key), SYSTEM)


def test_handlers_alone_release_nothing_by_working_on_it(case: Case) -> None:
    live_on(case)
    case.do(c.Assign(assignee="subject-1", team="payments"), HANDLER)
    case.do(c.AddNote(visibility="player", content=personal("note")), HANDLER)
    assert owed(case).letter is None
