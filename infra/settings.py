"""A region file as a validated model: what ops edit, checked before anything is built.

A wrong value raises `SettingsError`, which names the file, the key and the remedy for every fault at once.
"""

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, PrivateAttr, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from infra import logos, region_faults
from redress.domain.webhooks import Schedule
from redress.region import Brand, Cause, Client, EscalationLevel, ExternalBody, Macro, Region, Team

REGIONS = Path(__file__).parent / "regions"

FunctionName = Literal[
    "portal",
    "operator_api",
    "plan",
    "letters",
    "relay",
    "sweep",
    "webhooks",
    "outcomes",
    "mailbox",
    "journal",
    "reports",
    "erasure",
    "insight",
]
FUNCTIONS: tuple[FunctionName, ...] = get_args(FunctionName)
LONGEST_TRIED = 10 * 86_400
"""Seconds that a webhook may be tried for. A message of the queue lives for 14 days, our faults included."""

# The periods CloudWatch Logs accepts, in days.
type LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
type AwsRegion = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
type DomainName = Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")]
type CertificateArn = Annotated[str, Field(pattern=r"^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[\w-]+$")]
type RoleArn = Annotated[str, Field(pattern=r"^arn:aws:iam::\d{12}:role/[\w+=,.@/-]+$")]
type TableName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{3,255}$")]
type WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s?#]*[^\s?#/])?$")]
type IssuerAddress = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")]
type ClientId = Annotated[str, Field(pattern=r'^[^\s"\\]+$')]
type ClaimName = Annotated[str, Field(pattern=r"^\S+$")]
type RetrySeconds = Annotated[
    int, Field(ge=1, le=33_600)
]  # with a quarter more, less than SQS hides a message
type Mailbox = Annotated[str, Field(pattern=region_faults.MAILBOX)]


class SettingsError(Exception):
    """A region file that cannot be deployed. Each of `faults` is a line with key, fault and remedy."""

    def __init__(self, file: Path, faults: Sequence[str]) -> None:
        self.file, self.faults = file, tuple(faults)
        super().__init__("\n".join(f"{file}: {fault}" for fault in self.faults))


class Part(BaseModel):
    """A section of the file. Unknown keys are refused: a misspelt switch must not be a switch left off."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Endpoint(Part):
    """A door's own address: its domain, and the certificate for it in the stack's region."""

    domain: DomainName
    certificate_arn: CertificateArn


class StackPart(Part):
    """How the stack is built and kept.

    With `guard` table, buckets and personal queues refuse all but the stack's own roles and `operators`, who
    run the `redress` command on stored complaints, and one role alone signs. `restored_table` names a table
    that was restored and takes the place of the stack's own.
    """

    region: AwsRegion
    architecture: Literal["arm64", "host"] = "arm64"
    deletion_protection: bool
    retain: bool
    default_endpoints: bool
    log_retention_days: LogDays
    sweep_seconds: PositiveInt = 300
    snap_start: bool = False
    guard: bool = True
    operators: tuple[RoleArn, ...] = ()
    reserved_concurrency: Mapping[FunctionName, PositiveInt] = {}
    restored_table: TableName | None = None
    tags: Mapping[str, str] = {}


class PortalPart(Part):
    """The player's pages. `requests_per_address` counts per five minutes and acts with the web ACL only."""

    endpoint: Endpoint | None = None
    url: WebAddress | None = None
    waf: bool
    requests_per_second: PositiveInt
    burst: PositiveInt
    requests_per_address: Annotated[int, Field(ge=10)] = 1000
    tags: Mapping[str, str] = {}

    @property
    def base_url(self) -> str | None:
        """The address players see, without a final slash; None if the gateway's default endpoint is used."""
        return self.url or (f"https://{self.endpoint.domain}" if self.endpoint else None)


class IssuerPart(Part):
    """The operator's own identity provider.

    `url` is its issuer, letter by letter as its tokens name it (with the final slash where they have one).
    The claims are those of `Tokens` in `redress/http/permissions.py`. `clients` maps clients of this file to
    their ids at the provider; a client that it leaves out has the same id there.
    """

    url: IssuerAddress
    audience: Annotated[tuple[str, ...], Field(min_length=1)]
    scope_prefix: str
    client_claim: ClaimName = "client_id"
    scope_claim: ClaimName = "scope"
    subject_claim: ClaimName = "sub"
    program_claim: ClaimName | None = None
    program_value: str = "{client}"
    clients: Mapping[str, ClientId] = {}


class ApiPart(Part):
    """The operator's API. Without an issuer the stack makes a Cognito user pool."""

    endpoint: Endpoint | None = None
    issuer: IssuerPart | None = None
    requests_per_second: PositiveInt
    burst: PositiveInt
    tags: Mapping[str, str] = {}


class MailPart(Part):
    """The verified domain that letters are sent from, and whether mail to it is read (`inbound`).

    `rule_set` names the set of SES receipt rules that the stack adds its rule to; without one no rule is
    made, and mails are played in with `redress mail-in`. A mail is kept as it came for `kept_days`, and a
    copy of it as long as a legal hold.
    """

    domain: DomainName
    inbound: bool = False
    rule_set: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    kept_days: Annotated[int, Field(ge=30, le=36_500)] = 730


