"""Functional block N of OCPP 2.0.1, Diagnostics: logs, monitors, events, customer data."""

from decimal import Decimal
from typing import Literal, TypeAlias

from adapters.payload import (
    DateTime,
    OneOrMore,
    OneToThree,
    String36,
    String50,
    String64,
    String255,
    String500,
    String512,
    String2500,
    bounded,
)
from adapters.v201.types import (
    CertificateHashData,
    Component,
    ComponentVariable,
    GenericDeviceModelStatus,
    GenericStatus,
    IdToken,
    Payload201,
    StatusInfo,
    Variable,
)

ClearMonitoringStatus: TypeAlias = Literal["Accepted", "Rejected", "NotFound"]
CustomerInformationStatus: TypeAlias = Literal["Accepted", "Rejected", "Invalid"]
EventNotification: TypeAlias = Literal[
    "HardWiredNotification", "HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"
]
EventTrigger: TypeAlias = Literal["Alerting", "Delta", "Periodic"]
Log: TypeAlias = Literal["DiagnosticsLog", "SecurityLog"]
LogStatus: TypeAlias = Literal["Accepted", "Rejected", "AcceptedCanceled"]
Monitor: TypeAlias = Literal[
    "UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned"
]
MonitoringBase: TypeAlias = Literal["All", "FactoryDefault", "HardWiredOnly"]
MonitoringCriterion: TypeAlias = Literal[
    "ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"
]
SetMonitoringStatus: TypeAlias = Literal[
    "Accepted",
    "UnknownComponent",
    "UnknownVariable",
    "UnsupportedMonitorType",
    "Rejected",
    "Duplicate",
]
UploadLogStatus: TypeAlias = Literal[
    "BadMessage",
    "Idle",
    "NotSupportedOperation",
    "PermissionDenied",
    "Uploaded",
    "UploadFailure",
    "Uploading",
    "AcceptedCanceled",
]


class LogParameters(Payload201, frozen=True):
    """Where a log goes, and what time it is to cover."""

    remote_location: String512
    oldest_timestamp: DateTime | None = None
    latest_timestamp: DateTime | None = None


class GetLogRequest(Payload201, frozen=True):
    """The CSMS has the station upload its diagnostics or its security log (N01)."""

    log: LogParameters
    log_type: Log
    request_id: int
    retries: int | None = None
    retry_interval: int | None = None


class GetLogResponse(Payload201, frozen=True):
    """AcceptedCanceled: an upload that was under way made room for this one."""

    status: LogStatus
    status_info: StatusInfo | None = None
    filename: String255 | None = None


class LogStatusNotificationRequest(Payload201, frozen=True):
    """The station says how far its upload of a log is (N01)."""

    status: UploadLogStatus
    request_id: int | None = None


class LogStatusNotificationResponse(Payload201, frozen=True):
    """The status arrived."""


class SetMonitoringBaseRequest(Payload201, frozen=True):
    """The CSMS chooses which set of monitors to start from (N03)."""

    monitoring_base: MonitoringBase


class SetMonitoringBaseResponse(Payload201, frozen=True):
    """Whether the set is in force."""

    status: GenericDeviceModelStatus
    status_info: StatusInfo | None = None


class SetMonitoringLevelRequest(Payload201, frozen=True):
    """The CSMS wants only events of this severity, 0 to 9, or worse (N05)."""

    severity: int


class SetMonitoringLevelResponse(Payload201, frozen=True):
    """Whether the level is in force."""

    status: GenericStatus
    status_info: StatusInfo | None = None


class SetMonitoringData(Payload201, frozen=True):
    """A monitor to set on a variable; with an id, it replaces that one."""

    value: Decimal
    type: Monitor
    severity: int
    component: Component
    variable: Variable
    id: int | None = None
    transaction: bool | None = None

    def __post_init__(self) -> None:
        bounded(self.value)


class SetVariableMonitoringRequest(Payload201, frozen=True):
    """The CSMS sets monitors on variables (N04)."""

    set_monitoring_data: OneOrMore[SetMonitoringData]


