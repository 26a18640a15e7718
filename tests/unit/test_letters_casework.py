"""Letters about the work on a complaint: notes, second looks, duplicates, tasks, alarms, practice."""

import re
from copy import replace
from datetime import timedelta
from typing import get_args

import pytest

from infra.ops.letter_examples import (
    BROUGHT_UP,
    DISPUTED,
    HANDLER,
    NO_AGREEMENT,
    NOTE,
    OTHER_NUMBER,
    REASONS,
    TOLD,
    answered_again,
    decided,
    declared,
    escalated,
    investigating,
    linked,
    reopened,
    unpaid,
)
from infra.ops.letter_stories import KEY, REGION
from redress.domain import commands as c
from redress.domain import instants, signals
from redress.domain.audit import Content
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.packs import known
from redress.http import bodies
from redress.letters import blocks
from redress.letters.blocks import LetterIncomplete
from redress.templating import environment
from redress.usecases.ports import Mail
from tests.support.complaints import TRIAGE
from tests.support.letters import Story, in_full, practice, sample, told

WARNING_OF_REVIEW = "The operator owes the player the answer to the second look, and it has not been sent."


def said(mail: Mail) -> str:
    """The text form in one line."""
    return " ".join(in_full(mail).split())


# --- To the player -------------------------------------------------------------------------------------


def test_a_note_for_the_player_reads_as_it_was_written() -> None:
    mail = sample(LetterKind.MESSAGE)
    assert str(NOTE["text"]).split("\n", maxsplit=1)[0] in said(mail)
    assert "We have the record of your round.<br>\n<br>" in mail.html
    assert "Our answer: By the end of Sunday, 28 June 2026" in said(mail)


def test_a_note_after_the_answer_promises_no_other_answer() -> None:
    story = decided(Story())
    story.do(c.AddNote(visibility="player", content=NOTE), HANDLER)
    assert "Our answer:" not in story.render(LetterKind.MESSAGE).text


def test_a_note_of_which_nothing_is_left_does_not_go_out() -> None:
    story = told(LetterKind.MESSAGE)
    del story.store.contents[story.number][story.letter(LetterKind.MESSAGE).cause]
    with pytest.raises(LetterIncomplete, match="lacks text"):
        story.render(LetterKind.MESSAGE)


@pytest.mark.parametrize(
    ("ground", "why"),
    [
        ("disputed", "You do not agree with our answer of Sunday, 24 May 2026 to your complaint."),
        ("new_information", "You told us something new since our answer of Sunday, 24 May 2026"),
    ],
)
def test_a_second_look_is_told_with_its_ground_its_date_and_the_way_that_stays_open(
    ground: str, why: str
) -> None:
    mail = reopened(Story(), ground).render(LetterKind.REOPENED)
    assert why in said(mail)
    assert "Somebody who had no part in our first answer" in said(mail)
    assert "Our second answer: By the end of Tuesday, 16 June 2026 (Europe/London)" in said(mail)
    assert "take your complaint to Example Adjudication Service as before" in said(mail)
    assert "at the latest by the end of Monday, 24 May 2027 (Europe/London)" in said(mail)
    assert str(DISPUTED["reason"]) not in said(mail)


@pytest.mark.parametrize(("kind", "lead"), [("progress", 14), ("question", 1)])
def test_while_it_is_looked_at_again_letters_name_the_date_of_the_second_answer(kind: str, lead: int) -> None:
    story = reopened(Story())
    if kind == "progress":
        story.reach("progress")
    else:
        story.now += timedelta(days=lead)
        story.do(c.RequestInformation(content={"question": "Which round?"}), HANDLER)
    letter = LetterKind.PROGRESS if kind == "progress" else LetterKind.INFORMATION_REQUEST
    assert "By the end of Tuesday, 16 June 2026 (Europe/London)" in said(story.render(letter))
    assert "28 June 2026" not in said(story.render(letter))


