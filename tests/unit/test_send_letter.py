"""A letter is never lost, and doubled only when the mail service's answer was: every step may be the last."""

from contextlib import suppress
from copy import replace
from dataclasses import dataclass
from datetime import timedelta

import pytest

from infra.ops.letter_stories import REGION, told_by_form
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.domain.errors import Conflict, NotFound
from redress.domain.next_step import Step
from redress.domain.stages import Stage
from redress.letters.blocks import LetterIncomplete
from redress.usecases import change
from redress.usecases.plan_next import Question, plan_next
from redress.usecases.ports import Batch, Mail, MailRefused, VersionConflict
from redress.usecases.send_letter import Outcome, send_letter
from tests.support.complaints import HANDLER
from tests.support.letters import Story, asked, decided, investigating, told
from tests.support.senders import LostAnswer, Mailer, counter, deliver, sender, writer

ACK = LetterKind.ACKNOWLEDGEMENT


def status(story: Story, kind: LetterKind = ACK) -> LetterStatus:
    return story.letter(kind).status


def owed_next(story: Story) -> str:
    """The next step of the workflow."""
    question = Question(
        number=story.number, generation=1, turns=0, started_at=story.now, definition="deployed"
    )
    return plan_next(story.desk, question, "deployed").next


# --- The straight way ----------------------------------------------------------------------------------


def test_a_letter_that_is_owed_is_claimed_sent_and_recorded() -> None:
    story, mailer = Story(), Mailer()
    assert deliver(story, mailer) is Outcome.SENT
    assert [mail.letter_id for mail in mailer.reached] == [f"{story.number}/acknowledgement-1"]
    assert story.letter(ACK).message_id == "message-1"
    events = [type(record.event).__name__ for record in story.case.records]
    assert events == ["ComplaintReceived", "LetterClaimed", "LetterSent", "Acknowledged"]


def test_a_letter_on_record_as_sent_is_not_sent_again() -> None:
    story, mailer = Story(), Mailer()
    deliver(story, mailer)
    assert deliver(story, mailer) is Outcome.NOT_OWED
    assert len(mailer.reached) == 1


def test_a_letter_nobody_owes_is_not_sent() -> None:
    story, mailer = Story(), Mailer()
    assert sender(story, mailer)(story.number, "progress-9") is Outcome.NOT_OWED
    assert mailer.reached == []


def test_a_complaint_that_does_not_exist_is_an_error() -> None:
    story = Story()
    with pytest.raises(NotFound):
        sender(story, Mailer())("0000-0000-0", "acknowledgement-1")


# --- The state decides at the moment of sending --------------------------------------------------------


def test_a_withdrawn_complaint_gets_no_letter() -> None:
    story, mailer = asked(Story()), Mailer()
    story.do(c.Withdraw(), "player")
    assert deliver(story, mailer, LetterKind.INFORMATION_REQUEST) is Outcome.NOT_OWED
    assert mailer.reached == []


def test_a_closed_complaint_is_not_even_written_to() -> None:
    story, mailer = decided(Story()), Mailer()
    deliver(story, mailer, LetterKind.FINAL_RESPONSE)
    story.do(c.Close(reason="completed"))

    def write(*_: object) -> Mail:
        raise AssertionError("written for nothing")

    assert deliver(story, mailer, LetterKind.FEEDBACK_REQUEST, write) is Outcome.NOT_OWED


def test_a_withdrawal_between_writing_and_claiming_stops_the_letter() -> None:
    story, mailer = asked(Story()), Mailer()
    story.store.meanwhile.append(lambda: story.do(c.Withdraw(), "player"))
    assert deliver(story, mailer, LetterKind.INFORMATION_REQUEST) is Outcome.NOT_OWED
    assert mailer.reached == []


def test_what_changed_between_writing_and_claiming_is_in_the_letter_that_leaves() -> None:
    story, mailer = asked(Story()), Mailer()
    story.reach("progress")
    reply = c.Reply(content={"text": "On my phone"})
    story.store.meanwhile.append(lambda: story.do(reply, "player"))
    assert deliver(story, mailer, LetterKind.PROGRESS) is Outcome.SENT
    [mail] = mailer.reached
    assert "have not had your answer" not in mail.text


def test_others_who_keep_writing_stop_a_letter_before_it_is_claimed_not_after() -> None:
    story, mailer = investigating(Story()), Mailer()
    story.reach("progress")

    def busy() -> None:
        story.do(c.Reply(content={"text": "And another thing"}), "player")
        if len(story.case.records) < 60:
            story.store.meanwhile.append(busy)

    story.store.meanwhile.append(busy)
    with pytest.raises(Conflict):
        deliver(story, mailer, LetterKind.PROGRESS)
    assert mailer.reached == []
    assert status(story, LetterKind.PROGRESS) is LetterStatus.OWED


