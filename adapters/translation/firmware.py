"""Firmware updates, signed and unsigned, both ways (specification 3.8, 6.7, 8.5 and 16)."""

from collections.abc import Generator
from typing import Any

from adapters import v16, v201
from adapters.translation import capabilities, jobs
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.refusals import info
from adapters.translation.scalars import is_uri, utc, utc_or_none
from adapters.translation.unmapped import forwarded

LONGEST_LOCATION = 512  # of 2.0.1; 1.6 knows no limit
UNKNOWN_JOB = 0  # 2.0.1 wants an id with every status but Idle (L02.FR.14)
BEGUN = frozenset({"Accepted", "AcceptedCanceled"})
INSTALLING = frozenset({"Installing", "Installed", "InstallRebooting"})

# Unsigned updates of 1.6 have seven statuses; what only announces something is not told (None).
TO_16: dict[v201.FirmwareStatus, v16.FirmwareStatus | None] = {
    "Downloaded": "Downloaded",
    "DownloadFailed": "DownloadFailed",
    "Downloading": "Downloading",
    "DownloadScheduled": None,
    "DownloadPaused": None,
    "Idle": "Idle",
    "InstallationFailed": "InstallationFailed",
    "Installing": "Installing",
    "Installed": "Installed",
    "InstallRebooting": "Installing",
    "InstallScheduled": None,
    "InstallVerificationFailed": "InstallationFailed",
    "InvalidSignature": "InstallationFailed",
    "SignatureVerified": None,
}
# The answer to 1.6 UpdateFirmware is empty, so a refusal is told as what came of the update.
REFUSED: dict[v201.UpdateFirmwareStatus, v16.FirmwareStatus] = {
    "Rejected": "DownloadFailed",
    "InvalidCertificate": "InstallationFailed",
    "RevokedCertificate": "InstallationFailed",
}


def v201_update(call: v201.UpdateFirmwareRequest, memory: Memory) -> Conversation:
    """For a 1.6 station; a signed firmware is not installed unsigned, unless that is allowed."""
    firmware = call.firmware
    if firmware.signature is None and firmware.signing_certificate is None:
        return (yield from _unsigned(call, memory))
    if capabilities.is_wanted("security_ext", memory):
        if firmware.signature is None or firmware.signing_certificate is None:
            return v201.UpdateFirmwareResponse("Rejected", info("MissingParam"))
        request = _signed(call, firmware.signing_certificate, firmware.signature)
        answer = yield from capabilities.attempt("security_ext", request, memory)
        if answer is not None:
            if answer.status in BEGUN:
                jobs.begin(memory.station.firmware_jobs, call.request_id, True, memory)
            return v201.UpdateFirmwareResponse(answer.status)
    if memory.options.allow_unsigned_downgrade == "off":
        return v201.UpdateFirmwareResponse("Rejected", info("UnsupportedRequest"))
    memory.lose("signature", "signature")
    return (yield from _unsigned(call, memory))


def _signed(
    call: v201.UpdateFirmwareRequest, certificate: str, signature: str
) -> v16.SignedUpdateFirmwareRequest:
    firmware = call.firmware
    return v16.SignedUpdateFirmwareRequest(
        request_id=call.request_id,
        firmware=v16.Firmware(
            location=firmware.location,
            retrieve_date_time=utc(firmware.retrieve_date_time),
            signing_certificate=certificate,
            signature=signature,
            install_date_time=utc_or_none(firmware.install_date_time),
        ),
        retries=call.retries,
        retry_interval=call.retry_interval,
    )


def _unsigned(call: v201.UpdateFirmwareRequest, memory: Memory) -> Conversation:
    firmware = call.firmware
    if not is_uri(firmware.location):
        return v201.UpdateFirmwareResponse("Rejected", info("InvalidURL"))
    if firmware.install_date_time is not None:
        memory.lose("install_date", "installDateTime")
    request = v16.UpdateFirmwareRequest(
        location=firmware.location,
        retrieve_date=utc(firmware.retrieve_date_time),
        retries=call.retries,
        retry_interval=call.retry_interval,
    )
    yield from jobs.ask(memory.station.firmware_jobs, call.request_id, request, memory)
    return v201.UpdateFirmwareResponse("Accepted")


def v16_update(call: v16.UpdateFirmwareRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station, under an id of the gateway; a refusal is told as a status."""
    status: v201.UpdateFirmwareStatus = "Rejected"
    if len(call.location) <= LONGEST_LOCATION:
        answer = yield v201.UpdateFirmwareRequest(
            request_id=jobs.begin_unnumbered(memory.station.firmware_jobs, memory),
            firmware=v201.Firmware(call.location, utc(call.retrieve_date)),
            retries=call.retries,
            retry_interval=call.retry_interval,
        )
        status = answer.status
    if status in REFUSED:
        memory.follow_ups.append(_told(REFUSED[status]))
    return v16.UpdateFirmwareResponse()


def _told(status: v16.FirmwareStatus) -> Generator[Step, Any, None]:
    try:
        yield v16.FirmwareStatusNotificationRequest(status)
    except Refusal:
        return


def v16_signed_update(call: v16.SignedUpdateFirmwareRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station."""
    firmware = call.firmware
    answer = yield v201.UpdateFirmwareRequest(
        request_id=jobs.begin_numbered(memory.station.firmware_jobs, call.request_id, memory),
        firmware=v201.Firmware(
            location=firmware.location,
            retrieve_date_time=utc(firmware.retrieve_date_time),
            install_date_time=utc_or_none(firmware.install_date_time),
            signing_certificate=firmware.signing_certificate,
            signature=firmware.signature,
        ),
        retries=call.retries,
        retry_interval=call.retry_interval,
    )
    return v16.SignedUpdateFirmwareResponse(answer.status)


def v16_status(call: v16.FirmwareStatusNotificationRequest, memory: Memory) -> Conversation:
    """From a 1.6 station, which does not say which update it means: the one that began last."""
    yield from _status_16(call.status, None, memory)
    return v16.FirmwareStatusNotificationResponse()


def v16_signed_status(
    call: v16.SignedFirmwareStatusNotificationRequest, memory: Memory
) -> Conversation:
    """From a 1.6 station with the security extension."""
    yield from _status_16(call.status, call.request_id, memory)
    return v16.SignedFirmwareStatusNotificationResponse()


def _status_16(
    status: v201.FirmwareStatus, request_id: int | None, memory: Memory
) -> Generator[Step, Any, None]:
    if status in INSTALLING:  # it explains the boot that follows (3.11)
        memory.station.firmware_at = memory.now
        memory.touch(memory.station)
    if request_id is None and status != "Idle":
        known = jobs.latest(memory.station.firmware_jobs)
        request_id = UNKNOWN_JOB if known is None else known
    yield v201.FirmwareStatusNotificationRequest(status, request_id)


def v201_status(call: v201.FirmwareStatusNotificationRequest, memory: Memory) -> Conversation:
    """From a 2.0.1 station: told in the words in which the CSMS asked for the update."""
    job = None
    if call.request_id is not None:
        job = memory.station.firmware_jobs.get(call.request_id)
    status = TO_16[call.status]
    if job is not None and job.extended:
        yield v16.SignedFirmwareStatusNotificationRequest(call.status, job.asked_as)
    elif status is not None:
        yield v16.FirmwareStatusNotificationRequest(status)
    else:
        yield from forwarded(call, memory)
    return v201.FirmwareStatusNotificationResponse()
