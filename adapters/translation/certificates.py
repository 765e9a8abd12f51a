"""Certificates of a station, both ways (specification 3.13 and 17.2); contracts go as 17.4 says."""

from collections.abc import Generator
from typing import Any, TypeVar

from adapters import v16, v201
from adapters.translation import capabilities, plug_and_charge
from adapters.translation.conversation import Conversation, Step
from adapters.translation.memory import Memory
from adapters.translation.refusals import info

Hashes = TypeVar("Hashes", v16.CertificateHashData, v201.CertificateHashData)
UNSUPPORTED = info("UnsupportedRequest")
USE_TO_201: dict[v16.CertificateUse, v201.InstallCertificateUse] = {
    "CentralSystemRootCertificate": "CSMSRootCertificate",
    "ManufacturerRootCertificate": "ManufacturerRootCertificate",
}
# The other uses of 2.0.1 belong to plug and charge.
USE_TO_16: dict[v201.GetCertificateIdUse, v16.CertificateUse] = {
    new: old for old, new in USE_TO_201.items()
}
PNC_USES: tuple[v201.GetCertificateIdUse, ...] = (
    "V2GRootCertificate",
    "MORootCertificate",
    "V2GCertificateChain",
)


def is_pinned(use: str, memory: Memory) -> bool:
    """Whether no CSMS may replace this root: the station trusts the gateway by it."""
    return use == "CSMSRootCertificate" and memory.options.pin_proxy_root == "on"


def _same(hashes: v16.CertificateHashData | v201.CertificateHashData, kind: type[Hashes]) -> Hashes:
    return kind(
        hash_algorithm=hashes.hash_algorithm,
        issuer_name_hash=hashes.issuer_name_hash,
        issuer_key_hash=hashes.issuer_key_hash,
        serial_number=hashes.serial_number,
    )


# Between a 2.0.1 CSMS and a 1.6 station


def v201_signed(call: v201.CertificateSignedRequest, memory: Memory) -> Conversation:
    """For a 1.6 station."""
    if call.certificate_type == "V2GCertificate":
        return (yield from plug_and_charge.v201_any(call, memory))
    request = v16.CertificateSignedRequest(call.certificate_chain)
    answer = yield from capabilities.attempt("security_ext", request, memory)
    if answer is None:
        return v201.CertificateSignedResponse("Rejected", UNSUPPORTED)
    return v201.CertificateSignedResponse(answer.status)


def v201_install(call: v201.InstallCertificateRequest, memory: Memory) -> Conversation:
    """For a 1.6 station."""
    use = USE_TO_16.get(call.certificate_type)
    if use is None:
        return (yield from plug_and_charge.v201_any(call, memory))
    if is_pinned(call.certificate_type, memory):
        return v201.InstallCertificateResponse("Rejected", UNSUPPORTED)
    request = v16.InstallCertificateRequest(use, call.certificate)
    answer = yield from capabilities.attempt("security_ext", request, memory)
    if answer is None:
        return v201.InstallCertificateResponse("Rejected", UNSUPPORTED)
    return v201.InstallCertificateResponse(answer.status)


def v201_delete(call: v201.DeleteCertificateRequest, memory: Memory) -> Conversation:
    """For a 1.6 station; what it does not find may be a certificate for contracts."""
    hashes = _same(call.certificate_hash_data, v16.CertificateHashData)
    request = v16.DeleteCertificateRequest(hashes)
    answer = yield from capabilities.attempt("security_ext", request, memory)
    if answer is not None and answer.status != "NotFound":
        return v201.DeleteCertificateResponse(answer.status)
    other = yield from plug_and_charge.wrapped(call, memory)
    if other is not None:
        return v201.DeleteCertificateResponse(other.status)
    if answer is not None:
        return v201.DeleteCertificateResponse("NotFound")
    return v201.DeleteCertificateResponse("Failed", UNSUPPORTED)


