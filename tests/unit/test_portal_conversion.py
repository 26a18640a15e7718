"""A question that becomes a complaint: nothing of its time is lost, and it becomes one once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from redress.domain.consultation import State
from redress.domain.promises import promises
from tests.support.complaints import REGION, T0
from tests.support.consultations import answer, asked, close, filled, number_of, stored
from tests.support.portal import Visitor

DAY = timedelta(days=1)


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


@pytest.fixture
def path(visitor: Visitor) -> str:
    """A question that was answered, ten days ago."""
    path = asked(visitor)
    visitor.now += DAY
    answer(visitor, path)
    visitor.now = T0 + 10 * DAY
    return path


def convert(visitor: Visitor, path: str, **changes: str) -> str:
    """The path of the complaint that a question becomes."""
    sent = visitor.post("/complaints", filled(visitor, path, **changes))
    assert sent.status == 303, sent.text
    return sent.location.removesuffix("/received")


def test_the_form_holds_what_was_written_and_chosen(visitor: Visitor, path: str) -> None:
    nonce = visitor.get(path).nonce("follow-up")
    visitor.post(f"{path}/follow-up", {"text": "And the deposit?", "nonce": nonce})
    form = visitor.get(f"{path}/complaint")
    assert form.value("description") == "Why was my bonus taken back?\n\nAnd the deposit?"
    assert form.value("category") == "bonuses"
    assert "This goes on from your question Q-0000-0001-Y" in form.text
    assert "data-fresh" not in form.body  # a draft of before must not take its place


def test_the_complaint_counts_from_when_it_was_asked(visitor: Visitor, path: str) -> None:
    complaint = visitor.complaint(convert(visitor, path))
    assert complaint.received_at == complaint.own_received_at == T0
    assert complaint.sent_at == T0
    assert complaint.recorded_at == T0 + 10 * DAY
    assert complaint.consultation == number_of(path)
    assert "registered_late" not in {one.task for one in complaint.open_tasks}  # it was with us


def test_the_answer_is_owed_as_early_as_of_a_complaint_of_that_day(visitor: Visitor, path: str) -> None:
    def owed(path: str) -> dict[str, datetime | None]:
        complaint = visitor.complaint(path)
        return {one.clock: one.due_at for one in promises(REGION.rules_of(complaint), complaint)}

    late, converted_at = owed(convert(visitor, path)), visitor.now
    visitor.now = T0
    early = owed(visitor.complained())
    assert late["final"] == datetime(2026, 4, 26, 23, tzinfo=UTC)  # eight weeks of British days
    assert {**early, "ack": None} == {**late, "ack": None}
    due = late["ack"]
    assert due
    assert converted_at < due <= converted_at + 2 * DAY  # there was nothing to confirm before


def test_the_form_tells_the_dates_that_will_hold(visitor: Visitor, path: str) -> None:
    shown = visitor.get(f"{path}/complaint").text
    assert "By the end of Sunday, 26 April 2026" in shown
    assert "Tuesday, 3 March 2026" not in shown  # it is confirmed as the complaint that it becomes now
    assert "We confirm that we have your complaint" in shown


def test_what_happened_after_the_question_is_received_now(visitor: Visitor, path: str) -> None:
    complaint = visitor.complaint(convert(visitor, path, occurred_day="5"))
    assert complaint.occurred_on == "2026-03-05"
    assert complaint.received_at == T0 + 10 * DAY
    assert complaint.consultation == number_of(path)


def test_the_question_leads_to_the_complaint_and_takes_no_more(visitor: Visitor, path: str) -> None:
    complaint = convert(visitor, path)
    page = visitor.get(path)
    assert complaint.split("/")[2] in page.text
    assert complaint.split("/")[3] not in page.body  # whoever has the key of the question has no other one
    assert "Ask on" not in page.text
    assert visitor.get(f"{path}/complaint").location == path
    assert stored(visitor, path).state is State.CONVERTED


def test_a_double_click_is_one_complaint(visitor: Visitor, path: str) -> None:
    form = filled(visitor, path)
    first, again = (visitor.post("/complaints", form) for _ in range(2))
    assert (first.status, again.status) == (303, 303)
    assert first.location == again.location
    assert len(visitor.store.complaints) == 1


def test_two_tabs_make_one_complaint_of_it_and_lose_no_word(visitor: Visitor, path: str) -> None:
    one, other = (filled(visitor, path) for _ in range(2))
    assert visitor.post("/complaints", one).status == 303
    refused = visitor.post("/complaints", {**other, "description": "Written in the other tab."})
    assert refused.status == 409
    assert "You have made your question a complaint before." in refused.text
    assert refused.value("description") == "Written in the other tab."
    assert 'name="consultation"' not in refused.body
    assert len(visitor.store.complaints) == 1
    own = {name: value for name, value in other.items() if not name.startswith("consultation")}
    again = visitor.post(
        "/complaints", {**own, "nonce": refused.nonce(), "form_token": refused.value("form_token")}
    )
    assert again.status == 303
    assert len(visitor.store.complaints) == 2


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda visitor, path: answer(visitor, path, "One thing more."),
        close,
    ],
    ids=["answered", "closed"],
)
def test_what_the_operator_does_at_the_same_moment_loses_nothing(
    visitor: Visitor, path: str, meanwhile: Callable[[Visitor, str], None]
) -> None:
    form = filled(visitor, path)
    visitor.store.meanwhile.append(lambda: meanwhile(visitor, path))
    assert visitor.post("/complaints", form).status == 303
    known = stored(visitor, path)
    assert (known.state, known.version) == (State.CONVERTED, 4)
    assert len(visitor.store.complaints) == 1


def test_a_form_with_problems_still_goes_on_from_the_question(visitor: Visitor, path: str) -> None:
    wrong = visitor.post("/complaints", filled(visitor, path, email="nobody"))
    assert wrong.status == 422
    assert wrong.value("consultation") == number_of(path)
    assert wrong.value("consultation_key") == path.split("/")[3]
    assert stored(visitor, path).state is State.ANSWERED


@pytest.mark.parametrize("field", ["consultation", "consultation_key"])
@pytest.mark.parametrize("value", ["", "nonsense", "Q-0000-0009-K"])
def test_a_complaint_with_a_wrong_key_is_stored_and_gains_no_time(
    visitor: Visitor, path: str, field: str, value: str
) -> None:
    complaint = visitor.complaint(convert(visitor, path, **{field: value}))
    assert (complaint.consultation, complaint.received_at) == (None, T0 + 10 * DAY)
    assert stored(visitor, path).state is State.ANSWERED


def test_a_closed_question_can_still_become_a_complaint(visitor: Visitor, path: str) -> None:
    close(visitor, path)
    assert visitor.complaint(convert(visitor, path)).received_at == T0
