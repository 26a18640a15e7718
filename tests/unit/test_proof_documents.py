"""The documents of a proof: the one that is signed, the spreadsheet's and the page's."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress import exports
from redress.domain import reconciliation
from redress.domain.history import History
from redress.proofs import document, manifest, page, table
from redress.proofs.document import Document, NoProof
from redress.usecases import reconcile
from tests.support.complaints import PERSONAL, REGION, Case, submit

RECEIVED = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def proof(*days: int) -> Document:
    """A day on which a British complaint that nobody acknowledges is owed an acknowledgement."""
    case = Case(submit("gb-ukgc"), RECEIVED)
    of = reconcile.period(REGION, "gb-ukgc", date(2026, 3, 3) + DAY * sum(days))
    found = History(number=case.complaint.number, records=tuple(case.records), head=case.head)
    return document.of(reconciliation.reconcile([found], REGION.rules_of, of))


def rows(one: Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.to_bytes(one).decode())))


class TestJson:
    def test_what_is_written_is_read_again(self) -> None:
        one = proof()
        assert document.read(document.to_bytes(one)) == one

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda body: body.replace(b'"statutory_in_time":0', b'"statutory_in_time": 0'),
            lambda body: body[:-1],
            lambda _body: b"[]\n",
            lambda _body: b'{"format":"other"}\n',
            lambda _body: b"\xff",
            lambda _body: b"[" * 100_000,
        ],
    )
    def test_anything_else_is_refused_if_it_differs_by_a_space(self, spoil: Any) -> None:
        with pytest.raises(NoProof):
            document.read(spoil(document.to_bytes(proof())))

    def test_the_day_can_be_taken_from_it(self) -> None:
        assert document.period(proof()) == reconcile.period(REGION, "gb-ukgc", date(2026, 3, 3))
        with pytest.raises(NoProof):
            document.period({**proof(), "start": "yesterday"})

    @given(
        st.recursive(st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one))
    )
    def test_a_document_does_not_differ_from_itself(self, value: object) -> None:
        assert document.first_difference(value, value) is None

    def test_the_first_difference_is_named_with_its_place(self) -> None:
        one = proof()
        told = document.first_difference({**one, "open": []}, dict(one))
        assert told is not None
        assert told.startswith("open[0]: ")
        assert told.endswith("is missing")
        other = document.first_difference(dict(one), {**one, "pack": "mt"})
        assert other == 'pack: "gb-ukgc", and not "mt"'
        longer = document.first_difference({"a": [1, 2]}, {"a": [1]})
        assert longer == "a[1]: 2 is there, and should not be"
        assert document.first_difference({"a": True}, {"a": 1}) == "a: true, and not 1"


class TestCsv:
    def test_each_milestone_and_each_gap_is_a_row(self) -> None:
        one = proof()
        found = rows(one)
        assert [row["row"] for row in found].count("milestone") == len(one["milestones"]) == 1
        assert [row["row"] for row in found].count("gap") == len(one["gaps"]) > 0
        first = found[0]
        assert (first["clock"], first["due_at"], first["late"]) == ("ack", "2026-03-03T12:00:00.000Z", "true")

    def test_it_ends_its_lines_as_the_standard_says(self) -> None:
        body = table.to_bytes(proof())
        assert body.count(b"\r\n") == body.count(b"\n")

    @given(st.text())
    def test_no_cell_begins_a_formula(self, text: str) -> None:
        assert not exports.cell(text).startswith(exports.FORMULA)
        assert exports.cell(text).removeprefix("'") == text.removeprefix("'")

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
    def test_what_a_spreadsheet_would_compute_is_text(self, text: str) -> None:
        gap = {**proof()["gaps"][0], "words": text}
        [row] = rows({**proof(), "milestones": [], "gaps": [gap]})
        assert row["words"] == f"'{text}"


class Reader(HTMLParser):
    """The tags of a page, and what its tables say."""

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


class TestThePage:
    def test_it_is_one_page_without_script_that_loads_nothing(self) -> None:
        read = Reader(page.to_bytes(proof()))
        assert not {"script", "link", "img", "iframe", "form"} & {tag for tag, _ in read.tags}
        assert not [
            value for _, found in read.tags for name, value in found.items() if name in ("src", "href")
        ]
        assert "url(" not in page.to_bytes(proof()).decode()

    def test_each_table_has_a_caption_and_each_header_its_scope(self) -> None:
        tags = Reader(page.to_bytes(proof())).tags
        names = [tag for tag, _ in tags]
        assert names.count("table") == names.count("caption") > 2
        assert all("scope" in found for tag, found in tags if tag == "th")

    def test_it_knows_dark_screens_and_paper(self) -> None:
        words = page.to_bytes(proof()).decode()
        assert "prefers-color-scheme:dark" in words
        assert "@media print" in words

    def test_it_tells_duties_gaps_and_the_last_day_in_words(self) -> None:
        words = re.sub(r"\s+", " ", Reader(page.to_bytes(proof())).text)
        for said in ("gb-ukgc, Tuesday 3 March 2026", "A duty was not met", "Tuesday 3 March 2026", "never"):
            assert said in words
        assert "No gap" not in words

    def test_a_day_without_a_gap_says_so(self) -> None:
        words = Reader(page.to_bytes(proof(-30))).text
        assert "No gap." in words
        assert "None." in words

    def test_what_a_number_or_word_holds_is_text(self) -> None:
        gap = {**proof()["gaps"][0], "words": "<script>alert(1)</script>"}
        body = page.to_bytes({**proof(), "gaps": [gap]}).decode()
        assert "<script>" not in body

    def test_nobody_is_named(self) -> None:
        assert PERSONAL not in page.to_bytes(proof()).decode()


class TestTheManifest:
    def test_what_is_signed_is_small_enough_for_kms(self) -> None:
        key = manifest.Key("0" * 36, manifest.pem(bytes(91)))
        bodies = dict.fromkeys(manifest.KINDS, b"")
        digest = ("digests/2026-03-02.json", "0" * 64)
        before = manifest.Before("2026-03-02", "0" * 64)
        one = manifest.manifest("2026-03-03", proof(), bodies, digest, key, before)
        assert len(document.to_bytes(one)) < 4096
        assert manifest.read(manifest.signed(one, b"signature")) == (one, b"signature")

    @pytest.mark.parametrize(
        "change", [{"algorithm": "none"}, {"format": "other"}, {"documents": {}}, {"documents": None}]
    )
    def test_another_algorithm_or_form_is_no_signature(self, change: dict[str, Any]) -> None:
        key = manifest.Key("key", "")
        one = manifest.manifest("2026-03-03", proof(), dict.fromkeys(manifest.KINDS, b""), None, key, None)
        with pytest.raises(NoProof):
            manifest.read(manifest.signed({**one, **change}, b""))
