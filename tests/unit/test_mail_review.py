"""What a review of the mail found: each test says what must hold, and fails as long as it does not."""

from copy import replace

import pytest

from redress.domain import commands as c
from redress.domain import reply_address
from redress.domain.correspondence import INVALID_ADDRESS, Delivery, LetterKind
from redress.domain.errors import IllegalTransition
from redress.domain.mail_decisions import CHECK_MAIL, MOST_HELD
from redress.domain.packs import load_pack
from redress.domain.stages import Stage
from redress.letters import blocks
from redress.mailroom import read
from redress.mailroom.incoming import Automatic, Incoming
from redress.usecases.link_duplicate import link_duplicate
from redress.usecases.ports import Mail, MailRefused
from redress.usecases.send_letter import Outcome
from redress.usecases.send_notice import Sending, send_notice
from tests.support.complaints import HANDLER, PROPOSE, SYSTEM, TRIAGE, at_stage, personal
from tests.support.deliveries import told
from tests.support.letters import Story, investigating
from tests.support.letters import told as story_of
from tests.support.mail import (
    COMPLAINTS,
    DOMAIN,
    FORGED,
    MAILED_REGION,
    PDF_FILE,
    PLAYER_MAIL,
    QUESTIONS,
    STRANGER_MAIL,
    Postbox,
    signed,
    written,
)
from tests.support.senders import Mailer, counter, deliver


@pytest.fixture
def post() -> Postbox:
    """An empty one."""
    return Postbox()


@pytest.fixture
def number(post: Postbox) -> str:
    """A complaint that the player made by the form."""
    return post.complained()


def typed(subject: str = "My withdrawal", sender: str = "player@example.com", *headers: str) -> Incoming:
    """A mail that a person wrote, as the mailroom reads it."""
    lines = [f"From: {sender}", f"Subject: {subject}", "Message-ID: <1@example.com>", *headers]
    body = "You have kept my money for three weeks."
    return read("\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", body, ""]).encode())


# --- What gets lost ------------------------------------------------------------------------------------


def test_a_mail_about_a_duplicate_is_heard_where_the_complaint_goes_on(post: Postbox, number: str) -> None:
    other = post.office.receive(key="key-2")
    for one in (number, other):
        post.office.do(one, TRIAGE, SYSTEM)
    request = post.office.request("link")
    link_duplicate(post.desk, other, number, "The same withdrawal.", HANDLER, request, lambda _: None)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}))
    post.arrives(written("The blue one."), signed(other))
    heard = "PlayerReplied" in post.names(number) or bool(post.complaint(number).held_mails)
    assert heard, "whoever works on the complaint never sees the answer"


def test_a_mail_to_a_complaint_that_nobody_can_reopen_can_still_be_taken_as_the_players(
    post: Postbox, number: str
) -> None:
    post.office.do(number, c.Withdraw())
    post.arrives(written("You talked me into withdrawing it. I complain again."), signed(number))
    post.accepted(number)
    assert post.complaint(number).held_mails == ()


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic response is all I ever get from you",
        "Out of office hours nobody pays out",
        "Frånvaro av utbetalning",
        "Auto: my bet on the race",
    ],
)
def test_a_complaint_about_automatic_answers_is_a_complaint(post: Postbox, subject: str) -> None:
    [came] = post.arrives(typed(subject))
    assert came.taken_as == "complaint"


def test_a_person_may_complain_from_the_mailbox_of_a_postmaster(post: Postbox) -> None:
    [came] = post.arrives(typed("My money", "Player Example <postmaster@example.com>"))
    assert came.taken_as == "complaint"


@pytest.mark.parametrize(
    "header", ["X-Auto-Response-Suppress: All", "Precedence: bulk", "List-Unsubscribe: <https://example.com>"]
)
def test_the_answer_of_a_player_whose_company_marks_all_its_mail_is_seen_by_a_person(
    post: Postbox, number: str, header: str
) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}))
    post.arrives(typed("Re: Which card?", "player@example.com", header), signed(number))
    seen = not post.complaint(number).waiting_for_player or CHECK_MAIL in post.tasks(number)
    assert seen, "the answer is on record, and nobody is told"


