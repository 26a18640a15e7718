"""The one way to make a queue here: fourteen days, encrypted, TLS alone, and dead letters behind it."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.checks import acknowledge

KEPT_DAYS = 14
"""The longest SQS keeps a message."""


def queue(
    scope: Construct,
    construct_id: str,
    *,
    seconds: int,
    dead_letters: sqs.Queue | None = None,
    retries: int = 0,
) -> sqs.Queue:
    """A queue whose consumer has `seconds` for a message; without `dead_letters` it is one of them."""
    redrive = sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=retries) if dead_letters else None
    made = sqs.Queue(
        scope,
        construct_id,
        retention_period=Duration.days(KEPT_DAYS),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        # AWS asks for six times the consumer's timeout, so that no message is handled twice at once.
        visibility_timeout=Duration.seconds(6 * seconds),
        dead_letter_queue=redrive,
    )
    if dead_letters is None:
        acknowledge(made, "It is the dead-letter queue.", "AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy")
    return made