class EventsPart(Part):
    """What other systems are told. A published event can be had again for `archive_days`."""

    archive_days: PositiveInt


class EvidencePart(Part):
    """Files beside complaints. With `malware_scan` nobody opens one before GuardDuty has scanned it."""

    malware_scan: bool


class JournalPart(Part):
    """The write-once log of events. Its `lock` keeps objects from being deleted for `retention_years`.

    Governance: by everybody who may not lift it. Compliance: by everybody, for no reason, until then; also
    by the account's root, and by whoever would rather have chosen fewer years. With `catalog` Athena answers
    questions to it.
    """

    lock: Literal["compliance", "governance", "off"]
    retention_years: Annotated[int, Field(ge=1, le=100)] = 5
    catalog: bool = True


class WebhooksPart(Part):
    """How endpoints of webhooks are tried again: seconds after each failure, and until when since the event.

    `allow_private` lets them lead to addresses that only the deployment can reach: for the embedded platform.
    """

    allow_private: bool = False
    retry_seconds: Annotated[tuple[RetrySeconds, ...], Field(min_length=2, max_length=20)] = (
        Schedule().seconds
    )
    give_up_seconds: Annotated[int, Field(ge=1, le=LONGEST_TRIED)] = int(Schedule().give_up.total_seconds())


class AlarmsPart(Part):
    """Who is told when something is wrong; nobody but the topic's later subscribers without an address."""

    email: Mailbox | None = None


class Settings(Part):
    """One region file. `operator` is the part the functions read at run time."""

    stage: Literal["production", "trial", "local"]
    stack: StackPart
    portal: PortalPart
    api: ApiPart
    mail: MailPart
    events: EventsPart
    evidence: EvidencePart
    journal: JournalPart
    webhooks: WebhooksPart = WebhooksPart()
    alarms: AlarmsPart
    operator: Region
    _folder: Path = PrivateAttr(default=REGIONS)

    @property
    def folder(self) -> Path:
        """Where the files that a region file names are kept: beside it, in the folder of its name."""
        return self._folder

    def with_portal_url(self, url: str) -> Self:
        """The same deployment with another base address for the portal. `SettingsError` if it is none."""
        try:
            portal = PortalPart.model_validate({**dict(self.portal), "url": url.rstrip("/")})
        except ValidationError as error:
            raise SettingsError(Path("portal_url"), [_explain(fault) for fault in error.errors()]) from error
        return self.model_copy(update={"portal": portal})

    def with_logos(self) -> Self:
        """The same deployment, logos in place of their files' names. `SettingsError` if one is refused."""
        operator, faults = logos.drawn(self.operator, self.folder)
        if faults:
            raise SettingsError(self.folder, faults)
        return self.model_copy(update={"operator": operator})

    def runtime_document(self) -> bytes:
        """The region layer's one file: the operator part as canonical JSON."""
        document = TypeAdapter(Region).dump_python(self.operator, mode="json")
        return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode()


def load(path: Path) -> Settings:
    """The settings in a region file; `SettingsError` names every fault with its key and remedy."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(path, [f"cannot be read as TOML: {error}"]) from error
    try:
        settings = Settings.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        raise SettingsError(path, [_explain(fault) for fault in error.errors()]) from error
    if faults := list(region_faults.faults(settings)):
        raise SettingsError(path, faults)
    settings._folder = path.with_suffix("")  # noqa: SLF001 - no key of the file, but where it lies
    return settings


def _explain(fault: ErrorDetails) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "missing":
            return f"{key}: missing; add it"
        case "extra_forbidden" | "unexpected_keyword_argument":
            return f"{key}: unknown key; {_nearest(str(fault['loc'][-1]))}"
        case "string_pattern_mismatch":
            return f"{key}: {fault['input']!r} does not look right; it has to match {fault['ctx']['pattern']}"
        case _:
            return f"{key}: {fault['input']!r} is refused; {fault['msg'].removeprefix('Input ')}"


def _nearest(key: str) -> str:
    close = difflib.get_close_matches(key, _known_keys(), n=1)
    return f"did you mean {close[0]}?" if close else "remove it"


def _known_keys() -> list[str]:
    parts = (
        StackPart,
        PortalPart,
        IssuerPart,
        ApiPart,
        MailPart,
        EventsPart,
        EvidencePart,
        JournalPart,
        AlarmsPart,
        WebhooksPart,
        Endpoint,
        Settings,
    )
    own = [name for part in parts for name in part.model_fields]
    shared = (Region, Brand, ExternalBody, Team, EscalationLevel, Client, Macro, Cause)
    return own + [field.name for kind in shared if is_dataclass(kind) for field in fields(kind)]


def find(stem: str | None = None) -> list[Path]:
    """The region files, or the one called `stem`; `SettingsError` if there is no such file."""
    paths = sorted(REGIONS.glob(f"{stem or '*'}.toml"))
    if not paths:
        names = ", ".join(path.stem for path in sorted(REGIONS.glob("*.toml")))
        raise SettingsError(REGIONS / f"{stem}.toml", [f"no such region file; there are: {names}"])
    return paths
