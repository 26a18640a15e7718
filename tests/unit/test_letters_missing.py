"""A complaint by mail: its acknowledgement asks for what is missing, and for nothing else."""

import re
from typing import Any

import pytest

from infra.ops.letter_examples import investigating
from infra.ops.letter_stories import MAILED
from redress.domain.categories import Category
from redress.domain.correspondence import LetterKind
from redress.language import CODES, language
from redress.letters.missing import names_a_day, names_an_amount
from redress.letters.render import WRITTEN
from redress.usecases.ports import Mail
from redress.web import asked
from tests.support.letter_reading import TO_PLAYER, both
from tests.support.letters import Story, mailed, sample, told, written_in

ACCOUNT = "Your username or account number"
DAY = "The day on which it happened"
AMOUNT = "The amount it is about, and its currency"
REFERENCES = "Numbers of bets, games, deposits or withdrawals"
HEADING = "What would help us"


def acknowledged(story: Story, *, answers_read: bool = True) -> Mail:
    return story.render(LetterKind.ACKNOWLEDGEMENT, answers_read=answers_read)


def test_everything_the_form_would_have_asked_is_asked_for() -> None:
    for form in both(acknowledged(mailed())):
        for wanted in (HEADING, ACCOUNT, DAY, AMOUNT, REFERENCES, "Just answer this e-mail."):
            assert wanted in form


@pytest.mark.parametrize(
    ("told_already", "wanted"),
    [
        ({"content": {**MAILED, "account": "player-7"}}, ACCOUNT),
        ({"occurred_on": "2026-05-03"}, DAY),
        ({"amount_minor": 2550, "currency": "GBP"}, AMOUNT),
        ({"content": {**MAILED, "transaction_references": ["W-1029"]}}, REFERENCES),
        ({"content": {**MAILED, "description": "On 3 May 2026 you took it."}}, DAY),
        ({"content": {**MAILED, "description": "You took 25.50 GBP."}}, AMOUNT),
    ],
)
def test_what_is_told_is_not_asked_for(told_already: dict[str, Any], wanted: str) -> None:
    asked_for = [ACCOUNT, DAY, AMOUNT, REFERENCES]
    for form in both(acknowledged(mailed(**told_already))):
        assert [one for one in asked_for if one not in form] == [wanted]


def test_where_all_is_told_nothing_is_asked_for() -> None:
    content = {**MAILED, "account": "player-7", "transaction_references": ["W-1029"]}
    story = mailed(content=content, occurred_on="2026-05-03", amount_minor=2550, currency="GBP")
    for form in both(acknowledged(story)):
        assert HEADING not in form
        assert "Just answer" not in form


@pytest.mark.parametrize("category", Category)
def test_a_category_is_asked_for_what_its_form_asks_and_no_more(category: Category) -> None:
    wanted = asked.ASKED[category]
    for form in both(acknowledged(mailed(category=category.value))):
        assert (AMOUNT in form) == wanted.amount
        assert (DAY in form) == wanted.occurred_on
        labels = {one.references.label for one in asked.ASKED.values() if one.references}
        assert {label for label in labels if label in form} == (
            {wanted.references.label} if wanted.references else set()
        )


@pytest.mark.parametrize("channel", ["form", "api", "phone", "chat", "social", "intermediary"])
def test_complaints_of_other_doors_are_asked_for_nothing(channel: str) -> None:
    for form in both(acknowledged(mailed(channel=channel))):
        assert HEADING not in form


@pytest.mark.parametrize("code", CODES)
def test_asking_takes_nothing_from_the_acknowledgement(code: str) -> None:
    content = {**MAILED, "account": "player-7", "transaction_references": ["W-1029"]}
    with written_in(code):
        asking = acknowledged(mailed())
        quiet = acknowledged(
            mailed(content=content, occurred_on="2026-05-03", amount_minor=2550, currency="GBP")
        )
    assert len(asking.text) > len(quiet.text)
    assert [line for line in quiet.text.splitlines() if line not in asking.text.splitlines()] == []
    assert (asking.subject, asking.to, asking.letter_id) == (quiet.subject, quiet.to, quiet.letter_id)


