"""Outgoing mail as deployed: what SES does with a letter, whom it tells, what ops have to publish."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.constructs.mail import TOLD
from infra.settings import REGIONS, load
from redress.adapters import ses_events
from tests.infra.template import Template

DOMAINS = {"production": "eu-west-2", "local": "local"}
"""Region file by fixture."""


@pytest.fixture(scope="module", params=DOMAINS)
def deployed(request: pytest.FixtureRequest) -> Template:
    """Both deployments."""
    template: Template = request.getfixturevalue(request.param)
    return template


def records(template: Template) -> list[dict[str, str]]:
    """The output `MailRecords`, attributes of the identity by their names."""
    value = template.document["Outputs"]["MailRecords"]["Value"]
    parts = [part if isinstance(part, str) else part["Fn::GetAtt"][1] for part in value["Fn::Join"][1]]
    found: list[dict[str, str]] = json.loads("".join(parts))
    return found


def mail_rule(template: Template) -> Mapping[str, Any]:
    """The rule that listens to SES."""
    found: list[Mapping[str, Any]] = [one["Properties"] for one in template.of_type("Events::Rule").values()]
    [rule] = [one for one in found if one.get("EventPattern", {}).get("source") == [ses_events.SOURCE]]
    return rule


def alarm(template: Template, metric: str) -> Mapping[str, Any]:
    """The one alarm on a metric of ours."""
    alarms: list[Mapping[str, Any]] = [
        one["Properties"] for one in template.of_type("CloudWatch::Alarm").values()
    ]
    [found] = [one for one in alarms if one["MetricName"] == metric]
    return found


def test_ses_tells_the_bus_what_became_of_a_letter_and_not_whether_it_was_read(deployed: Template) -> None:
    told = deployed.only("SES::ConfigurationSetEventDestination")
    assert deployed.target(told["ConfigurationSetName"]) == "MailConfigurationSet"
    destination = told["EventDestination"]
    assert destination["Enabled"] is True
    assert set(destination["MatchingEventTypes"]) == {
        *("delivery", "bounce", "complaint", "reject", "deliveryDelay")
    }
    assert str(destination["EventBridgeDestination"]).endswith(":event-bus/default']]}}")


def test_what_ses_tells_of_this_stacks_letters_comes_to_the_queue_of_outcomes(deployed: Template) -> None:
    rule = mail_rule(deployed)
    assert "EventBusName" not in rule
    pattern = rule["EventPattern"]
    assert tuple(pattern["detail-type"]) == ses_events.DETAIL_TYPES
    [name] = pattern["detail"]["mail"]["tags"]["ses:configuration-set"]
    assert deployed.target(name) == "MailConfigurationSet"
    [target] = rule["Targets"]
    assert deployed.target(target["Arn"]) == "OutcomesQueue"
    assert "DeadLetterConfig" in target


def test_each_thing_that_is_told_is_listened_to() -> None:
    assert len(TOLD) == len(ses_events.DETAIL_TYPES)


def test_ses_writes_to_nobody_who_bounced_or_complained_and_to_no_server_without_tls(
    deployed: Template,
) -> None:
    options = deployed.only("SES::ConfigurationSet")
    assert set(options["SuppressionOptions"]["SuppressedReasons"]) == {"BOUNCE", "COMPLAINT"}
    assert options["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert options["ReputationOptions"] == {"ReputationMetricsEnabled": True}


def test_bounces_go_to_a_return_path_below_the_domain_and_to_no_mailbox_of_a_brand(
    deployed: Template,
) -> None:
    identity = deployed.only("SES::EmailIdentity")
    domain = identity["EmailIdentity"]
    mail_from = identity["MailFromAttributes"]
    assert mail_from["MailFromDomain"] == f"bounce.{domain}"
    # Where its MX record is missing SES uses its own return path, rather than refusing letters.
    assert mail_from.get("BehaviorOnMxFailure", "USE_DEFAULT_VALUE") == "USE_DEFAULT_VALUE"
    assert identity["FeedbackAttributes"] == {"EmailForwardingEnabled": False}


def test_the_output_names_every_record_that_ops_publish(deployed: Template) -> None:
    found = records(deployed)
    domain = deployed.only("SES::EmailIdentity")["EmailIdentity"]
    assert [(one["type"], one["name"]) for one in found][3:6] == [
        ("MX", f"bounce.{domain}"),
        ("TXT", f"bounce.{domain}"),
        ("TXT", f"_dmarc.{domain}"),
    ]
    keys = [(one["type"], one["name"], one["value"]) for one in found[:3]]
    assert keys == [("CNAME", f"DkimDNSTokenName{i}", f"DkimDNSTokenValue{i}") for i in (1, 2, 3)]
    values = [one["value"] for one in found[3:6]]
    assert values[0] == "10 feedback-smtp.eu-west-2.amazonses.com"
    assert values[1] == "v=spf1 include:amazonses.com ~all"
    assert values[2] == "v=DMARC1; p=reject"
    assert all(set(one) == {"type", "name", "value"} for one in found)


@pytest.mark.parametrize(("name", "region_file"), DOMAINS.items())
def test_mail_to_the_domain_is_asked_for_only_where_it_is_read(
    request: pytest.FixtureRequest, name: str, region_file: str
) -> None:
    settings = load(REGIONS / f"{region_file}.toml").mail
    found = records(request.getfixturevalue(name))
    inbound = [one["value"] for one in found if (one["type"], one["name"]) == ("MX", settings.domain)]
    assert inbound == (["10 inbound-smtp.eu-west-2.amazonaws.com"] if settings.inbound else [])


@pytest.mark.parametrize(
    ("metric", "function", "most", "seconds"),
    [
        ("StatutoryLetterWaiting", "letters", 3, 300),
        ("StaffLettersBounced", "outcomes", 1, 300),
        ("LettersBounced", "outcomes", 10, 3600),
    ],
)
def test_a_person_is_told_of_letters_that_do_not_leave_or_do_not_arrive(
    production: Template, metric: str, function: str, most: int, seconds: int
) -> None:
    found = alarm(production, metric)
    dimensions = {one["Name"]: one["Value"] for one in found["Dimensions"]}
    assert dimensions == {"function": function, "service": f"redress-eu-west-2-{function}"}
    assert (found["Namespace"], found["Statistic"]) == ("Redress", "Sum")
    assert (found["Threshold"], found["Period"], found["EvaluationPeriods"]) == (most, seconds, 1)
    assert found["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert found["TreatMissingData"] == "notBreaching"
    assert found["AlarmActions"]
