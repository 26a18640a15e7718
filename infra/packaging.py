"""Builds what Lambda runs, without Docker: three layers and one asset per function.

Each asset is built once and kept under `.redress/cache` by the digest of its inputs, so a second
deployment rebuilds nothing. `python -m infra.packaging` lays the assets for this machine out unpacked.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from infra import settings as region_files
from infra.settings import FUNCTIONS, Settings
from redress.templating import compile_templates

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".redress/cache"
BUILD = ROOT / ".redress/build"
REQUIREMENTS = ROOT / "layers/dependencies/requirements.txt"
PACKAGE = ROOT / "layers/redress/python/redress"
FUNCTION_FOLDERS = ROOT / "functions"

PYTHON = "3.13"
LAYER_LIMIT = 250 * 1024 * 1024
"""Bytes a function and its layers may take unpacked (a quota of AWS Lambda)."""

# The AWS services the code calls: botocore ships the models of all others, too.
# Each has a name there and another in its endpoints.
SERVICES: Mapping[str, str] = {
    "dynamodb": "dynamodb",
    "secretsmanager": "secretsmanager",
    "sesv2": "email",
    "sqs": "sqs",
    "stepfunctions": "states",
}
# Installed, but of no use at run time. Tracebacks need the sources, imports need neither of these.
LITTER = ("bin", "*.dist-info", "*.lock", "boto3/examples", "**/tests", "**/examples-1.json*")
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "tests", "README.md", ".*")

type Architecture = Literal["arm64", "host"]
# Lambda's Python 3.13 runs on Amazon Linux 2023 (glibc 2.34), which takes manylinux_2_28 wheels.
PLATFORM: Mapping[Architecture, tuple[str, ...]] = {
    "arm64": ("--python-platform", "aarch64-manylinux_2_28"),
    "host": (),
}


@dataclass(frozen=True, kw_only=True)
class Assets:
    """Folders to deploy. Layers in the order in which Lambda unpacks them; functions by name."""

    layers: Mapping[str, Path]
    functions: Mapping[str, Path]


def build(settings: Settings) -> Assets:
    """The assets of a deployment, built where their inputs changed. Needs the package index only then."""
    return Assets(
        layers={
            "dependencies": dependencies(settings.stack.architecture),
            "redress": package(),
            "region": region(settings),
        },
        functions={name: function(FUNCTION_FOLDERS / name) for name in FUNCTIONS},
    )


def dependencies(architecture: Architecture) -> Path:
    """The layer of locked requirements for a platform, trimmed and compiled."""

    def fill(folder: Path) -> None:
        _install(folder / "python", architecture)
        _trim(folder / "python")
        _compile(folder, "/opt")

    # Wheels for this machine differ from machine to machine, and a cache may be shared.
    machine = os.uname().machine if architecture == "host" else "aarch64"
    digest = _digest([REQUIREMENTS], PYTHON, machine, *sorted(SERVICES), *LITTER)
    return _kept(f"layer-dependencies-{architecture}", digest, fill)


def package() -> Path:
    """The layer of the project's own package: modules, templates and rule packs, all compiled."""

    def fill(folder: Path) -> None:
        copy = folder / "python" / PACKAGE.name
        shutil.copytree(PACKAGE, copy, ignore=NOT_SHIPPED)
        compile_templates(copy)
        _write_as_json(copy / "rulepacks")
        _compile(folder, "/opt")

    return _kept("layer-redress", _digest([REQUIREMENTS, *_sources(PACKAGE)], PYTHON), fill)


def region(settings: Settings) -> Path:
    """The layer of one file: what the functions know about the operator."""
    document = settings.runtime_document()

    def fill(folder: Path) -> None:
        folder.mkdir()
        (folder / "region.json").write_bytes(document)

    return _kept("layer-region", hashlib.sha256(document).hexdigest(), fill)


def function(source: Path) -> Path:
    """A function's asset: the files of its folder, compiled. `FileNotFoundError` if it has no handler."""
    if not (source / "handler.py").is_file():
        raise FileNotFoundError(f"{source / 'handler.py'} is missing: each function needs its handler")

    def fill(folder: Path) -> None:
        shutil.copytree(source, folder, ignore=NOT_SHIPPED)
        _compile(folder, "/var/task")

    return _kept(f"function-{source.name}", _digest(_sources(source), PYTHON), fill)


