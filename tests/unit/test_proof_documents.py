"""The documents of a proof: the one that is signed, the spreadsheet's and the page's."""

import csv
import io
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress import exports
from redress.domain import audit, events, reconciliation
from redress.domain.correspondence import LetterKind
from redress.domain.history import History
from redress.proofs import document, manifest, page, table
from redress.proofs.document import Document, NoProof
from redress.usecases import reconcile
from tests.support.complaints import PERSONAL, REGION, SYSTEM, Case, submit
from tests.support.days import DAY, RECEIVED, history, told

NUMBER = Case(submit("gb-ukgc"), RECEIVED).complaint.number


VALUES = st.recursive(
    st.integers(0, 2) | st.booleans() | st.sampled_from("ab"),
    lambda one: st.lists(one, max_size=4) | st.dictionaries(st.sampled_from(["number", "seq", "a"]), one),
)
"""What documents are made of, alike often enough."""


def proof(*days: int) -> Document:
    """A day on which a British complaint that nobody acknowledges is owed an acknowledgement."""
    case = Case(submit("gb-ukgc"), RECEIVED)
    of = reconcile.period(REGION, "gb-ukgc", date(2026, 3, 3) + DAY * sum(days))
    found = History(number=case.complaint.number, records=tuple(case.records), head=case.head)
    return document.of(reconciliation.reconcile([found], REGION.rules_of, of))


def met_since(form: str = document.FORMAT) -> Document:
    """The day on which it is acknowledged at last, two days too late."""
    case = Case(submit("gb-ukgc"), RECEIVED)
    case.send(LetterKind.ACKNOWLEDGEMENT, at=RECEIVED + 3 * DAY)
    return document.of(told(date(2026, 3, 5), case), form)


def impossible(form: str) -> Document:
    """A day of a complaint of which an event, its second, cannot have happened."""
    case = Case(submit("gb-ukgc"), RECEIVED)
    [first] = case.records
    claim = events.LetterClaimed(letter="none", kind="acknowledgement", attempt=1, contact=1)
    second = audit.write(first.number, 2, RECEIVED, SYSTEM, claim, first.hash, None)
    spoilt = history(case, records=(first, second), head=second.hash)
    return document.of(told(RECEIVED.date(), spoilt), form)


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

    @given(VALUES)
    def test_a_document_does_not_differ_from_itself(self, value: object) -> None:
        assert document.first_difference(value, value) is None

    @given(VALUES, VALUES)
    def test_two_documents_differ_exactly_if_their_bytes_do(self, value: object, other: object) -> None:
        same = document.to_bytes({"a": value}) == document.to_bytes({"a": other})
        assert (document.first_difference({"a": value}, {"a": other}) is None) == same

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

    def test_a_difference_of_a_complaint_names_it_and_the_event_that_it_is_about(self) -> None:
        one = met_since()
        told = document.first_difference({**one, "met_since": []}, dict(one))
        assert told is not None
        assert told.startswith("met_since[0]: ")
        assert told.endswith(f" is missing (complaint {NUMBER}, event 4)")
        [line] = one["met_since"]
        otherwise = {**one, "met_since": [{**line, "met_by": 5}]}
        told = document.first_difference(otherwise, dict(one))
        assert told == f"met_since[0].met_by: 5, and not 4 (complaint {NUMBER}, event 5 or 4)"

    def test_what_was_dropped_in_the_middle_is_told_as_missing_and_not_what_follows_it_as_changed(
        self,
    ) -> None:
        first, second, third = ({"number": name, "met_by": 1} for name in "ABC")
        dropped = document.first_difference({"a": [first, third]}, {"a": [first, second, third]})
        assert dropped == 'a[1]: {"met_by": 1, "number": "B"} is missing (complaint B, event 1)'
        added = document.first_difference({"a": [first, second, third]}, {"a": [first, third]})
        assert (
            added == 'a[1]: {"met_by": 1, "number": "B"} is there, and should not be (complaint B, event 1)'
        )


