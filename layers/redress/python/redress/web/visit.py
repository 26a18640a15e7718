"""One request to the portal: what the gateway tells of it, and where its links lead."""

from collections.abc import Callable, Mapping, Sequence
from copy import replace
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from redress.domain import number as complaint_number
from redress.domain import private_link
from redress.domain.errors import NotFound
from redress.domain.values import Value
from redress.faq.entries import Faq, empty
from redress.language import CODES, SOURCE, Language, known, language, preferred
from redress.region import Brand
from redress.usecases.change import Desk
from redress.usecases.ports import CaseFile
from redress.web import assets, forms, pages, style
from redress.web.forms import Submission
from redress.web.pages import Page

if TYPE_CHECKING:  # few pages are about evidence
    from redress.usecases.evidence_ports import EvidenceDoor


class LinkExpired(Exception):
    """A private link that was one of ours opens no more: its time is over, or a newer one took its place."""

    def __init__(self, number: str, language: str) -> None:
        self.number, self.language = number, language
        super().__init__(number)


class Portal(Value):
    """What the pages need from outside, asked for when it is needed.

    `link_secrets` are the live secrets of private links, the current one first; `player_secret` finds a
    player's complaints again; `url` is the portal's public address, None where the gateway's own is used.
    `faq` gives the help pages of a brand (id) in a language (ISO 639-1). `prefill_secrets` are those that
    the operator's site signs with, the current one first. `answers_read`: whether letters may be answered.
    """

    desk: Callable[[], Desk]
    link_secrets: Callable[[], Sequence[bytes]]
    player_secret: Callable[[], bytes]
    random_bits: Callable[[int], int]
    evidence: "Callable[[], EvidenceDoor]"
    url: str | None = None
    faq: Callable[[str, str], Faq] = lambda _brand, language: empty(language)
    prefill_secrets: Callable[[], Sequence[bytes]] = tuple
    answers_read: bool = False


