"""What wakes a person: an alarm per promise that could silently break, and the topic they go to."""

from collections.abc import Mapping
from typing import NamedTuple

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.erasure import Erasure
from infra.constructs.function import Function
from infra.constructs.insight import Insight
from infra.constructs.journal import Journal
from infra.constructs.mailbox import Mailbox
from infra.constructs.outcomes import Outcomes
from infra.constructs.relay import Relay
from infra.constructs.reports import Reports
from infra.constructs.sweep import Sweep
from infra.constructs.table import ComplaintTable
from infra.constructs.webhooks import Webhooks
from infra.constructs.workflow import Workflow
from infra.settings import AlarmsPart, FunctionName
from redress.adapters import stuck

NAMESPACE = "Redress"
LAG_METRIC = "SweepLag"
"""Seconds by which the worst complaint is past its attention, zero if none; each sweep publishes it."""

LAG_SECONDS = 900
MOST_WAITING = 90_000
"""Three quarters of the messages that SQS lets a queue have in flight, which those that wait count as."""

CONSULTATION_METRIC = "ConsultationLag"
"""Seconds by which the oldest answer to a consultation is late, zero if none is; each sweep publishes it."""

WAITING_METRIC = "StatutoryLetterWaiting"
"""Each time that a letter the law asks for could not leave; `letters` counts."""

MOST_WAITED = 3
"""In five minutes. SES throttles now and then, and is tried again after 5, 10 and 20 seconds."""

BOUNCED_METRIC, STAFF_BOUNCED_METRIC = "LettersBounced", "StaffLettersBounced"
"""Letters to players, and to staff, that did not arrive or were marked as spam; `outcomes` counts."""

MOST_BOUNCED = 10
"""In an hour. One is a mistyped address, and a task where the player has to know; so many have one cause."""

DIGEST_METRIC = "DigestAge"
"""Seconds since the end of the last day whose events have a digest; `journal` publishes it every hour."""

DIGEST_SECONDS = 26 * 3600
"""A day, the hour until the next run, and an hour in which one may fail."""

GAPS_METRIC, PROOF_METRIC = "GapsFound", "ProofAge"
"""Gaps in the proof of a day, and seconds since the end of the last day that every pack has a proof of;
`reports` tells the first with each proof, the second every hour."""

PROOF_SECONDS = 28 * 3600
"""A day, the hour and a quarter that it is left to settle, the hour until the next run, and one to fail."""

ERASURE_METRIC = "ErasureLag"
"""Seconds since the oldest erasure was ordered that is not done, zero if none; `erasure` tells it hourly."""

ERASURE_SECONDS = 86_400
"""Hours of tries by the queue have failed then, and a day of the clock's. The law leaves a month."""

RISE_METRIC = "AlarmLag"
"""Seconds since a rise was found that its owner was not told of, zero if none; `insight` tells it hourly."""

RISE_SECONDS = 2 * 3600
"""Three tries have failed then: at once, and in each hour since."""

ITERATOR_AGE_SECONDS = 300

UNTAKEN_SECONDS = 3600
"""That a message waits for its first tries. SQS leaves out of the age what was tried three times already, and
that is what the functions count as stuck."""

_BREACHING = cloudwatch.TreatMissingData.BREACHING
_QUIET = cloudwatch.TreatMissingData.NOT_BREACHING


class Watched(NamedTuple):
    """An alarm, and the metric that it watches."""

    alarm: cloudwatch.Alarm
    metric: cloudwatch.Metric


