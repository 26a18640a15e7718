"""Whatever bytes come, a mail is made of them, and it keeps its promises."""

import re
import unicodedata
from email.headerregistry import AddressHeader
from email.policy import default
from email.utils import getaddresses

from hypothesis import example, given, settings
from hypothesis import strategies as st

from redress.language import CODES
from redress.mailroom import Incoming, hypertext, quotes, read, winmail
from redress.mailroom.incoming import (
    LARGEST_ATTACHMENT,
    LONGEST_NAME,
    LONGEST_SUBJECT,
    MOST_ATTACHMENTS,
    MOST_CHARACTERS,
    MOST_REFERENCES,
    MOST_REPLY_TO,
)
from tests.support.mails import OWN_WORDS, made, mail, names

CORPUS = [mail(f"{folder}/{name}") for folder in ("replies", "built", "charsets") for name in names(folder)]
PIECES = [
    b"\r\n",
    b"\n\n",
    b"--",
    b";",
    b"boundary=",
    b'"',
    b"=?utf-8?q?=",
    b"?=",
    b"\0",
    b"\xff",
    b"<",
    b">",
    b"(",
]
PIECES += [
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Transfer-Encoding: base64\n",
    b"charset=utf-16",
]
PIECES += [
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: text/html\n",
    b"<!--",
    b"<![x",
    b"\n> ",
    b"wrote:\n",
]
PIECES_OF_SENDERS = [
    *("player@example.com", "<player@example.com>", "a@example.test", "<a@example.test>", "player", "b"),
    *(" ", " ", ",", ";", ":", "<", ">", '"', '"', "(", ")", "\\", "@", "."),
    *("=?utf-8?q?", "?=", "=?utf-8?q?a=40example.test?=", "=?utf-8?q?,?="),
]
UNSEEN = {"Cc", "Cf", "Cs", "Co"}
ADDRESS = re.compile(r"[^\s@<>]+@[a-z0-9_.-]+")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A mail of the corpus with a few places of it exchanged, doubled, cut out."""
    raw = draw(st.sampled_from(CORPUS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(len(raw), start + draw(st.sampled_from([0, 1, 5, 50, 500])))))
        new = draw(st.sampled_from(PIECES) | st.binary(max_size=8) | st.just(raw[start:end] * 2))
        raw = raw[:start] + new + raw[end:]
    return raw


def check(incoming: Incoming) -> None:
    """What holds of every mail that was read."""
    for text in (incoming.text, incoming.whole, incoming.subject, incoming.sender_name):
        assert unicodedata.is_normalized("NFC", text)
        assert text == text.strip()
        assert {unicodedata.category(sign) for sign in text if sign != "\n"}.isdisjoint(UNSEEN)
    assert len(incoming.text) <= MOST_CHARACTERS >= len(incoming.whole)
    assert len(incoming.subject) <= LONGEST_SUBJECT
    assert len(incoming.sender_name) <= LONGEST_NAME
    assert "\n" not in incoming.subject + incoming.sender_name
    assert bool(incoming.text) == bool(incoming.whole)
    for address in (*incoming.reply_to, incoming.sender or "none@example.com"):
        assert ADDRESS.fullmatch(address)
    for one in (*incoming.references, incoming.message_id or "<none>"):
        assert re.fullmatch("<[!-~]+>", one)
    assert len(incoming.references) <= MOST_REFERENCES
    assert len(incoming.reply_to) <= MOST_REPLY_TO
    assert len(incoming.attachments) <= MOST_ATTACHMENTS
    assert all(0 < len(one.content) <= LARGEST_ATTACHMENT for one in incoming.attachments)
    assert incoming.language in {None, *CODES}


@given(st.binary(max_size=2_000))
@example(b"")
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    check(read(raw))


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=60).map(b"".join))
def test_any_pieces_of_mails_are_a_mail(raw: bytes) -> None:
    check(read(raw))


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES_OF_SENDERS), min_size=1, max_size=8).map("".join))
@example("player@example.com <player@example.com>")
@example('"a@example.test" <player@example.com> (b)')
def test_whoever_a_mail_is_from_the_parsers_of_the_standard_library_find_nobody_else(written: str) -> None:
    """One reads by the grammar, one as it goes; both may find halves of names, and no other address."""
    sender = read(made(sender=written)).sender
    if sender:
        header = default.header_factory("From", written)
        assert isinstance(header, AddressHeader)
        found = {one.addr_spec for one in header.addresses}
        found |= {one for _, one in getaddresses([written], strict=False)}
        assert {one for one in found if "@" in one} == {sender}


@settings(max_examples=300)
@given(mutated())
def test_any_damaged_mail_is_a_mail(raw: bytes) -> None:
    check(read(raw))


@given(
    st.dictionaries(st.sampled_from(["subject", "from", "reply_to", "message_id", "references"]), st.text())
)
def test_any_headers_are_read(headers: dict[str, str]) -> None:
    check(read(made(sender=None, **{name: value.replace("\n\n", "") for name, value in headers.items()})))


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<b ", "<!--", "-->", "<![", "<script>", "</script>", "&", "x", '"'])
    )
)
def test_any_heap_of_tags_is_read(tags: list[str]) -> None:
    assert "<!--" not in hypertext.defused("".join(tags))


@given(st.text(), st.sampled_from(sorted(OWN_WORDS)))
def test_what_a_player_wrote_is_within_the_whole_line_by_line(text: str, code: str) -> None:
    whole = f"{OWN_WORDS[code]}\n{text}"
    found = quotes.written_now(whole)
    assert set(found.split("\n")) - {""} <= {
        line for given in whole.split("\n") for line in (given, given.strip())
    }


@given(st.binary(max_size=500))
def test_any_winmail_is_read(stream: bytes) -> None:
    head = b"\x78\x9f\x3e\x22\x01\x00"
    found = winmail.unpack(head + stream)
    assert found is None or found.plain or found.html or found.files
