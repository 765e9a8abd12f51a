"""SteVe, and others that answer or number transactions in their own way."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.numbering import WithConnector, WithoutConnector
from vendor_quirks.repairs.talks import ListInPortions

QUIRKS = (
    Quirk(
        name="shared.local-list-in-portions",
        match=Match(),
        side="csms",
        why="Sends its whole table at once, which is more than SendLocalListMaxLength.",
        seen="shiv3/ocpp-cp-simulator steve-verify: SteVe",
        catalogue=("steve-full-list-sends-all",),
        command=(ListInPortions(),),
    ),
    Quirk(
        name="csms.stop-of-nothing-unanswered",
        match=Match(opt_in=True),
        side="csms",
        why="Never answers the stop of a transaction that it does not know; it is sent for ever.",
        seen="steve-community/steve#156, #134: SteVe 3.3.0",
        catalogue=("steve-no-conf-unknown-stop",),
        lossy=True,
        answer_here=(AnswerHere(action="StopTransaction", when={"transactionId": (0, -1)}),),
    ),
    Quirk(
        name="csms.same-transaction-id-twice",
        match=Match(opt_in=True),
        side="csms",
        why="Counts transactions by connector; a stop, which names none, hits the other one.",
        seen="ConnectorIO/connectorio-addons PR#161",
        catalogue=("colliding-transaction-ids-across-connectors",),
        from_csms={
            "StartTransactionResponse": (WithConnector(is_answer=True),),
            "RemoteStopTransaction": (WithConnector(),),
        },
        to_csms={
            "StopTransaction": (WithoutConnector(),),
            "MeterValues": (WithoutConnector(),),
        },
    ),
)
