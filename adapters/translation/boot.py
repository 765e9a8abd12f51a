"""BootNotification, Heartbeat and Authorize, both ways (specification 6.1, 6.2, 8.1, 8.2)."""

from collections.abc import Generator
from typing import Any

import msgspec

from adapters import v16, v201
from adapters.payload import encode
from adapters.translation import discovery, plug_and_charge, settings, tokens
from adapters.translation.conversation import Conversation, Refusal, Start, Step, Wait
from adapters.translation.memory import Memory
from adapters.translation.records import Boot
from adapters.translation.scalars import rfc3339, utc

QUARTER_HOUR, HOUR, MINUTE = 900.0, 3600.0, 60.0
STATUS_EXPECTED_WITHIN = 10.0  # seconds after an accepted boot (B01.FR.05)
VENDOR_LENGTH = 20  # of chargePointVendor; 2.0.1 has 50
UNCARRIED = ("meter_type", "meter_serial_number")


def v16_boot(call: v16.BootNotificationRequest, memory: Memory) -> Conversation:
    """A 1.6 station starts; why, it does not say."""
    memory.boot_asked = True  # it boots by itself: nobody has to ask it
    reason = boot_reason(memory)
    for field in UNCARRIED:
        if getattr(call, field) is not None:
            memory.lose("boot_field", field)
    if call.charge_point_serial_number and call.charge_box_serial_number:
        memory.lose("boot_field", "chargeBoxSerialNumber")
    memory.boot = Boot(msgspec.Raw(encode(call)), memory.boot.status, reason)
    memory.touch(memory.boot)
    answer = yield _told_201(call, reason)
    heard_201(answer, memory)
    return v16.BootNotificationResponse(
        current_time=utc(answer.current_time), interval=answer.interval, status=answer.status
    )


def _told_201(
    call: v16.BootNotificationRequest, reason: v201.BootReason
) -> v201.BootNotificationRequest:
    modem = v201.Modem(iccid=call.iccid, imsi=call.imsi)
    return v201.BootNotificationRequest(
        charging_station=v201.ChargingStation(
            model=call.charge_point_model,
            vendor_name=call.charge_point_vendor,
            serial_number=call.charge_point_serial_number or call.charge_box_serial_number,
            firmware_version=call.firmware_version,
            modem=modem if call.iccid or call.imsi else None,
        ),
        reason=reason,
    )


def heard_201(answer: v201.BootNotificationResponse, memory: Memory) -> None:
    """What a 2.0.1 CSMS said of the last boot counts from now on."""
    memory.boot.status = answer.status
    memory.touch(memory.boot)
    keep_interval(answer, memory)
    if answer.status == "Accepted":
        _accepted_16(memory)


def boot_reason(memory: Memory) -> v201.BootReason:
    """Why the station starts, as far as what passed here before tells (3.11)."""
    known, now = memory.station, memory.now
    if known.boot_triggered_at and now - known.boot_triggered_at <= MINUTE:
        return "Triggered"
    if memory.boot.status in ("Pending", "Rejected"):  # the boot before, tried again
        return memory.boot.reason or "Unknown"  # type: ignore[return-value]
    if known.scheduled_reset_at and now - known.scheduled_reset_at <= QUARTER_HOUR:
        return "ScheduledReset"
    if known.reset_at and now - known.reset_at <= QUARTER_HOUR:
        return "RemoteReset"
    if known.firmware_at and now - known.firmware_at <= HOUR:
        return "FirmwareUpdate"
    return "Unknown"  # PowerUp would be an invented power cut (D-22)


def _accepted_16(memory: Memory) -> None:
    known = memory.station
    known.boot_triggered_at = known.reset_at = known.scheduled_reset_at = known.firmware_at = 0.0
    memory.touch(known)
    for connector in memory.connectors.values():
        connector.forced = True  # the CSMS wants to hear every connector again
    if _wants_connectors(memory):
        memory.connection_announced = True
        memory.follow_ups.append(settings.discover(memory))
    memory.statuses_due = tuple(sorted({n for n in memory.topology.all_connectors() if n}))
    if memory.statuses_due:
        memory.follow_ups.append(_ask_the_silent(memory))


def _wants_connectors(memory: Memory) -> bool:
    """Whether to ask for their number; unasked CALLs early after a boot upset some stations."""
    is_known = memory.topology.is_configured or "NumberOfConnectors" in memory.station.configuration
    return memory.options.discover == "on" and not (is_known or memory.connection_announced)


def _ask_the_silent(memory: Memory) -> Generator[Step, Any, None]:
    """Ask the connectors that did not report after the boot."""
    yield Wait("never", STATUS_EXPECTED_WITHIN)
    while memory.statuses_due:
        number, *rest = memory.statuses_due
        memory.statuses_due = tuple(rest)
        try:
            yield v16.TriggerMessageRequest(
                requested_message="StatusNotification", connector_id=number
            )
        except Refusal:
            return


def ensure_boot(memory: Memory) -> Start | None:
    """A station that was moved here does not boot; the CSMS would refuse it for ever (D-23)."""
    if memory.is_accepted or memory.boot_asked or memory.options.ensure_boot == "off":
        return None
    memory.boot_asked = True
    return Start(_ask_for_boot(memory))


def _ask_for_boot(memory: Memory) -> Generator[Step, Any, None]:
    try:
        answer = yield v16.TriggerMessageRequest(requested_message="BootNotification")
    except Refusal:
        answer = None
    if answer is not None and answer.status == "Accepted":
        memory.station.boot_triggered_at = memory.now
        memory.touch(memory.station)
    elif memory.boot.said and not memory.is_accepted:
        heard_201((yield _remembered_201(memory)), memory)


