"""What the reports of a 2.0.1 station tell of its variables, for 1.6's questions (13.4)."""

from collections.abc import Generator
from typing import Any

from adapters import v201
from adapters.translation import keys
from adapters.translation.conversation import Refusal, Step, Wait
from adapters.translation.keys import KEYS, Key, identity, identity_of
from adapters.translation.memory import Memory
from adapters.translation.scalars import shortest

REPORTED_WITHIN = 10.0  # seconds for a report that a CSMS waits for
# Feature profiles of 1.6 that a 2.0.1 station has if this controller is available.
OPTIONAL = {
    "LocalAuthListManagement": "LocalAuthListCtrlr",
    "Reservation": "ReservationCtrlr",
    "SmartCharging": "SmartChargingCtrlr",
}
HEEDED = frozenset({"SendLocalListMaxLength"})  # what a station takes, in 1.6's name
BOUNDS = {identity_of(key): key for key in KEYS if key.carried in ("limit", "choices")}
_AT_ONCE = identity("DeviceDataCtrlr", "ItemsPerMessage", "GetVariables")
_AVAILABLE = {identity(name, "Available"): name for name in OPTIONAL.values()}


def learn(report: v201.NotifyReportRequest, memory: Memory) -> None:
    """Keep what 1.6 may ask for, of whatever report passes by."""
    for row in report.report_data or []:
        name = identity(row.component.name, row.variable.name, row.variable.instance)
        actual = next((a for a in row.variable_attribute if a.type in (None, "Actual")), None)
        if actual is not None:
            _attribute(name, actual, memory)
        if (key := BOUNDS.get(name)) and row.variable_characteristics:
            _bound(key, row.variable_characteristics, memory)


def _attribute(name: keys.Identity, actual: v201.VariableAttribute, memory: Memory) -> None:
    known, value = memory.device, (actual.value or "").strip().lower()
    key = keys.BY_VARIABLE.get(name)
    if key is not None and known.mutability.get(key.name) != (actual.mutability or "ReadWrite"):
        known.mutability = {**known.mutability, key.name: actual.mutability or "ReadWrite"}
        memory.touch(known)
    if key is not None and value:
        heard_value(key, value, memory)
    if name in _AVAILABLE and value in ("true", "false"):
        heard_available(_AVAILABLE[name], value == "true", memory)
    if name == _AT_ONCE and value.isascii() and value.isdecimal() and 0 < len(value) < 6:
        known.variables_at_once = max(int(value), 1)
        memory.touch(known)


def heard_value(key: Key, value: str, memory: Memory) -> None:
    """The station said what a variable stands at that the gateway itself has to heed."""
    known = memory.station.configuration
    if key.name in HEEDED and known.get(key.name) != value:
        known[key.name] = value
        memory.touch(memory.station)


def heard_available(component: str, is_available: bool, memory: Memory) -> None:
    """The station said whether it has an optional controller."""
    known = memory.device
    if known.available.get(component) is not is_available:
        known.available = {**known.available, component: is_available}
        memory.touch(known)


def _bound(key: Key, told: v201.VariableCharacteristics, memory: Memory) -> None:
    known, text = memory.device, told.values_list
    if key.carried == "limit":
        text = None if told.max_limit is None else shortest(told.max_limit)
    if text is not None and known.bounds.get(key.name) != text:
        known.bounds = {**known.bounds, key.name: text}
        memory.touch(known)


def ask_for_bounds(memory: Memory) -> Generator[Step, Any, None]:
    """Have the bounds reported that 1.6 has keys for; once a firmware, for they are fixed."""
    firmware = str(memory.boot.said.get("chargingStation", {}).get("firmwareVersion", "?"))
    if memory.device.bounds_asked == firmware:
        return
    number = memory.count("next_request_id")
    wanted = [
        v201.ComponentVariable(
            component=v201.Component(name=key.component),
            variable=v201.Variable(name=key.variable, instance=key.instance or None),
        )
        for key in BOUNDS.values()
    ]
    try:
        answer = yield v201.GetReportRequest(request_id=number, component_variable=wanted)
    except Refusal:
        return
    if answer.status == "Accepted":
        yield Wait(reported(number), REPORTED_WITHIN)
    memory.device.bounds_asked = firmware
    memory.touch(memory.device)


def reported(request_id: int) -> str:
    """The event that a report is complete."""
    return f"reported:{request_id}"
