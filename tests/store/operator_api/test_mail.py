"""Mail through the API: what became of letters, what came, what is found of it, and where letters go."""

from copy import replace
from functools import partial

import pytest

from redress.adapters import wiring
from redress.domain import commands as c
from redress.domain.correspondence import Delivery, LetterKind
from redress.usecases.change import change
from redress.usecases.reply import harm_in
from tests.support.complaints import PLAYER, SYSTEM
from tests.support.mail_commands import SENDER, go_out, held, leaves, mail
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD, create, events, post_to, read

OTHER = "other@example.com"
HANDLER = {"redress-user": "handler-7"}


@pytest.fixture
def number(app: OperatorApp) -> str:
    """A complaint whose player told two addresses."""
    return create(app, other_emails=[OTHER])


def goes_out(number: str, outcome: Delivery, contact: int = 0) -> None:
    """The acknowledgement leaves, and the mail service tells what became of it."""
    desk = wiring.desk()
    go_out(
        lambda: desk.store.load(number),
        lambda command: change(desk, number, command, SYSTEM),
        LetterKind.ACKNOWLEDGEMENT,
        outcome,
        contact,
    )


def comes(number: str, *mails: c.ReceiveMail) -> None:
    """Mails come."""
    for one in mails:
        change(wiring.desk(), number, one, SYSTEM)


class TestLetters:
    def test_before_it_left_the_acknowledgement_is_owed_and_no_list_shows_it(
        self, app: OperatorApp, number: str
    ) -> None:
        shown = read(app, number)
        assert shown["acknowledgement"] == {"state": "owed", "sent_at": None, "delivered_at": None}
        [letter] = shown["letters"]
        assert (letter["status"], letter["sent_at"], letter["contact"]) == ("owed", None, None)
        assert listed(app)["acknowledgement"] is None

    def test_sent_is_not_delivered(self, app: OperatorApp, number: str) -> None:
        for command in leaves(wiring.desk().store.load(number).complaint, LetterKind.ACKNOWLEDGEMENT):
            change(wiring.desk(), number, command, SYSTEM)
        shown = read(app, number)["acknowledgement"]
        assert (shown["state"], shown["delivered_at"]) == ("sent", None)
        assert shown["sent_at"] == read(app, number)["acknowledged_at"]
        assert listed(app)["acknowledgement"] == "sent"

    @pytest.mark.parametrize("outcome", Delivery)
    def test_what_became_of_it_stands_on_the_complaint_its_letter_and_the_lists(
        self, app: OperatorApp, number: str, outcome: Delivery
    ) -> None:
        goes_out(number, outcome)
        shown = read(app, number)
        letter = shown["letters"][0]
        assert shown["acknowledgement"]["state"] == letter["delivery"] == outcome
        assert listed(app)["acknowledgement"] == outcome
        assert bool(shown["acknowledgement"]["delivered_at"]) is (outcome is Delivery.DELIVERED)
        assert (letter["contact"], letter["message_id"]) == (0, "message-acknowledgement-1-0")
        assert letter["delivery_at"] == events(app, number)[4]["at"]

    def test_it_went_to_the_next_address_and_arrived(self, app: OperatorApp, number: str) -> None:
        goes_out(number, Delivery.BOUNCED)
        again = read(app, number)
        assert (again["letters"][0]["status"], again["acknowledgement"]["state"]) == ("owed", "bounced")
        goes_out(number, Delivery.DELIVERED, contact=1)
        shown = read(app, number)
        assert shown["acknowledgement"]["state"] == "delivered"
        assert shown["letters"][0]["contact"] == 1
        first, second = (one["at"] for one in events(app, number) if one["type"] == "LetterSent")
        assert shown["acknowledged_at"] == first
        assert shown["acknowledgement"]["sent_at"] == second
        assert shown["contacts"] == [
            {"place": 0, "email": TOLD["email"], "failed": True},
            {"place": 1, "email": OTHER, "failed": False},
        ]

    def test_no_letter_shows_an_address(self, app: OperatorApp, number: str) -> None:
        goes_out(number, Delivery.BOUNCED)
        letters = str(read(app, number)["letters"])
        assert TOLD["email"] not in letters
        assert OTHER not in letters

    def test_one_that_a_person_brought_went_to_no_address(self, app: OperatorApp, number: str) -> None:
        goes_out(number, Delivery.BOUNCED)
        goes_out(number, Delivery.BOUNCED, contact=1)
        post_to(app, number, "letters/acknowledgement-1/other-means", {"means": "post"})
        shown = read(app, number)
        assert (shown["letters"][0]["contact"], shown["letters"][0]["delivery"]) == (None, None)
        assert shown["acknowledgement"]["state"] == "sent"

    def test_one_that_lost_its_point_before_it_left_does_not_leave(
        self, app: OperatorApp, number: str
    ) -> None:
        change(wiring.desk(), number, c.Withdraw(), PLAYER)
        assert read(app, number)["acknowledgement"]["state"] == "abandoned"
        assert listed(app)["acknowledgement"] is None


