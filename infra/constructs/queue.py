"""The ways to make a queue here: encrypted, TLS alone, fourteen days, and dead letters behind it.

A queue whose messages hold personal data has no dead letters. Nobody would erase what lies there, and it
would be kept no longer than the queue itself keeps it. What fails stays, comes again, and is done when its
cause is mended; `redress/adapters/stuck.py` tells a person meanwhile.
"""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.checks import acknowledge

KEPT_DAYS = 14
"""The longest SQS keeps a message."""

UNDELIVERED_DAYS = 7
"""What a queue would not take holds personal data: so long, and over a long weekend."""


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
    made = _made(scope, construct_id, seconds, KEPT_DAYS, redrive)
    if dead_letters is None:
        _without_redrive(made, "It is the dead-letter queue.")
    return made


def personal_queue(scope: Construct, construct_id: str, *, seconds: int) -> sqs.Queue:
    """A queue whose messages hold personal data: what fails stays, and comes again until it is done."""
    made = _made(scope, construct_id, seconds, KEPT_DAYS)
    _without_redrive(made, "Its messages hold personal data: what fails stays, and an alarm tells of it.")
    return made


def undelivered(scope: Construct, construct_id: str) -> sqs.Queue:
    """What EventBridge or SNS could not give to a personal queue, which no failing message gets into.

    It happens where the queue or its policy is gone. Kept for days only, since it holds personal data.
    """
    made = _made(scope, construct_id, 0, UNDELIVERED_DAYS)
    _without_redrive(made, "It is the last resort of what could not be delivered.")
    return made


def _made(
    scope: Construct, construct_id: str, seconds: int, days: int, redrive: sqs.DeadLetterQueue | None = None
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        construct_id,
        retention_period=Duration.days(days),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        # AWS asks for six times the consumer's timeout, so that no message is handled twice at once.
        visibility_timeout=Duration.seconds(6 * seconds) if seconds else None,
        dead_letter_queue=redrive,
    )


def _without_redrive(made: sqs.Queue, why: str) -> None:
    acknowledge(made, why, "AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy")
