"""What a gateway says in place of the portal, when a request never reached it (messages).

`infra/refusals.py` makes pages of it when a deployment is composed: nothing asks for them at run time.
"""

from collections.abc import Mapping

from redress.language import msg
from redress.web.words import Refusal

GATEWAY: Mapping[str, Refusal] = {
    "bad_request": Refusal(
        msg("This page cannot be shown"),
        msg("Check the address and try again."),
    ),
    "failure": Refusal(
        msg("Something went wrong on our side"),
        msg("Go back: your text is still there. Send it again in a minute."),
    ),
    "throttled": Refusal(
        msg("Too many requests at the moment"),
        msg("Go back, wait a minute and send it again."),
    ),
    "filtered": Refusal(
        msg("This request was refused"),
        msg("Go back, wait a few minutes and send it again, or turn to our support."),
    ),
    "too_large": Refusal(
        msg("Your message is too large"),
        msg("Go back and shorten it. 10,000 characters are enough room, and evidence can follow later."),
    ),
    "too_many": Refusal(
        msg("Too many requests from your network"),
        msg("Go back, wait five minutes and send it again."),
    ),
}
