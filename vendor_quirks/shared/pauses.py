"""A limit of 0, by which a CSMS pauses a transaction, at stations that take it in another way."""

from typing import Any

from vendor_quirks.answers import AnswerHere
from vendor_quirks.command import Substitute
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.situation import Fact, number
from vendor_quirks.where import Is

EN_PLUS = (Match(vendor="EN+"), Match(vendor_id="EN+"), Match(identity="SN100*"))
RUNNING: frozenset[Fact] = frozenset({"transactions"})


def _pauses(periods: Any) -> bool:
    """Whether all periods have the limit 0."""
    if not isinstance(periods, list) or not periods:
        return False
    return all(isinstance(one, dict) and number(one.get("limit")) == 0 for one in periods)


NOTHING = Is("no limit but 0", _pauses)
PERIODS = "chargingSchedule.chargingSchedulePeriod"
ZERO_16 = {f"csChargingProfiles.{PERIODS}": NOTHING}
ZERO_201 = {f"chargingProfile.{PERIODS}": NOTHING}
SOME = Is("a transaction", lambda found: found is not None)


def stop_instead(as_is_first: bool = False) -> Substitute:
    """The transaction ends, where a limit of 0 does worse than that."""
    return Substitute(
        action="SetChargingProfile",
        when={**ZERO_16, "@transaction": SOME},
        sends="RemoteStopTransaction",
        put={"transactionId": "$@transaction"},
        as_is_first=as_is_first,
        needs=RUNNING,
    )


def refused(zero: dict[str, Any]) -> AnswerHere:
    """Where nothing runs, a limit of 0 is not taken."""
    return AnswerHere(
        action="SetChargingProfile",
        of="csms",
        when={**zero, "@transaction": None},
        response={"status": "Rejected"},
        needs=RUNNING,
    )


QUIRKS = (
    Quirk(
        name="huawei.zero-limit-stops",
        match=Match(model="ACChargePoint"),
        version="1.6",
        why="Ends the transaction at a limit of 0, keeps the profile, and ends all later ones too.",
        seen="evcc-io/evcc#29272, PR#29274; traktore-org/sem-community#976, PR#977",
        catalogue=("huawei-zero-limit-stops",),
        lossy=True,
        command=(stop_instead(),),
        answer_here=(refused(ZERO_16), refused(ZERO_201)),
    ),
    Quirk(
        name="generic.zero-limit-rejected",
        match=Match(opt_in=True),
        version="1.6",
        why="Rejects a limit of 0, so nothing but a stop pauses it.",
        seen="evcc-io/evcc#16768",
        catalogue=("zero-limit-rejected",),
        confidence="medium",
        lossy=True,
        command=(stop_instead(as_is_first=True),),
    ),
    Quirk(
        name="enplus.zero-limit-no-pause",
        match=EN_PLUS,
        version="1.6",
        why="Charges on at a limit of 0, so nothing but a stop pauses it.",
        seen="evcc-io/evcc PR#25069: sold as Atronix, too",
        catalogue=("enplus-only-after-boot",),
        confidence="medium",
        lossy=True,
        command=(stop_instead(),),
    ),
)
