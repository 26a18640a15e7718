"""However a mail is put together, its text is found once and its files are all there."""

import base64

import pytest

from redress.mailroom import Attachment, read
from redress.mailroom.bodies import TINY_PICTURE
from redress.mailroom.incoming import LARGEST_ATTACHMENT, MOST_ATTACHMENTS
from tests.support.mails import COMPLAINT, made, mail, multipart

PICTURE = b"\x89PNG" + bytes(TINY_PICTURE)
NESTED = (
    "mixed-alternative-related",
    "mixed-related-alternative",
    "related-mixed-alternative",
    "alternative-mixed",
)


def file(content: bytes, media_type: str = "application/pdf") -> bytes:
    """A part that is an attachment."""
    head = f"Content-Type: {media_type}\nContent-Disposition: attachment; filename=file\n"
    return f"{head}Content-Transfer-Encoding: base64\n\n".encode() + base64.encodebytes(content)


def text(words: str, kind: str = "plain") -> bytes:
    """A part that is text."""
    return f"Content-Type: text/{kind}; charset=utf-8\n\n{words}".encode()


@pytest.mark.parametrize("name", NESTED)
def test_multiparts_in_any_order_give_the_text_once(name: str) -> None:
    assert read(mail(f"built/{name}")).text == COMPLAINT


@pytest.mark.parametrize("name", NESTED)
def test_multiparts_in_any_order_give_the_document_and_the_picture(name: str) -> None:
    found = read(mail(f"built/{name}")).attachments
    assert sorted(one.media_type for one in found) == ["application/pdf", "image/png"]


def test_a_picture_that_only_tells_who_looked_is_no_attachment() -> None:
    kinds = {one.media_type for one in read(mail("built/mixed-alternative-related")).attachments}
    assert "image/gif" not in kinds


@pytest.mark.parametrize("name", ["text-only", "signed", "calendar"])
def test_plain_mail_gives_its_text(name: str) -> None:
    assert read(mail(f"built/{name}")).text == COMPLAINT


def test_the_signature_of_a_signed_mail_is_no_attachment() -> None:
    assert read(mail("built/signed")).attachments == ()


def test_an_invitation_is_an_attachment_and_not_the_text() -> None:
    assert [one.media_type for one in read(mail("built/calendar")).attachments] == ["text/calendar"]


def test_text_around_a_picture_is_kept_in_order() -> None:
    incoming = read(mail("built/apple-text-around-a-picture"))
    assert incoming.text == f"{COMPLAINT}\n\nThat is what I see."
    assert [one.media_type for one in incoming.attachments] == ["image/png"]


def test_plain_text_that_only_sends_the_reader_to_the_html_is_not_the_text() -> None:
    assert read(mail("built/stub-and-html")).text.startswith(COMPLAINT)


@pytest.mark.parametrize("stub", ["Please use a program that shows HTML.", "—", "1"])
def test_what_the_html_says_and_the_plain_text_does_not_is_read_however_short(stub: str) -> None:
    html = "<p>You closed my account 12345 and kept 500 GBP.</p>"
    ways = [
        f"Content-Type: text/{kind}\n\n{said}".encode() for kind, said in (("plain", stub), ("html", html))
    ]
    incoming = read(b"MIME-Version: 1.0\n" + multipart(*ways, kind="alternative"))
    assert incoming.text == incoming.whole == f"You closed my account 12345 and kept 500 GBP.\n\n{stub}"


def test_plain_text_and_html_that_say_the_same_are_said_once() -> None:
    plain = "I want my 500 GBP back. See https://example.com/a/long/address/of/many/words/that/html/hides"
    html = '<p>I want my <b>500 GBP</b> back. <a href="https://example.com">See</a> www</p>'
    ways = [
        f"Content-Type: text/{kind}\n\n{said}".encode() for kind, said in (("plain", plain), ("html", html))
    ]
    assert read(multipart(*ways, kind="alternative")).whole == plain


def test_flowed_text_has_its_paragraphs_joined_and_its_quotation_apart() -> None:
    incoming = read(mail("built/flowed"))
    assert incoming.text.startswith("I have not been paid my withdrawal, and nobody tells me why.\n")
    assert "> You will be paid today." in incoming.whole


def test_flowed_text_whose_spaces_are_the_programs_loses_them() -> None:
    body = "Wypła \nta nie przyszła.\n"
    assert (
        read(made(body, content_type="text/plain; format=flowed; delsp=yes")).text == "Wypłata nie przyszła."
    )


def test_a_mail_in_a_mail_gives_its_text_to_the_whole_and_its_files() -> None:
    incoming = read(mail("built/forwarded-attached"))
    assert incoming.text == "Please read what your colleague wrote to me."
    assert incoming.whole.endswith("Re: Your bonus\n\nYou will not get the bonus.")
    assert [one.media_type for one in incoming.attachments] == ["image/png"]


def test_an_encoded_mail_in_a_mail_is_read_too() -> None:
    head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    inner = head + base64.encodebytes(made("The inner words."))
    assert "The inner words." in read(multipart(text("See."), inner)).whole


