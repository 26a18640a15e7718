"""AWS, as far as a measured function can tell: a process of its own that answers each call from data.

Nothing is stored, so that the thousandth answer costs the caller what the first did.
"""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

type Items = Sequence[Mapping[str, Any]]
type Partitions = Mapping[str, Sequence[Items]]

SECRET = "0123456789abcdef0123456789abcdef"
EXECUTION = "arn:aws:states:eu-west-2:000000000000:execution:measured:measured"
SENT_MAIL = "/v2/email/outbound-emails"

PLAIN: Mapping[str, Mapping[str, Any]] = {
    "DynamoDB_20120810.TransactWriteItems": {},
    "DynamoDB_20120810.UpdateItem": {"Attributes": {"used": {"N": "1"}}},  # an allowance, just begun
    "DynamoDB_20120810.GetItem": {},
    "AWSStepFunctions.SendTaskSuccess": {},
    "AWSStepFunctions.StartExecution": {"executionArn": EXECUTION, "startDate": 1.0},
    "AWSEvents.PutEvents": {"FailedEntryCount": 0, "Entries": [{"EventId": "event-1"}]},
    "AmazonSQS.SendMessage": {"MessageId": "message-1"},
    SENT_MAIL: {"MessageId": "message-1"},
}


@contextmanager
def canned_aws(partitions: Partitions) -> Iterator[str]:
    """The address of a running server, for as long as the context lasts.

    `partitions` maps a partition key to what reading it returns: the answers take turns, so that a function
    which writes and reads again finds what it would have written.
    """
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs, partitions), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


class _Answers:
    def __init__(self, partitions: Partitions) -> None:
        self._partitions = partitions
        self._turns = {key: count() for key in partitions}

    def to(self, operation: str, call: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to a call; KeyError for one that nobody here has an answer to."""
        if operation == "DynamoDB_20120810.Query":
            return self._query(call)
        if operation == "secretsmanager.GetSecretValue":
            return _secret(call)
        return PLAIN[operation]

    def _query(self, call: Mapping[str, Any]) -> Mapping[str, Any]:
        """Indexes are empty here."""
        items: Items = []
        if "IndexName" not in call:
            key = call["ExpressionAttributeValues"][":pk"]["S"]
            turns = self._partitions[key]
            items = turns[next(self._turns[key]) % len(turns)]
        return {"Items": items, "Count": len(items), "ScannedCount": len(items)}


def _secret(call: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every secret is the same. None is being rotated."""
    if call["VersionStage"] != "AWSCURRENT":
        return {"__type": "ResourceNotFoundException"}
    return {"ARN": call["SecretId"], "SecretString": SECRET, "VersionStages": ["AWSCURRENT"]}


def _serve(parent: Connection, partitions: Partitions) -> None:
    answers = _Answers(partitions)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # buffered: head and body leave together, and nobody waits for an acknowledgement

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers.get("X-Amz-Target") or self.path
            answer = answers.to(operation, json.loads(body))
            text = json.dumps(answer, default=_base64).encode()
            self.send_response(400 if "__type" in answer else 200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(text)))
            self.send_header("x-amz-crc32", str(zlib.crc32(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Nothing: it would only disturb the measurement."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    parent.send(server.server_port)
    server.serve_forever()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
