"""Stops that name no transaction, and those that are said again."""

from typing import Any

from vendor_quirks.repairs.repeats import GiveUp
from vendor_quirks.repairs.transactions import FillStopId
from vendor_quirks.situation import Situation

STOP = {"transactionId": -1, "meterStop": 900, "timestamp": "2026-01-01T12:00:00Z"}
START = {"connectorId": 1, "idTag": "04A1", "meterStart": 1, "timestamp": "2026-01-01T11:00:00Z"}
fill = FillStopId(none=(-1,))


def with_a_transaction() -> Situation:
    known = Situation()
    known.note("StartTransaction", START, "1")
    known.note("StartTransactionResponse", {"transactionId": 77}, "1")
    return known


def filled(stop: dict[str, Any], known: Situation) -> Any:
    payload = dict(stop)
    fill(payload, known)
    return payload["transactionId"]


def test_a_stop_that_is_said_again_means_the_same_transaction() -> None:
    known = with_a_transaction()
    assert filled(STOP, known) == 77
    known.note("StopTransaction", STOP | {"transactionId": 77})
    assert filled(STOP, known) == 77
    assert filled(STOP | {"meterStop": 901}, known) == -1


def test_a_start_that_was_repeated_leaves_no_doubt() -> None:
    known = Situation()
    known.note("StartTransaction", START, "1")  # its answer never came
    known.note("StartTransaction", START, "2")
    known.note("StartTransactionResponse", {"transactionId": 77}, "2")
    assert filled(STOP, known) == 77


def test_what_goes_on_so_often_and_no_more_is_counted_for_each_stop() -> None:
    known, give_up = Situation(), GiveUp(action="StopTransaction", times=2, key=("meterStop",))
    said = [give_up.heard({"meterStop": meter}, known, "") for meter in (1, 1, 2, 1, 2, 2)]
    assert [verdict is not None for verdict in said] == [False, False, False, True, False, True]
