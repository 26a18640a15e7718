"""Tables that leave the system: spreadsheets open them and compute nothing, programs read every column."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress import exports
from redress.exports import Row

COLUMNS = ("number", "words")


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


class TestCells:
    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"],
    )
    def test_no_text_begins_a_formula(self, text: str) -> None:
        assert exports.cell(text) == f"'{text}"

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (-5, "-5"),
            (0, "0"),
            (-1.5, "-1.5"),
            (True, "true"),
            (False, "false"),
            (None, ""),
            (date(2026, 3, 2), "2026-03-02"),
            (datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-02T12:00:00.000Z"),
            ("plain", "plain"),
            ("a=1", "a=1"),
        ],
    )
    def test_numbers_stay_numbers_and_the_rest_is_told_plainly(self, value: object, text: str) -> None:
        assert exports.cell(value) == text


class TestCsv:
    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
    def test_whatever_is_written_is_read_again(self, texts: list[str]) -> None:
        body = exports.to_csv(COLUMNS, [{"number": place, "words": one} for place, one in enumerate(texts)])
        found = read(body)
        assert found[0] == list(COLUMNS)
        assert found[1:] == [[str(place), exports.cell(one)] for place, one in enumerate(texts)]

    def test_lines_end_and_quotes_are_doubled_as_the_standard_says(self) -> None:
        body = exports.to_csv(COLUMNS, [{"number": 1, "words": 'he said "no", twice\nor so'}])
        assert body == b'number,words\r\n1,"he said ""no"", twice\nor so"\r\n'

    def test_what_a_row_does_not_have_is_empty_and_what_is_no_column_is_refused(self) -> None:
        assert exports.to_csv(COLUMNS, [{"number": 1}]) == b"number,words\r\n1,\r\n"
        with pytest.raises(ValueError, match="other"):
            exports.to_csv(COLUMNS, [{"other": 1}])

    def test_a_byte_order_mark_is_there_on_request_and_once(self) -> None:
        body = exports.to_csv(COLUMNS, [{"words": "é"}], bom=True)
        assert body.startswith(b"\xef\xbb\xbfnumber")
        assert body.count(b"\xef\xbb\xbf") == 1
        assert not exports.to_csv(COLUMNS, []).startswith(b"\xef")

    def test_a_million_rows_are_written_one_by_one(self) -> None:
        drawn = 0

        def rows() -> Iterator[Row]:
            nonlocal drawn
            for drawn in range(1, 1_000_001):
                yield {"number": drawn}

        lines = exports.csv_lines(COLUMNS, rows())
        assert list(islice(lines, 3)) == [b"number,words\r\n", b"1,\r\n", b"2,\r\n"]
        assert drawn == 2
        assert sum(1 for _ in lines) == 1_000_000 - 2


class TestJsonLines:
    def test_each_row_is_an_object_with_every_column_in_order(self) -> None:
        at = datetime(2026, 3, 2, 12, tzinfo=UTC)
        [line] = exports.json_lines((*COLUMNS, "at"), [{"words": "=é\n", "at": at}])
        assert line == '{"number":null,"words":"=é\\n","at":"2026-03-02T12:00:00.000Z"}\n'.encode()

    @given(st.text(st.characters(exclude_categories=["Cs"])))
    def test_a_row_is_one_line_whatever_it_says(self, text: str) -> None:
        [line] = exports.json_lines(COLUMNS, [{"words": text}])
        assert line.count(b"\n") == 1
        assert json.loads(line)["words"] == text
