"""A state of a page in Chromium: coming to it, and what can be wrong with it for a person."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.states import State
from tests.support.portal import Visitor
from tests.support.portal_door import Door, open_door

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # of the others only the first place each: they are not read
}
NAMED_ROLES = ("button", "link", "textbox", "combobox", "radio", "checkbox", "searchbox", "spinbutton", "img")

# Fills the form that leads to an address, of several the one with most of the fields, and sends it past all
# scripts; makes one if the page has none.
SEND = """([to, fields, enctype]) => {
  const path = new URL(to, location.href).pathname, names = Object.keys(fields);
  const fits = form => names.filter(name => form.querySelector(`[name="${name}"]`)).length;
  let [form] = [...document.forms].filter(one => new URL(one.action).pathname === path)
    .sort((one, other) => fits(other) - fits(one));
  if (!form || enctype) {
    form = document.createElement('form');
    const type = enctype || 'application/x-www-form-urlencoded';
    Object.assign(form, {method: 'post', action: to, enctype: type});
    document.body.append(form);
  }
  for (const [name, value] of Object.entries(fields)) {
    const found = [...form.querySelectorAll(`[name="${name}"]:not(button)`)];
    const choice = found.filter(one => one.type === 'radio' || one.type === 'checkbox');
    choice.forEach(one => { one.checked = one.value === value; });
    if (choice.length) continue;
    if (!found.length) {
      found.push(document.createElement('input'));
      Object.assign(found[0], {type: 'hidden', name});
      form.append(found[0]);
    }
    found[0].value = value;
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


@dataclass
class Opened:
    """A page at its state: the answer it came with, what it asked for and what its console said."""

    page: Page
    address: str
    status: int
    answer: int = 0
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Window:
    """A window of Chromium before a portal that begins anew with each state; its portal ends with it."""

    def __init__(self, context: BrowserContext, door: Door) -> None:
        self._door = door
        self.page = context.new_page()
        self.seen = Opened(self.page, door.address, 0)
        _watch(self)

    def open(self, state: State, code: str) -> Opened:
        """Come to a state in a language."""
        visitor = state.visitor()
        shown = state.story(visitor)
        self._door.receive(visitor)
        self.seen = Opened(self.page, self._door.address, shown.status)
        self.page.goto(f"{self._door.address}/{code}{shown.path}")
        enctype = "" if "urlencoded" in shown.content_type else shown.content_type
        for fields in shown.sent:
            with self.page.expect_navigation():
                to = f"{self._door.address}/{code}{shown.to}"
                self.page.evaluate(SEND, [to, dict(fields), enctype])
        self.page.wait_for_load_state()
        return self.seen


@contextmanager
def window(context: BrowserContext) -> Iterator[Window]:
    """A window for many states."""
    with open_door(Visitor()) as door:
        yield Window(context, door)


def _watch(window: Window) -> None:
    def told(message: ConsoleMessage) -> None:
        # Chromium reports a page with the status of an error as a fault; that status is checked by itself.
        if message.type in {"error", "warning"} and "the server responded with a status" not in message.text:
            window.seen.faults.append(message.text)

    def answered(response: Response) -> None:
        if response.request.is_navigation_request():
            window.seen.answer = response.status
        elif response.status >= 400:
            window.seen.faults.append(f"{response.status} for {response.url}")

    window.page.on("request", lambda request: window.seen.asked.append(request.url))
    window.page.on("response", answered)
    window.page.on("console", told)
    window.page.on("pageerror", lambda error: window.seen.faults.append(str(error)))


def troubles(seen: Opened, code: str, width: int) -> dict[str, object]:
    """What is wrong with a page in a language on a screen of a width in CSS pixels; empty if nothing is."""
    page = seen.page
    elsewhere = [url for url in seen.asked if not url.startswith((seen.address, "data:"))]
    found = page.evaluate(
        """() => ({
          lang: document.documentElement.lang, dir: document.documentElement.dir,
          headings: document.querySelectorAll('h1').length, title: document.title.trim(),
          wide: document.documentElement.scrollWidth, cookies: document.cookie,
          inline: document.querySelectorAll('[style], style, script:not([src])').length,
        })"""
    )
    checks: Mapping[str, object] = {
        "status": seen.answer if seen.answer != seen.status else None,
        "language": found["lang"] if found["lang"] != code else None,
        "direction": found["dir"] if found["dir"] != "ltr" else None,
        "headings of the first level": found["headings"] if found["headings"] != 1 else None,
        "title": "missing" if len(found["title"]) < 5 else None,
        "wider than the screen": found["wide"] if found["wide"] > width else None,
        "cookies": found["cookies"],
        "inline styles or scripts": found["inline"],
        "asked elsewhere": elsewhere,
        "console": seen.faults,
    }
    return {name: what for name, what in checks.items() if what}


def violations(page: Page) -> list[str]:
    """What axe-core finds, each with the first place."""
    results: dict[str, Any] = Axe().run(page, options=RULES).response
    assert len(results["passes"]) > 8, "axe-core looked at a page"
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in results["violations"]]


def unnamed(page: Page) -> list[str]:
    """Controls and pictures without a name in the accessibility tree."""
    lines = (line.strip().removeprefix("- ") for line in page.locator("body").aria_snapshot().splitlines())
    return [line for line in lines if line.partition('"')[0].rstrip(": ") in NAMED_ROLES and '"' not in line]


def open_all(page: Page) -> None:
    """Open whatever can be unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")


# Marks what the Tab key should come to, in order: of radio buttons of one name the checked one, or the first.
MARK = """() => {
  document.body.tabIndex = -1;
  document.body.focus();
  const seen = new Set();
  const all = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary')];
  const reached = all.filter(one => {
    if (one.disabled || one.tabIndex < 0 || !one.checkVisibility({visibilityProperty: true})) return false;
    if (one.type !== 'radio') return true;
    const group = [...(one.form || document).querySelectorAll(`input[type=radio][name="${one.name}"]`)];
    return one === (group.find(other => other.checked) || group[0]);
  });
  const look = one => { const s = getComputedStyle(one);
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor,
            s.backgroundColor].join(); };
  const label = one => one.tagName === 'INPUT' && ['radio', 'checkbox', 'file'].includes(one.type)
    ? look(one.labels[0] || one) : '';
  window.looks = reached.map(one => look(one) + label(one));
  window.lookNow = () => look(document.activeElement) + label(document.activeElement);
  reached.forEach((one, place) => one.setAttribute('data-place', place));
  return reached.length;
}"""
NOW = """() => { const one = document.activeElement, place = Number(one.getAttribute('data-place') ?? -1);
  const box = one.getBoundingClientRect();
  return {place, differs: place >= 0 && window.lookNow() !== window.looks[place],
          width: box.width, height: box.height, what: one.outerHTML.slice(0, 100)}; }"""


def keyboard_troubles(page: Page) -> list[str]:
    """Where the Tab key goes astray, or where its place cannot be seen."""
    open_all(page)
    count: int = page.evaluate(MARK)
    assert count > 3
    found = []
    for place in range(count):
        page.keyboard.press("Tab")
        now = page.evaluate(NOW)
        if now["place"] != place:
            found.append(f"place {place}: came to {now['place']}, {now['what']}")
            break
        if not now["differs"] or now["width"] < 1 or now["height"] < 1:
            found.append(f"focus is not seen: {now['what']}")
    return found


def summary_troubles(page: Page) -> list[str]:
    """Links of the summary that do not lead to what is to be corrected; none without a summary."""
    summary = page.locator("main .notice[role=alert]")
    if not summary.count():
        return []
    found = [] if _gets_focus(page, ".notice[role=alert]") else ["reading does not start at the summary"]
    for link in summary.locator("a").all():
        link.focus()
        page.keyboard.press("Enter")
        if not _has_focus(page, "input, select, textarea"):
            found.append(link.evaluate("link => link.outerHTML"))
    return found


def _gets_focus(page: Page, selector: str) -> bool:
    """Whether it is focused once the page is drawn: a browser gives `autofocus` with its first frame."""
    try:
        page.locator(f"{selector}:focus").wait_for()
    except PlaywrightTimeoutError:
        return False
    return True


def _has_focus(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


type Look = Callable[[Page], list[str]]
ONCE: Mapping[str, Look] = {
    "summary of problems": summary_troubles,
    "names": unnamed,
    "keyboard": keyboard_troubles,
}
"""What is looked at once per state, in this order: the later ones change the page."""
