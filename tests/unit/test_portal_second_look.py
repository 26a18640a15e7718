"""What the player may do after the answer: ask for a second look, rate, read letters again."""

import re
from copy import replace
from datetime import UTC, datetime, timedelta

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.domain.events import HarmSignalled
from redress.domain.stages import Stage
from redress.usecases.change import change
from tests.support.complaints import APPROVE, TRIAGE, milestone, submit
from tests.support.portal import Answer, Visitor

RECEIVED = datetime(2026, 4, 20, 9, 14, tzinfo=UTC)  # in London 10:14
HANDLER = "app:back-office/handler"
PROPOSE = c.ProposeDecision(outcome="rejected", content={"reasons": "The round was settled."})
NEW = "I found the confirmation mail."
HARM = "I want to kill myself."


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor(now=RECEIVED)


@pytest.fixture
def path(visitor: Visitor) -> str:
    """The tracking page of a complaint with its answer, sent on 20 April 2026."""
    return answered(visitor, replace(submit("gb-ukgc"), language="en"))


def answered(visitor: Visitor, command: c.Submit) -> str:
    """The tracking page of a complaint that was answered."""
    path = visitor.passed_on(command)
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    visitor.operator(path, TRIAGE, PROPOSE, APPROVE)
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    return path


def dispute(visitor: Visitor, path: str, **fields: str) -> Answer:
    """Send the form for a second look."""
    nonce = visitor.get(path).nonce("dispute")
    return visitor.post(f"{path}/dispute", {"nonce": nonce, "ground": "disputed", "why": NEW, **fields})


def lines(page: Answer) -> list[str]:
    """What happened, the latest first."""
    [body] = re.findall(r'<ol class="timeline">(.*?)</ol>', page.body, re.DOTALL)
    return re.findall(r"<p>(.*?)(?: <span|</p>)", body)


class TestSecondLook:
    def test_the_page_says_until_when_it_can_be_asked_for(self, visitor: Visitor, path: str) -> None:
        page = visitor.get(path)
        assert "You can ask us to look again until the end of Wednesday, 20 May 2026." in page.text
        assert "The way to the independent body stays open meanwhile." in page.text

    @pytest.mark.parametrize("ground", ["disputed", "new_information"])
    def test_the_player_asks_and_reads_what_was_written(
        self, visitor: Visitor, path: str, ground: str
    ) -> None:
        sent = dispute(visitor, path, ground=ground)
        assert sent.location == f"{path}?done=dispute"
        page = visitor.get(sent.location)
        assert "We look at your complaint again." in page.text
        assert page.title.startswith("We are looking at it again")
        assert NEW in page.text
        review = visitor.complaint(path).review
        assert review
        assert review.ground == ground
        assert "/dispute" not in page.body

    def test_twice_the_same_form_is_one_request(self, visitor: Visitor, path: str) -> None:
        fields = {"nonce": visitor.get(path).nonce("dispute"), "ground": "disputed", "why": NEW}
        assert visitor.post(f"{path}/dispute", fields).status == 303
        assert visitor.post(f"{path}/dispute", fields).status == 303
        assert visitor.get(path).body.count(NEW) == 1

    def test_what_is_missing_is_told_beside_it_and_the_form_is_open(
        self, visitor: Visitor, path: str
    ) -> None:
        page = dispute(visitor, path, why=" ", ground="")
        assert page.status == 422
        for field, message in (("why", "Tell us why we should look again"), ("ground", "Choose why you ask")):
            assert f'<a href="#{field}">' in page.body
            assert message in page.body.split(f'id="{field}-error"')[1].split("</p>")[0]
        assert "<details open>" in page.body

    def test_a_text_that_speaks_of_harm_calls_a_person(self, visitor: Visitor, path: str) -> None:
        dispute(visitor, path, why=HARM)
        case = visitor.store.load(path.split("/")[2])
        assert any(isinstance(record.event, HarmSignalled) for record in case.records)

    def test_after_its_time_it_is_not_offered_and_a_late_form_keeps_its_text(
        self, visitor: Visitor, path: str
    ) -> None:
        nonce = visitor.get(path).nonce("dispute")
        visitor.now = datetime(2026, 5, 20, 22, 59, 59, tzinfo=UTC)
        assert "/dispute" in visitor.get(path).body
        visitor.now = datetime(2026, 5, 20, 23, tzinfo=UTC)
        assert "/dispute" not in visitor.get(path).body
        late = visitor.post(f"{path}/dispute", {"nonce": nonce, "ground": "disputed", "why": NEW})
        assert late.status == 409
        assert "We cannot look at the complaint again now" in late.text
        assert f"What you wrote, for you to keep {NEW}" in late.text
        assert visitor.complaint(path).review is None

    def test_a_closed_complaint_is_opened_by_it(self, visitor: Visitor, path: str) -> None:
        visitor.operator(path, c.Close(reason="feedback_window_ended"))
        dispute(visitor, path)
        assert visitor.complaint(path).stage is Stage.INVESTIGATING

    def test_opening_its_address_changes_nothing(self, visitor: Visitor, path: str) -> None:
        assert visitor.get(f"{path}/dispute").location == path
        assert visitor.complaint(path).review is None

    def test_what_a_handler_noted_about_a_request_is_not_shown(self, visitor: Visitor, path: str) -> None:
        again = c.Reopen(ground="disputed", content={"reason": "On the phone, angry."})
        visitor.operator(path, again, actor=HANDLER)
        assert "angry" not in visitor.get(path).body


