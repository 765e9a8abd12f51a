"""What goes into the other version and back is what it was, field by field, both ways round.

A message goes through two gateways, one behind the other. Each row says what of it (and of its
answer) has no place in the version between; the rest must come out as it went in.
"""

from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import schema_oracle
from tests.gateway.chain import Chain
from tests.gateway.there_and_back import (
    FIRMWARE_16,
    Fit,
    Payload,
    both,
    canonical,
    dropped,
    expiry,
    fixed,
    hints,
    limited,
    meter_16,
    meter_201,
    profile_16,
    profile_201,
    set_profile,
    token_201,
    token_info_201,
    within,
)

VERSIONS = {"A": "1.6", "B": "2.0.1"}
ROOTS_16 = ("CentralSystemRootCertificate", "ManufacturerRootCertificate")
LOG_16 = ("Uploaded", "Idle", "Uploading", "UploadFailure")
chance = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
)


def same(payload: Payload) -> None:
    """Every field has its place."""


def criteria_16(payload: Payload) -> None:
    """An id is enough; without one 2.0.1 has to be told a criterion."""
    if "id" in payload:
        payload.clear()
        payload["id"] = 7
    else:
        payload.setdefault("chargingProfilePurpose", "TxProfile")
        if payload["chargingProfilePurpose"] == "ChargePointMaxProfile":
            payload["connectorId"] = 0  # no other place has one


def criteria_201(payload: Payload) -> None:
    """The same from the other side; what may be cleared is what 1.6 knows."""
    if "chargingProfileId" in payload or "chargingProfileCriteria" not in payload:
        payload.clear()
        payload["chargingProfileId"] = 7
        return
    found = payload["chargingProfileCriteria"]
    found.setdefault("chargingProfilePurpose", "TxProfile")
    limited("chargingProfilePurpose", "TxProfile", "TxDefaultProfile")(found)


def entry_16(entry: Payload) -> None:
    """With the station's own list, what is added has a status."""
    entry.setdefault("idTagInfo", {"status": "Accepted"})


def entry_201(entry: Payload) -> None:
    entry.setdefault("idTokenInfo", {"status": "Accepted"})


def each_once(name: str, key: Any) -> Fit:
    """An entry for each token."""

    def fit(payload: Payload) -> None:
        if name in payload:
            payload[name] = list({key(entry): entry for entry in payload[name]}.values())

    return fit


local_list_16 = both(
    within("localAuthorizationList", entry_16),
    each_once("localAuthorizationList", lambda entry: entry["idTag"]),
    fixed(listVersion=7),
)
local_list_201 = both(
    within("localAuthorizationList", within("idToken", token_201)),
    within("localAuthorizationList", entry_201),
    within("localAuthorizationList", within("idTokenInfo", token_info_201)),
    each_once("localAuthorizationList", lambda entry: entry["idToken"]["idToken"]),
    fixed(versionNumber=7),
)
informed = dropped("statusInfo")


def composite_16(payload: Payload) -> None:
    """An answer about connector 1, with its start beside the schedule (erratum 3.57)."""
    schedule = payload.get("chargingSchedule")
    if payload["status"] != "Accepted" or schedule is None:
        for name in ("connectorId", "scheduleStart", "chargingSchedule"):
            payload.pop(name, None)
        return
    payload.setdefault("scheduleStart", "2025-03-01T10:00:00Z")
    payload["connectorId"] = 1
    schedule.setdefault("duration", 60)
    dropped("startSchedule", "minChargingRate")(schedule)


def composite_201(payload: Payload) -> None:
    payload.pop("statusInfo", None)
    if payload["status"] != "Accepted":
        payload.pop("schedule", None)
    for period in payload.get("schedule", {}).get("chargingSchedulePeriod", []):
        period.pop("phaseToUse", None)


def installed_16(payload: Payload) -> None:
    if payload["status"] == "NotFound":
        payload.pop("certificateHashData", None)
    else:
        payload.setdefault("certificateHashData", [a_hash()])


def a_hash() -> Payload:
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": "a",
        "issuerKeyHash": "b",
        "serialNumber": "c",
    }


def station_data_201(payload: Payload) -> None:
    payload.pop("statusInfo", None)
    if "data" in payload:
        payload["data"] = "text"


def firmware_201(payload: Payload) -> None:
    """Signed or not; when it is installed an unsigned update cannot say in 1.6."""
    firmware = payload["firmware"]
    if not {"signature", "signingCertificate"} <= firmware.keys():
        dropped("signature", "signingCertificate", "installDateTime")(firmware)


def a_list(payload: Payload) -> None:
    """That there is none at all, 1.6 alone can say, with -1."""
    for name in payload:
        payload[name] = abs(payload[name])


