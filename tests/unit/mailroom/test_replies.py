"""What a player wrote now is told from what the mail answers, in every language and mail program."""

import pytest

from redress.language import CODES
from redress.mailroom import read
from redress.mailroom.elsewhere import LONGEST_LINE, MOST_CHARACTERS, bounded
from tests.support.mails import OWN_WORDS, made, mail, names

PROGRAMS = ("gmail", "gmail-html", "apple", "apple-phone", "outlook", "outlook-html", "outlook-phone")


def on_one_line(text: str) -> str:
    """A text without its line ends: HTML has others."""
    return " ".join(text.split())


@pytest.mark.parametrize("name", names("replies"))
def test_of_a_reply_only_what_the_player_wrote_now_is_its_text(name: str) -> None:
    incoming = read(mail(f"replies/{name}"))
    assert on_one_line(incoming.text) == on_one_line(OWN_WORDS[name[:2]])


@pytest.mark.parametrize("name", names("replies"))
def test_the_whole_of_a_reply_has_what_it_answers_too(name: str) -> None:
    incoming = read(mail(f"replies/{name}"))
    assert "28" in incoming.whole
    assert on_one_line(incoming.whole).startswith(on_one_line(OWN_WORDS[name[:2]]))


@pytest.mark.parametrize("name", names("replies"))
def test_the_language_of_a_reply_is_that_of_what_the_player_wrote(name: str) -> None:
    assert read(mail(f"replies/{name}")).language == name[:2]


def test_the_corpus_has_every_language_and_program() -> None:
    assert {f"{code}-{program}" for code in CODES for program in PROGRAMS} <= set(names("replies"))


def test_an_answer_below_the_quotation_is_kept() -> None:
    text = "On 3 Mar 2026 at 14:02, Casino <help@example.test> wrote:\n> When did you ask?\n\nOn 1 March.\n"
    assert read(made(text)).text == "On 1 March."


def test_words_above_and_below_one_quotation_are_both_kept() -> None:
    text = "Hello,\n\nOn 3 Mar 2026 at 14:02, Casino <help@example.test> wrote:\n> When?\n\nOn 1 March.\n"
    assert read(made(text)).text == "Hello,\n\nOn 1 March."


def test_answers_between_the_lines_keep_everything_since_they_say_nothing_alone() -> None:
    text = (
        "On 3 Mar 2026 at 14:02, Casino Example <help@example.test> wrote:\n"
        "> When did you ask?\n\nOn 1 March.\n\n> How much?\n250 euros.\n\n> Is that all?\n\nYes.\n"
    )
    assert read(made(text)).text == text.strip()


def test_an_empty_line_within_a_quotation_is_no_answer() -> None:
    text = "No.\n\nOn 3 Mar 2026 at 14:02, Casino <help@example.test> wrote:\n> One.\n\n> Two.\n"
    assert read(made(text)).text == "No."


@pytest.mark.parametrize(
    "words",
    [
        "On 3 May 2026 your agent wrote:\n\nYou will be paid.\n\nThat was not true.",
        "Am 3. Mai 2026 schrieb mir Ihr Team:\n\nSie bekommen Ihr Geld.\n\nDas war falsch.",
        "From: 3 May\nTo: 5 May\nI could not log in.",
        "Data: 5 maja\nnie było wypłaty.\nDo: 7 maja to samo.",
        "I have three questions:\n- when?\n- why?\n- how much?",
        "Thanks,\nbut the money is still missing.",
        "Sent from my bank on 3 May, the 250 euros arrived nowhere" + ", as I told you in the chat" * 5,
    ],
)
def test_what_only_looks_like_a_quotation_or_a_signature_stays(words: str) -> None:
    assert read(made(words)).text == words


def test_a_mail_that_is_a_quotation_alone_keeps_it() -> None:
    text = "> I have not been paid.\n> Player Example"
    assert read(made(text)).text == text


def test_a_signature_is_cut_at_its_mark_and_stays_in_the_whole() -> None:
    incoming = read(made("Still no money.\n\n-- \nPlayer Example\nexample.com\n"))
    assert incoming.text == "Still no money."
    assert incoming.whole.endswith("example.com")


def test_what_a_player_only_passes_on_is_the_text() -> None:
    incoming = read(mail("built/forwarded-without-a-word"))
    assert incoming.text == incoming.whole
    assert "You will not get the bonus." in incoming.text


def test_words_before_a_chain_of_forwarded_mails_are_the_text_and_the_chain_is_in_the_whole() -> None:
    incoming = read(mail("built/forwarded-inline"))
    assert "bonus" not in incoming.text
    assert "You will not get the bonus." in incoming.whole
    assert "Where is my bonus?" in incoming.whole


def test_the_library_of_other_languages_gets_short_lines_and_few() -> None:
    hostile = ["@", *["Am " * 30 + "schrieb " * 12] * 1_000, "x" * 10_000]
    given = bounded(hostile)
    assert given.count("\n") == len(hostile) - 1
    assert len(given.replace("\n", "")) <= MOST_CHARACTERS
    assert all(len(line) <= LONGEST_LINE for line in given.split("\n"))
