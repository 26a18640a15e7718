"""The documents of a return: the one that is kept, the spreadsheet's and the page's."""

import csv
import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain.return_lives import ReturnRefused
from redress.returns import document, page, table
from redress.returns.document import Document
from redress.usecases import returns
from tests.support.complaints import PERSONAL
from tests.support.returns import DAY, LATER, Book

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPRING = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def book() -> Book:
    """A British dispute that went outside after the first return, and a record with a formula for a type."""
    book = Book()
    case = book.receive("gb-ukgc", MARCH, category="=1+1")
    case.triage("dispute")
    return book


def corrected(book: Book) -> Document:
    """The second return of the quarter, after the dispute went outside."""
    earlier = book.ask("gb-ukgc", "2026-Q1", 1, SPRING)
    [case] = book.cases
    case.now = SPRING + DAY
    case.answer("rejected")
    case.refer()
    return book.ask("gb-ukgc", "2026-Q1", 1, LATER, earlier)


class Reader(HTMLParser):
    """The tags of a page, and its words."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Words."""
        self.text += data


class TestJson:
    def test_what_is_written_is_read_again(self, book: Book) -> None:
        made = corrected(book)
        assert document.read(document.to_bytes(made)) == made

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda body: body.replace(b'"seq"', b'"sea"').replace(b'"digest":"', b'"digest":"0', 1),
            lambda body: body[:-1],
            lambda body: body.replace(b'"inputs":[[', b'"inputs":[["', 1),
            lambda body: re.sub(rb'"inputs":\[\[.*?\]\]', b'"inputs":[]', body),
            lambda body: body.replace(b'"inputs"', b'"imputs"'),
            lambda body: body.replace(b"redress-return/1", b"redress-return/0"),
            lambda _body: b"[]\n",
            lambda _body: b"\xff",
        ],
    )
    def test_what_was_changed_is_no_return(self, book: Book, spoil: Any) -> None:
        body = document.to_bytes(book.ask("gb-ukgc", "2026-Q1", 1))
        assert spoil(body) != body
        with pytest.raises(ReturnRefused, match="The document is no return"):
            document.read(spoil(body))

    def test_it_says_by_what_it_was_counted(self, book: Book) -> None:
        made = book.ask("gb-ukgc", "2026-Q1", 1)
        [case] = book.cases
        assert made["inputs"] == [[case.complaint.number, len(case.records), case.head]]
        assert made["rules"] == {"mt": {"final": {"amount": 10, "unit": "calendar_days"}}}
        assert (made["definitions"], made["as_of"]) == ("2", "2027-06-01T00:00:00.000Z")
        assert made["source"]["citation"].startswith("Gambling Commission")
        assert (made["due"], made["due_rule"], made["due_confidence"]) == (
            None,
            "no time is known",
            "not_found",
        )

    def test_every_document_is_free_of_personal_data(self, book: Book) -> None:
        for report in (1, 2):
            for body in returns.render(book.ask("gb-ukgc", "2026-Q1", report)).values():
                assert PERSONAL.encode() not in body
        assert "personal data" in Reader(page.to_bytes(book.ask("gb-ukgc", "2026-Q1", 2))).text


