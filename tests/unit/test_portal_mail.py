"""What the player sees of mail: whether letters arrived, what came from them, and what may not be theirs."""

from copy import replace
from datetime import UTC, datetime

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import Delivery, LetterKind
from redress.language import CODES
from tests.support.complaints import TRIAGE, submit
from tests.support.mail_commands import SENDER, go_out, held, mail
from tests.support.portal import Visitor, region
from tests.unit.test_portal_timeline import lines

RECEIVED = datetime(2026, 4, 20, 9, 14, tzinfo=UTC)
HANDLER = "app:back-office/handler"
ACK = LetterKind.ACKNOWLEDGEMENT
TOOK_OVER = "The team Payments took over your complaint"
COMPLAINED = "You sent us your complaint"
UNSURE = "An e-mail came, and we could not be sure that it was from you"
WAITS = "A person will look at it. What you write on this page reaches us at once."
UNREACHED = "Our e-mails no longer reach you."


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor(region=region(), now=RECEIVED)


def complained(visitor: Visitor, *other_emails: str) -> str:
    """The tracking page of a complaint, whose player may have told more than one address."""
    told = submit("gb-ukgc")
    content = {**told.content, "other_emails": list(other_emails)}
    path = visitor.passed_on(replace(told, content=content))
    visitor.operator(path, TRIAGE)
    return path


def goes_out(visitor: Visitor, path: str, outcome: Delivery, contact: int = 0) -> None:
    """The acknowledgement leaves, and the mail service tells what became of it."""
    number = path.split("/")[2]
    go_out(
        lambda: visitor.store.load(number),
        lambda command: visitor.operator(path, command),
        ACK,
        outcome,
        contact,
    )


