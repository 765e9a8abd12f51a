"""How often a station's quirks fired: half of it is known even if the gateway is killed."""

import pytest

from gateway.core import nameplates
from gateway.core.effects import Persist
from gateway.testing import Bench

NAME = "shared.empty-optional-text"
FLAWED = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "info": ""}
MESSAGES = 300


def counted(bench: Bench) -> int:
    """What the store knows."""
    stored = bench.shelf.records.get(nameplates.OURS, {}).get(nameplates.KEY)
    fired = nameplates.read(stored).fired if stored is not None else None
    return (fired or {}).get(NAME, 0)


@pytest.mark.parametrize("pairing", ["same16", "A"])
def test_at_every_moment_half_is_kept_and_few_messages_pay_for_it(pairing: str) -> None:
    bench, writes = Bench(pairing, {}), 0
    for connection in range(2):
        before = counted(bench)
        for number in range(1, MESSAGES + 1):
            bench.hear("charger", [2, f"{connection}-{number}", "StatusNotification", FLAWED])
            writes += sum(
                isinstance(effect, Persist) and effect.owner == nameplates.OURS
                for effect in bench.effects
            )
            assert before + number / 2 < counted(bench) <= before + number
        bench.event("charger", "disconnect" if connection else "restart")
        bench.event("charger", "connect")
    assert before < MESSAGES, "the first connection ended with its gateway"
    assert counted(bench) == before + MESSAGES
    assert writes == 2 * MESSAGES.bit_length()
