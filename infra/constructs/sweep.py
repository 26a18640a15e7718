"""The sweep: on a schedule, finds what should have had attention and has not."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.function import Function, Shared
from infra.constructs.sources import by_clock
from infra.constructs.table import ComplaintTable
from infra.constructs.workflow import Workflow
from redress.store import keys


class Sweep(Construct):
    """The sweep function and its schedule. It wakes by token, or raises the generation on the table."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        table: ComplaintTable,
        workflow: Workflow,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = Function(self, "sweep", shared=shared, seconds=120, environment={})
        table.allow_query(self.function, ["by_attention"])
        table.allow(self.function, "GetItem")
        table.allow(self.function, "UpdateItem", within=[keys.complaint("*")])
        workflow.allow(self.function, "SendTaskSuccess")
        schedule = by_clock(
            self, self.function, watched="the lag itself", schedule=_every(shared.settings.sweep_seconds)
        )
        acknowledge(
            schedule,
            "Only the embedded platform counts seconds; settings refuse them for every other stage.",
            "CloudFormation-Validate::E3027",
        )


def _every(seconds: int) -> events.Schedule:
    if seconds % 60:
        return events.Schedule.expression(f"rate({seconds} seconds)")
    return events.Schedule.rate(Duration.minutes(seconds // 60))
