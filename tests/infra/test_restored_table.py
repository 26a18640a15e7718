"""`restored_table` of the region file: a table that was restored takes the place of the stack's own."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from infra.constructs.table import ComplaintTable
from infra.settings import StackPart


def tables(restored: str | None) -> Mapping[str, Mapping[str, Any]]:
    """The tables of a stack, by logical id."""
    stack = cdk.Stack(cdk.App(analytics_reporting=False), "Stack")
    settings = StackPart.model_validate(
        {
            "region": "eu-west-2",
            "deletion_protection": True,
            "retain": True,
            "default_endpoints": True,
            "log_retention_days": 30,
            "restored_table": restored,
        }
    )
    ComplaintTable(stack, "Complaints", settings=settings)
    return assertions.Template.from_stack(stack).find_resources("AWS::DynamoDB::Table")


def test_it_is_another_resource_so_that_it_can_be_taken_in_and_the_other_let_go() -> None:
    """An import adds what the stack does not have; the same resource under another name is made anew."""
    [(own, first)], [(other, second)] = tables(None).items(), tables("complaints-restored").items()
    assert own != other
    assert "TableName" not in first["Properties"]
    assert second["Properties"]["TableName"] == "complaints-restored"
    same = {name: value for name, value in second["Properties"].items() if name != "TableName"}
    assert same == first["Properties"]
    for table in (first, second):
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", ["ab", "a table", "a/b", "x" * 256])
def test_a_name_that_no_table_has_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="restored_table"):
        tables(name)
