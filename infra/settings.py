"""A region file as a validated model: what ops edit, checked before anything is built.

A wrong value raises `SettingsError`, which names the file, the key and the remedy for every fault at once.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, PrivateAttr, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from infra import logos, triage_rules
from redress.domain import packs
from redress.domain.actors import SUBJECT
from redress.domain.categories import Category
from redress.domain.macros import FIELDS as MACRO_FIELDS
from redress.domain.reading import RulePackInvalid
from redress.domain.webhooks import Schedule
from redress.region import Brand, Client, EscalationLevel, ExternalBody, Macro, Region, Team

REGIONS = Path(__file__).parent / "regions"

FunctionName = Literal["portal", "operator_api", "plan", "letters", "relay", "sweep", "webhooks", "outcomes"]
FUNCTIONS: tuple[FunctionName, ...] = get_args(FunctionName)
SCOPES = ("read", "write", "decide", "admin")
REHEARSAL_PACK = "sandbox"
LIMITS = (
    *("severe_amount_minor", "claim_seconds", "attention_seconds", "link_days"),
    *("redress_days", "lease_seconds", "consultation_days", "consultation_kept_days"),
    *("player_complaints", "network_complaints"),
)
LETTER_SECONDS = 15
"""How long sending a letter may take: less than its claim lives, or two could send under one claim."""

LONGEST_TRIED = 10 * 86_400
"""Seconds that a webhook may be tried for. A message of the queue lives for 14 days, our faults included."""

# The periods CloudWatch Logs accepts, in days.
type LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
type AwsRegion = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
type DomainName = Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")]
type CertificateArn = Annotated[str, Field(pattern=r"^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[\w-]+$")]
type WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s?#]*[^\s?#/])?$")]
type IssuerAddress = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")]
type ClientId = Annotated[str, Field(pattern=r'^[^\s"\\]+$')]
type ClaimName = Annotated[str, Field(pattern=r"^\S+$")]
type RetrySeconds = Annotated[
    int, Field(ge=1, le=33_600)
]  # with a quarter more, less than SQS hides a message
type Mailbox = Annotated[str, Field(pattern=r"^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$")]

_MAILBOX = TypeAdapter[str](Mailbox)
_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_COLOUR = re.compile(r"^#[0-9a-f]{6}$")


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
    """How the stack is built and kept."""

    region: AwsRegion
    architecture: Literal["arm64", "host"] = "arm64"
    deletion_protection: bool
    retain: bool
    default_endpoints: bool
    log_retention_days: LogDays
    sweep_seconds: PositiveInt = 300
    snap_start: bool = False
    reserved_concurrency: Mapping[FunctionName, PositiveInt] = {}
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

    `rule_set` names the set of SES receipt rules that the stack adds its rule to; without one no rule is made,
    and mails are played in with `redress mail-in`.
    """

    domain: DomainName
    inbound: bool = False
    rule_set: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None


class EventsPart(Part):
    """What other systems are told. A published event can be had again for `archive_days`."""

    archive_days: PositiveInt


class EvidencePart(Part):
    """Files beside complaints. With `malware_scan` nobody opens one before GuardDuty has scanned it."""

    malware_scan: bool


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
    if faults := list(_contradictions(settings)):
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
        AlarmsPart,
        WebhooksPart,
        Endpoint,
        Settings,
    )
    own = [name for part in parts for name in part.model_fields]
    shared = (Region, Brand, ExternalBody, Team, EscalationLevel, Client, Macro)
    return own + [field.name for kind in shared if is_dataclass(kind) for field in fields(kind)]


def _contradictions(settings: Settings) -> Iterator[str]:
    """Values that are well-formed alone but cannot be deployed together."""
    operator = settings.operator
    yield from _ids("brands", operator.brands)
    yield from _ids("teams", operator.teams)
    yield from _ids("clients", operator.clients)
    for brand in operator.brands:
        yield from _brand_faults(brand, settings)
    yield from _rules_faults(operator)
    yield from _ids("macros", operator.macros)
    yield from triage_rules.faults(operator)
    yield from _team_faults(operator.teams)
    yield from _mailbox_faults("operator.escalation", [level.email for level in operator.escalation])
    yield from _casework_faults(operator)
    for client in operator.clients:
        yield from _client_faults(client, operator)
    if settings.api.issuer:
        yield from _issuer_faults(settings.api.issuer, operator, settings.stage)
    yield from _limit_faults(operator)
    yield from _address_faults(settings)
    if settings.stage != "local" and settings.stack.sweep_seconds % 60:
        yield "stack.sweep_seconds: schedules on AWS count whole minutes; use a multiple of 60"
    if settings.stage != "local" and settings.webhooks.allow_private:
        yield "webhooks.allow_private: only the embedded platform may call private addresses; set it to false"
    if settings.stage == "production":
        yield from _production_faults(settings)


