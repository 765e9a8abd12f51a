"""What is refused until its translation is there, each with its own message's way to say no.

Nothing is ever passed on raw: a peer of the other version could not read it (specification 1.9).
"""

from collections.abc import Callable
from typing import Any

from adapters import v16, v201
from adapters.payload import Payload
from adapters.translation.conversation import Table, Untranslatable
from adapters.translation.refusals import info

WHY = "not translated yet"
UNSUPPORTED = info("UnsupportedRequest")


def _answers(*rows: tuple[str, Payload | Callable[[Any], Payload] | str], version: Any) -> Table:
    table: Table = {}
    for action, answer in rows:
        ready = _ready(answer) if isinstance(answer, Payload) else answer
        table[version, action] = Untranslatable(WHY, ready, "untranslated")
    return table


def _ready(response: Payload) -> Callable[[Any], Payload]:
    return lambda call: response


def _no_variables(call: v201.SetVariablesRequest) -> Payload:
    return v201.SetVariablesResponse(
        set_variable_result=[
            v201.SetVariableResult(
                attribute_type=asked.attribute_type or "Actual",
                attribute_status="Rejected",
                component=asked.component,
                variable=asked.variable,
                attribute_status_info=UNSUPPORTED,
            )
            for asked in call.set_variable_data
        ]
    )


def _unknown_variables(call: v201.GetVariablesRequest) -> Payload:
    return v201.GetVariablesResponse(
        get_variable_result=[
            v201.GetVariableResult(
                attribute_type=asked.attribute_type or "Actual",
                attribute_status="UnknownVariable",
                component=asked.component,
                variable=asked.variable,
            )
            for asked in call.get_variable_data
        ]
    )


def _unknown_keys(call: v16.GetConfigurationRequest) -> Payload:
    return v16.GetConfigurationResponse(unknown_key=call.key or None)


FROM_CSMS: Table = {
    **_answers(
        ("CertificateSigned", v16.CertificateSignedResponse("Rejected")),
        ("ChangeConfiguration", v16.ChangeConfigurationResponse("NotSupported")),
        ("ClearChargingProfile", v16.ClearChargingProfileResponse("Unknown")),
        ("DeleteCertificate", v16.DeleteCertificateResponse("Failed")),
        ("GetCompositeSchedule", v16.GetCompositeScheduleResponse("Rejected")),
        ("GetConfiguration", _unknown_keys),
        ("GetDiagnostics", v16.GetDiagnosticsResponse()),  # no file name: nothing available
        ("GetInstalledCertificateIds", v16.GetInstalledCertificateIdsResponse("NotFound")),
        ("GetLocalListVersion", v16.GetLocalListVersionResponse(list_version=-1)),
        ("GetLog", v16.GetLogResponse("Rejected")),
        ("InstallCertificate", v16.InstallCertificateResponse("Rejected")),
        ("SendLocalList", v16.SendLocalListResponse("NotSupported")),
        ("SetChargingProfile", v16.SetChargingProfileResponse("NotSupported")),
        ("SignedUpdateFirmware", v16.SignedUpdateFirmwareResponse("Rejected")),
        ("UpdateFirmware", "NotSupported"),  # its answer is empty and would say yes
        version="1.6",
    ),
    **_answers(
        ("CertificateSigned", v201.CertificateSignedResponse("Rejected", UNSUPPORTED)),
        ("ClearChargingProfile", v201.ClearChargingProfileResponse("Unknown", UNSUPPORTED)),
        ("DeleteCertificate", v201.DeleteCertificateResponse("Failed", UNSUPPORTED)),
        ("GetBaseReport", v201.GetBaseReportResponse("NotSupported", UNSUPPORTED)),
        ("GetChargingProfiles", v201.GetChargingProfilesResponse("NoProfiles", UNSUPPORTED)),
        (
            "GetCompositeSchedule",
            v201.GetCompositeScheduleResponse("Rejected", status_info=UNSUPPORTED),
        ),
        (
            "GetInstalledCertificateIds",
            v201.GetInstalledCertificateIdsResponse("NotFound", status_info=UNSUPPORTED),
        ),
        ("GetLocalListVersion", v201.GetLocalListVersionResponse(version_number=0)),
        ("GetLog", v201.GetLogResponse("Rejected", status_info=UNSUPPORTED)),
        ("GetReport", v201.GetReportResponse("NotSupported", UNSUPPORTED)),
        ("GetVariables", _unknown_variables),
        ("InstallCertificate", v201.InstallCertificateResponse("Rejected", UNSUPPORTED)),
        ("SendLocalList", v201.SendLocalListResponse("Failed", UNSUPPORTED)),
        ("SetChargingProfile", v201.SetChargingProfileResponse("Rejected", UNSUPPORTED)),
        ("SetVariables", _no_variables),
        ("UpdateFirmware", v201.UpdateFirmwareResponse("Rejected", UNSUPPORTED)),
        version="2.0.1",
    ),
}
FROM_STATION: Table = {
    **_answers(
        ("DiagnosticsStatusNotification", v16.DiagnosticsStatusNotificationResponse()),
        ("FirmwareStatusNotification", v16.FirmwareStatusNotificationResponse()),
        ("LogStatusNotification", v16.LogStatusNotificationResponse()),
        ("SecurityEventNotification", v16.SecurityEventNotificationResponse()),
        ("SignCertificate", v16.SignCertificateResponse("Rejected")),
        ("SignedFirmwareStatusNotification", v16.SignedFirmwareStatusNotificationResponse()),
        version="1.6",
    ),
    **_answers(
        ("FirmwareStatusNotification", v201.FirmwareStatusNotificationResponse()),
        ("LogStatusNotification", v201.LogStatusNotificationResponse()),
        ("SecurityEventNotification", v201.SecurityEventNotificationResponse()),
        ("SignCertificate", v201.SignCertificateResponse("Rejected", UNSUPPORTED)),
        version="2.0.1",
    ),
}