class TestLetters:
    @pytest.mark.parametrize(
        ("outcome", "said"),
        [
            (Delivery.DELIVERED, "Delivered to your e-mail provider on 20 April 2026 at 10:18"),
            (Delivery.DELAYED, "Your e-mail provider has not taken it yet. We go on trying."),
            (Delivery.BOUNCED, "It could not be delivered. You can read it on this page."),
            (Delivery.SPAM, "It was marked as spam, so we send no more e-mails to that address."),
        ],
    )
    def test_a_letter_says_what_became_of_it_here_and_among_the_letters(
        self, visitor: Visitor, outcome: Delivery, said: str
    ) -> None:
        path = complained(visitor)
        goes_out(visitor, path, outcome)
        page = visitor.get(path)
        assert lines(page) == [
            f"We confirmed that we have your complaint | {said}",
            TOOK_OVER,
            COMPLAINED,
        ]
        assert page.text.count(said) == 2

    def test_of_one_that_only_left_nothing_is_claimed(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.letter(path, ACK)
        assert lines(visitor.get(path))[0] == "We confirmed that we have your complaint"

    def test_the_latest_counts(self, visitor: Visitor) -> None:
        path = complained(visitor)
        goes_out(visitor, path, Delivery.DELAYED)
        letter = visitor.complaint(path).letters["acknowledgement-1"]
        arrived = c.RecordDelivery(
            letter=letter.key, message_id=letter.message_id or "", outcome=Delivery.DELIVERED
        )
        visitor.operator(path, arrived)
        assert "Delivered to your e-mail provider on" in lines(visitor.get(path))[0]

    def test_one_that_went_twice_says_it_of_each_time(self, visitor: Visitor) -> None:
        path = complained(visitor, "other@example.test")
        goes_out(visitor, path, Delivery.BOUNCED)
        goes_out(visitor, path, Delivery.DELIVERED, contact=1)
        second, first, *_ = lines(visitor.get(path))
        assert "Delivered to your e-mail provider on" in second
        assert first.endswith("It could not be delivered. You can read it on this page.")

    def test_one_that_was_brought_says_how_and_nothing_of_mail(self, visitor: Visitor) -> None:
        path = complained(visitor)
        goes_out(visitor, path, Delivery.BOUNCED)
        visitor.operator(path, c.SendOtherwise(letter="acknowledgement-1", means="post"), actor=HANDLER)
        assert lines(visitor.get(path))[0] == "We confirmed that we have your complaint"
        assert "by post" in visitor.get(path).text

    def test_a_page_of_somebody_whom_no_mail_reaches_says_so_until_there_is_another_address(
        self, visitor: Visitor
    ) -> None:
        path = complained(visitor, "other@example.test")
        goes_out(visitor, path, Delivery.BOUNCED)
        assert UNREACHED not in visitor.get(path).text
        goes_out(visitor, path, Delivery.SPAM, contact=1)
        assert UNREACHED in visitor.get(path).text
        visitor.operator(path, c.AddContact(content={"email": "third@example.test"}), actor=HANDLER)
        page = visitor.get(path)
        assert UNREACHED not in page.text
        assert lines(page)[0] == "We noted another e-mail address of yours"
        assert "third@example.test" not in page.body

    def test_a_closed_page_asks_for_no_address(self, visitor: Visitor) -> None:
        path = complained(visitor)
        goes_out(visitor, path, Delivery.BOUNCED)
        visitor.operator(path, c.Withdraw(), actor="player")
        assert UNREACHED not in visitor.get(path).text


class TestMails:
    def test_a_reply_by_mail_is_one_line_with_its_text(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, mail(text="It was the blue one."))
        page = visitor.get(path)
        assert lines(page)[:2] == ["Your e-mail reached us | It was the blue one.", TOOK_OVER]
        assert SENDER not in page.body

    def test_a_reply_on_the_page_stays_what_it_was(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, mail(), c.Reply(content={"text": "On the page."}))
        assert lines(visitor.get(path))[0] == "You wrote to us | On the page."

    def test_what_may_be_anybodys_is_told_without_a_word_of_it(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, held("Send the money elsewhere."))
        page = visitor.get(path)
        assert lines(page)[0] == f"{UNSURE} | {WAITS}"
        for hidden in ("elsewhere", SENDER, "Re: Your complaint", "dmarc"):
            assert hidden not in page.body

    def test_once_it_is_accepted_it_is_a_message_of_the_player(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, held())
        [waiting] = visitor.complaint(path).held_mails
        accepted = c.AcceptMail(received=waiting.seq, content={"text": "It was me."})
        visitor.operator(path, accepted, actor=HANDLER)
        assert lines(visitor.get(path))[:2] == [
            "Your e-mail reached us | It was me.",
            f"{UNSURE} | A person looked at it: it counts as a message from you.",
        ]

    def test_once_it_is_rejected_it_counts_for_nothing_and_why_is_not_told(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, held("Send the money elsewhere."))
        [waiting] = visitor.complaint(path).held_mails
        rejected = c.RejectMail(received=waiting.seq, content={"reason": "Forged."})
        visitor.operator(path, rejected, actor=HANDLER)
        page = visitor.get(path)
        assert lines(page)[:2] == [
            f"{UNSURE} | A person looked at it: it does not count as a message from you.",
            TOOK_OVER,
        ]
        assert "Forged." not in page.body
        assert "elsewhere" not in page.body

    def test_a_reply_that_came_too_late_is_the_players_and_waits(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, c.Withdraw(), actor="player")
        visitor.operator(path, mail())
        told = "Your e-mail came when your complaint was closed | A person will look at it."
        assert lines(visitor.get(path))[0] == told

    def test_what_a_program_answered_and_the_mail_that_is_the_complaint_add_nothing(
        self, visitor: Visitor
    ) -> None:
        path = visitor.passed_on(replace(submit("gb-ukgc"), channel="email", mail=mail("complaint")))
        visitor.operator(path, mail("automatic", mail_id="mail-2"))
        assert lines(visitor.get(path)) == [COMPLAINED]

    def test_who_wants_no_more_questions_finds_it_on_record(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, mail("survey_declined"))
        told = ["You asked for no more questions about how it went", TOOK_OVER]
        assert lines(visitor.get(path))[:2] == told


@pytest.mark.parametrize("code", CODES)
def test_every_language_says_all_of_it(code: str) -> None:
    visitor = Visitor(region=region(), now=RECEIVED)
    path = complained(visitor)
    goes_out(visitor, path, Delivery.BOUNCED)
    visitor.operator(path, mail(), held(mail_id="mail-2"), mail("survey_declined", mail_id="mail-3"))
    page = visitor.get(f"/{code}{path}")
    assert page.status == 200
    english = {UNREACHED, UNSURE, "Your e-mail reached us", "It could not be delivered."}
    assert {one for one in english if one in page.text} == (english if code == "en" else set())
