"""Functional block L of OCPP 2.0.1, Firmware Management, local controllers included."""

from typing import Literal, TypeAlias

from adapters.payload import DateTime, OneOrMore, String32, String512, String800, String5500
from adapters.v201.types import GenericStatus, Payload201, StatusInfo

FirmwareStatus: TypeAlias = Literal[
    "Downloaded",
    "DownloadFailed",
    "Downloading",
    "DownloadScheduled",
    "DownloadPaused",
    "Idle",
    "InstallationFailed",
    "Installing",
    "Installed",
    "InstallRebooting",
    "InstallScheduled",
    "InstallVerificationFailed",
    "InvalidSignature",
    "SignatureVerified",
]
PublishFirmwareStatus: TypeAlias = Literal[
    "Idle",
    "DownloadScheduled",
    "Downloading",
    "Downloaded",
    "Published",
    "DownloadFailed",
    "DownloadPaused",
    "InvalidChecksum",
    "ChecksumVerified",
    "PublishFailed",
]
UnpublishFirmwareStatus: TypeAlias = Literal["DownloadOngoing", "NoFirmware", "Unpublished"]
UpdateFirmwareStatus: TypeAlias = Literal[
    "Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate"
]


class Firmware(Payload201, frozen=True):
    """A firmware: where it is, when to fetch and install it, how to check it."""

    location: String512
    retrieve_date_time: DateTime
    install_date_time: DateTime | None = None
    signing_certificate: String5500 | None = None
    signature: String800 | None = None


class UpdateFirmwareRequest(Payload201, frozen=True):
    """The CSMS has the station fetch and install a firmware (L01, L02)."""

    request_id: int
    firmware: Firmware
    retries: int | None = None
    retry_interval: int | None = None


class UpdateFirmwareResponse(Payload201, frozen=True):
    """Whether the station will, or what is wrong with the signing certificate."""

    status: UpdateFirmwareStatus
    status_info: StatusInfo | None = None


class FirmwareStatusNotificationRequest(Payload201, frozen=True):
    """The station says how far its firmware update is (L01, L02)."""

    status: FirmwareStatus
    request_id: int | None = None


class FirmwareStatusNotificationResponse(Payload201, frozen=True):
    """The status arrived."""


class PublishFirmwareRequest(Payload201, frozen=True):
    """The CSMS has a local controller offer a firmware to its stations (L03)."""

    location: String512
    checksum: String32
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


class PublishFirmwareResponse(Payload201, frozen=True):
    """Whether the local controller will try."""

    status: GenericStatus
    status_info: StatusInfo | None = None


class PublishFirmwareStatusNotificationRequest(Payload201, frozen=True):
    """The local controller says how far its publishing is (L03)."""

    status: PublishFirmwareStatus
    location: OneOrMore[String512] | None = None
    request_id: int | None = None


class PublishFirmwareStatusNotificationResponse(Payload201, frozen=True):
    """The status arrived."""


class UnpublishFirmwareRequest(Payload201, frozen=True):
    """The CSMS has a local controller withdraw a firmware, by its MD5 checksum (L04)."""

    checksum: String32


class UnpublishFirmwareResponse(Payload201, frozen=True):
    """Whether the firmware is withdrawn."""

    status: UnpublishFirmwareStatus
