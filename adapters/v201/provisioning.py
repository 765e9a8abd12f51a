"""Functional block B of OCPP 2.0.1, Provisioning: boot, variables, reports, network, reset."""

from decimal import Decimal
from typing import Literal, TypeAlias

from adapters.payload import (
    DateTime,
    OneOrMore,
    OneToFour,
    String6,
    String16,
    String20,
    String25,
    String50,
    String255,
    String512,
    String1000,
    String2500,
    bounded,
)
from adapters.v201.types import (
    Component,
    ComponentVariable,
    GenericDeviceModelStatus,
    Payload201,
    StatusInfo,
    Variable,
)

APNAuthentication: TypeAlias = Literal["CHAP", "NONE", "PAP", "AUTO"]
Attribute: TypeAlias = Literal["Actual", "Target", "MinSet", "MaxSet"]
BootReason: TypeAlias = Literal[
    "ApplicationReset",
    "FirmwareUpdate",
    "LocalReset",
    "PowerUp",
    "RemoteReset",
    "ScheduledReset",
    "Triggered",
    "Unknown",
    "Watchdog",
]
ComponentCriterion: TypeAlias = Literal["Active", "Available", "Enabled", "Problem"]
Data: TypeAlias = Literal[
    "string",
    "decimal",
    "integer",
    "dateTime",
    "boolean",
    "OptionList",
    "SequenceList",
    "MemberList",
]
GetVariableStatus: TypeAlias = Literal[
    "Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType"
]
Mutability: TypeAlias = Literal["ReadOnly", "WriteOnly", "ReadWrite"]
OCPPInterface: TypeAlias = Literal[
    "Wired0", "Wired1", "Wired2", "Wired3", "Wireless0", "Wireless1", "Wireless2", "Wireless3"
]
OCPPTransport: TypeAlias = Literal["JSON", "SOAP"]
OCPPVersion: TypeAlias = Literal["OCPP12", "OCPP15", "OCPP16", "OCPP20"]
RegistrationStatus: TypeAlias = Literal["Accepted", "Pending", "Rejected"]
ReportBase: TypeAlias = Literal["ConfigurationInventory", "FullInventory", "SummaryInventory"]
Reset: TypeAlias = Literal["Immediate", "OnIdle"]
ResetStatus: TypeAlias = Literal["Accepted", "Rejected", "Scheduled"]
SetNetworkProfileStatus: TypeAlias = Literal["Accepted", "Rejected", "Failed"]
SetVariableStatus: TypeAlias = Literal[
    "Accepted",
    "Rejected",
    "UnknownComponent",
    "UnknownVariable",
    "NotSupportedAttributeType",
    "RebootRequired",
]
# The standard's VPNEnumType; VPN is the struct.
VPNKind: TypeAlias = Literal["IKEv2", "IPSec", "L2TP", "PPTP"]


class Modem(Payload201, frozen=True):
    """The station's modem, by its SIM card."""

    iccid: String20 | None = None
    imsi: String20 | None = None


class ChargingStation(Payload201, frozen=True):
    """What a station is: make, model, serial number, firmware."""

    model: String20
    vendor_name: String50
    serial_number: String25 | None = None
    modem: Modem | None = None
    firmware_version: String50 | None = None


class BootNotificationRequest(Payload201, frozen=True):
    """The station says what it is and why it started (B01-B04)."""

    charging_station: ChargingStation
    reason: BootReason


class BootNotificationResponse(Payload201, frozen=True):
    """Whether the station may talk; the interval is seconds to the next heartbeat or boot."""

    current_time: DateTime
    interval: int
    status: RegistrationStatus
    status_info: StatusInfo | None = None


class SetVariableData(Payload201, frozen=True):
    """One variable to set."""

    attribute_value: String1000
    component: Component
    variable: Variable
    attribute_type: Attribute | None = None


class SetVariablesRequest(Payload201, frozen=True):
    """The CSMS sets variables of the station (B05)."""

    set_variable_data: OneOrMore[SetVariableData]


class SetVariableResult(Payload201, frozen=True):
    """What became of one variable to set."""

    attribute_status: SetVariableStatus
    component: Component
    variable: Variable
    attribute_type: Attribute | None = None
    attribute_status_info: StatusInfo | None = None


class SetVariablesResponse(Payload201, frozen=True):
    """What became of each variable."""

    set_variable_result: OneOrMore[SetVariableResult]


class GetVariableData(Payload201, frozen=True):
    """One variable to read."""

    component: Component
    variable: Variable
    attribute_type: Attribute | None = None


