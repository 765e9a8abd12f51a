"""What a relay has under way: conversations, and the CALLs that wait for theirs to begin."""

from typing import Literal, TypeAlias

from adapters.frame import Call
from adapters.translation.conversation import Conversation

Side: TypeAlias = Literal["station", "csms"]


class Exchange:
    """One conversation that is under way, and the CALL that it answers, if one began it."""

    __slots__ = (
        "action", "asked", "conversation", "follow_ups", "lossy", "message_id", "replays", "side",
    )  # fmt: skip

    def __init__(
        self, conversation: Conversation, side: Side | None, message_id: str, action: str
    ) -> None:
        self.conversation, self.side, self.message_id = conversation, side, message_id
        self.action = action
        self.asked = self.lossy = False
        self.replays = False  # tells a CSMS that is back what waited for it
        self.follow_ups: list[Conversation] = []


class Inbox:
    """The CALLs of one side: whether one is being answered, and those behind it."""

    __slots__ = ("busy", "waiting")

    def __init__(self) -> None:
        self.busy = False
        self.waiting: list[Call] = []
