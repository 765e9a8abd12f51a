"""What is remembered of a 1.6 station's charging profiles is what such a station holds."""

from random import Random
from typing import Any

import pytest

from gateway.testing import Bench

TOPOLOGY = [
    {"connector": 1, "evse": 1, "evse_connector": 1},
    {"connector": 2, "evse": 1, "evse_connector": 2},
    {"connector": 3, "evse": 2},
]
PURPOSES = ("TxDefaultProfile", "ChargingStationMaxProfile")


class Station:
    """A 1.6 station's own store: an id is there once, and so is a rank on a connector."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.held: dict[int, tuple[int, str, int]] = {}  # id -> connector, purpose, stack level

    def answer(self, action: str, asked: dict[str, Any]) -> str:
        if action == "SetChargingProfile":
            if self.rng.random() < 0.2:
                return self.rng.choice(("Rejected", "NotSupported"))
            profile = asked["csChargingProfiles"]
            rank = (asked["connectorId"], profile["chargingProfilePurpose"], profile["stackLevel"])
            self.held = {number: r for number, r in self.held.items() if r != rank}
            self.held[profile["chargingProfileId"]] = rank
            return "Accepted"
        matching = [number for number, rank in self.held.items() if matches(number, rank, asked)]
        for number in matching:
            del self.held[number]
        return "Accepted" if matching else "Unknown"


def matches(number: int, rank: tuple[int, str, int], asked: dict[str, Any]) -> bool:
    facts = (number, *rank)
    names = ("id", "connectorId", "chargingProfilePurpose", "stackLevel")
    return all(asked.get(name, fact) == fact for name, fact in zip(names, facts, strict=True))


def command(rng: Random) -> tuple[str, dict[str, Any]]:
    if rng.random() < 0.7:
        purpose = rng.choice(PURPOSES)
        evse = 0 if purpose == "ChargingStationMaxProfile" else rng.choice((0, 1, 1, 2))
        period = {"startPeriod": 0, "limit": rng.randrange(100)}
        schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
        profile = {
            "id": rng.randrange(5),
            "stackLevel": rng.randrange(3),
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Relative",
            "chargingSchedule": [schedule],
        }
        return "SetChargingProfile", {"evseId": evse, "chargingProfile": profile}
    if rng.random() < 0.5:
        return "ClearChargingProfile", {"chargingProfileId": rng.randrange(5)}
    criteria: dict[str, Any] = {"evseId": rng.choice((0, 1, 2))}
    if rng.random() < 0.7:
        criteria["stackLevel"] = rng.randrange(3)
    return "ClearChargingProfile", {"chargingProfileCriteria": criteria}


@pytest.mark.parametrize("seed", range(20))
def test_what_is_remembered_is_what_the_station_holds(seed: int) -> None:
    rng = Random(seed)
    bench, station = Bench("A", {"topology": TOPOLOGY}), Station(rng)
    for number in range(60):
        outputs = bench.hear("backend", [2, str(number), *command(rng)])
        while outputs and outputs[0]["to"] == "charger":
            _, message_id, action, asked = outputs[0]["frame"]
            status = station.answer(action, asked)
            outputs = bench.hear("charger", [3, message_id, {"status": status}])
        assert [output["frame"][:2] for output in outputs] == [[3, str(number)]]
        assert bench.session is not None
        assert bench.session.memory is not None
        remembered = {
            copy: (connector, entry.said["stackLevel"])
            for entry in bench.session.memory.profiles.values()
            for connector, copy in entry.copies.items()
        }
        held = {number: (rank[0], rank[2]) for number, rank in station.held.items()}
        assert remembered == held
