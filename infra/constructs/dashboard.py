"""One page for whoever runs the stack: promises first, then what comes in, leaves, fails and costs.

What an alarm watches is shown as the alarm watches it, with its threshold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs import alarms as a
from infra.constructs.alarms import Alarms
from infra.constructs.operator_api import OperatorApi
from infra.constructs.portal import Portal
from infra.constructs.table import INDEXES, ComplaintTable
from infra.constructs.workflow import Workflow
from redress.adapters import stuck

WIDTH = 24
"""Columns of a dashboard."""

HEIGHT = 6
SHOWN = Duration.days(3)
PERIOD, HOUR = Duration.minutes(5), Duration.hours(1)
BILLING_REGION = "us-east-1"
"""The one region in which AWS tells what an account owes."""

ALARMS_PER_ROW = 6
VISIBLE = "ApproximateNumberOfMessagesVisible"
SUM, MAXIMUM = cloudwatch.Stats.SUM, cloudwatch.Stats.MAXIMUM

COSTS = (
    "What is paid by use, as far as AWS tells it here. Request units of DynamoDB and gigabyte-seconds of "
    "Lambda are those of this stack; prices are by them. *Estimated charges* are of the **whole account** "
    "since the month began: AWS tells them a few times a day, in us-east-1 alone, once *Receive CloudWatch "
    "billing alerts* is switched on in the billing preferences. What is due each month whatever happens: "
    "`infra/README.md`."
)

INTAKE = (
    "Requests, and those that were refused, at both doors. A complaint that is received starts one execution "
    "(below); little else does. Mail that is set aside is on no complaint. Where *limits not asked* rises, "
    "clients' own limits do not hold for the moment."
)

type Row = list[cloudwatch.IWidget]


class Graph(NamedTuple):
    """Lines over time, and the threshold of an alarm. `region` where it is not the stack's."""

    title: str
    metrics: Iterable[cloudwatch.IMetric]
    threshold: cloudwatch.HorizontalAnnotation | None = None
    region: str | None = None

    def widget(self, width: int) -> cloudwatch.GraphWidget:
        """As wide as that, from zero on."""
        return cloudwatch.GraphWidget(
            title=self.title,
            left=list(self.metrics),
            left_annotations=[self.threshold] if self.threshold else [],
            left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
            region=self.region,
            width=width,
            height=HEIGHT,
        )


