"""The text of a letter on a page: its parts are found again, and no line is broken where a mail needs it."""

from redress.web.letter_text import Block, blocks
from tests.browser.states import STATES, come

TEXT = """\
Our final response
==================

Dear Player,

We have looked into your complaint of Monday, 20 April 2026 about
bonuses and promotions.

Our decision
------------
Short.

Your reference:      R7K3-9QXM-3
Your time limit:     By the end of Thursday, 17 June 2027
                     (Europe/London)

    What the player wrote.
    A second line.

1. We acknowledge your complaint within 24 hours of receiving it. This
   is that letter.

--
Northlight Casino
"""


def test_headings_paragraphs_facts_and_quotes_are_told_apart() -> None:
    assert list(blocks(TEXT)) == [
        Block(kind="heading", lines=["Our final response"]),
        Block(kind="text", lines=["Dear Player,"]),
        Block(
            kind="text",
            lines=[
                "We have looked into your complaint of Monday, 20 April 2026 about bonuses and promotions."
            ],
        ),
        Block(kind="heading", lines=["Our decision"]),
        Block(kind="text", lines=["Short."]),
        Block(
            kind="text",
            lines=[
                "Your reference: R7K3-9QXM-3",
                "Your time limit: By the end of Thursday, 17 June 2027 (Europe/London)",
            ],
        ),
        Block(kind="quote", lines=["What the player wrote.", "A second line."]),
        Block(
            kind="text",
            lines=["1. We acknowledge your complaint within 24 hours of receiving it. This is that letter."],
        ),
        Block(kind="text", lines=["Northlight Casino"]),
    ]


def test_no_word_of_a_letter_gets_lost() -> None:
    said = " ".join(line for block in blocks(TEXT) for line in block.lines)
    words = [word for word in TEXT.split() if word.strip("=-")]
    assert said.split() == words


def test_a_letter_reads_as_headings_and_paragraphs() -> None:
    state = STATES["letter"]
    visitor = state.visitor()
    page = come(visitor, state.story(visitor))
    assert '<h3 dir="auto">Our decision</h3>' in page.body
    assert "====" not in page.body
    assert "<p " in page.body
