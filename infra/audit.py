"""`make audit`: what is known against the locked packages, and against the tools that the Makefile pins.

It needs the network, and asks two services: the one `pip-audit` is told of (PyPI unless `--service` says
otherwise), and that of npm's registry. A package that nobody could be asked about counts as a failure: a
silence is no clean bill. So this is no part of `make test`, which has to give the same answer everywhere.

Status: 0 nothing is known against anything; 1 something is; 2 not everything could be asked about.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LOCKS = ("layers/dependencies/requirements.txt", "requirements-dev.txt")
SECONDS = 600
CLEAN, KNOWN, UNASKED = 0, 1, 2


@dataclass(frozen=True)
class Findings:
    """Of one source: packages it was asked about and answered for, what is known, and what stays open."""

    source: str
    asked: int = 0
    known: Sequence[str] = field(default_factory=list)
    unasked: Sequence[str] = field(default_factory=list)


def of_pip(source: str, report: str) -> Findings:
    """What `pip-audit --format json` says. It exits with 0 over packages that it could not ask about."""
    try:
        packages: list[Mapping[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Findings(source, unasked=["all packages: no report"])
    unasked = [f"{one['name']}: {one['skip_reason']}" for one in packages if "skip_reason" in one]
    known = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    return Findings(source, asked=len(packages) - len(unasked), known=known, unasked=unasked)


def of_npm(source: str, report: str) -> Findings:
    """What `npm audit --json` says; where the registry refuses, it says only that."""
    try:
        said: Mapping[str, Any] = json.loads(report)
        packages = int(said["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError, TypeError):
        return Findings(source, unasked=["all packages: the registry gave no report"])
    flaws: Mapping[str, Mapping[str, Any]] = said["vulnerabilities"]
    known = [f"{name} {one['range']}: {one['severity']}" for name, one in flaws.items()]
    return Findings(source, asked=packages, known=known)


def verdict(findings: Iterable[Findings]) -> tuple[int, list[str]]:
    """The status, and the lines that say why."""
    lines, status = [], CLEAN
    for one in findings:
        lines.append(f"{one.source}: {one.asked} packages asked about, {len(one.known)} findings")
        lines += [f"  {what}" for what in one.known]
        if one.unasked:
            lines.append(f"  {len(one.unasked)} not asked about; the first: {one.unasked[0]}")
        if not one.asked and not one.unasked:
            lines.append("  no package at all: is the lock file empty?")
        status = max(status, _status(one))
    if status == UNASKED:
        lines.append("No advisory service answered for everything, so this is no clean bill.")
        lines.append("Run it where one can be reached, or name another: make audit SERVICE=osv")
    return status, lines


def _status(one: Findings) -> int:
    if one.unasked or not one.asked:
        return UNASKED
    return KNOWN if one.known else CLEAN


def ask_pip(lock: str, service: str) -> Findings:
    """Asks about a lock file, as it stands: nothing is resolved."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json"]
    command += ["--progress-spinner", "off", "--vulnerability-service", service, "--requirement", lock]
    return of_pip(lock, _answer(command, ROOT))


def ask_npm(tools: Sequence[str]) -> Findings:
    """Asks about tools (`name@version`) and what they bring, resolved in a folder that goes again."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "package.json").write_text(
            json.dumps({"name": "tools", "version": "1.0.0", "dependencies": _pinned(tools)}),
            encoding="utf-8",
        )
        _answer(["npm", "install", "--package-lock-only", "--ignore-scripts", "--silent"], place)
        return of_npm(f"npm: {' '.join(tools)}", _answer(["npm", "audit", "--json"], place))


def _pinned(tools: Iterable[str]) -> dict[str, str]:
    parts = (tool.rpartition("@") for tool in tools)
    return {name: version for name, _, version in parts}


def _answer(command: Sequence[str], folder: Path) -> str:
    """Its standard output, whatever its status: findings are no failure of the command."""
    done = subprocess.run(  # noqa: S603 - the commands above, and versions of the Makefile
        command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Asks, says what came of it, and gives the status."""
    parser = argparse.ArgumentParser(prog="make audit")
    parser.add_argument("--service", default="pypi", choices=["pypi", "osv"])
    parser.add_argument("tools", nargs="+", help="npm packages, as name@version")
    asked = parser.parse_args(arguments)
    status, lines = verdict([*(ask_pip(lock, asked.service) for lock in LOCKS), ask_npm(asked.tools)])
    sys.stdout.write("\n".join(lines) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