@pytest.mark.parametrize(
    "disposition", ["attachment", "attachment; filename=log.txt", "inline; filename=log.txt", "ATTACHMENT"]
)
def test_text_that_is_a_file_is_an_attachment(disposition: str) -> None:
    log = f"Content-Type: text/plain\nContent-Disposition: {disposition}\n\nLine of a log.".encode()
    incoming = read(multipart(text("See."), log))
    assert incoming.whole == "See."
    assert [one.content for one in incoming.attachments] == [b"Line of a log."]


@pytest.mark.parametrize(
    "headers",
    [{"content_disposition": "attachment; filename=mail.txt"}, {"content_type": "text/plain; name=x"}],
)
def test_a_mail_that_calls_its_only_text_a_file_is_read_all_the_same(headers: dict[str, str]) -> None:
    raw = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items()) + "\nNot paid."
    assert read(raw.encode()).text == "Not paid."


def test_an_archive_stays_the_bytes_it_is() -> None:
    bomb = b"PK\x03\x04" + bytes(10_000)
    [found] = read(multipart(text("See."), file(bomb, "application/zip"))).attachments
    assert found == Attachment(content=bomb, media_type="application/zip")


def test_more_attachments_than_are_kept_are_counted() -> None:
    parts = [file(PICTURE, "image/png") for _ in range(MOST_ATTACHMENTS + 3)]
    incoming = read(multipart(text("See."), *parts))
    assert (len(incoming.attachments), incoming.left_out) == (MOST_ATTACHMENTS, 3)


@pytest.mark.parametrize(("more", "kept"), [(0, 1), (1, 0), (LARGEST_ATTACHMENT, 0)])
def test_an_attachment_that_is_too_large_is_counted_and_left_out(more: int, kept: int) -> None:
    incoming = read(multipart(text("See."), file(bytes(LARGEST_ATTACHMENT + more))))
    assert (len(incoming.attachments), incoming.left_out) == (kept, 1 - kept)


def test_an_empty_attachment_is_none() -> None:
    incoming = read(multipart(text("See."), file(b"")))
    assert (incoming.attachments, incoming.left_out) == ((), 0)


@pytest.mark.parametrize(
    "encoded",
    [
        b"SSBoYXZlIG5vdCBiZWVuIHBhaWQ",  # its end is missing
        b"SSBoYXZl*IG5vdCBi\n\nZWVu!IHBhaWQ=",
        b"SSBoYXZlIG5vdCBiZWVuIHBhaWQ=a",
    ],
)
def test_broken_base64_gives_what_can_be_read(encoded: bytes) -> None:
    assert read(made(encoded, content_transfer_encoding="base64")).text == "I have not been paid"


@pytest.mark.parametrize(
    ("encoded", "words"),
    [
        (b"I have not been p=61id", "I have not been paid"),
        (b"250 =E2=82=AC, =ZZ and =", "250 €, =ZZ and"),
        (b"one =\nline", "one line"),
        (b"f\xc3\xa5tt", "fått"),
    ],
)
def test_broken_quoted_printable_gives_what_can_be_read(encoded: bytes, words: str) -> None:
    assert read(made(encoded, content_transfer_encoding="quoted-printable")).text == words


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed\n\nI have not been paid.",
        b"Content-Type: multipart/mixed; boundary=\n\nI have not been paid.",
        b"Content-Type: multipart/mixed; boundary=other\n\nI have not been paid.",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nI have not been paid.",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text\n\nI have not been paid.",
        b'Content-Type: multipart/mixed; boundary="b\n\n--b\n\nI have not been paid.\n--b--',
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b \r\n\r\nI have not been paid.\r\n--b-- \r\nz",
        b"Content-Type: garbage\n\nI have not been paid.",
        b"Content-Type: ;;;\n\nI have not been paid.",
        b"From player@example.com Tue Mar  3 15:00:00 2026\nSubject: x\n\nI have not been paid.",
        b"\nI have not been paid.",
        b"I have not been paid.",
    ],
)
def test_a_mail_that_is_put_together_wrongly_still_gives_its_text(raw: bytes) -> None:
    assert read(raw).text == "I have not been paid."


def test_a_boundary_that_begins_like_another_is_not_taken_for_it() -> None:
    inner = multipart(text("Inner."), boundary="bb")
    assert read(multipart(inner, text("Outer."), boundary="b")).text == "Inner.\n\nOuter."


def test_a_boundary_within_a_line_is_text() -> None:
    assert read(multipart(text("One --b two."))).text == "One --b two."


@pytest.mark.parametrize("raw", [b"", b"\n", b"\r\n\r\n", b"Subject: x\n\n", b"\0"])
def test_an_empty_mail_is_an_empty_mail(raw: bytes) -> None:
    incoming = read(raw)
    assert (incoming.text, incoming.whole, incoming.sender) == ("", "", "")
    assert (incoming.language, incoming.message_id, incoming.attachments) == (None, None, ())
