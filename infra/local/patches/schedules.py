"""EventBridge schedules that fire on time, and more often than each minute."""

import re

from ministack.services import eventbridge, scheduler

from . import AnyFunction, around

SECONDS = re.compile(r"rate\((\d+) seconds?\)")

# AWS fires within the minute; the stock platform looks every ten seconds: too seldom for a life of a minute.
eventbridge._SCHEDULER_TICK_INTERVAL = 1
scheduler._SCHEDULE_TICK_INTERVAL = 1


@around(eventbridge, "_parse_rate_seconds")
def rate_in_seconds(parse: AnyFunction, expression: str) -> int | None:
    """AWS knows no `rate(5 seconds)`. The local region file asks for it, as its clocks count in seconds."""
    match = SECONDS.fullmatch(expression)
    return int(match[1]) if match else parse(expression)


@around(eventbridge, "_validate_schedule_expression")
def rate_in_seconds_is_valid(validate: AnyFunction, expression: str) -> bool:
    """Goes with `rate_in_seconds`."""
    return bool(SECONDS.fullmatch(expression)) or validate(expression)
