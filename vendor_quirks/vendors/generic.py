"""Faults whose vendor is not known: configuration switches them on by name."""

from vendor_quirks.answers import Dedupe, RateLimit
from vendor_quirks.command import FanOut, Prepared, Retry
from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.repairs.fields import Default, Each
from vendor_quirks.situation import Situation

LONGEST_LOCATION = 512
FIRMWARE = "firmware_location"  # the operator's own address that leads to the firmware


def short_location(payload: Payload, known: Situation) -> int:
    """The operator's address, in place of one that is longer than a modem reads."""
    given, short = payload.get("location"), known.settings.get(FIRMWARE)
    if not isinstance(given, str) or len(given) <= LONGEST_LOCATION:
        return 0
    if not isinstance(short, str) or not 0 < len(short) <= LONGEST_LOCATION:
        return 0
    payload["location"] = short
    return 1


QUIRKS = (
    Quirk(
        name="generic.trigger-status-per-connector-unanswered",
        match=Match(opt_in=True),
        version="1.6",
        why="Answers a trigger of StatusNotification only if it names no connector.",
        seen="evcc-io/evcc PR#16327",
        catalogue=("trigger-status-per-connector-unanswered",),
        command=(
            Retry(
                action="TriggerMessage",
                when={"requestedMessage": "StatusNotification"},
                without=("connectorId",),
            ),
        ),
    ),
    Quirk(
        name="generic.duplicate-start-within-minute",
        match=Match(opt_in=True),
        version="1.6",
        why="Starts the same transaction again within a minute, under another message id.",
        seen="known misbehaviours, duplicate-start-within-minute",
        catalogue=("duplicate-start-within-minute",),
        answer_here=(Dedupe(action="StartTransaction", window=60.0, key=("connectorId", "idTag")),),
    ),
    Quirk(
        name="generic.profile-connector-0-refused",
        match=Match(opt_in=True),
        version="1.6",
        why="Refuses a charging profile for the whole station, and takes one for each connector.",
        seen="known misbehaviours, profile-connector0-not-accepted",
        catalogue=("profile-connector0-not-accepted",),
        command=(
            FanOut("SetChargingProfile", as_is_first=True),
            FanOut("ClearChargingProfile", when={"connectorId": 0}, as_is_first=True),
        ),
    ),
    Quirk(
        name="generic.availability-connector-0-refused",
        match=Match(opt_in=True),
        version="1.6",
        why="Has one connector, and takes a change of availability for that one alone.",
        seen="lbbrhzn/ocpp PR#1736",
        catalogue=("changeavailability-conn0-rejected",),
        command=(
            Retry(
                action="ChangeAvailability",
                when={"connectorId": 0},
                put={"connectorId": "$@only_connector"},
                on_status=("Rejected",),
            ),
        ),
        needs=frozenset({"status"}),
    ),
    Quirk(
        name="generic.boots-when-asked-to",
        match=(Match(opt_in=True), Match(behaviour="boots-in-a-loop")),
        version="1.6",
        why="Connects or boots anew when BootNotification is triggered; its CSMS triggers that.",
        seen="lbbrhzn/ocpp#337; ConnectorIO/connectorio-addons PR#211",
        catalogue=("trigger-boot-reboots-charger",),
        confidence="medium",
        answer_here=(
            RateLimit(
                action="TriggerMessage",
                of="csms",
                period=86_400.0,
                when={"requestedMessage": "BootNotification"},
                response={"status": "Rejected"},
            ),
        ),
    ),
    Quirk(
        name="generic.reads-heartbeatinterval",
        match=Match(opt_in=True),
        version="1.6",
        why="Looks for the interval under the name of OCPP 1.5, and beats as it likes without.",
        seen="steve-community/steve#145: station of oc1.oncharger.com",
        catalogue=("boot-conf-heartbeatinterval-wanted",),
        confidence="medium",
        to_station={"BootNotificationResponse": (Default("heartbeatInterval", "$interval"),)},
    ),
    Quirk(
        name="generic.schedule-without-rate-unit",
        match=Match(opt_in=True),
        version="1.6",
        why="Tells its schedule without the unit of its limits: that of the last profile it took.",
        seen="evcc-io/evcc#15657",
        catalogue=("composite-without-rateunit",),
        from_station={
            "GetCompositeScheduleResponse": (
                Each("chargingSchedule", Default("chargingRateUnit", "$@profile_unit")),
            )
        },
        needs=frozenset({"profiles"}),
    ),
    Quirk(
        name="generic.local-list-refuses-remote-starts",
        match=Match(opt_in=True),
        version="1.6",
        why="Looks a remote start up in its local list, which is empty, and rejects it.",
        seen="ConnectorIO/connectorio-addons PR#144",
        catalogue=("local-auth-list-blocks-remote-start",),
        confidence="medium",
        command=(
            Prepared(
                action="RemoteStartTransaction",
                sends="ChangeConfiguration",
                put={"key": "LocalPreAuthorize", "value": "false"},
            ),
        ),
    ),
    Quirk(
        name="generic.firmware-location-too-long",
        match=Match(opt_in=True),
        version="1.6",
        why="Its modem cannot read an address of some hundred characters, such as a signed one.",
        seen="jeethjoseph/ocpp-server, hardening of firmware updates",
        catalogue=("firmware-url-length",),
        to_station={"UpdateFirmware": (short_location,)},
    ),
)