def listed(app: OperatorApp) -> dict[str, object]:
    """The one complaint of the player, as a list shows it."""
    [one] = app.get("/complaints", brand="northlight", account="account-1").body["items"]
    return dict(one)


class TestContacts:
    def test_what_did_not_arrive_goes_to_the_new_address(self, app: OperatorApp, number: str) -> None:
        goes_out(number, Delivery.BOUNCED)
        goes_out(number, Delivery.BOUNCED, contact=1)
        assert any(one["kind"] == "letter_bounced" for one in open_tasks(app, number))
        added = app.post(f"/complaints/{number}/contacts", {"email": "third@example.com"}, **HANDLER)
        assert added.status == 200
        shown = read(app, number)
        assert shown["letters"][0]["status"] == "owed"
        assert shown["contacts"][2] == {"place": 2, "email": "third@example.com", "failed": False}
        assert open_tasks(app, number) == []

    @pytest.mark.parametrize("email", [OTHER, OTHER.upper(), TOLD["email"]])
    def test_an_address_that_is_known_is_refused(self, app: OperatorApp, number: str, email: str) -> None:
        refused = app.post(f"/complaints/{number}/contacts", {"email": email})
        assert (refused.status, refused.rules) == (422, {"email": "known_contact"})

    def test_one_that_failed_may_be_added_again_and_works_then(self, app: OperatorApp, number: str) -> None:
        goes_out(number, Delivery.SPAM)
        assert app.post(f"/complaints/{number}/contacts", {"email": TOLD["email"]}).status == 200
        places = [(one["place"], one["email"], one["failed"]) for one in read(app, number)["contacts"]]
        assert places == [(0, TOLD["email"], True), (1, OTHER, False), (2, TOLD["email"], False)]
        again = app.post(f"/complaints/{number}/contacts", {"email": TOLD["email"]})
        assert (again.status, again.rules) == (422, {"email": "known_contact"})

    @pytest.mark.parametrize(
        "email",
        ["two@example.com, three@example.com", "a@b", "a@example.com\nBcc: b@example.com", "", "é@x.fr"],
    )
    def test_what_is_no_address_is_refused(self, app: OperatorApp, number: str, email: str) -> None:
        refused = app.post(f"/complaints/{number}/contacts", {"email": email})
        assert (refused.status, set(refused.rules)) == (422, {"email"})
        assert len(events(app, number)) == 1