def test_a_holding_letter_that_could_not_leave_before_names_the_second_date() -> None:
    story = investigating(Story("dk-spillemyndigheden"))
    story.reach_first(lambda one: "send_holding_letter" in one.actions)
    story.do(c.ProposeDecision(outcome="upheld", content=REASONS), HANDLER)
    story.do(c.ApproveDecision(), "app:back-office/approver")
    story.send(LetterKind.FINAL_RESPONSE)
    story.do(c.Reopen(ground="disputed", content=DISPUTED), HANDLER, after=timedelta(days=1))
    story.now += timedelta(days=3)
    holding, reopening = (story.render(kind) for kind in (LetterKind.HOLDING, LetterKind.REOPENED))
    [date] = re.findall(r"Our second answer: (By the end of .*?\))", said(reopening))
    assert f"Our answer: {date}" in said(holding)


@pytest.mark.parametrize(
    ("outcome", "redress", "stands"),
    [
        ("partly_upheld", 1275, "This confirms our answer of Sunday, 24 May 2026."),
        ("partly_upheld", 2550, "This replaces our answer of Sunday, 24 May 2026."),
        ("rejected", None, "This replaces our answer of Sunday, 24 May 2026."),
    ],
)
def test_a_second_answer_says_what_becomes_of_the_first_and_that_it_is_the_last(
    outcome: str, redress: int | None, stands: str
) -> None:
    mail = answered_again(Story(), outcome, redress).render(LetterKind.FINAL_RESPONSE)
    assert stands in said(mail)
    assert "our own complaints procedure ends with this letter" in said(mail)
    assert "Somebody who had no part in that answer has done so" in said(mail)


def test_the_players_time_for_the_outside_body_counts_from_the_second_answer() -> None:
    mail = answered_again(Story()).render(LetterKind.FINAL_RESPONSE)
    assert "Your time limit: By the end of Monday, 7 June 2027 (Europe/London)" in said(mail)


@pytest.mark.parametrize("pack", known())
def test_a_second_answer_can_be_told_under_every_rule_pack(pack: str) -> None:
    story = reopened(Story(pack))
    content: Content = {"reasons": "Because.", "clause": "Terms, 4.2"}
    story.do(c.ProposeDecision(outcome="rejected", content=content), "app:back-office/reviewer")
    story.do(c.ApproveDecision(), "app:back-office/second-approver")
    assert "Because." in story.render(LetterKind.FINAL_RESPONSE).text


@pytest.mark.parametrize("pack", known())
def test_a_complaint_taken_back_is_confirmed_under_every_rule_pack(pack: str) -> None:
    story = decided(Story(pack), "withdrawn", {"reasons": "You told us on the phone."}, redress=None)
    mail = story.render(LetterKind.FINAL_RESPONSE)
    assert mail.subject.endswith("you took it back")
    assert "This letter confirms it." in said(mail)
    assert "You may complain again" in said(mail)
    assert "You told us on the phone." in said(mail)


def test_a_withdrawal_needs_no_term_of_the_contract() -> None:
    story = Story("es-dgoj")
    rules = REGION.rules_of(story.case.complaint)
    assert blocks.needed_for("withdrawn", rules) == set()
    assert blocks.needed_for("rejected", rules) == {"contract_clause"}


def test_every_outcome_that_can_be_proposed_has_words_and_rules() -> None:
    say = environment("letters_text").get_template("en/say.jinja").module
    for outcome in get_args(bodies.Outcome):
        assert say.OUTCOMES[outcome]  # type: ignore[attr-defined]  # a template's names
        assert say.MEASURES[outcome]  # type: ignore[attr-defined]
        assert blocks.needed_for(outcome, REGION.rules_of(Story().case.complaint)) == set()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("refund", "We will refund you £25.50."),
        ("compensation", "We will pay you £25.50 as compensation."),
        ("bonus", "We will credit you with a bonus of £25.50."),
        ("correction", "We will correct your account by £25.50 in your favour."),
        ("other", "We will pay you £25.50."),
        (None, "We will pay you £25.50."),
    ],
)
def test_redress_is_told_by_its_kind(kind: str | None, words: str) -> None:
    assert {"refund", "compensation", "bonus", "correction", "other"} == set(get_args(bodies.RedressKind))
    assert words in said(answered_again(Story(), kind=kind).render(LetterKind.FINAL_RESPONSE))


