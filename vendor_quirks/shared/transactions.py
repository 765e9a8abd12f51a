"""Transaction ids that name no transaction, or the wrong one."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Default, DropField, When
from vendor_quirks.repairs.repeats import GiveUp
from vendor_quirks.repairs.transactions import FillStopId, FillTransactionId
from vendor_quirks.situation import Fact
from vendor_quirks.where import Is

NOT_ZERO = Is("not 0", lambda number: number != 0)
LONG_MAX = 9223372036854775807  # of 64 bits; an id of 1.6 has 32
RUNNING: frozenset[Fact] = frozenset({"transactions"})
STOP = ("transactionId", "meterStop", "timestamp")  # what makes two stops the same
EN_PLUS = (Match(vendor_id="EN+"), Match(identity="SN100*"))

QUIRKS = (
    Quirk(
        name="shared.zero-transaction-id",
        match=Match(),
        version="1.6",
        why="Samples under the id 0, some of a running transaction, some of none at all.",
        seen="mobilityhouse/ocpp#478; lbbrhzn/ocpp debugging.md: Wallbox; ev-server 37e332abd",
        catalogue=("random-zero-transactionid", "wallbox-transactionid-zero-idle"),
        signs=(b'"transactionId":0',),
        from_station={
            "MeterValues": (
                When(
                    {"transactionId": 0, "connectorId": NOT_ZERO},
                    FillTransactionId(none=(0,)),
                    RUNNING,
                ),
                # A CSMS may have given the id 0 itself.
                When(
                    {"transactionId": 0, "@transaction": NOT_ZERO},
                    DropField("transactionId"),
                    RUNNING,
                ),
            )
        },
    ),
    Quirk(
        name="shared.transaction-id-of-64-bits",
        match=Match(),
        version="1.6",
        why="Goes over to the largest number of 64 bits as its transaction id; parsers fail.",
        seen="lorenzodonini/ocpp-go#188; steve-community/steve#740: Alfen Eve 5.4.0 to 5.8",
        catalogue=("alfen-transactionid-int64-max",),
        signs=(b'"transactionId":%d' % LONG_MAX,),
        from_station={
            "MeterValues": (
                When({"transactionId": LONG_MAX}, FillTransactionId(), RUNNING),
                When({"transactionId": LONG_MAX}, DropField("transactionId")),
            ),
            "StopTransaction": (FillStopId(none=(LONG_MAX,)),),
        },
    ),
    Quirk(
        name="shared.stop-without-transaction-id",
        match=Match(),
        version="1.6",
        why="Stops -1, 0 or null, as it never heard the id that its start was given.",
        seen="goecharger/go-eCharger-API-v2#106; EVerest/libocpp#495; OCPP.Core#29; steve#292",
        catalogue=(
            "goe-stop-transactionid-minus-one",
            "everest-offline-stop-minus-one",
            "stop-transactionid-null",
            "delta-stoptransaction-id-zero",
        ),
        signs=(b'"transactionId":-1', b'"transactionId":null', b'"transactionId":0'),
        from_station={
            # What no transaction is known for gets the number that stands for none.
            "StopTransaction": (FillStopId(none=(-1, 0, None)), Default("transactionId", -1))
        },
    ),
    Quirk(
        name="shared.stop-of-no-transaction",
        match=Match(),
        version="1.6",
        why="Repeats the stop of a transaction that never was until somebody accepts it.",
        seen="jeethjoseph/ocpp-server, issues of 2026-06; steve-community/steve#292",
        catalogue=("stop-placeholder-minus-one",),
        lossy=True,  # by the fourth time; a CSMS could take the three before
        answer_here=(
            GiveUp(action="StopTransaction", times=3, key=STOP, when={"transactionId": -1}),
        ),
    ),
    Quirk(
        name="delta.stop-transaction-zero",
        match=Match(vendor="DELTA"),
        version="1.6",
        why="Stops the transaction 0, which no CSMS knows.",
        seen="sap-labs-france/ev-server OCPPService.ts, bypassStopTransaction",
        catalogue=("delta-stoptransaction-id-zero",),
        lossy=True,  # the second time
        answer_here=(
            GiveUp(action="StopTransaction", times=1, key=STOP, when={"transactionId": 0}),
        ),
    ),
    Quirk(
        name="enplus.ended-transaction-id",
        match=EN_PLUS,
        version="1.6",
        why="Ends a session by itself and goes on to sample under its id: it seems to run.",
        seen="evcc-io/evcc#14673: V43.0.552",
        catalogue=("enplus-stale-transactionid",),
        confidence="medium",
        lossy=True,
        needs=frozenset({"transactions", "status"}),
        from_station={
            "MeterValues": (
                When(
                    {"@status": ("Available", "Finishing"), "@transaction": None},
                    DropField("transactionId"),
                ),
            )
        },
    ),
    Quirk(
        name="abb.another-transactions-id",
        match=Match(vendor="ABB"),
        version="1.6",
        why="Samples under an id that the connector's transaction does not have.",
        seen="sap-labs-france/ev-server 5664bc9af, validateMeterValues",
        catalogue=("abb-metervalues-wrong-transactionid",),
        confidence="medium",
        lossy=True,
        from_station={"MeterValues": (FillTransactionId(wrong=True),)},
    ),
)
