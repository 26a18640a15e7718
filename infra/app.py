"""The CDK app: one stack per region file. Needs no credentials.

Context: `-c region=<file stem>` builds one region only, `-c portal_url=<address>` gives its portal another
base address.
"""

import sys
from collections.abc import Callable

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra import packaging, settings
from infra.packaging import Assets
from infra.settings import Settings, SettingsError
from infra.stack import RedressStack


def compose(app: App, assets: Callable[[Settings], Assets] = packaging.build) -> dict[str, RedressStack]:
    """The stacks of the app by region file. `SettingsError` if a region file cannot be deployed."""
    check(app)
    stem, portal_url = app.node.try_get_context("region"), app.node.try_get_context("portal_url")
    if portal_url and not stem:
        raise SettingsError(
            settings.REGIONS, ["portal_url: is for one portal; name its file with -c region=…"]
        )
    stacks = {}
    for path in settings.find(stem):
        region = settings.load(path)
        if portal_url:
            region = region.with_portal_url(portal_url)
        stacks[path.stem] = RedressStack(app, f"redress-{path.stem}", settings=region, assets=assets(region))
    return stacks


def check(app: App) -> None:
    """Makes synthesis fail on any finding of the rule packs that is not acknowledged beside its resource."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def main() -> None:
    """Synthesises the app; what is wrong with a region file is said without a traceback."""
    app = App(analytics_reporting=False)
    try:
        compose(app)
    except (SettingsError, FileNotFoundError) as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
