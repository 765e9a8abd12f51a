"""Functional block D of OCPP 2.0.1, Local Authorization List Management."""

from typing import Literal, TypeAlias

from adapters.payload import OneOrMore
from adapters.v201.types import IdToken, IdTokenInfo, Payload201, StatusInfo

SendLocalListStatus: TypeAlias = Literal["Accepted", "Failed", "VersionMismatch"]
Update: TypeAlias = Literal["Differential", "Full"]


class AuthorizationData(Payload201, frozen=True):
    """An entry of the local list; without info, the id token is struck off it."""

    id_token: IdToken
    id_token_info: IdTokenInfo | None = None


class SendLocalListRequest(Payload201, frozen=True):
    """The CSMS replaces or amends the station's local list (D01)."""

    version_number: int
    update_type: Update
    local_authorization_list: OneOrMore[AuthorizationData] | None = None


class SendLocalListResponse(Payload201, frozen=True):
    """Whether the station took the list over."""

    status: SendLocalListStatus
    status_info: StatusInfo | None = None


class GetLocalListVersionRequest(Payload201, frozen=True):
    """The CSMS asks which local list the station holds (D02)."""


class GetLocalListVersionResponse(Payload201, frozen=True):
    """The list's version; 0 means that there is none."""

    version_number: int
