"""What a person may ask of the app on the command line."""

from pathlib import Path

import pytest
from aws_cdk import App

from infra.app import compose
from infra.packaging import Assets
from infra.settings import FUNCTIONS, Settings, SettingsError
from tests.infra.conftest import cdk_context
from tests.infra.template import Template


def test_one_region_alone_with_another_address_for_its_portal(tmp_path: Path) -> None:
    (tmp_path / "asset").mkdir()
    built: list[Settings] = []

    def assets(settings: Settings) -> Assets:
        built.append(settings)
        layers = dict.fromkeys(("dependencies", "redress", "region"), tmp_path / "asset")
        return Assets(layers=layers, functions=dict.fromkeys(FUNCTIONS, tmp_path / "asset"))

    context = {**cdk_context(), "region": "local", "portal_url": "http://127.0.0.1:4566/portal/"}
    app = App(context=context, outdir=str(tmp_path / "out"), analytics_reporting=False)
    assert list(compose(app, assets)) == ["local"]
    assert [settings.stack.region for settings in built] == ["eu-west-2"]
    app.synth()
    functions = Template.read(tmp_path / "out/redress-local.template.json").functions()
    for name in ("portal", "letters"):
        assert functions[name]["Environment"]["Variables"]["PORTAL_URL"] == "http://127.0.0.1:4566/portal"


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"region": "atlantis"}, "no such region file; there are: eu-west-2, local"),
        ({"portal_url": "https://x.example.com"}, "name its file with -c region"),
        ({"region": "local", "portal_url": "nowhere"}, "'nowhere' does not look right"),
    ],
)
def test_what_cannot_be_built_is_said_before_anything_is_built(context: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        compose(App(context=context, analytics_reporting=False), lambda _settings: pytest.fail("built"))
