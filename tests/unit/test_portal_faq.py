"""The help pages in the portal: the list, the search, one of them, and what is offered beside the form."""

import subprocess
import sys
from copy import replace

import pytest

from redress.language import CODES
from redress.web.offers import offers
from redress.web.visit import Visit
from tests.support.faq import in_language
from tests.support.portal import Visitor, event

PUBLIC = "public, max-age=300"


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    """Somebody who reads."""
    return Visitor()


def test_the_list_shows_every_question_under_what_it_is_about(visitor: Visitor) -> None:
    page = visitor.get("/faq")
    assert page.status == 200
    assert [one.title for one in in_language("en").entries if one.title not in page.text] == []
    assert "Complaining to us" in page.text
    assert "Bonuses and promotions" in page.text


def test_list_and_pages_are_kept_by_everybody_and_a_search_by_nobody(visitor: Visitor) -> None:
    assert visitor.get("/faq").headers["cache-control"] == PUBLIC
    assert visitor.get("/faq/lost-link").headers["cache-control"] == PUBLIC
    assert visitor.get("/faq?q=bonus").headers["cache-control"] == "no-store"
    assert visitor.get("/faq/offers?category=bonuses").headers["cache-control"] == "no-store"


def test_a_search_shows_what_answers_it_and_keeps_the_question(visitor: Visitor) -> None:
    page = visitor.get("/faq?q=withdrawel pendng")
    assert "Why is my withdrawal taking so long?" in page.text
    assert "I have lost my private link" not in page.text
    assert 'value="withdrawel pendng"' in page.body


def test_a_search_without_an_answer_says_so_and_shows_all_questions(visitor: Visitor) -> None:
    page = visitor.get("/faq?q=football")
    assert "We found no answer to that" in page.text
    assert "Why is my withdrawal taking so long?" in page.text


def test_a_page_answers_with_links_that_lead_on_from_it(visitor: Visitor) -> None:
    page = visitor.get("/faq/lost-link")
    assert 'href="../lost-link"' in page.body
    assert "root:" not in page.body
    assert 'href="../../fr/lost-link"' in visitor.get("/fr/faq/lost-link").body


def test_an_unknown_page_is_not_found(visitor: Visitor) -> None:
    assert visitor.get("/faq/none").status == 404
    assert visitor.get("/faq/..%2F").status == 404


def test_what_was_typed_is_text_wherever_it_stands(visitor: Visitor) -> None:
    page = visitor.get("/faq?q=<script>alert(1)</script>\"'")
    assert "<script>alert" not in page.body
    assert visitor.get("/faq?q=" + "%F0%9F%8E%B0" * 3_000).status == 200


@pytest.mark.parametrize("code", CODES)
def test_the_list_is_there_in_every_language(visitor: Visitor, code: str) -> None:
    page = visitor.get(f"/{code}/faq")
    assert f'<html lang="{code}"' in page.body
    assert " ".join(in_language(code).entries[0].title.split()) in page.text  # as one line shows it


def test_an_answer_in_another_language_than_the_page_says_so() -> None:
    english = replace(in_language("en"), language="fr")
    visitor = Visitor()
    visitor.portal = replace(visitor.portal, faq=lambda _brand, _language: english)
    page = visitor.get("/fr/faq/lost-link")
    assert '<article class="answer" lang="en">' in page.body
    assert '<li lang="en">' in visitor.get("/fr/faq").body


# --- What is offered beside the form ---


def offered(visitor: Visitor, category: str, text: str = "") -> list[str]:
    """The paths that are offered to somebody with the form before them."""
    visit = Visit(portal=visitor.portal, event=event("GET", "/complaints"))
    return [one.path for one in offers(visit, visitor.region.brands[0], category, text)]


def test_a_category_offers_its_own_pages(visitor: Visitor) -> None:
    assert offered(visitor, "deposits_withdrawals") == [
        "faq/withdrawal-pending",
        "faq/verification-documents",
    ]


def test_a_text_offers_what_it_is_about_those_of_the_category_first(visitor: Visitor) -> None:
    text = "My withdrawal is pending because you refused my passport as a document for verification"
    assert offered(visitor, "verification", text)[0] == "faq/verification-documents"


def test_at_most_three_are_offered_and_none_where_nothing_fits(visitor: Visitor) -> None:
    text = "withdrawal pending bonus terms passport verification account closed blocked privacy game crashed"
    assert len(offered(visitor, "bonuses", text)) == 3
    assert offered(visitor, "other", "My uncle came to visit and we watched birds by the lake.") == []


def test_the_part_of_a_page_for_the_script_holds_links_alone(visitor: Visitor) -> None:
    part = visitor.get("/faq/offers?category=bonuses&q=my bonus was not paid")
    assert "<html" not in part.body
    assert 'href="../faq/bonus-terms"' in part.body
    assert visitor.get("/faq/offers?category=other&q=birds").body.strip() == ""


# --- What nobody who reads it needs ---

HEAVY = ("rapidfuzz", "snowballstemmer", "redress.assistant", "redress.faq.search")
JOURNEY = """
import sys
from copy import replace
from redress.faq.entries import empty
from tests.support.portal import Visitor
visitor = Visitor()
visitor.portal = replace(visitor.portal, faq=lambda _brand, language: empty(language))
path = visitor.complained()
assert visitor.get(path).status == 200
assert visitor.get("/faq").status == 200
print(*sys.modules, sep="\\n")
"""


def test_form_tracking_and_list_import_no_search_and_no_assistant() -> None:
    run = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", JOURNEY], capture_output=True, text=True, check=True
    )
    assert [one for one in HEAVY if one in run.stdout.split()] == []