class TestCsv:
    def rows(self, made: Document, *, bom: bool = False) -> list[dict[str, str]]:
        body = table.to_bytes(made, bom=bom).decode("utf-8-sig" if bom else "utf-8")
        return list(csv.DictReader(io.StringIO(body, newline="")))

    def test_figures_rows_and_corrections_are_told_apart(self, book: Book) -> None:
        found = self.rows(corrected(book))
        figures = {one["figure"]: one["value"] for one in found if one["row"] == "figure"}
        assert figures["formal_complaints"] == "1"
        [one] = [one for one in found if one["row"] == "correction"]
        assert (one["figure"], one["before"], one["value"]) == ("of_which_to_adr", "0", "1")
        assert one["number"] == book.cases[0].complaint.number

    def test_it_says_what_it_is_of_without_its_name(self, book: Book) -> None:
        made = book.ask("gb-ukgc", "2026-Q1", 1)
        about = {one["figure"]: one["label"] for one in self.rows(made) if one["row"] == "about"}
        assert about == {
            "to": "Gambling Commission, regulatory return",
            "pack": "gb-ukgc 2015.1",
            "report": "1",
            "period": "2026-Q1",
            "start": "2026-01-01T00:00:00.000Z",
            "start_zone": "Europe/London",
            "end": "2026-03-31T23:00:00.000Z",
            "end_zone": "Europe/London",
            "as_of": "2027-06-01T00:00:00.000Z",
            "draft": "no",
            "definitions": "2",
            "digest": made["digest"],
        }

    def test_a_draft_says_so_first(self) -> None:
        made = Book().ask("gb-ukgc", "2026-Q1", 1, MARCH, draft=True)
        first = self.rows(made)[0]
        assert (first["row"], first["figure"], first["label"]) == ("about", "draft", "DRAFT: not a return")

    def test_a_correction_says_of_what(self, book: Book) -> None:
        made = corrected(book)
        about = {one["figure"]: one["label"] for one in self.rows(made) if one["row"] == "about"}
        assert about["corrects"] == made["corrects"]["digest"]
        assert about["corrects_as_of"] == made["corrects"]["as_of"]

    def test_each_section_is_defined(self, book: Book) -> None:
        made = book.ask("gb-ukgc", "2026-Q1", 1)
        told = {one["section"]: one["label"] for one in self.rows(made) if one["row"] == "definition"}
        assert list(told) == [part["id"] for part in made["sections"]]
        for part in made["sections"]:
            assert told[part["id"]] == " ".join((part["definition"], *part["remarks"]))

    def test_nothing_but_figures_has_a_value(self, book: Book) -> None:
        found = self.rows(corrected(book))
        assert {one["row"] for one in found if one["value"] or one["before"]} == {"figure", "correction"}

    def test_what_a_spreadsheet_would_compute_is_text(self, book: Book) -> None:
        [one] = [one for one in self.rows(book.ask("gb-ukgc", "2026-Q1", 2)) if one["row"] == "complaint"]
        assert (one["type"], one["amount_minor"]) == ("'=1+1", "2550")

    def test_amounts_are_there_as_people_write_them(self, book: Book) -> None:
        [one] = [one for one in self.rows(book.ask("gb-ukgc", "2026-Q1", 2)) if one["row"] == "complaint"]
        assert (one["amount"], one["amount_minor"], one["currency"]) == ("25.50", "2550", "GBP")

    def test_what_a_body_awarded_is_there_as_people_write_it(self) -> None:
        book = Book()
        case = book.receive("mt", MARCH)
        case.triage("dispute")
        case.answer("rejected")
        case.refer()
        case.do(c.RecordAdrOutcome(outcome="upheld", redress_minor=1005, currency="EUR"))
        [one] = [
            one
            for one in self.rows(book.ask("mt", "2026-03", 1))
            if one["section"] == "conclusions" and one["row"] == "complaint"
        ]
        assert (one["adr_redress"], one["adr_redress_minor"], one["adr_currency"]) == ("10.05", "1005", "EUR")

    def test_what_the_operator_fills_in_is_empty(self, book: Book) -> None:
        found = self.rows(book.ask("cw-cga", "2026-H1", 1), bom=True)
        assert [one["value"] for one in found if one["figure"] == "legal_actions"] == [""]

    def test_no_column_moves_is_renamed_or_goes(self) -> None:
        """What reads the file by the place of a column goes on reading it; a new one comes last."""
        known = "".join(
            (
                "row,section,figure,label,value,before,number,submitted_on,received_at,acknowledged_on,",
                "acknowledged_at,type,nature,brand,channel,language,amount_minor,currency,stage,outcome,",
                "answered_on,answered_at,closed_at,aware_on,age_days,because,unresolved_at,body,referred_at,",
                "complete_file_at,adr_outcome,adr_decided_at,adr_redress_minor,adr_currency,remark,",
                "amount,adr_redress",
            )
        )
        assert ",".join(table.COLUMNS).startswith(known)

    def test_the_columns_are_these_whatever_the_report_is(self, book: Book) -> None:
        heads = {table.to_bytes(book.ask(*asked)).split(b"\r\n")[0] for asked in ASKED}
        assert heads == {",".join(table.COLUMNS).encode()}


