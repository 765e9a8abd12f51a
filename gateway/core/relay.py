"""Between a station and a CSMS of another version: each CALL becomes a conversation.

Specification 1.3: a CALL is answered when the last CALL that was derived from it was answered;
the CALLs of one side are taken one after the other, so that what one teaches the next can use.
"""

from collections.abc import Iterator, Sized

from adapters import frame, translation
from adapters.errors import PayloadError
from adapters.frame import Call, Version
from adapters.payload import Payload, encode
from adapters.translation import custom_data, jws, lenient, unmapped
from adapters.translation.conversation import Entry, Untranslatable
from adapters.translation.memory import Memory
from adapters.translation.records import UNSAID
from adapters.translation.replay import GO_ON
from gateway.core.conversations import ACTIONS, UNHEARD, VERSIONS, Conversations
from gateway.core.effects import Effect, Refused
from gateway.core.exchange import Exchange, Inbox, Side
from gateway.core.line import Alarm
from gateway.core.port import LegPort, Port
from gateway.core.tally import Tally

ENTRIES = {
    (side, version): translation.entries(side, version)
    for side in ("station", "csms")
    for version in ACTIONS
}
WAITING_COMMANDS = 100  # CALLs of a CSMS that wait for the station; more are refused


class Relay:
    """Translates between one station and one CSMS: takes the CALLs of both, each in its turn."""

    __slots__ = (
        "_memory", "_out", "_ports", "_versions", "conversations", "inboxes",
    )  # fmt: skip

    def __init__(
        self,
        version: Version,
        memory: Memory,
        station: Port,
        csms: LegPort,
        ids: Iterator[str],
        out: list[Effect],
        tally: Tally,
        alarm: Alarm,
        *,
        buffers: bool = False,
    ) -> None:
        self._versions, self._memory, self._out = VERSIONS[version], memory, out
        self._ports: dict[Side, Port] = {"station": station, "csms": csms}
        self.inboxes: dict[Side, Inbox] = {"station": Inbox(), "csms": Inbox()}
        self.conversations = Conversations(
            version, memory, self._ports, csms, ids, out, tally, alarm, self._next, buffers=buffers
        )

    @property
    def backlog(self) -> Sized:
        """CALLs of the station that wait for their turn."""
        return self.inboxes["station"].waiting

    def tick(self, now: float) -> None:
        """Resume the conversations that waited long enough."""
        self.conversations.tick(now)

    # What is heard

    def hear_call(self, side: Side, call: Call) -> None:
        """Translate a CALL now, or when those before it are answered."""
        inbox = self.inboxes[side]
        if not inbox.busy:
            self._begin(side, call)
        elif side == "csms" and len(inbox.waiting) >= WAITING_COMMANDS:
            self._say_no(side, call, "GenericError", f"{WAITING_COMMANDS} CALLs wait already")
        else:
            inbox.waiting.append(call)

    def _begin(self, side: Side, call: Call) -> None:
        version, memory, inbox = self._versions[side], self._memory, self.inboxes[side]
        try:
            if version == "2.0.1" and call.action.endswith(jws.SUFFIX):
                call = jws.opened(call)
            entry, request = self._understood(side, version, call)
        except PayloadError as error:
            self.conversations.report_losses(call.action)
            self._refuse(side, call, error.code, error.reason)
            return
        inbox.busy = True
        if side == "station" and (step := translation.prelude(version, call.action, memory)):
            self.conversations.aside(step.conversation)
        if isinstance(entry, Untranslatable) and not unmapped.is_forwarded(entry, memory):
            self._answer_here(side, call, request, entry)
            return
        memory.source = call.payload
        if isinstance(entry, Untranslatable):
            conversation = unmapped.answered(request, entry, memory)
        else:
            conversation = custom_data.carried(entry(request, memory), request, memory)
        kept = request if self.conversations.buffer is not None else None  # who else needs it again
        inbox.current = Exchange(conversation, side, call.message_id, call.action, kept)
        self.conversations.begin(inbox.current)
        memory.source = UNSAID  # it is a view: the whole message would stay

    def _understood(self, side: Side, version: Version, call: Call) -> tuple[Entry, Payload]:
        """How a CALL is translated, and its request. Raises PayloadError."""
        if self.conversations.is_deserted and side == "csms":
            raise PayloadError("GenericError", UNHEARD["closed"])
        if (known := ACTIONS[version].get(call.action)) is None:
            raise PayloadError("NotImplemented", "")
        if (entry := ENTRIES[side, version].get(call.action)) is None:
            raise PayloadError("NotSupported", f"{call.action} is not for this side")
        return entry, lenient.request(call.payload, known.request, self._memory)

    def _answer_here(self, side: Side, call: Call, request: Payload, entry: Untranslatable) -> None:
        if entry.rule:
            self._memory.lose(entry.rule, call.action)
        self.conversations.report_losses(call.action)
        if isinstance(entry.answer, str):
            self._refuse(side, call, entry.answer, entry.why)
            return
        self.conversations.count(call.action, "local")
        self._ports[side].answer(
            call.message_id, frame.emit_result(call.message_id, encode(entry.answer(request)))
        )
        self._next(side)

    def _refuse(self, side: Side, call: Call, code: str, why: str) -> None:
        """Say no to the CALL whose turn it is."""
        self._say_no(side, call, code, why)
        self._next(side)

    def _say_no(self, side: Side, call: Call, code: str, why: str) -> None:
        version, port = self._versions[side], self._ports[side]
        self.conversations.count(
            call.action if call.action in ACTIONS[version] else "other", "refused"
        )
        self._out.append(Refused(port.leg, "refused_call", f"{call.action}: {code}"))
        port.answer(call.message_id, frame.emit_error(version, call.message_id, code, why))

    def _next(self, side: Side) -> None:
        """The CALL before was answered: take the next."""
        inbox = self.inboxes[side]
        inbox.busy, inbox.current = False, None
        if inbox.waiting:
            self._begin(side, inbox.waiting.pop(0))

    # A CSMS that is away

    def csms_gone(self, now: float) -> None:
        """The CSMS's leg is gone; what it asked for and did not get is nobody's any more."""
        inbox = self.inboxes["csms"]
        inbox.waiting.clear()
        if inbox.busy and inbox.current is not None:
            inbox.current.message_id = ""  # of no CALL: the answer goes nowhere
        if self.conversations.buffer is not None:
            self.conversations.buffer.away(now)

    def csms_back(self, now: float) -> None:
        """The CSMS's leg is open: tell it what waited."""
        if self.conversations.buffer is not None:
            self.conversations.buffer.back(now)
            self._memory.signal(GO_ON)
            self.conversations.wake()
            self.conversations.buffer.tell()
