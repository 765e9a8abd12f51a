"""Messages that are said again, some of them for ever."""

from vendor_quirks.answers import Dedupe
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import MapEnum
from vendor_quirks.repairs.repeats import GiveUp
from vendor_quirks.repairs.samples import of_samples
from vendor_quirks.repairs.words import CONTEXTS

A_DAY = 86400.0  # seconds

QUIRKS = (
    Quirk(
        name="generic.start-said-again",
        match=Match(opt_in=True),
        version="1.6",
        why="Says a start again whose answer got lost; a CSMS opens a second transaction.",
        seen="steve-community/steve#81; sap-labs-france/ev-dashboard#1686",
        catalogue=("duplicate-call-retransmit",),
        answer_here=(
            Dedupe(
                action="StartTransaction",
                window=A_DAY,
                key=("connectorId", "idTag", "meterStart", "timestamp"),
            ),
        ),
    ),
    Quirk(
        name="generic.stop-said-for-ever",
        match=Match(opt_in=True),
        version="1.6",
        why="Says a stop until it is accepted, and all that it has to tell waits behind that one.",
        seen="OpenEVSE/openevse_esp32_firmware#756: MicroOcpp; evcc-io/evcc PR#13990",
        catalogue=("endless-stop-retry-blocks-queue", "stale-stop-after-reconnect"),
        lossy=True,
        answer_here=(
            GiveUp(
                action="StopTransaction",
                times=3,
                key=("transactionId", "meterStop", "timestamp"),
            ),
        ),
    ),
    Quirk(
        name="webasto.samples-said-again",
        match=Match(vendor="Webasto"),
        version="1.6",
        why="Says the same samples again, each time that it connects.",
        seen="sap-labs-france/ev-dashboard#1686",
        catalogue=("webasto-resends-meter-same-id",),
        confidence="medium",
        lossy=True,  # two are taken for the same by their first sample
        answer_here=(
            Dedupe(
                action="MeterValues",
                window=600.0,
                key=(
                    "connectorId",
                    "transactionId",
                    "meterValue.timestamp",
                    "meterValue.sampledValue.value",
                ),
            ),
        ),
    ),
    Quirk(
        name="alfen.context-of-its-own",
        match=Match(vendor="Alfen BV"),
        version="1.6",
        why="Tells a new CSMS all that it stored, in a context that 1.6 has no word for.",
        seen="lbbrhzn/ocpp#361: EVE Pro",
        catalogue=("alfen-history-flood-bad-context",),
        lossy=True,
        from_station=of_samples("1.6", MapEnum("context", CONTEXTS, fallback="Other")),
    ),
)
