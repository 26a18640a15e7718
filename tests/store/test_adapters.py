"""The narrow doors to AWS: what each error means, and what is remembered for how long."""

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from redress.adapters import clients, effects, wiring
from redress.adapters.effects import EffectsQueue
from redress.adapters.stepfunctions import Workflow
from redress.usecases.wake import Effect

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

MACHINE = "arn:aws:states:eu-west-2:123456789012:stateMachine:complaint"
NUMBER = "R7K3-9QXM-3"
EFFECT = Effect(number=NUMBER, seq=5, effect="wake")


def workflow(stub: Stubber) -> Workflow:
    return Workflow(cast("SFNClient", stub.client), MACHINE)


class TestWorkflow:
    @pytest.fixture
    def stub(self) -> Iterator[Stubber]:
        client = boto3.client("stepfunctions", region_name="eu-west-2")
        with Stubber(client) as stub:
            yield stub
            stub.assert_no_pending_responses()

    def test_an_execution_is_named_by_number_and_generation_and_told_nothing_else(
        self, stub: Stubber
    ) -> None:
        stub.add_response(
            "start_execution",
            {"executionArn": "arn:aws:states:eu-west-2:123456789012:execution:complaint:x", "startDate": 0},
            {
                "stateMachineArn": MACHINE,
                "name": "R7K3-9QXM-3_2",
                "input": json.dumps({"number": NUMBER, "generation": 2}),
            },
        )
        workflow(stub).start(NUMBER, 2)

    def test_an_execution_that_exists_already_is_success(self, stub: Stubber) -> None:
        stub.add_client_error("start_execution", "ExecutionAlreadyExists")
        workflow(stub).start(NUMBER, 2)

    @pytest.mark.parametrize(
        "code", ["ExecutionLimitExceeded", "ThrottlingException", "AccessDeniedException"]
    )
    def test_an_execution_that_could_not_be_started_is_an_error(self, stub: Stubber, code: str) -> None:
        stub.add_client_error("start_execution", code)
        with pytest.raises(ClientError):
            workflow(stub).start(NUMBER, 2)

    def test_a_wait_that_answers_is_woken(self, stub: Stubber) -> None:
        stub.add_response("send_task_success", {}, {"taskToken": "token", "output": "{}"})
        assert workflow(stub).wake("token")

    @pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
    def test_a_token_that_was_used_or_has_expired_is_no_error(self, stub: Stubber, code: str) -> None:
        stub.add_client_error("send_task_success", code)
        assert not workflow(stub).wake("token")

    @pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InternalFailure"])
    def test_any_other_failure_to_wake_is_an_error(self, stub: Stubber, code: str) -> None:
        stub.add_client_error("send_task_success", code, http_status_code=400)
        with pytest.raises(ClientError):
            workflow(stub).wake("token")


@pytest.mark.usefixtures("aws")
class TestEffects:
    def test_an_effect_reads_back_from_the_queue_and_carries_no_token(self) -> None:
        client = boto3.client("sqs")
        url = client.create_queue(QueueName="effects")["QueueUrl"]
        EffectsQueue(client, url).put(EFFECT)
        [message] = client.receive_message(QueueUrl=url)["Messages"]
        assert effects.read(message["Body"]) == EFFECT
        assert json.loads(message["Body"]) == {"number": NUMBER, "seq": 5, "effect": "wake"}

    def test_a_queue_that_is_gone_is_an_error(self) -> None:
        client = boto3.client("sqs")
        with pytest.raises(ClientError):
            EffectsQueue(client, "https://sqs.eu-west-2.amazonaws.com/123456789012/none").put(EFFECT)

    @pytest.mark.parametrize("body", ["", "[]", "{}", '{"number": "1"}', '{"who": 1}', "null"])
    def test_a_body_that_holds_no_effect_is_an_error(self, body: str) -> None:
        with pytest.raises((TypeError, ValueError)):
            effects.read(body)


@pytest.mark.usefixtures("aws")
class TestSecrets:
    @pytest.fixture
    def arn(self) -> Iterator[str]:
        wiring.live_versions.cache_clear()
        yield boto3.client("secretsmanager").create_secret(Name="link", SecretString="first")["ARN"]
        wiring.live_versions.cache_clear()

    def test_a_secret_that_was_never_rotated_has_one_version(self, arn: str) -> None:
        assert wiring.secret(arn) == (b"first",)

    def test_after_a_rotation_both_versions_live_the_current_one_first(self, arn: str) -> None:
        boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="second")
        assert wiring.secret(arn) == (b"second", b"first")

    def test_a_version_two_rotations_old_is_dead(self, arn: str) -> None:
        for value in ("second", "third"):
            boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=value)
        assert wiring.secret(arn) == (b"third", b"second")

    def test_a_secret_is_not_read_for_every_request(self, arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wiring, "SECRET_SECONDS", 10**12)
        wiring.secret(arn)
        boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="second")
        assert wiring.secret(arn) == (b"first",)

    def test_a_rotation_reaches_a_process_that_lives_on(
        self, arn: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(wiring, "SECRET_SECONDS", 1e-6)
        wiring.secret(arn)
        boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="second")
        assert wiring.secret(arn) == (b"second", b"first")


@pytest.mark.usefixtures("aws")
class TestClients:
    def test_a_client_is_made_once_with_its_own_patience(self) -> None:
        assert clients.client("sqs") is clients.client("sqs")
        config = clients.client("sqs").meta.config
        assert (config.connect_timeout, config.read_timeout) == (2, 5)
        assert config.retries["total_max_attempts"] == 4

    def test_a_client_can_be_told_never_to_send_twice(self) -> None:
        assert clients.client("sqs", 1).meta.config.retries["total_max_attempts"] == 1


class TestWiring:
    def test_the_instant_has_the_precision_that_events_keep(self) -> None:
        assert wiring.now().microsecond % 1000 == 0

    def test_the_first_attempt_does_not_wait_and_later_ones_wait_a_little(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waited: list[float] = []
        monkeypatch.setattr(time, "sleep", waited.append)
        for attempt in range(9):
            wiring.pause(attempt)
        assert len(waited) == 8
        assert all(0 <= seconds <= wiring.LONGEST_PAUSE_SECONDS for seconds in waited)
