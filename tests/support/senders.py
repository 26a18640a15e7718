"""A mail service that answers as a test says, and letters of a story that leave through it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from redress.domain.correspondence import LetterKind
from redress.domain.packs import load_pack
from redress.domain.rules import Rules
from redress.letters.render import render
from redress.usecases.caps import mail_cap
from redress.usecases.ports import Cap, Mail
from redress.usecases.send_letter import Count, Outcome, Render, send_letter
from tests.support.letters import KEY, PORTAL, Story

SECRET = b"the-link-secret"


class LostAnswer(Exception):
    """The mail service may have taken the mail, or not."""


@dataclass
class Mailer:
    """A mail service: notes what reaches it, then answers as `answers` say, and well when they are spent."""

    answers: list[Exception] = field(default_factory=list)
    reached: list[Mail] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def send(self, mail: Mail) -> str:
        """Take the mail, or raise the next of the answers."""
        self.reached.append(mail)
        self.meanwhile()
        if self.answers:
            raise self.answers.pop(0)
        return f"message-{len(self.reached)}"


def writer(story: Story) -> Render:
    """Renders as the handler does."""
    rules = Rules((load_pack("gb-ukgc"),))
    return lambda letter, case: render(letter, case, story.desk.region, rules, PORTAL, KEY, story.now)


def counter(story: Story) -> Count:
    """Counts as the handler does."""

    def count(address: str) -> Cap:
        return mail_cap(SECRET, story.desk.region, address, story.now)

    return count


def deliver(
    story: Story, mailer: Mailer, kind: LetterKind = LetterKind.ACKNOWLEDGEMENT, write: Render | None = None
) -> Outcome:
    """Send the latest letter of a kind, as the workflow would have it done."""
    return sender(story, mailer, write)(story.number, story.letter(kind).key)


def sender(story: Story, mailer: Mailer, write: Render | None = None) -> Callable[[str, str], Outcome]:
    """What sends a letter, by number and key."""
    return partial(send_letter, story.desk, mailer, write or writer(story), counter(story))