def test_a_duplicate_is_told_with_both_numbers_and_the_receipt_that_counts() -> None:
    mail = sample(LetterKind.DUPLICATE)
    number = mail.letter_id.partition("/")[0]
    assert f"complaint {OTHER_NUMBER} about the same" in said(mail)
    assert f"Please use the reference {number} from now on" in said(mail)
    assert "Counts as received: 15:05 on Friday, 1 May 2026 (Europe/London)" in said(mail)
    assert "Our answer: By the end of Thursday, 25 June 2026 (Europe/London)" in said(mail)


def test_a_duplicate_that_came_later_leaves_the_receipt_as_it_is() -> None:
    story = investigating(Story())
    later = instants.to_text(story.now)
    story.do(c.LinkDuplicate(duplicate=OTHER_NUMBER, received_at=later), HANDLER)
    assert "Counts as received: 15:05 on Monday, 4 May 2026" in said(story.render(LetterKind.DUPLICATE))


def test_letters_after_a_duplicate_name_the_date_that_the_earliest_receipt_makes() -> None:
    story = linked(Story())
    story.do(c.RequestInformation(content={"question": "Which round?"}), HANDLER)
    assert "Thursday, 25 June 2026" in said(story.render(LetterKind.INFORMATION_REQUEST))


def test_a_deadlock_that_a_person_declared_gives_the_reasons_and_speaks_of_no_delay() -> None:
    mail = declared(Story()).render(LetterKind.DEADLOCK)
    assert str(NO_AGREEMENT["reason"]) in said(mail)
    assert mail.subject.endswith("we could not agree")
    assert "in time" not in said(mail)
    assert "You can now take your complaint to Example Adjudication Service" in said(mail)


def test_a_deadlock_right_after_a_milestone_of_another_sort_is_still_a_persons() -> None:
    story = investigating(Story())
    story.reach("warning")
    story.do(c.DeclareDeadlock(content=NO_AGREEMENT), HANDLER)
    assert str(NO_AGREEMENT["reason"]) in said(story.render(LetterKind.DEADLOCK))


def test_a_deadlock_after_a_second_look_leaves_the_first_answer_standing() -> None:
    story = reopened(Story())
    story.do(c.DeclareDeadlock(content=NO_AGREEMENT), "app:back-office/reviewer")
    stands = "What we wrote you on Sunday, 24 May 2026 stays our last answer."
    assert stands in said(story.render(LetterKind.DEADLOCK))


# --- To the operator's people --------------------------------------------------------------------------

HARM = "Please close it, I have a gambling problem and want to end my life."


def harmed() -> Story:
    """The player wrote something that asks for a human."""
    story = investigating(Story())
    found = signals.find(HARM)
    story.do(c.Reply(content={"text": HARM}, harm={"signals": list(found)}), "player")
    return story


def test_an_alarm_goes_to_the_team_and_says_what_the_rules_say() -> None:
    story = Story()
    story.do(replace(TRIAGE, needs_human=True, reasons=("category_safer_gambling", "repeat_complaints")))
    mail = story.render(LetterKind.ALERT)
    assert mail.to == "payments@example.test"
    assert "Why: category safer gambling, repeat complaints" in said(mail)


def test_an_alarm_repeats_neither_the_text_nor_the_kind_of_signal() -> None:
    mail = harmed().render(LetterKind.ALERT)
    assert "Something that the player wrote since asks for a human at once." in said(mail)
    for hidden in (HARM, *HARM.split(", "), *signals.KINDS, "Player Example", KEY):
        assert hidden.casefold() not in (mail.text + mail.html + mail.subject).casefold()
    assert "href" not in mail.html


def test_a_late_task_is_told_to_the_team_that_was_asked_with_its_kind_and_money() -> None:
    mail = unpaid(Story()).render(LetterKind.REMINDER)
    assert mail.to == "care@example.test"
    for fact in ("Task: pay the redress", "To be paid: £25.50", "Team: Player Care"):
        assert fact in said(mail)
    assert "that was due by 15:05 on Wednesday, 3 June 2026 (Europe/London)" in said(mail)


def test_a_late_task_of_no_team_is_told_to_that_of_the_complaint() -> None:
    story = decided(Story())
    [paying] = story.case.complaint.open_tasks
    assert paying.team is None
    story = investigating(Story())
    due = instants.to_text(story.now + timedelta(days=1))
    story.do(c.ProposeDecision(outcome="upheld", content=REASONS, redress_minor=5, currency="GBP"), HANDLER)
    story.do(c.ApproveDecision(pay_by=due), "app:back-office/approver")
    story.reach_first(lambda one: one.clock == "task")
    assert story.render(LetterKind.REMINDER).to == "payments@example.test"