def test_a_suspected_complaint_gets_no_letter_before_a_person_looked() -> None:
    submitted = replace(told_by_form(REGION, "gb-ukgc"), suspicions=("too_fast",))
    story, mailer = Story(submitted=submitted), Mailer()
    assert deliver(story, mailer) is Outcome.NOT_YET
    story.do(c.Release(content={"reason": "A player we know."}), HANDLER)
    assert deliver(story, mailer) is Outcome.SENT


def test_of_two_updates_that_could_not_leave_the_later_one_goes() -> None:
    story, mailer = investigating(Story("sandbox")), Mailer()
    story.reach("progress")
    first = story.letter(LetterKind.PROGRESS).key
    story.reach("progress")
    assert story.letter(LetterKind.PROGRESS).key != first
    assert sender(story, mailer)(story.number, first) is Outcome.NOT_OWED
    assert mailer.reached == []


# --- What cannot be written ----------------------------------------------------------------------------


def test_a_letter_that_cannot_be_written_claims_nothing_and_says_why() -> None:
    story, mailer = Story(), Mailer()
    story.store.contents[story.number].clear()
    with pytest.raises(LetterIncomplete, match="lacks email"):
        deliver(story, mailer)
    assert status(story) is LetterStatus.OWED
    assert mailer.reached == []


# --- Refused -------------------------------------------------------------------------------------------


def test_a_refusal_is_recorded_and_the_letter_goes_later() -> None:
    story, mailer = Story(), Mailer([MailRefused("TooManyRequestsException", permanent=False)])
    assert deliver(story, mailer) is Outcome.REFUSED
    assert status(story) is LetterStatus.REFUSED
    assert deliver(story, mailer) is Outcome.NOT_YET
    story.now += timedelta(seconds=5)
    assert deliver(story, mailer) is Outcome.SENT
    first, second = mailer.reached
    assert first.letter_id == second.letter_id


def test_each_refusal_doubles_the_pause_up_to_a_quarter_of_an_hour() -> None:
    story = Story()
    pauses = []
    for _ in range(11):
        mailer = Mailer([MailRefused("SendingPausedException", permanent=False)])
        assert deliver(story, mailer) is Outcome.REFUSED
        refused_at = story.now
        story.now = story.letter(ACK).next_attempt_at(story.desk.region.claim_expiry) or story.now
        pauses.append((story.now - refused_at).total_seconds())
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]


@pytest.mark.parametrize("hours", [1, 5, 30])
def test_an_outage_of_hours_delays_a_letter_and_it_leaves_soon_after(hours: int) -> None:
    story, refusal = Story(), MailRefused("TooManyRequestsException", permanent=False)
    ends = story.now + timedelta(hours=hours)
    mailer = Mailer([refusal])
    while deliver(story, mailer) is not Outcome.SENT:
        story.now = story.letter(ACK).next_attempt_at(story.desk.region.claim_expiry) or story.now
        mailer.answers = [refusal] if story.now < ends else []
    assert ends <= story.now <= ends + timedelta(minutes=15)
    assert len(mailer.reached) < 10 + hours * 4  # it does not hammer at a service that is down


@pytest.mark.parametrize("kind", [ACK, LetterKind.INFORMATION_REQUEST])
def test_an_outage_that_answers_nothing_ends_in_the_letter_or_in_a_task_while_there_is_time(
    kind: LetterKind,
) -> None:
    story = told(kind)
    began, mailer = story.now, Mailer([LostAnswer()] * 12)
    for _ in range(15):
        if status(story, kind) in {LetterStatus.SENT, LetterStatus.ABANDONED}:
            break
        with suppress(LostAnswer):
            deliver(story, mailer, kind)
        story.now += story.desk.region.claim_expiry
        if owed_next(story) == Step.GIVE_UP_LETTER:
            story.do(c.AbandonLetter(letter=story.letter(kind).key))
    open_tasks = [one.task for one in story.case.complaint.open_tasks]
    statutory = kind is ACK
    assert status(story, kind) is (LetterStatus.SENT if statutory else LetterStatus.ABANDONED)
    assert open_tasks == ([] if statutory else ["letter_outcome_unknown"])
    assert story.now - began < timedelta(hours=3)


def test_a_refusal_for_good_ends_the_letter_and_opens_a_task() -> None:
    story, mailer = Story(), Mailer([MailRefused("InvalidAddress", permanent=True)])
    assert deliver(story, mailer) is Outcome.REFUSED
    assert status(story) is LetterStatus.ABANDONED
    assert story.case.records[-1].event == e.TaskOpened(task="letter_refused", letter="acknowledgement-1")
    story.now += timedelta(days=1)
    assert deliver(story, mailer) is Outcome.NOT_OWED


# --- The process ends in between -----------------------------------------------------------------------


@dataclass
class Breaking:
    """A store that breaks down at the n-th change from now (1 is the next)."""

    story: Story
    at: int

    def append(self, batch: Batch) -> None:
        self.at -= 1
        if self.at == 0:
            raise LostAnswer
        self.story.store.append(batch)

    def __getattr__(self, name: str) -> object:
        return getattr(self.story.store, name)


