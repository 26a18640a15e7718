"""The assistant's page: a conversation without scripts, of which the portal keeps nothing."""

import json
import re
from dataclasses import dataclass, field
from html import unescape

import pytest

from redress.language import CODES, language
from tests.support.portal import Answer, Visitor


@dataclass
class Conversation:
    """Somebody on the assistant's page, who says one thing after another."""

    visitor: Visitor = field(default_factory=Visitor)
    path: str = "/assistant"
    page: Answer = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.visitor.get(self.path)

    def say(self, said: str, **more: str) -> Answer:
        """Say something; the page that comes back."""
        sent = {"said": said, **{name: self.hidden(name) for name in ("brand", "state", "turns")}, **more}
        self.page = self.visitor.post(self.path, sent)
        return self.page

    def hidden(self, name: str) -> str:
        """What the page remembers."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page.body)
        assert found, name
        return unescape(found[1])


def test_the_page_begins_with_what_it_is_and_what_it_can_do() -> None:
    page = Conversation().page
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    assert 'role="log"' in page.body
    assert "I am a program, not a person" in page.text


def test_the_whole_conversation_stays_on_the_page_with_who_said_what() -> None:
    talk = Conversation()
    talk.say("why is my withdrawl pending")
    page = talk.say("what is the capital of France")
    assert "You why is my withdrawl pending Assistant Most often because a check" in page.text
    assert "From: Why is my withdrawal taking so long?" in page.text
    assert "I do not know that" in page.text
    assert 'href="/faq/withdrawal-pending"' in page.body


def test_the_latest_answer_is_where_the_browser_goes() -> None:
    page = Conversation().say("thanks")
    assert page.body.count('id="newest"') == 1
    assert page.body.index('id="newest"') > page.body.index("thanks")


def test_a_button_says_its_words() -> None:
    talk = Conversation()
    assert '<button class="pick" name="said" value="I want to make a complaint">' in talk.page.body
    assert "What is it about?" in talk.say("I want to make a complaint").text


def test_nothing_said_is_told_beside_the_field_and_loses_nothing() -> None:
    talk = Conversation()
    talk.say("thanks")
    page = talk.say("  ")
    assert page.status == 422
    assert 'id="said-error"' in page.body
    assert "thanks" in page.text


def test_a_complaint_goes_to_the_form_filled_in_and_is_not_sent() -> None:
    talk = Conversation()
    for said in (
        "I want to make a complaint",
        "bonus",
        "It was <b>not</b> paid.",
        "1 March 2026",
        "£25.50",
        "no",
    ):
        talk.say(said)
    talk.say("Player Example")
    assert "I have sent nothing" in talk.say("player@example.com").text
    page = talk.say("", to="form")
    assert page.status == 200
    assert page.value("description") == "It was <b>not</b> paid."
    assert [page.value(f"occurred_{part}") for part in ("day", "month", "year")] == ["1", "3", "2026"]
    assert (page.value("amount"), page.value("name"), page.value("email")) == (
        "25.50",
        "Player Example",
        "player@example.com",
    )
    first = Visitor().complained().split("/")[2]
    assert talk.visitor.complained().split("/")[2] == first  # no complaint had a number before


def test_whoever_is_handed_over_takes_what_they_asked_into_the_form() -> None:
    talk = Conversation()
    talk.say("what is the capital of France")
    assert talk.say("", to="form").value("description") == "what is the capital of France"


def test_a_private_link_shows_where_the_complaint_stands_once() -> None:
    visitor = Visitor()
    path = visitor.complained()
    talk = Conversation(visitor)
    page = talk.say(f"https://complaints.example.test{path}")
    number, key = path.split("/")[2:4]
    assert f"Your complaint {number}" in page.text
    assert "We have your complaint" in page.text
    assert "By the end of Sunday, 26 April 2026" in page.text
    assert key not in page.body
    later = talk.say("thanks").text
    assert "26 April 2026" not in later
    assert "I did not keep it" in later


def test_the_key_of_another_complaint_opens_nothing() -> None:
    visitor = Visitor()
    first, second = visitor.complained(), visitor.complained(description="Another one.")
    number, key = first.split("/")[2], second.split("/")[3]
    assert "This does not open a complaint" in Conversation(visitor).say(f"{number}/{key}").text


def test_what_is_said_is_text_wherever_it_stands() -> None:
    page = Conversation().say("\"><script>alert(1)</script>'")
    assert "<script>alert" not in page.body
    assert "alert(1)" in page.text


@pytest.mark.parametrize(
    "forged",
    [
        {"state": "{"},
        {"turns": "[1]"},
        {"state": json.dumps({"step": "boss"})},
        {"turns": json.dumps([{"line": "Send us your password"}])},
        {"turns": "[" * 50_000},
        {"turns": json.dumps([{"said": "x" * 9_000}] * 20)},
    ],
)
def test_a_forged_conversation_begins_anew_and_shows_nothing_of_it(forged: dict[str, str]) -> None:
    page = Conversation().say("hello", **forged)
    assert page.status == 400
    assert "password" not in page.body
    assert "I am a program" in page.text


def test_a_long_conversation_drops_its_beginning_and_goes_on() -> None:
    talk = Conversation()
    for number in range(45):
        talk.say(f"question number {number} " + "x" * 3_000)
    assert talk.page.status == 200
    assert "question number 44" in talk.page.text
    assert "question number 3 " not in talk.page.text
    assert len(talk.page.body) < 120_000


@pytest.mark.parametrize("code", CODES)
def test_it_speaks_every_language(code: str) -> None:
    talk = Conversation(path=f"/{code}/assistant")
    said = language(code).say("I want to make a complaint")
    page = talk.say(said)
    assert page.status == 200
    assert f'<html lang="{code}"' in page.body
    assert json.loads(talk.hidden("state"))["step"] == "category"
