"""The dashboard: everything there is, by the names under which it is told, and readable at a glance."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra.constructs.dashboard import BILLING_REGION, WIDTH
from infra.packaging import ROOT
from redress.adapters import stuck
from tests.infra.template import Template

TOLD_BY_AWS = {
    "AWS/ApiGateway": {"Count", "4XXError", "5XXError", "4xx", "5xx"},
    "AWS/WAFV2": {"BlockedRequests"},
    "AWS/SES": {"Send", "Delivery", "Bounce", "Complaint"},
    "AWS/Lambda": {"Errors", "Throttles", "Invocations", "Duration", "IteratorAge"},
    "AWS/SQS": {
        *("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"),
        "ApproximateAgeOfOldestMessage",
    },
    "AWS/States": {"ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut"},
    "AWS/DynamoDB": {
        *("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
        *("ReadThrottleEvents", "WriteThrottleEvents"),
    },
    "AWS/Billing": {"EstimatedCharges"},
}
"""By namespace, as the services' own documentation names them: a misspelt one is an empty graph for ever."""

METRIC = re.compile(r"([A-Z][a-z]+){2,}")


class Line:
    """A metric of a widget: namespace, name, dimensions, and how it is drawn."""

    def __init__(self, written: list[Any]) -> None:
        *words, self.options = [*written, {}] if not isinstance(written[-1], dict) else written
        self.namespace, self.name, *rest = words
        self.dimensions = dict(zip(rest[::2], rest[1::2], strict=True))


@pytest.fixture(params=["production", "local"])
def deployed(request: pytest.FixtureRequest) -> Template:
    """Both deployments."""
    template: Template = request.getfixturevalue(request.param)
    return template


def widgets(template: Template) -> list[Mapping[str, Any]]:
    """The widgets, with the logical ids of what they refer to in the place of its name."""
    body = template.only("CloudWatch::Dashboard")["DashboardBody"]
    text = "".join(part if isinstance(part, str) else _logical_id(part) for part in body["Fn::Join"][1])
    found: list[Mapping[str, Any]] = json.loads(text)["widgets"]
    return found


def _logical_id(reference: Mapping[str, Any]) -> str:
    match reference:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), str()]}:
            return name
        case _:
            raise AssertionError(f"a reference nobody expected: {reference}")


def lines(template: Template) -> Iterator[Line]:
    """Every metric of every widget; an expression is no metric, but what it is made of."""
    for widget in widgets(template):
        for written in widget["properties"].get("metrics", []):
            if "expression" not in written[0]:
                yield Line(written)


def shown(template: Template, metric: str, dimension: str) -> list[str]:
    """What a metric is shown of."""
    return [str(one.dimensions[dimension]) for one in lines(template) if one.name == metric]


def test_every_metric_of_ours_is_one_that_its_function_tells(deployed: Template) -> None:
    ours = [one for one in lines(deployed) if one.namespace == "Redress"]
    services = {
        name: one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for name, one in deployed.functions().items()
    }
    assert ours
    for one in ours:
        function = one.dimensions["function"]
        assert one.name in told_by(function), one.name
        assert one.dimensions == {"function": function, "service": services[function]}


def test_everything_that_functions_tell_is_shown(deployed: Template) -> None:
    ours = {(one.dimensions["function"], one.name) for one in lines(deployed) if one.namespace == "Redress"}
    for function in deployed.functions():
        assert {(function, name) for name in told_by(function)} == {one for one in ours if one[0] == function}


