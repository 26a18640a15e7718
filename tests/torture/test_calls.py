"""The list of calls that faults are put into is the list of calls there are: of the code, and of the grants.

`calls.toml` is recorded from the stories. A new call of a function changes the recording, and is put into the
file by whoever has seen that a story makes it: `RECORD_CALLS=yes pytest tests/torture/test_calls.py`.
"""

import io
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from infra.settings import FUNCTIONS
from tests.infra.test_permissions import EXPECTED, LOG, TAKE, TRACE
from tests.torture.campaign import tell
from tests.torture.faults import Call
from tests.torture.stories import STORIES, STORY_REGION
from tests.torture.world import FUNCTIONS as TORTURED
from tests.torture.world import opened

FILE = Path(__file__).parent / "calls.toml"
HEAD = "# Every call of AWS that a function makes in the stories. tests/torture/test_calls.py records and compares.\n"

TARGETS: Mapping[str, str] = {
    "LINK": "LinkSecret",
    "PLAYER_INDEX": "PlayerIndexSecret",
    "PREFILL": "PrefillSecret",
    "WEBHOOK": "WebhookSecret",
    "effects": "RelayEffects",
    "notices": "MailboxNotices",
    "deliveries": "WebhooksWebhookDeliveries",
    "set_aside": "JournalDeadLetters",
    "evidence": "EvidenceBucket",
    "mails": "MailboxBucket",
    "journal": "JournalBucket",
}
WRITES = {"Put": "PutItem", "Update": "UpdateItem", "ConditionCheck": "ConditionCheckItem"}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}

type Grants = Mapping[str, set[str]]

# What a role may do and no function calls, and why. Every line of the log and of tracing is Lambda's own.
UNCALLED: Mapping[str, Grants] = {
    # Lambda reads streams and queues, and sets aside what a stream's reader could not do.
    "relay": {
        "*": {"dynamodb:ListStreams"},
        "Complaints stream": STREAM,
        "RelayEffects": TAKE,
        "RelayDeadLetters": {"sqs:SendMessage"},
    },
    "journal": {"*": {"dynamodb:ListStreams"}, "Complaints stream": STREAM},
    "webhooks": {"WebhooksWebhookEvents": TAKE, "WebhooksWebhookDeliveries": TAKE},
    "letters": {"MailboxNotices": TAKE},
    # Without it S3 answers that a missing object is forbidden.
    "outcomes": {"OutcomesQueue": TAKE, "EvidenceBucket": {"s3:ListBucket"}},
    "mailbox": {"MailboxQueue": TAKE, "MailboxBucket": {"s3:ListBucket"}},
    # What the browser does with a form or an address that the function signed.
    "portal": {"EvidenceBucket/incoming/*": {"s3:PutObject"}},
    "operator_api": {
        "EvidenceBucket/incoming/*": {"s3:PutObject"},
        "EvidenceBucket/kept/*": {"s3:GetObject"},
    },
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, set[Call]]:
    """What each function calls in all stories, told without a fault."""
    calls: dict[str, set[Call]] = {name: set() for name in TORTURED}
    with redirect_stdout(io.StringIO()), opened(STORY_REGION, tmp_path_factory.mktemp("region")) as world:
        empty = world.snapshot()
        for story in STORIES:
            for call in tell(world, empty, story).calls:
                calls[call.function].add(call)
    return calls


def test_every_function_of_the_stack_is_tortured() -> None:
    assert set(TORTURED) == set(FUNCTIONS)


def test_the_calls_are_those_of_the_file(recorded: Mapping[str, set[Call]]) -> None:
    found = {name: sorted({str(call) for call in calls}) for name, calls in recorded.items()}
    if os.environ.get("RECORD_CALLS"):
        FILE.write_text(HEAD + "".join(_part(*one) for one in sorted(found.items())), encoding="utf-8")
    assert found == tomllib.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("function", TORTURED)
def test_a_function_calls_what_it_is_granted_and_is_granted_what_it_calls(
    recorded: Mapping[str, set[Call]], function: str
) -> None:
    role = "".join(part.title() for part in function.split("_"))
    called = set(_actions(recorded[function]))
    uncalled = set(_pairs(UNCALLED.get(function, {})))
    granted = {pair for pair in _pairs(EXPECTED[role]) if pair[1] not in LOG | TRACE}
    assert called <= granted, "it calls what it may not"
    assert granted - called == uncalled - called, "it may do what it never does"


def _actions(calls: Iterable[Call]) -> Iterator[tuple[str, str]]:
    """The resources and actions of IAM that calls take."""
    for call in calls:
        match call.service:
            case "dynamodb":
                table = f"Complaints/index/{call.target}" if call.target else "Complaints"
                operations = [WRITES[one] for one in call.writes] or [call.operation]
                yield from ((table, f"dynamodb:{one}") for one in operations)
            case "s3":
                yield _of_s3(call)
            case "sqs":
                yield TARGETS[call.target], f"sqs:{call.operation.removesuffix('Batch')}"
            case "secrets-manager":
                yield TARGETS[call.target], "secretsmanager:GetSecretValue"
            case "sfn":
                yield "WorkflowMachine", f"states:{call.operation}"
            case "eventbridge":
                yield "EventsBus", "events:PutEvents"
            case "sesv2":
                for target in ("identity/MailIdentity", "configuration-set/MailConfigurationSet"):
                    yield f"arn:aws:ses:eu-west-2::{target}", f"ses:{call.operation}"


def _of_s3(call: Call) -> tuple[str, str]:
    bucket, _, part = call.target.partition("/")
    if call.operation == "ListObjectsV2":
        return TARGETS[bucket], "s3:ListBucket"
    return f"{TARGETS[bucket]}/{part}/*", f"s3:{call.operation}"


def _pairs(grants: Grants) -> Iterator[tuple[str, str]]:
    for resource, actions in grants.items():
        yield from ((resource, action) for action in actions)


def _part(name: str, calls: Iterable[str]) -> str:
    lines = "".join(f'    "{call}",\n' for call in calls)
    return f"\n{name} = [\n{lines}]\n"