def test_the_same_words_to_two_brands_are_two_complaints() -> None:
    first = MAILED_REGION.brands[0]
    second = replace(first, id="southlight", sender="help@mail.example.test", questions=None)
    two = Postbox(region=replace(MAILED_REGION, brands=(first, second)))
    [_], [other] = (
        two.arrives(written("Pay me."), first.sender),
        two.arrives(written("Pay me."), second.sender),
    )
    assert other.taken_as == "complaint"


def test_a_mail_is_not_said_to_wait_that_is_on_no_record(post: Postbox, number: str) -> None:
    for turn in range(MOST_HELD):
        post.arrives(written(f"Forged {turn}."), signed(number), verdicts=FORGED)
    [came] = post.arrives(written("Mine, really."), signed(number), verdicts=FORGED)
    assert came.taken_as != "held" or len(post.complaint(number).mails) > MOST_HELD


def test_who_disputes_the_answer_by_mail_is_heard_before_the_complaint_is_closed(
    post: Postbox, number: str
) -> None:
    """The letter says: you can answer this e-mail, and what you write becomes part of your complaint."""
    post.office.send(number, LetterKind.ACKNOWLEDGEMENT)
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, PROPOSE)
    post.office.do(number, c.ApproveDecision(second_person=False))
    post.office.send(number, LetterKind.FINAL_RESPONSE)
    post.arrives(written("I do not accept your decision."), signed(number))
    assert post.complaint(number).stage is not Stage.RESOLVED or post.tasks(number)


def test_a_mail_to_two_brands_is_a_complaint_at_each() -> None:
    first = MAILED_REGION.brands[0]
    second = replace(first, id="southlight", sender="help@mail.example.test", questions=None)
    two = Postbox(region=replace(MAILED_REGION, brands=(first, second)))
    two.arrives(written("Pay me, both of you."), first.sender, second.sender)
    assert {one.brand for one in two.store.complaints.values()} == {"northlight", "southlight"}


def test_a_mail_that_is_sent_again_after_it_was_put_aside_as_spam_is_a_complaint(post: Postbox) -> None:
    """The first could not be checked for an hour, say; nothing tells the player that neither counts."""
    [first] = post.arrives(written("Pay me."), verdicts=replace(FORGED, dmarc="processing_failed"))
    assert first.number
    post.office.do(first.number, c.RejectAsSpam(content={"reason": "Unknown server."}))
    [second] = post.arrives(written("Pay me."))
    assert second.taken_as == "complaint"


def test_a_friend_to_whom_a_letter_was_passed_on_complains_for_themselves(post: Postbox, number: str) -> None:
    """Written to the public address; the thread is that of the letter that the friend answers or forwards."""
    mail = written("They did the same to me.", sender=STRANGER_MAIL, references=(f"<{signed(number)}>",))
    [came] = post.arrives(mail, COMPLAINTS)
    assert came.taken_as in {"complaint", "held"}


def test_a_mail_whose_plain_text_says_only_that_there_is_html_says_what_the_html_says() -> None:
    html = "<p>You closed my account 12345 and kept 500 GBP. I want them back.</p>"
    parts = (("plain", "Please use a program that shows HTML."), ("html", html))
    body = "".join(f"--B\r\nContent-Type: text/{kind}\r\n\r\n{text}\r\n" for kind, text in parts)
    head = f"From: {PLAYER_MAIL}\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n"
    assert "500 GBP" in read(f"{head}{body}--B--\r\n".encode()).whole


def test_a_file_that_came_with_a_question_is_not_thrown_away_unseen(post: Postbox) -> None:
    arrived = post.put(written("Is this letter yours?", attachments=(PDF_FILE,)), QUESTIONS)
    post.tell(arrived)
    assert post.files or arrived.mail in post.mails