def _ids(kind: str, items: Sequence[Brand | Team | Client | Macro]) -> Iterator[str]:
    ids = [item.id for item in items]
    if not ids and kind != "macros":
        yield f"operator.{kind}: empty; name at least one"
    for index, value in enumerate(ids):
        if not _ID.match(value):
            yield f"operator.{kind}.{index}.id: {value!r}; use lower-case letters, digits and single hyphens"
        if value in ids[:index]:
            yield f"operator.{kind}.{index}.id: {value!r} is used twice; rename one"


def _brand_faults(brand: Brand, settings: Settings) -> Iterator[str]:
    key, domain = f"operator.brands.{brand.id}", settings.mail.domain
    yield from _jurisdiction_faults(f"{key}.jurisdictions", brand.jurisdictions, settings.stage)
    if not _COLOUR.match(brand.colour):
        yield f"{key}.colour: {brand.colour!r}; write it as #rrggbb in lower case"
    if brand.privacy_url is not None and not brand.privacy_url.startswith("https://"):
        yield f"{key}.privacy_url: {brand.privacy_url!r}; write the whole address, with https://"
    yield from _mailbox_faults(f"{key}.sender", [brand.sender])
    if brand.sender.rpartition("@")[2] != domain:
        yield f"{key}.sender: {brand.sender!r} is outside mail.domain; use an address at {domain}"


def _jurisdiction_faults(key: str, jurisdictions: Iterable[str], stage: str) -> Iterator[str]:
    named = list(jurisdictions)
    known = packs.known()
    if not named:
        yield f"{key}: empty; name a rule pack: {', '.join(known)}"
    for jurisdiction in named:
        if jurisdiction not in known:
            yield f"{key}.{jurisdiction}: {_no_such_pack()}"
        if jurisdiction == REHEARSAL_PACK and stage == "production":
            yield f"{key}.{jurisdiction}: counts in seconds; only trial and local stages may use it"


def _no_such_pack() -> str:
    return f"no such rule pack; use one of {', '.join(packs.known())}"


def _rules_faults(operator: Region) -> Iterator[str]:
    """What stops a brand's rule pack from being used, in any version, with the operator's settings for it."""
    brands = {pack: brand.id for brand in reversed(operator.brands) for pack in brand.jurisdictions}
    for pack, settings in operator.rules.items():
        if pack not in packs.known():
            yield f"operator.rules.{pack}: {_no_such_pack()}"
        elif pack not in brands:
            yield f"operator.rules.{pack}: no brand uses this rule pack; give it to a brand, or remove this"
        elif not isinstance(settings, Mapping):
            yield f"operator.rules.{pack}: {settings!r} is no table; write [operator.rules.{pack}]"
    for pack, brand in brands.items():
        settings = operator.rules.get(pack, {})
        if pack in packs.known() and isinstance(settings, Mapping):
            yield from _pack_faults(pack, settings, f"operator.brands.{brand}.jurisdictions.{pack}")


def _pack_faults(pack: str, settings: Mapping[str, object], named_at: str) -> Iterator[str]:
    """Each thing that is wrong is told once, however many versions of the pack have it."""
    try:
        versions = packs.history(pack)
    except RulePackInvalid as error:
        yield f"{named_at}: {error}"
        return
    without, with_settings = (_refusals(versions, given) for given in ({}, settings))
    for path, why in with_settings.items():
        key = named_at if without.get(path) == why else f"operator.rules.{pack}.{_key_of(path)}"
        where = f"{path}: " if key == named_at else ""
        yield f"{key}: {where}{why}"


def _refusals(versions: Iterable[packs.Document], settings: Mapping[str, object]) -> dict[str, str]:
    """Problem and remedy by the path of the value that is refused."""
    found = {}
    for document in versions:
        try:
            packs.load(document, settings)
        except RulePackInvalid as error:
            found[error.path] = f"{error.problem}; {error.remedy}"
    return found


def _key_of(path: str) -> str:
    """Where the settings of a pack hold the value at a path of the pack."""
    named = path.removeprefix("operator.rules: ")
    return re.sub(r"^stages\.(\w+)\.deadline\.value\b", r"\1", named).strip(".")


def _team_faults(teams: Sequence[Team]) -> Iterator[str]:
    owner: dict[str, str] = {}
    for team in teams:
        key = f"operator.teams.{team.id}"
        yield from _mailbox_faults(f"{key}.email", [team.email])
        yield from _subject_faults(f"{key}.members", team.members)
        for category in team.categories:
            if category not in set(Category):
                yield f"{key}.categories: {category!r} is unknown; use {', '.join(Category)}"
            if owner.setdefault(category, team.id) != team.id:
                yield f"{key}.categories: {category!r} belongs to team {owner[category]!r} already"


def _subject_faults(key: str, members: Iterable[str]) -> Iterator[str]:
    for member in members:
        if not re.fullmatch(SUBJECT, member):
            yield f"{key}: {member!r}; write a subject id of your identity provider, no name and no address"


