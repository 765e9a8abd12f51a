"""The Local Auth List Management profile of OCPP 1.6."""

from typing import Literal, TypeAlias

from adapters.payload import String20
from adapters.v16.types import IdTagInfo, Payload16

UpdateStatus: TypeAlias = Literal["Accepted", "Failed", "NotSupported", "VersionMismatch"]
UpdateType: TypeAlias = Literal["Differential", "Full"]


class GetLocalListVersionRequest(Payload16, frozen=True):
    """The CSMS asks which local list the station holds (section 5.10)."""


class GetLocalListVersionResponse(Payload16, frozen=True):
    """The list's version: 0 is an empty list, -1 none supported."""

    list_version: int


class AuthorizationData(Payload16, frozen=True):
    """An entry of the local list; without info, the id tag is struck off it (section 7.1)."""

    id_tag: String20
    id_tag_info: IdTagInfo | None = None


class SendLocalListRequest(Payload16, frozen=True):
    """The CSMS replaces or amends the station's local list (section 5.15)."""

    list_version: int
    update_type: UpdateType
    local_authorization_list: list[AuthorizationData] | None = None


class SendLocalListResponse(Payload16, frozen=True):
    """Whether the station took the list over."""

    status: UpdateStatus
