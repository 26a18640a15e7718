"""A region file that cannot be deployed says so: the file, the key, the remedy."""

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.settings import REGIONS, Settings, SettingsError, find, load
from redress.domain import packs, promises, reading
from redress.domain.rules import Rules
from redress.region import from_json
from tests.support.complaints import Case, submit

PRODUCTION = (REGIONS / "eu-west-2.toml").read_text()
LOCAL = (REGIONS / "local.toml").read_text()

ESCALATION = PRODUCTION[
    PRODUCTION.index("[[operator.escalation]]") : PRODUCTION.index("[[operator.clients]]")
]

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
    "a privacy notice without its whole address": (
        '"https://www.example.com/privacy"',
        '"www.example.com/privacy"',
        "operator.brands.northlight.privacy_url",
        "with https://",
    ),
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
    "a member of a team who is an address": (
        'categories = ["safer_gambling"]',
        'categories = ["safer_gambling"]\nmembers = ["player@example.com"]',
        "operator.teams.safer-gambling.members",
        "no name and no address",
    ),
    "a supervisor who is a name": (
        'email = "compliance@example.com"',
        'email = "compliance@example.com"\nmembers = ["Player Example"]',
        "operator.escalation.Compliance.members",
        "no name and no address",
    ),
    "redress paid by nobody": (
        'redress_team = "finance"',
        'redress_team = "treasury"',
        "operator.redress_team",
        "name one",
    ),
    "practice letters to no mailbox": (
        'training_mailbox = "training@example.com"',
        'training_mailbox = "training"',
        "operator.training_mailbox",
        "bare address",
    ),
    "a lease that ends at once": (
        'redress_team = "finance"',
        'redress_team = "finance"\nlease_seconds = 0',
        "operator.lease_seconds",
        "1 or more",
    ),
    "a macro with a field that there is not": (
        "[[operator.clients]]",
        (
            '[[operator.macros]]\nid = "hello"\ntitle = "Hello"\ntexts = { en = "Dear {first_name}" }\n\n'
            "[[operator.clients]]"
        ),
        "operator.macros.hello.texts.en",
        "unknown fields first_name",
    ),
    "a macro that says nothing": (
        "[[operator.clients]]",
        '[[operator.macros]]\nid = "hello"\ntitle = "Hello"\ntexts = {}\n\n[[operator.clients]]',
        "operator.macros.hello.texts",
        "at least one language",
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
        ESCALATION,
        "",
        "operator.escalation",
        "missing; add it",
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


# What a person adds at the end of the production file, and the faults it gets told.
RULES = {
    "a pack that does not exist": (
        "[operator.rules.gb-ukcg.house]",
        ["operator.rules.gb-ukcg: no such rule pack; use one of ", "gb-ukgc"],
    ),
    "a pack that no brand uses": (
        '[operator.rules.mt.final]\namount = 10\nunit = "calendar_days"',
        ["operator.rules.mt: no brand uses this rule pack; give it to a brand, or remove this"],
    ),
    "something else than a table": (
        "[operator.rules]\ngb-ukgc = 8",
        ["operator.rules.gb-ukgc: 8 is no table; write [operator.rules.gb-ukgc]"],
    ),
    "a longer time than the law's": (
        '[operator.rules.gb-ukgc.final]\namount = 12\nunit = "weeks"',
        [
            "operator.rules.gb-ukgc.final: the law does not leave this time-frame to the operator; ",
            "a stricter promise of your own goes to house.targets.final",
        ],
    ),
    "even a shorter one": (
        '[operator.rules.gb-ukgc.final]\namount = 1\nunit = "weeks"',
        ["operator.rules.gb-ukgc.final: the law does not leave"],
    ),
    "a part of the pack that is the law's": (
        "[operator.rules.gb-ukgc]\npauses = []",
        ["operator.rules.gb-ukgc.pauses: the law does not leave"],
    ),
    "a target without its unit": (
        "[operator.rules.gb-ukgc.house.targets.final]\namount = 6",
        ["operator.rules.gb-ukgc.house.targets.final.unit: missing; Give a value"],
    ),
    "a target in seconds": (
        '[operator.rules.gb-ukgc.house.targets.final]\namount = 6\nunit = "seconds"',
        ["operator.rules.gb-ukgc.house.targets.final", "seconds are for the sandbox pack only"],
    ),
    "an unknown house value": (
        "[operator.rules.gb-ukgc.house]\npatience = 3",
        ["operator.rules.gb-ukgc.house.patience: unknown key; Use one of: deadlock_before, "],
    ),
    "a house value of the wrong type": (
        "[operator.rules.gb-ukgc]\nhouse = 6",
        ["operator.rules.gb-ukgc.house: 6 is not a table; Give a table"],
    ),
    "a warning for a clock that there is not": (
        "[operator.rules.gb-ukgc.house]\nwarnings = { interim = [{ percent = 50 }] }",
        ["operator.rules.gb-ukgc.house.warnings: there is no clock 'interim'; Use one of: ack, final"],
    ),
}
MALTA = PRODUCTION.replace("jurisdictions.gb-ukgc]", "jurisdictions.mt]")
TEN_DAYS = '[operator.rules.mt.final]\namount = 10\nunit = "calendar_days"'


def _load(folder: Path, *parts: str) -> Settings:
    file = folder / "region.toml"
    file.write_text("\n".join(parts))
    return load(file)


def _faults(folder: Path, *parts: str) -> Sequence[str]:
    with pytest.raises(SettingsError) as refusal:
        _load(folder, *parts)
    return refusal.value.faults


@pytest.mark.parametrize("case", RULES)
def test_a_setting_that_a_rule_pack_cannot_take_is_told_once_with_its_remedy(
    case: str, tmp_path: Path
) -> None:
    added, words = RULES[case]
    [fault] = _faults(tmp_path, PRODUCTION, added)
    assert fault.startswith(words[0])
    assert [part for part in words if part not in fault] == []


def test_a_pack_that_leaves_its_time_frame_to_the_operator_needs_it(tmp_path: Path) -> None:
    [fault] = _faults(tmp_path, MALTA)
    assert fault.startswith("operator.brands.northlight.jurisdictions.mt: stages.final.deadline: ")
    assert "Set [operator.rules.mt.final] amount and unit in the region file" in fault


@pytest.mark.parametrize(
    ("right", "wrong", "key", "remedy"),
    [
        ("amount = 10", "", "operator.rules.mt.final.amount", "Give a value"),
        ("amount = 10", "amount = 0", "operator.rules.mt.final.amount", "Correct the amount"),
        ("amount = 10", 'amount = "10"', "operator.rules.mt.final.amount", "Give a whole number"),
        ('"calendar_days"', '"days"', "operator.rules.mt.final.unit", "calendar_days, business_days"),
        (
            "amount = 10",
            'kind = "gateway"\namount = 10',
            "operator.rules.mt.final.kind",
            "Use deemed_outcome or duty",
        ),
        ("mt.final]", "mt.finale]", "operator.rules.mt.finale", "Remove it"),
    ],
)
def test_a_wrong_time_frame_is_named_by_its_key_in_the_region_file(
    right: str, wrong: str, key: str, remedy: str, tmp_path: Path
) -> None:
    [fault] = _faults(tmp_path, MALTA, TEN_DAYS.replace(right, wrong))
    assert fault.startswith(f"{key}: ")
    assert remedy in fault


def test_a_pack_loads_with_the_time_frame_that_the_operator_gives(tmp_path: Path) -> None:
    settings = _load(tmp_path, MALTA, TEN_DAYS)
    final = settings.operator.pack("mt").deadline("final")
    assert final is not None
    assert (final.kind, final.amount, final.unit, final.anchor) == ("duty", 10, "calendar_days", "received")


def test_a_target_beside_the_law_never_makes_its_date_later(tmp_path: Path) -> None:
    for amount in (4, 20):
        target = f'[operator.rules.gb-ukgc.house.targets.final]\namount = {amount}\nunit = "weeks"'
        settings = _load(tmp_path, PRODUCTION, target)
        rules = Rules((settings.operator.pack("gb-ukgc"),))
        complaint = Case(submit("gb-ukgc"), datetime(2026, 5, 4, 12, tzinfo=UTC)).complaint
        found = promises.promises(rules, complaint)
        assert len([one for one in found if one.clock == "final_target"]) == 1
        final = promises.governing(found, "final")
        assert final is not None
        assert (final.rule.strength, str(final.due_at)) == ("must", "2026-06-28 23:00:00+00:00")


def test_the_functions_get_the_operators_rules(tmp_path: Path) -> None:
    added = f"{TEN_DAYS}\n[operator.rules.mt.house]\nwarnings = {{ final = [{{ percent = 30 }}] }}"
    settings = _load(tmp_path, MALTA, added)
    operator = from_json(json.loads(settings.runtime_document()))
    assert operator == settings.operator
    assert operator.pack("mt").house.warnings["final"][0].percent == 30
    assert operator.pack("mt") == settings.operator.pack("mt")


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ('valid_to = "2026-04-05"', 'valid_to = "2026-04-06"', "two hold on a day"),
        (
            'timezone = "Europe/London"',
            'timezone = "Europe/Londres"',
            "timezone: 'Europe/Londres' is not a time zone",
        ),
    ],
    ids=["validity that overlaps", "an earlier version that does not load"],
)
def test_a_brand_may_only_use_a_pack_that_loads_in_every_version(
    right: str, wrong: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(reading.FOLDER, tmp_path / "packs")
    earlier = tmp_path / "packs/gb-ukgc@2015.1.toml"
    written = earlier.read_text(encoding="utf-8")
    assert right in written
    earlier.write_text(written.replace(right, wrong), encoding="utf-8")
    for module in (packs, reading):
        monkeypatch.setattr(module, "FOLDER", tmp_path / "packs")
    [fault] = _faults(tmp_path, PRODUCTION)
    assert fault.startswith("operator.brands.northlight.jurisdictions.gb-ukgc: ")
    assert words in fault
