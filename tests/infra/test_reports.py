"""The proofs as deployed: signed by a key that never leaves KMS, missed by an alarm."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.infra.template import Template

HOUR = 3600


@pytest.fixture(scope="module", params=["production", "local"])
def deployed(request: pytest.FixtureRequest) -> Template:
    """Both deployments."""
    template: Template = request.getfixturevalue(request.param)
    return template


def key(template: Template) -> Mapping[str, Any]:
    """The key that signs."""
    return template.named("KMS::Key", "ReportsKey")


def alarm(template: Template, name: str) -> Mapping[str, Any]:
    return dict(template.named("CloudWatch::Alarm", f"Alarms{name}")["Properties"])


class TestTheKey:
    def test_it_signs_and_does_nothing_else(self, deployed: Template) -> None:
        properties = key(deployed)["Properties"]
        assert (properties["KeySpec"], properties["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")

    def test_it_outlives_the_stack_in_production(self, production: Template) -> None:
        made = key(production)
        assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Retain", "Retain")

    def test_its_id_is_an_output_so_that_its_public_half_can_be_kept_elsewhere(
        self, deployed: Template
    ) -> None:
        assert deployed.target(deployed.document["Outputs"]["ProofKeyId"]["Value"]) == "ReportsKey"

    def test_no_role_but_the_reports_may_sign(self, production: Template) -> None:
        signers = {
            production.label(owner["Ref"])
            for policy in production.of_type("IAM::Policy").values()
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if "kms:Sign" in statement["Action"]
            for owner in policy["Properties"]["Roles"]
        }
        assert signers == {"Reports"}

    def test_nobody_else_signs_however_much_a_policy_of_theirs_grants(
        self, production: Template, local: Template
    ) -> None:
        def refusing(template: Template) -> list[Mapping[str, Any]]:
            policy = key(template)["Properties"]["KeyPolicy"]["Statement"]
            return [one for one in policy if one["Effect"] == "Deny"]

        [refused] = refusing(production)
        assert (refused["Action"], refused["Principal"]) == ("kms:Sign", {"AWS": "*"})
        assert production.target(refused["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]) == "Reports"
        assert refusing(local) == []


class TestTheClock:
    def test_every_zones_midnight_is_followed_within_the_hour(self, deployed: Template) -> None:
        schedule = deployed.named("Events::Rule", "ReportsSchedule")["Properties"]
        assert schedule["ScheduleExpression"] == "rate(1 hour)"

    def test_a_run_has_the_time_that_lambda_gives(self, deployed: Template) -> None:
        assert deployed.functions()["reports"]["Timeout"] == 900


class TestAlarms:
    def test_one_rings_at_the_first_gap(self, production: Template) -> None:
        found = alarm(production, "GapsFound")
        assert (found["Threshold"], found["Statistic"]) == (1, "Sum")
        assert found["TreatMissingData"] == "notBreaching"
        assert dimensions(found)["function"] == "reports"

    def test_one_rings_when_a_day_has_no_proof_or_nobody_looks(self, production: Template) -> None:
        found = alarm(production, "ProofAge")
        assert found["TreatMissingData"] == "breaching"
        assert 26 * HOUR < found["Threshold"] < 36 * HOUR
        assert found["Period"] >= 2 * HOUR
        service = production.functions()["reports"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        assert dimensions(found) == {"function": "reports", "service": service}

    def test_one_rings_when_a_run_fails(self, production: Template) -> None:
        assert alarm(production, "ReportsErrors")["MetricName"] == "Errors"


def dimensions(found: Mapping[str, Any]) -> Mapping[str, str]:
    return {one["Name"]: one["Value"] for one in found["Dimensions"]}