def _remembered_201(memory: Memory) -> v201.BootNotificationRequest:
    """The last boot of a station that will not boot again; of this one, nobody knows why."""
    said = memory.boot.said
    memory.boot.reason = "Unknown"
    if "chargingStation" in said:
        return msgspec.convert(said | {"reason": "Unknown"}, v201.BootNotificationRequest)
    return _told_201(msgspec.convert(said, v16.BootNotificationRequest), "Unknown")


def v201_boot(call: v201.BootNotificationRequest, memory: Memory) -> Conversation:
    """A 2.0.1 station starts."""
    if len(call.charging_station.vendor_name) > VENDOR_LENGTH:
        memory.lose("truncated", "vendorName")
    memory.lose("boot_field", "reason")
    memory.boot = Boot(msgspec.Raw(encode(call)), memory.boot.status, call.reason)
    memory.touch(memory.boot)
    answer = yield _told_16(call)
    heard_16(answer, memory)
    if answer.status == "Accepted":
        for connector in memory.connectors.values():
            connector.forced = True
        if not memory.connection_announced:
            memory.connection_announced = True
            memory.follow_ups.append(connector_zero(memory))
            memory.follow_ups.append(discovery.learn(memory))
    return v201.BootNotificationResponse(
        current_time=utc(answer.current_time), interval=answer.interval, status=answer.status
    )


def _told_16(call: v201.BootNotificationRequest) -> v16.BootNotificationRequest:
    station = call.charging_station
    modem = station.modem or v201.Modem()
    return v16.BootNotificationRequest(
        charge_point_model=station.model,
        charge_point_vendor=station.vendor_name[:VENDOR_LENGTH],
        charge_point_serial_number=station.serial_number,
        firmware_version=station.firmware_version,
        iccid=modem.iccid,
        imsi=modem.imsi,
    )


def heard_16(answer: v16.BootNotificationResponse, memory: Memory) -> None:
    """What a 1.6 CSMS said of the last boot counts from now on."""
    memory.boot.status = answer.status
    memory.touch(memory.boot)
    keep_interval(answer, memory)


def keep_interval(
    answer: v16.BootNotificationResponse | v201.BootNotificationResponse, memory: Memory
) -> None:
    """Another boot may have to be answered in the CSMS's place."""
    if answer.status == "Accepted" and answer.interval != memory.station.boot_interval:
        memory.station.boot_interval = answer.interval
        memory.touch(memory.station)


def replayed(memory: Memory) -> Generator[Step, Any, None]:
    """Tell a 1.6 CSMS of the last boot once more, as it asked for; the answer ends here (9.8)."""
    said = memory.boot.said
    if "chargingStation" in said:
        request = _told_16(msgspec.convert(said, v201.BootNotificationRequest))
    else:
        request = msgspec.convert(said, v16.BootNotificationRequest)
    heard_16((yield request), memory)


def connector_zero(memory: Memory) -> Generator[Step, Any, None]:
    """1.6 wants to hear of connector 0, which 2.0.1 does not have (errata 3.22)."""
    connector = memory.connector(0)
    connector.status16, connector.state20, connector.error16 = "Available", "Available", "NoError"
    memory.touch(connector)
    yield v16.StatusNotificationRequest(
        connector_id=0, error_code="NoError", status="Available", timestamp=rfc3339(memory.now)
    )


def v16_heartbeat(call: v16.HeartbeatRequest, memory: Memory) -> Conversation:
    """Both sides see that the other is there, and the time."""
    answer = yield v201.HeartbeatRequest()
    return v16.HeartbeatResponse(current_time=utc(answer.current_time))


def v201_heartbeat(call: v201.HeartbeatRequest, memory: Memory) -> Conversation:
    """Both sides see that the other is there, and the time."""
    answer = yield v16.HeartbeatRequest()
    return v201.HeartbeatResponse(current_time=utc(answer.current_time))


def v16_authorize(call: v16.AuthorizeRequest, memory: Memory) -> Conversation:
    """May this id tag charge?"""
    answer = yield v201.AuthorizeRequest(id_token=tokens.to_201(call.id_tag, memory))
    info = tokens.info_to_16(answer.id_token_info, call.id_tag, memory, is_authorize=True)
    return v16.AuthorizeResponse(id_tag_info=info or v16.IdTagInfo(status="Invalid"))


def v201_authorize(call: v201.AuthorizeRequest, memory: Memory) -> Conversation:
    """May this id token charge? A contract that 1.6 cannot check is never vouched for (17.4)."""
    has_certificate = call.certificate is not None or call.iso15118_certificate_hash_data
    if has_certificate:
        checked: v201.AuthorizeResponse | None = yield from plug_and_charge.wrapped(call, memory)
        if checked is not None:
            return checked
        if memory.options.pnc_emaid_only == "off":
            return plug_and_charge.REFUSALS["Authorize"]
    if tokens.is_too_long(call.id_token, memory):
        return v201.AuthorizeResponse(id_token_info=v201.IdTokenInfo(status="Invalid"))
    tag = tokens.to_16(call.id_token, memory)
    answer = yield v16.AuthorizeRequest(id_tag=tag)
    return v201.AuthorizeResponse(id_token_info=tokens.info_to_201(answer.id_tag_info, tag, memory))
