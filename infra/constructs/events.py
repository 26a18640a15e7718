"""The events of complaints on a bus of their own, and an archive from which they can be had again."""

from collections.abc import Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.function import Function
from infra.settings import EventsPart
from redress.adapters.events import SOURCE


class Events(Construct):
    """The bus and its archive, which keeps all that comes over it.

    Encrypted under the key EventBridge owns: nothing on the bus is personal, and a key of our own would have
    to be shared with every consumer in other accounts. A consumer gets a rule of its own, so that a replay
    can be for that consumer alone.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: EventsPart) -> None:
        super().__init__(scope, construct_id)
        self.bus = events.EventBus(self, "Bus", description="What happens to complaints; no personal data")
        # Without a pattern everything is kept; the CDK's own construct insists on one.
        self.archive = events.CfnArchive(
            self, "Archive", source_arn=self.bus.event_bus_arn, retention_days=settings.archive_days
        )

    @property
    def name(self) -> str:
        """The bus's name."""
        return self.bus.event_bus_name

    def allow_publishing(self, function: Function) -> None:
        """Grants putting events on this bus."""
        function.allow(["events:PutEvents"], self.bus.event_bus_arn)


def to_queue(
    scope: Construct,
    construct_id: str,
    bus: events.IEventBus,
    taker: sqs.Queue,
    *,
    otherwise: sqs.Queue,
    types: Sequence[str] | None = None,
) -> None:
    """Puts our events, or `types` of them alone, into a queue; `otherwise` gets what it refuses."""
    events.Rule(
        scope,
        construct_id,
        event_bus=bus,
        event_pattern=events.EventPattern(source=[SOURCE], detail_type=types),
        targets=[targets.SqsQueue(taker, dead_letter_queue=otherwise)],
    )