def _casework_faults(operator: Region) -> Iterator[str]:
    for level in operator.escalation:
        yield from _subject_faults(f"operator.escalation.{level.name}.members", level.members)
    if not any(team.categories for team in operator.teams):
        yield "operator.teams: no team owns a category; give one its categories"
    if operator.training_mailbox is not None:
        yield from _mailbox_faults("operator.training_mailbox", [operator.training_mailbox])
    if operator.redress_team and operator.team(operator.redress_team) is None:
        yield f"operator.redress_team: {operator.redress_team!r} is no team of this file; name one"
    for macro in operator.macros:
        yield from _macro_faults(macro)


def _macro_faults(macro: Macro) -> Iterator[str]:
    key = f"operator.macros.{macro.id}.texts"
    if not macro.texts:
        yield f"{key}: empty; write it in at least one language"
    for language, text in macro.texts.items():
        unknown = set(re.findall(r"{(.*?)}", text)) - set(MACRO_FIELDS)
        if unknown:
            known = ", ".join(MACRO_FIELDS)
            yield f"{key}.{language}: unknown fields {', '.join(sorted(unknown))}; use {known}"


def _client_faults(client: Client, operator: Region) -> Iterator[str]:
    key = f"operator.clients.{client.id}"
    for brand in client.brands:
        if operator.brand(brand) is None:
            yield f"{key}.brands: {brand!r} is no brand of this file; add the brand or remove it here"
    if client.requests_per_minute is not None and client.requests_per_minute < 1:
        yield f"{key}.requests_per_minute: must be 1 or more; leave it out for no limit"
    if not client.scopes:
        yield f"{key}.scopes: empty; give at least one of {', '.join(SCOPES)}"
    for scope in set(client.scopes) - set(SCOPES):
        yield f"{key}.scopes: {scope!r} is unknown; use {', '.join(SCOPES)}"


def _issuer_faults(issuer: IssuerPart, operator: Region, stage: str) -> Iterator[str]:
    if stage != "local" and not issuer.url.startswith("https://"):
        yield f"api.issuer.url: {issuer.url!r}; tokens are checked with keys read over https alone"
    ids = {client.id: issuer.clients.get(client.id, client.id) for client in operator.clients}
    for name in set(issuer.clients) - set(ids):
        yield f"api.issuer.clients.{name}: no client of this file; add it to operator.clients or remove it"
    for name, there in ids.items():
        if list(ids.values()).count(there) > 1:
            yield f"api.issuer.clients.{name}: {there!r} stands for two clients; give each its own id"


def _mailbox_faults(key: str, addresses: Iterable[str]) -> Iterator[str]:
    known = list(addresses)
    if not known:
        yield f"{key}: empty; name at least one mailbox"
    for address in known:
        try:
            _MAILBOX.validate_python(address)
        except ValidationError:
            yield f"{key}: {address!r} is no mailbox; write a bare address such as ops@example.com"


def _limit_faults(operator: Region) -> Iterator[str]:
    for name in LIMITS:
        if getattr(operator, name) < 1:
            yield f"operator.{name}: must be 1 or more"
    if operator.form_seconds < 0:
        yield "operator.form_seconds: must be 0 or more; 0 suspects no form for being fast"
    if operator.claim_seconds <= LETTER_SECONDS:
        yield f"operator.claim_seconds: sending may take {LETTER_SECONDS} s; a claim has to live longer"


def _address_faults(settings: Settings) -> Iterator[str]:
    region = settings.stack.region
    doors = {"portal.endpoint": settings.portal.endpoint, "api.endpoint": settings.api.endpoint}
    for key, endpoint in doors.items():
        if endpoint is None and not settings.stack.default_endpoints:
            yield f"{key}: missing; give domain and certificate_arn, or set stack.default_endpoints to true"
        if endpoint and endpoint.certificate_arn.split(":")[3] != region:
            yield f"{key}.certificate_arn: in another region; issue the certificate in {region}"


def _production_faults(settings: Settings) -> Iterator[str]:
    """What a real deployment may not do without."""
    required: Mapping[str, bool] = {
        "stack.deletion_protection": settings.stack.deletion_protection,
        "stack.retain": settings.stack.retain,
        "portal.waf": settings.portal.waf,
        "evidence.malware_scan": settings.evidence.malware_scan,
        "alarms.email": settings.alarms.email is not None,
        "stack.architecture": settings.stack.architecture == "arm64",
    }
    remedies = {"alarms.email": "name a mailbox", "stack.architecture": 'set it to "arm64"'}
    for key, held in required.items():
        if not held:
            yield f"{key}: production needs it; {remedies.get(key, 'set it to true')}"
    if settings.stack.default_endpoints:
        yield "stack.default_endpoints: production uses its own domains; set it to false"
    if settings.stack.sweep_seconds > 300:
        yield "stack.sweep_seconds: production sweeps at least every five minutes; set it to 300 or less"


def find(stem: str | None = None) -> list[Path]:
    """The region files, or the one called `stem`; `SettingsError` if there is no such file."""
    paths = sorted(REGIONS.glob(f"{stem or '*'}.toml"))
    if not paths:
        names = ", ".join(path.stem for path in sorted(REGIONS.glob("*.toml")))
        raise SettingsError(REGIONS / f"{stem}.toml", [f"no such region file; there are: {names}"])
    return paths