class Alarms(Construct):
    """The topic, its key and the alarms. The key is our own: CloudWatch cannot use the one AWS manages."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: AlarmsPart) -> None:
        super().__init__(scope, construct_id)
        self.key = key = kms.Key(self, "Key", enable_key_rotation=True, description="Topics of Redress")
        key.add_to_resource_policy(_cloudwatch(["kms:Decrypt", "kms:GenerateDataKey"], "*"))
        self.functions: dict[str, Function] = {}
        """What `watch_functions` was told of."""
        self.watched: dict[str, Watched] = {}
        """Every alarm by its name here."""
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        self._let_alarms_publish()
        if settings.email:
            subscription = self.topic.add_subscription(subscriptions.EmailSubscription(settings.email))
            acknowledge(
                subscription,
                "Mail has no dead letters; SNS tries again for hours, and the alarm itself stays red.",
                "Serverless-SNSRedrivePolicy",
            )

    def _let_alarms_publish(self) -> None:
        """What refuses plain HTTP takes the place of the policy by which SNS lets an account's alarms in."""
        ours = Stack.of(self).format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name="*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        publishing = _cloudwatch(["sns:Publish"], self.topic.topic_arn)
        publishing.add_conditions({"ArnLike": {"aws:SourceArn": ours}})
        self.topic.add_to_resource_policy(publishing)

    def watch_sweep(self, sweep: Sweep) -> None:
        """The alarm behind the promise: something waits too long, or nobody looks any more."""
        lag, late = (
            _worst(name, "sweep", sweep.function, Duration.seconds(LAG_SECONDS))
            for name in (LAG_METRIC, CONSULTATION_METRIC)
        )
        description = "Complaints wait for attention, or the sweep is gone."
        self._alarm("SweepLag", lag, LAG_SECONDS, description, missing=_BREACHING)
        self._alarm("ConsultationLag", late, 1, "The answer to an anonymous consultation is late.")

    def watch_workflow(self, workflow: Workflow) -> None:
        """An execution that failed: the sweep replaces it, and somebody should read why."""
        failed = workflow.machine.metric_failed(period=Duration.minutes(5), statistic=cloudwatch.Stats.SUM)
        self._alarm("ExecutionsFailed", failed, 1, "An execution failed.")

    def watch_relay(self, relay: Relay) -> None:
        """What the relay could not do, and how far it is behind the stream."""
        queues: Mapping[str, sqs.Queue] = {
            "RelayDeadLetters": relay.stream_dead_letters,
            "EffectDeadLetters": relay.effect_dead_letters,
        }
        for name, queue in queues.items():
            self._watch_empty(name, queue, "The relay gave up on an effect; redrive it after reading why.")
        self._watch_behind("RelayBehind", relay.function, "The relay is minutes behind the table's stream.")

    def watch_webhooks(self, webhooks: Webhooks) -> None:
        """Faults of ours, not of endpoints; and so many deliveries waiting that SQS would stop."""
        queues: Mapping[str, sqs.Queue] = {
            "WebhookEventDeadLetters": webhooks.event_dead_letters,
            "WebhookDeliveryDeadLetters": webhooks.delivery_dead_letters,
        }
        for name, queue in queues.items():
            self._watch_empty(name, queue, "Webhooks failed here; redrive them after reading why.")
        waiting = webhooks.deliveries.metric_approximate_number_of_messages_not_visible(
            statistic=cloudwatch.Stats.MAXIMUM
        )
        self._alarm(
            "WebhooksWaiting", waiting, MOST_WAITING, "Disable the webhooks that have been dead for long."
        )

    def watch_outcomes(self, outcomes: Outcomes) -> None:
        """A file that was sent and is on no record, a scan's verdict or the fate of a letter that is not."""
        self._watch_personal("Outcomes", outcomes.queue, "outcomes", outcomes.function)
        self._watch_undelivered("Outcomes", outcomes.undelivered)

    def watch_letters(self, letters: Function, outcomes: Outcomes) -> None:
        """Letters that do not leave while there is still time, and letters that do not arrive."""
        waiting = counted(WAITING_METRIC, "letters", letters, Duration.minutes(5))
        self._alarm(
            WAITING_METRIC, waiting, MOST_WAITED, "A letter that the law asks for cannot leave; read why."
        )
        staff = counted(STAFF_BOUNCED_METRIC, "outcomes", outcomes.function, Duration.minutes(5))
        self._alarm(STAFF_BOUNCED_METRIC, staff, 1, "A notice to staff did not arrive; mend its mailbox.")
        bounced = counted(BOUNCED_METRIC, "outcomes", outcomes.function, Duration.hours(1))
        self._alarm(
            BOUNCED_METRIC, bounced, MOST_BOUNCED, "Many letters bounce; check the mail domain and SES."
        )

    def watch_functions(self, functions: Mapping[str, Function]) -> None:
        """An unhandled error or a timeout in any function."""
        for name, function in functions.items():
            self.functions[name] = function
            errors = function.function.metric_errors(
                period=Duration.minutes(5), statistic=cloudwatch.Stats.SUM
            )
            self._alarm(f"{name}Errors", errors, 1, f"The function {name} failed or timed out.")

    def watch_mailbox(self, mailbox: Mailbox, letters: Function) -> None:
        """A mail that came and is on no complaint, or a notice that nobody was sent."""
        self._watch_personal("Mail", mailbox.queue, "mailbox", mailbox.function)
        self._watch_personal("Notices", mailbox.notices, "letters", letters)
        self._watch_undelivered("Mail", mailbox.undelivered)

    def _watch_personal(self, name: str, queue: sqs.Queue, function: FunctionName, owner: Function) -> None:
        """A queue without dead letters: what fails in it again and again, and what nobody takes from it."""
        failed = counted(stuck.METRIC, function, owner, Duration.minutes(15))
        self._alarm(f"{name}Stuck", failed, 1, "Messages fail again and again; mend why, and they are done.")
        age = queue.metric_approximate_age_of_oldest_message(statistic=cloudwatch.Stats.MAXIMUM)
        self._alarm(f"{name}Untaken", age, UNTAKEN_SECONDS, "Nobody takes messages from this queue.")

    def _watch_undelivered(self, name: str, queue: sqs.Queue) -> None:
        description = "A queue did not take this; hand it in within a week."
        self._watch_empty(f"{name}Undelivered", queue, description)

    def watch_journal(self, journal: Journal) -> None:
        """An event that the journal does not hold, or not yet, and a day without its digest."""
        description = "An event is not what was written, or not in the journal."
        self._watch_empty("JournalDeadLetters", journal.dead_letters, description)
        self._watch_behind("JournalBehind", journal.function, "The journal is minutes behind.")
        description = "A day of the journal has no digest, or nobody looks any more."
        self._watch_age(DIGEST_METRIC, "journal", journal.function, DIGEST_SECONDS, description)

    def watch_reports(self, reports: Reports) -> None:
        """A gap in a day's proof, and a day without one."""
        gaps = counted(GAPS_METRIC, "reports", reports.function, Duration.hours(1))
        self._alarm(GAPS_METRIC, gaps, 1, "A deadline was missed, or its record has a gap: read the proof.")
        description = "A day of a pack has no signed proof, or nobody looks any more."
        self._watch_age(PROOF_METRIC, "reports", reports.function, PROOF_SECONDS, description)

    def watch_erasure(self, erasure: Erasure) -> None:
        """An erasure that was ordered and is not done, or nobody looks any more."""
        description = "An erasure failed; redrive it after reading why."
        self._watch_empty("ErasureDeadLetters", erasure.dead_letters, description)
        description = "Personal data waits to be erased for a day, or nobody looks any more."
        self._watch_age(ERASURE_METRIC, "erasure", erasure.function, ERASURE_SECONDS, description)

    def watch_insight(self, insight: Insight) -> None:
        """A complaint that the counters do not count for what it is, and a rise whose owner knows nothing."""
        description = "Complaints could not be counted; redrive them after reading why."
        self._watch_empty("InsightDeadLetters", insight.dead_letters, description)
        description = "Complaints rise and their owner could not be told, or nobody looks any more."
        self._watch_age(RISE_METRIC, "insight", insight.function, RISE_SECONDS, description)

    def watch_table(self, table: ComplaintTable) -> None:
        """Requests that DynamoDB turned away."""
        for kind in ("Read", "Write"):
            throttled = table.table.metric(
                f"{kind}ThrottleEvents", statistic=cloudwatch.Stats.SUM, period=Duration.minutes(5)
            )
            self._alarm(f"Table{kind}Throttled", throttled, 1, f"DynamoDB throttled a {kind.lower()}.")

    def _watch_empty(self, name: str, queue: sqs.Queue, description: str) -> None:
        """A queue in which nothing should ever lie."""
        depth = queue.metric_approximate_number_of_messages_visible(statistic=cloudwatch.Stats.MAXIMUM)
        self._alarm(name, depth, 1, description)

    def _watch_behind(self, name: str, reader: Function, description: str) -> None:
        """How far a function is behind the table's stream."""
        age = reader.function.metric(
            "IteratorAge", statistic=cloudwatch.Stats.MAXIMUM, period=Duration.minutes(5)
        )
        self._alarm(name, age, ITERATOR_AGE_SECONDS * 1000, description)

    def _watch_age(
        self, metric: str, function: FunctionName, owner: Function, most: int, description: str
    ) -> None:
        """What a function tells by the hour, in seconds; that it says nothing is as bad as too many."""
        age = _worst(metric, function, owner, Duration.hours(3))
        self._alarm(metric, age, most, description, missing=_BREACHING)

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.Metric,
        threshold: float,
        description: str,
        *,
        missing: cloudwatch.TreatMissingData = _QUIET,
    ) -> None:
        alarm = metric.create_alarm(
            self,
            name,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            alarm_description=description,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        self.watched[name] = Watched(alarm, metric)


def _cloudwatch(actions: list[str], resource: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")], actions=actions, resources=[resource]
    )


def counted(name: str, function: FunctionName, owner: Function, period: Duration) -> cloudwatch.Metric:
    """The sum of what a function counts under its name and service."""
    return _told(name, function, owner, period, cloudwatch.Stats.SUM)


def _worst(name: str, function: FunctionName, owner: Function, period: Duration) -> cloudwatch.Metric:
    """The most of what a function measures under its name and service."""
    return _told(name, function, owner, period, cloudwatch.Stats.MAXIMUM)


def _told(
    name: str, function: FunctionName, owner: Function, period: Duration, statistic: str
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"function": function, "service": owner.service},
        statistic=statistic,
        period=period,
    )
