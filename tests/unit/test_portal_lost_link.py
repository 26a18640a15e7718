"""A private link that was lost or has expired: the way back, which tells nothing to anybody else."""

import logging
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import private_link
from redress.domain.correspondence import LetterKind
from redress.web.routes import ROUTES
from tests.support.portal import Answer, Visitor

EMAIL = "player@example.test"
NUMBER = "0000-0001-Y"
MARKUP = "\"><script>alert('x')</script>{{ 7*1000003 }}"


@pytest.fixture
def visitor() -> Visitor:
    """Somebody who complained."""
    visitor = Visitor()
    visitor.complain()
    return visitor


def ask(visitor: Visitor, number: str = NUMBER, email: str = EMAIL, **more: str) -> Answer:
    fields = {"nonce": visitor.get("/lost-link").nonce("lost-link"), "number": number, "email": email}
    return visitor.post("/lost-link", {**fields, **more})


def links(visitor: Visitor) -> int:
    letters = visitor.complaint(f"/complaints/{NUMBER}").letters.values()
    return len([one for one in letters if one.kind is LetterKind.PRIVATE_LINK])


# --- Lost ---------------------------------------------------------------------------------------------


def test_the_link_is_owed_to_the_address_on_record(visitor: Visitor) -> None:
    sent = ask(visitor)
    assert (sent.status, sent.location) == (303, "/lost-link?sent=1")
    assert "Look into your e-mail" in visitor.get(sent.location).text
    assert links(visitor) == 1


@pytest.mark.parametrize("number", ["0000 0001 y", "00000001Y", " OOOO-OOO1-Y "])
@pytest.mark.parametrize("email", [EMAIL, "  Player@EXAMPLE.test "])
def test_number_and_address_are_read_as_people_write_them(visitor: Visitor, number: str, email: str) -> None:
    ask(visitor, number, email)
    assert links(visitor) == 1


@pytest.mark.parametrize(
    ("number", "email"),
    [(NUMBER, "other@example.test"), ("0000-0002-W", EMAIL)],
    ids=["another address", "no such complaint"],
)
def test_the_answer_is_the_same_whether_there_is_such_a_complaint_or_not(
    visitor: Visitor, number: str, email: str
) -> None:
    theirs, others = ask(visitor), ask(visitor, number, email)
    assert (theirs.status, theirs.headers, theirs.body) == (others.status, others.headers, others.body)
    assert links(visitor) == 1


def test_what_does_not_fit_changes_no_complaint(visitor: Visitor) -> None:
    before = dict(visitor.store.states)
    ask(visitor, email="other@example.test")
    assert visitor.store.states == before


def test_it_is_sent_three_times_a_day_and_the_fourth_is_answered_alike(visitor: Visitor) -> None:
    for _ in range(3):
        ask(visitor)
        visitor.letter(f"/complaints/{NUMBER}", LetterKind.PRIVATE_LINK)
    assert ask(visitor).location == "/lost-link?sent=1"
    assert links(visitor) == 3
    visitor.now += timedelta(days=1)
    ask(visitor)
    assert links(visitor) == 4


def test_the_same_form_twice_asks_once(visitor: Visitor) -> None:
    nonce = visitor.get("/lost-link").nonce("lost-link")
    for _ in range(2):
        fields = {"nonce": nonce, "number": NUMBER, "email": EMAIL}
        assert visitor.post("/lost-link", fields).location == "/lost-link?sent=1"
        visitor.now += timedelta(minutes=1)
    assert links(visitor) == 1


def test_a_used_form_with_another_content_is_to_be_sent_once_more(visitor: Visitor) -> None:
    nonce = visitor.get("/lost-link").nonce("lost-link")
    visitor.post("/lost-link", {"nonce": nonce, "number": NUMBER, "email": EMAIL})
    again = visitor.post("/lost-link", {"nonce": nonce, "number": "0000-0002-W", "email": EMAIL})
    assert again.status == 409
    assert again.value("number") == "0000-0002-W"


def test_of_a_closed_complaint_the_link_is_sent_for_as_long_as_links_live(visitor: Visitor) -> None:
    path = f"/complaints/{NUMBER}"
    visitor.operator(path, c.Withdraw(), actor="player")
    visitor.now += timedelta(days=730)
    ask(visitor)
    assert links(visitor) == 1
    visitor.letter(path, LetterKind.PRIVATE_LINK)
    visitor.now += timedelta(days=2)
    ask(visitor)
    assert links(visitor) == 1


def test_of_an_erased_complaint_nothing_is_sent(visitor: Visitor) -> None:
    visitor.store.contents[NUMBER] = {}
    assert ask(visitor).location == "/lost-link?sent=1"
    assert ask(visitor, email="").status == 422
    assert links(visitor) == 0


