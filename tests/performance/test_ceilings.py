"""Ceilings that do not depend on the machine: what importing a function loads, and how large its layers are.

A ceiling that is met by much may be lowered; one that is broken asks for a reason. Where CPU goes is shown by
`python -X importtime` with the built assets on the path, and what it comes to by `make bench`.
"""

import os
import subprocess
from collections.abc import Mapping
from functools import cache

import pytest

from infra import packaging
from infra.packaging import Assets
from infra.settings import FUNCTIONS, REGIONS, load
from tests.performance.bench import interpreter
from tests.performance.subjects import ENVIRONMENT

MIB = 2**20
# Measured: 29.2 MiB, of which comparing spellings (rapidfuzz) is 4.5, and stems 0.4; 10.2 MiB, of which
# letters in nine languages, compiled, are 4.
LAYERS: Mapping[str, int] = {"dependencies": 30 * MIB, "redress": 11 * MIB}

# Each is a part of a bare cold start: pydantic a third, boto3 (where botocore does) and Jinja a tenth, the
# resolver of Powertools a seventh. What one request needs is imported when that request comes.
NOBODY = {"pydantic", "boto3", "s3transfer", "asyncio", "tomllib", "aws_lambda_powertools.event_handler"}
# Comparing a misspelt word and finding a stem: what one question in many asks for.
SEARCH = {"rapidfuzz", "snowballstemmer", "redress.assistant", "redress.faq.search"}
NEVER: Mapping[str, set[str]] = {
    "portal": {"jinja2", "redress.letters", "redress.adapters.s3", *SEARCH},
    "operator_api": {
        "jinja2",
        "redress.letters",
        "redress.web",
        "redress.store.webhooks",
        "redress.usecases.webhooks",
        "redress.store.actions",
        "redress.usecases.actions",
        "redress.adapters.s3",
        *SEARCH,
    },
    "plan": {"jinja2", "redress.letters", "redress.web", "redress.http"},
    "letters": {"redress.web", "redress.http"},
    "relay": {
        "jinja2",
        "zoneinfo",
        "redress.domain.rulepack",
        "redress.store.table",
        "redress.web",
        "redress.http",
    },
    "sweep": {"jinja2", "redress.letters", "redress.web", "redress.http"},
    "webhooks": {"jinja2", "redress.letters", "redress.web", "redress.http"},
    "outcomes": {"jinja2", "redress.letters", "redress.web", "redress.http"},
    "erasure": {
        "jinja2",
        "redress.domain.retention",
        "redress.usecases.retention",
        "redress.letters",
        "redress.web",
        "redress.http",
    },
    "insight": {
        "jinja2",
        "redress.domain.reconciliation",
        "redress.letters",
        "redress.web",
        "redress.http",
    },
    "mailbox": {"jinja2", "redress.letters", "redress.web", "redress.http", *SEARCH},
    "journal": {
        "jinja2",
        "zoneinfo",
        "concurrent.futures.thread",
        "redress.domain.events",
        "redress.domain.rulepack",
        "redress.store.table",
        "redress.web",
        "redress.http",
    },
    "reports": {"redress.letters", "redress.web", "redress.http"},
}
MODULES: Mapping[str, int] = {
    "portal": 450,
    "operator_api": 450,
    "plan": 430,
    "letters": 475,
    "relay": 400,
    "sweep": 430,
    "webhooks": 430,
    "outcomes": 435,
    "mailbox": 480,
    "journal": 400,
    "reports": 480,
    "erasure": 440,
    "insight": 440,
}


@cache
def assets() -> Assets:
    """The assets for this machine, as `make build` makes them."""
    return packaging.build(load(REGIONS / "local.toml"))


@cache
def imported(function: str) -> frozenset[str]:
    """The modules in a fresh process that has imported a function's handler, as Lambda does."""
    layers = (assets().layers[name] / "python" for name in LAYERS)
    path = os.pathsep.join(map(str, (assets().functions[function], *layers)))
    run = subprocess.run(  # noqa: S603 - our own code
        [str(interpreter()), "-s", "-c", "import handler, sys; print(*sys.modules, sep='\\n')"],
        env={**ENVIRONMENT, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return frozenset(run.stdout.split())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_a_function_loads_nothing_that_not_every_event_needs(function: str) -> None:
    assert imported(function) & (NOBODY | NEVER[function]) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_a_function_loads_few_modules(function: str) -> None:
    assert len(imported(function)) <= MODULES[function]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_small(layer: str) -> None:
    assert packaging.size(assets().layers[layer]) <= LAYERS[layer]
