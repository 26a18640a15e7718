"""Secrets change by the steps of `infra/README.md`, and nobody outside notices until an old one is ended.

Each process asks Secrets Manager again every SECRET_SECONDS. So for a while after each step some know of it
and some do not yet, and what the ones make has to be good to the others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.domain import private_link, reply_address, webhooks
from redress.region import Client
from redress.web import guard, prefill
from tests.support.complaints import REGION

NUMBER, VERSION, NONCE = "2WK9-7AJW-T", 1, "a-nonce-of-a-form-0001"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
YEAR = timedelta(days=365)
BACK_OFFICE = Client(id="back-office", brands=("northlight",), scopes=("read",))
PREFILLING = {"iss": "back-office", "aud": prefill.AUDIENCE, "brand": "northlight", "account": "player-1"}


@dataclass
class Rotation:
    """A secret, what an operator does to it, and the clock that a process caches it by (Unix seconds)."""

    seconds: float = 1_000_000.0
    arn: str = ""
    versions: list[str] = field(default_factory=list)

    def make(self) -> None:
        """As the stack does."""
        made = client("secretsmanager").create_secret(Name="a secret", SecretString="secret-0" * 8)
        self.arn, self.versions = made["ARN"], [made["VersionId"]]

    def announce(self) -> None:
        """The runbook's first step: a new version that is live, and that nothing is made with yet."""
        said = f"secret-{len(self.versions)}" * 8
        put = client("secretsmanager").put_secret_value(
            SecretId=self.arn, SecretString=said, VersionStages=["AWSPREVIOUS"]
        )
        self.versions.append(put["VersionId"])

    def promote(self) -> None:
        """The second: from now on the new one makes, and the old one is still live."""
        old, new = self.versions[-2:]
        client("secretsmanager").update_secret_version_stage(
            SecretId=self.arn, VersionStage="AWSCURRENT", MoveToVersionId=new, RemoveFromVersionId=old
        )

    def end(self) -> None:
        """The last, where a secret has leaked: the old one is live no more."""
        client("secretsmanager").update_secret_version_stage(
            SecretId=self.arn, VersionStage="AWSPREVIOUS", RemoveFromVersionId=self.versions[-2]
        )

    def knows(self) -> tuple[bytes, ...]:
        """What a process knows that lives on."""
        return wiring.secret(self.arn)

    def fresh(self) -> tuple[bytes, ...]:
        """What a process knows that begins now."""
        return wiring.live_versions.__wrapped__(self.arn, 0)

    def later(self) -> None:
        """As long as a process may go without asking."""
        self.seconds += wiring.SECRET_SECONDS


@pytest.fixture
def rotation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rotation]:  # noqa: ARG001 - the order
    """A secret of one version, which a process has read."""
    made = Rotation()
    made.make()
    monkeypatch.setattr("redress.adapters.wiring.time.time", lambda: made.seconds)
    wiring.live_versions.cache_clear()
    assert len(made.knows()) == 1
    yield made
    wiring.live_versions.cache_clear()


def link(secrets: tuple[bytes, ...]) -> str:
    """The key of a private link, as a letter has it."""
    return private_link.make(secrets[0], NUMBER, VERSION, NOW, YEAR)


def address(secrets: tuple[bytes, ...]) -> str:
    """The address that a letter is answered to."""
    return f"{reply_address.make(secrets[0], NUMBER)}@mail.example.test"


def form(secrets: tuple[bytes, ...]) -> str:
    """What a form carries that lies open in a browser."""
    return guard.token(secrets, NONCE, NOW)


def opens(secrets: tuple[bytes, ...], key: str) -> bool:
    """Whether the tracking page opens."""
    return private_link.opens(secrets, key, NUMBER, VERSION, NOW)


def reaches(secrets: tuple[bytes, ...], recipient: str) -> bool:
    """Whether a mail to the address is the player's reply."""
    return reply_address.read(secrets, recipient) is not None


def trusts(secrets: tuple[bytes, ...], token: str) -> bool:
    """Whether the form is taken for one of ours."""
    sent = {guard.TOKEN: token}
    return guard.UNSIGNED not in guard.suspicions(secrets, sent, NONCE, NOW, timedelta())


def all_open(maker: tuple[bytes, ...], reader: tuple[bytes, ...]) -> list[bool]:
    """Whether what one process makes is good to another."""
    return [
        opens(reader, link(maker)),
        reaches(reader, address(maker)),
        trusts(reader, form(maker)),
    ]


