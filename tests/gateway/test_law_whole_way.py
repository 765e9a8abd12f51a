"""A whole transaction goes into the other version and back, and is what it was, both ways round."""

from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from gateway.testing.bench import START
from tests.gateway.chain import Chain
from tests.gateway.there_and_back import Payload, canonical

PLACE = {"id": 1, "connectorId": 1}
CARD = {"idToken": "CARD-1", "type": "Central"}
REGISTER = "Energy.Active.Import.Register"
chance = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
)
# What 1.6 gives as reason, and what it is after it was 2.0.1's: Local is what no reason means.
REASONS_16: dict[str | None, str | None] = {
    **{reason: reason for reason in ("Remote", "DeAuthorized", "EVDisconnected", "EmergencyStop")},
    **{reason: reason for reason in ("HardReset", "PowerLoss", "Reboot", "UnlockCommand", "Other")},
    **{None: None, "Local": None, "SoftReset": "HardReset"},
}
# 2.0.1's reason and trigger: those that 1.6 has words for.
REASONS_201 = {
    "Local": ("StopAuthorized", "EVConnected"),
    "Remote": ("RemoteStop", "EVConnected"),
    "DeAuthorized": ("Deauthorized", "EVConnected"),
    "EVDisconnected": ("EVCommunicationLost", "Idle"),
    "EmergencyStop": ("AbnormalCondition", "EVConnected"),
    "ImmediateReset": ("ResetCommand", "EVConnected"),
    "PowerLoss": ("AbnormalCondition", "EVConnected"),
    "Reboot": ("AbnormalCondition", "EVConnected"),
    "Other": ("ChargingStateChanged", "EVConnected"),
}
STATES = ("Charging", "SuspendedEV", "SuspendedEVSE")
STEPS = st.lists(st.sampled_from(("meter", *STATES)), max_size=8)


def at(minute: int) -> str:
    return START.replace("10:00", f"10:{minute:02}")


def answer_16(action: str, payload: Payload) -> Payload:
    """A 1.6 CSMS that agrees."""
    if action == "StartTransaction":
        return {"transactionId": 77, "idTagInfo": {"status": "Accepted"}}
    return {"idTagInfo": {"status": "Accepted"}} if action == "Authorize" else {}


def answer_201(action: str, payload: Payload) -> Payload:
    """A 2.0.1 CSMS that agrees."""
    return {"idTokenInfo": {"status": "Accepted"}} if "idToken" in payload else {}


def status_16(state: str, minute: int) -> Payload:
    status = {"connectorId": 1, "errorCode": "NoError", "status": state}
    return status | {"timestamp": at(minute)}


@chance
@given(
    steps=STEPS,
    reason=st.sampled_from(sorted(REASONS_16, key=str)),
    tag=st.booleans(),
    reservation=st.none() | st.integers(0, 99),
    meter=st.integers(0, 10**8),
)
def test_a_transaction_of_16_is_the_same_in_16_again(
    steps: list[str], reason: str | None, tag: bool, reservation: int | None, meter: int
) -> None:
    chain = Chain("A")
    chain.answers = {"csms": answer_16}
    start: Payload = {"connectorId": 1, "idTag": "CARD-1", "meterStart": meter, "timestamp": at(0)}
    start |= {} if reservation is None else {"reservationId": reservation}
    told = chain.ask("station", "StatusNotification", status_16("Charging", 0))
    told = chain.ask("station", "StartTransaction", start)
    number, expected = told["transactionId"], [("StartTransaction", start)]
    state = "Charging"
    for minute, step in enumerate(steps, 1):
        if step == "meter":
            samples = [{"value": str(meter + minute), "measurand": REGISTER, "unit": "Wh"}]
            value = [{"timestamp": at(minute), "sampledValue": samples}]
            said: Payload = {"connectorId": 1, "meterValue": value}
            chain.ask("station", "MeterValues", said | {"transactionId": number})
            expected.append(("MeterValues", said | {"transactionId": 77}))
        else:
            chain.ask("station", "StatusNotification", status_16(step, minute))
            if step != state:
                expected.append(("StatusNotification", status_16(step, minute)))
            state = step
    stop: Payload = {"meterStop": meter + 99, "timestamp": at(30)} | (
        {"idTag": "CARD-1"} if tag else {}
    )
    given_reason = {} if reason is None else {"reason": reason}
    chain.ask("station", "StopTransaction", stop | given_reason | {"transactionId": number})
    left = REASONS_16[reason]
    expected.append(
        ("StopTransaction", stop | {"transactionId": 77} | ({"reason": left} if left else {}))
    )
    # Its first status came before there was a transaction, its last one tells the end.
    heard = [
        (action, payload)
        for action, payload in chain.heard["csms"]
        if action != "StatusNotification" or payload["timestamp"] not in (at(0), at(30))
    ]
    assert canonical(heard) == canonical(expected)


