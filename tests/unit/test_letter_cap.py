"""Two programs that answer each other come to an end: so many letters go to an address in a day."""

from copy import replace
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import MUST_ARRIVE, TO_STAFF, LetterKind, LetterStatus
from redress.domain.next_step import Step
from redress.usecases.caps import mail_cap, next_day
from redress.usecases.plan_next import Question, plan_next
from redress.usecases.ports import MailRefused
from redress.usecases.send_letter import Outcome
from redress.usecases.send_notice import Sending, send_notice
from tests.support.complaints import HANDLER
from tests.support.letters import WRITTEN, Story, investigating, practice, told
from tests.support.senders import SECRET, LostAnswer, Mailer, counter, deliver

MESSAGE = LetterKind.MESSAGE
MOST = 3


def few(story: Story, most: int = MOST) -> Story:
    """The region allows few letters a day."""
    story.desk = replace(story.desk, region=replace(story.desk.region, letters_per_day=most))
    return story


def chatty() -> Story:
    """A complaint that is worked on."""
    return few(investigating(Story()))


def write(story: Story, mailer: Mailer) -> Outcome:
    """A message to the player is owed, and is sent."""
    story.do(c.AddNote(visibility="player", content={"text": "We have asked the provider."}), HANDLER)
    return deliver(story, mailer, MESSAGE)


def fill(story: Story, mailer: Mailer) -> None:
    """As many letters leave as may."""
    assert [write(story, mailer) for _ in range(MOST)] == [Outcome.SENT] * MOST


def test_a_letter_beyond_the_cap_is_put_off_to_the_next_day() -> None:
    story, mailer = chatty(), Mailer()
    fill(story, mailer)
    assert write(story, mailer) is Outcome.PUT_OFF
    assert len(mailer.reached) == MOST
    letter = story.letter(MESSAGE)
    assert (letter.status, letter.not_before) == (LetterStatus.REFUSED, next_day(story.now))
    story.now = next_day(story.now) - timedelta(milliseconds=1)
    assert deliver(story, mailer, MESSAGE) is Outcome.NOT_YET
    story.now += timedelta(milliseconds=1)
    assert deliver(story, mailer, MESSAGE) is Outcome.SENT


def test_the_workflow_waits_until_then() -> None:
    story, mailer = chatty(), Mailer()
    fill(story, mailer)
    write(story, mailer)
    question = Question(
        number=story.number, generation=1, turns=0, started_at=story.now, definition="deployed"
    )
    plan = plan_next(story.desk, question, "deployed")
    assert plan.next == Step.INVESTIGATE
    assert plan.seconds
    assert timedelta(seconds=plan.seconds) <= next_day(story.now) - story.now + timedelta(seconds=1)


def test_a_letter_that_is_put_off_claims_nothing() -> None:
    story, mailer = chatty(), Mailer()
    fill(story, mailer)
    write(story, mailer)
    events = [type(record.event).__name__ for record in story.case.records[-2:]]
    assert events == ["NoteAdded", "LetterRefused"]


@pytest.mark.parametrize("kind", sorted(MUST_ARRIVE | TO_STAFF))
def test_what_has_to_arrive_and_what_staff_are_told_waits_for_no_cap(kind: LetterKind) -> None:
    story, mailer = few(told(kind), most=0), Mailer()
    assert deliver(story, mailer, kind) is Outcome.SENT
    assert story.store.counts == {}


@pytest.mark.parametrize("kind", sorted(set(LetterKind) - MUST_ARRIVE - TO_STAFF))
def test_every_other_letter_is_counted_and_capped(kind: LetterKind) -> None:
    assert deliver(few(told(kind), most=0), Mailer(), kind) is Outcome.PUT_OFF
    story = told(kind)
    deliver(story, Mailer(), kind)
    assert list(story.store.counts.values()) == [1]


def test_practice_goes_to_one_mailbox_and_is_not_capped() -> None:
    story, mailer = few(investigating(practice()), most=0), Mailer()
    assert write(story, mailer) is Outcome.SENT
    assert story.store.counts == {}


