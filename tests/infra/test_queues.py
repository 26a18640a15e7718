"""What lies in each queue, and whose dead letters are whose: nothing personal where nobody would erase it.

A new queue fails here until somebody says what it holds. What the messages say in fact is looked at by
`tests/store/test_dead_letters.py`.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.infra.template import Template

EVENT = "facts of an event with its number and seq, as the bus has them: `redress/published.py`"
CLEAN: Mapping[str, str] = {
    "RelayEffects": "number, seq, the name of an effect",
    "RelayEffectDeadLetters": "what was in the queue of effects",
    "RelayDeadLetters": "the key of an item that cannot be read; or where in a stream a batch lies",
    "JournalDeadLetters": "the key of an item and what is wrong with it; or where in a stream a batch lies",
    "WebhooksWebhookEvents": EVENT,
    "WebhooksWebhookEventDeadLetters": EVENT,
    "WebhooksWebhookDeliveries": "ids of an endpoint and an event, attempts, instants",
    "WebhooksWebhookDeliveryDeadLetters": "what was in the queue of deliveries",
    "ErasureQueue": EVENT,
    "ErasureDeadLetters": EVENT,
    "InsightQueue": EVENT,
    "InsightDeadLetters": EVENT,
}
"""Queue: what it holds. Nothing of it names, reaches or quotes anybody."""

PERSONAL: Mapping[str, str] = {
    "OutcomesQueue": "events of SES (addresses, subject) and of S3 (network address of who sent a file)",
    "MailboxQueue": "notifications of SES: sender, recipients, subject and headers of a mail",
    "MailboxNotices": "the address of who asked, and the key of the consultation",
}
"""Queue: what of a person it holds, until its message is done, and for fourteen days at most."""

LAST_RESORT: Mapping[str, str] = {
    "OutcomesUndelivered": "what EventBridge could not put into OutcomesQueue",
    "MailboxUndelivered": "what SNS and EventBridge could not put into MailboxQueue",
}
"""Queue: what it holds where another one is gone or closed. No message that fails gets there."""

CONSUMERS: Mapping[str, str] = {
    "OutcomesQueue": "outcomes",
    "MailboxQueue": "mailbox",
    "MailboxNotices": "letters",
}


@pytest.fixture(params=["production", "local"])
def deployed(request: pytest.FixtureRequest) -> Template:
    """Both deployments."""
    template: Template = request.getfixturevalue(request.param)
    return template


def queues(template: Template) -> dict[str, Mapping[str, Any]]:
    """The properties of each queue."""
    return {template.label(name): made["Properties"] for name, made in template.of_type("SQS::Queue").items()}


def dead_letters(template: Template) -> set[tuple[str, str]]:
    """Whose dead letters lie where: of queues, of rules and subscriptions by the queue that they feed."""
    found = set()
    for name, made in template.of_type("SQS::Queue").items():
        if redrive := made["Properties"].get("RedrivePolicy"):
            found.add((template.label(name), template.target(redrive["deadLetterTargetArn"])))
    for rule in template.of_type("Events::Rule").values():
        for target in rule["Properties"]["Targets"]:
            if dead := target.get("DeadLetterConfig"):
                found.add((template.target(target["Arn"]), template.target(dead["Arn"])))
    for one in template.of_type("SNS::Subscription").values():
        if redrive := one["Properties"].get("RedrivePolicy"):
            fed = template.target(one["Properties"]["Endpoint"])
            found.add((fed, template.target(redrive["deadLetterTargetArn"])))
    return found


def test_of_every_queue_somebody_has_said_what_it_holds(deployed: Template) -> None:
    assert set(queues(deployed)) == {*CLEAN, *PERSONAL, *LAST_RESORT}


def test_no_message_that_holds_personal_data_becomes_a_dead_letter_by_failing(deployed: Template) -> None:
    for name in PERSONAL:
        assert "RedrivePolicy" not in queues(deployed)[name]


def test_what_a_personal_queue_did_not_take_lies_apart_and_goes_within_a_week(deployed: Template) -> None:
    for source, dead in dead_letters(deployed):
        assert (source in PERSONAL) == (dead in LAST_RESORT), (source, dead)
    for name in LAST_RESORT:
        made = queues(deployed)[name]
        assert made["MessageRetentionPeriod"] == 7 * 24 * 3600
        assert made["SqsManagedSseEnabled"] is True


def test_every_other_queue_that_is_worked_on_has_dead_letters(deployed: Template) -> None:
    having = {source for source, _ in dead_letters(deployed)}
    worked_on = {
        deployed.target(one["Properties"]["EventSourceArn"])
        for one in deployed.of_type("Lambda::EventSourceMapping").values()
    }
    assert worked_on & set(CLEAN) <= having


def test_a_reader_of_a_stream_gives_up_into_a_queue_that_gets_no_record(deployed: Template) -> None:
    """Lambda tells a queue where a batch lies; it would tell a bucket what was in it."""
    given_up = {
        deployed.target(one["Properties"]["DestinationConfig"]["OnFailure"]["Destination"])
        for one in deployed.of_type("Lambda::EventSourceMapping").values()
        if "StartingPosition" in one["Properties"]
    }
    assert given_up == {"RelayDeadLetters", "JournalDeadLetters"}


def alarms(template: Template) -> dict[str, Mapping[str, Any]]:
    """The alarms by their name in the template."""
    return {
        template.label(name).removeprefix("Alarms"): made["Properties"]
        for name, made in template.of_type("CloudWatch::Alarm").items()
    }


def watched(template: Template, metric: str) -> set[str]:
    """The queues that have an alarm on a metric of SQS."""
    return {
        template.target(dimension["Value"])
        for alarm in template.of_type("CloudWatch::Alarm").values()
        if alarm["Properties"]["MetricName"] == metric
        for dimension in alarm["Properties"]["Dimensions"]
    }


def test_a_person_is_told_of_everything_that_lies_among_dead_letters(production: Template) -> None:
    resting = {dead for _, dead in dead_letters(production)} | {"RelayDeadLetters", "JournalDeadLetters"}
    assert watched(production, "ApproximateNumberOfMessagesVisible") == resting


def test_a_person_is_told_of_what_fails_in_a_personal_queue_and_of_what_nobody_takes(
    production: Template,
) -> None:
    assert watched(production, "ApproximateAgeOfOldestMessage") == set(PERSONAL)
    stuck = [one for name, one in alarms(production).items() if name.endswith("Stuck")]
    by_function = {
        dimension["Value"]: alarm
        for alarm in stuck
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "function"
    }
    assert set(by_function) == set(CONSUMERS.values())
    for alarm in by_function.values():
        assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == (
            "Redress",
            "MessagesStuck",
            1,
        )
        assert alarm["AlarmActions"]


def test_a_stuck_message_keeps_its_alarm_until_it_is_done(production: Template) -> None:
    """It is counted at each try, and its tries come more often than the alarm looks."""
    looks = {name: one["Period"] for name, one in alarms(production).items() if name.endswith("Stuck")}
    hidden = [queues(production)[name]["VisibilityTimeout"] for name in CONSUMERS]
    assert 2 * max(hidden) <= min(looks.values())