def test_nobody_closes_the_task_of_looking_while_mails_wait(post: Postbox, number: str) -> None:
    post.arrives(written("Mine, really."), signed(number), verdicts=FORGED)
    [task] = [one for one in post.complaint(number).open_tasks if one.task == CHECK_MAIL]
    with pytest.raises(IllegalTransition):
        post.office.do(number, c.CloseTask(opened=task.opened, outcome="done"))


def test_a_question_that_nobody_can_be_written_to_about_is_kept_as_it_came(post: Postbox) -> None:
    arrived = post.put(written("How long?"), QUESTIONS, verdicts=FORGED)
    post.tell(arrived)
    assert post.notices == []
    assert arrived.mail in post.mails, "its key went to nobody, and now nobody can find who asked"


# --- What is taken for something else ------------------------------------------------------------------


def test_a_wish_for_no_survey_that_a_person_accepts_is_that_wish_and_no_answer(
    post: Postbox, number: str
) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}))
    address = signed(number, reply_address.DECLINE_SURVEY)
    post.arrives(written("unsubscribe"), address, verdicts=FORGED)
    post.accepted(number)
    assert post.complaint(number).waiting_for_player
    assert "SurveyDeclined" in post.names(number)


def test_an_answer_of_staff_to_a_notice_is_no_players_complaint(post: Postbox, number: str) -> None:
    """It would be acknowledged, have a lawful clock, and nothing speaks for spam by which to be rid of it."""
    thread = (f"<staff.{number}@{DOMAIN}>",)
    mail = written("I see to it.", sender="team@example.test", references=thread)
    [came] = post.arrives(mail, COMPLAINTS)
    assert came.taken_as != "complaint" or post.complaint(str(came.number)).held


def test_a_question_is_kept_without_the_name_below_it(post: Postbox) -> None:
    """The notice says: we keep your question without your name and without your e-mail address."""
    body = "How long does a withdrawal take?\r\n\r\n-- \r\nPlayer Example\r\nplayer@example.com\r\n"
    post.arrives(read(f"From: {PLAYER_MAIL}\r\nSubject: s\r\n\r\n{body}".encode()), QUESTIONS)
    [(asked, _)] = post.store.consultations.kept.values()
    assert PLAYER_MAIL not in str(asked.records[0].text)


# --- Who it is from ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sender",
    [
        "=?utf-8?q?player=40example.com?=",  # RFC 2047, section 5: never within an address
        "Player <player@example.com>@attacker.example.test>",
    ],
)
def test_what_no_server_reads_as_the_players_address_is_not_it(sender: str) -> None:
    assert typed(sender=sender).sender == ""


# --- Harm ----------------------------------------------------------------------------------------------

HARM = "I cannot stop gambling and I want to kill myself."


def test_a_mail_of_harm_to_a_closed_complaint_calls_a_human(post: Postbox, number: str) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.Withdraw())
    post.arrives(written(HARM), signed(number))
    assert "HarmSignalled" in post.names(number)


def test_a_mail_of_harm_that_waits_is_seen_before_all_others(post: Postbox, number: str) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.arrives(written(HARM), signed(number), verdicts=FORGED)
    assert post.complaint(number).seen_at_once


# --- What did not arrive -------------------------------------------------------------------------------


def test_no_clock_stands_still_for_a_question_that_came_back() -> None:
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.RequestInformation(content=personal("question"), pause=True))
    case.send(LetterKind.INFORMATION_REQUEST)
    told(case, LetterKind.INFORMATION_REQUEST, Delivery.BOUNCED)
    assert case.complaint.pause("awaiting_player_info") is None


def test_an_address_that_cannot_be_written_to_has_the_letter_tried_at_the_next_one() -> None:
    """As a bounce does: the player gave two, and the first has a non-ASCII local part."""
    content = {**personal("description"), "email": "zażółć@example.com", "other_emails": ["b@example.com"]}
    story = Story(written={"name": "Player Example", **content})
    mailer = Mailer([MailRefused(INVALID_ADDRESS, permanent=True)])
    assert deliver(story, mailer) is Outcome.REFUSED
    assert deliver(story, mailer) is Outcome.SENT


