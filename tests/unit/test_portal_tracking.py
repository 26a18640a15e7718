"""The tracking page: what a player sees at each stage, and may do."""

from datetime import timedelta

import pytest

from redress.domain import commands
from redress.domain.correspondence import LetterKind
from redress.domain.stages import Stage
from redress.usecases.ports import Batch, VersionConflict
from tests.support.complaints import APPROVE, DEADLOCK, TRIAGE, milestone
from tests.support.portal import Visitor

ASK = commands.RequestInformation(content={"question": "Which account was it?"})
PROPOSE = commands.ProposeDecision(
    outcome="upheld",
    content={"reasons": "It was our mistake.", "clause": "Bonus terms, 4"},
    redress_minor=125_000,
    currency="GBP",
)


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


@pytest.fixture
def path(visitor: Visitor) -> str:
    """The tracking page of a new complaint."""
    return visitor.complained()


def resolve(visitor: Visitor, path: str) -> None:
    """The whole way to the final answer."""
    visitor.operator(path, TRIAGE, PROPOSE, APPROVE)
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    visitor.letter(path, LetterKind.FEEDBACK_REQUEST)


def test_a_new_complaint_shows_stage_promises_and_what_was_told(visitor: Visitor, path: str) -> None:
    page = visitor.get(path)
    assert page.status == 200
    assert page.title.startswith("We have your complaint: 0000-0001-")
    assert (
        "We confirm that we have your complaint By 12:00 on Tuesday, 3 March 2026 Still to come" in page.text
    )
    assert "You get our final answer By the end of Sunday, 26 April 2026 Still to come" in page.text
    for text in (
        "The bonus was not paid.",
        "£25.50",
        "Sunday, 1 March 2026",
        "T-1, T-2",
        "Pay it.",
        "player-1",
    ):
        assert text in page.text


def test_a_kept_promise_is_shown_with_its_instant(visitor: Visitor, path: str) -> None:
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    page = visitor.get(path)
    assert "Kept on 2 March 2026 at 12:02" in page.text
    assert "We confirmed that we have your complaint by e-mail" in page.text


def test_a_missed_promise_stays_visible(visitor: Visitor, path: str) -> None:
    visitor.now += timedelta(days=70)
    assert "You get our final answer By the end of Sunday, 26 April 2026 Missed" in visitor.get(path).text
    visitor.operator(path, milestone("due", breach=True))
    assert "We did not give you our final answer in time" in visitor.get(path).text
    resolve(visitor, path)
    assert "Missed, done on 11 May 2026 at" in visitor.get(path).text


def test_the_timeline_speaks_the_players_words(visitor: Visitor, path: str) -> None:
    visitor.operator(path, TRIAGE, commands.Assign(assignee="subject-77", team="payments"), ASK)
    visitor.operator(path, milestone("warning_1"), milestone("escalation_1", level=1))
    page = visitor.get(path)
    assert "The team Payments took over your complaint" in page.text
    assert "went to a more senior person" in page.text
    for hidden in ("subject-77", "Triaged", "Escalated", "MilestoneReached", "warning", "no_rule_fired"):
        assert hidden not in page.body


def test_a_question_is_asked_on_the_page_and_answered_there(visitor: Visitor, path: str) -> None:
    visitor.operator(path, TRIAGE, ASK)
    page = visitor.get(path)
    assert page.title.startswith("We are waiting for your answer")
    assert "We have a question for you Which account was it?" in page.text
    sent = visitor.post(f"{path}/reply", {"nonce": page.nonce("reply"), "text": "The first one."})
    assert sent.status == 303
    assert sent.location == f"{path}?done=reply"
    after = visitor.get(sent.location)
    assert "Your message has reached us." in after.text
    assert "We have a question for you" not in after.text
    assert "The first one." in after.text


def test_a_reply_twice_is_one_reply(visitor: Visitor, path: str) -> None:
    fields = {"nonce": visitor.get(path).nonce("reply"), "text": "Once."}
    assert visitor.post(f"{path}/reply", fields).status == 303
    assert visitor.post(f"{path}/reply", fields).status == 303
    assert visitor.get(path).body.count("Once.") == 1


def test_another_reply_under_a_used_nonce_is_kept_and_asked_for_again(visitor: Visitor, path: str) -> None:
    nonce = visitor.get(path).nonce("reply")
    visitor.post(f"{path}/reply", {"nonce": nonce, "text": "Once."})
    page = visitor.post(f"{path}/reply", {"nonce": nonce, "text": "Something else."})
    assert page.status == 409
    assert page.value("text") == "Something else."
    assert (
        visitor.post(f"{path}/reply", {"nonce": page.nonce("reply"), "text": "Something else."}).status == 303
    )


def test_a_nonce_of_one_complaint_does_not_serve_another(visitor: Visitor, path: str) -> None:
    other = visitor.complained(description="Another matter.")
    fields = {"nonce": visitor.get(path).nonce("reply"), "text": "Same text."}
    assert visitor.post(f"{path}/reply", fields).status == 303
    assert visitor.post(f"{other}/reply", fields).status == 409
    assert "Same text." not in visitor.get(other).text


@pytest.mark.parametrize(("text", "message"), [(" ", "Write your reply"), ("x" * 10_001, "too long")])
def test_a_wrong_reply_is_told_beside_the_box(visitor: Visitor, path: str, text: str, message: str) -> None:
    page = visitor.post(f"{path}/reply", {"nonce": visitor.get(path).nonce("reply"), "text": text})
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert '<a href="#text">' in page.body
    assert message in page.body.split('id="text-error"')[1].split("</p>")[0]