class Visit(Value):
    """A request, as a REST API hands it to a proxy integration, and the portal it came to.

    `own` is the code of the language that the page asked for speaks by itself: a complaint's is its player's.
    """

    portal: Portal
    event: Mapping[str, Any]
    own: str | None = None

    @property
    def desk(self) -> Desk:
        """What the use cases need."""
        return self.portal.desk()

    @property
    def chosen(self) -> str | None:
        """The code of the language that the address begins with, such as `/fr/complaints`."""
        first = self.event["path"].split("/")[1:2]
        return first[0] if first and first[0] in CODES else None

    @property
    def path(self) -> str:
        """The path below the portal's root, without the language."""
        path: str = self.event["path"]
        return (path.removeprefix(f"/{self.chosen}") or "/") if self.chosen else path

    @property
    def place(self) -> str:
        """The path as links name it: without slashes at its ends, and the first page as the form it shows."""
        return self.path.strip("/") or "complaints"

    @property
    def language(self) -> Language:
        """The language to answer in: that of the address, else `own`, else the browser's, else English."""
        return language(self.chosen or self.own or preferred(self._header("accept-language")) or SOURCE)

    def speaking(self, tag: str) -> "Visit":
        """The visit to a page that has a language of its own (BCP 47), unless the address names another."""
        return replace(self, own=known(tag))

    @property
    def base(self) -> str:
        """The way from this page to the portal's root, such as `../../`.

        The first page may be open with or without a final slash, which a gateway need not tell, so there the
        path of the portal's address is used, if it is known.
        """
        deeper = "../" * (self.event["path"].count("/") - 1)
        return deeper or (f"{urlsplit(self.portal.url).path.rstrip('/')}/" if self.portal.url else "./")

    @property
    def root(self) -> str:
        """The way from this page to where pages in its language begin: links go on in a chosen language."""
        return f"{self.base}{self.chosen}/" if self.chosen else self.base

    @property
    def address(self) -> str:
        """The portal's absolute address, without a final slash."""
        context = self.event["requestContext"]
        return (self.portal.url or f"https://{context['domainName']}/{context['stage']}").rstrip("/")

    @property
    def brand(self) -> Brand:
        """The brand that the address asks for, else the first of the region."""
        region = self.desk.region
        return region.brand(self.query("brand")) or region.brands[0]

    def query(self, name: str) -> str:
        """A parameter of the query, empty if there is none."""
        return (self.event["queryStringParameters"] or {}).get(name) or ""

    def submission(self) -> Submission:
        """The form in the body. Raises UnreadableForm."""
        encoded = bool(self.event["isBase64Encoded"])
        return forms.read(self._header("content-type"), self.event["body"], is_base64=encoded)

    def open(self, number: str, key: str) -> CaseFile:
        """The complaint behind a private link.

        Raises NotFound, alike for an unknown number and a wrong key, and LinkExpired for a key that once was
        the right one.
        """
        canonical = complaint_number.parse(number)
        if canonical is None:
            raise NotFound(number)
        case = self.desk.store.load(canonical)
        secrets, now = self.portal.link_secrets(), self.desk.now()
        if not private_link.opens(secrets, key, canonical, case.link_version, now):
            if private_link.opened_once(secrets, key, canonical, case.link_version):
                raise LinkExpired(canonical, case.complaint.language)
            raise NotFound(canonical)
        return case

    def enter(self, number: str, key: str) -> "tuple[Visit, CaseFile]":
        """The complaint behind a private link, and the visit in its player's language. Raises as `open`."""
        case = self.open(number, key)
        return self.speaking(case.complaint.language), case

    def new_key(self, number: str, link_version: int) -> str:
        """A key that opens the complaint."""
        desk = self.desk
        validity = timedelta(days=desk.region.link_days)
        return private_link.make(self.portal.link_secrets()[0], number, link_version, desk.now(), validity)

    def complaint_path(self, number: str, key: str) -> str:
        """The relative way from this page to a complaint's tracking page."""
        return f"{self.root}complaints/{quote(number)}/{quote(key)}"

    def page(
        self,
        status: int,
        template: str,
        brand: Brand,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        **view: object,
    ) -> Page:
        """A page in the brand's colours and the visit's language."""
        spoken = self.language
        shared = {
            "brand": brand,
            "base": self.base,
            "root": self.root,
            "link": partial(self.link, brand),
            "languages": [language(code) for code in CODES],
            "in_language": partial(self._in_language, brand),
            "stylesheet": style.name(brand.id, brand.colour),
            "logo": assets.logo(brand),
            "script": self._script,
            "place": self.place,
            "absolute": partial(self._absolute, brand),
        }
        return pages.page(status, template, spoken, shared | view, {**self._of_language, **headers})

    def unchanged(self, headers: Mapping[str, str]) -> Page | None:
        """The answer to a browser that has the page with the ETag of `headers`; None if it has not."""
        return (
            pages.unchanged({**self._of_language, **headers})
            if headers["ETag"] in self._header("if-none-match")
            else None
        )

    def link(self, brand: Brand, path: str, **asked: str) -> str:
        """The relative way to a page of a brand; the first brand of the region needs no mention."""
        named = asked if brand == self.desk.region.brands[0] else {**asked, "brand": brand.id}
        return f"{self.root}{path}" + (f"?{urlencode(named)}" if named else "")

    @property
    def _of_language(self) -> Mapping[str, str]:
        depends = {} if self.chosen else {"Vary": "Accept-Language"}
        return {"Content-Language": self.language.code, **depends}

    def _script(self, name: str) -> str:
        """The relative way to a script of the portal by the name of its source, such as `form.js`."""
        return f"{self.base}static/{assets.scripts()[name].name}"

    def _absolute(self, brand: Brand, code: str = "") -> str:
        """The whole address of this page, in a language if one is given: for those who list pages."""
        return "/".join(part for part in (self.address, code, self._way(brand)) if part)

    def _in_language(self, brand: Brand, code: str) -> str:
        """The relative way to this page in another language."""
        return f"{self.base}{code}/{self._way(brand)}"

    def _way(self, brand: Brand) -> str:
        """Path and query of this page from where pages of a language begin."""
        kept = dict(self.event["queryStringParameters"] or {})
        asked = urlencode({**kept, "brand": brand.id} if brand != self.desk.region.brands[0] else kept)
        return quote(self.place) + (f"?{asked}" if asked else "")

    def _header(self, name: str) -> str:
        headers = {key.lower(): value for key, value in (self.event["headers"] or {}).items()}
        return headers.get(name) or ""
