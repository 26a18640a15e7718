"""What of a well-formed region file cannot be deployed: each fault with its key and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from infra import triage_rules
from redress.domain import packs
from redress.domain.actors import SUBJECT
from redress.domain.categories import FORMERLY, Category
from redress.domain.macros import FIELDS as MACRO_FIELDS
from redress.domain.reading import RulePackInvalid
from redress.region import Brand, Cause, Client, Macro, Region, Team

if TYPE_CHECKING:  # it asks here what is wrong
    from infra.settings import IssuerPart, Settings

SCOPES = ("read", "write", "decide", "admin")
REHEARSAL_PACK = "sandbox"
LIMITS = (
    *("severe_amount_minor", "claim_seconds", "attention_seconds", "link_days"),
    *("redress_days", "lease_seconds", "consultation_days", "consultation_kept_days"),
    *("player_complaints", "network_complaints", "letters_per_day"),
)
MOST_YEARS = 100
LETTER_SECONDS = 15
"""How long sending a letter may take: less than its claim lives, or two could send under one claim."""

MAILBOX = r"^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$"

RECEIVES_MAIL = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "af-south-1"),
        *("eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1"),
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"),
        *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "il-central-1", "me-south-1"),
    }
)
"""Where SES takes mail in: "Email receiving endpoints" of the AWS General Reference,
https://docs.aws.amazon.com/general/latest/gr/ses.html."""

_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_CAUSE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,63}$")
_COLOUR = re.compile(r"^#[0-9a-f]{6}$")


def faults(settings: Settings) -> Iterator[str]:
    """Values that are well-formed alone but cannot be deployed together."""
    operator = settings.operator
    yield from _ids("brands", operator.brands)
    yield from _ids("teams", operator.teams)
    yield from _ids("clients", operator.clients)
    for brand in operator.brands:
        yield from _brand_faults(brand, settings)
    yield from _rules_faults(operator)
    yield from _ids("macros", operator.macros)
    yield from _cause_faults(operator.causes)
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
    yield from _inbound_faults(settings)
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
    for name, address in (("sender", brand.sender), ("questions", brand.questions)):
        if address is not None:
            yield from _mailbox_faults(f"{key}.{name}", [address])
            if address.rpartition("@")[2] != domain:
                yield f"{key}.{name}: {address!r} is outside mail.domain; use an address at {domain}"


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
            if category in FORMERLY:
                yield f"{key}.categories: {category!r} is called {FORMERLY[category]} now; use that"
            elif category not in set(Category):
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


def _cause_faults(causes: Iterable[Cause]) -> Iterator[str]:
    """What is counted under an id must not be counted under another one, too."""
    owner: dict[str, str] = {}
    for index, cause in enumerate(causes):
        key = f"operator.causes.{index}"
        for name, value in (("id", cause.id), *(("formerly", one) for one in cause.formerly)):
            if not _CAUSE.fullmatch(value):
                remedy = "use up to 64 lower-case letters, digits, hyphens and underscores"
                yield f"{key}.{name}: {value!r}; {remedy}"
            if value in owner:
                yield f"{key}.{name}: {value!r} stands for {owner[value]!r} already; remove one of them"
            owner.setdefault(value, cause.id)
        if not cause.name.strip():
            yield f"{key}.name: empty; say in words what it is"


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
        if not re.fullmatch(MAILBOX, address):
            yield f"{key}: {address!r} is no mailbox; write a bare address such as ops@example.com"


def _limit_faults(operator: Region) -> Iterator[str]:
    for name in LIMITS:
        if getattr(operator, name) < 1:
            yield f"operator.{name}: must be 1 or more"
    if operator.retention_years is not None and not 1 <= operator.retention_years <= MOST_YEARS:
        yield f"operator.retention_years: must be 1 to {MOST_YEARS}; leave it out to erase nothing by it"
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


def _inbound_faults(settings: Settings) -> Iterator[str]:
    """What keeps mail from coming in, or from being told apart."""
    mail, region = settings.mail, settings.stack.region
    if mail.inbound and settings.stage != "local":
        if mail.rule_set is None:
            yield "mail.rule_set: missing; name the set of SES receipt rules that the stack adds its rule to"
        if region not in RECEIVES_MAIL:
            yield f"mail.inbound: SES receives no mail in {region}; set it to false, or deploy elsewhere"
    yield from _question_faults(settings)


def _question_faults(settings: Settings) -> Iterator[str]:
    """What is written to one address would be two things at once, or to two brands."""
    brands = settings.operator.brands
    taken = {_folded(brand.sender): f"the sender of brand {brand.id!r}" for brand in brands}
    for brand in brands:
        if brand.questions is None:
            continue
        key = f"operator.brands.{brand.id}.questions"
        if not settings.mail.inbound:
            yield f"{key}: nobody reads mails to it; set mail.inbound to true, or leave it out"
        if used := taken.get(_folded(brand.questions)):
            yield f"{key}: {brand.questions!r} is {used} already; use another address"
        taken[_folded(brand.questions)] = f"for questions of brand {brand.id!r}"


def _folded(address: str) -> str:
    return address.casefold()


def _production_faults(settings: Settings) -> Iterator[str]:
    """What a real deployment may not do without."""
    required: Mapping[str, bool] = {
        "stack.deletion_protection": settings.stack.deletion_protection,
        "stack.retain": settings.stack.retain,
        "stack.guard": settings.stack.guard,
        "portal.waf": settings.portal.waf,
        "evidence.malware_scan": settings.evidence.malware_scan,
        "journal.lock": settings.journal.lock != "off",
        "alarms.email": settings.alarms.email is not None,
        "stack.architecture": settings.stack.architecture == "arm64",
    }
    remedies = {
        "alarms.email": "name a mailbox",
        "journal.lock": 'set it to "compliance" or "governance"',
        "stack.architecture": 'set it to "arm64"',
    }
    for key, held in required.items():
        if not held:
            yield f"{key}: production needs it; {remedies.get(key, 'set it to true')}"
    if settings.stack.default_endpoints:
        yield "stack.default_endpoints: production uses its own domains; set it to false"
    if settings.stack.sweep_seconds > 300:
        yield "stack.sweep_seconds: production sweeps at least every five minutes; set it to 300 or less"
