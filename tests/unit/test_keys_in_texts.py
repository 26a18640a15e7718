"""A player sends our private link back, or pastes it somewhere: what is kept of it opens nothing."""

import json
from collections.abc import Callable
from copy import replace
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import private_link, reply_address
from redress.domain.actors import PLAYER
from redress.domain.keys_in_texts import without_keys
from redress.usecases.consultations import Question, ask, follow_up
from redress.usecases.mail_ports import Verdicts
from redress.usecases.ports import Request
from tests.support.complaints import T0
from tests.support.mail import DOMAIN, FORGED, PASSED, SECRET, Postbox, signed, written

QUESTION_KEY = "7ZQ4-0GSM-N5TB-8E1W-XK3V-2HCD-9RPA"


def key_of(number: str) -> str:
    """The key of the private link in our letters."""
    return private_link.make(SECRET, number, 1, T0, timedelta(days=365))


def link(number: str) -> str:
    """The private link in our letters."""
    return f"https://portal.example.com/complaints/{number}/{key_of(number)}"


def answered_between_the_lines(number: str) -> str:
    """Our letter, sent back with an answer in it, as a mail program quotes it."""
    return (
        f"> From: Example Casino <{signed(number)}>\n> You can follow it here: {link(number)}\n"
        f"No, the money is not here.\n> Your number is {number}.\n"
    )


def kept(post: Postbox, number: str) -> str:
    """All that is beside the events of a complaint."""
    return json.dumps(list(post.store.load(number).contents.values()), ensure_ascii=False, default=str)


def nothing_opens(text: str, number: str) -> bool:
    """Whether neither the page opens with it, nor anybody writes as the player."""
    return key_of(number) not in text and reply_address.make(SECRET, number) not in text


@pytest.mark.parametrize("verdicts", [PASSED, FORGED])
def test_a_letter_that_comes_back_leaves_its_keys_behind(
    post: Postbox, number: str, verdicts: Verdicts
) -> None:
    text = answered_between_the_lines(number)
    mail = written(text, whole=f"{text}\n-- \nPlayer", subject=f"Re: {link(number)}")
    assert not nothing_opens(mail.text, number)
    post.arrives(mail, signed(number), verdicts=verdicts)
    assert nothing_opens(kept(post, number), number)
    assert f"complaints/{number}/…\\nNo, the money is not here.\\n> Your number is {number}." in kept(
        post, number
    )


def test_a_mail_that_was_held_and_accepted_leaves_them_behind(post: Postbox, number: str) -> None:
    post.arrives(written(answered_between_the_lines(number)), signed(number), verdicts=FORGED)
    post.accepted(number)
    assert "No, the money is not here." in post.content(number, "PlayerReplied")["text"]
    assert nothing_opens(kept(post, number), number)


def test_a_letter_that_is_passed_on_as_a_complaint_leaves_them_behind(post: Postbox, number: str) -> None:
    [came] = post.arrives(written(answered_between_the_lines(number), sender="stranger@example.com"))
    assert came.number
    assert came.number != number
    assert nothing_opens(kept(post, came.number), number)


@pytest.mark.parametrize(
    "typed",
    [
        lambda text: c.Reply(content={"text": text}),
        lambda text: c.AddNote(visibility="internal", content={"text": text}),
        lambda text: c.Withdraw(content={"reason": text}),
    ],
)
def test_what_is_typed_or_pasted_leaves_them_behind(
    post: Postbox, number: str, typed: Callable[[str], c.Command]
) -> None:
    """By the form of a reply, and by what handlers and other programs send."""
    post.office.do(number, typed(f"The player's page: {link(number)}"))
    assert nothing_opens(kept(post, number), number)
    assert f"/complaints/{number}/…" in kept(post, number)


def test_a_description_leaves_them_behind(post: Postbox, number: str) -> None:
    again = post.complained(key="key-2", description=f"It is about {link(number)} again.")
    description = post.store.load(again).contents[1]["description"]
    assert description == f"It is about https://portal.example.com/complaints/{number}/… again."


def test_a_question_and_what_is_written_to_it_leaves_them_behind(post: Postbox, number: str) -> None:
    page = f"https://portal.example.com/consultations/Q-{number}"
    question = Question(brand="example", language="en", text=f"{link(number)} or {page}/{QUESTION_KEY}?")
    request = Request(client="form", key="1", fingerprint="1", expires_at=T0 + timedelta(days=1))
    opened = ask(post.room.intake, SECRET, question, PLAYER, request)
    follow_up(post.desk, opened.number, f"See {page}/{QUESTION_KEY}", PLAYER, replace(request, key="2"))
    texts = [one.text for one in post.store.consultations.load(opened.number, T0).records]
    assert texts == [f"https://portal.example.com/complaints/{number}/… or {page}/…?", f"See {page}/…"]


def test_the_same_mail_gives_the_same_text_and_is_known_again(post: Postbox, number: str) -> None:
    arrived = post.put(written(answered_between_the_lines(number)), signed(number))
    post.tell(arrived)
    before = kept(post, number)
    post.tell(arrived)
    assert kept(post, number) == before


@pytest.mark.parametrize(
    "text",
    [
        "R7K3-9QXM-3, see https://portal.example.com/complaints/R7K3-9QXM-3",
        "0b4d6c1e-5b7a-4f39-9d5f-3f1f0c9d8e7a",
        "IBAN PL61 1090 1014 0000 0712 1981 2874, card 1234-1234-1234-1234",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "E3AAB44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "https://example.com/AAB44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "IBAN CY17-0020-0128-0000-0012-0052-7600, reference 0000-1111-2222-3333-4444-5555-6666",
        "player+casino@example.com, c+list@example.com, https://example.com/AABC/deposit",
        "AAB\nBonus\nDeposit\nWithdrawal\nAccount\nTurnover\nVerification",
        "Page 1/A\nB\nC",
    ],
)
def test_what_only_looks_like_a_key_is_kept(text: str) -> None:
    assert without_keys(text) == text
    assert len(without_keys(f"{text} {key_of('R7K3-9QXM-3')}")) == len(text) + 2


def test_reply_addresses_of_both_kinds_lose_what_is_signed_and_keep_their_domain(number: str) -> None:
    for purpose in (reply_address.REPLY, reply_address.DECLINE_SURVEY):
        assert without_keys(f"To: {signed(number, purpose)}") == f"To: …@{DOMAIN}"
        assert without_keys(f"mailto:{signed(number, purpose).replace('+', '%2B')}") == f"mailto:…@{DOMAIN}"
