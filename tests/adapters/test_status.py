"""What a connector is, for every state and transaction (specification 11.1 and 11.3)."""

from itertools import product
from typing import Any

import pytest

from adapters.translation import faults, status
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from adapters.translation.records import Connector, Problem, Transaction
from gateway.testing import Bench

AT = "2025-03-01T10:00:00Z"
STATES = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")
CHARGING = ("", "Charging", "SuspendedEV", "SuspendedEVSE", "EVConnected", "Idle")
OPEN: dict[str, Any] = {
    "tx16": 7,
    "tx20": "t-1",
    "connector": 1,
    "evse": {"id": 1, "connectorId": 1},
    "idTag": "CARD-1",
    "idToken": {"idToken": "CARD-1", "type": "Central"},
    "state": "OPEN",
    "next_seq": 2,
    "chargingState": "EVConnected",
    "start": AT,
    "meterStart": 0,
}


def told(
    state: str, tx: Transaction | None = None, had: bool = False, was: str = "Preparing"
) -> tuple[str | None, str]:
    """The 1.6 status, and its remark, of a connector in this state with this transaction."""
    memory = Memory("CS-1", Options(), {}, 0.0, "2.0.1")
    connector = memory.connectors[1] = Connector(1, was, state20=state, had_transaction=had)
    if tx is not None:
        memory.add(tx)
    return status.status16(connector, memory)


def transaction(state: Any, charging: str = "Charging", **more: Any) -> Transaction:
    return Transaction("t-1", state, connector=1, charging_state=charging, **more)


@pytest.mark.parametrize("state", [s for s in STATES if s != "Occupied"])
@pytest.mark.parametrize("tx", ["WAIT", "OPEN", "VOID", "ENDED"])
@pytest.mark.parametrize("charging", CHARGING)
def test_a_state_that_is_not_occupied_is_said_whatever_runs(
    state: str, tx: str, charging: str
) -> None:
    assert told(state, transaction(tx, charging)) == (state, "")


@pytest.mark.parametrize(
    ("charging", "ended", "connected", "said"),
    [
        ("", False, True, ("Preparing", "")),  # as before
        ("Charging", False, True, ("Charging", "")),
        ("SuspendedEV", False, True, ("SuspendedEV", "")),
        ("SuspendedEVSE", False, True, ("SuspendedEVSE", "")),
        ("EVConnected", False, True, ("SuspendedEVSE", "")),
        ("EVConnected", True, True, ("Finishing", "")),
        ("SuspendedEV", True, True, ("Finishing", "")),
        ("SuspendedEVSE", True, True, ("Finishing", "")),
        ("Charging", True, True, ("Charging", "")),
        ("Idle", False, True, ("SuspendedEV", "EV side disconnected")),
        ("Idle", False, False, ("Preparing", "")),
    ],
)
def test_an_occupied_connector_is_as_its_transaction_is(
    charging: str, ended: bool, connected: bool, said: tuple[str, str]
) -> None:
    tx = transaction("OPEN", charging, authorization_ended=ended, was_connected=connected)
    assert told("Occupied", tx) == said


@pytest.mark.parametrize(("had", "said"), [(False, "Preparing"), (True, "Finishing")])
def test_an_occupied_connector_without_transaction_comes_or_goes(had: bool, said: str) -> None:
    assert told("Occupied", had=had) == (said, "")
    assert told("Occupied", transaction("ENDED"), had) == (said, "")


@pytest.mark.parametrize(("state", "charging"), list(product(("WAIT", "VOID"), CHARGING)))
def test_a_transaction_that_16_does_not_know_is_a_preparation(state: str, charging: str) -> None:
    assert told("Occupied", transaction(state, charging), had=True) == ("Preparing", "")


@pytest.mark.parametrize("state", STATES)
def test_of_the_station_as_a_whole_16_says_three_things(state: str) -> None:
    memory = Memory("CS-1", Options(), {}, 0.0, "2.0.1")
    known = state if state in ("Unavailable", "Faulted") else "Available"
    assert status.status16(Connector(0, state20=state), memory) == (known, "")


def test_a_fault_counts_until_the_connector_leaves_faulted_and_then_the_one_before() -> None:
    older, newer = Problem("A", "Problem", "WeakSignal"), Problem("B", "Tripped", "GroundFailure")
    connector = Connector(1, state20="Faulted", problems=[older], fault=newer)
    assert faults.error_code(connector, is_faulted=True) == "GroundFailure"
    faults.settle(connector)
    assert faults.error_code(connector, is_faulted=False) == "WeakSignal"
    connector.problems = []
    faults.settle(connector)
    assert faults.error_code(connector, is_faulted=True) == "OtherError"
    assert faults.error_code(connector, is_faulted=False) == "NoError"


def heard(said: dict[str, Any], **state: Any) -> list[tuple[str, Any]]:
    """Everything that a 2.0.1 CSMS is told of one StatusNotification of a 1.6 station."""
    bench = Bench("A", {}, {"connectors": {"1": {"status16": "Reserved"}}} | state)
    call = {"connectorId": 1, "errorCode": "NoError", "timestamp": AT} | said
    told, out = [], bench.hear("charger", [2, "1", "StatusNotification", call])
    while out and out[0]["to"] == "backend":
        _, message_id, action, payload = out[0]["frame"]
        told.append((action, payload))
        out = bench.hear("backend", [3, message_id, {}])
    assert [row["frame"] for row in out] == [[3, "1", {}]]
    return told


@pytest.mark.parametrize("said", status.TO_201)
def test_without_transaction_16_tells_201_five_states(said: Any) -> None:
    state = status.TO_201[said]
    known = {"timestamp": AT, "connectorStatus": state, "evseId": 1, "connectorId": 1}
    wanted = [] if state == "Reserved" else [("StatusNotification", known)]
    assert heard({"status": said}) == wanted


@pytest.mark.parametrize(
    ("said", "reason", "charging"),
    [
        ({"status": "Available"}, None, None),
        ({"status": "Preparing"}, None, None),
        ({"status": "Charging"}, "ChargingStateChanged", "Charging"),
        ({"status": "SuspendedEV"}, "ChargingStateChanged", "SuspendedEV"),
        ({"status": "SuspendedEV", "info": "hot"}, "ChargingStateChanged", "SuspendedEV"),
        (
            {"status": "SuspendedEV", "info": "EV side disconnected"},
            "EVCommunicationLost",
            "Idle",
        ),
        ({"status": "SuspendedEVSE"}, "ChargingStateChanged", "SuspendedEVSE"),
        ({"status": "Finishing"}, None, None),  # EVConnected, as it was
        ({"status": "Reserved"}, None, None),
        ({"status": "Unavailable"}, None, None),
        (
            {"status": "Faulted", "errorCode": "OtherError"},
            "AbnormalCondition",
            "SuspendedEVSE",
        ),
    ],
)
def test_while_a_transaction_runs_a_status_may_be_an_event_of_it(
    said: dict[str, Any], reason: str | None, charging: str | None
) -> None:
    told = heard(said, transactions=[OPEN])
    events = [payload for action, payload in told if action == "TransactionEvent"]
    wanted = {
        "eventType": "Updated",
        "timestamp": AT,
        "triggerReason": reason,
        "seqNo": 2,
        "transactionInfo": {"transactionId": "t-1", "chargingState": charging},
    }
    assert events == ([wanted] if reason else [])
    assert [action for action, _ in told] == [
        *["StatusNotification"] * (said["status"] != "Reserved"),
        *["NotifyEvent"] * (said["status"] == "Faulted"),
        *["TransactionEvent"] * bool(reason),
    ]
