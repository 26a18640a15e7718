"""What a story is, and the operator in whose world all of them happen."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass, field

from redress.domain.values import Value
from redress.region import Cause, Client, Region
from tests.support.complaints import REGION
from tests.torture.world import World

QUESTIONS = "questions@mail.example.test"
COMPLAINTS = REGION.brands[0].sender

STORY_REGION: Region = replace(
    REGION,
    brands=(
        replace(
            REGION.brands[0],
            questions=QUESTIONS,
            jurisdictions=dict.fromkeys(("gb-ukgc", "sandbox"), REGION.brands[0].jurisdictions["gb-ukgc"]),
        ),
    ),
    clients=(
        Client(
            id="back-office",
            brands=("northlight",),
            scopes=("read", "write", "decide", "admin"),
            requests_per_minute=600,
        ),
    ),
    retention_years=6,
    causes=(Cause(id="unclear_terms", name="Our terms could be misread"),),
)

type Before = dict[str, str]


class Story(Value):
    """`before` prepares the world, and says what the story needs of it; `act` is what faults strike.

    `minutes` pass afterwards, with a sweep every five, until everything must have come to rest.
    """

    name: str
    act: Callable[[World, Before], None]
    before: Callable[[World], Before]
    minutes: int = 16


@dataclass
class Book:
    """Stories, as they are told."""

    stories: list[Story] = field(default_factory=list)

    def story(
        self, before: Callable[[World], Before] = lambda _: {}, minutes: int = 16
    ) -> Callable[[Callable[[World, Before], None]], None]:
        """Tell a story, under the name of its function."""

        def tell(act: Callable[[World, Before], None]) -> None:
            name = act.__name__.removeprefix("_").replace("_", " ")
            self.stories.append(Story(name=name, act=act, before=before, minutes=minutes))

        return tell