def test_a_report_that_a_letter_did_not_arrive_is_seen_by_a_person(post: Postbox, number: str) -> None:
    """Some servers return a letter to its sender or Reply-To; SES has told by then that it was delivered."""
    post.arrives(written("User unknown.", automatic=Automatic.BOUNCE), signed(number))
    assert post.tasks(number)


# --- Counting ------------------------------------------------------------------------------------------


def test_questions_asked_in_a_players_name_use_up_none_of_their_letters() -> None:
    story, mailer = investigating(Story()), Mailer()
    notice = Mail(
        letter_id="Q-1234/consultation",
        sender="Northlight <complaints@mail.example.test>",
        to="player@example.com",
        subject="",
        text="",
        html="",
    )
    turn = 0
    while send_notice(story.desk, mailer, notice, f"m{turn}", counter(story), first=True) is Sending.SENT:
        turn += 1
    story.do(c.AddNote(visibility="player", content={"text": "We need your answer today."}), HANDLER)
    assert deliver(story, mailer, LetterKind.MESSAGE) is Outcome.SENT


def test_a_question_for_which_a_clock_stands_still_is_not_put_off() -> None:
    story = investigating(Story())
    story.desk = replace(story.desk, region=replace(story.desk.region, letters_per_day=0))
    story.do(c.RequestInformation(content={"question": "Which card?"}, pause=True), HANDLER)
    deliver(story, Mailer(), LetterKind.INFORMATION_REQUEST)
    letter = story.letter(LetterKind.INFORMATION_REQUEST)
    assert letter.not_before is None or story.case.complaint.pause("awaiting_player_info") is None


def test_an_extension_whose_letter_came_back_moves_no_date() -> None:
    """Where the law wants the player told in writing before the date, nobody was told."""
    story = story_of(LetterKind.EXTENSION)
    assert deliver(story, Mailer(), LetterKind.EXTENSION) is Outcome.SENT
    [extension] = story.case.complaint.extensions
    assert extension.holds_since
    bounced = c.RecordDelivery(
        letter=story.letter(LetterKind.EXTENSION).key,
        message_id="message-1",
        outcome=Delivery.BOUNCED,
        permanent=True,
    )
    story.do(bounced)
    [extension] = story.case.complaint.extensions
    assert extension.holds_since is None


def test_an_address_that_works_again_can_be_written_to_again() -> None:
    """The player marked one letter as spam by mistake, or their mailbox was away."""
    story, mailer = Story(), Mailer()
    deliver(story, mailer)
    key = story.letter(LetterKind.ACKNOWLEDGEMENT).key
    story.do(c.RecordDelivery(letter=key, message_id="message-1", outcome=Delivery.SPAM))
    story.do(c.AddContact(content={"email": mailer.reached[0].to}), HANDLER)
    story.do(TRIAGE)
    story.do(c.AddNote(visibility="player", content={"text": "As you asked on the phone."}), HANDLER)
    assert deliver(story, mailer, LetterKind.MESSAGE) is Outcome.SENT


# --- Time ----------------------------------------------------------------------------------------------


def test_the_clock_runs_from_when_the_answer_came_and_not_from_when_somebody_looked(
    post: Postbox, number: str
) -> None:
    """Otherwise the operator gains the days for which a player's answer lay unread."""
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}, pause=True))
    post.clock.move(2)
    post.arrives(written("The blue one."), signed(number), verdicts=FORGED)
    came_at = post.clock()
    post.clock.move(5)
    post.accepted(number)
    [pause] = post.complaint(number).pauses
    assert pause.ended_at == came_at


def test_an_answer_that_the_queue_brings_late_ended_the_pause_when_it_came(
    post: Postbox, number: str
) -> None:
    post.office.do(number, TRIAGE, SYSTEM)
    post.office.do(number, c.RequestInformation(content={"text": "Which card?"}, pause=True))
    post.clock.move(2)
    arrived = post.put(written("The blue one."), signed(number))
    post.clock.move(5)
    post.tell(arrived)
    [pause] = post.complaint(number).pauses
    assert pause.ended_at == arrived.at