def v201_installed(call: v201.GetInstalledCertificateIdsRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, which is asked for one use after the other."""
    wanted = dict.fromkeys(call.certificate_type or (*USE_TO_16, *PNC_USES))
    chains: list[v201.CertificateHashDataChain] = []
    asked = False
    for use in wanted:
        if use in USE_TO_16:
            found = yield from _installed_16(use, memory)
            asked, chains = asked or found is not None, chains + (found or [])
    contracts = [use for use in wanted if use in PNC_USES]
    if contracts:
        request = v201.GetInstalledCertificateIdsRequest(contracts)
        answer = yield from plug_and_charge.wrapped(request, memory)
        if answer is not None:
            asked, chains = True, chains + (answer.certificate_hash_data_chain or [])
    if chains:
        return v201.GetInstalledCertificateIdsResponse(
            "Accepted", certificate_hash_data_chain=chains
        )
    return v201.GetInstalledCertificateIdsResponse("NotFound", None if asked else UNSUPPORTED)


def _installed_16(
    use: v201.GetCertificateIdUse, memory: Memory
) -> Generator[Step, Any, list[v201.CertificateHashDataChain] | None]:
    request = v16.GetInstalledCertificateIdsRequest(USE_TO_16[use])
    answer = yield from capabilities.attempt("security_ext", request, memory)
    if answer is None:
        return None
    found = answer.certificate_hash_data or [] if answer.status == "Accepted" else []
    return [
        v201.CertificateHashDataChain(_same(each, v201.CertificateHashData), use) for each in found
    ]


def v16_sign(call: v16.SignCertificateRequest, memory: Memory) -> Conversation:
    """From a 1.6 station, which has one certificate of its own."""
    answer = yield v201.SignCertificateRequest(call.csr, "ChargingStationCertificate")
    return v16.SignCertificateResponse(answer.status)


# Between a 1.6 CSMS and a 2.0.1 station


def v16_signed(call: v16.CertificateSignedRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station."""
    answer = yield v201.CertificateSignedRequest(
        call.certificate_chain, "ChargingStationCertificate"
    )
    return v16.CertificateSignedResponse(answer.status)


def v16_install(call: v16.InstallCertificateRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station."""
    use = USE_TO_201[call.certificate_type]
    if is_pinned(use, memory):
        return v16.InstallCertificateResponse("Rejected")
    answer = yield v201.InstallCertificateRequest(use, call.certificate)
    return v16.InstallCertificateResponse(answer.status)


def v16_delete(call: v16.DeleteCertificateRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station."""
    hashes = _same(call.certificate_hash_data, v201.CertificateHashData)
    answer = yield v201.DeleteCertificateRequest(hashes)
    return v16.DeleteCertificateResponse(answer.status)


def v16_installed(call: v16.GetInstalledCertificateIdsRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station; 1.6 does not hear of the certificates below a root."""
    answer = yield v201.GetInstalledCertificateIdsRequest([USE_TO_201[call.certificate_type]])
    chains = answer.certificate_hash_data_chain or []
    if any(chain.child_certificate_hash_data for chain in chains):
        memory.lose("child_certificates", "childCertificateHashData")
    found = [_same(chain.certificate_hash_data, v16.CertificateHashData) for chain in chains]
    return v16.GetInstalledCertificateIdsResponse(answer.status, found or None)


def v201_sign(call: v201.SignCertificateRequest, memory: Memory) -> Conversation:
    """From a 2.0.1 station; one for contracts is asked for inside DataTransfer."""
    if call.certificate_type == "V2GCertificate":
        return (yield from plug_and_charge.v201_any(call, memory))
    request = v16.SignCertificateRequest(call.csr)
    answer = yield from capabilities.attempt("security_ext", request, memory)
    if answer is None:
        return v201.SignCertificateResponse("Rejected", UNSUPPORTED)
    return v201.SignCertificateResponse(answer.status)