def numbered(payload: Payload) -> None:
    """Idle is about no job."""
    payload.pop("requestId", None)
    if payload["status"] != "Idle":
        payload.update(ID)


def diagnostics_16(payload: Payload) -> None:
    payload["fileName"] = payload.get("fileName", "log.zip")


ID = {"requestId": 1}
LOG = {"log": {"remoteLocation": "https://example.com/x"}, "logType": "DiagnosticsLog", **ID}
FIRMWARE = {"location": "https://example.com/x", "retrieveDateTime": "2025-03-01T10:00:00Z"}
SIGNED = FIRMWARE | {"signingCertificate": "c", "signature": "s"}
UPDATE_16 = {"location": "https://example.com/x", "retrieveDate": "2025-03-01T10:00:00Z"}

# (who asks, action) -> what of the question, and of its answer, can be carried.
ROWS_16: dict[tuple[str, str], tuple[Fit, Fit]] = {
    ("station", "Authorize"): (same, same),
    ("station", "BootNotification"): (
        dropped("meterType", "meterSerialNumber", "chargeBoxSerialNumber"),
        fixed(status="Accepted", interval=300),
    ),
    ("station", "DataTransfer"): (same, same),
    ("station", "DiagnosticsStatusNotification"): (same, same),
    ("station", "FirmwareStatusNotification"): (same, same),
    ("station", "Heartbeat"): (same, same),
    ("station", "LogStatusNotification"): (fixed(**ID), same),
    ("station", "MeterValues"): (both(meter_16, dropped("transactionId")), same),
    ("station", "SecurityEventNotification"): (same, same),
    ("station", "SignCertificate"): (same, same),
    ("station", "SignedFirmwareStatusNotification"): (fixed(**ID), same),
    ("csms", "CancelReservation"): (same, same),
    ("csms", "CertificateSigned"): (same, same),
    ("csms", "ChangeAvailability"): (same, same),
    ("csms", "ClearCache"): (same, same),
    ("csms", "ClearChargingProfile"): (criteria_16, same),
    ("csms", "DataTransfer"): (same, same),
    ("csms", "DeleteCertificate"): (same, same),
    ("csms", "GetCompositeSchedule"): (same, composite_16),
    ("csms", "GetDiagnostics"): (same, diagnostics_16),
    ("csms", "GetInstalledCertificateIds"): (same, installed_16),
    ("csms", "GetLocalListVersion"): (same, a_list),
    ("csms", "GetLog"): (same, same),
    ("csms", "InstallCertificate"): (same, same),
    ("csms", "RemoteStartTransaction"): (
        both(dropped("chargingProfile"), fixed(connectorId=1)),
        same,
    ),
    ("csms", "ReserveNow"): (both(expiry, fixed(connectorId=1)), same),
    ("csms", "Reset"): (same, same),
    ("csms", "SendLocalList"): (local_list_16, limited("status", "Accepted", "Failed")),
    ("csms", "SetChargingProfile"): (
        both(
            within("csChargingProfiles", profile_16),
            set_profile(
                "ChargePointMaxProfile",
                "chargingProfilePurpose",
                "connectorId",
                "csChargingProfiles",
            ),
        ),
        limited("status", "Accepted", "Rejected"),
    ),
    ("csms", "SignedUpdateFirmware"): (same, same),
    ("csms", "UnlockConnector"): (same, limited("status", "Unlocked", "UnlockFailed")),
    ("csms", "UpdateFirmware"): (same, same),
}
ROWS_201: dict[tuple[str, str], tuple[Fit, Fit]] = {
    ("station", "Authorize"): (
        both(dropped("certificate", "iso15118CertificateHashData"), within("idToken", token_201)),
        both(dropped("certificateStatus"), within("idTokenInfo", token_info_201)),
    ),
    ("station", "BootNotification"): (
        both(
            fixed(reason="Unknown"),
            lambda boot: fixed(vendorName=boot["chargingStation"]["vendorName"][:20])(
                boot["chargingStation"]
            ),
            lambda boot: (
                boot["chargingStation"].pop("modem", None)
                if not boot["chargingStation"].get("modem")
                else None
            ),
        ),
        both(informed, fixed(status="Accepted", interval=300)),
    ),
    ("station", "DataTransfer"): (station_data_201, station_data_201),
    ("station", "FirmwareStatusNotification"): (
        both(limited("status", *FIRMWARE_16), numbered),
        same,
    ),
    ("station", "Get15118EVCertificate"): (same, informed),
    ("station", "GetCertificateStatus"): (same, informed),
    ("station", "Heartbeat"): (same, same),
    ("station", "LogStatusNotification"): (both(limited("status", *LOG_16), fixed(**ID)), same),
    ("station", "MeterValues"): (meter_201, same),
    ("station", "SecurityEventNotification"): (same, same),
    ("station", "SignCertificate"): (
        lambda asked: asked.setdefault("certificateType", "ChargingStationCertificate"),
        informed,
    ),
    ("csms", "CancelReservation"): (same, informed),
    ("csms", "CertificateSigned"): (
        lambda asked: asked.setdefault("certificateType", "ChargingStationCertificate"),
        informed,
    ),
    ("csms", "ChangeAvailability"): (dropped("evse.connectorId"), informed),
    ("csms", "ClearCache"): (same, informed),
    ("csms", "ClearChargingProfile"): (criteria_201, informed),
    ("csms", "DataTransfer"): (station_data_201, station_data_201),
    ("csms", "DeleteCertificate"): (same, informed),
    ("csms", "GetCompositeSchedule"): (same, composite_201),
    ("csms", "GetLocalListVersion"): (same, a_list),
    ("csms", "GetLog"): (same, informed),
    ("csms", "InstallCertificate"): (same, informed),
    ("csms", "RequestStartTransaction"): (
        both(
            dropped("chargingProfile", "groupIdToken"),
            fixed(evseId=1),
            within("idToken", token_201),
        ),
        dropped("statusInfo", "transactionId"),
    ),
    ("csms", "ReserveNow"): (
        both(
            expiry,
            dropped("connectorType"),
            fixed(evseId=1),
            within("idToken", token_201),
            within("groupIdToken", token_201),
        ),
        informed,
    ),
    ("csms", "Reset"): (
        dropped("evseId"),
        both(informed, limited("status", "Accepted", "Rejected")),
    ),
    ("csms", "SendLocalList"): (
        local_list_201,
        both(informed, limited("status", "Accepted", "Failed")),
    ),
    ("csms", "SetChargingProfile"): (
        both(
            within("chargingProfile", profile_201),
            set_profile(
                "ChargingStationMaxProfile", "chargingProfilePurpose", "evseId", "chargingProfile"
            ),
        ),
        informed,
    ),
    ("csms", "UnlockConnector"): (
        same,
        both(informed, limited("status", "Unlocked", "UnlockFailed")),
    ),
    ("csms", "UpdateFirmware"): (firmware_201, both(informed, limited("status", "Accepted"))),
}
# What else would be asked, or said in a better word.
CONFIGS = {"GetDiagnostics": {"security_ext": "off"}, "DeleteCertificate": {"pnc": "off"}}
CASES = [("A", *row) for row in ROWS_16] + [("B", *row) for row in ROWS_201]