class TestTheFormOfBefore:
    """What was signed before there was more to tell stays a proof, and is recomputed as it was."""

    def test_it_says_nothing_of_what_was_met_since_and_names_no_event_that_cannot_have_happened(self) -> None:
        now, before = impossible(document.FORMAT), impossible(document.EARLIER)
        assert [gap["seq"] for gap in now["gaps"]] == [2]
        assert [gap["seq"] for gap in before["gaps"]] == [None]
        assert now.keys() - before.keys() == {"met_since"}
        assert now["totals"].keys() - before["totals"].keys() == {"met_since"}

    def test_its_names_are_those_that_were_signed(self) -> None:
        one = met_since(document.EARLIER)
        assert one["format"] == "redress-proof/1"
        assert " ".join(sorted(one)) == (
            "closed day end format gaps milestones open pack received since start told_at totals zone"
        )
        assert " ".join(sorted(one["totals"])) == (
            "closed gaps house_due house_in_time milestones_due milestones_on_record open received"
            " statutory_due statutory_in_time"
        )
        [gap] = one["gaps"]
        assert " ".join(sorted(gap)) == "clock due_at kind milestone number seq strength words"
        [line] = document.of(told(date(2026, 3, 3), Case(submit("gb-ukgc"), RECEIVED)), document.EARLIER)[
            "milestones"
        ]
        assert " ".join(sorted(line)) == (
            "clock due_at duty kind last_day last_day_words late letters met_at met_by met_type milestone"
            " number pack pack_version recorded_by stage statutory strength zone"
        )

    def test_it_is_read_and_shown_as_any_other(self) -> None:
        before = impossible(document.EARLIER)
        assert document.read(document.to_bytes(before)) == before
        words = Reader(page.to_bytes(before)).text
        assert "The chain of events does not hold" in words
        assert "told as missed" not in words
        assert [row["row"] for row in rows(before)] == ["gap"]

    def test_but_for_those_two_both_say_the_same(self) -> None:
        one, other = met_since(), met_since(document.EARLIER)
        less = {name: value for name, value in one.items() if name not in {"met_since", "format", "totals"}}
        assert less == {name: value for name, value in other.items() if name not in {"format", "totals"}}


class TestCsv:
    def test_each_milestone_and_each_gap_is_a_row(self) -> None:
        one = proof()
        found = rows(one)
        assert [row["row"] for row in found].count("milestone") == len(one["milestones"]) == 1
        assert [row["row"] for row in found].count("gap") == len(one["gaps"]) > 0
        first = found[0]
        assert (first["clock"], first["due_at"], first["late"]) == ("ack", "2026-03-03T12:00:00.000Z", "true")

    def test_what_was_met_since_is_a_row_of_its_own_with_event_and_letter(self) -> None:
        [row] = [row for row in rows(met_since()) if row["row"] == "met_since"]
        told = {name: row[name] for name in ("complaint", "clock", "due_at", "met_at", "met_by", "letter")}
        assert told == {
            "complaint": NUMBER,
            "clock": "ack",
            "due_at": "2026-03-03T12:00:00.000Z",
            "met_at": "2026-03-05T12:00:00.000Z",
            "met_by": "4",
            "letter": "acknowledgement-1",
        }

    def test_a_gap_names_the_event_that_it_is_about(self) -> None:
        [row] = rows(impossible(document.FORMAT))
        assert (row["row"], row["kind"], row["event"], row["met_by"]) == ("gap", "chain", "2", "")

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


def cells(body: bytes) -> list[str]:
    """What stands in the cells of a page's tables, in their order."""
    return [re.sub(r"<[^>]+>", " ", one) for one in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", body.decode())]


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

    def test_it_tells_what_was_told_as_missed_and_met_since(self) -> None:
        assert "Duties told as missed before, and met since" in Reader(page.to_bytes(met_since())).text
        said = cells(page.to_bytes(met_since()))
        total = said.index("Duties that an earlier day told as missed, and that were met since")
        assert said[total + 1] == "1"
        row = said[said.index("2026-03-05 12:00:00") - 6 :][:10]
        assert row[0] == NUMBER
        assert row[1].startswith("ack due")
        assert row[3:] == [
            "2026-03-03 12:00:00",
            "Tuesday 3 March 2026",
            "law or licence",
            "2026-03-05 12:00:00",
            "event 4, Acknowledged",
            "acknowledgement-1: sent 2026-03-05 12:00:00, delivery not reported",
            "no",
        ]

    def test_a_gap_names_the_event_to_look_at(self) -> None:
        said = cells(page.to_bytes(impossible(document.FORMAT)))
        assert said[said.index("The chain of events does not hold") + 3] == "2"

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
