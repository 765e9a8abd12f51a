"""Wall Box Chargers."""

from vendor_quirks.answers import Dedupe, RateLimit
from vendor_quirks.command import Retry
from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.derived import PowerFromPhases
from vendor_quirks.repairs.measurands import WithoutMeasurands
from vendor_quirks.repairs.profiles import Profile, of_profiles
from vendor_quirks.repairs.samples import DropSamples, of_meters

VENDOR = "Wall Box Chargers"
OFFERED = ("Current.Offered", "Power.Offered")

QUIRKS = (
    Quirk(
        name="wallbox.stacklevel-zero-only",
        match=Match(vendor=VENDOR),
        version="1.6",
        why="Refuses or ignores a charging profile with a stackLevel above 0.",
        seen="evcc-io/evcc#15581, ocpp-wallbox-fw5.yaml; ev-server's Wallbox integration",
        catalogue=("wallbox-stacklevel-zero-only",),
        to_station=of_profiles("1.6", Profile(stack_level=0)),
    ),
    Quirk(
        name="wallbox.fw6-no-boot-on-connect",
        match=Match(vendor=VENDOR, firmware_from="6", firmware_before="7"),
        version="1.6",
        why="Connects without BootNotification; sends it within a second when it is triggered.",
        seen="evcc-io/evcc#28539, PR#28540: Pulsar Pro (PPR1-0-2-4) with 6.11.16",
        catalogue=("wallbox-fw6-no-boot-on-connect",),
        timing=Pace(prompt_boot_after=3.0),
    ),
    Quirk(
        name="wallbox.idle-drop-30s",
        match=Match(vendor=VENDOR, firmware_from="6", firmware_before="7"),
        version="1.6",
        why="Drops a connection that is silent for 30 s; a ping every 20 s keeps it.",
        seen="known misbehaviours, wallbox-idle-drop-30s: 6.7.x",
        catalogue=("wallbox-idle-drop-30s",),
        timing=Pace(ping_interval=20.0),
    ),
    Quirk(
        name="wallbox.samples-never-sent",
        match=Match(meter_type="Internal NON compliant"),
        version="1.6",
        why="Accepts triggers of samples and sends none; a CSMS triggers them again and again.",
        seen="evcc-io/evcc#28539: Pulsar Pro (PPR1-0-2-4) with 6.11.16",
        catalogue=("wallbox-meter-never-sent",),
        # One goes on now and then: a later firmware of the same meter may send them.
        answer_here=(
            RateLimit(
                action="TriggerMessage",
                of="csms",
                period=300.0,
                when={"requestedMessage": "MeterValues"},
                key=("connectorId",),
                response={"status": "Rejected"},
            ),
        ),
    ),
    Quirk(
        name="wallbox.measurands-not-delivered",
        match=Match(vendor=VENDOR),
        version="1.6",
        why="Accepts any measurand; it has no SoC, and asked for what is offered it tells nothing.",
        seen="evcc-io/evcc#15492, ocpp-wallbox-fw5.yaml: PLP1-0-2-3 with 6.4.14",
        catalogue=("wallbox-measurands-lie",),
        lossy=True,
        to_station={"ChangeConfiguration": (WithoutMeasurands(frozenset({"SoC", *OFFERED})),)},
    ),
    Quirk(
        name="wallbox.offered-is-the-hardware",
        match=Match(vendor=VENDOR, model="PLP1-*"),  # no other was seen with it
        version="1.6",
        why="Goes on offering the current of its hardware under a limit of 0 A.",
        seen="evcc-io/evcc#15581: 5.17.87",
        catalogue=("wallbox-offered-lies",),
        lossy=True,
        from_station=of_meters("1.6", DropSamples({"measurand": OFFERED})),
    ),
    Quirk(
        name="wallbox.three-phases-no-power",
        match=Match(vendor=VENDOR, model="PLP1-M*"),
        version="1.6",
        why="Tells no power where it has three phases, but the current and voltage of each.",
        seen="lbbrhzn/ocpp PR#1925: PLP1-M-2-4 with 6.7.38",
        catalogue=("wallbox-3phase-no-power",),
        confidence="medium",
        from_station=of_meters("1.6", PowerFromPhases()),
    ),
    Quirk(
        name="wallbox.boots-in-a-loop",
        match=Match(vendor=VENDOR, firmware="6.7.17"),
        version="1.6",
        why="Boots again as soon as it is accepted; 6.7.15 and 6.7.25 do not.",
        seen="lbbrhzn/ocpp#1503: Commander 2 (CMX2-0-2-4)",
        catalogue=("wallbox-boot-loop",),
        lossy=True,
        answer_here=(
            Dedupe(
                action="BootNotification",
                window=60.0,
                key=("chargePointSerialNumber", "firmwareVersion"),
                fresh={"currentTime": "$@now"},
            ),
        ),
    ),
    Quirk(
        name="wallbox.stop-refused",
        match=Match(vendor=VENDOR),
        version="1.6",
        why="After an update refuses to stop the transaction that runs, by the id it was given.",
        seen="evcc-io/evcc#14056: Pulsar Plus",
        catalogue=("wallbox-remotestop-rejected-after-fw",),
        confidence="low",
        lossy=True,  # another transaction than the one that was named might be stopped
        needs=frozenset({"transactions"}),
        command=(
            Retry(
                action="RemoteStopTransaction",
                put={"transactionId": "$@transaction"},
                on_status=("Rejected",),
                on_error=False,
            ),
        ),
    ),
)