class TestOtherAddressesOfAnIntake:
    def test_three_are_taken_in_their_order_and_kept_as_content(self, app: OperatorApp) -> None:
        others = [f"{place}@example.com" for place in ("b", "c", "a")]
        number = create(app, other_emails=others)
        assert [one["email"] for one in read(app, number)["contacts"]] == [TOLD["email"], *others]
        [received] = events(app, number)
        assert received["content"]["other_emails"] == others
        assert "example.com" not in str(received["data"])

    @pytest.mark.usefixtures("nothing_stored")
    @pytest.mark.parametrize(
        ("sent", "rule"),
        [
            ([f"{place}@example.com" for place in range(4)], "too_many"),
            (["no address"], "email"),
            ([""], "email"),
            ("one@example.com", "list"),
            ([7], "text"),
        ],
    )
    def test_what_is_no_short_list_of_addresses_is_refused(
        self, app: OperatorApp, sent: object, rule: str
    ) -> None:
        refused = app.post("/complaints", {**TOLD, "other_emails": sent})
        assert (refused.status, refused.rules) == (422, {"other_emails": rule})

    def test_one_that_told_none_keeps_nothing_of_it(self, app: OperatorApp) -> None:
        [received] = events(app, create(app))
        assert "other_emails" not in received["content"]


class TestMails:
    def test_every_mail_is_listed_with_its_verdicts_and_what_it_was_taken_as(
        self, app: OperatorApp, number: str
    ) -> None:
        comes(number, mail(), held("Was it you?", mail_id="mail-2"))
        listed = app.get(f"/complaints/{number}/mails").body
        reply, waiting = listed["items"]
        assert (reply["taken_as"], reply["waits"], reply["dmarc"]) == ("reply", False, "pass")
        assert (reply["sender"], reply["subject"], reply["text"]) == (SENDER, "Re: Your complaint", None)
        assert (waiting["taken_as"], waiting["waits"], waiting["reasons"]) == ("held", True, ["dmarc"])
        assert (waiting["text"], waiting["found"]) == ("Was it you?", None)
        assert [one["kind"] for one in open_tasks(app, number)] == ["check_mail"]

    def test_one_that_is_accepted_is_a_reply_and_ends_the_wait_for_it(
        self, app: OperatorApp, number: str
    ) -> None:
        comes(number, held("It was on Sunday."))
        [waiting] = app.get(f"/complaints/{number}/mails").body["items"]
        assert app.post(f"/complaints/{number}/mails/{waiting['received']}/accept", **HANDLER).status == 200
        [found] = app.get(f"/complaints/{number}/mails").body["items"]
        assert (found["waits"], found["found"]) == (False, "accepted")
        told = [(one["type"], one["actor"]) for one in events(app, number)[-3:]]
        by = "app:back-office/handler-7"
        assert told == [("MailAccepted", by), ("PlayerReplied", by), ("TaskClosed", by)]
        assert events(app, number)[-2]["content"] == {"text": "It was on Sunday."}

    def test_signals_of_harm_in_what_waits_call_a_human_before_anybody_looks(
        self, app: OperatorApp, number: str
    ) -> None:
        text = "I cannot stop, please exclude me from gambling."
        comes(number, replace(held(text), harm=harm_in(text)))
        assert read(app, number)["needs_human"]
        assert [one["kind"] for one in open_tasks(app, number)] == ["harm_signalled", "check_mail"]

    def test_one_that_is_rejected_changes_nothing_but_what_was_found(
        self, app: OperatorApp, number: str
    ) -> None:
        comes(number, held())
        [waiting] = app.get(f"/complaints/{number}/mails").body["items"]
        path = f"/complaints/{number}/mails/{waiting['received']}/reject"
        assert app.post(path).rules == {"reason": "required"}
        assert app.post(path, {"reason": "Forged."}, **HANDLER).status == 200
        [found] = app.get(f"/complaints/{number}/mails").body["items"]
        assert found["found"] == "rejected"
        assert "PlayerReplied" not in [one["type"] for one in events(app, number)]
        assert open_tasks(app, number) == []

    @pytest.mark.parametrize("what", ["accept", "reject"])
    @pytest.mark.parametrize("received", ["1", "2", "999999"])
    def test_what_waits_for_nobody_is_neither_accepted_nor_rejected(
        self, app: OperatorApp, number: str, what: str, received: str
    ) -> None:
        comes(number, mail())
        body = {"reason": "Forged."} if what == "reject" else {}
        refused = app.post(f"/complaints/{number}/mails/{received}/{what}", body)
        assert (refused.status, refused.problem) == (409, "illegal-transition")

    @pytest.mark.parametrize("received", ["mail-1", "-2", "2.0", "1234567", "٢"])
    def test_what_is_no_number_of_a_mail_is_told(self, app: OperatorApp, number: str, received: str) -> None:
        refused = app.post(f"/complaints/{number}/mails/{received}/accept")
        assert (refused.status, refused.rules) == (422, {"received": "unknown_mail"})

    def test_a_late_reply_that_is_accepted_is_on_record_and_reopens_nothing(
        self, app: OperatorApp, number: str
    ) -> None:
        change(wiring.desk(), number, c.Withdraw(), PLAYER)
        comes(number, mail())
        [late] = app.get(f"/complaints/{number}/mails").body["items"]
        assert (late["taken_as"], late["reasons"]) == ("held", ["closed"])
        assert app.post(f"/complaints/{number}/mails/{late['received']}/accept").status == 200
        [accepted] = [one for one in events(app, number) if one["type"] == "MailAccepted"]
        assert accepted["content"] == {"text": late["text"]}
        assert read(app, number)["stage"] == "closed"
        assert open_tasks(app, number) == []

    def test_nobody_closes_the_task_while_mails_wait(self, app: OperatorApp, number: str) -> None:
        comes(number, held())
        [task] = open_tasks(app, number)
        refused = post_to(app, number, f"tasks/{task['task']}/closure", {})
        assert (refused.status, refused.problem) == (409, "illegal-transition")

    def test_the_same_acceptance_twice_is_one_reply(self, app: OperatorApp, number: str) -> None:
        comes(number, held())
        [waiting] = app.get(f"/complaints/{number}/mails").body["items"]
        accept = partial(app.post, f"/complaints/{number}/mails/{waiting['received']}/accept", key="once")
        assert accept().body == accept().body
        assert [one["type"] for one in events(app, number)].count("PlayerReplied") == 1

    def test_another_brands_application_sees_no_mail(
        self, app: OperatorApp, crm: OperatorApp, number: str
    ) -> None:
        del app
        comes(number, held())
        for refused in (
            crm.get(f"/complaints/{number}/mails"),
            crm.post(f"/complaints/{number}/mails/2/accept"),
            crm.post(f"/complaints/{number}/mails/2/reject", {"reason": "Forged."}),
            crm.post(f"/complaints/{number}/contacts", {"email": "third@example.com"}),
        ):
            assert (refused.status, refused.problem) == (404, "not-found")


