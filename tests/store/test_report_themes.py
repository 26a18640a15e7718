"""`redress report --themes`: what texts have in common, as a section of the page and as a CSV."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from infra.ops import cli, shown
from redress.store.table import Table
from tests.support.complaints import submit
from tests.support.desks import Clock, Office
from tests.support.proofs import NOON

REGION_FILE = Path(cli.__file__).parent.parent / "regions" / "local.toml"
LETTER = "I object to the change of the programme. Points worth {} EUR were taken from me without notice."

type Ask = Callable[..., int]


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026, in London, too."""
    return Clock(NOON)


@pytest.fixture
def ask(table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The command, asked on 15 April 2026 about March, the table, the local region and a folder."""
    monkeypatch.setattr(shown, "now", lambda: datetime(2026, 4, 15, 12, tzinfo=UTC))
    monkeypatch.setattr("infra.ops.stored.client", lambda _: table.client)

    def run(*more: str) -> int:
        where = ["--table", table.name, "--region-file", str(REGION_FILE), "--out", str(tmp_path)]
        return cli.main(["report", *where, "--pack", "gb-ukgc", "--period", "2026-03", *more])

    return run


class _Tables(HTMLParser):
    """The cells of tables, their scopes and captions."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scopes: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope"))

    def handle_data(self, data: str) -> None:
        self.text += data


def sent(office: Office, count: int) -> None:
    """So many players send the same, in a category with a sign of HTML."""
    for place in range(count):
        content = {
            "name": "Player Example",
            "email": f"p{place}@example.com",
            "description": LETTER.format(place),
        }
        command = submit("gb-ukgc", category="<b>=1", content=content)
        office.receive(command, key=f"key-{place}", player=f"player-{place}")


def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_page_has_a_table_with_headers_and_the_words(ask: Ask, office: Office, tmp_path: Path) -> None:
    sent(office, 6)
    assert ask("--themes") == 0
    whole = page(tmp_path)
    part = _Tables()
    part.feed(whole[whole.index("What texts have in common") : whole.index("How this was counted")])
    assert part.tags.count("table") == part.tags.count("caption") == 1
    assert set(part.scopes) == {"col", "row"}
    assert "programme 100 % (0 %)" in " ".join(part.text.lower().split())
    assert "b" not in part.tags
    assert "Themes: none" in part.text


def test_the_csv_has_a_row_for_each_word(ask: Ask, office: Office, tmp_path: Path) -> None:
    sent(office, 6)
    ask("--themes")
    with (tmp_path / "themes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["group"], row["kind"], row["complaints"], row["since"]) for row in rows} == {
        ("1", "near_duplicates", "6", "2026-03-02")
    }
    assert {"programme", "notice"} <= {row["word"].lower() for row in rows}
    assert {row["share"] for row in rows} == {"1.0"}


def test_a_group_without_a_word_to_show_says_so(ask: Ask, office: Office, tmp_path: Path) -> None:
    """Three players are too few for a word of theirs."""
    sent(office, 3)
    ask("--themes")
    assert "no word may be shown" in page(tmp_path)
    assert "without notice" not in page(tmp_path)
    assert ",3,3,<b>=1,2026-03-02,,,," in (tmp_path / "themes.csv").read_text()


def test_without_the_option_no_text_is_read(
    ask: Ask, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(office, 6)
    monkeypatch.delattr(Table, "load")
    assert ask() == 0
    assert "What texts have in common" not in page(tmp_path)
    assert not (tmp_path / "themes.csv").exists()
