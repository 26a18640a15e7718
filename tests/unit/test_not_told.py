"""A pause or a longer time of which the player could not be told counts for nothing."""

from copy import replace
from datetime import datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain import promises
from redress.domain.correspondence import INVALID_ADDRESS, Delivery, LetterKind
from redress.domain.packs import load_pack
from redress.domain.rules import Rules
from redress.domain.stages import Stage
from redress.usecases.ports import MailRefused
from redress.usecases.send_letter import Outcome
from tests.support.complaints import HANDLER, SYSTEM, TRIAGE, Case, at_stage, personal, submit
from tests.support.deliveries import leave, tasks, told
from tests.support.letters import Story
from tests.support.letters import told as story_of
from tests.support.senders import Mailer, deliver

WAIT = "awaiting_player_info"
QUESTION, PAUSE, EXTENSION = LetterKind.INFORMATION_REQUEST, LetterKind.PAUSE, LetterKind.EXTENSION

# --- A pause -------------------------------------------------------------------------------------------


def asked() -> Case:
    """A clock stands still for a question that has left."""
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.RequestInformation(content=personal("question"), pause=True))
    case.now += timedelta(seconds=5)
    leave(case, QUESTION, "message-1")
    return case


@pytest.mark.parametrize("permanent", [True, False])
def test_no_clock_stands_still_for_a_question_that_came_back(permanent: bool) -> None:  # noqa: FBT001
    case = asked()
    changes = told(case, QUESTION, Delivery.BOUNCED, permanent=permanent)
    assert changes == ["LetterBounced", "TaskOpened", "ClockResumed"]
    [pause] = case.complaint.pauses
    assert pause.ended_at == pause.started_at


def test_nor_for_a_pause_whose_letter_came_back() -> None:
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.PauseClock(reason="police", content=personal("explanation")))
    leave(case, PAUSE, "message-1")
    told(case, PAUSE, Delivery.BOUNCED)
    assert case.complaint.pause("police") is None


def test_the_clock_stands_still_as_long_as_another_address_is_tried() -> None:
    case = asked()
    told(case, QUESTION, Delivery.BOUNCED, other=True)
    assert case.complaint.pause(WAIT)
    leave(case, QUESTION, "message-2", contact=1)
    told(case, QUESTION, Delivery.BOUNCED, "message-2")
    assert case.complaint.pause(WAIT) is None


@pytest.mark.parametrize("outcome", [Delivery.DELAYED, Delivery.DELIVERED, Delivery.SPAM])
def test_whoever_got_the_question_is_waited_for(outcome: Delivery) -> None:
    case = asked()
    told(case, QUESTION, outcome)
    assert case.complaint.pause(WAIT)


def test_a_question_that_comes_back_after_the_answer_takes_nothing_back() -> None:
    case = asked()
    case.now += timedelta(seconds=5)
    case.do(c.Reply(content=personal("reply")))
    answered_at = case.now
    told(case, QUESTION, Delivery.BOUNCED)
    [pause] = case.complaint.pauses
    assert pause.ended_at == answered_at


# --- A longer time -------------------------------------------------------------------------------------


def ends_at(story: Story) -> datetime | None:
    """When the final response is due."""
    due = promises.stage_due(load_pack(story.case.complaint.jurisdiction), story.case.complaint, "final")
    return due.due_at if due else None


def comes_back(story: Story, message: str = "message-1", *, other: bool = False) -> None:
    """The latest letter about a longer time."""
    key = story.letter(EXTENSION).key
    bounced = c.RecordDelivery(
        letter=key, message_id=message, outcome=Delivery.BOUNCED, permanent=True, other_contact=other
    )
    story.do(bounced)


def taken() -> tuple[Story, Mailer, datetime | None]:
    """A longer time of which the player was told, and when the answer was due without it."""
    story, mailer = story_of(EXTENSION), Mailer()
    before = ends_at(story)
    assert deliver(story, mailer, EXTENSION) is Outcome.SENT
    assert ends_at(story) != before
    return story, mailer, before


def test_an_extension_whose_letter_came_back_moves_no_date() -> None:
    """Where the law wants the player told in writing before the date, nobody was told."""
    story, _, before = taken()
    comes_back(story)
    assert ends_at(story) == before
    [extension] = story.case.complaint.extensions
    assert extension.holds_since is None


def test_it_holds_once_it_went_to_another_address_and_since_then() -> None:
    story, mailer, before = taken()
    comes_back(story)
    story.do(c.AddContact(content={"email": "new@example.com"}), HANDLER)
    assert ends_at(story) == before
    story.now += timedelta(seconds=1)
    assert deliver(story, mailer, EXTENSION) is Outcome.SENT
    assert ends_at(story) != before
    [extension] = story.case.complaint.extensions
    assert extension.holds_since == story.now


def test_it_holds_once_a_person_brought_it_by_other_means() -> None:
    story, _, before = taken()
    comes_back(story)
    story.do(c.SendOtherwise(letter=story.letter(EXTENSION).key, means="post"), HANDLER)
    assert ends_at(story) != before


def test_it_holds_as_long_as_another_address_is_tried_and_since_the_first() -> None:
    story, mailer, before = taken()
    first = story.now
    story.do(c.AddContact(content={"email": "new@example.com"}), HANDLER)
    comes_back(story, other=True)
    assert ends_at(story) != before
    story.now += timedelta(seconds=1)
    deliver(story, mailer, EXTENSION)
    [extension] = story.case.complaint.extensions
    assert extension.holds_since == first
    comes_back(story, "message-2")
    assert ends_at(story) == before


def test_it_moves_no_date_if_the_last_address_cannot_be_written_to() -> None:
    story, _, before = taken()
    story.do(c.AddContact(content={"email": "new@example.com"}), HANDLER)
    comes_back(story, other=True)
    deliver(story, Mailer([MailRefused(INVALID_ADDRESS, permanent=True)]), EXTENSION)
    assert ends_at(story) == before


def test_one_that_came_to_nothing_may_be_taken_anew() -> None:
    story, _, _ = taken()
    [extension] = story.case.complaint.extensions
    comes_back(story)
    again = c.ExtendDeadline(stage=extension.stage, content={"reasons": "The provider has not answered."})
    story.do(again, HANDLER)
    assert len(story.case.complaint.extensions) == 2


class Unannounced(Case):
    """A complaint by whose rules a longer time needs no notice."""

    @property
    def rules(self) -> Rules:
        pack = load_pack("sandbox")
        return Rules((replace(pack, extensions=tuple(replace(one, needs=()) for one in pack.extensions)),))


def test_where_the_law_asks_for_no_notice_a_letter_that_came_back_takes_nothing_away() -> None:
    case = Unannounced(submit("sandbox"))
    case.send(LetterKind.ACKNOWLEDGEMENT)
    case.do(TRIAGE, SYSTEM)
    case.do(c.ExtendDeadline(stage="final", content=personal("reasons")))
    [before] = case.complaint.extensions
    assert before.holds_since
    leave(case, EXTENSION, "message-1")
    told(case, EXTENSION, Delivery.BOUNCED)
    assert case.complaint.extensions == (before,)
    assert tasks(case) == [("letter_bounced", case.letter(EXTENSION).key)]
