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
from importlib.util import cache_from_source
from pathlib import Path
from typing import Literal

from infra import faq
from infra import settings as region_files
from infra.languages import compile_catalogues
from infra.settings import FUNCTIONS, Settings
from redress.domain import signals
from redress.faq.entries import FOLDER as FAQ
from redress.faq.words import STEMMERS
from redress.templating import COMPILED, compile_templates

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
    "events": "events",
    "kms": "kms",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "sesv2": "email",
    "sqs": "sqs",
    "stepfunctions": "states",
}
# Installed, but of no use at run time. Tracebacks need the sources, imports need neither of these.
LITTER = (
    *("bin", "*.dist-info", "*.lock", "boto3/examples", "**/tests", "**/examples-1.json*"),
    # Of rapidfuzz, what is made for one kind of processor, and another measure than ours: 8 of 12 MiB.
    *("rapidfuzz/**/*_avx2.*", "rapidfuzz/fuzz_cpp*"),
)
DATA_FOLDERS = ("rulepacks", "triage", "assistant")
# A file that is looked up in another shape than people write it in.
PREPARED: Mapping[str, Callable[[dict[str, object]], dict[str, object]]] = {"signals.toml": signals.index}
LEFT_OUT = ("__pycache__", "*.pyc", "*.po", "*.mo", "tests", "README.md", ".*")
NOT_SHIPPED = shutil.ignore_patterns(*LEFT_OUT)
# A function is its code: descriptions, examples and schemas are for those who call it, or read its events.
DESCRIPTIONS = shutil.ignore_patterns(*LEFT_OUT, "events", "*.json", "*.toml", "*.yaml")

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
    """The layer of the project's own package: modules, templates and data, all compiled."""

    def fill(folder: Path) -> None:
        copy = folder / "python" / PACKAGE.name
        shutil.copytree(PACKAGE, copy, ignore=NOT_SHIPPED)
        compile_templates(copy)
        compile_catalogues(copy)
        for data in DATA_FOLDERS:
            _write_as_json(copy / data)
        _compile(folder, "/opt")
        _drop_sources(copy / COMPILED)

    return _kept("layer-redress", _digest([REQUIREMENTS, *_sources(PACKAGE)], PYTHON), fill)


def region(settings: Settings) -> Path:
    """The layer of the operator: what the functions know about it, and its help pages."""
    pages = faq.documents(settings.operator, settings.folder / FAQ)
    documents = {
        "region.json": settings.with_logos().runtime_document(),
        **{f"{FAQ}/{name}": text for name, text in pages.items()},
    }
    total = hashlib.sha256()
    for name, text in documents.items():
        total.update(f"{name}\0{len(text)}\0".encode() + text)

    def fill(folder: Path) -> None:
        (folder / FAQ).mkdir(parents=True)
        for name, text in documents.items():
            (folder / name).write_bytes(text)

    return _kept("layer-region", total.hexdigest(), fill)


def function(source: Path) -> Path:
    """A function's asset: the files of its folder, compiled. `FileNotFoundError` if it has no handler."""
    if not (source / "handler.py").is_file():
        raise FileNotFoundError(f"{source / 'handler.py'} is missing: each function needs its handler")

    def fill(folder: Path) -> None:
        shutil.copytree(source, folder, ignore=DESCRIPTIONS)
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
    made = {".mo", ".pyc"}
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in made]


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
    _trim_stemmers(packages / "snowballstemmer")


def _trim_stemmers(folder: Path) -> None:
    """Those of our languages, imported by name: its own front imports all others, a fifth of a second."""
    used = {f"{name}_stemmer" for name in STEMMERS.values()}
    for path in folder.glob("*_stemmer.py"):
        if path.stem not in used:
            path.unlink()
    (folder / "__init__.py").write_text("", encoding="utf-8")


def _trim_endpoints(path: Path) -> None:
    """A megabyte that the first client of each cold start reads: all services in all regions."""
    document = json.loads(path.read_bytes())
    for partition in document["partitions"]:
        partition["services"] = {
            name: places for name, places in partition["services"].items() if name in SERVICES.values()
        }
    path.write_text(json.dumps(document), encoding="utf-8")


def _write_as_json(data: Path) -> None:
    """Each data file as JSON, which a cold start reads ten times as fast as TOML."""
    for path in data.rglob("*.toml"):
        prepare = PREPARED.get(path.name, dict)
        document = prepare(tomllib.loads(path.read_text(encoding="utf-8")))
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


def _drop_sources(folder: Path) -> None:
    """Of modules that nobody wrote the bytecode alone is left: a third of the layer was their source."""
    for source in folder.rglob("*.py"):
        Path(cache_from_source(str(source))).rename(source.with_suffix(".pyc"))
        source.unlink()
    for emptied in list(folder.rglob("__pycache__")):
        emptied.rmdir()


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
