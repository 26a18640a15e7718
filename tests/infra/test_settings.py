"""A region file that cannot be deployed says so: the file, the key, the remedy."""

import json
from pathlib import Path

import pytest

from infra.settings import REGIONS, SettingsError, find, load
from redress.region import from_json

PRODUCTION = (REGIONS / "eu-west-2.toml").read_text()
LOCAL = (REGIONS / "local.toml").read_text()

# What a person changes in the production file, and what they are told.
FAULTS = {
    "an unknown key": ("waf = true", "waff = true", "portal.waff", "did you mean waf?"),
    "an unknown section": ("[mail]", "[post]", "post", "unknown key"),
    "a key left out": ("deletion_protection = true", "", "stack.deletion_protection", "add it"),
    "an unknown stage": ('"production"', '"prod"', "stage", "'production', 'trial' or 'local'"),
    "a number in quotes": ("burst = 100", 'burst = "100"', "portal.burst", "valid integer"),
    "a region that is none": ('region = "eu-west-2"', 'region = "London"', "stack.region", "match"),
    "a retention AWS does not know": (
        "log_retention_days = 365",
        "log_retention_days = 364",
        "stack.log_retention_days",
        "should be 1, 3, 5",
    ),
    "a rule pack that does not exist": (
        "jurisdictions.gb-ukgc]",
        "jurisdictions.gb-ukcg]",
        "operator.brands.northlight.jurisdictions.gb-ukcg",
        "gb-ukgc",
    ),
    "the sandbox in production": (
        "jurisdictions.gb-ukgc]",
        "jurisdictions.sandbox]",
        "operator.brands.northlight.jurisdictions.sandbox",
        "only trial and local stages",
    ),
    "a brand without a colour": ('colour = "#1f4e79"', "", "operator.brands.0.colour", "add it"),
    "a colour that is none": ('"#1f4e79"', '"blue"', "operator.brands.northlight.colour", "#rrggbb"),
    "a sender of another domain": (
        "complaints@mail.example.com",
        "complaints@example.org",
        "operator.brands.northlight.sender",
        "use an address at mail.example.com",
    ),
    "a sender with a display name": (
        '"complaints@mail.example.com"',
        '"Us <complaints@mail.example.com>"',
        "operator.brands.northlight.sender",
        "bare address",
    ),
    "a team without categories": (
        'categories = ["safer_gambling"]',
        "categories = []",
        "operator.teams.safer-gambling.categories",
        "give the team a category or remove it",
    ),
    "a category that does not exist": (
        '"safer_gambling"',
        '"saver_gambling"',
        "operator.teams.safer-gambling.categories",
        "unknown; use",
    ),
    "a category of two teams": (
        'categories = ["safer_gambling"]',
        'categories = ["bonuses"]',
        "operator.teams.safer-gambling.categories",
        "belongs to team 'payments' already",
    ),
    "two teams of one name": ('id = "payments"', 'id = "player-care"', "operator.teams.1.id", "rename one"),
    "an id that is no id": ('id = "payments"', 'id = "Pay ments"', "operator.teams.1.id", "lower-case"),
    "nobody to escalate to": (
        'escalation = ["complaints-manager@example.com", "compliance@example.com"]',
        "escalation = []",
        "operator.escalation",
        "name at least one mailbox",
    ),
    "a client of a brand that does not exist": (
        'brands = ["northlight"]',
        'brands = ["southlight"]',
        "operator.clients.back-office.brands",
        "add the brand or remove it here",
    ),
    "a client with an unknown scope": ('"admin"]', '"root"]', "operator.clients.back-office.scopes", "admin"),
    "links that expire at once": ("link_days = 730", "link_days = 0", "operator.link_days", "1 or more"),
    "claims that end while the letter may still be on its way": (
        "link_days = 730",
        "link_days = 730\nclaim_seconds = 15",
        "operator.claim_seconds",
        "a claim has to live longer",
    ),
    "a certificate of another region": (
        "acm:eu-west-2:111122223333:certificate/11111111-2222-3333-4444-666666666666",
        "acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-666666666666",
        "api.endpoint.certificate_arn",
        "issue the certificate in eu-west-2",
    ),
    "half a minute between sweeps": (
        "sweep_seconds = 300",
        "sweep_seconds = 90",
        "stack.sweep_seconds",
        "multiple of 60",
    ),
    "production that sweeps too seldom": (
        "sweep_seconds = 300",
        "sweep_seconds = 600",
        "stack.sweep_seconds",
        "300 or less",
    ),
    "production without a web ACL": ("waf = true", "waf = false", "portal.waf", "set it to true"),
    "production that can be deleted": (
        "deletion_protection = true",
        "deletion_protection = false",
        "stack.deletion_protection",
        "set it to true",
    ),
    "production on default endpoints": (
        "default_endpoints = false",
        "default_endpoints = true",
        "stack.default_endpoints",
        "set it to false",
    ),
    "production nobody is told about": (
        'email = "ops@example.com"',
        "",
        "alarms.email",
        "name a mailbox",
    ),
    "production built for this machine": (
        '"arm64"',
        '"host"',
        "stack.architecture",
        'set it to "arm64"',
    ),
    "something that is not TOML": ("[stack]", "[stack", "cannot be read as TOML", ""),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_wrong_value_is_named_with_its_file_its_key_and_a_remedy(case: str, tmp_path: Path) -> None:
    right, wrong, key, remedy = FAULTS[case]
    assert right in PRODUCTION
    file = tmp_path / "eu-west-2.toml"
    file.write_text(PRODUCTION.replace(right, wrong))
    with pytest.raises(SettingsError) as refusal:
        load(file)
    assert refusal.value.file == file
    [told] = [fault for fault in refusal.value.faults if fault.startswith(key)][:1]
    assert remedy in told
    assert f"{file}: {told}" in str(refusal.value)


def test_a_domain_is_needed_where_the_default_endpoints_are_off(tmp_path: Path) -> None:
    file = tmp_path / "trial.toml"
    file.write_text(LOCAL.replace("default_endpoints = true", "default_endpoints = false"))
    with pytest.raises(SettingsError, match=r"portal\.endpoint: missing; give domain and certificate_arn"):
        load(file)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text(PRODUCTION.replace("waf = true", "").replace("burst = 100", "burst = 0"))
    with pytest.raises(SettingsError) as refusal:
        load(file)
    assert len(refusal.value.faults) == 3


def test_an_unknown_region_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match="there are: eu-west-2, local"):
        find("atlantis")


@pytest.mark.parametrize("path", find(), ids=lambda path: path.stem)
def test_what_the_functions_read_is_what_the_region_file_says(path: Path) -> None:
    settings = load(path)
    assert from_json(json.loads(settings.runtime_document())) == settings.operator


def test_the_portals_base_address_can_be_overridden_and_is_checked() -> None:
    settings = load(REGIONS / "local.toml")
    assert settings.portal.base_url is None
    assert settings.with_portal_url("http://127.0.0.1:8080/x/").portal.base_url == "http://127.0.0.1:8080/x"
    with pytest.raises(SettingsError, match="portal_url: url: 'not an address' does not look right"):
        settings.with_portal_url("not an address")
