"""Text messages that are no OCPP at all."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.text import DropText

QUIRKS = (
    Quirk(
        name="shared.empty-text-message",
        match=Match(),
        why="Sends text messages without any text, which a strict CSMS answers by closing.",
        seen="mikuso/ocpp-rpc's list of lenient handling",
        catalogue=("ws-empty-text-message",),
        raw_text=(DropText(rb"\s*\Z"),),
    ),
    Quirk(
        name="shared.at-commands",
        match=Match(),
        why="Lets commands to its own modem leak into the connection.",
        seen="known misbehaviours, at-commands-in-websocket",
        catalogue=("at-commands-in-websocket",),
        raw_text=(DropText(rb"\s*[Aa][Tt][+ ]"),),
    ),
)
