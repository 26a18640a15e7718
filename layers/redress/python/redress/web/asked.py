"""Which fields a complaint of each category needs: the form asks for these and no others.

What has to be told in every complaint (what happened, who tells it, whom it is about) is not listed here.
"""

from collections.abc import Mapping

from redress.domain.categories import Category
from redress.domain.values import Value
from redress.language import msg


class References(Value):
    """What a category calls the things that can be looked up, and where a player finds them (messages)."""

    label: str
    hint: str


class Asked(Value):
    """What the form asks beside what every complaint needs: a day, an amount, references, a remedy."""

    occurred_on: bool = True
    amount: bool = True
    references: References | None = None
    remedy: bool = True


ANY = References(
    label=msg("Numbers of bets, games, deposits or withdrawals"),
    hint=msg("They stand in the history of your account. Each on a line of its own."),
)
ASKED: Mapping[str, Asked] = {
    Category.DEPOSITS_WITHDRAWALS: Asked(
        references=References(
            label=msg("Numbers of the deposits or withdrawals"),
            hint=msg("They stand in the history of your payments. Each on a line of its own."),
        )
    ),
    Category.BONUSES: Asked(
        references=References(
            label=msg("Name or code of the bonus"),
            hint=msg("As it stood in the offer."),
        )
    ),
    Category.GAME_RESULTS: Asked(
        references=References(
            label=msg("Game and round"),
            hint=msg("The name of the game, and below it the number of the round if you have it."),
        )
    ),
    Category.BET_SETTLEMENT: Asked(
        references=References(
            label=msg("Numbers of the bets"),
            hint=msg("They stand on the bet slip and in your bets so far. Each on a line of its own."),
        )
    ),
    Category.ACCOUNT: Asked(),
    Category.VERIFICATION: Asked(),
    Category.SAFER_GAMBLING: Asked(),
    Category.TECHNICAL: Asked(
        references=References(
            label=msg("Game, bet or payment that it happened in"),
            hint=msg("Its name or number. Each on a line of its own."),
        )
    ),
    Category.PRIVACY: Asked(amount=False),
    Category.OTHER: Asked(references=ANY),
}
EVERYTHING = Asked(references=ANY)
"""What is asked where no category is chosen."""
