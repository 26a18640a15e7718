"""The committed schemas of published events: as the code says, and only ever wider in what they offer."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from infra import event_schemas
from infra.event_schemas import FOLDER, Incompatible, incompatibilities, main, schema, texts
from redress import published
from redress.domain import events as e
from redress.domain.events import EVENT_TYPES
from redress.domain.stages import Stage
from redress.published import PING, PUBLISHED, envelope, schema_of
from redress.usecases import deliver_webhooks
from redress.usecases.webhook_ports import Delivery
from tests.support.complaints import T0, Case, at_stage
from tests.unit.test_published import text

type Json = dict[str, Any]


def committed(name: str) -> Json:
    found: Json = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def refusals(document: Json) -> list[str]:
    """What the schema that a document names says against it."""
    validator = Draft202012Validator(
        committed(document["schema"]), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_the_committed_files_are_what_the_code_says() -> None:
    committed_texts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    stale = [name for name, written in texts().items() if committed_texts.get(name) != written]
    assert stale == [], "run: make schemas"


def test_every_schema_of_the_folder_was_published_once() -> None:
    names = {path.stem for path in FOLDER.glob("*.json")}
    assert names >= {schema_of(kind) for kind in EVENT_TYPES}
    assert {name.partition(".v")[0] for name in names} <= {*EVENT_TYPES, PING}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_committed_schema_is_a_schema(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("stage", [Stage.DEADLOCKED, Stage.CLOSED])
def test_every_event_of_a_life_follows_its_schema(stage: Stage) -> None:
    documents = [
        envelope(one.text, "northlight", "sandbox", training=False) for one in at_stage(stage).records
    ]
    assert [fault for document in documents for fault in refusals(document)] == []


EXAMPLES: dict[Any, object] = {str: "text", int: 1, bool: True, tuple[str, ...]: ("a", "b")}
INSTANT, DAY = "2026-03-02T12:00:00.000Z", "2026-03-02"


def example(kind: str, *, whole: bool) -> Json:
    """The document of an event that says as little as it may, or as much."""
    made = EVENT_TYPES[kind]
    given = {name: some(name, one) for name, one in vars(made)["__annotations__"].items()}
    values = {name: value for name, value in given.items() if whole or not hasattr(made, name)}
    return envelope(text(made(**values)), "northlight", "gb-ukgc", training=whole)


def some(name: str, kind: Any) -> object:
    """A value of an annotated field: an instant or a day where its name says so."""
    ending = {"_at": INSTANT, "_on": DAY}.get(name[-3:])
    return ending or EXAMPLES[next(iter(get_args(kind))) if isinstance(kind, UnionType) else kind]


@pytest.mark.parametrize("kind", EVENT_TYPES)
@pytest.mark.parametrize("whole", [False, True], ids=["the least", "the most"])
def test_whatever_an_event_says_follows_its_schema(kind: str, *, whole: bool) -> None:
    document = example(kind, whole=whole)
    assert refusals(document) == []
    assert document["data"].keys() == set(PUBLISHED[kind])


def test_a_test_message_of_a_webhook_follows_its_schema_and_may_be_about_no_complaint() -> None:
    message = deliver_webhooks._ping(Delivery(endpoint="wh-1", since=T0, ping="ping-1"))
    assert refusals(message) == []
    assert [len(refusals({**message, place: "R7K3-9QXM-2"})) for place in ("number", "seq", "brand")] == [
        1
    ] * 3


def test_the_readme_shows_a_document_as_it_is() -> None:
    readme = FOLDER.with_name("README.md").read_text(encoding="utf-8")
    shown = json.loads(readme.split("```json")[1].split("```")[0])
    assert refusals(shown) == []
    assert shown["data"].keys() == set(PUBLISHED[shown["type"]])


def test_a_document_without_a_fact_that_came_later_follows_the_schema_too() -> None:
    document = envelope(Case().records[0].text, "northlight", "sandbox", training=False)
    del document["data"]["residence_packs"]
    assert refusals(document) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("seq", 0), ("actor", "app:desk/subject-77"), ("training", "yes"), ("type", "Closed"), ("at", "today")],
)
def test_a_schema_refuses_what_is_no_event(field: str, value: object) -> None:
    document = {**example("Acknowledged", whole=True), field: value}
    assert len(refusals(document)) == 1


# What a schema of facts may become, and what not: {"amount": integer, required; "note": string or null}.

FACTS: Json = {
    "type": "object",
    "properties": {
        "amount": {"type": "integer", "description": "Minor units."},
        "note": {"type": ["string", "null"], "format": "date"},
        "list": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["amount"],
}


def changed(change: Callable[[Json], object]) -> Json:
    new = copy.deepcopy(FACTS)
    change(new)
    return new


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda s: s["properties"].update(more={"type": "string"}),
        lambda s: s["properties"]["amount"].update(description="Cents."),
        lambda s: s.update(description="Facts."),
    ],
    ids=["nothing", "a new optional property", "other words about a property", "words about the whole"],
)
def test_a_schema_may_gain(change: Callable[[Json], object]) -> None:
    assert incompatibilities(FACTS, changed(change)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda s: s["properties"].pop("note"), "note: removed"),
        (lambda s: s["required"].append("note"), "the document: note is required now"),
        (lambda s: s.pop("required"), "the document: amount is no longer required"),
        (
            lambda s: (s["properties"].update(more={"type": "string"}), s["required"].append("more")),
            "the document: more is required now",
        ),
        (
            lambda s: s["properties"]["note"].update(type="string"),
            "note: type was ['string', 'null'] and is 'string'",
        ),
        (
            lambda s: s["properties"]["amount"].update(type="number"),
            "amount: type was 'integer' and is 'number'",
        ),
        (lambda s: s["properties"]["amount"].update(minimum=1), "amount: minimum was None and is 1"),
        (lambda s: s["properties"]["note"].pop("format"), "note: format was 'date' and is None"),
        (
            lambda s: s["properties"]["list"].update(items={"type": "integer"}),
            "list: items was {'type': 'string'} and is {'type': 'integer'}",
        ),
        (
            lambda s: s.update(additionalProperties=False),
            "the document: additionalProperties was None and is False",
        ),
    ],
    ids=[
        *("a removed property", "a property made required", "a property no longer promised"),
        *("a new property that old documents lack", "a narrower type", "a wider type"),
        *("a new limit", "a format that is gone", "other items", "a closed list of properties"),
    ],
)
def test_a_schema_may_not_have(change: Callable[[Json], object], fault: str) -> None:
    assert incompatibilities(FACTS, changed(change)) == [fault]


def test_a_fault_deep_in_a_schema_is_told_with_its_place() -> None:
    old = schema("Closed")
    new = copy.deepcopy(old)
    del new["properties"]["data"]["properties"]["reason"]
    assert incompatibilities(old, new) == ["data.reason: removed"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the schemas of now, in place of the committed one."""
    monkeypatch.setattr(event_schemas, "FOLDER", tmp_path)
    main()
    return tmp_path


