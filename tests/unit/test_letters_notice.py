"""A question that came by mail is answered with its number, its key and the way to the answer."""

import re
from copy import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.ops.letter_stories import PORTAL, REGION
from redress.domain import consultation_key
from redress.language import CODES, language
from redress.letters.blocks import LetterIncomplete
from redress.letters.notice import render_notice
from redress.usecases.ports import Mail
from tests.support.letter_reading import Page, both, words

NUMBER = "Q-R7K3-9QXM-3"
KEY = consultation_key.make_key(b"secret", NUMBER)
ASKED_AT = datetime(2026, 5, 4, 14, 5, tzinfo=UTC)
NOTICE: dict[str, Any] = {
    "kind": "consultation",
    "brand": "northlight",
    "language": "en",
    "to": "player@example.com",
    "number": NUMBER,
    "key": KEY,
    "in_reply_to": "<question-1@example.com>",
}


def told(**changes: object) -> Mail:
    return render_notice({**NOTICE, **changes}, REGION, PORTAL, ASKED_AT)


@pytest.mark.parametrize("code", CODES)
def test_number_key_link_and_date_are_told_in_every_language(code: str) -> None:
    mail = told(language=code)
    day = words(language(code).short_day(datetime(2026, 5, 7, tzinfo=UTC).date()))
    for form in both(mail):
        for fact in (NUMBER, KEY, day, "Europe/London)"):
            assert fact in form
    assert f"\n{PORTAL}/consultations/{NUMBER}/{KEY}\n" in mail.text
    assert f"{PORTAL}/consultations/{NUMBER}/{KEY}" in Page(mail.html).sources
    assert f'<html lang="{code}"' in mail.html


def test_it_says_that_nothing_of_the_asker_was_kept_and_that_the_key_is_here_alone() -> None:
    for form in both(told()):
        assert "We keep your question without your name and without your e-mail address" in form
        assert "This e-mail is the only place where your key stands" in form
        assert "By the end of Thursday, 7 May 2026 (Europe/London)" in form


def test_it_goes_back_to_who_asked_in_the_thread_of_the_question() -> None:
    mail = told()
    assert (mail.to, mail.letter_id) == ("player@example.com", f"{NUMBER}/consultation")
    assert mail.sender == "Northlight Casino <complaints@mail.example.test>"
    assert mail.references == ("<question-1@example.com>",)
    assert (mail.reply_to, mail.unsubscribe) == (None, None)


@pytest.mark.parametrize(
    "hostile",
    [None, "", "no brackets", "<a b@c>", "<a@b>\r\nBcc: x@example.com", "<a>b>", f"<{'a' * 300}>", "<ä@b>"],
)
def test_what_is_no_message_id_reaches_no_header(hostile: str | None) -> None:
    assert told(in_reply_to=hostile).references == ()


def test_the_subject_names_the_number_and_never_the_key() -> None:
    for code in CODES:
        subject = told(language=code).subject
        assert NUMBER in subject
        assert KEY not in subject
        assert "\n" not in subject


def test_the_days_of_the_region_are_the_days_that_are_promised() -> None:
    region = replace(REGION, consultation_days=10)
    mail = render_notice(NOTICE, region, PORTAL, ASKED_AT)
    assert "Thursday, 14 May 2026" in mail.text


def test_a_language_nobody_writes_falls_back_to_english_and_a_variant_to_its_language() -> None:
    assert '<html lang="en"' in told(language="cy").html
    assert '<html lang="de"' in told(language="de-AT").html


def test_the_same_notice_is_written_the_same_twice() -> None:
    assert told() == told()


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [({"kind": "newsletter"}, "words for newsletter"), ({"brand": "gone"}, "brand gone")],
)
def test_what_has_no_words_or_no_brand_does_not_go_out(changes: dict[str, object], lacks: str) -> None:
    with pytest.raises(LetterIncomplete) as refused:
        told(**changes)
    assert refused.value.missing == (lacks,)


def test_a_dead_address_in_the_region_file_keeps_it_back() -> None:
    brand = replace(REGION.brands[0], site="https://ec.europa.eu/odr")
    with pytest.raises(LetterIncomplete) as refused:
        render_notice(NOTICE, replace(REGION, brands=(brand,)), PORTAL, ASKED_AT)
    assert refused.value.banned == ("ec.europa.eu/odr",)


def test_an_answer_to_it_is_not_invited() -> None:
    for form in both(told()):
        assert "Please do not answer it" in form
        assert not re.search("just answer|can answer this", form, re.IGNORECASE)
