"""Headers as senders and their programs write them: read where they can be, and never more than one line."""

import pytest

from redress.mailroom import read
from redress.mailroom.incoming import LONGEST_SUBJECT, MOST_REFERENCES, MOST_REPLY_TO
from tests.support.mails import made, mail


def test_an_ordinary_mail_gives_its_headers() -> None:
    incoming = read(mail("replies/en-gmail"))
    assert incoming.sender == "player@example.com"
    assert incoming.sender_name == "Player Example"
    assert incoming.subject == "Re: R7K3-9QXM-2"
    assert incoming.message_id == "<reply-en@example.com>"
    assert incoming.references == (
        "<0100@example.test>",
        "<c+r7k39qxm2.abcdefghijklmnopqrstuvwxyz@example.test>",
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("=?utf-8?B?V3lwxYJhdGE=?=", "Wypłata"),
        ("=?utf-8?Q?Wyp=C5=82ata?=", "Wypłata"),
        ("=?UTF-8?q?Wyp=C5?= =?utf-8?q?=82ata?=", "Wypłata"),  # one letter in two words
        ("=?utf-8?Q?Wyp=C5=82ata?= =?iso-8859-2?Q?_=B3?=", "Wypłata ł"),
        ("=?utf-8*pl?Q?Wyp=C5=82ata?=", "Wypłata"),  # RFC 2231
        ("Re: =?utf-8?Q?Wyp=C5=82ata?= again", "Re: Wypłata again"),
        ("=?utf-8?Q?not paid?=", "not paid"),  # a space that should not be there
        ("=?utf-8?B?V3lwxYJhdGE?=", "Wypłata"),  # no end
        ("=?utf-8?B?V3lw!xYJhdGE=?=", "Wypłata"),
        ("=?utf-8?Q?50=ZZ_=?=", "50=ZZ ="),
        ("=?nonsense?Q?Wyp=C5=82ata?=", "Wypłata"),
        ("=?utf-8?X?Wyp?=", "=?utf-8?X?Wyp?="),
        ("=?utf-8?Q?no end", "=?utf-8?Q?no end"),
        ("=?utf-8?Q??=", ""),
        ("Wypłata", "Wypłata"),  # raw UTF-8
        ("Wyp\udcb3ata nie przysz\udcb3a", "Wypłata nie przyszła"),  # raw, in a charset nobody names
    ],
)
def test_a_subject_is_read_in_every_form_it_is_written_in(written: str, said: str) -> None:
    assert read(made(subject=written)).subject == said


@pytest.mark.parametrize(
    "subject",
    [
        "Hello\r\n Bcc: other@example.com",
        "Hello =?utf-8?Q?=0D=0ABcc:_other@example.com?=",
        "Hello =?utf-8?B?DQpCY2M6IG90aGVyQGV4YW1wbGUuY29t?=",
        "Hello \u2028Bcc: other@example.com",
        "Hello \x0b Bcc:\x00 other@example.com",
    ],
)
def test_a_subject_cannot_become_another_header(subject: str) -> None:
    said = read(made(subject=subject)).subject
    assert said == "Hello Bcc: other@example.com"


def test_a_long_subject_is_cut() -> None:
    assert read(made(subject="long " * 1_000)).subject == ("long " * 60).strip()[:LONGEST_SUBJECT]


def test_signs_that_turn_the_reading_direction_or_are_unseen_are_left_out() -> None:
    assert (
        read(made(subject="pay\u200bment \u202egnp.exe\u202c \u2066x\u2069")).subject == "payment gnp.exe x"
    )


def test_ten_thousand_recipients_change_nothing() -> None:
    crowd = ",\n ".join(f"p{number}@example.com" for number in range(10_000))
    incoming = read(made("Hello.", to=crowd, cc=crowd, reply_to=crowd))
    assert (incoming.sender, incoming.text) == ("player@example.com", "Hello.")
    assert len(incoming.reply_to) == MOST_REPLY_TO


def test_addresses_to_answer_to_are_bare_and_each_there_once() -> None:
    replies = ["A <a@Example.com>, b@example.com, broken@", "a@example.com"]
    assert read(made(reply_to=replies)).reply_to == ("a@example.com", "b@example.com")


@pytest.mark.parametrize(
    "written", ["=?utf-8?q?player=40example.com?=", "=?utf-8?q?player?=@example.com", "player＠example.com"]
)
def test_an_address_to_answer_to_is_one_as_it_stands(written: str) -> None:
    assert read(made(reply_to=f"{written}, b@example.com")).reply_to == ("b@example.com",)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("<a.b@example.com>", "<a.b@example.com>"),
        ("  <a@b> (comment)", "<a@b>"),
        ("a.b@example.com", "<a.b@example.com>"),
        ("nothing", None),
        ("<>", None),
        ("<a b@example.com>", None),
        ("<å@example.com>", None),
        ("", None),
    ],
)
def test_a_message_id_has_its_brackets_or_is_none(written: str, read_as: str | None) -> None:
    assert read(made(message_id=written)).message_id == read_as


def test_a_mail_without_an_id_has_none() -> None:
    assert read(made()).message_id is None


def test_of_a_long_thread_the_root_and_the_end_are_kept() -> None:
    thread = " ".join(f"<{number}@example.com>" for number in range(500))
    found = read(made(references=thread, in_reply_to="<499@example.com>")).references
    assert len(found) == MOST_REFERENCES
    assert {"<0@example.com>", "<499@example.com>", "<498@example.com>"} <= set(found)


def test_a_reference_that_stands_twice_is_one() -> None:
    assert read(made(references="<a@b><a@b>\n <c@d>", in_reply_to="<c@d>")).references == ("<c@d>", "<a@b>")
