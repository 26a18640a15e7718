"""What tests of mail begin with."""

import pytest

from tests.support.mail import Postbox


@pytest.fixture
def post() -> Postbox:
    """An empty one."""
    return Postbox()


@pytest.fixture
def number(post: Postbox) -> str:
    """A complaint that the player made by the form."""
    return post.complained()