def prepared(chain: Chain, pairing: str, action: str, payload: Payload) -> None:
    """What has to have happened before."""
    if (
        action in ("LogStatusNotification", "DiagnosticsStatusNotification")
        and "requestId" in payload
    ):
        chain.ask("csms", "GetLog", LOG)
    if action == "SignedFirmwareStatusNotification":
        chain.ask("csms", "SignedUpdateFirmware", {**ID, "firmware": SIGNED})
    if action == "FirmwareStatusNotification":
        update = UPDATE_16 if pairing == "A" else {**ID, "firmware": FIRMWARE}
        chain.ask("csms", "UpdateFirmware", update)
    chain.heard["station"].clear()
    chain.heard["csms"].clear()


@pytest.mark.parametrize(("pairing", "who", "action"), CASES)
@chance
@given(seed=st.integers(0, 2**32 - 1))
def test_what_both_versions_can_say_returns_as_it_was(
    pairing: str, who: str, action: str, seed: int
) -> None:
    version, rng = VERSIONS[pairing], Random(seed)
    fit, fit_answer = (ROWS_16 if pairing == "A" else ROWS_201)[who, action]
    given_answers: list[Payload] = []

    def answer(asked: str, payload: Payload) -> Payload:
        answer: Payload = schema_oracle.chance(version, f"{asked}Response", rng, hints(version))
        if asked == action:
            fit_answer(answer)
            given_answers.append(answer)
        elif "status" in answer:
            answer["status"] = "Accepted"
        return answer

    chain = Chain(pairing, {"security_ext": "on", "pnc": "on"} | CONFIGS.get(action, {}))
    chain.answers = {"station": answer, "csms": answer}
    payload = schema_oracle.chance(version, f"{action}Request", rng, hints(version))
    fit(payload)
    prepared(chain, pairing, action, payload)
    given_answers.clear()
    told = chain.ask(who, action, payload)
    heard = chain.heard["csms" if who == "station" else "station"]
    assert canonical(heard[:1]) == canonical([(action, payload)])
    assert canonical(told) == canonical(given_answers[0])
