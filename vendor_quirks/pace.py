"""What a station needs of the gateway's timing: plain numbers, the strictest of several wins."""

from collections.abc import Iterable
from typing import Literal

import msgspec


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast and when; None and 0 leave it as it is for everybody. Times are seconds."""

    ping_interval: float | None = None  # between our WebSocket pings while the station is silent
    no_ping: bool = False  # never ping it; wins over ping_interval
    pong_required: bool = True  # False: a pong that does not come is no reason to close
    close_style: Literal["", "drop"] = ""  # "drop": end TCP without a Close frame
    hold_until: Literal["", "boot", "first_status"] = ""  # CALLs of the CSMS wait for it
    hold_at_most: float = 60.0  # however long the above takes
    settle: float = 0.0  # CALLs of the CSMS wait so long after the connection
    min_gap: float = 0.0  # from one CALL's answer to the next CALL
    coalesce: dict[str, float] = {}  # action -> of those that wait, the latest goes, so often
    prompt_boot_after: float | None = None  # without BootNotification, until it is triggered
    prompt_meter_every: float = 0.0  # TriggerMessage(MeterValues) while a transaction runs


HOLDS = ("", "boot", "first_status")


def strictest(paces: Iterable[Pace]) -> Pace:
    """One pace that does for all."""
    each = [pace for pace in paces if pace != NO_PACE]
    if not each:
        return NO_PACE
    pings = [pace.ping_interval for pace in each if pace.ping_interval is not None]
    prompts = [pace.prompt_boot_after for pace in each if pace.prompt_boot_after is not None]
    polls = [pace.prompt_meter_every for pace in each if pace.prompt_meter_every]
    coalesce: dict[str, float] = {}
    for pace in each:
        for action, period in pace.coalesce.items():
            coalesce[action] = max(period, coalesce.get(action, 0.0))
    return Pace(
        ping_interval=min(pings, default=None),
        no_ping=any(pace.no_ping for pace in each),
        pong_required=all(pace.pong_required for pace in each),
        close_style="drop" if any(pace.close_style for pace in each) else "",
        hold_until=max((pace.hold_until for pace in each), key=HOLDS.index),
        hold_at_most=max(pace.hold_at_most for pace in each),
        settle=max(pace.settle for pace in each),
        min_gap=max(pace.min_gap for pace in each),
        coalesce=coalesce,
        prompt_boot_after=min(prompts, default=None),
        prompt_meter_every=min(polls, default=0.0),
    )


NO_PACE = Pace()
