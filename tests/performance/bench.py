"""What a cold start and one more invocation cost, as ratios to a bare floor measured in the same run.

Cost is CPU, user and system, never elapsed time; and a ratio, because machines differ and other programs
disturb: each function is measured right after the floor, in a fresh process of the interpreter that the
environment is built on, with nothing but the built assets on its path, as on Lambda. The table shows medians.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from redress import region
from tests.performance import cases
from tests.performance.canned_aws import canned_aws
from tests.performance.subjects import ENVIRONMENT, FLOOR, SUBJECTS, Subject

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / ".redress/build"
ROUNDS, TIMES = 11, 30
SECONDS = 120  # nothing measured takes longer, unless it hangs


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a cold start with its first answer, and of one further answer."""

    cold: float
    warm: float


@dataclass(frozen=True)
class Pair:
    """What a function cost, and the floor just before it."""

    own: Cost
    floor: Cost


class WrongAnswer(Exception):
    """A function did not do what it is measured for."""


@dataclass(frozen=True)
class Bench:
    """The built assets, and the address of AWS."""

    build: Path
    endpoint: str

    def compare(self, subject: Subject, times: int) -> Pair:
        """The floor, then the subject."""
        floor = self.measure(FLOOR, times)
        return Pair(self.measure(subject, times), floor)

    def measure(self, subject: Subject, times: int) -> Cost:
        """One cold start, and batches of `times` further answers. Raises WrongAnswer."""
        with TemporaryDirectory() as folder:
            event, log = Path(folder, "event.json"), Path(folder, "log")
            event.write_text(json.dumps(subject.event), encoding="utf-8")
            with log.open(
                "w", encoding="utf-8"
            ) as standard_output:  # a pipe would cost what its reader takes
                done = subprocess.run(  # noqa: S603 - our own script
                    [str(interpreter()), "-s", str(HERE / "measured.py"), str(event), str(times)],
                    env=self._environment(subject),
                    cwd=folder,
                    stdout=standard_output,
                    stderr=subprocess.PIPE,
                    text=True,
                    timeout=SECONDS,
                    check=False,
                )
            lines = log.read_text(encoding="utf-8").splitlines()
        if done.returncode:
            raise WrongAnswer(f"{subject.label}: {done.stderr}")
        told = json.loads(lines[-1])
        answer = told["answer"]
        if subject.expected is not None and not subject.expected.items() <= answer.items():
            raise WrongAnswer(f"{subject.label}: {answer}\n{done.stderr}")
        return Cost(told["cold"], told["warm"])

    def _environment(self, subject: Subject) -> Mapping[str, str]:
        """Nothing of the caller's: a setting of a developer must not be measured."""
        return {
            **ENVIRONMENT,
            "PYTHONPATH": os.pathsep.join(str(folder) for folder in asset_path(self.build, subject.function)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONTZPATH": str(self.build / "layers/dependencies/python/tzdata/zoneinfo"),
            "REGION_FILE": str(self.build / "layers/region/region.json"),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "eu-west-2",
            "AWS_DEFAULT_REGION": "eu-west-2",
            "AWS_ACCESS_KEY_ID": "measured",
            "AWS_SECRET_ACCESS_KEY": "measured",
            "AWS_SESSION_TOKEN": "measured",
            "LANG": "C.UTF-8",
        }


def interpreter() -> Path:
    """The interpreter under the virtual environment: it sees no package but the layers'."""
    return Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")


def asset_path(build: Path, function: str) -> Sequence[Path]:
    """Where a function's imports come from, in Lambda's order."""
    own = build / "functions" / function
    layers = (build / "layers" / name / "python" for name in ("dependencies", "redress"))
    return (own if own.is_dir() else HERE / function, *layers)


def table(pairs: Mapping[Subject, Sequence[Pair]]) -> str:
    """One line for each function: CPU in milliseconds, its ratio to the floor, and the target of that."""
    lines = [f"{'':<26}{'cold ms':>9}{'x floor':>9}{'target':>9}{'warm ms':>9}{'x floor':>9}{'target':>9}"]
    floors = [pair.floor for measured in pairs.values() for pair in measured]
    lines.append(_line(FLOOR, [Pair(floor, floor) for floor in floors]))
    lines += [_line(subject, measured) for subject, measured in pairs.items()]
    return "\n".join(lines)


def _line(subject: Subject, pairs: Sequence[Pair]) -> str:
    cold = _cells([(pair.own.cold, pair.floor.cold) for pair in pairs], subject.cold_target, digits=1)
    warm = _cells([(pair.own.warm, pair.floor.warm) for pair in pairs], subject.warm_target, digits=2)
    return f"{subject.label:<26}{cold}{warm}".rstrip()


def _cells(costs: Sequence[tuple[float, float]], target: float | None, digits: int) -> str:
    ratio = median(own / floor for own, floor in costs)
    verdict = "" if target is None else f"{target} {'✓' if ratio <= target else '✗'}"
    return f"{median(own for own, _ in costs) * 1000:9.{digits}f}{ratio:9.2f}{verdict:>9}"


def main() -> None:
    """Measure the built assets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=BUILD, help="assets (default: what `make build` made)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--times", type=int, default=TIMES, help="warm answers in a batch")
    parser.add_argument("--only", nargs="+", default=[""], help="parts of the labels to measure")
    arguments = parser.parse_args()
    subjects = [one for one in SUBJECTS if any(part in one.label for part in arguments.only)]
    known = region.load(str(arguments.build / "layers/region/region.json"))
    pairs: dict[Subject, list[Pair]] = {subject: [] for subject in subjects}
    with canned_aws(cases.partitions(known)) as endpoint:
        bench = Bench(arguments.build, endpoint)
        for done in range(arguments.rounds):
            for subject in subjects:
                sys.stderr.write(f"\r\033[Kround {done + 1} of {arguments.rounds}: {subject.label}")
                sys.stderr.flush()
                pairs[subject].append(bench.compare(subject, arguments.times))
    sys.stderr.write("\r\033[K")
    print(table(pairs))  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
