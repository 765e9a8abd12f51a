"""The Core profile of OCPP 1.6: boot, authorize, charge, measure, configure."""

from typing import Literal, TypeAlias

from adapters.payload import (
    DateTime,
    String20,
    String25,
    String50,
    String255,
    String500,
)
from adapters.v16.types import ChargingProfile, GenericStatus, IdTagInfo, MeterValue, Payload16

AvailabilityStatus: TypeAlias = Literal["Accepted", "Rejected", "Scheduled"]
AvailabilityType: TypeAlias = Literal["Inoperative", "Operative"]
ChargePointErrorCode: TypeAlias = Literal[
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    "NoError",
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "WeakSignal",
]
ChargePointStatus: TypeAlias = Literal[
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
]
ConfigurationStatus: TypeAlias = Literal["Accepted", "Rejected", "RebootRequired", "NotSupported"]
DataTransferStatus: TypeAlias = Literal[
    "Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"
]
RegistrationStatus: TypeAlias = Literal["Accepted", "Pending", "Rejected"]
ResetType: TypeAlias = Literal["Hard", "Soft"]
StopReason: TypeAlias = Literal[
    "DeAuthorized",
    "EmergencyStop",
    "EVDisconnected",
    "HardReset",
    "Local",
    "Other",
    "PowerLoss",
    "Reboot",
    "Remote",
    "SoftReset",
    "UnlockCommand",
]
UnlockStatus: TypeAlias = Literal["Unlocked", "UnlockFailed", "NotSupported"]


class AuthorizeRequest(Payload16, frozen=True):
    """The station asks whether an id tag may charge (section 4.1)."""

    id_tag: String20


class AuthorizeResponse(Payload16, frozen=True):
    """What the CSMS thinks of the id tag."""

    id_tag_info: IdTagInfo


class BootNotificationRequest(Payload16, frozen=True):
    """The station says what it is, after each start (section 4.2)."""

    charge_point_vendor: String20
    charge_point_model: String20
    charge_point_serial_number: String25 | None = None
    charge_box_serial_number: String25 | None = None
    firmware_version: String50 | None = None
    iccid: String20 | None = None
    imsi: String20 | None = None
    meter_type: String25 | None = None
    meter_serial_number: String25 | None = None


class BootNotificationResponse(Payload16, frozen=True):
    """Whether the station may talk; the interval is seconds to the next heartbeat or boot."""

    status: RegistrationStatus
    current_time: DateTime
    interval: int


class ChangeAvailabilityRequest(Payload16, frozen=True):
    """The CSMS takes a connector, or with 0 the station, in or out of service (section 5.2)."""

    connector_id: int
    type: AvailabilityType


class ChangeAvailabilityResponse(Payload16, frozen=True):
    """Scheduled: it will happen when the running transaction ends."""

    status: AvailabilityStatus


class ChangeConfigurationRequest(Payload16, frozen=True):
    """The CSMS sets one configuration key (section 5.3)."""

    key: String50
    value: String500


class ChangeConfigurationResponse(Payload16, frozen=True):
    """Whether the key is set, and whether a reboot is due first."""

    status: ConfigurationStatus


class ClearCacheRequest(Payload16, frozen=True):
    """The CSMS has the station forget its authorization cache (section 5.4)."""


class ClearCacheResponse(Payload16, frozen=True):
    """Whether the cache is empty now."""

    status: GenericStatus


class DataTransferRequest(Payload16, frozen=True):
    """Either side sends what only the vendor defines (sections 4.3 and 5.6)."""

    vendor_id: String255
    message_id: String50 | None = None
    data: str | None = None


class DataTransferResponse(Payload16, frozen=True):
    """Whether the vendor's message was understood, and its answer."""

    status: DataTransferStatus
    data: str | None = None


class GetConfigurationRequest(Payload16, frozen=True):
    """The CSMS reads configuration keys, all of them if none is named (section 5.8)."""

    key: list[String50] | None = None


class KeyValue(Payload16, frozen=True):
    """A configuration key and what it stands at (section 7.29)."""

    key: String50
    readonly: bool
    value: String500 | None = None


class GetConfigurationResponse(Payload16, frozen=True):
    """The keys that the station knows, and the names of those it does not."""

    configuration_key: list[KeyValue] | None = None
    unknown_key: list[String50] | None = None


class HeartbeatRequest(Payload16, frozen=True):
    """The station says that it is alive and asks for the time (section 4.6)."""


class HeartbeatResponse(Payload16, frozen=True):
    """The time of the CSMS, to set the station's clock by."""

    current_time: DateTime


class MeterValuesRequest(Payload16, frozen=True):
    """The station sends readings of a connector; 0 is the main meter (section 4.7).

    The schema wants one at least. Of a station that has no reading none may be left.
    """

    connector_id: int
    meter_value: list[MeterValue]
    transaction_id: int | None = None


class MeterValuesResponse(Payload16, frozen=True):
    """The readings arrived."""


class RemoteStartTransactionRequest(Payload16, frozen=True):
    """The CSMS has the station start a transaction for an id tag (section 5.11)."""

    id_tag: String20
    connector_id: int | None = None
    charging_profile: ChargingProfile | None = None


class RemoteStartTransactionResponse(Payload16, frozen=True):
    """Whether the station will try; the start itself is a StartTransaction."""

    status: GenericStatus


class RemoteStopTransactionRequest(Payload16, frozen=True):
    """The CSMS has the station stop a transaction (section 5.12)."""

    transaction_id: int


class RemoteStopTransactionResponse(Payload16, frozen=True):
    """Whether the station will try; the stop itself is a StopTransaction."""

    status: GenericStatus


class ResetRequest(Payload16, frozen=True):
    """The CSMS has the station restart, after its transactions or at once (section 5.14)."""

    type: ResetType


class ResetResponse(Payload16, frozen=True):
    """Whether the station will restart."""

    status: GenericStatus


class StartTransactionRequest(Payload16, frozen=True):
    """The station says that a transaction began; the meter is in Wh (section 4.8)."""

    connector_id: int
    id_tag: String20
    meter_start: int
    timestamp: DateTime
    reservation_id: int | None = None


class StartTransactionResponse(Payload16, frozen=True):
    """The CSMS mints the transaction's id, whatever it thinks of the id tag."""

    id_tag_info: IdTagInfo
    transaction_id: int


class StatusNotificationRequest(Payload16, frozen=True):
    """The station says how a connector is; 0 is the station itself (section 4.9)."""

    connector_id: int
    error_code: ChargePointErrorCode
    status: ChargePointStatus
    info: String50 | None = None
    timestamp: DateTime | None = None
    vendor_id: String255 | None = None
    vendor_error_code: String50 | None = None


class StatusNotificationResponse(Payload16, frozen=True):
    """The status arrived."""


class StopTransactionRequest(Payload16, frozen=True):
    """The station says that a transaction ended; the meter is in Wh (section 4.10)."""

    meter_stop: int
    timestamp: DateTime
    transaction_id: int
    id_tag: String20 | None = None
    reason: StopReason | None = None
    transaction_data: list[MeterValue] | None = None


class StopTransactionResponse(Payload16, frozen=True):
    """What the CSMS thinks of the id tag that stopped it, if there was one."""

    id_tag_info: IdTagInfo | None = None


class UnlockConnectorRequest(Payload16, frozen=True):
    """The CSMS has the station release a cable (section 5.18)."""

    connector_id: int


class UnlockConnectorResponse(Payload16, frozen=True):
    """Whether the connector is unlocked."""

    status: UnlockStatus
