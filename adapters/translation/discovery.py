"""What a 2.0.1 station is asked after its boot: connectors and measurands (D-17, D-26)."""

from collections.abc import Generator
from typing import Any

from adapters import v201
from adapters.translation import device, status
from adapters.translation.conversation import Conversation, Refusal, Start, Step, Wait
from adapters.translation.memory import NONE, Memory
from adapters.translation.metering import REGISTER
from adapters.translation.records import NOTHING

TOPOLOGY_WITHIN = 20.0  # seconds; then the connectors that reported by themselves are all there are
MEASURANDS = ("TxStartedMeasurands", "TxEndedMeasurands")
TX_POINTS = {"TxStartPoint": "PowerPathClosed", "TxStopPoint": "EVConnected,Authorized"}


def resumed(memory: Memory) -> Start | None:
    """What the connection before was cut off from; a station that is only back does not boot."""
    if memory.topology.is_known or not memory.is_accepted or memory.report_id is not None:
        return None
    return Start(learn(memory))


def learn(memory: Memory) -> Generator[Step, Any, None]:
    """Ask for the connectors if they are not known, then see to what 1.6 cannot do without."""
    if not memory.topology.is_known:
        yield from _ask_for_connectors(memory)
    firmware = str(memory.boot.said.get("chargingStation", {}).get("firmwareVersion", "?"))
    if memory.options.provision != "off" and memory.station.provisioned != firmware:
        yield from _provision(memory)
        memory.station.provisioned = firmware
        memory.touch(memory.station)


def _ask_for_connectors(memory: Memory) -> Generator[Step, Any, None]:
    for report in (_connectors_report, _whole_report):
        memory.report_id, memory.reported = memory.count("next_request_id"), NONE
        try:
            answer = yield report(memory.report_id)
        except Refusal:
            continue
        if answer.status == "Accepted":
            break
    if not (yield Wait("topology", TOPOLOGY_WITHIN)):  # else they were told of themselves (B01)
        _connectors_known(memory)


def _connectors_report(request_id: int) -> v201.GetReportRequest:
    connectors = v201.ComponentVariable(
        component=v201.Component(name="Connector"), variable=v201.Variable(name="Available")
    )
    return v201.GetReportRequest(request_id=request_id, component_variable=[connectors])


def _whole_report(request_id: int) -> v201.GetBaseReportRequest:
    return v201.GetBaseReportRequest(request_id=request_id, report_base="FullInventory")


def v201_report(call: v201.NotifyReportRequest, memory: Memory) -> Conversation:
    """A part of the report that was asked for; the last one completes the topology."""
    device.learn(call, memory)
    if not call.tbc:
        memory.signal(device.reported(call.request_id))
    if call.request_id == memory.report_id:
        for row in call.report_data or []:
            evse = row.component.evse
            is_there = any(a.value != "false" for a in row.variable_attribute)
            if row.component.name == "Connector" and evse and evse.connector_id and is_there:
                memory.reported |= {(evse.id, evse.connector_id)}
        if not call.tbc:
            memory.report_id = None
            _connectors_known(memory)
            memory.signal("topology")
    return v201.NotifyReportResponse()
    yield  # a conversation, though it asks nobody


def _connectors_known(memory: Memory) -> None:
    """Number what was found, and tell the statuses that came before."""
    known, early = memory.station, memory.station.early_statuses
    places = [tuple(map(int, place.split("."))) for place in early]
    memory.topology.discovered(memory.reported | {(evse, connector) for evse, connector in places})
    known.topology, known.topology_known, known.early_statuses = memory.topology.rows, True, NOTHING
    memory.touch(known)
    for (evse, connector), (state, timestamp) in zip(places, early.values(), strict=True):
        number = memory.topology.connector_of(evse, connector)
        if number is not None:
            memory.follow_ups.append(status.heard_state(number, state, timestamp, memory))


def _provision(memory: Memory) -> Generator[Step, Any, None]:
    """1.6 needs meterStart and meterStop: have the energy register read at both ends."""
    controller = v201.Component(name="SampledDataCtrlr")
    try:
        answer = yield v201.GetVariablesRequest(
            get_variable_data=[
                v201.GetVariableData(component=controller, variable=v201.Variable(name=name))
                for name in MEASURANDS
            ]
        )
    except Refusal:
        return
    wanted = []
    for result in answer.get_variable_result:
        measured = [m.strip() for m in (result.attribute_value or "").split(",") if m.strip()]
        if result.attribute_status == "Accepted" and REGISTER not in measured:
            wanted.append((controller, result.variable, ",".join([*measured, REGISTER])))
    if memory.options.provision == "full":
        points = v201.Component(name="TxCtrlr")
        wanted += [(points, v201.Variable(name=n), value) for n, value in TX_POINTS.items()]
    if wanted:
        yield from _set(wanted, memory)


def _set(
    wanted: list[tuple[v201.Component, v201.Variable, str]], memory: Memory
) -> Generator[Step, Any, None]:
    data = [
        v201.SetVariableData(component=component, variable=variable, attribute_value=value)
        for component, variable, value in wanted
    ]
    try:
        answer = yield v201.SetVariablesRequest(set_variable_data=data)
    except Refusal:
        memory.lose("provisioning", "SetVariables")
        return
    for result in answer.set_variable_result:
        if result.attribute_status not in ("Accepted", "RebootRequired"):
            memory.lose("provisioning", result.variable.name)
