"""An anonymous consultation: what may happen to it, what opens it, when its answer is owed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain import consultation, consultation_key, instants, private_link
from redress.domain import number as complaint_number
from redress.domain.consultation import MOST_MESSAGES, Asked, Consultation, Event, Record, State
from redress.domain.errors import ConsultationOver
from tests.support.complaints import HANDLER, PLAYER, T0

DUE = T0 + timedelta(days=3)
NUMBER = consultation_key.from_random(832_790_912_948)
SECRET = b"secret"
DAYS = 30


def asked(*signals: str) -> Consultation:
    event = Asked(
        brand="northlight",
        language="en",
        team="care",
        due_at=instants.to_text(DUE),
        key_hash="hash",
        signals=signals,
    )
    return consultation.fold(NUMBER, [Record(seq=1, at=T0, actor=PLAYER, event=event, text="Why?")])


def after(known: Consultation, event: Event, hours: float = 1) -> Consultation:
    at = known.changed_at + timedelta(hours=hours)
    record = Record(seq=known.version + 1, at=at, actor=HANDLER, event=event, text="Text.")
    return consultation.evolve(known, record)


def follow(known: Consultation, *signals: str) -> Consultation:
    return after(known, consultation.follow_up(known, known.changed_at + timedelta(days=3), signals))


class TestLife:
    def test_a_question_waits_for_an_answer_that_is_owed(self) -> None:
        known = asked()
        assert (known.state, known.due_at, known.version) == (State.OPEN, DUE, 1)

    def test_an_answer_ends_the_waiting(self) -> None:
        known = after(asked(), consultation.answer(asked()))
        assert (known.state, known.due_at) == (State.ANSWERED, None)

    def test_asking_on_after_an_answer_is_owed_an_answer_anew(self) -> None:
        known = follow(after(asked(), consultation.answer(asked())))
        assert known.state is State.OPEN
        assert known.due_at == T0 + timedelta(hours=1, days=3)

    def test_asking_on_before_the_answer_puts_nothing_off(self) -> None:
        assert follow(asked()).due_at == DUE

    def test_what_speaks_of_harm_later_is_known_as_well(self) -> None:
        assert follow(asked("minor"), "distress", "minor").signals == ("minor", "distress")

    @pytest.mark.parametrize("state", [State.OPEN, State.ANSWERED, State.CLOSED])
    def test_it_can_become_a_complaint_wherever_it_stands(self, state: State) -> None:
        known = asked()
        if state is State.ANSWERED:
            known = after(known, consultation.answer(known))
        if state is State.CLOSED:
            known = after(known, consultation.close(known))
        made = after(known, consultation.convert(known, "R7K3-9QXM-3"))
        assert (made.state, made.complaint, made.due_at) == (State.CONVERTED, "R7K3-9QXM-3", None)

    def test_what_is_a_complaint_already_goes_on_there_alone(self) -> None:
        known = after(asked(), consultation.convert(asked(), "R7K3-9QXM-3"))
        for refused in (
            lambda: consultation.answer(known),
            lambda: consultation.follow_up(known, DUE, ()),
            lambda: consultation.close(known),
            lambda: consultation.convert(known, "0000-0001-Y"),
        ):
            with pytest.raises(ConsultationOver, match="R7K3-9QXM-3"):
                refused()

    def test_nothing_is_written_in_a_closed_one(self) -> None:
        known = after(asked(), consultation.close(asked()))
        for refused in (
            lambda: consultation.answer(known),
            lambda: consultation.follow_up(known, DUE, ()),
            lambda: consultation.close(known),
        ):
            with pytest.raises(ConsultationOver, match="it is closed"):
                refused()

    def test_it_takes_no_endless_number_of_messages_but_can_always_end(self) -> None:
        known = asked()
        while known.messages < MOST_MESSAGES:
            known = follow(known)
        with pytest.raises(ConsultationOver, match="messages"):
            consultation.follow_up(known, DUE, ())
        with pytest.raises(ConsultationOver, match="messages"):
            consultation.answer(known)
        assert consultation.convert(known, "R7K3-9QXM-3")
        assert consultation.close(known)

    def test_records_that_do_not_begin_with_a_question_are_no_consultation(self) -> None:
        record = Record(seq=1, at=T0, actor=HANDLER, event=consultation.Answered(), text="Text.")
        with pytest.raises(TypeError, match="begin"):
            consultation.fold(NUMBER, [record])


class TestKeeping:
    def test_what_waits_or_is_a_complaint_is_never_forgotten(self) -> None:
        assert asked().kept_until(DAYS) is None
        assert after(asked(), consultation.convert(asked(), "R7K3-9QXM-3")).kept_until(DAYS) is None

    def test_what_is_answered_or_closed_is_kept_since_the_last_word(self) -> None:
        answered = after(asked(), consultation.answer(asked()))
        assert answered.kept_until(DAYS) == T0 + timedelta(hours=1, days=DAYS)
        closed = after(answered, consultation.close(answered))
        assert closed.kept_until(DAYS) == T0 + timedelta(hours=2, days=DAYS)
        assert follow(answered).kept_until(DAYS) is None


class TestDue:
    @pytest.mark.parametrize(
        ("asked_at", "zone", "due_at"),
        [
            ("2026-03-02T12:00:00.000Z", "Europe/London", "2026-03-06T00:00:00.000Z"),
            ("2026-03-02T23:59:59.999Z", "Europe/London", "2026-03-06T00:00:00.000Z"),
            ("2026-03-02T23:30:00.000Z", "Europe/Madrid", "2026-03-06T23:00:00.000Z"),
            ("2026-03-27T12:00:00.000Z", "Europe/London", "2026-03-30T23:00:00.000Z"),  # summer time begins
        ],
    )
    def test_an_answer_is_owed_by_the_end_of_a_local_day(self, asked_at: str, zone: str, due_at: str) -> None:
        assert instants.to_text(consultation.due(instants.from_text(asked_at), 3, zone)) == due_at

    @given(
        st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
        st.integers(1, 60),
        st.sampled_from(["Europe/London", "America/Toronto", "Indian/Comoro", "Europe/Tallinn"]),
    )
    def test_it_is_the_days_that_were_promised_and_less_than_a_day_more(
        self, asked_at: datetime, days: int, zone: str
    ) -> None:
        ahead = consultation.due(asked_at, days, zone) - asked_at
        hour = timedelta(hours=1)  # that a change of the clocks takes or gives
        assert timedelta(days=days) - hour < ahead <= timedelta(days=days + 1) + hour


class TestNumberAndKey:
    def test_a_number_shows_that_it_is_no_complaint(self) -> None:
        assert NUMBER == "Q-R7K3-9QXM-3"
        assert complaint_number.parse(NUMBER) is None

    @pytest.mark.parametrize("typed", ["Q-R7K3-9QXM-3", "q r7k3 9qxm 3", "R7K3-9QXM-3", " qr7k39qxm3 "])
    def test_a_number_is_understood_as_people_type_it(self, typed: str) -> None:
        assert consultation_key.parse(typed) == NUMBER

    @pytest.mark.parametrize(
        "typed", ["", "Q", "Q-R7K3-9QXM-4", "QQ-R7K3-9QXM-3", "Q" * 10_000, "X-R7K3-9QXM-3"]
    )
    def test_what_can_be_no_number_is_none(self, typed: str) -> None:
        assert consultation_key.parse(typed) is None

    @given(st.integers(0, 2**consultation_key.RANDOM_BITS - 1))
    def test_every_number_is_read_back_with_and_without_its_letter(self, value: int) -> None:
        number = consultation_key.from_random(value)
        assert consultation_key.parse(number) == number
        assert consultation_key.parse(number.removeprefix("Q-")) == number

    def test_a_key_opens_what_it_was_made_for_and_nothing_else(self) -> None:
        key = consultation_key.make_key(SECRET, NUMBER)
        assert consultation_key.opens(key, consultation_key.hashed(key))
        other = consultation_key.from_random(1)
        for wrong in (
            consultation_key.make_key(SECRET, other),
            consultation_key.make_key(b"another secret", NUMBER),
            private_link.make(SECRET, NUMBER, 1, T0, timedelta(days=1)),
            key[:-1],
            "",
            "é" * 28,
        ):
            assert not consultation_key.opens(wrong, consultation_key.hashed(key))

    def test_a_complaints_link_is_not_opened_by_a_consultations_key(self) -> None:
        key = consultation_key.make_key(SECRET, NUMBER)
        for number in (NUMBER, NUMBER.removeprefix("Q-")):
            assert not private_link.opens([SECRET], key, number, 1, T0)

    def test_a_key_is_understood_as_people_type_it(self) -> None:
        key = consultation_key.make_key(SECRET, NUMBER)
        typed = key.replace("-", " ").lower().replace("0", "o").replace("1", "l")
        assert consultation_key.parse_key(typed) == key

    def test_a_key_has_140_bits_and_no_two_numbers_share_one(self) -> None:
        keys = {
            consultation_key.make_key(SECRET, consultation_key.from_random(value)) for value in range(500)
        }
        assert len(keys) == 500
        assert {len(key.replace("-", "")) for key in keys} == {28}
        assert all(
            {key.replace("-", "")[place] for key in keys} == set(complaint_number.ALPHABET)
            for place in range(28)
        )