def test_what_was_asked_for_is_not_repeated_and_a_task_that_is_done_is_told_to_be() -> None:
    story = investigating(Story())
    due = instants.to_text(story.now + timedelta(days=1))
    story.do(c.OpenTask(team="care", due_at=due, content={"what": "Look up Player Example"}), HANDLER)
    [task] = story.case.complaint.open_tasks
    story.reach_first(lambda one: one.clock == "task")
    mail = story.render(LetterKind.REMINDER)
    assert "Task: work for the complaint" in said(mail)
    assert "Player Example" not in mail.text
    story.do(c.CloseTask(opened=task.opened, outcome="done"), HANDLER)
    assert "It has been closed by now" in said(story.render(LetterKind.REMINDER))


def test_an_escalation_by_a_person_says_so_and_keeps_the_reason_out_of_the_mail() -> None:
    mail = escalated(Story()).render(LetterKind.ESCALATION)
    assert mail.to == "manager@example.test"
    assert "One of your colleagues has brought this complaint up to you." in said(mail)
    assert "Due: By the end of Sunday, 28 June 2026 (Europe/London)" in said(mail)
    assert str(BROUGHT_UP["reason"]) not in mail.text


def test_an_escalation_by_the_clock_does_not_speak_of_a_colleague() -> None:
    assert "colleagues" not in sample(LetterKind.ESCALATION).text


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("warning_1", LetterKind.WARNING, WARNING_OF_REVIEW),
        ("escalation_1", LetterKind.ESCALATION, "Duty: the answer to the second look"),
    ],
)
def test_what_comes_before_the_second_answer_is_told_with_its_date(
    name: str, kind: LetterKind, words: str
) -> None:
    story = reopened(Story())
    story.reach_first(lambda one: (one.clock, one.name) == ("review", name))
    mail = story.render(kind)
    assert words in said(mail)
    assert "Due: By the end of Tuesday, 16 June 2026 (Europe/London)" in said(mail)


def test_a_person_who_escalates_a_second_look_is_told_the_date_of_the_second_answer() -> None:
    story = reopened(Story())
    story.do(c.Escalate(content=BROUGHT_UP), HANDLER)
    assert "Duty: the answer to the second look" in said(story.render(LetterKind.ESCALATION))


# --- Practice ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LetterKind)
def test_every_letter_of_a_practice_complaint_stays_in_the_mailbox_for_training(kind: LetterKind) -> None:
    mail = _in_practice(kind).render(kind)
    assert mail.to == "training@example.test"
    assert mail.subject.startswith("[Training] Complaint ")
    above, _, _ = mail.text.partition("Complaint:" if kind in TO_STAFF else "Dear Player Example")
    assert "This is practice: no player complained" in " ".join(above.split())
    assert "<title>Complaint" in mail.html
    assert "This is practice" in mail.html


def _in_practice(kind: LetterKind) -> Story:
    """The complaint that owes a letter of a kind, as practice: its letters are the same."""
    story = practice()
    region = story.desk.region
    pack = {LetterKind.EXTENSION: "cw-cga", LetterKind.HOLDING: "dk-spillemyndigheden"}.get(kind, "gb-ukgc")
    story = Story(pack, region=region, training=True)
    TOLD[kind](story)
    return story


@pytest.mark.parametrize("kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.WARNING])
def test_practice_without_a_mailbox_for_it_sends_no_letter(kind: LetterKind) -> None:
    story = practice(training_mailbox=None)
    TOLD[kind](story)
    with pytest.raises(LetterIncomplete) as refused:
        story.render(kind)
    assert refused.value.missing == ("training_mailbox",)


def test_a_real_complaint_knows_nothing_of_practice() -> None:
    story = Story(region=practice().desk.region)
    mail = story.render(LetterKind.ACKNOWLEDGEMENT)
    assert mail.to == "player@example.com"
    assert "ractice" not in mail.text
    assert "[Training]" not in mail.subject
