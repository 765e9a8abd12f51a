"""Functional block C of OCPP 2.0.1, Authorization: may this id token charge."""

from typing import Literal, TypeAlias

from adapters.payload import OneToFour, String5500
from adapters.v201.types import IdToken, IdTokenInfo, OCSPRequestData, Payload201, StatusInfo

AuthorizeCertificateStatus: TypeAlias = Literal[
    "Accepted",
    "SignatureError",
    "CertificateExpired",
    "CertificateRevoked",
    "NoCertificateAvailable",
    "CertChainError",
    "ContractCancelled",
]
ClearCacheStatus: TypeAlias = Literal["Accepted", "Rejected"]


class AuthorizeRequest(Payload201, frozen=True):
    """The station asks whether an id token may charge (C01)."""

    id_token: IdToken
    certificate: String5500 | None = None
    iso15118_certificate_hash_data: OneToFour[OCSPRequestData] | None = None


class AuthorizeResponse(Payload201, frozen=True):
    """What the CSMS thinks of the id token, and of its contract certificate."""

    id_token_info: IdTokenInfo
    certificate_status: AuthorizeCertificateStatus | None = None


class ClearCacheRequest(Payload201, frozen=True):
    """The CSMS has the station forget its authorization cache (C11)."""


class ClearCacheResponse(Payload201, frozen=True):
    """Whether the cache is empty now."""

    status: ClearCacheStatus
    status_info: StatusInfo | None = None
