"""What a stack costs while nothing happens: counted from the template, and as `infra/README.md` says."""

import re
from collections.abc import Mapping
from decimal import Decimal

import pytest

from infra.packaging import ROOT
from tests.infra.template import Template

COLUMNS = (r"(?P<item>[^|]+?)", r"(?P<count>\d+)", r"(?P<price>[\d.]+)", r"(?P<sum>[\d.]+)")
ROW = re.compile(rf"^\| {r' \| '.join(COLUMNS)} \|$", re.MULTILINE)
NO_SERVER_IDLES = {
    *("EC2", "ECS", "RDS", "ElastiCache", "OpenSearchService", "EKS", "ElasticLoadBalancingV2"),
    *("Kinesis", "MSK", "Redshift", "DAX", "EFS"),
}


@pytest.fixture(scope="module")
def charges() -> dict[str, tuple[int, Decimal, Decimal]]:
    """The README's table: item, number, price of one, sum."""
    text = (ROOT / "infra/README.md").read_text()
    return {m["item"]: (int(m["count"]), Decimal(m["price"]), Decimal(m["sum"])) for m in ROW.finditer(text)}


def counted(template: Template) -> Mapping[str, int]:
    """The things in a template that AWS charges for by the month."""
    [acl] = template.of_type("WAFv2::WebACL").values()
    return {
        "Web ACL": 1,
        "Rule of the web ACL": len(acl["Properties"]["Rules"]),
        "Secret": len(template.of_type("SecretsManager::Secret")),
        "KMS key": len(template.of_type("KMS::Key")),
        "Alarm": len(template.of_type("CloudWatch::Alarm")),
        "API client (Cognito)": len(template.of_type("Cognito::UserPoolClient")),
        "Dashboard": len(template.of_type("CloudWatch::Dashboard")),
    }


def test_the_readme_counts_what_the_template_holds(
    production: Template, charges: dict[str, tuple[int, Decimal, Decimal]]
) -> None:
    assert {item: count for item, (count, _, _) in charges.items()} == counted(production)


def test_the_readme_adds_up(charges: dict[str, tuple[int, Decimal, Decimal]]) -> None:
    assert all(count * price == total for count, price, total in charges.values())
    written = re.search(r"Together: \*\*\$([\d.]+)\*\*", (ROOT / "infra/README.md").read_text())
    assert written
    assert Decimal(written[1]) == sum(total for _, _, total in charges.values())


def test_no_alarm_is_priced_above_a_standard_one(production: Template) -> None:
    for alarm in production.of_type("CloudWatch::Alarm").values():
        assert "Metrics" not in alarm["Properties"]  # metric maths is charged per metric
        assert alarm["Properties"]["Period"] >= 60  # shorter periods cost three times as much


def test_no_server_idles(production: Template) -> None:
    services = {resource["Type"].split("::")[1] for resource in production.resources.values()}
    assert not services & NO_SERVER_IDLES


def test_nothing_is_provisioned_ahead(production: Template) -> None:
    assert "ProvisionedThroughput" not in production.only("DynamoDB::Table")
    assert production.only("ApiGateway::Stage").get("CacheClusterEnabled", False) is False
    assert not [f for f in production.functions().values() if "ProvisionedConcurrencyConfig" in f]