def told_by(function: str) -> set[str]:
    """The names of metrics in a function's code: what is given to what tells them, or called `name`."""
    tree = ast.parse((ROOT / "functions" / function / "handler.py").read_text(encoding="utf-8"))
    calls = [(ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {stuck.METRIC} if "stuck.tell" in dict(calls) else set()
    if "single_metric" not in dict(calls):
        return names
    given: list[ast.AST] = [node for name, node in calls if name in {"single_metric", "_tell", "_count"}]
    given += [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "name"
    ]
    texts = {one.value for node in given for one in ast.walk(node) if isinstance(one, ast.Constant)}
    return names | {text for text in texts if isinstance(text, str) and METRIC.fullmatch(text)}


def test_every_metric_of_aws_is_one_that_it_tells(deployed: Template) -> None:
    for one in lines(deployed):
        if one.namespace != "Redress":
            assert one.name in TOLD_BY_AWS[one.namespace]


def test_every_function_shows_errors_throttles_calls_and_time(deployed: Template) -> None:
    functions = set(deployed.of_type("Lambda::Function"))
    for metric in ("Errors", "Throttles", "Invocations"):
        assert set(shown(deployed, metric, "FunctionName")) >= functions
    assert sorted(shown(deployed, "Duration", "FunctionName")) == sorted([*functions, *functions])


def test_every_queue_shows_what_waits_in_it_once(deployed: Template) -> None:
    waiting = shown(deployed, "ApproximateNumberOfMessagesVisible", "QueueName")
    assert sorted(waiting) == sorted(deployed.of_type("SQS::Queue"))


def test_every_queue_that_is_worked_off_shows_how_old_its_oldest_message_is(deployed: Template) -> None:
    aged = set(shown(deployed, "ApproximateAgeOfOldestMessage", "QueueName"))
    sources = [one["Properties"] for one in deployed.of_type("Lambda::EventSourceMapping").values()]
    taken = {one["EventSourceArn"]["Fn::GetAtt"][0] for one in sources if "StartingPosition" not in one}
    assert aged == taken


def test_both_readers_of_the_stream_show_how_far_they_are_behind(deployed: Template) -> None:
    readers = {deployed.label(name) for name in shown(deployed, "IteratorAge", "FunctionName")}
    assert readers == {"Relay", "Journal"}


def test_the_state_of_every_alarm_comes_first(deployed: Template) -> None:
    first = widgets(deployed)[0]
    assert (first["type"], first["y"], first["width"]) == ("alarm", 0, WIDTH)
    assert sorted(first["properties"]["alarms"]) == sorted(deployed.of_type("CloudWatch::Alarm"))


def test_what_an_alarm_watches_of_ours_is_shown_as_it_watches_it(deployed: Template) -> None:
    for alarm in deployed.of_type("CloudWatch::Alarm").values():
        watched = alarm["Properties"]
        drawn = [one for one in lines(deployed) if one.name == watched["MetricName"]]
        if watched["Namespace"] == "Redress":
            periods = {one.options.get("period", 300) for one in drawn}
            assert watched["Period"] in periods, watched["MetricName"]
        assert drawn, watched["MetricName"]


def test_the_promises_are_drawn_with_the_threshold_at_which_somebody_is_woken(production: Template) -> None:
    drawn = {
        one["properties"]["metrics"][0][1]: one["properties"]["annotations"]["horizontal"][0]["value"]
        for one in widgets(production)
        if one["properties"].get("annotations", {}).get("horizontal")
    }
    thresholds = {
        one["Properties"]["MetricName"]: one["Properties"]["Threshold"]
        for one in production.of_type("CloudWatch::Alarm").values()
    }
    assert {"SweepLag", "GapsFound", "StatutoryLetterWaiting", "LettersBounced"} <= set(drawn)
    assert drawn == {name: thresholds[name] for name in drawn}


def test_lambda_is_counted_by_the_memory_of_each_function(production: Template) -> None:
    [graph] = [one for one in widgets(production) if "gigabyte" in one["properties"].get("title", "")]
    [expression] = [one[0]["expression"] for one in graph["properties"]["metrics"] if "expression" in one[0]]
    used = {
        Line(one).options["id"]: Line(one).dimensions["FunctionName"]
        for one in graph["properties"]["metrics"]
        if "expression" not in one[0]
    }
    factors = dict(re.findall(r"(m\d+)\*(\d+)", expression))
    functions = production.of_type("Lambda::Function")
    assert {used[name]: int(mebibytes) for name, mebibytes in factors.items()} == {
        name: one["Properties"]["MemorySize"] for name, one in functions.items()
    }
    assert expression.endswith(")/1024/1000")


def test_each_index_shows_its_own_units(production: Template) -> None:
    table = production.only("DynamoDB::Table")
    indexes = {one["IndexName"] for one in table["GlobalSecondaryIndexes"]}
    for kind in ("Read", "Write"):
        consumed = [one for one in lines(production) if one.name == f"Consumed{kind}CapacityUnits"]
        places = [one.dimensions.get("GlobalSecondaryIndexName", "") for one in consumed]
        assert sorted(places) == sorted([*indexes, ""])


def test_what_the_account_owes_is_asked_where_aws_tells_it_and_said_to_be_the_accounts(
    production: Template,
) -> None:
    [graph] = [one["properties"] for one in widgets(production) if "EstimatedCharges" in json.dumps(one)]
    assert graph["region"] == BILLING_REGION
    assert "of the account" in graph["title"]
    texts = [one["properties"]["markdown"] for one in widgets(production) if one["type"] == "text"]
    assert any("whole account" in text and "Receive CloudWatch billing alerts" in text for text in texts)


def test_no_widget_lies_over_another_or_beyond_the_edge(deployed: Template) -> None:
    taken: set[tuple[int, int]] = set()
    for one in widgets(deployed):
        columns = range(one["x"], one["x"] + one["width"])
        cells = {(x, y) for x in columns for y in range(one["y"], one["y"] + one["height"])}
        assert max(columns) < WIDTH
        assert not taken & cells
        taken |= cells


def test_no_graph_is_empty_where_mail_is_read(production: Template) -> None:
    graphs = [one["properties"] for one in widgets(production) if one["type"] == "metric"]
    assert all(one["metrics"] for one in graphs)
