"""The states of the pages of an anonymous question."""

from datetime import timedelta

from tests.browser.story import Shown, state
from tests.support.consultations import QUESTION, answer, asked, close, number_of
from tests.support.portal import Visitor


@state
def _question(_: Visitor) -> Shown:
    return Shown(path="/consultations")


@state
def _question_left_empty(_: Visitor) -> Shown:
    empty = dict.fromkeys(QUESTION, "")
    return Shown(path="/consultations", to="/consultations", fields=empty, status=422)


@state
def _question_without_its_nonce(_: Visitor) -> Shown:
    fields = {**QUESTION, "nonce": ""}
    return Shown(path="/consultations", to="/consultations", fields=fields, status=400)


@state
def _question_sent_before_with_other_content(visitor: Visitor) -> Shown:
    used = {**QUESTION, "nonce": visitor.get("/consultations").nonce("consultations")}
    visitor.post("/consultations", used)
    other = {**used, "text": "Another one."}
    return Shown(path="/consultations", to="/consultations", fields=other, status=409)


@state
def _question_asked(_: Visitor) -> Shown:
    return Shown(path="/consultations", to="/consultations", fields=QUESTION)


@state
def _question_confirmed(visitor: Visitor) -> Shown:
    return Shown(path=f"{asked(visitor)}/received")


@state
def _question_with_a_key_that_opens_nothing(_: Visitor) -> Shown:
    wrong = {"number": "R7K3", "key": "nothing"}
    return Shown(path="/consultations/find", to="/consultations/find", fields=wrong, status=422)


@state
def _question_waiting(visitor: Visitor) -> Shown:
    return Shown(path=asked(visitor))


@state
def _question_late(visitor: Visitor) -> Shown:
    path = asked(visitor)
    visitor.now += timedelta(days=30)
    return Shown(path=path)


@state
def _question_answered(visitor: Visitor) -> Shown:
    path = asked(visitor)
    answer(visitor, path)
    return Shown(path=path)


@state
def _question_asked_on(visitor: Visitor) -> Shown:
    path = asked(visitor)
    answer(visitor, path)
    return Shown(path=path, to=f"{path}/follow-up", fields={"text": "And what is clause 7?"})


@state
def _question_asked_on_left_empty(visitor: Visitor) -> Shown:
    path = asked(visitor)
    return Shown(path=path, to=f"{path}/follow-up", fields={"text": " "}, status=422)


@state
def _question_closed_meanwhile(visitor: Visitor) -> Shown:
    path = asked(visitor)
    nonce = visitor.get(path).nonce("follow-up")
    close(visitor, path, "This is no question for us.")
    fields = {"nonce": nonce, "text": "And now?"}
    return Shown(path=path, to=f"{path}/follow-up", fields=fields, status=409)


@state
def _question_made_a_complaint(visitor: Visitor) -> Shown:
    path = asked(visitor)
    answer(visitor, path)
    return Shown(path=f"{path}/complaint")


@state
def _question_with_a_wrong_key(visitor: Visitor) -> Shown:
    return Shown(path=f"/consultations/{number_of(asked(visitor))}/AAAA", status=404)
