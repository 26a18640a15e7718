"""`redress verify FILE` of a file that somebody made to do harm: it is named as broken, and does nothing.

Whoever makes a key can sign anything with it, so a signature that fits proves no good will.
"""

from typing import Any

import pytest

from infra.ops import proof
from redress.proofs import document
from tests.support.filed import THE_DAY, Filed
from tests.support.redress_command import Answer, Ask, refused

ESCAPES = "gb-ukgc\n2026-03-03: the documents are those that were signed\x1b[2J\u202e"
STRANGE: list[Any] = [None, 5, [], {}, "", [["x"]], {"x": {}}, "x" * 5, ESCAPES]
DIGEST = {"sha256": "0" * 64}


def found_broken(answer: Answer) -> list[str]:
    """What the command says of a file that is not as Redress writes it."""
    assert (answer.status, answer.err) == (1, "")
    lines = answer.out.splitlines()
    assert lines
    assert all(line.startswith("BROKEN: ") and line.isprintable() for line in lines)
    return lines


def signed(filed: Filed, told: Any) -> None:
    """A document that was never reconciled, with pages of another, and a signature that fits."""
    bodies = {kind: filed.path(kind).read_bytes() for kind in ("csv", "html")}
    about = {name: told.get(name) for name in ("pack", "day")}
    fits = all(isinstance(value, str) and value.isprintable() for value in about.values())
    filed.sign(filed.document, bodies={**bodies, "json": document.to_bytes(told)}, **(about if fits else {}))


class TestTheStatement:
    @pytest.mark.parametrize(
        "name", ["format", "pack", "day", "documents", "journal", "previous", "algorithm", "public_key"]
    )
    def test_a_value_of_another_kind_is_no_statement(self, ask: Ask, filed: Filed, name: str) -> None:
        for strange in STRANGE:
            if strange is not None or name not in {"journal", "previous"}:  # a proof that was the first
                filed.sign(filed.document, **{name: strange})
                found_broken(ask("verify", filed.file))

    def test_a_hash_or_id_of_another_kind_is_none(self, ask: Ask, filed: Filed) -> None:
        names = [f"2026-03-03.{kind}" for kind in ("json", "csv", "html")]
        for strange in [one for one in STRANGE if one != "xxxxx"]:
            filed.sign(filed.document, documents=dict.fromkeys(names, strange))
            found_broken(ask("verify", filed.file))
            filed.sign(filed.document, key=strange)
            found_broken(ask("verify", filed.file))

    @pytest.mark.parametrize("place", ["../outside", "/etc/hosts", "digests/../../outside", ESCAPES, 5])
    def test_no_file_outside_of_the_journal_is_opened(self, ask: Ask, filed: Filed, place: Any) -> None:
        outside = filed.journal.parent / "outside"
        outside.mkdir()  # a file that cannot be read ends the command with status 2
        filed.sign(filed.document, journal={**DIGEST, "digest": place})
        [line] = found_broken(ask("verify", filed.file, *filed.against))
        assert "sig.json: it is no signature of " in line

    def test_nothing_is_added_to_it(self, ask: Ask, filed: Filed) -> None:
        filed.sign(filed.document, remark="checked by the regulator")
        found_broken(ask("verify", filed.file))


class TestTheDocument:
    @pytest.mark.parametrize("name", ["pack", "day", "zone", "since", "totals", "milestones", "gaps"])
    def test_a_value_of_another_kind_is_no_proof(self, ask: Ask, filed: Filed, name: str) -> None:
        for strange in [one for one in STRANGE if one != filed.document[name]]:
            signed(filed, {**filed.document, name: strange})
            found_broken(ask("verify", filed.file, *filed.against))
            alone = ask("verify", filed.file)
            assert alone.status in {0, 1}
            assert ESCAPES not in alone.out

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_a_day_that_no_calendar_has(self, ask: Ask, filed: Filed, day: str) -> None:
        signed(filed, {**filed.document, "day": day})
        found_broken(ask("verify", filed.file, *filed.against))

    def test_a_pack_that_nobody_knows(self, ask: Ask, filed: Filed) -> None:
        signed(filed, {**filed.document, "pack": "atlantis"})
        [line] = found_broken(ask("verify", filed.file, *filed.against))
        assert "atlantis" in line

    @pytest.mark.parametrize(
        "body", [b"[" * 100_000, b"1" * 5_000, b'{"a":1,"a":1}\n', b"\xff", b"NaN\n", b"[]\n", b"null\n"]
    )
    @pytest.mark.parametrize("kind", ["json", "sig.json"])
    def test_what_is_too_deep_too_long_or_told_twice(
        self, ask: Ask, filed: Filed, kind: str, body: bytes
    ) -> None:
        filed.path(kind).write_bytes(body)
        found_broken(ask("verify", filed.file))


class TestTheFiles:
    @pytest.mark.parametrize("kind", ["csv", "html"])
    def test_any_of_the_four_may_be_given(self, ask: Ask, filed: Filed, kind: str) -> None:
        assert ask("verify", str(filed.path(kind))).status == 0

    def test_another_file_is_refused_with_what_to_give(self, ask: Ask, filed: Filed) -> None:
        refused(ask("verify", str(filed.folder / "2026-03-03.pdf")), ".json", ".sig.json")

    def test_files_that_were_emptied_are_broken_and_not_missing(self, ask: Ask, filed: Filed) -> None:
        for kind in ("json", "csv", "html", "sig.json"):
            filed.path(kind).write_bytes(b"")
        found_broken(ask("verify", filed.file))

    @pytest.mark.parametrize("kind", ["json", "csv", "html", "sig.json"])
    def test_one_that_is_too_long_is_not_read_to_its_end(
        self, ask: Ask, filed: Filed, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(proof, "MOST", {**proof.MOST, kind: 10_000})
        with filed.path(kind).open("ab") as file:
            file.truncate(2**40)  # a terabyte, of which the disk holds nothing
        [line] = found_broken(ask("verify", filed.file))
        assert f"{THE_DAY}.{kind} has more than 10,000 bytes" in line
        assert "it was changed" in line

    def test_the_longest_that_a_day_may_have_is_read(
        self, ask: Ask, filed: Filed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes = {kind: len(filed.path(kind).read_bytes()) for kind in ("json", "csv", "html", "sig.json")}
        monkeypatch.setattr(proof, "MOST", sizes)
        assert ask("verify", filed.file).status == 0

    def test_a_key_that_is_too_long_is_none(self, ask: Ask, filed: Filed) -> None:
        key = filed.journal / "key.pem"
        with key.open("wb") as file:
            file.truncate(2**40)
        refused(ask("verify", filed.file, "--key", str(key)), "cannot be read as a public key in PEM")