class TestWithoutDowntime:
    def test_at_no_step_does_one_process_refuse_what_another_makes(self, rotation: Rotation) -> None:
        for step in (rotation.announce, rotation.promote):
            step()
            old, new = rotation.knows(), rotation.fresh()
            assert old != new
            assert all_open(old, new) == [True] * 3
            assert all_open(new, old) == [True] * 3
            rotation.later()
            assert rotation.knows() == new

    def test_promoting_at_once_would_refuse_new_links_for_a_while(self, rotation: Rotation) -> None:
        """Why there are two steps, and a wait between them."""
        rotation.announce()
        rotation.promote()
        assert all_open(rotation.fresh(), rotation.knows()) == [False] * 3

    def test_links_addresses_and_forms_from_before_open_until_the_next_rotation(
        self, rotation: Rotation
    ) -> None:
        before = rotation.knows()
        for step in (rotation.announce, rotation.promote):
            step()
            rotation.later()
            assert all_open(before, rotation.knows()) == [True] * 3
        rotation.announce()
        rotation.later()
        assert all_open(before, rotation.knows()) == [False] * 3

    def test_what_is_new_is_made_with_the_new_secret_once_it_is_promoted(self, rotation: Rotation) -> None:
        before = rotation.knows()
        rotation.announce()
        rotation.later()
        assert link(rotation.knows()) == link(before)
        rotation.promote()
        rotation.later()
        assert link(rotation.knows()) == link((b"secret-1" * 8,))
        assert address(rotation.knows()) != address(before)

    def test_what_has_leaked_is_ended_in_one_step_and_opens_nothing_afterwards(
        self, rotation: Rotation
    ) -> None:
        leaked = rotation.knows()
        for step in (rotation.announce, rotation.promote, rotation.end):
            step()
            rotation.later()
        assert rotation.knows() == (b"secret-1" * 8,)
        assert all_open(leaked, rotation.knows()) == [False] * 3
        assert all_open(rotation.knows(), rotation.knows()) == [True] * 3


