"""One request to the portal: what the gateway tells of it, and where its links lead."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from redress.domain import number as complaint_number
from redress.domain import private_link
from redress.domain.errors import NotFound
from redress.domain.values import Value
from redress.region import Brand
from redress.usecases.change import Desk
from redress.usecases.ports import CaseFile
from redress.web import forms, pages, style, words
from redress.web.forms import Submission
from redress.web.pages import Page


class Portal(Value):
    """What the pages need from outside, asked for when it is needed.

    `link_secrets` are the live secrets of private links, the current one first; `player_secret` finds a
    player's complaints again; `url` is the portal's public address, None where the gateway's own is used.
    """

    desk: Callable[[], Desk]
    link_secrets: Callable[[], Sequence[bytes]]
    player_secret: Callable[[], bytes]
    random_bits: Callable[[int], int]
    url: str | None = None


class Visit(Value):
    """A request, as a REST API hands it to a proxy integration, and the portal it came to."""

    portal: Portal
    event: Mapping[str, Any]

    @property
    def desk(self) -> Desk:
        """What the use cases need."""
        return self.portal.desk()

    @property
    def root(self) -> str:
        """The way from this page to the portal's root, such as `../../`.

        The first page may be open with or without a final slash, which a gateway need not tell, so there the
        path of the portal's address is used, if it is known.
        """
        deeper = "../" * (self.event["path"].count("/") - 1)
        return deeper or (f"{urlsplit(self.portal.url).path.rstrip('/')}/" if self.portal.url else "./")

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
        headers = {name.lower(): value for name, value in (self.event["headers"] or {}).items()}
        encoded = bool(self.event["isBase64Encoded"])
        return forms.read(headers.get("content-type", ""), self.event["body"], is_base64=encoded)

    def open(self, number: str, key: str) -> CaseFile:
        """The complaint behind a private link; NotFound alike for an unknown number and a wrong key."""
        canonical = complaint_number.parse(number)
        if canonical is None:
            raise NotFound(number)
        case = self.desk.store.load(canonical)
        secrets, now = self.portal.link_secrets(), self.desk.now()
        if not private_link.opens(secrets, key, canonical, case.link_version, now):
            raise NotFound(canonical)
        return case

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
        """A page in the brand's colours."""
        shared = {
            "brand": brand,
            "root": self.root,
            "stylesheet": style.name(brand.id, brand.colour),
            "language": words.LANGUAGE,
        }
        return pages.page(status, template, shared | view, headers)
