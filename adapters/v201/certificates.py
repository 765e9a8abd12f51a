"""Functional block M of OCPP 2.0.1, ISO 15118 Certificate Management."""

from typing import Literal, TypeAlias

import msgspec

from adapters.payload import OneOrMore, OneToFour, String50, String5500, String5600, String7500
from adapters.v201.types import CertificateHashData, OCSPRequestData, Payload201, StatusInfo

CertificateAction: TypeAlias = Literal["Install", "Update"]
DeleteCertificateStatus: TypeAlias = Literal["Accepted", "Failed", "NotFound"]
GetCertificateIdUse: TypeAlias = Literal[
    "V2GRootCertificate",
    "MORootCertificate",
    "CSMSRootCertificate",
    "V2GCertificateChain",
    "ManufacturerRootCertificate",
]
GetCertificateStatus: TypeAlias = Literal["Accepted", "Failed"]
GetInstalledCertificateStatus: TypeAlias = Literal["Accepted", "NotFound"]
InstallCertificateStatus: TypeAlias = Literal["Accepted", "Rejected", "Failed"]
InstallCertificateUse: TypeAlias = Literal[
    "V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "ManufacturerRootCertificate"
]
Iso15118EVCertificateStatus: TypeAlias = Literal["Accepted", "Failed"]


class Get15118EVCertificateRequest(Payload201, frozen=True):
    """The station passes on a vehicle's wish for a certificate, in EXI (M01, M02)."""

    iso15118_schema_version: String50
    # `action` is the name of the message, on every payload.
    certificate_action: CertificateAction = msgspec.field(name="action")
    exi_request: String5600


class Get15118EVCertificateResponse(Payload201, frozen=True):
    """The answer for the vehicle, in EXI."""

    status: Iso15118EVCertificateStatus
    exi_response: String7500
    status_info: StatusInfo | None = None


class GetCertificateStatusRequest(Payload201, frozen=True):
    """The station asks whether a certificate was revoked (M06)."""

    ocsp_request_data: OCSPRequestData


class GetCertificateStatusResponse(Payload201, frozen=True):
    """The OCSP answer, base64 of DER."""

    status: GetCertificateStatus
    status_info: StatusInfo | None = None
    ocsp_result: String5500 | None = None


class InstallCertificateRequest(Payload201, frozen=True):
    """The CSMS gives the station a root certificate to trust (M05)."""

    certificate_type: InstallCertificateUse
    certificate: String5500


class InstallCertificateResponse(Payload201, frozen=True):
    """Whether the station trusts it now."""

    status: InstallCertificateStatus
    status_info: StatusInfo | None = None


class DeleteCertificateRequest(Payload201, frozen=True):
    """The CSMS has the station delete a certificate (M04)."""

    certificate_hash_data: CertificateHashData


class DeleteCertificateResponse(Payload201, frozen=True):
    """Whether the certificate is gone."""

    status: DeleteCertificateStatus
    status_info: StatusInfo | None = None


class GetInstalledCertificateIdsRequest(Payload201, frozen=True):
    """The CSMS asks which certificates the station holds (M03)."""

    certificate_type: OneOrMore[GetCertificateIdUse] | None = None


class CertificateHashDataChain(Payload201, frozen=True):
    """An installed certificate, its use, and those below it."""

    certificate_hash_data: CertificateHashData
    certificate_type: GetCertificateIdUse
    child_certificate_hash_data: OneToFour[CertificateHashData] | None = None


class GetInstalledCertificateIdsResponse(Payload201, frozen=True):
    """The certificates, each by its hashes."""

    status: GetInstalledCertificateStatus
    status_info: StatusInfo | None = None
    certificate_hash_data_chain: OneOrMore[CertificateHashDataChain] | None = None