ASKED = (("gb-ukgc", "2026-Q1", 1), ("gb-ukgc", "2026-Q1", 2), ("mt", "2026-03", 1), ("cw-cga", "2026-H1", 1))


class TestPage:
    def test_it_runs_and_loads_nothing(self, book: Book) -> None:
        reader = Reader(page.to_bytes(corrected(book)))
        assert not {tag for tag, _ in reader.tags} & {"script", "link", "img", "iframe", "object"}
        assert not any(name.startswith("on") or name == "src" for _, attrs in reader.tags for name in attrs)
        [policy] = [attrs["content"] for tag, attrs in reader.tags if "http-equiv" in attrs and tag == "meta"]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'"

    def test_it_shows_period_figures_corrections_and_digest(self, book: Book) -> None:
        made = corrected(book)
        told = " ".join(Reader(page.to_bytes(made)).text.split())
        for words in (
            "Gambling Commission, regulatory return: 2026-Q1",
            "Thursday 1 January 2026 to Tuesday 31 March 2026, both included, local days of Europe/London",
            "2026-04-01 00:00:00 (Europe/London), 2026-03-31T23:00:00.000Z",
            "Corrects an earlier return in 1 figure: see the end.",
            "ReferredToAdr",
            made["digest"],
        ):
            assert words in told

    def test_a_draft_and_a_nil_return_say_so(self) -> None:
        told = Reader(page.to_bytes(Book().ask("gb-ukgc", "2026-Q1", 1, MARCH, draft=True))).text
        assert "Draft: not a return." in told
        assert "Nothing to count" in told
        assert "Draft" not in Reader(page.to_bytes(Book().ask("gb-ukgc", "2026-Q1", 1))).text

    def test_a_notice_whose_figures_are_all_filled_in_by_hand_is_no_nil_return(self) -> None:
        made = Book().ask("gb-ukgc", "2026-Q1", 3)
        assert not made["nil"]
        assert "Nothing to count" not in Reader(page.to_bytes(made)).text

    def test_amounts_are_money_of_their_currency(self, book: Book) -> None:
        words = Reader(page.to_bytes(book.ask("gb-ukgc", "2026-Q1", 2))).text
        assert "25.50" in words
        assert "2550" not in words
        assert "minor unit" not in words

    def test_what_the_operator_fills_in_is_marked(self) -> None:
        told = Reader(page.to_bytes(Book().ask("cw-cga", "2026-H1", 1))).text
        assert told.count("to be filled in") >= 2

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            (("gb-ukgc", "2026-Q1", 1), "1, with each regulatory return"),
            (("gb-ukgc", "2026-Q1", 2), "2, on request"),
            (("gb-ukgc", "2026-Q1", 3), "3, when it happens"),
            (("mt", "2026-03", 1), "1, monthly"),
            (("cw-cga", "2026-H1", 1), "1, half-yearly"),
        ],
    )
    def test_it_says_in_words_how_often_it_is_owed(self, asked: tuple[str, str, int], words: str) -> None:
        assert f"Report{words}By" in Reader(page.to_bytes(Book().ask(*asked))).text.replace("\n", "")

    def test_the_operators_own_rules_are_named_as_the_region_file_names_them(self) -> None:
        told = " ".join(Reader(page.to_bytes(Book().ask("gb-ukgc", "2026-Q1", 1))).text.split())
        assert "mt.final.amount = 10; mt.final.unit = calendar_days" in told
        assert "{" not in told.partition("Operator's own rules")[2]

    def test_what_others_wrote_is_text(self, book: Book) -> None:
        book.cases[0].do(c.Recategorise(category="<b>x</b>", team="care", content={"text": "why"}))
        body = page.to_bytes(book.ask("gb-ukgc", "2026-Q1", 2))
        assert b"<b>x</b>" not in body
        assert b"&lt;b&gt;x&lt;/b&gt;" in body
