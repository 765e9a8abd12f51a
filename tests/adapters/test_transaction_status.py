"""What is known here of a transaction, and of what still waits for the CSMS (E14)."""

import msgspec
import pytest

from adapters import v201
from adapters.translation import local
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from adapters.translation.records import JournalEntry, Transaction


def memory(*waiting: str) -> Memory:
    known = Memory("CS-1", Options(), {})
    known.add(Transaction("TX-OPEN", "OPEN", 1))
    known.add(Transaction("TX-ENDED", "ENDED", 2))
    known.journal = [
        JournalEntry(number, "TransactionEvent", msgspec.Raw(b"{}"), f"TransactionEvent:{about}")
        for number, about in enumerate(waiting)
    ]
    return known


@pytest.mark.parametrize(
    ("asked", "waiting", "ongoing", "queued"),
    [
        ("TX-OPEN", [], True, False),
        ("TX-OPEN", ["TX-OPEN#3"], True, True),
        ("TX-OPEN", ["TX-ENDED#3"], True, False),
        ("TX-ENDED", ["TX-ENDED#9", "TX-OPEN#1"], False, True),
        ("TX-ENDED", [], False, False),
        ("TX-NOBODY", ["TX-OPEN#3"], False, False),
        (None, ["TX-OPEN#3"], None, True),
        (None, [], None, False),
    ],
)
def test_only_its_own_messages_wait(
    asked: str | None, waiting: list[str], ongoing: bool | None, queued: bool
) -> None:
    call = v201.GetTransactionStatusRequest(transaction_id=asked)
    conversation = local.transaction_status(call, memory(*waiting))
    with pytest.raises(StopIteration) as answered:
        next(conversation)
    assert answered.value.value == v201.GetTransactionStatusResponse(
        messages_in_queue=queued, ongoing_indicator=ongoing
    )
