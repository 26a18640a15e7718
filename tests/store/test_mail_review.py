"""What a review of the mail found, on the wired function: it fails as long as it does not hold."""

from types import ModuleType

from infra.ops.mail_in import notification
from tests.store.test_mailbox_handler import BUCKET, PASS, function, put, queue, signed, take
from tests.support.complaints import submit
from tests.support.desks import Office

__all__ = ["function", "queue"]


def test_a_forger_whose_own_server_passes_spf_is_not_the_player(function: ModuleType, office: Office) -> None:
    """SPF and DKIM vouch for the server that sent it; without DMARC nobody compared that with the From."""
    number = office.receive(submit(content={"email": "player@example.com", "description": "My bonus."}))
    put("one")
    said = PASS | {"dmarc": "GRAY", "dkim": "GRAY"}
    told = notification("one", "forger@attacker.example.test", (signed(number),), said, BUCKET, "topic")
    assert take(function, told) == []
    [mail] = office.complaint(number).mails.values()
    assert mail.taken_as == "held" or mail.unknown_sender
