"""Firmware, logs, security events, certificates: every word has its row, both ways (3.8-3.13)."""

from typing import get_args

import pytest

from adapters import v16, v201
from adapters.translation import (
    certificates,
    firmware,
    jobs,
    logs,
    plug_and_charge,
    scalars,
    security,
)
from adapters.translation.memory import Memory
from adapters.translation.options import Options
from gateway.testing import Bench


def words(literal: object) -> set[str]:
    return set(get_args(literal))


def test_every_status_has_a_row() -> None:
    assert set(logs.DIAGNOSTICS_TO_201) == words(v16.DiagnosticsStatus)
    assert set(logs.DIAGNOSTICS_TO_201.values()) <= words(v201.UploadLogStatus)
    assert set(logs.DIAGNOSTICS_TO_16) == set(logs.LOG_TO_16) == words(v201.UploadLogStatus)
    assert set(logs.DIAGNOSTICS_TO_16.values()) <= words(v16.DiagnosticsStatus)
    assert set(logs.LOG_TO_16.values()) <= words(v16.UploadLogStatus)
    assert set(firmware.TO_16) == words(v201.FirmwareStatus) == words(v16.SignedFirmwareStatus)
    assert set(firmware.TO_16.values()) - {None} == words(v16.FirmwareStatus)
    assert words(v16.FirmwareStatus) <= words(v201.FirmwareStatus)
    assert words(v16.UploadLogStatus) <= words(v201.UploadLogStatus)


@pytest.mark.parametrize("status", sorted(words(v16.DiagnosticsStatus)))
def test_a_diagnostics_status_comes_back_the_same(status: str) -> None:
    there = logs.DIAGNOSTICS_TO_201[status]  # type: ignore[index]
    assert logs.DIAGNOSTICS_TO_16[there] == status


@pytest.mark.parametrize("status", sorted(words(v16.FirmwareStatus)))
def test_a_firmware_status_comes_back_the_same(status: str) -> None:
    assert firmware.TO_16[status] == status  # type: ignore[index]


def test_every_refused_update_is_told_by_a_status() -> None:
    begun = {"Accepted", "AcceptedCanceled"}
    assert set(firmware.REFUSED) == words(v201.UpdateFirmwareStatus) - begun


def test_every_certificate_use_has_its_way() -> None:
    assert set(certificates.USE_TO_201) == words(v16.CertificateUse)
    native, contracts = set(certificates.USE_TO_16), set(certificates.PNC_USES)
    assert native | contracts == words(v201.GetCertificateIdUse)
    assert not native & contracts
    assert words(v201.InstallCertificateUse) - native == plug_and_charge.ROOTS


def test_every_message_of_plug_and_charge_can_be_refused() -> None:
    both = plug_and_charge.OF_STATION | plug_and_charge.OF_CSMS
    assert set(plug_and_charge.REFUSALS) == both
    for action, refusal in plug_and_charge.REFUSALS.items():
        assert isinstance(refusal, v201.ACTIONS[action].response)


@pytest.mark.parametrize(
    "name", [*security.TO_201, "FirmwareUpdated", "MaintenanceLoginAccepted", "vendor.own"]
)
def test_a_security_event_comes_back_under_its_name(name: str) -> None:
    event = {"type": name, "timestamp": "2025-03-01T10:00:00Z", "techInfo": "x"}
    (there,) = Bench("A", {}).hear("charger", [2, "1", "SecurityEventNotification", event])
    assert "CentralSystem" not in there["frame"][3]["type"]
    (back,) = Bench("B", {}).hear(
        "charger", [2, "1", "SecurityEventNotification", there["frame"][3]]
    )
    assert back["frame"][3] == event


@pytest.mark.parametrize(
    "text", ["ftp://u:p@h/x", "https://h/a%20b?c#d", "sftp://[::1]/", "s3:b/k"]
)
def test_a_location_is_a_uri(text: str) -> None:
    assert scalars.is_uri(text)


@pytest.mark.parametrize(
    "text", ["", "file", "/tmp/x", "1p://x", "http://a b", "http://h/ü", "a:\n"]
)
def test_what_has_no_scheme_or_holds_blanks_is_no_uri(text: str) -> None:
    assert not scalars.is_uri(text)


@pytest.mark.parametrize(("action", "answer"), [("GetDiagnostics", {}), ("UpdateFirmware", {})])
def test_a_location_that_is_too_long_for_201_is_refused_here(action: str, answer: object) -> None:
    call = {"location": "ftp://h/" + "x" * 512}
    if action == "UpdateFirmware":
        call["retrieveDate"] = "2025-03-01T10:00:00Z"
    first, *after = Bench("B", {}).hear("backend", [2, "1", action, call])
    assert first == {"to": "backend", "frame": [3, "1", answer]}
    told = [out["frame"][2:] for out in after]
    refused = [["FirmwareStatusNotification", {"status": "DownloadFailed"}]]
    assert told == (refused if action == "UpdateFirmware" else [])


def test_only_the_latest_jobs_are_kept() -> None:
    memory = Memory("CS-1", Options(), {})
    known = memory.station.log_jobs
    for number in range(20):
        jobs.begin(known, number, False, memory)
    assert list(known) == list(range(20 - jobs.KEPT, 20))
    jobs.begin(known, 15, True, memory)
    assert jobs.latest(known) == 15
    jobs.forget(known, 15, memory)
    assert jobs.latest(known) == 19


def test_no_job_of_the_gateway_gets_the_id_of_one_of_the_csms() -> None:
    memory = Memory("CS-1", Options(), {})
    known = memory.station.log_jobs
    assert jobs.begin_numbered(known, 1, memory) == 1
    assert jobs.begin_unnumbered(known, memory) == 2
    assert jobs.begin_numbered(known, 2, memory) == 2 + jobs.COLLISION_OFFSET
    assert known[2 + jobs.COLLISION_OFFSET].asked_as == 2
    assert jobs.begin_numbered(known, 1, memory) == 1