@pytest.mark.parametrize(
    ("number", "email", "why"),
    [
        ("", EMAIL, "Write the number of your complaint"),
        ("0000-0001-X", EMAIL, "Check the number"),
        ("\u0661" * 9, EMAIL, "Check the number"),
        ("1" * 10_000, EMAIL, "Check the number"),
        (NUMBER, "", "Write your e-mail address"),
        (NUMBER, "nobody", "Write an e-mail address such as"),
        (NUMBER, "a@b.example\r\nBcc: other@example.test", "Write an e-mail address such as"),
    ],
)
def test_what_cannot_be_right_is_told_beside_the_field(
    visitor: Visitor, number: str, email: str, why: str
) -> None:
    told = ask(visitor, number, email)
    assert told.status == 422
    assert why in told.text
    assert told.title.startswith("Error: ")
    assert links(visitor) == 0


def test_markup_is_shown_as_text(visitor: Visitor) -> None:
    for page in (
        ask(visitor, MARKUP, MARKUP),
        visitor.get("/lost-link?number=%22%3E%3Cscript%3E"),
    ):
        assert "<script>alert" not in page.body
        assert "><script>" not in page.body
        assert "7000021" not in page.body.partition("<main")[2]


def test_no_address_and_no_number_is_logged(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    ask(visitor)
    ask(visitor, "0000-0002-W")
    logged = caplog.text + capsys.readouterr().out + repr([vars(one) for one in caplog.records])
    assert "private link asked for" in logged
    assert EMAIL not in logged
    assert NUMBER not in logged


def test_a_busy_complaint_is_told_so_and_what_was_typed_is_kept(visitor: Visitor) -> None:
    def writes() -> None:
        visitor.store.meanwhile.clear()
        visitor.operator(f"/complaints/{NUMBER}", c.AddNote(visibility="internal", content={"text": "x"}))
        visitor.store.meanwhile.append(writes)

    nonce = visitor.get("/lost-link").nonce("lost-link")
    visitor.store.meanwhile.append(writes)
    busy = visitor.post("/lost-link", {"nonce": nonce, "number": NUMBER, "email": EMAIL})
    assert busy.status == 503
    assert busy.value("email") == EMAIL


# --- Expired ------------------------------------------------------------------------------------------


@pytest.fixture
def link(visitor: Visitor) -> str:
    """A private link as it was good once."""
    key = private_link.make(visitor.secrets[0], NUMBER, 1, visitor.now, timedelta(days=730))
    return f"/complaints/{NUMBER}/{key}"


@pytest.mark.parametrize("more", ["", "/received"])
def test_an_expired_link_says_so_and_leads_to_a_new_one(visitor: Visitor, link: str, more: str) -> None:
    visitor.now += timedelta(days=731)
    page = visitor.get(f"{link}{more}")
    assert page.status == 410
    assert "This link has expired" in page.title
    assert page.value("number") == NUMBER
    assert "The bonus was not paid." not in page.body
    sent = visitor.post(
        "/lost-link", {"nonce": page.nonce("lost-link"), "number": page.value("number"), "email": EMAIL}
    )
    assert sent.status == 303
    assert links(visitor) == 1


@pytest.mark.parametrize("what", ["reply", "withdraw", "feedback"])
def test_nothing_is_done_by_an_expired_link(visitor: Visitor, link: str, what: str) -> None:
    nonce = visitor.get(link).nonce("reply")
    visitor.now += timedelta(days=731)
    before = visitor.complaint(link).version
    assert visitor.post(f"{link}/{what}", {"nonce": nonce, "text": "Hello", "score": "5"}).status == 410
    assert visitor.complaint(link).version == before


def test_a_revoked_link_is_told_as_an_expired_one(visitor: Visitor, link: str) -> None:
    state = visitor.store.states[NUMBER]
    visitor.store.states[NUMBER] = state.__class__(**{**vars(state), "link_version": 2})
    assert visitor.get(link).status == 410


def test_wrong_keys_are_told_nothing_and_all_alike(visitor: Visitor, link: str) -> None:
    visitor.now += timedelta(days=731)
    wrong = [
        link[:-1] + ("A" if link[-1] != "A" else "B"),
        link.replace(NUMBER, "0000-0002-W"),
        f"/complaints/{NUMBER}/AAAA",
        f"/complaints/{NUMBER}/{'é' * 32}",
    ]
    pages = [visitor.get(address) for address in wrong]
    assert [page.status for page in pages] == [404] * len(wrong)
    assert len({page.text for page in pages}) == 1


# --- Whoever only looks -------------------------------------------------------------------------------


def everywhere(link: str) -> list[str]:
    key = link.rpartition("/")[2]
    names = {"<number>": NUMBER, "<key>": key}
    addresses = []
    for route, acts in ROUTES.items():
        if "GET" in acts:
            parts = [
                names.get(part, "some-name" if part.startswith("<") else part) for part in route.split("/")
            ]
            addresses.append("/".join(parts))
    return addresses


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing_anywhere(visitor: Visitor, link: str, method: str) -> None:
    query = "?sent=1&done=withdraw&category=bonuses&number=0000-0001-Y&q=bonus&prefill=x.y.z"
    before = vars(visitor.store).copy()
    kept = {name: (value.copy() if hasattr(value, "copy") else value) for name, value in before.items()}
    for address in everywhere(link):
        for asked in (address, address + query, f"/fr{address}"):
            assert visitor.send(method, asked).status in {200, 303, 404}, asked
    assert vars(visitor.store) == kept