class TestWhatAProcessKnows:
    def test_it_asks_once_and_again_within_five_minutes(
        self, rotation: Rotation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert wiring.SECRET_SECONDS == 300
        asked = self.count(monkeypatch)
        rotation.knows()
        assert asked == []
        rotation.announce()
        rotation.seconds = (rotation.seconds // 300 + 1) * 300 - 0.001
        assert len(rotation.knows()) == 1
        rotation.seconds += 0.001
        assert len(rotation.knows()) == 2
        rotation.knows()
        assert asked == ["AWSCURRENT", "AWSPREVIOUS"]

    def test_labels_that_change_places_while_it_asks_hide_no_version(
        self, rotation: Rotation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rotation.announce()
        asked = self.count(monkeypatch, then=rotation.promote)
        rotation.later()
        assert rotation.knows() == (b"secret-1" * 8, b"secret-0" * 8)
        assert asked == ["AWSCURRENT", "AWSPREVIOUS", "AWSCURRENT"]

    def count(self, monkeypatch: pytest.MonkeyPatch, then: Callable[[], None] = lambda: None) -> list[str]:
        """The versions that are asked for; after the first question `then` is done."""
        asked: list[str] = []
        ask = client("secretsmanager").get_secret_value

        def counted(**question: str) -> object:
            asked.append(question["VersionStage"])
            answer = ask(**question)
            if len(asked) == 1:
                then()
            return answer

        monkeypatch.setattr(client("secretsmanager"), "get_secret_value", counted)
        return asked


FAULTS = {
    "an error of its own": ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue"),
    "too many questions": ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue"),
    "no connection": EndpointConnectionError(endpoint_url="https://secretsmanager.eu-west-2.amazonaws.com"),
    "no answer": ReadTimeoutError(endpoint_url="https://secretsmanager.eu-west-2.amazonaws.com"),
}
WITHDRAWN = {
    code: ClientError({"Error": {"Code": code}}, "GetSecretValue")
    for code in ("ResourceNotFoundException", "AccessDeniedException")
}


@dataclass
class Outage:
    """Secrets Manager while it fails with `fault`, at questions for `stage` alone if one is given."""

    monkeypatch: pytest.MonkeyPatch
    fault: Exception
    stage: str | None = None
    asked: int = 0

    def __enter__(self) -> "Outage":
        self._ask = client("secretsmanager").get_secret_value
        self.monkeypatch.setattr(client("secretsmanager"), "get_secret_value", self._fail)
        return self

    def __exit__(self, *_: object) -> None:
        self.monkeypatch.setattr(client("secretsmanager"), "get_secret_value", self._ask)

    def _fail(self, **question: str) -> object:
        self.asked += 1
        if self.stage in {None, question["VersionStage"]}:
            raise self.fault
        return self._ask(**question)


class TestWhileSecretsManagerFails:
    @pytest.mark.parametrize("stage", [None, "AWSPREVIOUS"])
    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_process_goes_on_with_what_it_knows(
        self, rotation: Rotation, monkeypatch: pytest.MonkeyPatch, fault: str, stage: str | None
    ) -> None:
        before = rotation.knows()
        rotation.announce()
        rotation.later()
        with Outage(monkeypatch, FAULTS[fault], stage):
            assert rotation.knows() == before
            rotation.later()
            rotation.later()
            assert rotation.knows() == before

    def test_it_asks_again_after_seconds_and_not_for_every_request(
        self, rotation: Rotation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rotation.announce()
        rotation.later()
        with Outage(monkeypatch, FAULTS["no answer"]) as outage:
            for _ in range(5):
                assert len(rotation.knows()) == 1
            assert outage.asked == 1
            rotation.seconds += wiring.RETRY_SECONDS
            assert len(rotation.knows()) == 1
            assert outage.asked == 2
        rotation.seconds += wiring.RETRY_SECONDS - 0.001
        assert len(rotation.knows()) == 1
        rotation.seconds += 0.001
        assert len(rotation.knows()) == 2
        assert wiring.RETRY_SECONDS < 60 < wiring.SECRET_SECONDS

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_process_that_knows_nothing_yet_fails_and_asks_at_the_next_request(
        self, rotation: Rotation, monkeypatch: pytest.MonkeyPatch, fault: str
    ) -> None:
        self.begin()
        with Outage(monkeypatch, FAULTS[fault]) as outage:
            for _ in range(2):
                with pytest.raises(type(FAULTS[fault])):
                    rotation.knows()
            assert outage.asked == 2
        assert len(rotation.knows()) == 1

    @pytest.mark.parametrize("code", WITHDRAWN)
    def test_a_secret_that_was_withdrawn_is_used_no_longer(
        self, rotation: Rotation, monkeypatch: pytest.MonkeyPatch, code: str
    ) -> None:
        """Secrets Manager is well, and says no."""
        rotation.later()
        with Outage(monkeypatch, WITHDRAWN[code], "AWSCURRENT"), pytest.raises(ClientError):
            rotation.knows()

    def test_what_one_secret_suffers_the_others_do_not(
        self, rotation: Rotation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = client("secretsmanager").create_secret(Name="another", SecretString="another")["ARN"]
        rotation.later()
        with Outage(monkeypatch, FAULTS["no answer"]):
            assert len(rotation.knows()) == 1
        assert wiring.secret(other) == (b"another",)

    def begin(self) -> None:
        """A process begins."""
        wiring.live_versions.cache_clear()
        wiring.known_versions.cache_clear()


class TestOtherSecrets:
    def test_the_operators_site_may_change_over_any_time_after_the_announcement(
        self, rotation: Rotation
    ) -> None:
        rotation.announce()
        rotation.later()
        assert self.prefills(rotation, b"secret-0" * 8)
        assert self.prefills(rotation, b"secret-1" * 8)
        rotation.promote()
        rotation.later()
        assert self.prefills(rotation, b"secret-0" * 8)
        rotation.end()
        rotation.later()
        assert not self.prefills(rotation, b"secret-0" * 8)
        assert self.prefills(rotation, b"secret-1" * 8)

    def prefills(self, rotation: Rotation, secret: bytes) -> bool:
        """Whether a link that the operator's site signs fills in the form."""
        seconds = int(NOW.timestamp())
        token = jwt.encode({**PREFILLING, "iat": seconds, "exp": seconds + 60}, secret, "HS256")
        region = replace(REGION, clients=(BACK_OFFICE,))
        return prefill.read(rotation.knows(), token, region, NOW) is not None

    def test_a_webhook_is_signed_for_receivers_of_both_keys_of_the_stack(self, rotation: Rotation) -> None:
        receiver = webhooks.secret(rotation.knows()[0], "hook", 1)
        signature = webhooks.sign([receiver], "id", NOW, b"{}")["webhook-signature"]
        for step in (rotation.announce, rotation.promote):
            step()
            rotation.later()
            keys = [webhooks.secret(one, "hook", 1) for one in rotation.knows()]
            assert signature in webhooks.sign(keys, "id", NOW, b"{}")["webhook-signature"].split()
