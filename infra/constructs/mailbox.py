"""Mail that comes in: from SES's receipt rule into a bucket and a queue, and from there to a function.

SES writes each mail to the bucket and then tells a topic. The queue behind it keeps what was told for
fourteen days; what fails comes again, and an alarm tells of what fails too often. The mail itself stays in
the bucket all the while. What was told holds addresses, as notices do: there are no dead letters.
"""

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.bucket import DELETING_VERSIONS, acknowledge_parts, closed_bucket
from infra.constructs.checks import acknowledge
from infra.constructs.events import to_queue
from infra.constructs.evidence import Evidence
from infra.constructs.function import Function, Shared
from infra.constructs.queue import personal_queue, undelivered
from infra.constructs.secret import GeneratedSecret
from infra.constructs.sources import from_queue
from infra.constructs.table import ComplaintTable
from infra.region_faults import LETTER_SECONDS
from infra.settings import MailPart, StackPart
from redress.adapters.mail_queue import TURNING
from redress.adapters.mail_store import HELD, RECEIVED

SES = "ses.amazonaws.com"
SECONDS = 60
"""For a mail of forty megabytes, the most that SES puts into a bucket: reading and taking it apart takes a
few seconds, writing ten files of it some more."""

MEMORY = 2048
"""MiB: such a mail is held as it came, once more as text, and its files decoded."""

CONCURRENCY, NOTICE_CONCURRENCY = 5, 2


class Mailbox(Construct):
    """Bucket, topic, queues, function; and the receipt rule, if the region file names a set.

    `key` encrypts the topic: SES may use none that AWS manages, and one more key would cost as much again.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: MailPart,
        shared: Shared,
        table: ComplaintTable,
        evidence: Evidence,
        bus: events.IEventBus,
        key: kms.IKey,
        link_secret: GeneratedSecret,
        player_index_secret: GeneratedSecret,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.bucket = self._bucket(shared.settings)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        self.undelivered = undelivered(self, "Undelivered")
        self.queue = personal_queue(self, "Queue", seconds=SECONDS)
        self.notices = personal_queue(self, "Notices", seconds=LETTER_SECONDS)
        self._listen(bus)
        if settings.rule_set:
            self._receive(settings.rule_set, key)
        self.function = Function(
            self,
            "mailbox",
            shared=shared,
            seconds=SECONDS,
            memory=MEMORY,
            environment={
                "MAIL_BUCKET": self.bucket.bucket_name,
                "NOTICES_URL": self.notices.queue_url,
                "LINK_SECRET_ARN": link_secret.arn,
                "PLAYER_INDEX_SECRET_ARN": player_index_secret.arn,
            },
        )
        table.allow_reading_and_appending(self.function)
        link_secret.allow_reading(self.function)
        player_index_secret.allow_reading(self.function)
        evidence.allow_taking(self.function)
        self._allow_reading_mails()
        self.function.allow(["sqs:SendMessage"], self.notices.queue_arn)
        from_queue(self, "Source", self.function, self.queue, concurrency=CONCURRENCY)

    @property
    def queues(self) -> tuple[sqs.Queue, ...]:
        """Those in which personal data lies."""
        return self.queue, self.notices, self.undelivered

    def notify(self, letters: Function) -> None:
        """Gives the notices to the function that may send mail."""
        from_queue(self, "NoticeSource", letters, self.notices, concurrency=NOTICE_CONCURRENCY)

    def allow_erasing(self, function: Function) -> None:
        """Lets a function delete mails as they came, which it cannot read."""
        function.function.add_environment("MAIL_BUCKET", self.bucket.bucket_name)
        function.allow(["s3:ListBucketVersions"], self.bucket.bucket_arn)
        function.allow(DELETING_VERSIONS, self._objects(RECEIVED), self._objects(HELD))
        self._acknowledge_mails(function)

    def _bucket(self, stack: StackPart) -> s3.Bucket:
        bucket = closed_bucket(
            self,
            stack,
            rules=[
                s3.LifecycleRule(
                    id="kept", prefix=RECEIVED, expiration=Duration.days(self._settings.kept_days)
                ),
                s3.LifecycleRule(id="unfinished", abort_incomplete_multipart_upload_after=Duration.days(1)),
            ],
        )
        acknowledge(
            bucket, "One function reads it, and logs which mail; SES alone writes to it.", "AwsSolutions-S1"
        )
        return bucket

    def _listen(self, bus: events.IEventBus) -> None:
        """What comes: that a mail is in the bucket, that a person accepted one that was held, and that mails
        are to be kept, or no longer.
        """
        self.topic.add_subscription(
            subscriptions.SqsSubscription(
                self.queue, raw_message_delivery=True, dead_letter_queue=self.undelivered
            )
        )
        decided = ["MailAccepted", *TURNING]
        to_queue(self, "Decided", bus, self.queue, otherwise=self.undelivered, types=decided)

    def _receive(self, rule_set: str, key: kms.IKey) -> None:
        """The receipt rule, and what SES may do for rules of this set in this account, and for no other."""
        ours = {
            "StringEquals": {"aws:SourceAccount": Stack.of(self).account},
            "ArnLike": {
                "aws:SourceArn": Stack.of(self).format_arn(
                    service="ses",
                    resource="receipt-rule-set",
                    resource_name=f"{rule_set}:receipt-rule/*",
                    arn_format=ArnFormat.SLASH_RESOURCE_NAME,
                )
            },
        }
        writing = _ses(["s3:PutObject"], self._objects(RECEIVED), ours)
        self.bucket.add_to_resource_policy(writing)
        self.topic.add_to_resource_policy(_ses(["sns:Publish"], self.topic.topic_arn, ours))
        key.add_to_resource_policy(_ses(["kms:Decrypt", "kms:GenerateDataKey*"], "*", ours))
        rule = ses.CfnReceiptRule(
            self,
            "Rule",
            rule_set_name=rule_set,
            rule=ses.CfnReceiptRule.RuleProperty(
                enabled=True,
                recipients=[self._settings.domain],
                # Without it there is no verdict on spam and viruses.
                scan_enabled=True,
                # A complaint is personal. Whose server knows no TLS gets the mail back, and has the portal.
                tls_policy="Require",
                actions=[
                    ses.CfnReceiptRule.ActionProperty(
                        s3_action=ses.CfnReceiptRule.S3ActionProperty(
                            bucket_name=self.bucket.bucket_name,
                            object_key_prefix=RECEIVED,
                            topic_arn=self.topic.topic_arn,
                        )
                    )
                ],
            ),
        )
        rule.node.add_dependency(self.bucket, self.topic, key)  # SES tries them when the rule is made

    def _allow_reading_mails(self) -> None:
        self.function.allow(["s3:ListBucket"], self.bucket.bucket_arn)  # or S3 hides that a mail is gone
        self.function.allow(["s3:GetObject", "s3:DeleteObject"], self._objects(RECEIVED))
        self.function.allow(["s3:ListBucketVersions"], self.bucket.bucket_arn)
        self.function.allow(["s3:PutObject", *DELETING_VERSIONS], self._objects(HELD))
        self._acknowledge_mails(self.function)

    def _objects(self, part: str) -> str:
        return self.bucket.arn_for_objects(f"{part}*")

    def _acknowledge_mails(self, function: Function) -> None:
        why = "Mails lie under one prefix by the id that SES gave them, copies under another, by complaint."
        acknowledge_parts(function.role, self.bucket, why, RECEIVED, HELD)


def _ses(actions: list[str], resource: str, ours: dict[str, dict[str, str]]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(SES)], actions=actions, resources=[resource], conditions=ours
    )