def lay_out(assets: Assets, target: Path) -> None:
    """Replaces `target` by `layers/<name>/` and `functions/<name>/` with the files of the assets."""
    shutil.rmtree(target, ignore_errors=True)
    for kind, folders in {"layers": assets.layers, "functions": assets.functions}.items():
        for name, folder in folders.items():
            shutil.copytree(folder, target / kind / name)


def size(folder: Path) -> int:
    """Bytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _kept(label: str, digest: str, fill: Callable[[Path], None]) -> Path:
    """The folder kept for a digest; filled aside and moved into place, so that it is whole or absent."""
    place = CACHE / f"{label}-{digest[:16]}"
    if place.is_dir():
        return place
    _say(f"→ packaging {label}")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as aside:
        folder = Path(aside) / "asset"
        fill(folder)
        folder.chmod(0o755)
        try:
            folder.rename(place)
        except OSError:
            if not place.is_dir():  # otherwise another process was first, with the same content
                raise
    return place


def _digest(files: Iterable[Path], *facts: str) -> str:
    """One digest for file contents, their places and the facts of the build; this recipe is one of them."""
    total = hashlib.sha256()
    for path in sorted({Path(__file__), *files}):
        total.update(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    total.update("\0".join(facts).encode())
    return total.hexdigest()


def _sources(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _install(target: Path, architecture: Architecture) -> None:
    command = [
        *(_uv(), "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--no-compile"),
        *("--link-mode", "copy", "--python", sys.executable, "--python-version", PYTHON),
        *(*PLATFORM[architecture], "--target", str(target), "--requirement", str(REQUIREMENTS)),
    ]
    # What was fetched once is found without a network.
    if not _run([*command, "--offline"], quiet=True):
        _say(f"  fetching the wheels for {architecture}")
        shutil.rmtree(target, ignore_errors=True)
        _run(command)


def _uv() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".tools/bin"))
    if found is None:
        raise FileNotFoundError("uv is missing: run `make setup`, or install uv")
    return found


def _trim(packages: Path) -> None:
    for pattern in LITTER:
        for path in list(packages.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for data in (packages / "botocore/data", packages / "boto3/data"):
        for service in [path for path in data.iterdir() if path.is_dir() and path.name not in SERVICES]:
            shutil.rmtree(service)
    _trim_endpoints(packages / "botocore/data/endpoints.json")


def _trim_endpoints(path: Path) -> None:
    """A megabyte that the first client of each cold start reads: all services in all regions."""
    document = json.loads(path.read_bytes())
    for partition in document["partitions"]:
        partition["services"] = {
            name: places for name, places in partition["services"].items() if name in SERVICES.values()
        }
    path.write_text(json.dumps(document), encoding="utf-8")


def _write_as_json(data: Path) -> None:
    """Rule packs and calendars as JSON, which a cold start reads ten times as fast as TOML."""
    for path in data.rglob("*.toml"):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        path.with_suffix(".json").write_text(json.dumps(document, default=str, ensure_ascii=False))
        path.unlink()


def _compile(folder: Path, mounted_at: str) -> None:
    """Compiles to .pyc that are never checked against their source, with the paths Lambda will see.

    Lambda mounts code with other file times than it was compiled with: checked files would be compiled
    anew at each cold start.
    """
    _run(
        [
            *(sys.executable, "-m", "compileall", "-q", "-j", "1", "--invalidation-mode", "unchecked-hash"),
            *("-s", str(folder), "-p", mounted_at, str(folder)),
        ]
    )


def _run(command: Sequence[str], *, quiet: bool = False) -> bool:
    """Runs a command of this module; whether it succeeded. Only a quiet one may fail without an error."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}  # the order of sets is part of a compiled file
    done = subprocess.run(command, check=not quiet, capture_output=quiet, env=environment)  # noqa: S603
    return done.returncode == 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _report(assets: Assets) -> None:
    layers = {name: size(folder) for name, folder in assets.layers.items()}
    for name, count in layers.items():
        _say(f"  layer {name:<14}{count / 2**20:8.2f} MiB")
    for name, folder in assets.functions.items():
        _say(f"  function {name:<14}{size(folder) / 1024:5.1f} KiB")
    _say(f"  together {sum(layers.values()) / 2**20:.2f} of {LAYER_LIMIT / 2**20:.0f} MiB allowed")


def main() -> None:
    """Builds the assets of a region file and lays them out unpacked under `.redress/build`."""
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--region", default="local", help="a file in infra/regions (default: local)")
    [path] = region_files.find(arguments.parse_args().region)
    assets = build(region_files.load(path))
    lay_out(assets, BUILD)
    _report(assets)


if __name__ == "__main__":
    main()
