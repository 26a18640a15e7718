"""What complaints are about. Ids are stored; people see the words of their language."""

from enum import StrEnum


class Category(StrEnum):
    """The subject of a complaint."""

    DEPOSITS_WITHDRAWALS = "deposits_withdrawals"
    BONUSES = "bonuses"
    GAME_RESULTS = "game_results"
    BET_SETTLEMENT = "bet_settlement"
    ACCOUNT = "account"
    VERIFICATION = "verification"
    SAFER_GAMBLING = "safer_gambling"
    TECHNICAL = "technical"
    PRIVACY = "privacy"
    OTHER = "other"
