"""The Firmware Management profile of OCPP 1.6: unsigned firmware, and diagnostics."""

from typing import Literal, TypeAlias

from adapters.payload import DateTime, String255
from adapters.v16.types import Payload16

DiagnosticsStatus: TypeAlias = Literal["Idle", "Uploaded", "UploadFailed", "Uploading"]
FirmwareStatus: TypeAlias = Literal[
    "Downloaded",
    "DownloadFailed",
    "Downloading",
    "Idle",
    "InstallationFailed",
    "Installing",
    "Installed",
]


class DiagnosticsStatusNotificationRequest(Payload16, frozen=True):
    """The station says how far its upload of diagnostics is (section 4.4)."""

    status: DiagnosticsStatus


class DiagnosticsStatusNotificationResponse(Payload16, frozen=True):
    """The status arrived."""


class FirmwareStatusNotificationRequest(Payload16, frozen=True):
    """The station says how far its firmware update is (section 4.5)."""

    status: FirmwareStatus


class FirmwareStatusNotificationResponse(Payload16, frozen=True):
    """The status arrived."""


class GetDiagnosticsRequest(Payload16, frozen=True):
    """The CSMS has the station upload its diagnostics (section 5.9); the interval is seconds."""

    location: str
    retries: int | None = None
    retry_interval: int | None = None
    start_time: DateTime | None = None
    stop_time: DateTime | None = None


class GetDiagnosticsResponse(Payload16, frozen=True):
    """What the file will be called; nothing, if there are no diagnostics."""

    file_name: String255 | None = None


class UpdateFirmwareRequest(Payload16, frozen=True):
    """The CSMS has the station fetch and install a firmware (section 5.19)."""

    location: str
    retrieve_date: DateTime
    retries: int | None = None
    retry_interval: int | None = None


class UpdateFirmwareResponse(Payload16, frozen=True):
    """The station heard; FirmwareStatusNotification says what came of it."""