def test_a_new_optional_field_is_written_into_the_schema_there_is(folder: Path) -> None:
    older = json.loads((folder / "TaskOpened.v1.json").read_text())
    del older["properties"]["data"]["properties"]["letter"]
    (folder / "TaskOpened.v1.json").write_text(json.dumps(older))
    main()
    assert json.loads((folder / "TaskOpened.v1.json").read_text()) == committed("TaskOpened.v1")


def test_an_incompatible_change_asks_for_another_version_and_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_schemas, "PUBLISHED", {**PUBLISHED, "Closed": ()})
    with pytest.raises(Incompatible, match=r"Closed\.v1: data\.reason: removed\nRaise the version of Closed"):
        texts()
    with pytest.raises(SystemExit, match="Raise the version"):
        main()
    assert (folder / "Closed.v1.json").read_text() == (FOLDER / "Closed.v1.json").read_text()


def test_another_version_is_a_file_of_its_own_and_the_first_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_schemas, "PUBLISHED", {**PUBLISHED, "Closed": ()})
    monkeypatch.setattr(published, "VERSIONS", {"Closed": 2})
    main()
    assert (folder / "Closed.v1.json").read_text() == (FOLDER / "Closed.v1.json").read_text()
    second = json.loads((folder / "Closed.v2.json").read_text())
    assert second["properties"]["schema"]["const"] == "Closed.v2"
    assert envelope(text(e.Closed(reason="completed")), "a", "b", training=False)["schema"] == "Closed.v2"
