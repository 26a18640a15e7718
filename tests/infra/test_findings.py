"""What reviewers' tools say about the stacks: nothing that is not acknowledged with a reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs
from cfnlint.api import ManualArgs, lint  # type: ignore[import-untyped]

from infra.app import check
from tests.infra.conftest import cdk_context

# The linter's findings that are not ours to mend.
WRITTEN_BY_THE_CDK = "W3005"  # a dependency that a reference implies already


def findings(report: Path) -> list[dict[str, Any]]:
    """The findings of all rule packs in a validation report that nobody acknowledged."""
    reports = json.loads(report.read_text())["pluginReports"]
    return [{"pack": pack["pluginName"], **found} for pack in reports for found in pack["violations"]]


def test_no_rule_pack_has_an_open_finding(assembly: Path) -> None:
    assert findings(assembly / "validation-report.json") == []


def test_both_rule_packs_are_watching(tmp_path: Path) -> None:
    app = App(context=cdk_context(), outdir=str(tmp_path), analytics_reporting=False)
    check(app)
    sqs.Queue(Stack(app, "careless"), "WithoutAnything")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert {"AwsSolutions", "Serverless"} <= {
        f["pack"] for f in findings(tmp_path / "validation-report.json")
    }


@pytest.mark.parametrize("stack", ["redress-eu-west-2", "redress-local", "redress-variant"])
def test_the_template_is_clean_to_the_linter(assembly: Path, stack: str) -> None:
    template = (assembly / f"{stack}.template.json").read_text()
    matches = lint(template, config=ManualArgs(regions=["eu-west-2"], ignore_checks=[WRITTEN_BY_THE_CDK]))
    assert [f"{m.rule.id} {m.message}" for m in matches if not _known(m.rule.id, m.message)] == []


def _known(rule: str, message: str) -> bool:
    # The linter's schema is older than JSONata: there, a timeout may be an expression.
    timeout_is_an_expression = rule == "E3601" and message.startswith("'{%") and "/TimeoutSeconds" in message
    # Only the embedded platform counts seconds; settings refuse them for every other stage.
    local_schedule = rule == "E3027" and message.startswith("'seconds'")
    return timeout_is_an_expression or local_schedule
