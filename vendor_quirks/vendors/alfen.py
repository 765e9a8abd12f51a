"""Alfen."""

from typing import ClassVar

import msgspec

from vendor_quirks.command import Talk
from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.situation import Fact, Mark, Situation

KEY = "PlugAndChargeIdentifier"
ASKED = ("plug-and-charge",)  # the mark of a start that went out under the station's own tag
FRESH = 180.0  # seconds from such a start to the transaction


def own_tag(known: Situation) -> str:
    """The tag that the station stands for itself with; empty where it was not read yet."""
    return known.keys.get(KEY.lower(), ("", ""))[1]


class StartAsItself(msgspec.Struct, frozen=True):
    """A remote start that is rejected, once more under the station's own tag."""

    needs: ClassVar[frozenset[Fact]] = frozenset({"keys"})
    action: ClassVar[str] = "RemoteStartTransaction"

    def concerns(self, payload: Payload, known: Situation) -> bool:
        """Whether its own tag is known, and another one."""
        return own_tag(known) not in ("", payload.get("idTag"))

    def talk(self, payload: Payload, known: Situation) -> Talk:
        """Who asked is remembered for the transaction that follows."""
        first = yield self.action, payload
        if not first.says(("Rejected",)):
            return first
        again = yield self.action, {**payload, "idTag": own_tag(known)}
        if again.says(("Accepted",)):
            known.mark(ASKED, Mark(known.now, answer={"idTag": str(payload.get("idTag"))}))
        return again


def tag_that_asked(payload: Payload, known: Situation) -> int:
    """The tag of the remote start, in place of the station's own."""
    asked, given = known.marks.get(ASKED), payload.get("idTag")
    if asked is None or asked.answer is None or known.now - asked.at > FRESH:
        return 0
    if not given or given != own_tag(known) or given == asked.answer["idTag"]:
        return 0
    payload["idTag"] = asked.answer["idTag"]
    return 1


QUIRKS = (
    Quirk(
        name="alfen.remote-start-under-own-tag",
        match=Match(keys=(KEY,)),
        version="1.6",
        why="With plug & charge on, rejects each remote start that does not bear its own tag.",
        seen="evcc-io/evcc PR#5021: Eve; charger/ocpp/cp_setup.go",
        catalogue=("alfen-remote-start-needs-pnc-tag",),
        from_station={"Authorize": (tag_that_asked,), "StartTransaction": (tag_that_asked,)},
        command=(StartAsItself(),),
        needs=frozenset({"keys"}),
    ),
)
