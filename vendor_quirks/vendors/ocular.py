"""Ocular, which calls itself BS AC EV Charger."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import SetTo, When

KEYS = ("HeartbeatInterval", "WebSocketPingInterval")

QUIRKS = (
    Quirk(
        name="ocular.drop-without-heartbeat",
        match=Match(vendor="BS AC EV Charger"),
        version="1.6",
        why="Drops its connection again and again unless it beats and pings every 60 s.",
        seen="lbbrhzn/ocpp#2030: BS-EV07 with 405.3251.0Q03196",
        catalogue=("ocular-drop-without-heartbeat60",),
        confidence="medium",
        to_station={
            "BootNotificationResponse": (When({"status": "Accepted"}, SetTo("interval", 60)),),
            "ChangeConfiguration": (When({"key": KEYS}, SetTo("value", "60")),),
        },
    ),
)
