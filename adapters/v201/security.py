"""Functional block A of OCPP 2.0.1, Security: the station's own certificate, security events."""

from typing import Literal, TypeAlias

from adapters.payload import DateTime, String50, String255, String5500, String10000
from adapters.v201.types import GenericStatus, Payload201, StatusInfo

CertificateSignedStatus: TypeAlias = Literal["Accepted", "Rejected"]
CertificateSigningUse: TypeAlias = Literal["ChargingStationCertificate", "V2GCertificate"]


class SecurityEventNotificationRequest(Payload201, frozen=True):
    """The station reports something that touches its security (A04)."""

    type: String50
    timestamp: DateTime
    tech_info: String255 | None = None


class SecurityEventNotificationResponse(Payload201, frozen=True):
    """The report arrived."""


class SignCertificateRequest(Payload201, frozen=True):
    """The station asks for a certificate, with a PEM signing request (A02, A03)."""

    csr: String5500
    certificate_type: CertificateSigningUse | None = None


class SignCertificateResponse(Payload201, frozen=True):
    """Whether the CSMS will have it signed; CertificateSigned brings it."""

    status: GenericStatus
    status_info: StatusInfo | None = None


class CertificateSignedRequest(Payload201, frozen=True):
    """The CSMS delivers the certificate that the station asked for (A02, A03)."""

    certificate_chain: String10000
    certificate_type: CertificateSigningUse | None = None


class CertificateSignedResponse(Payload201, frozen=True):
    """Whether the station found the certificate sound."""

    status: CertificateSignedStatus
    status_info: StatusInfo | None = None
