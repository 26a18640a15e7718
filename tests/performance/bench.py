"""What a cold start and one more invocation cost, as ratios to a bare floor measured in the same run.

Cost is CPU, user and system, never elapsed time; and a ratio, because machines differ. Each round measures
the floor and then every function, each in a fresh process of the interpreter that the environment is built
on, with nothing but the built assets on its path, as on Lambda. The table shows the medians of the rounds.
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
from typing import Any

from redress import region
from tests.performance import cases
from tests.performance.canned_aws import canned_aws
from tests.performance.subjects import ENVIRONMENT, FLOOR, SUBJECTS, Subject

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / ".redress/build"
ROUNDS, TIMES = 9, 100
SECONDS = 120  # nothing measured takes longer, unless it hangs


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a cold start with its first answer, and of one further answer."""

    cold: float
    warm: float


class WrongAnswer(Exception):
    """A function did not do what it is measured for."""


@dataclass(frozen=True)
class Bench:
    """The built assets, and the address of AWS."""

    build: Path
    endpoint: str

    def measure(self, subject: Subject, times: int = TIMES) -> Cost:
        """One cold start, and the mean of `times` further answers. Raises WrongAnswer."""
        with TemporaryDirectory() as folder:
            event = Path(folder, "event.json")
            event.write_text(json.dumps(subject.event), encoding="utf-8")
            command = [str(interpreter()), "-s", str(HERE / "measured.py"), str(event), str(times)]
            done = subprocess.run(  # noqa: S603 - our own script
                command,
                env=self._environment(subject),
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        if done.returncode:
            raise WrongAnswer(f"{subject.label}: {done.stderr}")
        told = json.loads(done.stdout.splitlines()[-1])
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


def table(costs: Mapping[Subject, Sequence[Cost]]) -> str:
    """The medians, and their ratios to the floor of the same round."""
    floors = costs[FLOOR]
    lines = [f"{'CPU':<26}{'cold ms':>9}{'× floor':>9}{'target':>8}{'warm ms':>11}{'× floor':>9}{'target':>8}"]
    for subject, own in costs.items():
        cold = median(one.cold / floor.cold for one, floor in zip(own, floors, strict=True))
        warm = median(one.warm / floor.warm for one, floor in zip(own, floors, strict=True))
        lines.append(
            f"{subject.label:<26}"
            f"{median(one.cold for one in own) * 1000:9.1f}{cold:9.2f}{_target(cold, subject.cold_target)}"
            f"{median(one.warm for one in own) * 1000:11.2f}{warm:9.2f}{_target(warm, subject.warm_target)}"
        )
    return "\n".join(lines)


def _target(ratio: float, target: float | None) -> str:
    if target is None:
        return " " * 8
    return f"{target:6.1f} {'✓' if ratio <= target else '✗'}"


def main() -> None:
    """Measure the built assets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=BUILD, help="unpacked assets (default: those of `make build`)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--times", type=int, default=TIMES, help="warm answers in each round")
    parser.add_argument("--only", nargs="+", default=[""], help="parts of the labels to measure")
    arguments = parser.parse_args()
    subjects = [FLOOR, *(one for one in SUBJECTS if any(part in one.label for part in arguments.only))]
    known = region.load(str(arguments.build / "layers/region/region.json"))
    with canned_aws(cases.partitions(known)) as endpoint:
        bench = Bench(arguments.build, endpoint)
        costs: dict[Subject, list[Cost]] = {subject: [] for subject in subjects}
        for done in range(arguments.rounds):
            sys.stderr.write(f"\rround {done + 1} of {arguments.rounds}")
            for subject in subjects:
                costs[subject].append(bench.measure(subject, arguments.times))
        sys.stderr.write("\r" + " " * 20 + "\r")
    print(table(costs))


if __name__ == "__main__":
    main()
