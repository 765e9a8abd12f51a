"""Transaction ids that name no transaction."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.transactions import FillTransactionId

QUIRKS = (
    Quirk(
        name="shared.zero-transaction-id",
        match=Match(),
        version="1.6",
        why="Sends some samples of a running transaction under the id 0.",
        seen="known misbehaviours, random-zero-transactionid",
        catalogue=("random-zero-transactionid",),
        signs=(b'"transactionId":0',),
        from_station={"MeterValues": (FillTransactionId(none=(0,)),)},
    ),
)
