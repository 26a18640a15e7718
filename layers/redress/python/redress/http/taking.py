"""Taking a complaint: apart from all other operations, so that it starts with nothing it does not need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redress.domain import player
from redress.http.answer import Answer
from redress.http.outcomes import changed
from redress.http.requests import Call
from redress.usecases import submit_complaint as submitting

if TYPE_CHECKING:  # it brings pydantic: the resolver imports the model that a request is read with
    from redress.http.intake import Intake

CHANNEL, LANGUAGE = "api", "en"


def create_complaint(call: Call, intake: Intake) -> Answer:
    """Take a complaint on the player's behalf."""
    who = player.index_key(call.player_secret(), intake.brand, intake.account, intake.email)
    outcome = submitting.submit_complaint(
        submitting.Intake(desk=call.desk, random_bits=call.random_bits),
        intake.to_command(CHANNEL, LANGUAGE, call.desk.region, call.desk.now()),
        call.actor,
        call.once,
        who,
    )
    return changed(outcome, 201)