class Dashboard(Construct):
    """The dashboard of a stack, under its name. Made last: it shows every function, queue and alarm."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alarms: Alarms,
        portal: Portal,
        api: OperatorApi,
        table: ComplaintTable,
        workflow: Workflow,
    ) -> None:
        super().__init__(scope, construct_id)
        self._watched, self._functions = alarms.watched, alarms.functions
        stack = Stack.of(self)
        self._queues = {_words(one): one for one in stack.node.find_all() if isinstance(one, sqs.Queue)}
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=stack.stack_name,
            default_interval=SHOWN,
            widgets=[
                [self._states()],
                *self._promises(),
                *self._intake(portal, api),
                *self._letters(),
                *self._running(),
                *self._waiting(),
                *self._costs(table, workflow),
            ],
        )
        page = f"https://{stack.region}.console.aws.amazon.com/cloudwatch/home?region={stack.region}"
        self.url = f"{page}#dashboards/dashboard/{stack.stack_name}"

    def _states(self) -> cloudwatch.IWidget:
        shown = [one.alarm for one in self._watched.values()]
        rows = -(-len(shown) // ALARMS_PER_ROW)
        return cloudwatch.AlarmStatusWidget(title="Alarms", alarms=shown, width=WIDTH, height=1 + rows)

    def _promises(self) -> Iterator[Row]:
        yield _heading("Promises: no complaint is lost, no deadline passes unseen")
        names = (
            a.LAG_METRIC,
            a.CONSULTATION_METRIC,
            a.DIGEST_METRIC,
            a.PROOF_METRIC,
            a.ERASURE_METRIC,
            a.RISE_METRIC,
        )
        yield [self._now(name) for name in names]
        yield _row(
            self._alarmed("Lag of the sweep, s", a.LAG_METRIC),
            self._alarmed("Gaps in the proofs", a.GAPS_METRIC),
            self._alarmed("Statutory letters that could not leave", a.WAITING_METRIC),
        )

    def _intake(self, portal: Portal, api: OperatorApi) -> Iterator[Row]:
        yield _heading("Intake", INTAKE)
        blocked = [_named(portal.web_acl.blocked, "stopped by the web ACL")] if portal.web_acl else []
        unasked = self._counted("AllowanceUnknown", "OperatorApi", "limits not asked")
        yield _row(
            Graph("Portal", [*_door(portal.api), *blocked]),
            Graph("Operator API", [*_door(api.api), unasked]),
            Graph("Mail", self._mail()),
        )

    def _mail(self) -> Sequence[cloudwatch.IMetric]:
        """Of who reads it, if anybody does."""
        if "Mailbox" not in self._functions:
            return []
        taken = self._functions["Mailbox"].function.metric_invocations(period=PERIOD, statistic=SUM)
        return [_named(taken, "read"), self._counted("MailSetAside", "Mailbox", "set aside")]

    def _counted(self, metric: str, owner: str, label: str) -> cloudwatch.IMetric:
        """What a function counts without an alarm."""
        function = self._functions[owner]
        return _named(a.counted(metric, function.name, function, PERIOD), label)

    def _letters(self) -> Iterator[Row]:
        yield _heading("Letters", "SES counts what the account sends in this region, other mail included.")
        yield _row(
            Graph("Letters, by SES", [_ses(name) for name in ("Send", "Delivery", "Bounce", "Complaint")]),
            self._alarmed("To players: bounced, or marked as spam", a.BOUNCED_METRIC),
            self._alarmed("Notices to staff that did not arrive", a.STAFF_BOUNCED_METRIC),
        )

    def _running(self) -> Iterator[Row]:
        made = {name: one.function for name, one in self._functions.items()}
        called = {name: one.metric_invocations(period=PERIOD, statistic=SUM) for name, one in made.items()}
        refused = {name: one.metric_throttles(period=PERIOD, statistic=SUM) for name, one in made.items()}
        took = {name: one.metric_duration(period=PERIOD, statistic=MAXIMUM) for name, one in made.items()}
        yield _heading("Functions")
        yield _row(
            Graph("Errors", [self._metric(f"{name}Errors", name) for name in made]),
            Graph("Throttles", _lines(refused)),
            Graph("Invocations", _lines(called)),
            Graph("Longest duration, ms", _lines(took)),
        )

    def _waiting(self) -> Iterator[Row]:
        last = {name: one for name, one in self._queues.items() if self._is_last(one)}
        taken = {name: one for name, one in self._queues.items() if name not in last}
        yield _heading("Stream and queues")
        yield _row(
            Graph("Behind the table's stream, ms", self._all_of("IteratorAge")),
            Graph("Messages waiting", _waiting_in(taken)),
            Graph("Age of the oldest message, s", _oldest_in(taken)),
            Graph("Dead letters: read why, then redrive", _waiting_in(last)),
        )
        yield _row(
            Graph("Failing again and again", self._all_of(stuck.METRIC)),
            Graph("Webhooks held back", self._all_of("ApproximateNumberOfMessagesNotVisible")),
            Graph("Throttled by DynamoDB", self._all_of("ReadThrottleEvents", "WriteThrottleEvents")),
        )

    def _is_last(self, queue: sqs.Queue) -> bool:
        """Whether an alarm rings at its first message."""
        watched = (one.metric for one in self._watched.values())
        return queue.queue_name in {
            (one.dimensions or {})["QueueName"] for one in watched if one.metric_name == VISIBLE
        }

    def _costs(self, table: ComplaintTable, workflow: Workflow) -> Iterator[Row]:
        machine = workflow.machine
        executions = {
            "started": machine.metric_started(period=PERIOD, statistic=SUM),
            "ended": machine.metric_succeeded(period=PERIOD, statistic=SUM),
            "failed": self._watched["ExecutionsFailed"].metric,
            "timed out": machine.metric_timed_out(period=PERIOD, statistic=SUM),
        }
        yield _heading("Executions and costs", COSTS)
        yield _row(
            Graph("Executions", _lines(executions)),
            Graph("DynamoDB request units by the hour", _lines(_units(table))),
            Graph("Lambda gigabyte-seconds by the hour", [self._gigabyte_seconds()]),
            Graph("Estimated charges of the account, USD", [_charges()], region=BILLING_REGION),
        )

    def _gigabyte_seconds(self) -> cloudwatch.IMetric:
        """Milliseconds of each function, by its memory."""
        used = {f"m{at}": one for at, one in enumerate(self._functions.values())}
        return cloudwatch.MathExpression(
            expression=f"({'+'.join(f'{name}*{one.memory}' for name, one in used.items())})/1024/1000",
            label="GB-s",
            period=HOUR,
            using_metrics={
                name: one.function.metric_duration(period=HOUR, statistic=SUM) for name, one in used.items()
            },
        )

    def _now(self, name: str) -> cloudwatch.IWidget:
        """The latest value of what an alarm watches, in seconds."""
        return cloudwatch.SingleValueWidget(
            title=f"{name}, s", metrics=[self._watched[name].metric], width=WIDTH // 6, height=3
        )

    def _alarmed(self, title: str, name: str) -> Graph:
        one = self._watched[name]
        return Graph(title, [_named(one.metric, name)], one.alarm.to_annotation())

    def _metric(self, name: str, label: str) -> cloudwatch.IMetric:
        return _named(self._watched[name].metric, label)

    def _all_of(self, *metrics: str) -> list[cloudwatch.IMetric]:
        """What alarms watch of some metrics, by the names of the alarms."""
        watched = {name: one.metric for name, one in self._watched.items()}
        return _lines({name: one for name, one in watched.items() if one.metric_name in metrics})


def _heading(title: str, text: str = "") -> Row:
    markdown = f"## {title}\n\n{text}" if text else f"## {title}"
    return [cloudwatch.TextWidget(markdown=markdown, width=WIDTH, height=3 if text else 1)]


def _row(*graphs: Graph) -> Row:
    """Side by side over the whole width."""
    return [one.widget(WIDTH // len(graphs)) for one in graphs]


def _lines(metrics: Mapping[str, cloudwatch.Metric]) -> list[cloudwatch.IMetric]:
    return [_named(metric, label) for label, metric in metrics.items()]


def _named(metric: cloudwatch.Metric, label: str) -> cloudwatch.Metric:
    return metric.with_(label=label)


def _door(api: apigateway.RestApi | apigatewayv2.HttpApi) -> list[cloudwatch.IMetric]:
    """What came, what the caller had to mend, what we have to."""
    return _lines(
        {
            "requests": api.metric_count(period=PERIOD, statistic=SUM),
            "refused": api.metric_client_error(period=PERIOD, statistic=SUM),
            "failed": api.metric_server_error(period=PERIOD, statistic=SUM),
        }
    )


def _ses(name: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/SES", metric_name=name, label=name.lower(), statistic=SUM, period=HOUR
    )


def _waiting_in(queues: Mapping[str, sqs.Queue]) -> list[cloudwatch.IMetric]:
    return _lines(
        {
            name: one.metric_approximate_number_of_messages_visible(period=PERIOD, statistic=MAXIMUM)
            for name, one in queues.items()
        }
    )


def _oldest_in(queues: Mapping[str, sqs.Queue]) -> list[cloudwatch.IMetric]:
    return _lines(
        {
            name: one.metric_approximate_age_of_oldest_message(period=PERIOD, statistic=MAXIMUM)
            for name, one in queues.items()
        }
    )


def _units(table: ComplaintTable) -> dict[str, cloudwatch.Metric]:
    """Of the table, and of each index, which DynamoDB counts apart."""
    places = {"": {}, **{f" {name}": {"GlobalSecondaryIndexName": name} for name in INDEXES}}
    return {
        f"{kind.lower()}{label}": cloudwatch.Metric(
            namespace="AWS/DynamoDB",
            metric_name=f"Consumed{kind}CapacityUnits",
            dimensions_map={"TableName": table.name, **place},
            statistic=SUM,
            period=HOUR,
        )
        for kind in ("Read", "Write")
        for label, place in places.items()
    }


def _charges() -> cloudwatch.IMetric:
    return cloudwatch.Metric(
        namespace="AWS/Billing",
        metric_name="EstimatedCharges",
        dimensions_map={"Currency": "USD"},
        region=BILLING_REGION,
        statistic=MAXIMUM,
        period=Duration.hours(6),
    )


def _words(queue: sqs.Queue) -> str:
    """Where a queue stands in the stack."""
    return " ".join(queue.node.path.split("/")[1:])
