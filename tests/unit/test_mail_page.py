"""The page of sent mail: each letter as its reader sees it, and nothing in it that could do anything."""

from typing import Any

from infra.local import mail_page


def mail(at: float = 0, **changes: object) -> dict[str, Any]:
    """The platform's record of a mail."""
    sent = {
        "Timestamp": at,
        "To": ["player@example.test"],
        "Source": "us@mail.example.test",
        "Subject": "We have your complaint",
        "BodyText": "Dear Player Example",
        "BodyHtml": "<html><head></head><p>Dear Player Example</p></html>",
        "Headers": {},
        "Told": [],
    }
    return {**sent, **changes}


def test_a_letter_shows_who_wrote_it_to_whom_when_and_where_answers_go() -> None:
    headers = {
        "From": "Northlight Casino <us@mail.example.test>",
        "Reply-To": "c+1.mac@mail.example.test",
        "Date": "Mon, 04 May 2026 14:05:00 +0000",
    }
    page = mail_page.page([mail(Headers=headers)])
    for shown in (
        "Northlight Casino &lt;us@mail.example.test&gt;",
        "player@example.test",
        "c+1.mac@mail.example.test",
        "We have your complaint",
        "Mon, 04 May 2026 14:05:00 +0000",
    ):
        assert f"<dd>{shown}</dd>" in page


def test_without_headers_the_facts_of_the_sending_are_shown() -> None:
    page = mail_page.page([mail(Headers=None, Told=None)])
    for shown in ("us@mail.example.test", "Thu Jan  1 00:00:00 1970", "sent"):
        assert f"<dd>{shown}</dd>" in page


def test_what_became_of_a_letter_is_told_in_order_and_the_last_of_it_in_its_line() -> None:
    assert mail_page.state(mail()) == "sent"
    marked = mail(Told=["delivered", "marked as spam"])
    assert mail_page.state(marked) == "marked as spam"
    assert "<dd>delivered, then marked as spam</dd>" in mail_page.page([marked])


def test_the_plain_text_stands_beside_the_html() -> None:
    page = mail_page.page([mail(BodyText="Dear <Player> Example")])
    assert "<pre>Dear &lt;Player&gt; Example</pre>" in page


def test_a_mail_without_html_is_shown_as_its_text() -> None:
    page = mail_page.page([mail(BodyHtml=None, BodyText="a < b")])
    assert 'srcdoc="&lt;pre&gt;a &amp;lt; b&lt;/pre&gt;"' in page


def test_nothing_of_a_letter_leaves_its_frame_and_the_frame_may_run_nothing() -> None:
    spoiled = '"><script>alert(1)</script>'
    page = mail_page.page(
        [
            mail(
                Subject=spoiled,
                BodyHtml=spoiled,
                BodyText=spoiled,
                To=[spoiled],
                Headers={"From": spoiled, "Reply-To": spoiled},
            )
        ]
    )
    assert "<script" not in page
    assert page.count("<iframe") == 1
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page


def test_the_newest_letter_stands_first() -> None:
    page = mail_page.page([mail(1, Subject="first"), mail(2, Subject="second")])
    assert page.index("<b>second</b>") < page.index("<b>first</b>")


def test_before_any_mail_the_page_says_so() -> None:
    assert "No mail has been sent yet." in mail_page.page([])
