"""Step Functions: start the execution of a complaint, complete its wait."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class Workflow:
    """The state machine of complaints. `client` is a boto3 Step Functions client."""

    client: "SFNClient"
    state_machine: str = ""

    def start(self, number: str, generation: int) -> None:
        """Start the execution of a generation; that it exists already is success."""
        try:
            self.client.start_execution(
                stateMachineArn=self.state_machine,
                name=f"{number}_{generation}",
                input=json.dumps({"number": number, "generation": generation}),
            )
        except self.client.exceptions.ExecutionAlreadyExists:
            return

    def wake(self, token: str) -> bool:
        """Complete a wait; False when its token was used, has expired, or belongs to an ended execution."""
        try:
            self.client.send_task_success(taskToken=token, output="{}")
        except (
            self.client.exceptions.TaskTimedOut,
            self.client.exceptions.TaskDoesNotExist,
            self.client.exceptions.InvalidToken,
        ):
            return False
        return True
