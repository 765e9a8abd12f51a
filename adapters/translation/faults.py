"""Error codes of 1.6 and events of the 2.0.1 device model (specification 11.4)."""

from collections.abc import Generator, Iterator
from typing import Any, get_args

from adapters import v16, v201
from adapters.translation.conversation import Step
from adapters.translation.memory import Memory
from adapters.translation.records import Connector, Problem
from adapters.translation.scalars import rfc3339

# errorCode -> (component, variable). `techCode` carries the name too, so that it comes back exact.
COMPONENTS: dict[v16.ChargePointErrorCode, tuple[str, str]] = {
    "ConnectorLockFailure": ("ConnectorPlugRetentionLock", "Problem"),
    "EVCommunicationError": ("ConnectedEV", "Problem"),
    "GroundFailure": ("RCD", "Tripped"),
    "HighTemperature": ("TemperatureSensor", "Active"),
    "InternalError": ("Controller", "Problem"),
    "LocalListConflict": ("LocalAuthListCtrlr", "Problem"),
    "OtherError": ("EVSE", "Problem"),
    "OverCurrentFailure": ("OverCurrentProtection", "Tripped"),
    "OverVoltage": ("ElectricalFeed", "Problem"),
    "PowerMeterFailure": ("FiscalMetering", "Problem"),
    "PowerSwitchFailure": ("PowerContactor", "Problem"),
    "ReaderFailure": ("TokenReader", "Problem"),
    "ResetFailure": ("Controller", "Problem"),
    "UnderVoltage": ("ElectricalFeed", "Problem"),
    "WeakSignal": ("DataLink", "Problem"),
}
ERROR_CODES = frozenset(get_args(v16.ChargePointErrorCode)) - {"NoError"}
# Component -> errorCode, for events that do not name one.
BY_COMPONENT: dict[str, v16.ChargePointErrorCode] = {
    "ConnectorPlugRetentionLock": "ConnectorLockFailure",
    "ConnectedEV": "EVCommunicationError",
    "CPPWMController": "EVCommunicationError",
    "EVRetentionLock": "EVCommunicationError",
    "RCD": "GroundFailure",
    "GroundIsolationProtection": "GroundFailure",
    "TemperatureSensor": "HighTemperature",
    "LiquidCoolingSystem": "HighTemperature",
    "AirCoolingSystem": "HighTemperature",
    "Controller": "InternalError",
    "RealTimeClock": "InternalError",
    "ELVSupply": "InternalError",
    "LocalAuthListCtrlr": "LocalListConflict",
    "OverCurrentProtection": "OverCurrentFailure",
    "ElectricalFeed": "UnderVoltage",
    "FiscalMetering": "PowerMeterFailure",
    "ControlMetering": "PowerMeterFailure",
    "PowerContactor": "PowerSwitchFailure",
    "AcDcConverter": "PowerSwitchFailure",
    "AcPhaseSelector": "PowerSwitchFailure",
    "TokenReader": "ReaderFailure",
    "DataLink": "WeakSignal",
}
FAULT_VARIABLES = frozenset({"Problem", "Tripped"})
MOST_PROBLEMS = 32  # a connector; of more, the oldest is forgotten
LONGEST_INFO = 50  # of a 1.6 StatusNotification


def event(
    memory: Memory,
    timestamp: str,
    trigger: v201.EventTrigger,
    value: str,
    component: v201.Component,
    variable: str,
    **more: Any,
) -> v201.EventData:
    """One event of the device model."""
    return v201.EventData(
        event_id=memory.count("next_event_id"),
        timestamp=timestamp,
        trigger=trigger,
        actual_value=value,
        event_notification_type="HardWiredNotification",
        component=component,
        variable=v201.Variable(name=variable),
        **more,
    )


def notify(memory: Memory, *told: v201.EventData) -> v201.NotifyEventRequest:
    """What the device model has to tell at this moment."""
    return v201.NotifyEventRequest(
        generated_at=rfc3339(memory.now), seq_no=0, event_data=list(told)
    )


