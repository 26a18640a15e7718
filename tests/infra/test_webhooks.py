"""Webhooks as deployed: apart from complaints, bounded, and never to a private address but on a laptop."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.settings import REGIONS, SettingsError, load
from redress.adapters.webhook_post import WHOLE_SECONDS
from redress.domain.webhooks import Schedule
from tests.infra.template import Template

RETRIES_OF_THREE_DAYS = 20  # attempts, and waits for an endpoint that is failing


def queue(template: Template, name: str) -> Mapping[str, Any]:
    """The properties of a queue by the end of its label."""
    [found] = [
        item["Properties"]
        for logical_id, item in template.of_type("SQS::Queue").items()
        if template.label(logical_id).endswith(name)
    ]
    properties: Mapping[str, Any] = found
    return properties


def sources(template: Template) -> Mapping[str, Mapping[str, Any]]:
    """The event sources of the function, by the label of their queue."""
    mappings = (one["Properties"] for one in template.of_type("Lambda::EventSourceMapping").values())
    by_queue = {template.target(one["EventSourceArn"]): one for one in mappings}
    return {name: one for name, one in by_queue.items() if name.startswith("Webhooks")}


def test_every_event_of_the_bus_and_no_other_comes_to_the_queue(production: Template) -> None:
    [rule] = [
        rule["Properties"]
        for name, rule in production.of_type("Events::Rule").items()
        if name.startswith("Webhooks")
    ]
    assert rule["EventPattern"] == {"source": ["redress"]}
    [target] = rule["Targets"]
    assert production.target(target["Arn"]) == "WebhooksWebhookEvents"
    assert "DeadLetterConfig" in target


def test_a_dead_endpoint_holds_a_bounded_number_of_instances(production: Template) -> None:
    found = sources(production)
    bounds = {name: one["ScalingConfig"]["MaximumConcurrency"] for name, one in found.items()}
    assert bounds == {"WebhooksWebhookEvents": 5, "WebhooksWebhookDeliveries": 20}
    assert all(one["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for one in found.values())


def test_one_slow_delivery_holds_up_no_other_in_its_batch(production: Template) -> None:
    assert sources(production)["WebhooksWebhookDeliveries"]["BatchSize"] == 1


def test_a_call_ends_before_its_function_and_that_before_the_message_comes_again(
    production: Template,
) -> None:
    timeout = production.functions()["webhooks"]["Timeout"]
    assert timeout >= 2 * WHOLE_SECONDS
    for name in ("WebhookEvents", "WebhookDeliveries"):
        assert queue(production, name)["VisibilityTimeout"] >= 6 * timeout


def test_only_faults_of_ours_end_in_the_queues_dead_letters(production: Template) -> None:
    redrive = queue(production, "WebhookDeliveries")["RedrivePolicy"]
    assert redrive["maxReceiveCount"] > 2 * RETRIES_OF_THREE_DAYS
    assert "RedrivePolicy" in queue(production, "WebhookEvents")


def test_production_tries_for_three_days_as_the_code_says(production: Template) -> None:
    told = production.functions()["webhooks"]["Environment"]["Variables"]
    assert tuple(json.loads(told["WEBHOOK_RETRY_SECONDS"])) == Schedule().seconds
    assert int(told["WEBHOOK_GIVE_UP_SECONDS"]) == timedelta(days=3).total_seconds()


@pytest.mark.parametrize("function", ["webhooks", "operator_api"])
def test_only_the_embedded_platform_may_call_private_addresses(
    production: Template, local: Template, function: str
) -> None:
    deployed, on_a_laptop = (
        one.functions()[function]["Environment"]["Variables"] for one in (production, local)
    )
    assert "WEBHOOKS_ALLOW_PRIVATE" not in deployed
    assert on_a_laptop["WEBHOOKS_ALLOW_PRIVATE"] == "yes"


def test_a_person_is_told_of_our_faults_and_of_too_many_that_wait(production: Template) -> None:
    alarms = {production.label(name) for name in production.of_type("CloudWatch::Alarm")}
    mine = {"WebhookEventDeadLetters", "WebhookDeliveryDeadLetters", "WebhooksWaiting", "WebhooksErrors"}
    assert {f"Alarms{name}" for name in mine} <= alarms


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("allow_private = true", "webhooks.allow_private"),
        ("retry_seconds = [5]", "webhooks.retry_seconds"),
        ("retry_seconds = [0, 5, 9]", "webhooks.retry_seconds.0"),
        ("retry_seconds = [5, 9, 40000]", "webhooks.retry_seconds.2"),
        ("give_up_seconds = 864001", "webhooks.give_up_seconds"),
        ("allow_privat = false", "webhooks.allow_privat"),
    ],
)
def test_a_section_that_cannot_be_deployed_is_refused(tmp_path: Path, section: str, key: str) -> None:
    file = tmp_path / "eu-west-2.toml"
    production = (REGIONS / "eu-west-2.toml").read_text(encoding="utf-8")
    file.write_text(production.replace("[operator]\n", f"[webhooks]\n{section}\n\n[operator]\n", 1))
    with pytest.raises(SettingsError) as refused:
        load(file)
    assert [fault.partition(":")[0] for fault in refused.value.faults] == [key]


def test_only_the_local_region_file_has_private_addresses() -> None:
    allowed = {path.stem for path in REGIONS.glob("*.toml") if load(path).webhooks.allow_private}
    assert allowed == {"local"}
