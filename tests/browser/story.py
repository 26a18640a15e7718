"""How the states of pages are told: as stories of what happened before, and of what the browser then does."""

import re
from collections.abc import Callable, Mapping
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlencode, urlsplit

from redress.region import Region
from redress.usecases.ports import Batch, VersionConflict
from tests.support.complaints import REGION
from tests.support.memory_store import MemoryStore
from tests.support.portal import FORM, Answer, Visitor, region

RECEIVED = datetime(2026, 4, 20, 9, 14, tzinfo=UTC)
NUMBER = 832_790_912_948  # reads R7K3-9QXM
TWO_BRANDS = replace(
    REGION,
    brands=(
        *REGION.brands,
        replace(REGION.brands[0], id="southlight", name="Southlight Bets", colour="#ffd400"),
    ),
)
MANY_PACKS = region(cw_cga="Certified ADR", pl="Ombudsman of Insurance")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a page is come to: `path` is opened and, if there is `to`, a form of that page is sent there.

    `fields` go out with what the form hides, unless they name it. `then` are the fields of further times that
    the same form is sent. `status` is that of the page in the end.
    """

    path: str
    to: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    then: tuple[Mapping[str, str], ...] = ()
    status: int = 200
    content_type: str = FORM

    @property
    def sent(self) -> tuple[Mapping[str, str], ...]:
        """The fields of each time that the form is sent."""
        return (self.fields, *self.then) if self.to else ()


type Story = Callable[[Visitor], Shown]


@dataclass(frozen=True)
class State:
    """A state by its name; `region` is where its story takes place."""

    name: str
    story: Story
    region: Region

    def visitor(self) -> Visitor:
        """Somebody at a portal where nothing has happened yet."""
        return Visitor(region=self.region, now=RECEIVED, first_number=NUMBER)


STATES: dict[str, State] = {}


def state(story: Story) -> Story:
    """Add a story in the usual region, under its own name."""
    return within(REGION)(story)


def within(place: Region) -> Callable[[Story], Story]:
    """Add a story in a region."""

    def add(story: Story) -> Story:
        name = story.__name__.strip("_").replace("_", "-")
        STATES[name] = State(name, story, place)
        return story

    return add


def come(visitor: Visitor, shown: Shown, code: str = "") -> Answer:
    """Come to a page without a browser, in the language of a code; the answer may be the way to it."""
    prefix = f"/{code}" if code else ""
    page = visitor.get(f"{prefix}{shown.path}")
    for fields in shown.sent:
        body = urlencode({**hidden(page, shown.to, fields), **fields})
        page = visitor.send("POST", f"{prefix}{shown.to}", body, content_type=shown.content_type)
    return page


def hidden(page: Answer, to: str, fields: Mapping[str, str]) -> dict[str, str]:
    """What the form of a page that leads to an address carries by itself; nothing if it has no such form.

    Of several forms the one with most of the fields counts.
    """
    forms = [form for form in re.findall(r"<form\b.*?</form>", page.body, re.DOTALL) if _leads(form, to)]
    forms.sort(key=lambda form: -sum(f'name="{name}"' in form for name in fields))
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', forms[0]) if forms else []
    return {name: unescape(value) for name, value in inputs}


def _leads(form: str, to: str) -> bool:
    action = re.search(r'action="([^"]*)"', form)
    leads_to = urlsplit(unescape(action[1])).path if action else ""
    return leads_to.rpartition("/")[2] == to.rpartition("/")[2]


class BusyStore(MemoryStore):
    """A store where somebody else always writes first."""

    def append(self, batch: Batch) -> None:
        """Refuse, whatever it is."""
        raise VersionConflict(str(batch))


def be_busy(visitor: Visitor) -> None:
    """From now on, others keep writing."""
    busy = BusyStore(now=lambda: visitor.now)
    vars(busy).update(vars(visitor.store))
    visitor.store, visitor.desk = busy, replace(visitor.desk, store=busy)
