"""A complaint's records as they were read, for whoever counts, proves and reports."""

from redress.domain.audit import Record
from redress.domain.values import Value


class History(Value):
    """A complaint's records. `head` is the hash that the register keeps of the last, if it was asked.

    `unread` tells why they cannot be read, and then there are none; `unread_at` is the number of the first
    event that cannot, if it is one of them.
    """

    number: str
    records: tuple[Record, ...]
    head: str | None = None
    unread: str = ""
    unread_at: int | None = None
