"""A mail that belongs to no complaint: it begins one, asks a question, or is set aside."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from redress.domain.commands import RejectAsSpam
from redress.domain.correspondence import LetterKind
from redress.domain.events import ComplaintReceived
from redress.domain.next_step import next_step
from redress.letters.thread import threaded
from redress.mailroom import read
from redress.mailroom.incoming import Automatic, Incoming
from redress.usecases.consultations import open_with
from redress.usecases.contacts import contacts
from redress.usecases.mail_ports import MailGone, Notice, Verdicts
from redress.usecases.ports import Mail
from tests.support.complaints import CLAIM_EXPIRY, REGION
from tests.support.mail import (
    COMPLAINTS,
    FORGED,
    NO_POLICY,
    PASSED,
    PDF_FILE,
    PLAYER_MAIL,
    QUESTIONS,
    STRANGER_MAIL,
    Postbox,
    written,
)


def begun(post: Postbox, mail: Incoming, *to: str, verdicts: Verdicts = PASSED) -> str:
    """The complaint that a mail began."""
    [came] = post.arrives(mail, *to, verdicts=verdicts)
    assert came.taken_as == "complaint"
    assert came.number
    return came.number


def received(post: Postbox, number: str) -> ComplaintReceived:
    """The first event of a complaint."""
    event = post.events(number)[0]
    assert isinstance(event, ComplaintReceived)
    return event


def owes_a_letter(post: Postbox, number: str) -> bool:
    """Whether a letter to the player would leave now."""
    complaint = post.complaint(number)
    step = next_step(complaint, [], post.clock(), CLAIM_EXPIRY)
    return bool(step.letter and step.letter.kind is LetterKind.ACKNOWLEDGEMENT)


# --- A complaint ---------------------------------------------------------------------------------------


def test_a_mail_to_the_public_address_is_a_complaint(post: Postbox) -> None:
    number = begun(post, written("My withdrawal is a week late.", language="de"))
    event = received(post, number)
    assert (event.brand, event.jurisdiction, event.pack_version) == ("northlight", "sandbox", "2026.1")
    assert (event.channel, event.language, event.category) == ("email", "de", "other")
    assert (event.suspicions, event.verified) == ((), False)
    told = post.content(number, "ComplaintReceived")
    assert (told["name"], told["email"]) == ("Player Example", PLAYER_MAIL)
    assert told["description"] == "My withdrawal is a week late."
    assert owes_a_letter(post, number)


def test_the_mail_that_began_it_is_on_record(post: Postbox) -> None:
    number = begun(post, written())
    assert (post.mail(number).taken_as, post.mail(number).mail) == ("complaint", "ses-1")
    assert post.content(number, "MailReceived")["subject"] == "My withdrawal"


def test_the_clock_starts_when_the_mail_service_took_the_mail(post: Postbox) -> None:
    arrived, sent_at = post.put(written()), post.clock()
    post.clock.move(timedelta(hours=5).total_seconds())
    [came] = post.tell(arrived)
    assert came.number
    assert post.complaint(came.number).received_at == sent_at


def test_a_clock_that_goes_wrong_elsewhere_receives_nothing_in_the_future(post: Postbox) -> None:
    arrived = post.put(written())
    [came] = post.tell(replace(arrived, at=arrived.at + timedelta(days=1)))
    assert came.number
    assert post.complaint(came.number).received_at == post.clock()


def test_what_was_forwarded_is_part_of_the_complaint(post: Postbox) -> None:
    number = begun(post, written("See below.", whole="See below.\n\nYour withdrawal was refused."))
    assert "refused" in post.content(number, "ComplaintReceived")["description"]


def test_an_empty_mail_complains_of_its_subject(post: Postbox) -> None:
    number = begun(post, written("", subject="Where is my money?"))
    assert post.content(number, "ComplaintReceived")["description"] == "Where is my money?"


def test_a_language_that_nobody_can_tell_is_english(post: Postbox) -> None:
    assert received(post, begun(post, written("???", language=None))).language == "en"


def test_an_address_to_answer_to_is_tried_after_the_senders(post: Postbox) -> None:
    others = (PLAYER_MAIL.upper(), STRANGER_MAIL, STRANGER_MAIL)
    number = begun(post, written(reply_to=others))
    assert contacts(post.store.load(number)) == (PLAYER_MAIL, STRANGER_MAIL)


def test_ten_thousand_recipients_are_one_complaint(post: Postbox) -> None:
    many = [f"c+{n:09}.{'a' * 26}@mail.example.test" for n in range(10_000)]
    begun(post, written(), *many, COMPLAINTS)
    assert len(post.store.complaints) == 1


def test_a_mail_that_is_told_again_is_one_complaint(post: Postbox) -> None:
    arrived = post.put(written())
    assert len({post.tell(arrived)[0].number for _ in range(4)}) == 1
    assert len(post.store.complaints) == 1


def test_a_players_complaints_by_mail_are_found_together(post: Postbox) -> None:
    one, two = (
        begun(post, written(text, sender=who))
        for text, who in (("A", PLAYER_MAIL), ("B", "Player@example.com"))
    )
    assert post.store.states[one].player == post.store.states[two].player


# --- What is suspected ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "told", "suspicions"),
    [
        (FORGED, {}, ("unauthenticated",)),
        (replace(NO_POLICY, spf="fail"), {}, ("unauthenticated",)),
        (replace(PASSED, spam="fail"), {}, ("spam_verdict",)),
        (replace(PASSED, virus="fail"), {}, ("virus_verdict",)),
        (PASSED, {"automatic": Automatic.GENERATED, "sender": "no-reply@example.com"}, ("automatic",)),
        (FORGED, {"sender": ""}, ("unauthenticated", "no_sender")),
    ],
)
def test_a_doubtful_mail_is_stored_and_no_letter_leaves_before_a_person_looked(
    post: Postbox, verdicts: Verdicts, told: dict[str, Any], suspicions: tuple[str, ...]
) -> None:
    number = begun(post, written(**told), verdicts=verdicts)
    assert received(post, number).suspicions == suspicions
    assert post.complaint(number).held
    assert post.complaint(number).seen_at_once
    assert not owes_a_letter(post, number)


def test_a_sender_whose_domain_has_no_policy_is_believed_for_a_new_complaint(post: Postbox) -> None:
    assert received(post, begun(post, written(), verdicts=NO_POLICY)).suspicions == ()


def test_mails_without_a_sender_are_not_one_player(post: Postbox) -> None:
    one, two = (begun(post, written(text, sender=""), verdicts=FORGED) for text in ("A", "B"))
    assert post.store.states[one].player != post.store.states[two].player


def test_the_sixth_complaint_of_a_day_is_stored_and_suspected(post: Postbox) -> None:
    numbers = [begun(post, written(f"Complaint {turn}")) for turn in range(REGION.player_complaints + 1)]
    assert [received(post, one).suspicions for one in numbers] == [()] * REGION.player_complaints + [
        ("many",)
    ]
    assert not owes_a_letter(post, numbers[-1])
    post.clock.move(timedelta(days=1).total_seconds())
    assert received(post, begun(post, written("The next day"))).suspicions == ()


def test_the_same_mail_sent_twice_is_one_complaint(post: Postbox) -> None:
    number = begun(post, written("Where is my money?"))
    [again] = post.arrives(written("Where is my money?", message_id="<2@example.com>"))
    assert (again.taken_as, again.number) == ("sent_before", None)
    assert list(post.store.complaints) == [number]
    begun(post, written("Where is my money?", subject="Now with a subject"))


def test_a_mail_that_is_sent_again_after_it_was_put_aside_as_spam_is_a_complaint(post: Postbox) -> None:
    """The first could not be checked for an hour, say; nothing tells the player that neither counts."""
    first = begun(post, written("Pay me."), verdicts=replace(FORGED, dmarc="processing_failed"))
    post.office.do(first, RejectAsSpam(content={"reason": "Unknown server."}))
    assert received(post, begun(post, written("Pay me."))).suspicions == ()


def test_an_answer_of_staff_to_a_notice_gets_no_letter_before_a_person_looked(post: Postbox) -> None:
    """It would be acknowledged, have a lawful clock, and nothing spoke for spam by which to be rid of it."""
    about = post.complained()
    case = post.store.load(about)
    escalation = replace(next(iter(case.complaint.letters.values())), kind=LetterKind.ESCALATION)
    notice = Mail(letter_id="n", sender=COMPLAINTS, to="team@example.test", subject="", text="", html="")
    references = threaded(notice, escalation, case, b"secret", read=True).references
    number = begun(post, written("I see to it.", sender="team@example.test", references=references))
    assert received(post, number).suspicions == ("staff",)
    assert not owes_a_letter(post, number)


# --- What is set aside ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Automatic.BOUNCE, Automatic.REPLY, Automatic.LIST])
@pytest.mark.parametrize("to", [COMPLAINTS, QUESTIONS])
def test_bounces_absences_and_newsletters_are_set_aside(post: Postbox, kind: Automatic, to: str) -> None:
    [came] = post.arrives(written("Undeliverable.", automatic=kind), to)
    assert (came.taken_as, came.number) == ("set_aside", None)
    assert post.store.complaints == {}
    assert post.store.consultations.kept == {}
    assert post.notices == []


# --- A question ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        (PLAYER_MAIL, "Automatic response is all I ever get from you"),
        (PLAYER_MAIL, "Out of office hours nobody pays out"),
        (PLAYER_MAIL, "Frånvaro av utbetalning"),
        (PLAYER_MAIL, "Auto: my bet on the race"),
        ("Player Example <postmaster@example.com>", "My money"),
    ],
)
def test_what_only_looks_like_a_programs_is_a_complaint_and_a_person_looks(
    post: Postbox, sender: str, subject: str
) -> None:
    mail = f"From: {sender}\r\nSubject: {subject}\r\n\r\nYou have kept my money for three weeks.\r\n"
    number = begun(post, read(mail.encode()))
    assert received(post, number).suspicions == ("automatic",)
    assert post.complaint(number).held


def test_a_mail_to_the_address_for_questions_is_an_anonymous_consultation(post: Postbox) -> None:
    [came] = post.arrives(written("How long does a withdrawal take?", language="fr"), QUESTIONS.upper())
    assert came.taken_as == "consultation"
    [(asked, _)] = post.store.consultations.kept.values()
    assert (asked.number, asked.brand, asked.language) == (came.number, "northlight", "fr")
    assert asked.records[0].text == "How long does a withdrawal take?"
    assert PLAYER_MAIL not in repr(asked)
    assert post.store.complaints == {}


def test_a_question_that_brings_files_is_a_complaint_which_keeps_them(post: Postbox) -> None:
    [came] = post.arrives(written("Is this letter yours?", attachments=(PDF_FILE,)), QUESTIONS)
    assert (came.taken_as, came.files) == ("complaint", 1)


def test_number_and_key_go_back_to_whoever_asked(post: Postbox) -> None:
    [came] = post.arrives(written("How long?"), QUESTIONS)
    [notice] = post.notices
    assert came.number
    assert notice == Notice(
        kind="consultation",
        brand="northlight",
        language="en",
        to=PLAYER_MAIL,
        number=came.number,
        key=notice.key,
        in_reply_to="<1@example.com>",
    )
    assert open_with(post.desk, notice.number, notice.key).number == came.number


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (FORGED, {}),
        (replace(PASSED, spam="fail"), {}),
        (PASSED, {"automatic": Automatic.GENERATED}),
        (FORGED, {"sender": ""}),
    ],
)
def test_nobody_is_written_to_who_may_not_have_asked(
    post: Postbox, verdicts: Verdicts, told: dict[str, Any]
) -> None:
    [came] = post.arrives(written("How long?", **told), QUESTIONS, verdicts=verdicts)
    assert came.taken_as == "consultation"
    assert post.notices == []
    assert post.mails, "its key went to nobody: by the mail somebody may still find who asked"


def test_a_question_is_kept_without_the_name_below_it(post: Postbox) -> None:
    """The notice says: we keep your question without your name and without your e-mail address."""
    body = "How long does a withdrawal take?\r\n\r\n-- \r\nPlayer Example\r\nplayer@example.com\r\n"
    post.arrives(read(f"From: {PLAYER_MAIL}\r\nSubject: s\r\n\r\n{body}".encode()), QUESTIONS)
    [(asked, _)] = post.store.consultations.kept.values()
    assert asked.records[0].text == "How long does a withdrawal take?"


def test_a_mail_that_is_gone_and_was_no_question_comes_again_until_somebody_looks(post: Postbox) -> None:
    arrived = post.put(written("Where is my money?"))
    post.mails.clear()
    with pytest.raises(MailGone):
        post.tell(arrived)


def test_a_question_that_is_told_again_is_one_with_the_same_key(post: Postbox) -> None:
    arrived = post.put(written("How long?"), QUESTIONS)
    for _ in range(3):
        post.tell(arrived)
    assert len(post.store.consultations.kept) == 1
    assert arrived.mail not in post.mails, "no name and no address of who asked is kept, not even in the mail"
    assert len({(one.number, one.key) for one in post.notices}) == 1


def test_a_question_that_also_complains_is_a_complaint(post: Postbox) -> None:
    begun(post, written("How long, and why?"), QUESTIONS, COMPLAINTS)


def test_without_an_address_for_questions_everything_is_a_complaint() -> None:
    post = Postbox(region=REGION)
    begun(post, written("How long?"), QUESTIONS)


def test_a_suspected_complaint_still_waits_for_its_person_when_told_again(post: Postbox) -> None:
    arrived = post.put(written(), verdicts=FORGED)
    post.tell(arrived)
    post.tell(arrived)
    [number] = post.store.complaints
    assert post.complaint(number).held
    assert post.names(number).count("TaskOpened") == 1
