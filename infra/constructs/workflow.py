"""The state machine of a complaint, as reviewed in `workflow/complaint.asl.json`."""

import hashlib
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.function import Function
from infra.constructs.log_group import log_group
from infra.constructs.table import ComplaintTable, partitions
from infra.settings import StackPart
from redress.store import keys

DEFINITION = Path(__file__).parent.parent / "workflow/complaint.asl.json"


def definition_digest() -> str:
    """SHA-256 (hex) of the definition as in the repository: tells an execution which definition it runs."""
    return hashlib.sha256(DEFINITION.read_bytes()).hexdigest()


class Workflow(Construct):
    """A Standard state machine that may ask `plan`, have `letters` send, and park on the table: no more."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StackPart,
        table: ComplaintTable,
        plan: Function,
        letters: Function,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        functions = [plan.target.function_arn, letters.target.function_arn]
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=functions))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["dynamodb:UpdateItem"],
                resources=[table.table.table_arn],
                conditions=partitions([keys.complaint("*")]),
            )
        )
        # Groups under this prefix share one resource policy, which has a size limit.
        name = f"/aws/vendedlogs/states/{stack.stack_name}"
        self._machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(DEFINITION.read_text(encoding="utf-8")),
            definition_substitutions={
                "table": table.name,
                "plan_function": functions[0],
                "letters_function": functions[1],
                "definition_digest": definition_digest(),
            },
            state_machine_type=sfn.StateMachineType.STANDARD,
            role=role,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group(self, "Logs", days=settings.log_retention_days, name=name),
                level=sfn.LogLevel.ERROR,
                include_execution_data=False,
            ),
        )
        acknowledge(
            self._machine,
            "The table holds every event of a complaint; the log is for failures, and carries no data.",
            "AwsSolutions-SF1",
        )
        acknowledge(
            role,
            "X-Ray's write actions and the log delivery actions know no resource.",
            "AwsSolutions-IAM5[Resource::*]",
        )

    @property
    def machine(self) -> sfn.StateMachine:
        """The state machine."""
        return self._machine

    @property
    def arn(self) -> str:
        """The state machine's ARN."""
        return self._machine.state_machine_arn

    def allow(self, function: Function, *actions: str) -> None:
        """Grants actions on this state machine."""
        function.allow([f"states:{action}" for action in actions], self.arn)
