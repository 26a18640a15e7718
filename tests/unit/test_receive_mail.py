"""A mail to a complaint's own address: what it changes, what waits for a person, and what changes nothing."""

from copy import replace
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import reply_address
from redress.domain.complaint import CHECK_MAIL
from redress.domain.stages import Stage
from redress.mailroom.incoming import Automatic, Incoming
from redress.usecases.mail_ports import MailGone, Verdicts
from tests.support.complaints import PROPOSE, TRIAGE
from tests.support.mail import (
    COMPLAINTS,
    FORGED,
    NO_POLICY,
    OLD_SECRET,
    PASSED,
    PLAYER_MAIL,
    STRANGER_MAIL,
    Postbox,
    signed,
    written,
)

# --- A reply -------------------------------------------------------------------------------------------


def test_a_mail_to_the_signed_address_is_the_players_reply(post: Postbox, number: str) -> None:
    [came] = post.arrives(written("It is still missing."), signed(number))
    assert (came.taken_as, came.number) == ("reply", number)
    assert post.names(number)[-2:] == ["MailReceived", "PlayerReplied"]
    assert post.content(number, "PlayerReplied") == {"text": "It is still missing."}
    assert post.content(number, "MailReceived") == {
        "message_id": "<1@example.com>",
        "from": PLAYER_MAIL,
        "subject": "My withdrawal",
    }
    assert {record.actor for record in post.store.load(number).records[-2:]} == {"player"}


def test_the_verdicts_are_on_record(post: Postbox, number: str) -> None:
    post.arrives(written(), signed(number))
    mail = post.mail(number)
    assert Verdicts(**{name: getattr(mail, name) for name in vars(PASSED)}) == PASSED
    assert (mail.mail, mail.unknown_sender, mail.reasons) == ("ses-1", False, ())


def test_only_what_was_written_now_counts_and_not_what_is_quoted(post: Postbox, number: str) -> None:
    post.arrives(written("Yes.", whole="Yes.\n> Do you want your money?"), signed(number))
    assert post.content(number, "PlayerReplied") == {"text": "Yes."}


def test_a_mail_without_words_says_what_its_subject_says(post: Postbox, number: str) -> None:
    post.arrives(written("", subject="The document you asked for"), signed(number))
    assert post.content(number, "PlayerReplied") == {"text": "The document you asked for"}


def test_a_reply_to_an_older_letter_is_read_while_a_rotation_lasts(post: Postbox, number: str) -> None:
    [came] = post.arrives(written(), signed(number, secret=OLD_SECRET))
    assert came.taken_as == "reply"


def test_an_address_in_capitals_is_the_same_address(post: Postbox, number: str) -> None:
    [came] = post.arrives(written(), signed(number).upper())
    assert came.taken_as == "reply"


def test_a_program_that_answers_to_the_sender_still_names_the_thread(post: Postbox, number: str) -> None:
    thread = ("<other@example.com>", f"<{signed(number)}>")
    [came] = post.arrives(written(references=thread), COMPLAINTS)
    assert (came.taken_as, came.number) == ("reply", number)


def test_whom_it_was_sent_to_counts_before_the_thread(post: Postbox, number: str) -> None:
    other = post.office.receive(key="key-2")
    [came] = post.arrives(written(references=(f"<{signed(other)}>",)), signed(number))
    assert came.number == number


def test_a_friend_to_whom_a_letter_was_passed_on_complains_for_themselves(post: Postbox, number: str) -> None:
    """Written to the public address; the thread is that of the letter that the friend answers or forwards."""
    mail = written("They did the same to me.", sender=STRANGER_MAIL, references=(f"<{signed(number)}>",))
    [came] = post.arrives(mail, COMPLAINTS)
    assert came.taken_as == "complaint"
    assert came.number != number
    assert "MailReceived" not in post.names(number)


def test_a_mail_to_two_complaints_is_a_reply_on_both(post: Postbox, number: str) -> None:
    other = post.office.receive(key="key-2")
    came = post.arrives(written(), signed(number), signed(other), COMPLAINTS)
    assert [one.number for one in came] == [number, other]
    assert len(post.store.complaints) == 2


def test_another_address_of_the_player_is_told_to_whoever_reads_it(post: Postbox, number: str) -> None:
    post.arrives(written(sender=STRANGER_MAIL), signed(number))
    assert (post.mail(number).taken_as, post.mail(number).unknown_sender) == ("reply", True)


def test_a_player_who_writes_of_harm_gets_a_person_at_once(post: Postbox, number: str) -> None:
    post.office.do(number, TRIAGE, "system")
    post.arrives(written("I cannot stop gambling and I want to kill myself."), signed(number))
    assert "HarmSignalled" in post.names(number)
    assert post.complaint(number).seen_at_once


def test_a_reply_ends_the_wait_for_the_player(post: Postbox, number: str) -> None:
    post.office.do(number, TRIAGE, "system")
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}))
    assert post.complaint(number).waiting_for_player
    post.arrives(written("The blue one."), signed(number))
    assert not post.complaint(number).waiting_for_player