def test_the_cap_holds_for_an_address_in_all_complaints_together() -> None:
    story, mailer = chatty(), Mailer()
    fill(story, mailer)
    other, elsewhere = chatty(), few(investigating(Story(written={**WRITTEN, "email": "b@example.com"})))
    for one in (other, elsewhere):
        one.store.counts = story.store.counts
    assert write(other, mailer) is Outcome.PUT_OFF
    assert write(elsewhere, mailer) is Outcome.SENT


def test_an_outage_uses_nothing_up() -> None:
    story = chatty()
    story.do(c.AddNote(visibility="player", content={"text": "We have asked the provider."}), HANDLER)
    for _ in range(10):
        mailer = Mailer([MailRefused("TooManyRequestsException", permanent=False)])
        assert deliver(story, mailer, MESSAGE) is Outcome.REFUSED
        story.now = story.letter(MESSAGE).next_attempt_at(story.desk.region.claim_expiry) or story.now
    assert deliver(story, Mailer(), MESSAGE) is Outcome.SENT
    assert list(story.store.counts.values()) == [1]


def test_a_letter_that_may_have_left_is_counted() -> None:
    story = chatty()
    with pytest.raises(LostAnswer):
        write(story, Mailer([LostAnswer()]))
    assert list(story.store.counts.values()) == [1]


def test_another_day_counts_anew() -> None:
    story, mailer = chatty(), Mailer()
    fill(story, mailer)
    story.now = next_day(story.now)
    fill(story, mailer)


def test_a_withdrawal_while_it_is_counted_sends_nothing_and_counts_nothing() -> None:
    story, mailer = chatty(), Mailer()
    story.do(c.AddNote(visibility="player", content={"text": "We have asked the provider."}), HANDLER)
    story.store.meanwhile.append(lambda: story.do(c.Withdraw(), "player"))
    assert deliver(story, mailer, MESSAGE) is Outcome.NOT_OWED
    assert (mailer.reached, story.store.counts) == ([], {})


def test_a_question_for_which_a_clock_stands_still_is_not_put_off() -> None:
    story, mailer = chatty(), Mailer()
    fill(story, mailer)
    story.do(c.RequestInformation(content={"question": "Which card?"}, pause=True), HANDLER)
    assert deliver(story, mailer, LetterKind.INFORMATION_REQUEST) is Outcome.SENT
    assert list(story.store.counts.values()) == [MOST]


# --- What is counted -----------------------------------------------------------------------------------


def test_no_count_tells_whose_it_is() -> None:
    story = Story()
    cap = counter(story)("player@example.com")
    assert "player" not in cap.source
    other_key = mail_cap(b"another secret", story.desk.region, "player@example.com", story.now)
    assert cap.source != other_key.source


@pytest.mark.parametrize("spelled", ["Player@Example.com", " player@example.com"])
def test_an_address_counts_alike_however_it_is_spelled(spelled: str) -> None:
    story = Story()
    assert counter(story)(spelled) == counter(story)("player@example.com")


def test_questions_asked_in_a_players_name_use_up_none_of_their_letters() -> None:
    story, mailer = chatty(), Mailer()
    notice = replace(story.render(LetterKind.ACKNOWLEDGEMENT), letter_id="1234-5678-9/consultation")
    sent = [send_notice(story.desk, mailer, notice, f"m{n}", counter(story), first=True) for n in range(5)]
    assert sent == [Sending.SENT] * MOST + [Sending.TOO_MANY] * 2
    fill(story, mailer)
    assert write(story, mailer) is Outcome.PUT_OFF


def test_a_count_of_mails_is_none_of_complaints_and_is_forgotten() -> None:
    story = Story()
    cap = mail_cap(SECRET, story.desk.region, "player@example.com", story.now)
    assert (cap.day, cap.most) == (story.now.date(), story.desk.region.letters_per_day)
    assert timedelta(days=1) < cap.expires_at - story.now < timedelta(days=6)