class GetVariablesRequest(Payload201, frozen=True):
    """The CSMS reads variables of the station (B06)."""

    get_variable_data: OneOrMore[GetVariableData]


class GetVariableResult(Payload201, frozen=True):
    """What one variable stands at, or why that is not told."""

    attribute_status: GetVariableStatus
    component: Component
    variable: Variable
    attribute_status_info: StatusInfo | None = None
    attribute_type: Attribute | None = None
    attribute_value: String2500 | None = None


class GetVariablesResponse(Payload201, frozen=True):
    """What each variable stands at."""

    get_variable_result: OneOrMore[GetVariableResult]


class GetBaseReportRequest(Payload201, frozen=True):
    """The CSMS asks for one of the standard reports of the device model (B07)."""

    request_id: int
    report_base: ReportBase


class GetBaseReportResponse(Payload201, frozen=True):
    """Whether NotifyReport will bring it."""

    status: GenericDeviceModelStatus
    status_info: StatusInfo | None = None


class GetReportRequest(Payload201, frozen=True):
    """The CSMS asks for a report on the components and variables it names (B08)."""

    request_id: int
    component_variable: OneOrMore[ComponentVariable] | None = None
    component_criteria: OneToFour[ComponentCriterion] | None = None


class GetReportResponse(Payload201, frozen=True):
    """Whether NotifyReport will bring it."""

    status: GenericDeviceModelStatus
    status_info: StatusInfo | None = None


class VariableAttribute(Payload201, frozen=True):
    """One value of a variable: the actual one, a target or a bound."""

    type: Attribute | None = None
    value: String2500 | None = None
    mutability: Mutability | None = None
    persistent: bool | None = None
    constant: bool | None = None


class VariableCharacteristics(Payload201, frozen=True):
    """What a variable can be: its data type, unit, bounds and choices."""

    data_type: Data
    supports_monitoring: bool
    unit: String16 | None = None
    min_limit: Decimal | None = None
    max_limit: Decimal | None = None
    values_list: String1000 | None = None

    def __post_init__(self) -> None:
        bounded(self.min_limit)
        bounded(self.max_limit)


class ReportData(Payload201, frozen=True):
    """All that a report tells of one variable."""

    component: Component
    variable: Variable
    variable_attribute: OneToFour[VariableAttribute]
    variable_characteristics: VariableCharacteristics | None = None


class NotifyReportRequest(Payload201, frozen=True):
    """The station sends a part of a report; tbc says that more parts follow (B07, B08)."""

    request_id: int
    generated_at: DateTime
    seq_no: int
    report_data: OneOrMore[ReportData] | None = None
    tbc: bool | None = None


class NotifyReportResponse(Payload201, frozen=True):
    """The part arrived."""


class APN(Payload201, frozen=True):
    """The mobile access point of a network connection profile."""

    apn: String512
    apn_authentication: APNAuthentication
    apn_user_name: String20 | None = None
    apn_password: String20 | None = None
    sim_pin: int | None = None
    preferred_network: String6 | None = None
    use_only_preferred_network: bool | None = None


class VPN(Payload201, frozen=True):
    """The tunnel of a network connection profile."""

    server: String512
    user: String20
    password: String20
    key: String255
    type: VPNKind
    group: String20 | None = None


class NetworkConnectionProfile(Payload201, frozen=True):
    """How to reach a CSMS: address, interface, security; the timeout is seconds."""

    ocpp_version: OCPPVersion
    ocpp_transport: OCPPTransport
    ocpp_csms_url: String512
    message_timeout: int
    security_profile: int
    ocpp_interface: OCPPInterface
    apn: APN | None = None
    vpn: VPN | None = None


class SetNetworkProfileRequest(Payload201, frozen=True):
    """The CSMS tells the station how to reach a CSMS (B09)."""

    configuration_slot: int
    connection_data: NetworkConnectionProfile


class SetNetworkProfileResponse(Payload201, frozen=True):
    """Whether the station stored the profile."""

    status: SetNetworkProfileStatus
    status_info: StatusInfo | None = None


class ResetRequest(Payload201, frozen=True):
    """The CSMS has the station or one EVSE restart, at once or when idle (B11, B12)."""

    type: Reset
    evse_id: int | None = None


class ResetResponse(Payload201, frozen=True):
    """Whether the restart will come; Scheduled: after the transactions."""

    status: ResetStatus
    status_info: StatusInfo | None = None
