"""A synthesised template, read the way a reviewer reads it: by kind, by owner, by who may do what to what."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

type Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Template:
    """The document and its resources by logical id."""

    document: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Template":
        """The template in a file."""
        return cls(json.loads(path.read_text()))

    @property
    def resources(self) -> Mapping[str, Resource]:
        """Resources by logical id."""
        resources: Mapping[str, Resource] = self.document["Resources"]
        return resources

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Resources of a type, `AWS::` left out, by logical id."""
        return {name: item for name, item in self.resources.items() if item["Type"] == f"AWS::{kind}"}

    def only(self, kind: str) -> Mapping[str, Any]:
        """The properties of the one resource of a type."""
        [resource] = self.of_type(kind).values()
        properties: Mapping[str, Any] = resource["Properties"]
        return properties

    def named(self, kind: str, label: str) -> Resource:
        """The one resource of a type that has a label."""
        [resource] = [item for name, item in self.of_type(kind).items() if self.label(name) == label]
        return resource

    def functions(self) -> dict[str, Mapping[str, Any]]:
        """The properties of each function, by the name its folder has."""
        return {
            re.sub(r"(?<!^)(?=[A-Z])", "_", self.label(name)).lower(): item["Properties"]
            for name, item in self.of_type("Lambda::Function").items()
        }

    def label(self, logical_id: str) -> str:
        """A logical id without its digest and without the words every id of its kind has."""
        bare = re.sub(r"[0-9A-F]{8}$", "", logical_id)
        owners = "Portal|OperatorApi|Relay|Sweep|Webhooks|Outcomes|Mailbox|Journal|Reports|Erasure"
        return re.sub(rf"^({owners})(?=\1)|(Function|Table|Role)$", "", bare)

    def grants(self, role: str) -> dict[str, set[str]]:
        """What a role may do: actions by resource. A role is known by its label."""
        allowed: dict[str, set[str]] = defaultdict(set)
        for statement in self.statements(role):
            assert statement["Effect"] == "Allow"
            for resource in _list(statement["Resource"]):
                allowed[self.target(resource)].update(_list(statement["Action"]))
        return dict(allowed)

    def statements(self, role: str) -> Iterator[Mapping[str, Any]]:
        """The statements of the policies of a role."""
        for policy in self.of_type("IAM::Policy").values():
            owners = [self.label(owner["Ref"]) for owner in policy["Properties"]["Roles"]]
            if role in owners:
                yield from policy["Properties"]["PolicyDocument"]["Statement"]

    def bounds(self, role: str, resource: str, key: str) -> dict[str, list[set[str] | None]]:
        """What a role may do to a resource: for each grant of an action the values of a condition's key."""
        found: dict[str, list[set[str] | None]] = defaultdict(list)
        for statement in self.statements(role):
            if resource in map(self.target, _list(statement["Resource"])):
                conditions = statement.get("Condition", {}).values()
                values = next((set(one[key]) for one in conditions if key in one), None)
                for action in _list(statement["Action"]):
                    found[action].append(values)
        return dict(found)

    def target(self, resource: object) -> str:
        """A policy's resource in words: the label of what it refers to, and what follows."""
        match resource:
            case str():
                return resource
            case {"Ref": str(name)}:
                return self.label(name)
            case {"Fn::GetAtt": [str(name), "StreamArn"]}:
                return f"{self.label(name)} stream"
            case {"Fn::GetAtt": [str(name), str()]}:
                return self.label(name)
            case {"Fn::Join": [str(), list(parts)]}:
                return "".join(self.target(part) for part in parts if part != {"Ref": "AWS::AccountId"})
            case _:
                raise AssertionError(f"a resource nobody expected: {resource}")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
