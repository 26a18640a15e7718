"""The list of calls that faults are put into is the list of calls there are: of the code, and of the grants.

`calls.toml` is recorded from the stories. A new call of a function changes the recording, and is put into the
file by whoever has seen that a story makes it: `RECORD_CALLS=yes pytest tests/torture/test_calls.py`.
"""

import io
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from infra.settings import FUNCTIONS
from tests.infra.test_permissions import EXPECTED, LOG, SES, TAKE, TRACE, WITHIN
from tests.torture.campaign import tell
from tests.torture.environment import FUNCTIONS as TORTURED
from tests.torture.faults import Call
from tests.torture.stories import STORIES
from tests.torture.storybook import STORY_REGION
from tests.torture.world import opened

FILE = Path(__file__).parent / "calls.toml"
HEAD = "# What each function calls in the stories; tests/torture/test_calls.py records and compares.\n"

TARGETS: Mapping[str, str] = {
    "LINK": "LinkSecret",
    "PLAYER_INDEX": "PlayerIndexSecret",
    "PREFILL": "PrefillSecret",
    "WEBHOOK": "WebhookSecret",
    "effects": "RelayEffects",
    "notices": "MailboxNotices",
    "deliveries": "WebhooksWebhookDeliveries",
    "set_aside_journal": "JournalDeadLetters",
    "set_aside_relay": "RelayDeadLetters",
    "evidence": "EvidenceBucket",
    "mails": "MailboxBucket",
    "journal": "JournalBucket",
}
WRITES = {"Put": "PutItem", "Update": "UpdateItem", "ConditionCheck": "ConditionCheckItem"}
LISTS = {"ListObjectsV2": "s3:ListBucket", "ListObjectVersions": "s3:ListBucketVersions"}
COPIED = {"mails/held": "received"}
"""From where, by what a copy is made as."""
VERSIONED = {"DeleteObjects": ("DeleteObject", "DeleteObjectVersion")}  # each is named with its version
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}

# The other services by their names in IAM, and what they are about where it is always the same.
ELSE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sqs": ("sqs", ()),
    "secrets-manager": ("secretsmanager", ()),
    "kms": ("kms", ("ReportsKey",)),
    "sfn": ("states", ("WorkflowMachine",)),
    "eventbridge": ("events", ("EventsBus",)),
    "sesv2": ("ses", (f"{SES}identity/MailIdentity", f"{SES}configuration-set/MailConfigurationSet")),
}

type Grants = Mapping[str, set[str]]

# What a role may do and no function calls, and why. Every line of the log and of tracing is Lambda's own.
UNCALLED: Mapping[str, Grants] = {
    # Lambda reads streams and queues, and sets aside what a stream's reader could not do.
    "relay": {
        "*": {"dynamodb:ListStreams"},
        "Complaints stream": STREAM,
        "RelayEffects": TAKE,
    },
    "journal": {"*": {"dynamodb:ListStreams"}, "Complaints stream": STREAM},
    "webhooks": {"WebhooksWebhookEvents": TAKE, "WebhooksWebhookDeliveries": TAKE},
    "letters": {"MailboxNotices": TAKE},
    # Without it S3 answers that a missing object is forbidden.
    "outcomes": {"OutcomesQueue": TAKE, "EvidenceBucket": {"s3:ListBucket"}},
    "mailbox": {"MailboxQueue": TAKE, "MailboxBucket": {"s3:ListBucket"}},
    "erasure": {"ErasureQueue": TAKE},
    "insight": {"InsightQueue": TAKE},
    # What the browser does with a form or an address that the function signed.
    "portal": {"EvidenceBucket/incoming/*": {"s3:PutObject"}},
    "operator_api": {
        "EvidenceBucket/incoming/*": {"s3:PutObject"},
        "EvidenceBucket/kept/*": {"s3:GetObject"},
    },
}


type Written = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[str, set[Call]], Written]:
    """What each function calls in all stories, told without a fault, and which partitions it writes to."""
    calls: dict[str, set[Call]] = {name: set() for name in TORTURED}
    with redirect_stdout(io.StringIO()), opened(STORY_REGION, tmp_path_factory.mktemp("region")) as world:
        empty = world.snapshot()
        for story in STORIES:
            for call in tell(world, empty, story).calls:
                calls[call.function].add(call)
        return calls, world.wire.written


@pytest.fixture(scope="module")
def recorded(told: tuple[Mapping[str, set[Call]], Written]) -> Mapping[str, set[Call]]:
    """The calls alone."""
    return told[0]


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
    assert granted - called == uncalled, "it may do what it never does, or does what the table here denies"


@pytest.mark.parametrize("function", [name for name in TORTURED if name.title() in WITHIN])
def test_a_function_writes_within_its_partitions_and_to_each_of_them(
    told: tuple[Mapping[str, set[Call]], Written], function: str
) -> None:
    for action, partitions in WITHIN[function.title()].items():
        written = {where for who, what, where in told[1] if (who, what) == (function, action)}
        matched = {where: [one for one in partitions if fnmatchcase(where, one)] for where in written}
        assert [where for where, like in matched.items() if not like] == [], "it writes where it may not"
        assert {one for like in matched.values() for one in like} == partitions, "it never writes there"


def _actions(calls: Iterable[Call]) -> Iterator[tuple[str, str]]:
    """The resources and actions of IAM that calls take."""
    for call in calls:
        if call.service in {"dynamodb", "s3"}:
            yield from _of_dynamodb(call) if call.service == "dynamodb" else _of_s3(call)
            continue
        service, resources = ELSE[call.service]
        action = f"{service}:{call.operation.removesuffix('Batch')}"
        yield from ((resource, action) for resource in resources or [TARGETS[call.target]])


def _of_dynamodb(call: Call) -> Iterator[tuple[str, str]]:
    table = f"Complaints/index/{call.target}" if call.target else "Complaints"
    operations = [WRITES[one] for one in call.writes] or [call.operation]
    yield from ((table, f"dynamodb:{one}") for one in operations)


def _of_s3(call: Call) -> Iterator[tuple[str, str]]:
    bucket, _, part = call.target.partition("/")
    if call.operation in LISTS:
        yield TARGETS[bucket], LISTS[call.operation]
    elif call.operation == "CopyObject":
        yield f"{TARGETS[bucket]}/{COPIED[call.target]}/*", "s3:GetObject"
        yield f"{TARGETS[bucket]}/{part}/*", "s3:PutObject"
    else:
        for action in VERSIONED.get(call.operation, (call.operation,)):
            yield f"{TARGETS[bucket]}/{part}/*", f"s3:{action}"


def _pairs(grants: Grants) -> Iterator[tuple[str, str]]:
    for resource, actions in grants.items():
        yield from ((resource, action) for action in actions)


def _part(name: str, calls: Iterable[str]) -> str:
    lines = "".join(f'    "{call}",\n' for call in calls)
    return f"\n{name} = [\n{lines}]\n"