class TestEvidencePack:
    def test_a_mail_that_may_be_anybodys_stays_in_the_house(self, app: OperatorApp, number: str) -> None:
        comes(number, held("SECRET one"), held("SECRET two", mail_id="mail-2"))
        waiting, rejected = (one["received"] for one in app.get(f"/complaints/{number}/mails").body["items"])
        app.post(f"/complaints/{number}/mails/{rejected}/reject", {"reason": "SECRET why"})
        pack = app.get(f"/complaints/{number}/evidence-pack").body
        assert "SECRET" not in str(pack)
        assert len(pack["events"]) == read(app, number)["version"]
        app.post(f"/complaints/{number}/mails/{waiting}/accept")
        later = str(app.get(f"/complaints/{number}/evidence-pack").body)
        assert "SECRET one" in later
        assert "SECRET two" not in later

    def test_its_letters_say_whether_they_arrived(self, app: OperatorApp, number: str) -> None:
        goes_out(number, Delivery.DELIVERED)
        [letter] = app.get(f"/complaints/{number}/evidence-pack").body["letters"]
        assert letter["delivery"] == "delivered"


def open_tasks(app: OperatorApp, number: str) -> list[dict[str, object]]:
    """What persons have to do."""
    return [one for one in read(app, number)["tasks"] if one["closed_at"] is None]
