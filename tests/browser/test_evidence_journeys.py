"""A player adds files to a complaint: straight to the store of files, with and without scripts."""

from collections.abc import Iterator
from copy import replace
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from redress.domain import commands as c
from tests.browser.journey import Home, button, field, fill_in, follow, send
from tests.support.bucket_door import LARGEST, Bucket, open_bucket
from tests.support.evidence import DOOR, PNG, PROGRAM

PICTURE = FilePayload(name="my secret name.png", mimeType="image/png", buffer=PNG)


@pytest.fixture
def bucket(home: Home) -> Iterator[Bucket]:
    """The store of files to which the portal's forms lead."""
    with open_bucket() as bucket:
        visitor = home.door.visitor
        visitor.portal = replace(visitor.portal, evidence=lambda: replace(DOOR, url=bucket.address))
        yield bucket


def add_files(page: Page, home: Home) -> str:
    """A new complaint's page of files; its path without base and language."""
    fill_in(page, home)
    send(page, home)
    address = follow(page, home)
    page.locator("main a[href*='/evidence']").first.click()
    field(page, "file").wait_for()
    return address.removeprefix(home.address)


def test_a_file_goes_to_the_store_and_the_page_tells_what_became_of_it(
    phone: Page, home: Home, bucket: Bucket
) -> None:
    path = add_files(phone, home)
    field(phone, "file").set_input_files(PICTURE)
    button(phone, home, "Send this file").click()
    phone.wait_for_url("**/evidence/sent?**")
    expect(phone.get_by_role("status").first).to_be_visible()
    assert list(bucket.files.values()) == [PNG]
    assert "secret" not in "".join(bucket.files)
    added = c.AddEvidence(evidence="f1", media_type="image/png", size=len(PNG), content={"sha256": "0"})
    home.door.visitor.operator(path, added, c.RecordScan(evidence="f1", verdict="clean"))
    phone.reload()
    expect(phone.get_by_text(home.say("We have it."))).to_be_visible()


def test_a_renamed_program_is_told_apart_by_what_it_is(phone: Page, home: Home, bucket: Bucket) -> None:
    path = add_files(phone, home)
    renamed = FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=PROGRAM)
    field(phone, "file").set_input_files(renamed)
    button(phone, home, "Send this file").click()
    phone.wait_for_url("**/evidence/sent?**")
    assert list(bucket.files.values()) == [PROGRAM]
    refused = c.RefuseEvidence(evidence="f1", reason="kind_not_taken")
    home.door.visitor.operator(path, refused, actor="player")
    phone.reload()
    expect(phone.locator("main .missed")).to_be_visible()


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    page: Page, home: Home, bucket: Bucket, tmp_path: Path
) -> None:
    add_files(page, home)
    large = tmp_path / "video.pdf"
    large.write_bytes(bytes(2 * LARGEST))
    field(page, "file").set_input_files(large)
    button(page, home, "Send this file").click()
    expect(page.locator("#file-error")).to_be_visible()
    assert bucket.files == {}
