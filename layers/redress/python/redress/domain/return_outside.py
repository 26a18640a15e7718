"""What reports ask for and no complaint tells: the operator fills it in, and nothing is made up for it."""

from collections.abc import Callable

from redress.domain.return_figures import Basis, Section, to_fill_in

BY_HAND = "Not in the complaints register: to be filled in by the operator. An empty place is not a zero."


def legal_actions(_: Basis) -> Section:
    """Court cases are run elsewhere."""
    return Section(
        id="legal_actions",
        label="Legal actions",
        definition="Actions before courts about complaints: how many were brought, how many ended, and how.",
        figures=(
            to_fill_in("legal_actions", "Legal actions brought in the period"),
            to_fill_in("legal_actions.ended", "Legal actions ended in the period"),
        ),
        remarks=(BY_HAND,),
    )


def change_of_adr(_: Basis) -> Section:
    """A notice about the licence."""
    return _notice(
        "change_of_adr", "Change of ADR entity", "Which ADR entity, from when, and instead of which."
    )


def what_the_notification_matrix_asks(_: Basis) -> Section:
    """A list of events that the authority keeps."""
    return _notice(
        "what_the_notification_matrix_asks",
        "Notifications by the authority's matrix",
        "What the notification matrix of the authority asks to be told of, item by item.",
    )


def original_sheet_of_the_paper_book(_: Basis) -> Section:
    """A sheet of paper."""
    return _notice(
        "original_sheet_of_the_paper_book",
        "Original sheet of the paper book",
        "The sheet itself, torn from the paper book of complaints.",
    )


SECTIONS: tuple[Callable[[Basis], Section], ...] = (
    legal_actions,
    change_of_adr,
    what_the_notification_matrix_asks,
    original_sheet_of_the_paper_book,
)


def _notice(part: str, label: str, definition: str) -> Section:
    return Section(
        id=part,
        label=label,
        definition=definition,
        figures=(to_fill_in(part, label),),
        remarks=(BY_HAND,),
    )