def from_error_code(
    call: v16.StatusNotificationRequest, connector: Connector, timestamp: str, memory: Memory
) -> Generator[Step, Any, None]:
    """A 1.6 error code opens a problem; NoError takes back all that are open."""
    if call.error_code == "NoError":
        over = list(connector.problems)
        if over:
            yield notify(memory, *_over(over, connector, timestamp, memory))
            connector.problems = tuple(one for one in connector.problems if one not in over)
            memory.touch(connector)
        return
    if any(problem.code == call.error_code for problem in connector.problems):
        return
    name, variable = COMPONENTS[call.error_code]
    if connector.number == 0 and name == "EVSE":
        name = "ChargingStation"
    begun = event(
        memory, timestamp, "Alerting", "true", _component(name, connector, memory), variable,
        tech_code=call.error_code, tech_info=_tech_info(call),
    )  # fmt: skip
    yield notify(memory, begun)
    connector.problems += (Problem(name, variable, call.error_code),)
    memory.touch(connector)


def _over(
    problems: list[Problem], connector: Connector, timestamp: str, memory: Memory
) -> Iterator[v201.EventData]:
    """The end of these problems of a connector."""
    for problem in problems:
        where = _component(problem.component, connector, memory)
        yield event(
            memory, timestamp, "Alerting", "false", where, problem.variable,
            cleared=True, tech_code=problem.code,
        )  # fmt: skip


def _component(name: str, connector: Connector, memory: Memory) -> v201.Component:
    if connector.number == 0:
        return v201.Component(name=name)
    evse, evse_connector = memory.topology.evse_of(connector.number)
    return v201.Component(name=name, evse=v201.EVSE(id=evse, connector_id=evse_connector))


def _tech_info(call: v16.StatusNotificationRequest) -> str | None:
    parts = {
        "vendorErrorCode": call.vendor_error_code,
        "vendorId": call.vendor_id,
        "info": call.info,
    }
    return "; ".join(f"{name}={text}" for name, text in parts.items() if text)[:500] or None


def is_fault(event: v201.EventData) -> bool:
    """Whether an event tells of a fault; most components are Active when all is well."""
    if event.variable.name == "Active":
        return event.component.name == "TemperatureSensor" or event.tech_code in ERROR_CODES
    return event.variable.name in FAULT_VARIABLES


def is_over(event: v201.EventData) -> bool:
    """Whether an event takes a fault back."""
    return bool(event.cleared) or event.actual_value.lower() == "false"


def heard_event(event: v201.EventData, connector: Connector, memory: Memory) -> bool:
    """Take in a fault of a 2.0.1 station; whether anything changed by it."""
    component = event.component
    name = f"{component.name}#{component.instance}" if component.instance else component.name
    what = (name, event.variable.name)
    rest = tuple(p for p in connector.problems if (p.component, p.variable) != what)
    if is_over(event):
        if len(rest) == len(connector.problems):
            return False
        connector.problems = rest
        if connector.state20 != "Faulted":
            settle(connector)
    else:
        connector.fault = _problem(event, *what, memory)
        connector.problems = (*rest, connector.fault)[-MOST_PROBLEMS:]
    memory.touch(connector)
    return True


def _problem(event: v201.EventData, name: str, variable: str, memory: Memory) -> Problem:
    """The name of a 1.6 code wins; any other code is the vendor's own."""
    info, code = event.tech_info or "", event.tech_code or ""
    if len(info) > LONGEST_INFO:
        memory.lose("truncated", "techInfo")
    if code in ERROR_CODES:
        return Problem(name, variable, code, info[:LONGEST_INFO])
    by_component = BY_COMPONENT.get(event.component.name, "OtherError")
    return Problem(name, variable, by_component, info[:LONGEST_INFO], code)


def settle(connector: Connector) -> None:
    """What 1.6 is told of from now on: the last fault that is not taken back."""
    connector.fault = connector.problems[-1] if connector.problems else None


def error_code(connector: Connector, is_faulted: bool) -> v16.ChargePointErrorCode:
    """The 1.6 error code of a connector; a fault is OtherError until an event says more."""
    if connector.fault is not None:
        return connector.fault.code  # type: ignore[return-value]
    return "OtherError" if is_faulted else "NoError"
