"""What holds at the end: each event delivered as signed, nothing twice, nothing personal, nothing left."""

import json
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError

from infra.local.describe import LocalStack
from redress.domain import instants
from redress.published import envelope
from redress.store.webhooks import WebhookTable
from tests.platform.casework.client import Api, Json
from tests.platform.casework.lives import MARK, PEOPLE, TEAMS, Case
from tests.support.webhook_receiver import Delivery


@dataclass
class Inspector:
    """Checks signatures as deliveries come (they hold for five minutes), with every secret there is."""

    first: str = ""
    second: str = ""
    signed_once: int = 0
    signed_twice: int = 0
    forged: list[str] = field(default_factory=list)
    _before_known: list[Delivery] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def inspect(self, one: Delivery) -> None:
        """A delivery that just came. Until the overlap ends, the first secret signs all of them."""
        self._verify(self.first, one)
        with self._lock:
            if len(one.headers["webhook-signature"].split()) < 2:
                self.signed_once += 1
                return
            self.signed_twice += 1
            if not self.second:
                self._before_known.append(one)
                return
        self._verify(self.second, one)

    def rotated(self, secret: str) -> None:
        """The new secret is known."""
        with self._lock:
            self.second, late = secret, self._before_known
        for one in late:
            self._verify(secret, one)

    def _verify(self, secret: str, one: Delivery) -> None:
        try:
            Webhook(secret).verify(one.body, dict(one.headers))
        except WebhookVerificationError as error:
            self.forged.append(f"{one.headers.get('webhook-id')}: {error}")


def stored(stack: LocalStack, number: str) -> list[Json]:
    """Every event of a complaint as it has to be published, from the table."""
    events = WebhookTable(stack.dynamodb, stack.table_name).events(number)
    return [envelope(one.text, one.brand, one.jurisdiction, one.training) for one in events]


def undelivered(wanted: list[Json], deliveries: list[Delivery]) -> list[str]:
    """The ids of events that did not come."""
    came = {one.headers["webhook-id"] for one in deliveries}
    return [event["id"] for event in wanted if event["id"] not in came]


def distorted(wanted: list[Json], deliveries: list[Delivery]) -> list[str]:
    """What came and is not, byte for byte at each repetition, the event as published."""
    events, bodies = {event["id"]: event for event in wanted}, defaultdict(set)
    for one in deliveries:
        bodies[one.headers["webhook-id"]].add(one.body)
    wrong = [f"{key}: {len(found)} bodies" for key, found in bodies.items() if len(found) > 1]
    for key, found in bodies.items():
        if key not in events:
            wrong.append(f"{key}: no such event")
        elif json.loads(next(iter(found))) != events[key]:
            wrong.append(f"{key}: {next(iter(found))!r} is not {events[key]}")
    return wrong


def told_of_a_person(deliveries: list[Delivery]) -> list[str]:
    """The ids of deliveries that hold a marked text, an address, or anybody's subject id."""
    people = [f"{before}{one}".encode() for one in PEOPLE for before in ('"', "/")]
    marks = [MARK.lower().encode(), b"@players.", b"@operator.", *people]
    return [
        one.headers["webhook-id"] for one in deliveries if any(mark in one.body.lower() for mark in marks)
    ]


def unlike_the_api(api: Api, number: str, events: list[Json]) -> list[str]:
    """Where what the API tells of the events differs from what was published."""
    shown = api.get(f"complaints/{number}/events")["items"]
    known = shown[: len(events)]  # what was read from the table before
    pairs = [[(one["seq"], one["type"], one["at"]) for one in part] for part in (known, events)]
    wrong = [] if pairs[0] == pairs[1] else [f"{number}: {pairs[0]} is not {pairs[1]}"]
    for one, event in zip(known, events, strict=False):
        wrong += [
            f"{event['id']} {name}: {value!r}, told {one['data'].get(name)!r}"
            for name, value in event["data"].items()
            if one["data"].get(name) != value
        ]
    return wrong


def letters_twice(stack: LocalStack, numbers: set[str], events: list[Json]) -> list[str]:
    """Letters that went twice, and mails that no event tells of."""
    sent = [one for one in events if one["type"] == "LetterSent"]
    times = Counter((one["number"], one["data"]["letter"]) for one in sent)
    twice = [f"{number} {letter}: {count} times" for (number, letter), count in times.items() if count > 1]
    mails = Counter(number for mail in stack.mails() for number in numbers if number in mail.subject)
    recorded = Counter(one["number"] for one in sent)
    return twice + [
        f"{number}: {mails[number]} mails, {recorded[number]} on record"
        for number in numbers
        if mails[number] != recorded[number]
    ]


def numbers_in_table(stack: LocalStack) -> set[str]:
    """All complaints there are."""
    pages = stack.dynamodb.get_paginator("scan").paginate(
        TableName=stack.table_name,
        FilterExpression="sk = :state",
        ExpressionAttributeValues={":state": {"S": "STATE"}},
    )
    return {item["number"]["S"] for page in pages for item in page["Items"]}


def register(api: Api) -> set[str]:
    """The numbers in the sandbox's register of this month, practice aside."""
    month, found = datetime.now(UTC).strftime("%Y-%m"), set[str]()
    cursor: dict[str, str] = {}
    while True:
        page = api.get("complaints", jurisdiction="sandbox", month=month, limit="100", **cursor)
        found |= {one["number"] for one in page["items"]}
        if not page["cursor"]:
            return found
        cursor = {"cursor": page["cursor"]}


def queued(api: Api) -> set[str]:
    """What stands in the queues of complaints, those of practice, and those of tasks."""
    found = set()
    for team in TEAMS:
        for path, more in (("complaints", {}), ("complaints", {"training": "true"}), ("tasks", {})):
            page = api.get(path, team=team, limit="100", **more)
            found |= {f"{team} {path} {one['number']}" for one in page["items"]}
    return found


def missing_of_life(cases: list[Case]) -> list[str]:
    """Complaints that have not come to an end."""
    return [f"{case.number} {case.life}" for case in cases if not case.closed]


def acknowledged_in(events: list[Json]) -> list[float]:
    """Seconds from each receipt to the acknowledgement, in order of length: how late the workflow is."""
    at = {(one["number"], one["type"]): instants.from_text(one["at"]).timestamp() for one in events}
    numbers = {one["number"] for one in events if one["type"] == "Acknowledged"}
    return sorted(at[one, "Acknowledged"] - at[one, "ComplaintReceived"] for one in numbers)


def lags(events: list[Json], deliveries: list[Delivery]) -> list[float]:
    """Seconds from each event to its first delivery, in order of length."""
    first: dict[str, float] = {}
    for one in deliveries:
        first.setdefault(one.headers["webhook-id"], one.at)
    at = {event["id"]: instants.from_text(event["at"]).timestamp() for event in events}
    return sorted(first[key] - at[key] for key in at if key in first)
