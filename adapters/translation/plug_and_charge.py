"""Plug & Charge for 1.6: messages of 2.0.1 as JSON inside DataTransfer (specification 17.4).

As the OCA's application note "Using ISO 15118 Plug & Charge with OCPP 1.6" has it.
"""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.payload import Payload, encode
from adapters.translation import capabilities, lenient, tokens
from adapters.translation.conversation import Conversation, Refusal, Step
from adapters.translation.memory import Memory
from adapters.translation.refusals import info
from adapters.translation.unmapped import as_said

VENDOR = "org.openchargealliance.iso15118pnc"
# The messageIds, by who may send them; each is the name of a message of 2.0.1.
OF_STATION = frozenset(
    {"Authorize", "Get15118EVCertificate", "GetCertificateStatus", "SignCertificate"}
)
OF_CSMS = frozenset(
    {
        "CertificateSigned",
        "DeleteCertificate",
        "GetInstalledCertificateIds",
        "InstallCertificate",
        "TriggerMessage",
    }
)
# How each message says no; a contract that nobody checked is never vouched for.
REFUSALS: dict[str, Payload] = {
    "Authorize": v201.AuthorizeResponse(
        v201.IdTokenInfo("Invalid"), certificate_status="NoCertificateAvailable"
    ),
    "CertificateSigned": v201.CertificateSignedResponse("Rejected"),
    "DeleteCertificate": v201.DeleteCertificateResponse("Failed"),
    "Get15118EVCertificate": v201.Get15118EVCertificateResponse("Failed", exi_response=""),
    "GetCertificateStatus": v201.GetCertificateStatusResponse("Failed"),
    "GetInstalledCertificateIds": v201.GetInstalledCertificateIdsResponse("NotFound"),
    "InstallCertificate": v201.InstallCertificateResponse("Rejected"),
    "SignCertificate": v201.SignCertificateResponse("Rejected"),
    "TriggerMessage": v201.TriggerMessageResponse("Rejected"),
}
_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
ROOTS = frozenset({"V2GRootCertificate", "MORootCertificate"})  # the others go their native way


def is_ours(call: v16.DataTransferRequest, memory: Memory) -> bool:
    """Whether a DataTransfer of a 1.6 peer is one of these, and is to be understood as such."""
    return call.vendor_id.lower() == VENDOR and memory.options.pnc != "off"


# From 2.0.1 to 1.6


def wrapped(request: Payload, memory: Memory) -> Generator[Step, Any, Any]:
    """The 2.0.1 response of a 1.6 peer; None if it knows nothing of plug and charge."""
    carrier = v16.DataTransferRequest(
        vendor_id=VENDOR,
        message_id=request.action,
        data=as_said(request, memory.source),
    )
    answer = yield from capabilities.attempt("pnc", carrier, memory)
    if answer is None:
        return None
    if answer.status in ("UnknownVendorId", "UnknownMessageId"):
        capabilities.note_absent("pnc", memory)
        return None
    if answer.status != "Accepted" or answer.data is None:
        return REFUSALS[request.action]
    try:
        kind = v201.ACTIONS[request.action].response
        return lenient.response(msgspec.Raw(answer.data.encode()), kind, memory)
    except PayloadError:
        memory.lose("pnc_answer", request.action)
        return REFUSALS[request.action]


def v201_any(call: Payload, memory: Memory) -> Conversation:
    """Between 2.0.1 and a 1.6 peer, which may know nothing of plug and charge."""
    answer: Payload | None = yield from wrapped(call, memory)
    if answer is None:
        why = info("UnsupportedRequest")
        return msgspec.structs.replace(REFUSALS[call.action], status_info=why)
    return answer


# From 1.6 to 2.0.1


def unwrapped(call: v16.DataTransferRequest, known: frozenset[str], memory: Memory) -> Conversation:
    """A DataTransfer of a 1.6 peer becomes the message inside, and its answer the data."""
    if call.message_id not in known:
        return v16.DataTransferResponse("UnknownMessageId")
    try:
        request = _inner(call.message_id, call.data or "", memory)
    except PayloadError:
        return v16.DataTransferResponse("Rejected")
    if (
        isinstance(request, v201.InstallCertificateRequest)
        and request.certificate_type not in ROOTS
    ):
        answer: Payload = REFUSALS["InstallCertificate"]
    else:
        try:
            answer = yield request
        except Refusal as refusal:
            if refusal.code in ("timeout", "closed"):
                raise
            return v16.DataTransferResponse("Rejected")
    if isinstance(request, v201.AuthorizeRequest) and isinstance(answer, v201.AuthorizeResponse):
        _authorized(request.id_token, answer.id_token_info, memory)
    return v16.DataTransferResponse("Accepted", data=as_said(answer, memory.answered))


def _inner(action: str, data: str, memory: Memory) -> Payload:
    """The message in the data, completed. Raises PayloadError."""
    raw = msgspec.Raw(_with_type(data) if action == "Authorize" else data.encode())
    request = lenient.request(raw, v201.ACTIONS[action].request, memory)
    if isinstance(request, v201.SignCertificateRequest | v201.CertificateSignedRequest):
        request = msgspec.structs.replace(request, certificate_type="V2GCertificate")
    if isinstance(request, v201.AuthorizeRequest) and request.id_token.type == "eMAID":
        tag = tokens.to_16(request.id_token, memory)  # as StartTransaction will say it
        tokens.remember(tag, request.id_token, memory)
    return request


def _with_type(data: str) -> bytes:
    """An Authorize whose id token is simplified to its text, or has no type, means an eMAID."""
    try:
        given = _as_fields.decode(data)
        token = msgspec.json.decode(given["idToken"])
    except (msgspec.DecodeError, RecursionError, KeyError):
        return data.encode()
    if isinstance(token, str):
        token = {"idToken": token}
    if isinstance(token, dict):
        given["idToken"] = msgspec.Raw(encode({"type": "eMAID"} | token))
    return encode(given)


def _authorized(token: v201.IdToken, said: v201.IdTokenInfo, memory: Memory) -> None:
    status = tokens.STATUS_TO_16[said.status]
    tokens.note_status(tokens.to_16(token, memory), status, None, memory, said.evse_id or [])
