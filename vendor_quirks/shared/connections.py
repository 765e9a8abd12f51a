"""WebSockets that live only if they are pinged, or ended, in a certain way."""

from vendor_quirks.pace import Pace
from vendor_quirks.quirk import Match, Quirk

QUIRKS = (
    Quirk(
        name="generic.no-server-ping",
        match=Match(opt_in=True),
        why="Loses its connection over our pings, and keeps it by its own and by what it says.",
        seen="lbbrhzn/ocpp#553, PR#140; ev-server ab7d86ef4; mikuso/ocpp-rpc#80; ocpp-go#103",
        catalogue=("evduty-no-pong", "atess-server-ping", "server-ping-breaks-charger"),
        confidence="medium",
        timing=Pace(no_ping=True),
    ),
    Quirk(
        name="everest.pong-may-lack",
        match=Match(opt_in=True),
        why="Leaves pings unanswered, by a fault of its WebSocket library, while all is well.",
        seen="EVerest/libocpp#1135",
        catalogue=("everest-libwebsockets-no-pong",),
        confidence="medium",
        timing=Pace(pong_required=False),
    ),
    Quirk(
        name="jigu.no-return-after-close",
        match=Match(opt_in=True),
        version="1.6",
        why="After a Close frame it stays away until somebody cuts its power.",
        seen="lbbrhzn/ocpp#1975: WeGood with V1.4",
        catalogue=("jigu-no-reconnect-after-close-frame",),
        timing=Pace(close_style="drop"),
    ),
)
