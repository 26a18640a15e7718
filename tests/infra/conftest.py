"""The stacks of all region files, synthesised once. Their assets are empty: those are packaging's matter."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

# The CDK runs on the Node of this environment, not on whatever the machine has.
os.environ.setdefault("JSII_NODE", str(Path(sys.executable).parent / "node"))

from aws_cdk import App

from infra.app import compose
from infra.packaging import ROOT, Assets
from infra.settings import FUNCTIONS, REGIONS, IssuerPart, Settings, load
from infra.stack import RedressStack
from tests.infra.template import Template

HERE = Path(__file__).parent
ISSUER = IssuerPart(
    url="https://login.example.com/",
    audience=("complaints", "complaints-old"),
    scope_prefix="complaints.",
    client_claim="azp",
    scope_claim="permissions",
    program_claim="gty",
    program_value="client-credentials",
    clients={"back-office": "0oaBackOffice"},
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one synthesis run in one process."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("infra"))


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of every region file, and of a variant that uses what those files leave out."""
    place = tmp_path_factory.mktemp("assembly")
    empty = tmp_path_factory.mktemp("asset")
    (empty / "handler.py").write_text("")
    stub = Assets(
        layers=dict.fromkeys(("dependencies", "redress", "region"), empty),
        functions=dict.fromkeys(FUNCTIONS, empty),
    )
    app = App(context=cdk_context(), outdir=str(place), analytics_reporting=False)
    compose(app, lambda _settings: stub)
    RedressStack(app, "redress-variant", settings=variant(), assets=stub)
    app.synth()
    return place


@pytest.fixture(scope="session")
def production(assembly: Path) -> Template:
    """The template of the production region file."""
    return Template.read(assembly / "redress-eu-west-2.template.json")


@pytest.fixture(scope="session")
def local(assembly: Path) -> Template:
    """The template of the embedded platform's region file."""
    return Template.read(assembly / "redress-local.template.json")


@pytest.fixture(scope="session")
def variant_template(assembly: Path) -> Template:
    """The template of a deployment with SnapStart, reserved concurrency and the operator's own issuer."""
    return Template.read(assembly / "redress-variant.template.json")


def cdk_context() -> dict[str, Any]:
    """The feature flags that the CDK command would pass."""
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return context


def variant() -> Settings:
    """The production file with SnapStart, reserved concurrency and an external issuer."""
    settings = load(REGIONS / "eu-west-2.toml")
    stack = settings.stack.model_copy(update={"snap_start": True, "reserved_concurrency": {"portal": 20}})
    api = settings.api.model_copy(update={"issuer": ISSUER})
    return settings.model_copy(update={"stack": stack, "api": api})
