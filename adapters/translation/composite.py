"""GetCompositeSchedule: the limits that follow from all profiles, both ways (7.14, 14.5)."""

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.translation import profiles
from adapters.translation.conversation import Conversation
from adapters.translation.memory import Memory
from adapters.translation.scalars import rfc3339, utc


def v201_schedule(call: v201.GetCompositeScheduleRequest, memory: Memory) -> Conversation:
    """For a 1.6 station, which may leave out since when and how long its schedule holds."""
    number = _connector_of(call.evse_id, memory)
    if number is None:
        return v201.GetCompositeScheduleResponse("Rejected")
    answer: v16.GetCompositeScheduleResponse = yield v16.GetCompositeScheduleRequest(
        connector_id=number, duration=call.duration, charging_rate_unit=call.charging_rate_unit
    )
    schedule = answer.charging_schedule
    if answer.status == "Rejected" or schedule is None or not schedule.charging_schedule_period:
        return v201.GetCompositeScheduleResponse(answer.status)
    if schedule.min_charging_rate is not None:
        memory.lose("profile_field", "minChargingRate")
    start = _time(answer.schedule_start, memory) or _time(schedule.start_schedule, memory)
    return v201.GetCompositeScheduleResponse(
        answer.status,
        schedule=v201.CompositeSchedule(
            charging_schedule_period=profiles.periods_201(schedule.charging_schedule_period),
            evse_id=call.evse_id,
            duration=call.duration if schedule.duration is None else schedule.duration,
            schedule_start=start or rfc3339(memory.now),
            charging_rate_unit=schedule.charging_rate_unit,
        ),
    )


def _connector_of(evse: int, memory: Memory) -> int | None:
    """The 1.6 connector to ask: where a transaction runs, else the EVSE's first."""
    if evse == 0:
        return 0
    connectors = memory.topology.connectors_of(evse)
    if len(connectors) < 2:
        return connectors[0] if connectors else None
    in_use = [number for number in connectors if memory.open_transaction_on(number)]
    if not in_use:
        memory.lose("connector_guess", "evseId")
    return (in_use or connectors)[0]


def _time(text: str | None, memory: Memory) -> str | None:
    """A time that the station said, if it is one: the schedule is worth more than its date."""
    try:
        return utc(text) if text is not None else None
    except PayloadError:
        memory.lose("clock", "scheduleStart")
        return None


def v16_schedule(call: v16.GetCompositeScheduleRequest, memory: Memory) -> Conversation:
    """For a 2.0.1 station, which limits EVSEs."""
    evse = 0
    if call.connector_id:
        if call.connector_id not in memory.topology.all_connectors():
            return v16.GetCompositeScheduleResponse("Rejected")
        evse = memory.topology.evse_of(call.connector_id)[0]
    answer: v201.GetCompositeScheduleResponse = yield v201.GetCompositeScheduleRequest(
        duration=call.duration, evse_id=evse, charging_rate_unit=call.charging_rate_unit
    )
    schedule = answer.schedule
    if answer.status == "Rejected" or schedule is None:
        return v16.GetCompositeScheduleResponse(answer.status)
    periods = schedule.charging_schedule_period
    if any(period.phase_to_use is not None for period in periods):
        memory.lose("profile_field", "phaseToUse")
    return v16.GetCompositeScheduleResponse(
        answer.status,
        connector_id=call.connector_id,
        schedule_start=_time(schedule.schedule_start, memory),
        charging_schedule=v16.ChargingSchedule(  # without startSchedule (1.6 erratum 3.57)
            charging_rate_unit=schedule.charging_rate_unit,
            charging_schedule_period=profiles.periods_16(periods, memory),
            duration=schedule.duration,
        ),
    )