def test_a_form_of_the_page_without_a_nonce_changes_nothing(visitor: Visitor, path: str) -> None:
    page = visitor.post(f"{path}/reply", {"text": "Kept."})
    assert page.status == 400
    assert page.value("text") == "Kept."
    assert len(visitor.store.load(path.split("/")[2]).records) == 1


def test_a_complaint_can_be_withdrawn_with_a_reason(visitor: Visitor, path: str) -> None:
    fields = {"nonce": visitor.get(path).nonce("withdraw"), "reason": "It came after all."}
    sent = visitor.post(f"{path}/withdraw", fields)
    assert sent.location == f"{path}?done=withdraw"
    page = visitor.get(sent.location)
    assert page.title.startswith("You withdrew your complaint")
    assert "It came after all." in page.text
    assert "No longer needed" in page.text
    assert "Still to come" not in page.text
    assert "/reply" not in page.body
    assert "/withdraw" not in page.body


def test_a_complaint_can_be_withdrawn_without_a_reason(visitor: Visitor, path: str) -> None:
    fields = {"nonce": visitor.get(path).nonce("withdraw"), "reason": " "}
    assert visitor.post(f"{path}/withdraw", fields).status == 303


def test_a_reply_after_closing_is_refused_and_its_text_shown_again(visitor: Visitor, path: str) -> None:
    before = visitor.get(path)
    visitor.post(f"{path}/withdraw", {"nonce": before.nonce("withdraw")})
    page = visitor.post(f"{path}/reply", {"nonce": before.nonce("reply"), "text": "Too late to say."})
    assert page.status == 409
    assert "Your message could not be added: the complaint is closed." in page.text
    assert "Too late to say." in page.text
    assert "Too late to say." not in visitor.get(path).text


def test_the_answer_is_shown_once_it_was_sent_and_not_before(visitor: Visitor, path: str) -> None:
    visitor.operator(path, TRIAGE, PROPOSE)
    assert "It was our mistake." not in visitor.get(path).body
    visitor.operator(path, APPROVE)
    page = visitor.get(path)
    assert page.title.startswith("We have decided")
    assert "It was our mistake." not in page.body
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    page = visitor.get(path)
    for text in ("We agree with your complaint.", "£1,250.00", "It was our mistake.", "Bonus terms, 4"):
        assert text in page.text
    assert "Example Adjudication Service" in page.text
    assert "https://adjudication.example.test" in page.body


def test_a_deadlock_shows_the_way_to_the_independent_body(visitor: Visitor, path: str) -> None:
    visitor.operator(path, TRIAGE, DEADLOCK)
    visitor.letter(path, LetterKind.DEADLOCK)
    page = visitor.get(path)
    assert page.title.startswith("You can take your complaint further")
    assert "You can take your complaint to Example Adjudication Service ." in page.text
    assert "Referred" in page.text


def test_a_rating_is_given_once(visitor: Visitor, path: str) -> None:
    resolve(visitor, path)
    page = visitor.get(path)
    wrong = visitor.post(f"{path}/feedback", {"nonce": page.nonce("feedback"), "comment": "Kept."})
    assert wrong.status == 422
    assert "Choose a number from 1 to 5" in wrong.text
    assert wrong.value("comment") == "Kept."
    sent = visitor.post(
        f"{path}/feedback", {"nonce": wrong.nonce("feedback"), "score": "4", "comment": "Fair."}
    )
    assert sent.location == f"{path}?done=feedback"
    after = visitor.get(sent.location)
    assert "4 of 5" in after.text
    assert '/feedback"' not in after.body
    again = visitor.post(f"{path}/feedback", {"nonce": page.nonce("feedback"), "score": "1"})
    assert again.status == 409


@pytest.mark.parametrize("score", ["0", "6", "5.0", "five", "-1"])
def test_a_rating_outside_one_to_five_is_refused(visitor: Visitor, path: str, score: str) -> None:
    resolve(visitor, path)
    fields = {"nonce": visitor.get(path).nonce("feedback"), "score": score}
    assert visitor.post(f"{path}/feedback", fields).status == 422


def test_every_stage_has_a_page(visitor: Visitor, path: str) -> None:
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    seen = {visitor.get(path).title.split(":")[0]}
    resolve(visitor, path)
    seen.add(visitor.get(path).title.split(":")[0])
    visitor.operator(path, commands.Close(reason="completed"))
    seen.add(visitor.get(path).title.split(":")[0])
    assert seen == {"We have confirmed your complaint", "You have our answer", "Your complaint is closed"}
    assert visitor.store.load(path.split("/")[2]).complaint.stage is Stage.CLOSED


def test_reading_changes_nothing(visitor: Visitor, path: str) -> None:
    for address in (path, f"{path}/received", f"{path}?done=withdraw"):
        assert visitor.get(address).status == 200
    for action in ("reply", "withdraw", "feedback"):
        opened = visitor.get(f"{path}/{action}")
        assert opened.status == 303
        assert opened.location == path
    assert len(visitor.store.load(path.split("/")[2]).records) == 1


def test_when_others_keep_writing_the_text_is_kept_and_the_wait_named(
    visitor: Visitor, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_: Batch) -> None:
        raise VersionConflict

    monkeypatch.setattr(visitor.store, "append", lose)
    page = visitor.post(f"{path}/reply", {"nonce": visitor.get(path).nonce("reply"), "text": "Kept."})
    assert page.status == 503
    assert page.headers["retry-after"] == "1"
    assert page.value("text") == "Kept."
