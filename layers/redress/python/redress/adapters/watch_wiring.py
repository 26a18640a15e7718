"""What watching for rises is made of, from the environment of the function."""

import os
from functools import cache

from redress.adapters import alarm_wiring, insight_wiring, wiring
from redress.adapters.clients import client
from redress.adapters.ses import Ses
from redress.letters.rise import render_rise
from redress.store.received import Received
from redress.usecases.watch import WatchDesk


@cache
def desk() -> WatchDesk:
    """Counters, register, alarms and the mail service, which is asked once."""
    return WatchDesk(
        counters=insight_wiring.counters(),
        received=Received(client("dynamodb"), os.environ["TABLE_NAME"]),
        alarms=alarm_wiring.table(),
        region=wiring.region(),
        mailer=Ses(client("sesv2", attempts=1), os.environ["CONFIGURATION_SET"], wiring.now),
        render=render_rise,
        now=wiring.now,
    )
