"""`redress verify FILE`: a proof is what was signed and what the journal tells, or every flaw is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from infra.ops import proof
from redress.domain import commands as c
from redress.domain import journal
from redress.proofs import document
from tests.support.filed import DAY, RECEIVED, THE_DAY, Filed, der
from tests.support.journals import MemoryObjects, altered
from tests.support.redress_command import Ask, refused

type Change = Callable[[dict[str, Any]], None]


def broken(ask: Ask, filed: Filed, *more: str) -> str:
    """The one flaw that the command finds."""
    answer = ask("verify", filed.file, *more)
    assert answer.status == 1
    [line] = answer.out.splitlines()
    assert line.startswith("BROKEN: ")
    return line


class TestWhatHolds:
    @pytest.mark.parametrize("kind", ["json", "sig.json"])
    def test_a_proof_that_is_what_was_signed_holds(self, ask: Ask, filed: Filed, kind: str) -> None:
        answer = ask("verify", str(filed.path(kind)))
        assert answer.status == 0
        assert f"gb-ukgc {THE_DAY}: the documents are those that were signed" in answer.out
        assert proof.fingerprint(der(filed.private)) in answer.out
        assert "compare it with the one you keep" in answer.out
        assert "duties of law or licence 1, in time 1; gaps 0" in answer.out

    def test_held_against_a_key_that_is_kept_elsewhere(self, ask: Ask, filed: Filed) -> None:
        answer = ask("verify", filed.file, "--key", filed.kept_key())
        assert answer.status == 0
        assert f", as in {filed.kept_key()}" in answer.out

    def test_and_against_the_journal(self, ask: Ask, filed: Filed) -> None:
        answer = ask("verify", filed.file, *filed.against)
        assert (answer.status, answer.err) == (0, "")
        assert f"{filed.journal} tells the same" in answer.out

    def test_one_that_was_signed_in_the_form_of_before_is_made_again_in_that_form(
        self, ask: Ask, filed: Filed
    ) -> None:
        totals = {name: count for name, count in filed.document["totals"].items() if name != "met_since"}
        before = {name: value for name, value in filed.document.items() if name != "met_since"}
        filed.sign({**before, "totals": totals, "format": document.EARLIER})
        assert (ask("verify", filed.file).status, ask("verify", filed.file, *filed.against).status) == (0, 0)

    def test_what_happened_after_the_day_was_told_of_changes_nothing(self, ask: Ask, filed: Filed) -> None:
        note = c.AddNote(visibility="internal", content={"text": "late"})
        filed.case.do(note, at=RECEIVED + 5 * DAY)
        objects = MemoryObjects()
        objects.write(filed.case.records)
        objects.digest(RECEIVED + 6 * DAY)
        objects.sync(filed.journal)
        assert ask("verify", filed.file, *filed.against).status == 0


class TestWhatWasChanged:
    @pytest.mark.parametrize("kind", ["csv", "html"])
    def test_a_document_that_people_read(self, ask: Ask, filed: Filed, kind: str) -> None:
        filed.path(kind).write_bytes(filed.path(kind).read_bytes() + b" ")
        assert f"{THE_DAY}.{kind} was changed" in broken(ask, filed)

    @pytest.mark.parametrize("kind", ["csv", "html", "json", "sig.json"])
    def test_a_document_that_is_missing(self, ask: Ask, filed: Filed, kind: str) -> None:
        filed.path(kind).unlink()
        assert f"{THE_DAY}.{kind} is missing" in broken(ask, filed)

    def test_a_fact_of_the_proof(self, ask: Ask, filed: Filed) -> None:
        told = dict(filed.document) | {"open": []}
        filed.path("json").write_bytes(document.to_bytes(told))
        assert f"{THE_DAY}.json was changed" in broken(ask, filed)

    def test_the_form_of_the_proof(self, ask: Ask, filed: Filed) -> None:
        filed.path("json").write_text(json.dumps(filed.document))
        answer = ask("verify", filed.file)
        assert answer.status == 1
        assert "not in the form that Redress writes" in answer.out

    def test_the_statement_with_hashes_that_fit(self, ask: Ask, filed: Filed) -> None:
        """The documents and their hashes were changed together; the key was not at hand."""
        before = json.loads(filed.path("sig.json").read_bytes())
        filed.sign(dict(filed.document) | {"open": []})
        after = json.loads(filed.path("sig.json").read_bytes())
        forged = document.to_bytes({**after, "signature": before["signature"]})
        filed.path("sig.json").write_bytes(forged)
        assert "the signature is not that of its key" in broken(ask, filed)

    def test_all_of_it_signed_anew_with_another_key(self, ask: Ask, filed: Filed) -> None:
        filed.sign(filed.document, ec.generate_private_key(ec.SECP256R1()))
        assert ask("verify", filed.file).status == 0  # alone, it is as good as any: hence the fingerprint
        assert "was signed with another key" in broken(ask, filed, "--key", filed.kept_key())

    @pytest.mark.parametrize(
        "change",
        [
            lambda signed: signed["manifest"].update(algorithm="none"),
            lambda signed: signed["manifest"].update(format="other"),
            lambda signed: signed.update(signature="!"),
            lambda signed: signed.pop("manifest"),
        ],
    )
    def test_a_signature_of_another_form(self, ask: Ask, filed: Filed, change: Change) -> None:
        signed = json.loads(filed.path("sig.json").read_bytes())
        change(signed)
        filed.path("sig.json").write_bytes(document.to_bytes(signed))
        assert f"{THE_DAY}.sig.json: it is no signature" in broken(ask, filed)

    def test_a_proof_under_another_days_name(self, ask: Ask, filed: Filed) -> None:
        for kind in ("json", "csv", "html", "sig.json"):
            filed.path(kind).rename(filed.folder / f"2026-03-04.{kind}")
        answer = ask("verify", str(filed.folder / "2026-03-04.sig.json"))
        assert answer.status == 1
        assert answer.out.count("is not what was signed") == 3


class TestAgainstTheJournal:
    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"open": []}, "open[0]"),
            ({"milestones": []}, "milestones[0]"),
            ({"received": [{"number": "R7K3-9QXM-2", "at": "2026-03-03T12:00:00.000Z"}]}, "received[0]"),
            ({"zone": "Europe/Malta"}, "zone"),
        ],
    )
    def test_a_proof_that_was_wrong_when_it_was_signed_is_told_with_the_first_difference(
        self, ask: Ask, filed: Filed, change: dict[str, Any], place: str
    ) -> None:
        filed.sign(dict(filed.document) | change)
        said = broken(ask, filed, *filed.against)
        assert f"{THE_DAY}.json says otherwise than the journal: {place}" in said

    def test_a_journal_in_which_an_event_was_changed(self, ask: Ask, filed: Filed) -> None:
        entry = journal.entry(filed.case.records[2].text)
        path = filed.journal / entry.key
        path.write_bytes(altered(path.read_bytes(), actor="player"))
        answer = ask("verify", filed.file, *filed.against)
        assert answer.status == 1
        assert f"event {filed.case.records[2].seq}: was changed" in answer.out

    @pytest.mark.parametrize("how", ["replaced", "missing"])
    def test_a_journal_whose_digest_is_not_the_one_that_the_signature_names(
        self, ask: Ask, filed: Filed, how: str
    ) -> None:
        last = max((filed.journal / "digests").iterdir())
        if how == "missing":
            last.unlink()
        else:
            last.write_bytes(altered(last.read_bytes(), previous="1" * 64))
        answer = ask("verify", filed.file, *filed.against)
        assert answer.status == 1
        assert f"digests/{last.name}" in answer.out
        assert how in answer.out


class TestQuestions:
    def test_rules_are_needed_beside_a_journal(self, ask: Ask, filed: Filed) -> None:
        refused(ask("verify", filed.file, "--journal", str(filed.journal)), "--region-file")

    def test_a_file_that_is_not_there(self, ask: Ask, tmp_path: Path) -> None:
        refused(ask("verify", str(tmp_path / "2026-03-03.json")), "there is no such file")

    def test_a_key_that_is_none(self, ask: Ask, filed: Filed) -> None:
        refused(ask("verify", filed.file, "--key", filed.file), "cannot be read as a public key in PEM")
        refused(ask("verify", filed.file, "--key", "nowhere.pem"), "cannot be read as a public key in PEM")

    def test_a_key_is_for_a_proof(self, ask: Ask, filed: Filed) -> None:
        refused(ask("verify", "R7K3-9QXM-2", "--key", filed.kept_key()), "--key is for a proof")

    def test_nothing_and_two_things_at_once(self, ask: Ask, filed: Filed) -> None:
        refused(ask("verify"), "complaint number")
        refused(ask("verify", "R7K3-9QXM-2", "--journal", str(filed.journal)), "complaint number")
