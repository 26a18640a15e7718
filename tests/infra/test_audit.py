"""`make audit`: clean means that somebody was asked about every package, and knew nothing against it."""

import json
import shlex

import pytest

from infra import audit
from infra.audit import CLEAN, KNOWN, LOCKS, ROOT, UNASKED, Findings, of_npm, of_pip, verdict

FINE = {"name": "jinja2", "version": "3.1.6", "vulns": []}
FLAWED = {
    "name": "urllib3",
    "version": "1.0.0",
    "vulns": [{"id": "PYSEC-0000-1", "fix_versions": ["2.0.0"], "aliases": [], "description": "…"}],
}
SKIPPED = {"name": "boto3", "skip_reason": "Dependency not found and could not be audited: boto3 (1.0)"}


def pip(*packages: object) -> Findings:
    """What pip-audit would say of these packages."""
    return of_pip("a lock", json.dumps({"dependencies": packages, "fixes": []}))


def npm(**flaws: object) -> Findings:
    """What npm would say of a hundred packages."""
    return of_npm(
        "tools", json.dumps({"vulnerabilities": flaws, "metadata": {"dependencies": {"total": 100}}})
    )


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ([pip(FINE), npm()], CLEAN),
        ([pip(FINE, FLAWED), npm()], KNOWN),
        ([pip(FINE), npm(minimist={"severity": "high", "range": "<1.2.6"})], KNOWN),
        ([pip(FINE, SKIPPED), npm()], UNASKED),
        ([pip(FLAWED), pip(SKIPPED), npm()], UNASKED),
        ([pip(), npm()], UNASKED),
        ([of_pip("a lock", ""), npm()], UNASKED),
        ([of_pip("a lock", "a proxy's page"), npm()], UNASKED),
        ([pip(FINE), of_npm("tools", "")], UNASKED),
        ([pip(FINE), of_npm("tools", '{"message": "405 Method Not Allowed", "error": {}}')], UNASKED),
    ],
)
def test_only_an_answer_for_every_package_is_clean(findings: list[Findings], status: int) -> None:
    assert verdict(findings)[0] == status


def test_a_finding_names_package_advisory_and_remedy() -> None:
    _, lines = verdict([pip(FINE, FLAWED)])
    assert "  urllib3 1.0.0: PYSEC-0000-1, mended in 2.0.0" in lines


def test_a_silence_says_what_to_do() -> None:
    _, lines = verdict([pip(FINE, SKIPPED)])
    assert "  1 not asked about; the first: boto3: Dependency not found" in lines[1]
    assert "no clean bill" in lines[-2]
    assert "make audit SERVICE=osv" in lines[-1]


def test_both_lock_files_and_the_pinned_tools_are_asked_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def answer(command: list[str], _folder: object) -> str:
        asked.append(shlex.join(command[1:]))
        if "pip_audit" in command:
            return json.dumps({"dependencies": [FINE]})
        return json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 1}}})

    monkeypatch.setattr(audit, "_answer", answer)
    assert audit.main(["aws-cdk@2.0.0", "@redocly/cli@1.0.0"]) == CLEAN
    assert [one.split()[-1] for one in asked[:2]] == list(LOCKS)
    assert all("--require-hashes" in one and "--disable-pip" in one for one in asked[:2])
    assert asked[2:] == ["install --package-lock-only --ignore-scripts --silent", "audit --json"]
    assert "npm: aws-cdk@2.0.0 @redocly/cli@1.0.0" in capsys.readouterr().out


def test_the_lock_files_are_the_ones_that_are_installed_and_hold_hashes_and_no_address() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for lock in LOCKS:
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert f"--output-file {lock}" in makefile
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_the_tests_do_not_depend_on_what_is_known_today() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [told] = [line for line in makefile.splitlines() if line.startswith("test:")]
    assert "audit" not in told
    assert "\naudit:" in makefile
