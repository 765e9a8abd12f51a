"""Easee: stations and the maker's cloud, which speaks for them. Neither tells its make."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import When
from vendor_quirks.repairs.keys import Clamp
from vendor_quirks.repairs.moments import Moment
from vendor_quirks.where import Is

NOT_OFF = {"value": Is("other than 0", lambda value: value != "0")}

QUIRKS = (
    Quirk(
        name="easee.samples-every-30-seconds-at-most",
        match=Match(opt_in=True),
        version="1.6",
        why="Samples every 30 s at most, and refuses a shorter interval.",
        seen="evcc-io/evcc ocpp-easee.yaml: firmware from 328",
        catalogue=("easee-min-sample-interval-30",),
        to_station={
            "ChangeConfiguration": (When(NOT_OFF, Clamp("MeterValueSampleInterval", least=30)),)
        },
    ),
    Quirk(
        name="easee.clock-of-its-own",
        match=Match(opt_in=True),
        version="1.6",
        why="The cloud's stations keep their own time, whatever the CSMS tells them.",
        seen="developer.easee.cloud, OCPP commands",
        catalogue=("easee-cloud-deviations",),
        lossy=True,
        # A status is told when it is so; what belongs to a transaction may well be older.
        from_station={"StatusNotification": (Moment(within=120.0),)},
    ),
)