class SetMonitoringResult(Payload201, frozen=True):
    """What became of one monitor to set, and the id it got."""

    status: SetMonitoringStatus
    type: Monitor
    component: Component
    variable: Variable
    severity: int
    id: int | None = None
    status_info: StatusInfo | None = None


class SetVariableMonitoringResponse(Payload201, frozen=True):
    """What became of each monitor."""

    set_monitoring_result: OneOrMore[SetMonitoringResult]


class ClearVariableMonitoringRequest(Payload201, frozen=True):
    """The CSMS removes monitors by their ids (N06)."""

    id: OneOrMore[int]


class ClearMonitoringResult(Payload201, frozen=True):
    """What became of one monitor to clear."""

    status: ClearMonitoringStatus
    id: int
    status_info: StatusInfo | None = None


class ClearVariableMonitoringResponse(Payload201, frozen=True):
    """What became of each monitor."""

    clear_monitoring_result: OneOrMore[ClearMonitoringResult]


class GetMonitoringReportRequest(Payload201, frozen=True):
    """The CSMS asks which monitors are set (N02)."""

    request_id: int
    component_variable: OneOrMore[ComponentVariable] | None = None
    monitoring_criteria: OneToThree[MonitoringCriterion] | None = None


class GetMonitoringReportResponse(Payload201, frozen=True):
    """Whether NotifyMonitoringReport will bring them."""

    status: GenericDeviceModelStatus
    status_info: StatusInfo | None = None


class VariableMonitoring(Payload201, frozen=True):
    """A monitor as it stands on a variable."""

    id: int
    transaction: bool
    value: Decimal
    type: Monitor
    severity: int

    def __post_init__(self) -> None:
        bounded(self.value)


class MonitoringData(Payload201, frozen=True):
    """The monitors of one variable."""

    component: Component
    variable: Variable
    variable_monitoring: OneOrMore[VariableMonitoring]


class NotifyMonitoringReportRequest(Payload201, frozen=True):
    """The station sends monitors it holds; tbc says that more follow (N02)."""

    request_id: int
    seq_no: int
    generated_at: DateTime
    monitor: OneOrMore[MonitoringData] | None = None
    tbc: bool | None = None


class NotifyMonitoringReportResponse(Payload201, frozen=True):
    """The monitors arrived."""


class EventData(Payload201, frozen=True):
    """One event: what was noticed, on which variable, by which monitor."""

    event_id: int
    timestamp: DateTime
    trigger: EventTrigger
    actual_value: String2500
    component: Component
    event_notification_type: EventNotification
    variable: Variable
    cause: int | None = None
    tech_code: String50 | None = None
    tech_info: String500 | None = None
    cleared: bool | None = None
    transaction_id: String36 | None = None
    variable_monitoring_id: int | None = None


class NotifyEventRequest(Payload201, frozen=True):
    """The station reports what its monitors noticed (N07, N08)."""

    generated_at: DateTime
    seq_no: int
    event_data: OneOrMore[EventData]
    tbc: bool | None = None


class NotifyEventResponse(Payload201, frozen=True):
    """The events arrived."""


class CustomerInformationRequest(Payload201, frozen=True):
    """The CSMS asks for, or clears, what the station keeps on a customer (N09, N10)."""

    request_id: int
    report: bool
    clear: bool
    customer_certificate: CertificateHashData | None = None
    id_token: IdToken | None = None
    customer_identifier: String64 | None = None


class CustomerInformationResponse(Payload201, frozen=True):
    """Whether NotifyCustomerInformation will bring it."""

    status: CustomerInformationStatus
    status_info: StatusInfo | None = None


class NotifyCustomerInformationRequest(Payload201, frozen=True):
    """The station sends a part of what it keeps on a customer (N09)."""

    data: String512
    seq_no: int
    generated_at: DateTime
    request_id: int
    tbc: bool | None = None


class NotifyCustomerInformationResponse(Payload201, frozen=True):
    """The part arrived."""
