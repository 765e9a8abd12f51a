"""The security extension of OCPP 1.6 (white paper "Improved security for OCPP 1.6-J")."""

from typing import Literal, TypeAlias

from adapters.payload import (
    DateTime,
    OneOrMore,
    String40,
    String50,
    String128,
    String255,
    String512,
    String800,
    String5500,
    String10000,
)
from adapters.v16.types import GenericStatus, Payload16, TriggerMessageStatus

CertificateSignedStatus: TypeAlias = Literal["Accepted", "Rejected"]
CertificateUse: TypeAlias = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
DeleteCertificateStatus: TypeAlias = Literal["Accepted", "Failed", "NotFound"]
# Not the trigger of the Core profile: diagnostics gave way to logs, certificates came.
ExtendedMessageTrigger: TypeAlias = Literal[
    "BootNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "SignChargePointCertificate",
    "StatusNotification",
]
GetInstalledCertificateStatus: TypeAlias = Literal["Accepted", "NotFound"]
HashAlgorithm: TypeAlias = Literal["SHA256", "SHA384", "SHA512"]
InstallCertificateStatus: TypeAlias = Literal["Accepted", "Failed", "Rejected"]
Log: TypeAlias = Literal["DiagnosticsLog", "SecurityLog"]
LogStatus: TypeAlias = Literal["Accepted", "Rejected", "AcceptedCanceled"]
# Finer than the FirmwareStatus of unsigned updates.
SignedFirmwareStatus: TypeAlias = Literal[
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
UpdateFirmwareStatus: TypeAlias = Literal[
    "Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate"
]
UploadLogStatus: TypeAlias = Literal[
    "BadMessage",
    "Idle",
    "NotSupportedOperation",
    "PermissionDenied",
    "Uploaded",
    "UploadFailure",
    "Uploading",
]


class CertificateSignedRequest(Payload16, frozen=True):
    """The CSMS delivers the certificate that the station asked for."""

    certificate_chain: String10000


class CertificateSignedResponse(Payload16, frozen=True):
    """Whether the station found the certificate sound."""

    status: CertificateSignedStatus


class CertificateHashData(Payload16, frozen=True):
    """What identifies a certificate without sending it."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: String128
    issuer_key_hash: String128
    serial_number: String40


class DeleteCertificateRequest(Payload16, frozen=True):
    """The CSMS has the station delete a certificate."""

    certificate_hash_data: CertificateHashData


class DeleteCertificateResponse(Payload16, frozen=True):
    """Whether the certificate is gone."""

    status: DeleteCertificateStatus


class ExtendedTriggerMessageRequest(Payload16, frozen=True):
    """The CSMS asks for a message, those of this extension among them."""

    requested_message: ExtendedMessageTrigger
    connector_id: int | None = None


class ExtendedTriggerMessageResponse(Payload16, frozen=True):
    """Whether the message will come."""

    status: TriggerMessageStatus


class GetInstalledCertificateIdsRequest(Payload16, frozen=True):
    """The CSMS asks which root certificates of a use the station holds."""

    certificate_type: CertificateUse


class GetInstalledCertificateIdsResponse(Payload16, frozen=True):
    """The certificates, each by its hashes."""

    status: GetInstalledCertificateStatus
    certificate_hash_data: OneOrMore[CertificateHashData] | None = None


class LogParameters(Payload16, frozen=True):
    """Where a log goes, and what time it is to cover."""

    remote_location: String512
    oldest_timestamp: DateTime | None = None
    latest_timestamp: DateTime | None = None


class GetLogRequest(Payload16, frozen=True):
    """The CSMS has the station upload its diagnostics or its security log."""

    log: LogParameters
    log_type: Log
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


class GetLogResponse(Payload16, frozen=True):
    """AcceptedCanceled: an upload that was under way made room for this one."""

    status: LogStatus
    filename: String255 | None = None


class InstallCertificateRequest(Payload16, frozen=True):
    """The CSMS gives the station a root certificate to trust."""

    certificate_type: CertificateUse
    certificate: String5500


class InstallCertificateResponse(Payload16, frozen=True):
    """Whether the station trusts it now."""

    status: InstallCertificateStatus


class LogStatusNotificationRequest(Payload16, frozen=True):
    """The station says how far its upload of a log is."""

    status: UploadLogStatus
    request_id: int | None = None


class LogStatusNotificationResponse(Payload16, frozen=True):
    """The status arrived."""


class SecurityEventNotificationRequest(Payload16, frozen=True):
    """The station reports something that touches its security."""

    type: String50
    timestamp: DateTime
    tech_info: String255 | None = None


class SecurityEventNotificationResponse(Payload16, frozen=True):
    """The report arrived."""


class SignCertificateRequest(Payload16, frozen=True):
    """The station asks for a certificate, with a PEM signing request."""

    csr: String5500


class SignCertificateResponse(Payload16, frozen=True):
    """Whether the CSMS will have it signed; CertificateSigned brings it."""

    status: GenericStatus


class SignedFirmwareStatusNotificationRequest(Payload16, frozen=True):
    """The station says how far its update to a signed firmware is."""

    status: SignedFirmwareStatus
    request_id: int | None = None


class SignedFirmwareStatusNotificationResponse(Payload16, frozen=True):
    """The status arrived."""


class Firmware(Payload16, frozen=True):
    """A signed firmware: where it is, when to fetch and install it, how to check it."""

    location: String512
    retrieve_date_time: DateTime
    signing_certificate: String5500
    signature: String800
    install_date_time: DateTime | None = None


class SignedUpdateFirmwareRequest(Payload16, frozen=True):
    """The CSMS has the station install a signed firmware."""

    request_id: int
    firmware: Firmware
    retries: int | None = None
    retry_interval: int | None = None


class SignedUpdateFirmwareResponse(Payload16, frozen=True):
    """Whether the station will, or what is wrong with the signing certificate."""

    status: UpdateFirmwareStatus
