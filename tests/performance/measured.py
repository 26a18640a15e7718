"""What runs inside a measured process: it imports the handler, answers one event, and answers it again.

    python -s measured.py EVENT.json TIMES

The last line on standard output is a JSON object: `cold` is the CPU of the process (user and system) until
the first answer, `warm` that of one further answer, both in seconds; `answer` is the first answer. Further
answers come in batches of TIMES, and the batch that other programs disturbed least counts.
It imports nothing that the floor does not import as well.
"""

import json
import sys
import time


class Context:
    """What Lambda tells a handler of its invocation, as far as anybody asks."""

    function_name = "measured"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:eu-west-2:000000000000:function:measured"
    memory_limit_in_mb = 1024
    aws_request_id = "00000000-0000-4000-8000-000000000000"


BATCHES = 5


def main() -> None:
    """Measure, and tell."""
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 - pathlib would count
        event = json.load(file)
    times = int(sys.argv[2])

    from handler import handler  # type: ignore[import-not-found]  # noqa: PLC0415 - this is measured

    def each() -> float:
        begun = time.process_time()
        for _ in range(times):
            handler(event, Context())
        return (time.process_time() - begun) / max(times, 1)

    answer = handler(event, Context())
    cold = time.process_time()
    warm = min(each() for _ in range(BATCHES))
    print(json.dumps({"cold": cold, "warm": warm, "answer": answer}))  # noqa: T201 - its only way to tell


main()
