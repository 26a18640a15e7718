"""The assets: the same from the same inputs, compiled once and for all, and small."""

import json
import marshal
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from infra import faq, packaging
from infra.packaging import Assets, dependencies, function, lay_out, package, region, size
from infra.settings import FUNCTIONS, REGIONS, load
from infra.stack import TIME_ZONES
from redress import templating

UNCHECKED_HASH = 0b01
PYC_HEADER = 16
MIB = 2**20
# A region has some 50 KiB of help pages for each brand and language.
CEILINGS = {"dependencies": 32 * MIB, "redress": 12 * MIB, "region": MIB}
FUNCTION_CEILING = 128 * 1024


@pytest.fixture(scope="module")
def assets() -> Assets:
    """The assets for this machine, as `make build` makes them."""
    return packaging.build(load(REGIONS / "local.toml"))


@pytest.fixture
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, so that everything is built."""
    monkeypatch.setattr(packaging, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A function's folder."""
    folder = tmp_path / "echo"
    (folder / "tests").mkdir(parents=True)
    (folder / "handler.py").write_text(
        "KINDS = {'a', 'b', 'c'}\n\ndef handler(event, context):\n    return event\n"
    )
    (folder / "tests/test_handler.py").write_text("")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their place in it."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_compiled_file_is_used_without_a_look_at_its_source(assets: Assets) -> None:
    compiled = [
        p for folder in (*assets.layers.values(), *assets.functions.values()) for p in folder.rglob("*.pyc")
    ]
    assert len(compiled) > 500
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled} == {UNCHECKED_HASH}


def test_every_module_is_compiled(assets: Assets) -> None:
    for folder in (*assets.layers.values(), *assets.functions.values()):
        for path in folder.rglob("*.py"):
            assert (path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc").is_file()


def test_templates_are_used_as_they_were_compiled(assets: Assets) -> None:
    package = assets.layers["redress"] / "python/redress"
    compiled = package / templating.COMPILED
    assert not list(compiled.rglob("*.py"))
    for kind in templating.KINDS:
        environment, loader = templating.environment(kind), ModuleLoader(compiled / kind)
        names = environment.list_templates()
        assert names
        assert [loader.load(environment, one).name for one in names] == names


def test_the_same_package_gives_the_same_bytes(assets: Assets, fresh_cache: Path) -> None:
    again = package()
    assert again.is_relative_to(fresh_cache)
    assert content(again) == content(assets.layers["redress"])


def test_the_same_requirements_give_the_same_bytes(assets: Assets, fresh_cache: Path) -> None:
    again = dependencies("host")
    assert again.is_relative_to(fresh_cache)
    assert content(again) == content(assets.layers["dependencies"])


@pytest.mark.usefixtures("fresh_cache")
def test_a_second_build_with_the_same_inputs_builds_nothing(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = function(source)
    assert "packaging function-echo" in capsys.readouterr().err
    assert function(source) == first
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("fresh_cache")
def test_a_changed_source_is_built_anew(source: Path) -> None:
    first = function(source)
    (source / "handler.py").write_text("def handler(event, context):\n    return None\n")
    assert function(source) != first


@pytest.mark.usefixtures("fresh_cache")
def test_compiled_code_names_its_path_on_lambda_and_not_where_it_was_built(source: Path) -> None:
    [compiled] = function(source).rglob("*.pyc")
    assert marshal.loads(compiled.read_bytes()[PYC_HEADER:]).co_filename == "/var/task/handler.py"  # noqa: S302


@pytest.mark.usefixtures("fresh_cache")
def test_tests_are_not_shipped(source: Path) -> None:
    assert not [name for name in content(function(source)) if "test" in name]


@pytest.mark.usefixtures("fresh_cache")
def test_a_function_without_a_handler_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"handler\.py is missing"):
        function(tmp_path)


def test_the_layers_stay_far_below_the_limit(assets: Assets) -> None:
    sizes = {name: size(folder) for name, folder in assets.layers.items()}
    assert {name: count for name, count in sizes.items() if count > CEILINGS[name]} == {}
    assert sum(sizes.values()) < packaging.LAYER_LIMIT / 5


def test_a_function_holds_only_its_own_few_files(assets: Assets) -> None:
    assert set(assets.functions) == set(FUNCTIONS)
    for name, folder in assets.functions.items():
        assert size(folder) < FUNCTION_CEILING, name
        assert (folder / "handler.py").is_file()


def test_botocore_knows_the_services_the_code_calls_and_no_others(assets: Assets) -> None:
    data = assets.layers["dependencies"] / "python/botocore/data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == set(packaging.SERVICES)
    assert {"endpoints.json", "partitions.json", "sdk-default-configuration.json"} <= {
        path.name for path in data.iterdir()
    }


def test_time_zones_are_where_the_functions_look_for_them(assets: Assets) -> None:
    assert (assets.layers["dependencies"] / Path(TIME_ZONES).relative_to("/opt") / "Europe/London").is_file()


def test_botocore_knows_where_those_services_are(assets: Assets) -> None:
    document = json.loads(
        (assets.layers["dependencies"] / "python/botocore/data/endpoints.json").read_bytes()
    )
    aws = document["partitions"][0]
    assert set(aws["services"]) == set(packaging.SERVICES.values())
    assert "eu-west-2" in aws["services"]["dynamodb"]["endpoints"]


OPERATOR_DEFINED = {"final": {"amount": 10, "unit": "calendar_days"}}


def test_the_trimmed_layers_still_make_every_client_and_import_every_library(assets: Assets) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import boto3, pydantic, jinja2, aws_lambda_powertools.event_handler, aws_lambda_powertools.metrics\n"
        "from redress.domain.packs import history, known, load, load_pack\n"
        "from redress.templating import KINDS, environment\n"
        f"for service in {sorted(packaging.SERVICES)}: boto3.client(service, region_name='eu-west-2')\n"
        f"own = {OPERATOR_DEFINED}\n"
        "for pack in known(): load_pack(pack) if pack != 'mt' else load(history(pack)[0], own)\n"
        "print(boto3.__file__, [type(environment(kind).loader).__name__ for kind in KINDS])\n"
    )
    paths = [str(folder / "python") for name, folder in assets.layers.items() if name != "region"]
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", "-c", code, *paths], capture_output=True, text=True, check=False
    )
    assert run.stderr == ""
    assert run.stdout.startswith(paths[0])
    assert "FileSystemLoader" not in run.stdout


def test_the_region_layer_is_what_the_functions_read_the_same_bytes_every_time() -> None:
    settings = load(REGIONS / "eu-west-2.toml")
    folder = region(settings)
    pages = faq.documents(settings.operator, settings.folder / "faq")
    assert content(folder) == {
        "region.json": settings.with_logos().runtime_document(),
        **{f"faq/{name}": text for name, text in pages.items()},
    }
    assert {brand["id"] for brand in json.loads((folder / "region.json").read_bytes())["brands"]} == {
        "northlight"
    }


def test_assets_are_laid_out_by_kind_and_name_without_what_was_there_before(tmp_path: Path) -> None:
    (tmp_path / "build/functions/gone").mkdir(parents=True)
    (tmp_path / "asset").mkdir()
    (tmp_path / "asset/x.txt").write_text("x")
    assets = Assets(layers={"region": tmp_path / "asset"}, functions={"plan": tmp_path / "asset"})
    lay_out(assets, tmp_path / "build")
    assert set(content(tmp_path / "build")) == {"layers/region/x.txt", "functions/plan/x.txt"}
    assert not (tmp_path / "build/functions/gone").exists()