def break_down(story: Story, at: int, mailer: Mailer) -> None:
    desk = replace(story.desk, store=Breaking(story, at))  # type: ignore[arg-type]
    with pytest.raises(LostAnswer):
        send_letter(desk, mailer, writer(story), counter(story), story.number, story.letter(ACK).key)


def test_a_breakdown_at_the_claim_sends_nothing_and_the_letter_goes_at_once() -> None:
    story, mailer = Story(), Mailer()
    break_down(story, 1, mailer)
    assert mailer.reached == []
    assert deliver(story, mailer) is Outcome.SENT


def test_a_breakdown_between_claim_and_sending_delays_a_statutory_letter_until_the_claim_runs_out() -> None:
    story, mailer = Story(), Mailer()
    story.do(c.ClaimLetter(letter="acknowledgement-1"))
    assert deliver(story, mailer) is Outcome.IN_FLIGHT
    story.now += story.desk.region.claim_expiry
    assert deliver(story, mailer) is Outcome.SENT
    assert len(mailer.reached) == 1


@pytest.mark.parametrize("lost_at", ["the mail service", "the record"])
def test_a_statutory_letter_of_unknown_fate_goes_again_under_the_same_id(lost_at: str) -> None:
    story = Story()
    if lost_at == "the record":
        mailer = Mailer()
        break_down(story, 2, mailer)
    else:
        mailer = Mailer([LostAnswer()])
        with pytest.raises(LostAnswer):
            deliver(story, mailer)
    assert status(story) is LetterStatus.CLAIMED
    story.now += story.desk.region.claim_expiry - timedelta(milliseconds=1)
    assert deliver(story, mailer) is Outcome.IN_FLIGHT
    story.now += timedelta(milliseconds=1)
    assert owed_next(story) == Step.ACKNOWLEDGE
    assert deliver(story, mailer) is Outcome.SENT
    first, second = mailer.reached
    assert first.letter_id == second.letter_id


@pytest.mark.parametrize("kind", [LetterKind.INFORMATION_REQUEST, LetterKind.PROGRESS, LetterKind.WARNING])
def test_another_letter_of_unknown_fate_never_goes_again_and_becomes_a_task(kind: LetterKind) -> None:
    story, mailer = told(kind), Mailer([LostAnswer()])
    with pytest.raises(LostAnswer):
        deliver(story, mailer, kind)
    story.now += story.desk.region.claim_expiry
    assert deliver(story, mailer, kind) is Outcome.IN_FLIGHT
    assert owed_next(story) == Step.GIVE_UP_LETTER
    story.do(c.AbandonLetter(letter=story.letter(kind).key))
    assert deliver(story, mailer, kind) is Outcome.NOT_OWED
    assert len(mailer.reached) == 1


def test_a_letter_that_left_is_recorded_even_if_the_complaint_was_closed_meanwhile() -> None:
    story = Story()
    mailer = Mailer(meanwhile=lambda: story.do(c.Withdraw(), "player"))
    assert deliver(story, mailer) is Outcome.SENT
    assert story.case.complaint.stage is Stage.CLOSED
    assert status(story) is LetterStatus.SENT


@pytest.mark.parametrize("refused", [False, True])
def test_the_outcome_is_recorded_however_busy_the_complaint_is(refused: bool) -> None:  # noqa: FBT001
    story = Story()
    mailer = Mailer([MailRefused("LimitExceededException", permanent=False)] if refused else [])
    lost = [2 * change.ATTEMPTS]  # the record loses that many races

    class Busy(Breaking):
        def append(self, batch: Batch) -> None:
            recording = status(story) is LetterStatus.CLAIMED
            if recording and lost[0]:
                lost[0] -= 1
                raise VersionConflict
            story.store.append(batch)

    desk = replace(story.desk, store=Busy(story, 0))  # type: ignore[arg-type]
    send_letter(desk, mailer, writer(story), counter(story), story.number, "acknowledgement-1")
    assert status(story) is (LetterStatus.REFUSED if refused else LetterStatus.SENT)
    assert lost == [0]


def test_a_record_that_never_gets_through_leaves_the_claim_standing() -> None:
    story, mailer = Story(), Mailer()

    class AlwaysBusy(Breaking):
        def append(self, batch: Batch) -> None:
            if status(story) is LetterStatus.CLAIMED:
                raise VersionConflict
            story.store.append(batch)

    desk = replace(story.desk, store=AlwaysBusy(story, 0))  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        send_letter(desk, mailer, writer(story), counter(story), story.number, "acknowledgement-1")
    assert status(story) is LetterStatus.CLAIMED
    assert len(mailer.reached) == 1


# --- Two at once ---------------------------------------------------------------------------------------


def test_a_second_sender_in_the_middle_of_the_first_sends_nothing() -> None:
    story = Story()
    outcomes: list[Outcome] = []
    second = Mailer()
    first = Mailer(meanwhile=lambda: outcomes.append(deliver(story, second)))
    assert deliver(story, first) is Outcome.SENT
    assert outcomes == [Outcome.IN_FLIGHT]
    assert second.reached == []
