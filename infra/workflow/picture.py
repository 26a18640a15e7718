"""Draws the workflow from its definition: `python -m infra.workflow.picture` writes complaint.svg.

Where a state stands is written down here, what it is called and does comes from the definition. A state that
has no place, or that does not fit the loop that is drawn, is an error: the picture cannot lie.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parent
DEFINITION, PICTURE = FOLDER / "complaint.asl.json", FOLDER / "complaint.svg"

type State = Mapping[str, Any]
type States = Mapping[str, State]

# The life of a complaint, from left to right, and the states of each part of it.
LIFE: Mapping[str, Sequence[str]] = {
    "Acknowledge": ["Acknowledge"],
    "Triage": ["Triage"],
    "Investigate": ["Investigate"],
    "Resolve": ["Resolve"],
    "Feedback": ["Ask for feedback", "Feedback"],
    "Close": ["Close"],
}
# What happens beside it.
BESIDE: Mapping[str, Sequence[str]] = {
    "Keep people informed": ["Inform player", "Notify staff"],
    "Escalate": ["Record milestone", "Escalate"],
    "Deadlock and ADR": ["Declare deadlock", "Refer to ADR", "Wait for ADR"],
    "When something fails": ["Note failed letter", "Give up letter", "Unknown step"],
}
LOOP = ("Begin", "Plan", "Route", "Done")

LEGEND = {
    "ask": "records something, then says what is next",
    "send": "sends a letter; if it fails: Note failed letter",
    "wait": "waits for its instant, or for the next event",
    "fail": "fails: the sweep starts a new execution",
}

WIDTH, EDGE, GAP = 1160, 22, 10
CARD_HEIGHT, LINE, HEAD = 132, 17, 31
RIBBON_TOP, RIBBON_HEIGHT, NOTCH = 22, 46, 16
CARDS_TOP = RIBBON_TOP + RIBBON_HEIGHT + 16
LOOP_TOP, LOOP_HEIGHT = CARDS_TOP + CARD_HEIGHT + 46, 64
GROUPS_TOP = LOOP_TOP + LOOP_HEIGHT + 46
SMALL_CARD_HEIGHT, GROUP_HEAD, PADDING = 94, 40, 12
LEGEND_LINE = 25
HEIGHT = GROUPS_TOP + GROUP_HEAD + 3 * (SMALL_CARD_HEIGHT + PADDING) + 22
CHARACTER = 6.9  # the width of an average character of a comment

STYLE = """
  text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  .paper { fill: #ffffff; }
  .name { font-size: 14.5px; font-weight: 650; fill: #16202b; }
  .comment { font-size: 13px; fill: #52606d; }
  .stage { font-size: 15px; font-weight: 650; fill: #ffffff; text-anchor: middle; }
  .ribbon { fill: #1f4e79; }
  .title { font-size: 14px; font-weight: 650; fill: #3e4c59; }
  .group { fill: #f5f7fa; stroke: #d9e2ec; }
  .card { fill: #ffffff; stroke: #cbd5e0; }
  .loop { fill: #e8f0f8; stroke: #1f4e79; stroke-width: 1.5; }
  .way { stroke: #7b8794; stroke-width: 1.6; fill: none; marker-start: url(#tip); marker-end: url(#tip); }
  .in { stroke: #7b8794; stroke-width: 1.6; fill: none; marker-end: url(#tip); }
  .tip { fill: #7b8794; }
  .dot { fill: #1f4e79; }
  .mark { fill: none; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
  .ask { stroke: #6b4fbb; } .send { stroke: #0b7285; } .wait { stroke: #b35c00; } .fail { stroke: #c92a2a; }
  .done { stroke: #2b8a3e; } .turn { stroke: #ffffff; }
  .ask-bar { fill: #6b4fbb; } .send-bar { fill: #0b7285; }
  .wait-bar { fill: #b35c00; } .fail-bar { fill: #c92a2a; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; }
    .name { fill: #e6edf3; } .comment { fill: #9fb0c0; } .title { fill: #c4d0db; }
    .ribbon { fill: #2f6da8; }
    .group { fill: #12181f; stroke: #2b3644; } .card { fill: #18202a; stroke: #344150; }
    .loop { fill: #13263a; stroke: #5b9bd5; } .dot { fill: #5b9bd5; }
    .way, .in { stroke: #8b98a5; } .tip { fill: #8b98a5; }
    .ask { stroke: #b197fc; } .send { stroke: #3bc9db; } .wait { stroke: #ffa94d; } .fail { stroke: #ff8787; }
    .done { stroke: #69db7c; }
    .ask-bar { fill: #b197fc; } .send-bar { fill: #3bc9db; }
    .wait-bar { fill: #ffa94d; } .fail-bar { fill: #ff8787; }
  }
"""

# Signs of 18 by 18: a pencil, an envelope, a turning arrow, a cross, a tick.
SIGNS = {
    "ask": "M3 15l1-4 8.5-8.5a1.8 1.8 0 0 1 3 3L7 14z M11 4l3 3",
    "send": "M2 4.5h14v9.5h-14z M2.5 5l6.5 5.2 6.5-5.2",
    "wait": "M15.5 9a6.5 6.5 0 1 1-2-4.7 M13.8 1.2v3.4h-3.4 M9 5.6v3.6l2.3 1.5",
    "fail": "M4 4l10 10 M14 4l-10 10",
    "done": "M3 9.5l4.2 4.2 8-9",
}


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture, in its units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Its horizontal middle."""
        return self.x + self.width / 2

    @property
    def below(self) -> float:
        """Its lower edge."""
        return self.y + self.height


def draw(definition: str) -> str:
    """The picture of a definition in the States Language. Raises ValueError for one it cannot show."""
    states: States = json.loads(definition)["States"]
    _check(states)
    parts = [*_frame(), *_life(states), *_beside(states), *_loop(states), *_legend()]
    body = "\n".join(f"  {part}" for part in parts)
    label = "The workflow of a complaint: " + ", ".join(LIFE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(label)}">\n{body}\n</svg>\n'
    )


def _check(states: States) -> None:
    """Every state has a place, and each but the ends is reached from Route and leads back to the loop."""
    placed = [name for group in (*LIFE.values(), *BESIDE.values(), LOOP) for name in group]
    if sorted(placed) != sorted(states):
        raise ValueError(f"the picture and the definition differ by {set(placed) ^ set(states)}")
    route = states["Route"]
    routed = {route["Default"], *(choice["Next"] for choice in route["Choices"])}
    caught = {one["Next"] for state in states.values() for one in state.get("Catch", [])}
    for name in set(placed) - set(LOOP):
        leads_back = states[name].get("Next") in {"Plan", "Route"} or states[name]["Type"] == "Fail"
        if name not in routed | caught or not leads_back:
            raise ValueError(f"{name} is not part of the loop that the picture shows")


def _kind(state: State) -> str:
    """What a state does, by what it calls."""
    if state["Type"] == "Fail":
        return "fail"
    resources = {"${plan_function}": "ask", "${letters_function}": "send"}
    return resources.get(state["Resource"], "wait")


def _frame() -> Iterator[str]:
    yield f"<style>{STYLE}</style>"
    yield (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        ' orient="auto-start-reverse"><path class="tip" d="M0 0.8L8 4L0 7.2z"/></marker></defs>'
    )
    yield f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="12"/>'


def _life(states: States) -> Iterator[str]:
    """The ribbon of the life, and under each part of it its states."""
    count = sum(len(names) for names in LIFE.values())
    width = (WIDTH - 2 * EDGE - (count - 1) * GAP) / count
    x = float(EDGE)
    for stage, names in LIFE.items():
        span = len(names) * (width + GAP) - GAP
        waits = any(_kind(states[name]) == "wait" for name in names)
        yield from _chevron(stage, Box(x, RIBBON_TOP, span, RIBBON_HEIGHT), turns=waits)
        for name in names:
            box = Box(x, CARDS_TOP, width, CARD_HEIGHT)
            yield from _card(name, states[name], box)
            yield _line("way", box.middle, box.below + 4, LOOP_TOP - 4)
            x += width + GAP


def _beside(states: States) -> Iterator[str]:
    """The groups of states beside the life, each joined to the loop."""
    width = (WIDTH - 2 * EDGE - (len(BESIDE) - 1) * GAP) / len(BESIDE)
    for place, (title, names) in enumerate(BESIDE.items()):
        height = GROUP_HEAD + len(names) * (SMALL_CARD_HEIGHT + PADDING)
        group = Box(EDGE + place * (width + GAP), GROUPS_TOP, width, height)
        yield _rectangle("group", group, 12)
        yield _text("title", group.x + PADDING + 2, group.y + 26, title)
        yield _line("way", group.middle, LOOP_TOP + LOOP_HEIGHT + 4, GROUPS_TOP - 4)
        for row, name in enumerate(names):
            top = group.y + GROUP_HEAD + row * (SMALL_CARD_HEIGHT + PADDING)
            box = Box(group.x + PADDING, top, width - 2 * PADDING, SMALL_CARD_HEIGHT)
            yield from _card(name, states[name], box)


def _loop(states: States) -> Iterator[str]:
    """The loop on which everything turns: begin, plan, route, and at its end done."""
    bar = Box(EDGE, LOOP_TOP, WIDTH - 2 * EDGE, LOOP_HEIGHT)
    yield _rectangle("loop", bar, LOOP_HEIGHT / 2)
    middle = bar.y + bar.height / 2
    yield f'<circle class="dot" cx="{bar.x + 34}" cy="{middle}" r="8"/>'
    yield f'<path class="in" d="M{bar.x + 46} {middle}h30"/>'
    yield _text("name", bar.x + 88, middle - 5, "Plan → Route")
    yield _text("comment", bar.x + 88, middle + 14, states["Plan"]["Comment"])
    done = bar.x + bar.width - 330
    yield f'<path class="in" d="M{done - 42} {middle}h30"/>'
    yield _sign("done", done, middle - 16)
    yield _text("name", done + 26, middle - 5, "Done")
    yield _text("comment", done + 26, middle + 14, states["Done"]["Comment"])


def _legend() -> Iterator[str]:
    """What the signs mean, in the room that the shorter groups leave."""
    for row, (kind, meaning) in enumerate(LEGEND.items(), start=1):
        line = HEIGHT - 20 - (len(LEGEND) - row) * LEGEND_LINE
        yield _sign(kind, EDGE + PADDING, line - 14)
        yield _text("comment", EDGE + PADDING + 30, line, meaning)


def _chevron(stage: str, box: Box, *, turns: bool) -> Iterator[str]:
    """A part of the ribbon, pointing to the next; with a turning arrow where the complaint waits."""
    tip = box.x + box.width + GAP / 2
    yield (
        f'<path class="ribbon" d="M{box.x:g} {box.y}H{tip - NOTCH:g}L{tip:g} {box.y + box.height / 2:g}'
        f'L{tip - NOTCH:g} {box.below}H{box.x:g}L{box.x + NOTCH:g} {box.y + box.height / 2:g}z"/>'
    )
    centre, line = box.middle + (-8 if turns else NOTCH / 4), box.y + box.height / 2
    yield _text("stage", centre, line + 5, stage)
    if turns:
        yield _sign("wait", centre + len(stage) * CHARACTER * 0.65 + 8, line - 9, "turn")


def _card(name: str, state: State, box: Box) -> Iterator[str]:
    """A state: its sign, its name, and what it does in the words of the definition."""
    kind = _kind(state)
    yield _rectangle("card", box, 9)
    yield _rectangle(f"{kind}-bar", Box(box.x, box.y + 12, 4, box.height - 24), 2)
    yield _sign(kind, box.x + box.width - 28, box.below - 28)
    yield _text("name", box.x + 14, box.y + 26, name)
    words = state.get("Comment") or state["Cause"].split(";")[0]
    lines = textwrap.wrap(words, int((box.width - 26) / CHARACTER))
    for row, line in enumerate(lines):
        yield _text("comment", box.x + 14, box.y + HEAD + 15 + row * LINE, line)


def _line(kind: str, x: float, top: float, bottom: float) -> str:
    return f'<path class="{kind}" d="M{x:g} {top:g}V{bottom:g}"/>'


def _rectangle(kind: str, box: Box, radius: float) -> str:
    return (
        f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
        f' rx="{radius:g}"/>'
    )


def _text(kind: str, x: float, y: float, words: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(words)}</text>'


def _sign(kind: str, x: float, y: float, colour: str = "") -> str:
    return f'<path class="mark {colour or kind}" transform="translate({x:g} {y:g})" d="{SIGNS[kind]}"/>'


if __name__ == "__main__":
    PICTURE.write_text(draw(DEFINITION.read_text(encoding="utf-8")), encoding="utf-8")
