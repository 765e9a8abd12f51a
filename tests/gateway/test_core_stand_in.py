"""What is answered in a station's place is answered in its words, whatever its CSMS speaks."""

from typing import Any

import msgspec
import pytest

from gateway.testing import Bench
from tests import schema_oracle
from tests.gateway.shadow_stage import event_201

OK = {"status": "Accepted"}
PERIOD = {"startPeriod": 0, "limit": 6.0}
SCHEDULE = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [PERIOD]}
PROFILE = {
    "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative", "chargingSchedule": [SCHEDULE],
}  # fmt: skip
FIRMWARE = {"location": "https://files.example/f", "retrieveDateTime": "2025-03-01T10:00:00Z"}


@pytest.mark.parametrize(
    ("quirk", "action", "asked"),
    [
        ("myenergi.no-smart-charging", "SetChargingProfile", {"chargingProfile": PROFILE}),
        ("zaptec.firmware-from-its-maker", "UpdateFirmware", {"requestId": 1}),
        ("charge-amps.halo-profiles-of-transactions-only", "UnlockConnector", {"connectorId": 1}),
    ],
)
def test_a_csms_of_201_is_answered_in_201_for_a_station_of_16(
    quirk: str, action: str, asked: dict[str, Any]
) -> None:
    bench = Bench("A", {}, quirks_on=frozenset({quirk}))
    asked |= {"firmware": FIRMWARE} if action == "UpdateFirmware" else {"evseId": 1}
    said = bench.hear("backend", [2, "1", action, asked])
    assert {out["to"] for out in said} == {"backend"}
    kind, _, payload = said[0]["frame"]
    assert kind == 3
    assert not schema_oracle.faults("2.0.1", f"{action}Response", msgspec.json.encode(payload))


def test_what_a_station_is_said_to_say_next_is_told_in_the_words_of_its_csms() -> None:
    bench = Bench("A", {}, quirks_on=frozenset({"zaptec.firmware-from-its-maker"}))
    asked = {"requestId": 7, "firmware": FIRMWARE}
    answer, told = (
        out["frame"] for out in bench.hear("backend", [2, "1", "UpdateFirmware", asked])
    )
    assert answer[:2] == [3, "1"]
    assert told[2:] == ["FirmwareStatusNotification", {"status": "DownloadFailed", "requestId": 7}]


def test_a_station_of_201_is_spared_what_a_csms_of_16_asks_in_other_words() -> None:
    quirks = frozenset({"foxess.hangs-when-started-again"})
    bench = Bench("B", {}, {"accepted": True}, quirks_on=quirks)
    for kind in ("Started", "Ended"):
        event = event_201(kind, meterValue=[]) | {
            "idToken": {"idToken": "CARD-1", "type": "Central"}
        }
        for out in bench.hear("charger", [2, kind, "TransactionEvent", event]):
            bench.hear("backend", [3, out["frame"][1], {"transactionId": 1, "idTagInfo": OK}])
    said = bench.hear(
        "backend", [2, "1", "RemoteStartTransaction", {"idTag": "A", "connectorId": 1}]
    )
    assert said == [{"to": "backend", "frame": [3, "1", {"status": "Rejected"}]}]
