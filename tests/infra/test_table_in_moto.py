"""The table that store tests make in moto is the table that the stack makes."""

from infra.constructs import table
from tests.support import tables


def test_the_table_of_the_store_tests_has_the_indexes_of_the_real_one() -> None:
    assert (tables.INDEXES, tables.LISTED) == (table.INDEXES, table.LISTED)
