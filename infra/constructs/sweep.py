"""The sweep: on a schedule, finds what should have had attention and has not."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.function import Function, Shared
from infra.constructs.table import ComplaintTable
from infra.constructs.workflow import Workflow


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
        table.allow(self.function, "GetItem", "UpdateItem")
        workflow.allow(self.function, "SendTaskSuccess")
        schedule = events.Rule(
            self,
            "Schedule",
            schedule=_every(shared.settings.sweep_seconds),
            # The next run does what a failed one left, so a late repetition helps nobody.
            targets=[
                targets.LambdaFunction(
                    self.function.target, retry_attempts=0, max_event_age=Duration.seconds(60)
                )
            ],
        )
        acknowledge(
            schedule,
            "Only the embedded platform counts seconds; settings refuse them for every other stage.",
            "CloudFormation-Validate::E3027",
        )
        acknowledge(
            schedule,
            "The next run does what a failed one left, and the alarm is on the lag itself.",
            "Serverless-EventBusDLQ",
        )


def _every(seconds: int) -> events.Schedule:
    if seconds % 60:
        return events.Schedule.expression(f"rate({seconds} seconds)")
    return events.Schedule.rate(Duration.minutes(seconds // 60))
