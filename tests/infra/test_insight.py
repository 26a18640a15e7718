"""How events come to be counted."""

from infra.constructs import insight
from infra.constructs.alarms import RISE_METRIC
from tests.infra.template import Template


def test_everything_on_the_bus_is_counted_and_nothing_else(production: Template) -> None:
    rules = {
        production.label(name): one["Properties"] for name, one in production.of_type("Events::Rule").items()
    }
    rule = rules["InsightHappened"]
    assert rule["EventPattern"] == {"source": ["redress"]}
    [target] = rule["Targets"]
    assert production.target(target["Arn"]) == "InsightQueue"
    assert production.target(target["DeadLetterConfig"]["Arn"]) == "InsightDeadLetters"


def test_few_count_at_once_and_what_fails_alone_comes_again_alone(production: Template) -> None:
    sources = production.of_type("Lambda::EventSourceMapping")
    [mapping] = [
        one["Properties"] for name, one in sources.items() if production.label(name) == "InsightSource"
    ]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": insight.CONCURRENCY}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["MaximumBatchingWindowInSeconds"] == insight.WINDOW_SECONDS


def test_every_hour_it_is_looked_at_what_rises(production: Template) -> None:
    rules = {
        production.label(name): one["Properties"] for name, one in production.of_type("Events::Rule").items()
    }
    rule = rules["InsightSchedule"]
    assert rule["ScheduleExpression"] == "rate(1 hour)"
    [target] = rule["Targets"]
    assert production.target(target["Arn"]) == "Insight"


def test_an_owner_who_cannot_be_told_for_two_hours_wakes_a_person_and_so_does_silence(
    production: Template,
) -> None:
    alarms = [one["Properties"] for one in production.of_type("CloudWatch::Alarm").values()]
    [lag] = [one for one in alarms if one["MetricName"] == RISE_METRIC]
    assert (lag["Threshold"], lag["TreatMissingData"]) == (7200, "breaching")


def test_a_person_is_told_of_what_could_not_be_counted(production: Template) -> None:
    labels = {production.label(name) for name in production.of_type("CloudWatch::Alarm")}
    assert "AlarmsInsightDeadLetters" in labels
