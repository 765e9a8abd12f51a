"""What a station keeps in memory between its messages: what it is, not what it said."""

import gc
import sys
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import msgspec
import pytest

from adapters.frame import Version
from gateway.core.session import Session
from gateway.core.tally import Tally
from tests.gateway.shadow_stage import BOOT, NOON, Stage, event_201, start_16

SAID = "236.6171"  # a voltage: nobody needs it again
MOST = 14_000  # bytes of the core for a station that is translated, with a shadow; 12,000 were seen
WAYS: list[tuple[Version, Version, Version]] = [  # station, primary, shadow
    ("1.6", "1.6", "1.6"),
    ("1.6", "2.0.1", "1.6"),
    ("1.6", "2.0.1", "2.0.1"),
    ("2.0.1", "1.6", "2.0.1"),
    ("2.0.1", "2.0.1", "1.6"),
]
APART = (ModuleType, type, FunctionType, BuiltinFunctionType, Tally)


def metered(station: Version, primary: Version, shadow: Version) -> Session:
    """The session of a station that booted, began a transaction and told its samples."""
    stage = Stage(station, primary, {"shadow": shadow})
    boot: Any = BOOT[station]
    stage.call("BootNotification", boot)
    sampled: Any = [{"value": "1500"}, {"value": SAID, "measurand": "Voltage"}]
    if station == "1.6":
        free = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing", "timestamp": NOON}
        stage.call("StatusNotification", free)
        number = stage.call("StartTransaction", start_16())[2]["transactionId"]
        values = [{"timestamp": NOON, "sampledValue": sampled}]
        said = {"connectorId": 1, "transactionId": number, "meterValue": values}
        assert stage.call("MeterValues", said)[0] == 3
    else:
        token = {"idToken": "CARD-1", "type": "Central"}
        stage.call("TransactionEvent", event_201("Started", idToken=token))
        sampled = [{**one, "value": float(one["value"])} for one in sampled]
        values = [{"timestamp": NOON, "sampledValue": sampled}]
        assert stage.call("TransactionEvent", event_201("Updated", 1, meterValue=values))[0] == 3
    assert stage.compared, "the shadow has answered, too"
    return stage.session


def reachable(root: object) -> Iterator[object]:
    """All that is kept alive by an object, program and counts apart."""
    seen, waiting = {id(root)}, [root]
    while waiting:
        one = waiting.pop()
        yield one
        for other in gc.get_referents(one):
            if id(other) not in seen and not isinstance(other, APART):
                seen.add(id(other))
                waiting.append(other)


def size(one: object) -> int:
    """Bytes of an object alone; a Raw does not know its own."""
    return len(one) if isinstance(one, msgspec.Raw) else sys.getsizeof(one)


@pytest.mark.parametrize(("station", "primary", "shadow"), WAYS)
def test_of_an_exchange_that_is_over_no_text_is_kept(
    station: Version, primary: Version, shadow: Version
) -> None:
    session = metered(station, primary, shadow)
    texts = (str(o) for o in reachable(session) if isinstance(o, bytes | str | bytearray))
    raws = (bytes(o).decode() for o in reachable(session) if isinstance(o, msgspec.Raw))
    assert [text[:200] for text in (*texts, *raws) if SAID in text] == []


def test_a_station_with_a_shadow_takes_no_more_than_it_should() -> None:
    one, other = (metered("1.6", "2.0.1", "1.6") for _ in range(2))
    shared = {id(each) for each in reachable(other)}
    own = [each for each in reachable(one) if id(each) not in shared]
    assert sum(map(size, own)) <= MOST
