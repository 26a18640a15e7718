"""Executions stopped, workers killed, tokens used, a record that nobody can read: complaints live on."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from threading import Thread

import pytest

from infra.local.describe import LocalStack
from redress.store import keys
from tests.platform.session import deployed
from tests.platform.torture.conftest import LONG
from tests.platform.torture.lives import WITHDRAW, Door, Life, begin, lead, told
from tests.platform.torture.witness import Witness, executions, until
from tests.torture.tally import tally

COMPLAINTS = 40 if LONG else 8
BLOWS = (6.0, 20.0, 33.0)
"""Seconds after the beginning: acknowledged, asked, shortly before the deadlock."""

OVERDUE = {"attention_at": {"S": "2020-01-01T00:00:00.000Z"}, "number": {"S": "ZZZZ-ZZZZ-0"}}
EXPECTED_DEAD = 4


def stop_everything(local: LocalStack) -> int:
    """Stop every execution that runs; how many."""
    arn = local.state_machine_arn.replace(":stateMachine:", ":execution:")
    stopped = 0
    for name in executions(local, "RUNNING"):
        try:
            local.stepfunctions.stop_execution(executionArn=f"{arn}:{name}")
        except local.stepfunctions.exceptions.ValidationException:
            continue  # it had just ended
        stopped += 1
    return stopped


def kill_the_workers() -> int:
    """Kill every process in which a function of our platform runs; how many."""
    workers = children(deployed().platform.process.pid)
    for worker in workers:
        try:
            os.kill(worker, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it had just ended
    return len(workers)


def children(parent: int) -> Sequence[int]:
    """The processes that a process started itself."""
    listed = subprocess.run(
        ("/bin/ps", "-A", "-o", "pid=,ppid="), capture_output=True, check=True, text=True
    ).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return [pid for pid, its_parent in pairs if its_parent == parent]


def struck(local: LocalStack, door: Door, witness: Witness, lives: Sequence[Life]) -> int:
    """Lead the lives to their end under all blows; how many executions and workers were lost."""
    lost = 0

    def strike() -> None:
        nonlocal lost
        begun = time.monotonic()
        for blow in BLOWS:
            time.sleep(max(0.0, begun + blow - time.monotonic()))
            lost += stop_everything(local) + kill_the_workers()

    blows = Thread(target=strike)
    blows.start()
    left = lead(door, witness.table, lives)
    blows.join()
    assert left == []
    return lost


def test_stopped_executions_and_killed_workers_cost_no_milestone_and_no_letter(
    local: LocalStack, door: Door, witness: Witness
) -> None:
    lives = begin(door, COMPLAINTS)
    witness.accepted += [life.number for life in lives]
    lost = struck(local, door, witness, lives)
    checks = witness.settled()
    states = [witness.table.state(life.number) for life in lives]
    assert all(state and state.generation > 1 for state in states)
    assert lost > len(BLOWS) * 2
    tally("platform: recovery", lost, checks)


def test_a_used_token_answers_nothing_and_disturbs_nobody(
    local: LocalStack, door: Door, witness: Witness
) -> None:
    number = str(door.insist("complaints", {**told(0), "jurisdiction": "gb-ukgc"})["number"])
    witness.accepted.append(number)

    def token() -> str | None:
        state = witness.table.state(number)
        return state.token if state else None

    used = until(token)
    assert used
    door.insist(f"complaints/{number}/notes", {"text": "This wakes it."})
    assert until(lambda: token() not in {None, used})
    client = local.stepfunctions
    with pytest.raises(client.exceptions.TaskTimedOut):
        client.send_task_success(taskToken=used, output="{}")
    put_back = {"Key": keys.state(number), "ExpressionAttributeNames": {"#token": "token"}}
    local.dynamodb.update_item(
        TableName=local.table_name,
        UpdateExpression="SET #token = :used",
        ExpressionAttributeValues={":used": {"S": used}},
        **put_back,  # type: ignore[arg-type]
    )
    door.insist(f"complaints/{number}/notes", {"text": "Its wake goes to a token that is used."})
    assert until(lambda: token() not in {None, used})  # the sweep finds it
    tally("platform: recovery", 2, witness.settled())


def test_a_record_that_nobody_can_read_is_set_aside_and_holds_up_no_other(
    local: LocalStack, door: Door, witness: Witness
) -> None:
    """An administrator's items, which go again: a STATE without version, and an event that is none.

    Each is named as soon as it is read. What holds up a stream comes again for minutes, until the platform
    gives it up and tells of its place on the stream alone.
    """
    place = {"pk": {"S": keys.complaint("ZZZZ-ZZZZ-0")}}
    poison = (
        {**place, "sk": {"S": keys.STATE}, "attention": {"S": keys.ATTENTION_SHARDS[0]}, **OVERDUE},
        {**place, "sk": {"S": keys.event(1)}, "text": {"S": "{"}},
    )
    before = witness.queues()
    for item in poison:
        local.dynamodb.put_item(TableName=local.table_name, Item=item)
    number = str(door.insist("complaints", told(0))["number"])
    witness.accepted.append(number)
    assert until(lambda: witness.table.load(number).complaint.acknowledged_at)
    assert lead(door, witness.table, [Life(number, (WITHDRAW,))]) == []
    for item in poison:
        local.dynamodb.delete_item(TableName=local.table_name, Key={"pk": item["pk"], "sk": item["sk"]})
    dead = until(lambda: dead_letters(witness, before))
    assert dead == {"Relay": 2, "Journal": 2}  # the journal's second: an event is gone
    assert len(naming(local, "ZZZZ-ZZZZ-0")) == EXPECTED_DEAD  # at once: what is given up names no complaint
    witness.expect(witness.queues() - before)
    tally("platform: recovery", len(poison), witness.settled())


def dead_letters(witness: Witness, before: Counter[str]) -> dict[str, int]:
    """How many dead letters the followers of the stream have more than before, once they all have come."""
    more = {name: count for name, count in (witness.queues() - before).items() if "DeadLetters" in name}
    found = {
        whose: sum(count for name, count in more.items() if whose in name) for whose in ("Relay", "Journal")
    }
    return found if sum(found.values()) >= EXPECTED_DEAD else {}


def naming(local: LocalStack, number: str) -> list[str]:
    """The dead letters that say which complaint they are about."""
    sqs, found = local.client("sqs"), list[str]()
    for url in (one for one in sqs.list_queues()["QueueUrls"] if "DeadLetters" in one):
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 5}
        while came := sqs.receive_message(**asked).get("Messages"):
            found += [one["Body"] for one in came if number in one["Body"]]
    return found