def test_where_no_answers_are_read_the_private_page_is_the_way() -> None:
    for form in both(acknowledged(mailed(), answers_read=False)):
        assert "Please write it on your private page." in form
        assert "answer this e-mail" not in form


@pytest.mark.parametrize("kind", TO_PLAYER)
@pytest.mark.parametrize("code", WRITTEN)
def test_a_letter_says_that_it_can_be_answered_only_where_answers_are_read(
    kind: LetterKind, code: str
) -> None:
    with written_in(code):
        story = told(kind)
        read, unread = (story.render(kind, answers_read=answers) for answers in (True, False))
    can, cannot = CAN_BE_ANSWERED[code]
    for form in both(read):
        assert can in form
        assert cannot not in form
    for form in both(unread):
        assert can not in form
        assert cannot in form


CAN_BE_ANSWERED = {
    "en": ("You can answer this e-mail", "Please do not reply to it"),
    "fr": ("Vous pouvez répondre à cet e-mail", "N’y répondez pas"),
    "pl": ("Na tego e-maila można odpowiedzieć", "Nie odpowiadaj na niego"),
    "ru": ("На это письмо можно ответить", "Пожалуйста, не отвечайте на него"),
    "de": ("Sie können auf diese E-Mail antworten", "Bitte antworten Sie nicht darauf"),
    "es": ("Puede responder a este correo electrónico", "Por favor, no responda a ella"),
    "it": ("Può rispondere a questa e-mail", "Non risponda a questa e-mail"),
    "pt": ("Pode responder a este e-mail", "Não responda a este e-mail"),
    "sv": ("Du kan svara på det här mejlet", "Svara inte på det"),
}


def test_staff_are_told_nothing_of_answers() -> None:
    assert "answer this e-mail" not in sample(LetterKind.WARNING).text


def test_a_letter_after_the_acknowledgement_asks_for_nothing_of_the_form() -> None:
    story = investigating(mailed())
    story.reach("progress")
    assert HEADING not in story.render(LetterKind.PROGRESS, answers_read=True).text


# --- What a text tells by itself -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "You owe me 25.50 GBP",
        "Es geht um 1.250,50 €.",
        "£25 went missing",
        "EUR 300 were not paid",
        "Chodzi o 150 zł",
        "пропали 5 000 руб. со счёта",
        "Det gäller 1 500 kr",
        "I lost 40 euros",
        "PLN 12,5",
    ],
)
def test_a_figure_beside_a_currency_is_an_amount(text: str) -> None:
    assert names_an_amount(text)


@pytest.mark.parametrize(
    "text", ["", "I lost money", "bet number 30291", "round 12", "5 times", "3 krokodiles", "at 20:15"]
)
def test_a_figure_by_itself_is_none(text: str) -> None:
    assert not names_an_amount(text)


@pytest.mark.parametrize(
    "text",
    ["on 2026-05-03", "am 3.5.2026", "on 03/05/26", "on May 3", "on the 3rd of May", "May 3rd, 2026"],
)
def test_a_date_is_a_day(text: str) -> None:
    assert names_a_day(text)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("month", range(12))
def test_a_day_with_the_name_of_its_month_is_one_in_every_language(code: str, month: int) -> None:
    name = language(code).cldr["months"][month]
    between = " de " if code in {"es", "pt"} else " "
    assert names_a_day(f"3{between}{name}")
    assert names_a_day(f"31{between}{name.upper()} 2026")


@pytest.mark.parametrize("text", ["", "yesterday", "in May", "may 2026 do", "1.5 hours", "10/20", "3 mails"])
def test_what_names_no_day_is_none(text: str) -> None:
    assert not names_a_day(text)


def test_the_text_itself_is_never_sent_back() -> None:
    story = mailed(content={**MAILED, "description": "Buy pills for 5 GBP on 3 May 2026 at evil.example"})
    mail = acknowledged(story)
    assert not re.search("pills|evil", mail.text + mail.html + mail.subject)
