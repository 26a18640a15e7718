"""moto, without work that changes no answer and took a third of the time of tests that need it."""

import copy
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from moto.core.model_instances import model_data
from moto.core.serialize import AttributePicker, AttributePickerContext
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

_pick = AttributePicker.__call__
_transact = DynamoDBBackend.transact_write_items


class _OnceForEachTable:
    """In the place of `copy`: moto copies a table for each item of a transaction, and keeps one copy."""

    def __init__(self) -> None:
        self._copies: dict[str, Table] = {}

    def deepcopy(self, thing: object) -> object:
        """A copy; of a table the one that was made first."""
        if not isinstance(thing, Table):
            return copy.deepcopy(thing)
        if thing.name not in self._copies:
            self._copies[thing.name] = copy.deepcopy(thing)
        return self._copies[thing.name]


def hurry() -> None:
    """From now on."""
    patch.object(AttributePicker, "__call__", _picked).start()
    patch.object(DynamoDBBackend, "transact_write_items", _transacted).start()


def _picked(picker: AttributePicker, context: AttributePickerContext) -> Any:
    """Each of the ten types of an attribute is looked for by all ways to write its name: it has one."""
    parent = getattr(context.shape, "parent", None)
    if parent is not None and parent.name == "AttributeValue" and isinstance(context.obj, dict):
        return context.obj.get(context.key)
    return _pick(picker, context)


def _transacted(backend: DynamoDBBackend, items: Sequence[dict[str, Any]]) -> None:
    with patch.object(models, "copy", _OnceForEachTable()):
        _transact(backend, list(items))
    # All that was ever made is kept, copies included; only S3 needs that, to close its files.
    for model in model_data["dynamodb"].values():
        model.instances_tracked.clear()  # type: ignore[attr-defined]
