"""The table of a deployment and its region file, as the commands about stored complaints need them."""

import os
from pathlib import Path

from infra import settings
from infra.ops.asked import UsageError
from redress.adapters.clients import client
from redress.domain import number as complaint_number
from redress.domain.errors import NotFound
from redress.region import Region
from redress.store.table import Table
from redress.usecases.ports import CaseFile


def table(name: str | None) -> Table:
    """The table of that name, or of TABLE_NAME. Raises UsageError when neither is given."""
    found = name or os.environ.get("TABLE_NAME")
    if not found:
        raise UsageError("which table? Give --table or set TABLE_NAME; the stack's output TableName has it")
    return Table(client("dynamodb"), found)


def case(of: Table, number: str) -> CaseFile:
    """A stored complaint, its number spelled in any way. Raises NotFound."""
    spelled = complaint_number.parse(number)
    if spelled is None:
        raise NotFound(number)
    return of.load(spelled)


def region(path: Path | None) -> Region:
    """The operator as the region file has it; without a file, an operator that set nothing.

    Raises SettingsError for a file that cannot be deployed.
    """
    if path is None:
        return Region(brands=(), teams=(), escalation=(), clients=())
    return settings.load(path).operator