def event(seq: int, minute: int, kind: str, why: str, **more: Any) -> Payload:
    info = {"transactionId": "tx-1"} | more.pop("info", {})
    head = {"eventType": kind, "timestamp": at(minute), "triggerReason": why, "seqNo": seq}
    return head | {"transactionInfo": info} | more


def register(minute: int, value: int, context: str) -> list[Payload]:
    sample = {"value": value, "context": context, "measurand": REGISTER}
    return [{"timestamp": at(minute), "sampledValue": [sample | {"unitOfMeasure": {"unit": "Wh"}}]}]


@chance
@given(
    steps=STEPS,
    reason=st.sampled_from(sorted(REASONS_201)),
    token=st.booleans(),
    reservation=st.none() | st.integers(0, 99),
    meter=st.integers(0, 10**8),
)
def test_a_transaction_of_201_is_the_same_in_201_again(
    steps: list[str], reason: str, token: bool, reservation: int | None, meter: int
) -> None:
    chain = Chain("B")
    chain.answers = {"csms": answer_201}
    begun = {"evse": PLACE, "idToken": CARD, "info": {"chargingState": "Charging"}}
    begun |= {} if reservation is None else {"reservationId": reservation}
    begun["meterValue"] = register(0, meter, "Transaction.Begin")
    said = [event(0, 0, "Started", "Authorized", **begun)]
    state = "Charging"
    for minute, step in enumerate(steps, 1):
        if step == "meter":
            value = register(minute, meter + minute, "Sample.Periodic")
            said.append(event(len(said), minute, "Updated", "MeterValuePeriodic", meterValue=value))
        elif step != state:
            info, state = {"chargingState": step}, step
            said.append(event(len(said), minute, "Updated", "ChargingStateChanged", info=info))
    why, last = REASONS_201[reason]
    value = register(30, meter + 99, "Transaction.End")
    info = {"stoppedReason": reason, "chargingState": last}
    ended = event(len(said), 30, "Ended", why, info=info, meterValue=value)
    said.append(ended | ({"idToken": CARD} if token else {}))
    for each in said:
        chain.ask("station", "TransactionEvent", each)
    heard = [payload for action, payload in chain.heard["csms"] if action == "TransactionEvent"]
    assert canonical(renamed(heard)) == canonical(renamed(as_16_tells_it(said)))


def as_16_tells_it(said: list[Payload]) -> list[Payload]:
    """In 1.6 a transaction begins, and then a status says that energy flows."""
    first, *rest = said
    info = first["transactionInfo"]
    begun = first | {"transactionInfo": info | {"chargingState": "EVConnected"}}
    flows = event(0, 0, "Updated", "ChargingStateChanged", info={"chargingState": "Charging"})
    return [each | {"seqNo": seq} for seq, each in enumerate([begun, flows, *rest])]


def renamed(events: list[Payload]) -> list[Payload]:
    """The events of one transaction, whatever it is called."""
    (_,) = {each["transactionInfo"]["transactionId"] for each in events}
    return [
        each | {"transactionInfo": each["transactionInfo"] | {"transactionId": "the one"}}
        for each in events
    ]
