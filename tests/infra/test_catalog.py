"""The journal's catalogue: tables of what the journal writes, results in a bucket that forgets them."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from infra.queries import COLUMNS, queries
from redress.domain import journal
from tests.infra.template import Template
from tests.support.complaints import Case

DOLLARS_PER_TERABYTE = 5


def table(template: Template, name: str) -> Mapping[str, Any]:
    """What Glue knows of a table."""
    [found] = [
        one["Properties"]["TableInput"]
        for one in template.of_type("Glue::Table").values()
        if one["Properties"]["TableInput"]["Name"] == name
    ]
    return dict(found)


def place(template: Template, written: Mapping[str, Any]) -> str:
    """An address in S3, with the label of its bucket."""
    return template.target(written)


def names(columns: list[Mapping[str, str]]) -> list[str]:
    """The names of columns."""
    return [one["Name"] for one in columns]


class TestTheTables:
    def test_both_have_every_part_of_an_event_and_nothing_else(self, production: Template) -> None:
        [event] = Case().records
        for name in ("events", "exported"):
            columns = table(production, name)["StorageDescriptor"]["Columns"]
            assert sorted(names(columns)) == sorted(json.loads(event.text))
            assert {one["Name"]: one["Type"] for one in columns} == dict(COLUMNS)

    def test_a_day_of_the_journal_is_found_where_the_journal_writes_it(self, production: Template) -> None:
        events = table(production, "events")
        parameters = events["Parameters"]
        assert names(events["PartitionKeys"]) == ["day"]
        assert parameters["projection.enabled"] == "true"
        assert parameters["projection.day.format"] == "yyyy/MM/dd"
        template = place(production, parameters["storage.location.template"])
        day = date(2026, 3, 2)
        assert template.replace("${day}", f"{day:%Y/%m/%d}") == f"s3://JournalBucket/{journal.events_of(day)}"
        assert place(production, events["StorageDescriptor"]["Location"]) == "s3://JournalBucket/events/"
        assert parameters["projection.day.range"].endswith(",NOW")

    def test_parquet_is_written_by_months_beside_the_results(self, production: Template) -> None:
        exported = table(production, "exported")
        assert names(exported["PartitionKeys"]) == ["month"]
        assert place(production, exported["StorageDescriptor"]["Location"]) == "s3://CatalogBucket/exported/"
        assert exported["Parameters"]["projection.month.format"] == "yyyy-MM"
        # Athena writes month=2026-03/ whatever a template says, so there is none.
        assert "storage.location.template" not in exported["Parameters"]

    def test_both_are_in_the_database_that_the_queries_ask(self, production: Template) -> None:
        database = production.only("Glue::Database")["DatabaseInput"]["Name"]
        tables = production.of_type("Glue::Table").values()
        asked = production.of_type("Athena::NamedQuery").values()
        assert re.fullmatch(r"[a-z0-9_]+", database)
        assert {one["Properties"]["DatabaseName"] for one in tables} == {database}
        assert {one["Properties"]["Database"] for one in asked} == {database}


class TestTheWorkgroup:
    def test_nobody_chooses_where_a_result_lies_or_reads_more_than_a_dollars_worth(
        self, production: Template
    ) -> None:
        workgroup = production.only("Athena::WorkGroup")["WorkGroupConfiguration"]
        assert workgroup["EnforceWorkGroupConfiguration"] is True
        results = workgroup["ResultConfiguration"]
        assert place(production, results["OutputLocation"]) == "s3://CatalogBucket/results/"
        assert results["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
        assert workgroup["BytesScannedCutoffPerQuery"] * DOLLARS_PER_TERABYTE <= 1024**4

    def test_it_has_every_query_as_its_file_says(self, production: Template) -> None:
        named = [one["Properties"] for one in production.of_type("Athena::NamedQuery").values()]
        assert {one["Name"]: one["QueryString"] for one in named} == queries()
        assert {one["WorkGroup"] for one in named} == {production.only("Athena::WorkGroup")["Name"]}
        assert {"recurring_causes", "time_to_final_response", "redress_paid", "export_month"} == set(
            queries()
        )

    def test_the_export_writes_the_columns_in_the_order_of_the_table(self, production: Template) -> None:
        exported = table(production, "exported")
        order = [*names(exported["StorageDescriptor"]["Columns"]), *names(exported["PartitionKeys"])]
        chosen = queries()["export_month"].partition("SELECT")[2].partition("\nFROM")[0]
        assert [re.split(r"[.\s]", one.strip())[-1].strip('"') for one in chosen.split(",\n")] == order


class TestTheBucket:
    def bucket(self, template: Template) -> Mapping[str, Any]:
        return dict(template.named("S3::Bucket", "CatalogBucket")["Properties"])

    def test_results_go_after_a_month_and_parquet_stays(self, production: Template) -> None:
        rules = {one["Id"]: one for one in self.bucket(production)["LifecycleConfiguration"]["Rules"]}
        assert (rules["seen"]["Prefix"], rules["seen"]["ExpirationInDays"]) == ("results/", 30)
        assert [name for name, one in rules.items() if "ExpirationInDays" in one] == ["seen"]

    def test_it_is_closed_and_encrypted_and_refuses_whom_the_stack_does_not_know(
        self, production: Template
    ) -> None:
        assert set(self.bucket(production)["PublicAccessBlockConfiguration"].values()) == {True}
        policy = production.named("S3::BucketPolicy", "CatalogBucketPolicy")["Properties"]
        statements = policy["PolicyDocument"]["Statement"]
        guarded = [one for one in statements if "ArnNotEquals" in one.get("Condition", {})]
        assert [one["Effect"] for one in guarded] == ["Deny"]
        operators = guarded[0]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
        assert any("redress-operator" in one for one in operators if isinstance(one, str))

    def test_no_function_may_touch_it_or_ask(self, production: Template) -> None:
        for policy in production.of_type("IAM::Policy").values():
            granted = json.dumps(policy["Properties"]["PolicyDocument"])
            assert "CatalogBucket" not in granted
            assert "athena:" not in granted


def test_the_region_file_can_leave_it_out(local: Template) -> None:
    services = {resource["Type"].split("::")[1] for resource in local.resources.values()}
    assert not {"Glue", "Athena"} & services
    assert not [name for name in local.of_type("S3::Bucket") if "Catalog" in name]