@pytest.mark.parametrize("times", [2, 5])
def test_a_mail_that_is_told_again_is_there_once(post: Postbox, number: str, times: int) -> None:
    arrived = post.put(written(), signed(number))
    for _ in range(times):
        [came] = post.tell(arrived)
        assert came.taken_as == "reply"
    assert post.names(number).count("PlayerReplied") == 1


def test_a_mail_that_is_told_again_after_the_player_wrote_on_is_there_once(
    post: Postbox, number: str
) -> None:
    first = post.put(written("One."), signed(number))
    post.tell(first)
    post.arrives(written("Two."), signed(number))
    post.office.do(number, TRIAGE, "system")
    post.tell(first)
    assert post.names(number).count("PlayerReplied") == 2


def test_a_mail_whose_bytes_are_gone_comes_again_until_a_person_sees_it(post: Postbox, number: str) -> None:
    arrived = post.put(written(), signed(number))
    post.mails.clear()
    with pytest.raises(MailGone):
        post.tell(arrived)
    assert "MailReceived" not in post.names(number)


# --- What does not name a complaint --------------------------------------------------------------------


def test_a_wrong_signature_makes_a_new_mail(post: Postbox, number: str) -> None:
    for address in (signed(number, secret=b"another stack"), f"c+{number}@mail.example.test".lower()):
        [came] = post.arrives(written(address), address)
        assert came.taken_as == "complaint"
        assert came.number != number
    assert "MailReceived" not in post.names(number)


def test_another_players_number_in_subject_and_text_opens_nothing(post: Postbox, number: str) -> None:
    mail = written(f"This is about {number}.", subject=f"Re: [{number}]", sender=STRANGER_MAIL)
    [came] = post.arrives(mail)
    assert came.number != number
    assert "MailReceived" not in post.names(number)


def test_a_genuine_address_of_a_complaint_that_is_no_more_makes_a_new_one(post: Postbox) -> None:
    [came] = post.arrives(written(), signed("R7K3-9QXM-3"))
    assert came.taken_as == "complaint"


# --- A complaint that goes on in another one -----------------------------------------------------------


def linked(post: Postbox, number: str, email: str = PLAYER_MAIL) -> str:
    """Another complaint of the player, which goes on in this one."""
    other = post.complained(email, key="key-2")
    post.link(other, number)
    return other


def test_a_mail_about_a_duplicate_is_heard_where_the_complaint_goes_on(post: Postbox, number: str) -> None:
    other = linked(post, number)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}))
    [came] = post.arrives(written("The blue one."), signed(other))
    assert (came.taken_as, came.number) == ("reply", number)
    assert not post.complaint(number).waiting_for_player
    assert "MailReceived" not in post.names(other)


def test_a_mail_to_a_duplicate_and_where_it_goes_on_is_heard_once(post: Postbox, number: str) -> None:
    other = linked(post, number)
    [came] = post.arrives(written("Listen."), signed(other), signed(number))
    assert came.number == number
    assert post.names(number).count("PlayerReplied") == 1


def test_an_address_that_only_the_duplicate_knows_is_the_players(post: Postbox, number: str) -> None:
    other = linked(post, number, email=STRANGER_MAIL)
    post.arrives(written(sender=STRANGER_MAIL), signed(other))
    assert not post.mail(number).unknown_sender


def test_a_mail_that_came_before_the_two_were_linked_is_still_there_once(post: Postbox, number: str) -> None:
    other = post.complained(key="key-2")
    arrived = post.put(written("The blue one."), signed(other))
    post.tell(arrived)
    post.link(other, number)
    [came] = post.tell(arrived)
    assert came.number == other
    assert "PlayerReplied" not in post.names(number)


# --- What waits for a person ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "reasons"),
    [
        (FORGED, ("dmarc",)),
        (replace(PASSED, spam="fail"), ("spam",)),
        (replace(PASSED, virus="fail"), ("virus",)),
        (replace(FORGED, spam="fail", virus="fail"), ("dmarc", "spam", "virus")),
        (replace(PASSED, dmarc="processing_failed"), ("dmarc",)),
        (replace(NO_POLICY, spf="fail"), ("dmarc",)),
        (replace(PASSED, spf="disabled", dkim="disabled", dmarc="disabled"), ("dmarc",)),
    ],
)
def test_a_mail_that_is_not_to_be_trusted_changes_nothing_and_waits(
    post: Postbox, number: str, verdicts: Verdicts, reasons: tuple[str, ...]
) -> None:
    before = post.complaint(number)
    [came] = post.arrives(written("Pay it to my other card."), signed(number), verdicts=verdicts)
    assert came.taken_as == "held"
    assert post.mail(number).reasons == reasons
    assert post.mail(number).waits
    assert post.names(number)[-2:] == ["MailReceived", "TaskOpened"]
    assert post.tasks(number).count(CHECK_MAIL) == 1
    assert post.content(number, "MailReceived")["text"] == "Pay it to my other card."
    after = post.complaint(number)
    assert (after.stage, after.letters) == (before.stage, before.letters)
    assert {one.actor for one in post.store.load(number).records[-2:]} == {"system"}