class TestLateRating:
    def test_a_closed_complaint_is_rated_until_a_month_after(self, visitor: Visitor, path: str) -> None:
        visitor.operator(path, c.Close(reason="feedback_window_ended"))
        page = visitor.get(path)
        assert "You can rate it until 10:22 on Wednesday, 20 May 2026." in page.text
        sent = visitor.post(f"{path}/feedback", {"nonce": page.nonce("feedback"), "score": "4"})
        after = visitor.get(sent.location)
        assert "Thank you for your rating." in after.text
        assert "How did we do?" not in after.text
        assert visitor.complaint(path).stage is Stage.CLOSED

    def test_later_it_is_not_offered(self, visitor: Visitor, path: str) -> None:
        visitor.operator(path, c.Close(reason="feedback_window_ended"))
        visitor.now += timedelta(days=31)
        assert "/feedback" not in visitor.get(path).body


class TestLetters:
    def test_each_letter_is_listed_with_its_date_and_how_it_came(self, visitor: Visitor, path: str) -> None:
        page = visitor.get(path).text.split("Letters we sent you")[1].split("What you told us")[0]
        assert " ".join(page.split()) == (
            "We sent you our final answer by e-mail 20 April 2026 at 10:21"
            " We confirmed that we have your complaint by e-mail 20 April 2026 at 10:16"
        )

    def test_a_mail_can_be_read_again_as_it_was_written(self, visitor: Visitor, path: str) -> None:
        visitor.operator(path, c.Reply(content={"text": "Later."}), later=timedelta(days=40))
        [link] = re.findall(
            r'href="[./]*(/?complaints/[^"]*/letters/final_response[^"]*)"', visitor.get(path).body
        )
        page = visitor.get(f"/{link.lstrip('/')}")
        assert page.status == 200
        assert page.title.startswith("We sent you our final answer")
        assert "The round was settled." in page.text
        assert "20 April 2026" in page.text
        assert page.headers["cache-control"] == "no-store"

    def test_what_was_not_sent_or_not_to_the_player_is_no_page(self, visitor: Visitor, path: str) -> None:
        visitor.operator(path, c.Reopen(ground="disputed", content={"reason": "x"}), actor=HANDLER)
        visitor.operator(path, milestone("warning_1"))
        visitor.letter(path, LetterKind.WARNING)
        letters = visitor.complaint(path).letters.values()
        hidden = [one.key for one in letters if one.kind in {LetterKind.WARNING, LetterKind.REOPENED}]
        assert len(hidden) == 2
        for key in (*hidden, "no-such-letter"):
            assert visitor.get(f"{path}/letters/{key}").status == 404

    def test_a_letter_by_post_is_listed_without_a_page(self, visitor: Visitor) -> None:
        path = visitor.passed_on(submit("gb-ukgc"))
        [letter] = visitor.complaint(path).letters
        visitor.operator(
            path,
            c.ClaimLetter(letter=letter),
            c.RecordLetterRefused(letter=letter, reason="bounced", permanent=True),
            c.SendOtherwise(letter=letter, means="post"),
        )
        assert "/letters/" not in visitor.get(path).body
        assert "by post" in visitor.get(path).text.split("Letters we sent you")[1]
        assert visitor.get(f"{path}/letters/{letter}").status == 404


