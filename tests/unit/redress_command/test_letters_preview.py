"""`redress letters preview`: every letter in a folder, and nothing of anybody's is lost."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from infra.ops import letters_preview
from infra.ops.letter_examples import EXAMPLES
from infra.ops.letter_stories import REGION
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.packs import known
from redress.language import CODES
from tests.support.redress_command import Answer, Ask, refused

REGIONS = Path(letters_preview.__file__).parent.parent / "regions"
GB = ("--pack", "gb-ukgc", "--language")


class Index(HTMLParser):
    """What the index links to, and what it says."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def preview(ask: Ask, *arguments: str | Path) -> Answer:
    return ask("letters", "preview", *map(str, arguments))


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_every_kind_of_letter_is_among_the_examples() -> None:
    assert {one.kind for one in EXAMPLES.values()} == set(LetterKind)


def test_every_letter_of_a_pack_and_language_is_written_in_both_forms(ask: Ask, tmp_path: Path) -> None:
    answer = preview(ask, *GB, "en", tmp_path / "new")
    assert (answer.status, answer.err) == (0, "")
    written = {path for path in files(tmp_path / "new") if path.startswith("gb-ukgc/")}
    names = {Path(path).stem for path in written}
    assert written == {f"gb-ukgc/en/{name}.{ending}" for name in names for ending in ("html", "txt")}
    # Great Britain's pack knows no extension, no holding letter and no acceptance by law; nobody practises.
    unknown = {"extension", "holding", "final_response_by_law", "acknowledgement_practice"}
    assert names == set(EXAMPLES) - unknown | {"consultation", "rise"}
    assert f"{len(names)} letters" in answer.out


def test_the_index_links_each_letter_and_shows_what_stands_above_it(ask: Ask, tmp_path: Path) -> None:
    preview(ask, *GB, "de", tmp_path)
    index = Index(tmp_path / "index.html")
    linked = {link for link in index.links if not link.startswith("#")}
    assert linked == set(files(tmp_path)) - {"index.html", ".redress-letters"}
    for header in (
        "Wir haben sie erhalten",
        "Northlight Casino <complaints@mail.example.test>",
        "player@example.com",
    ):
        assert header in index.text
    assert not re.search("src=|https?:", (tmp_path / "index.html").read_text(encoding="utf-8"))


def test_staff_get_their_letters_in_english_alone(ask: Ask, tmp_path: Path) -> None:
    preview(ask, *GB, "sv", tmp_path)
    assert not [name for name in files(tmp_path) if Path(name).stem.partition("_")[0] in TO_STAFF]


def test_a_preview_made_twice_is_the_same_to_the_byte(ask: Ask, tmp_path: Path) -> None:
    for name in ("one", "two"):
        preview(ask, *GB, "pl", tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_an_earlier_preview_is_replaced_and_nothing_of_it_stays(ask: Ask, tmp_path: Path) -> None:
    preview(ask, "--pack", "cw-cga", "--language", "fr", tmp_path)
    assert preview(ask, *GB, "de", tmp_path).status == 0
    assert not (tmp_path / "cw-cga").exists()
    assert (tmp_path / "gb-ukgc/de/acknowledgement.html").is_file()


def test_a_folder_that_holds_anything_else_is_refused_and_left_alone(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    refused(preview(ask, *GB, "de", tmp_path), "is not empty and no earlier preview", "name another folder")
    assert files(tmp_path) == {"thesis.txt": b"years of work"}


def test_a_file_of_somebody_else_in_a_preview_stops_the_next(ask: Ask, tmp_path: Path) -> None:
    preview(ask, *GB, "de", tmp_path)
    (tmp_path / "gb-ukgc" / "notes.txt").write_text("mine", encoding="utf-8")
    before = files(tmp_path)
    refused(preview(ask, *GB, "fr", tmp_path), "gb-ukgc/notes.txt", "name an empty folder")
    assert files(tmp_path) == before


def test_a_list_that_names_files_elsewhere_reaches_none_of_them(ask: Ask, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine", encoding="utf-8")
    folder = tmp_path / "preview"
    folder.mkdir()
    (folder / ".redress-letters").write_text("../outside.txt\n", encoding="utf-8")
    assert preview(ask, *GB, "de", folder).status == 0
    assert outside.read_text(encoding="utf-8") == "mine"


def test_a_file_is_no_folder(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused(preview(ask, *GB, "de", tmp_path / "file"), "is no folder")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--pack", "atlantis"), "choose one of ca-on-igo"),
        (("--language", "tlh"), "letters are not written in 'tlh'"),
        (("--region-file", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_what_is_not_there_is_named(ask: Ask, tmp_path: Path, arguments: tuple[str, str], said: str) -> None:
    refused(preview(ask, *arguments, tmp_path / "new"), said)
    assert not (tmp_path / "new").exists()


def test_a_region_file_brings_its_brand_its_portal_and_its_packs(ask: Ask, tmp_path: Path) -> None:
    region = REGIONS / "eu-west-2.toml"
    refused(preview(ask, "--region-file", region, "--pack", "pl", tmp_path), "choose one of gb-ukgc")
    answer = preview(ask, "--region-file", region, "--language", "en", tmp_path)
    assert answer.status == 0
    text = (tmp_path / "gb-ukgc/en/final_response_rejected.txt").read_text(encoding="utf-8")
    assert "https://complaints.example.com/complaints/" in text
    assert "cases@adjudication.example.com" in text
    assert "training@example.com" in Index(tmp_path / "index.html").text
    assert {Path(name).parts[0] for name in files(tmp_path)} == {"gb-ukgc", "index.html", ".redress-letters"}


def test_a_letter_that_would_not_go_out_is_named_with_what_it_lacks(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = REGION.brands[0].jurisdictions["gb-ukgc"]
    bodies = {"gb-ukgc": body.__replace__(url="https://ec.europa.eu/odr")}
    region = REGION.__replace__(brands=(REGION.brands[0].__replace__(jurisdictions=bodies),))
    monkeypatch.setattr(letters_preview, "EXAMPLE", letters_preview.EXAMPLE.__replace__(region=region))
    answer = preview(ask, *GB, "en", tmp_path)
    assert answer.status == 1
    assert "gb-ukgc en deadlock: " in answer.out
    assert "must not show ec.europa.eu/odr" in answer.out
    assert "Does not go out." in Index(tmp_path / "index.html").text
    assert not (tmp_path / "gb-ukgc/en/deadlock.html").exists()


def test_without_pack_and_language_all_are_shown(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: EXAMPLES[name] for name in ("acknowledgement", "warning")}
    monkeypatch.setattr(letters_preview, "EXAMPLES", few)
    assert preview(ask, tmp_path).status == 0
    folders = {str(Path(name).parent) for name in files(tmp_path)} - {"."}
    assert folders == {f"{pack}/{code}" for pack in known() for code in CODES}
