"""Faults whose vendor is not known: configuration switches them on by name."""

from vendor_quirks.quirk import Match, Quirk, Retry

QUIRKS = (
    Quirk(
        name="generic.trigger-status-per-connector-unanswered",
        match=Match(version="1.6", opt_in=True),
        why="Answers a trigger of StatusNotification only if it names no connector.",
        seen="evcc-io/evcc PR#16327",
        answer=(
            Retry(
                action="TriggerMessage",
                when={"requestedMessage": "StatusNotification"},
                without=("connectorId",),
            ),
        ),
    ),
)