class TestDuplicates:
    def linked(self, visitor: Visitor, verified: tuple[bool, bool]) -> Answer:
        """The page of a complaint that goes on in another one of the same player key."""
        numbers = []
        for one in verified:
            path = visitor.passed_on(replace(submit("gb-ukgc"), verified=one))
            visitor.now += timedelta(minutes=1)
            numbers.append(path.split("/")[2])
        visitor.operator(path, c.LinkAsDuplicate(primary=numbers[0], content={"reason": "The same."}))
        return visitor.get(path)

    def test_a_verified_player_is_led_to_the_complaint_it_goes_on_in(self, visitor: Visitor) -> None:
        page = self.linked(visitor, (True, True))
        [link] = re.findall(r'href="[./]*(complaints/[^"]+)">Go to that complaint', page.body)
        assert visitor.get(f"/{link}").status == 200
        assert page.path.split("/")[2] not in link

    @pytest.mark.parametrize("verified", [(True, False), (False, True), (False, False)])
    def test_who_only_typed_the_account_gets_no_key_to_it(
        self, visitor: Visitor, verified: tuple[bool, bool]
    ) -> None:
        page = self.linked(visitor, verified)
        assert "Your complaint goes on in another one" in page.text
        assert "Go to that complaint" not in page.body
        assert page.body.count("/complaints/") == page.body.count(page.path)


class TestHeld:
    def test_a_held_complaint_says_that_it_is_checked_first(self, visitor: Visitor) -> None:
        path = visitor.passed_on(replace(submit("gb-ukgc"), suspicions=("too_fast",)))
        page = visitor.get(path)
        assert page.title.startswith("We have your complaint, and check it")
        assert "By the end of Sunday, 14 June 2026" in page.text
        assert "once a person has looked at your complaint." in visitor.get(f"{path}/received").text
        change(visitor.desk, path.split("/")[2], c.Release(content={"reason": "A player."}), HANDLER)
        assert visitor.get(path).title.startswith("We have your complaint: ")
        assert "We also send it to" in visitor.get(f"{path}/received").text

    def test_one_that_was_taken_for_spam_says_how_to_open_it_again(self, visitor: Visitor) -> None:
        path = visitor.passed_on(replace(submit("gb-ukgc"), suspicions=("too_fast",)))
        change(visitor.desk, path.split("/")[2], c.RejectAsSpam(content={"reason": "Hidden."}), HANDLER)
        page = visitor.get(path)
        assert "tell our customer service its number" in page.text
        assert "No longer needed" in page.text
        assert "you withdrew" not in page.text
        assert "Hidden." not in page.body
        assert "/feedback" not in page.body


class TestLanguages:
    def test_the_page_speaks_the_language_of_its_player(self, visitor: Visitor) -> None:
        page = visitor.get(visitor.passed_on(replace(submit("gb-ukgc"), language="de-AT")))
        assert '<html lang="de"' in page.body
        assert "14. Juni 2026" in page.text
        assert 'lang="de-AT"' not in page.body

    def test_texts_stay_as_they_were_written_and_are_marked(self, visitor: Visitor) -> None:
        path = visitor.passed_on(replace(submit("gb-ukgc"), language="fr"))
        visitor.operator(path, c.Reply(content={"text": "Bonjour."}))
        page = visitor.get(f"/en{path}")
        assert page.text.count("Texts are shown as they were written.") == 1
        assert '<div class="said" dir="auto" lang="fr">Bonjour.</div>' in page.body
        assert "Texts are shown as they were written." not in visitor.get(path).text
        assert 'lang="fr">Bonjour.' not in visitor.get(path).body
