"""Faults of samples whose vendor is not known: configuration switches them on by name."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Replace, When
from vendor_quirks.repairs.samples import DropSamples, OneOfEach, of_meters, of_samples
from vendor_quirks.situation import REGISTER
from vendor_quirks.where import Is

IN_TRANSACTION = {"transactionId": Is("some", lambda value: value is not None)}

QUIRKS = (
    Quirk(
        name="generic.clock-samples-in-transaction",
        match=Match(opt_in=True),
        version="1.6",
        why="Mixes samples of the clock into a transaction's own; a CSMS counts energy twice.",
        seen="sap-labs-france/ev-server, filterMeterValuesOnSpecificChargingStations",
        catalogue=("sample-clock-outside-transaction",),
        confidence="medium",
        lossy=True,
        from_station={
            "MeterValues": (When(IN_TRANSACTION, DropSamples({"context": "Sample.Clock"})),)
        },
    ),
    Quirk(
        name="generic.register-not-at-outlet",
        match=Match(opt_in=True),
        version="1.6",
        why="Says that its register is in the body or the cable; a CSMS reads outlets only.",
        seen="sap-labs-france/ev-server 14414c581, 9530e91f5",
        catalogue=("location-not-outlet",),
        confidence="medium",
        lossy=True,
        # The inlet stays: that is the grid's side.
        from_station=of_samples(
            "1.6",
            When(
                {"measurand": (None, REGISTER)},
                Replace("location", {"Body": "Outlet", "Cable": "Outlet"}),
            ),
        ),
    ),
    Quirk(
        name="generic.samples-that-contradict",
        match=Match(opt_in=True),
        version="1.6",
        why="Tells two values of the same thing at the same moment.",
        seen="NHP-ESCo/ocpp-middleware, CoreProfileHandler_v16.storeMeterRecords",
        catalogue=("duplicate-samples-different-values",),
        confidence="medium",
        lossy=True,
        from_station=of_meters("1.6", OneOfEach()),
    ),
)