def test_a_mail_to_a_closed_complaint_waits_for_somebody_to_reopen_it(post: Postbox, number: str) -> None:
    post.office.do(number, c.Withdraw())
    assert post.complaint(number).stage is Stage.CLOSED
    post.arrives(written("But I am not happy."), signed(number))
    assert (post.mail(number).taken_as, post.mail(number).reasons) == ("held", ("closed",))
    assert CHECK_MAIL in post.tasks(number)
    assert "PlayerReplied" not in post.names(number)


def test_an_accepted_mail_counts_as_the_players_reply(post: Postbox, number: str) -> None:
    post.arrives(written("Mine, really."), signed(number), verdicts=FORGED)
    post.accepted(number)
    assert post.content(number, "PlayerReplied") == {"text": "Mine, really."}
    assert CHECK_MAIL not in post.tasks(number)


def test_a_rejected_mail_never_counts(post: Postbox, number: str) -> None:
    post.arrives(written(), signed(number), verdicts=FORGED)
    post.office.do(number, c.RejectMail(received=post.mail(number).seq, content={"reason": "Forged."}))
    assert "PlayerReplied" not in post.names(number)
    assert CHECK_MAIL not in post.tasks(number)


# --- No more questions ---------------------------------------------------------------------------------


def decline(post: Postbox, number: str, mail: Incoming | None = None, verdicts: Verdicts = PASSED) -> str:
    """A mail to the address of the List-Unsubscribe header."""
    address = signed(number, reply_address.DECLINE_SURVEY)
    [came] = post.arrives(mail or written("unsubscribe"), address, verdicts=verdicts)
    return came.taken_as


def test_a_player_who_wants_no_survey_is_asked_none(post: Postbox, number: str) -> None:
    assert decline(post, number) == "survey_declined"
    assert post.names(number)[-2:] == ["MailReceived", "SurveyDeclined"]
    assert "PlayerReplied" not in post.names(number)


def test_a_mail_program_may_decline_for_the_player(post: Postbox, number: str) -> None:
    assert decline(post, number, written("", automatic=Automatic.GENERATED)) == "survey_declined"


@pytest.mark.parametrize(("kind", "taken_as"), [(Automatic.BOUNCE, "held"), (Automatic.REPLY, "automatic")])
def test_an_absence_declines_nothing(post: Postbox, number: str, kind: Automatic, taken_as: str) -> None:
    assert decline(post, number, written("I am away.", automatic=kind)) == taken_as
    assert "survey_declined" not in post.mail(number).reasons
    assert "SurveyDeclined" not in post.names(number)


@pytest.mark.parametrize("kind", [None, Automatic.GENERATED, Automatic.LIST])
def test_nobody_else_declines_for_the_player(post: Postbox, number: str, kind: Automatic | None) -> None:
    assert decline(post, number, written("unsubscribe", automatic=kind), verdicts=FORGED) == "held"
    assert post.mail(number).reasons == ("dmarc", "survey_declined")
    assert "SurveyDeclined" not in post.names(number)


def test_who_writes_to_both_addresses_is_heard(post: Postbox, number: str) -> None:
    both = signed(number), signed(number, reply_address.DECLINE_SURVEY)
    for addresses in (both, both[::-1]):
        [came] = post.arrives(written("Listen."), *addresses)
        assert came.taken_as == "reply"


def test_a_survey_can_be_declined_after_closing(post: Postbox, number: str) -> None:
    post.office.do(number, c.Withdraw())
    assert decline(post, number) == "survey_declined"
    assert "SurveyDeclined" in post.names(number)


# --- Time ----------------------------------------------------------------------------------------------


def test_a_mail_told_weeks_late_from_the_dead_letters_is_still_there_once(post: Postbox, number: str) -> None:
    arrived = post.put(written(), signed(number))
    post.tell(arrived)
    post.clock.move(timedelta(days=27).total_seconds())
    post.office.do(number, TRIAGE, "system")
    post.office.do(number, PROPOSE)
    post.tell(arrived)
    assert post.names(number).count("MailReceived") == 1


def test_an_answer_that_the_queue_brings_late_ended_the_pause_when_it_came(
    post: Postbox, number: str
) -> None:
    post.office.do(number, TRIAGE, "system")
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}, pause=True))
    post.clock.move(2)
    arrived = post.put(written("The blue one."), signed(number))
    post.clock.move(5)
    post.tell(arrived)
    [pause] = post.complaint(number).pauses
    assert pause.ended_at == arrived.at


def test_a_mail_service_whose_clock_is_ahead_ends_no_pause_in_the_future(post: Postbox, number: str) -> None:
    post.office.do(number, TRIAGE, "system")
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}, pause=True))
    post.clock.move(2)
    arrived = post.put(written("The blue one."), signed(number))
    post.tell(replace(arrived, at=arrived.at + timedelta(hours=1)))
    [pause] = post.complaint(number).pauses
    assert pause.ended_at == post.clock()
