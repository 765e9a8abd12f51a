"""Which payloads a shared normaliser has to see: those of a shape that is new, or with a sign.

A shape is a payload whose digits are all the same: how many there are still counts. A station says
the same shapes over and over; one that was found clean is not decoded again, for any station. What
depends on more than the shape (a number, the situation) is told by its signs, which are looked for
in every payload.
"""

from typing import TypeAlias

import msgspec

from vendor_quirks.mending import Named
from vendor_quirks.quirk import Repair

Buffer: TypeAlias = bytes | msgspec.Raw

DIGITS = bytes.maketrans(b"123456789", b"000000000")
HEX = bytes.maketrans(b"123456789abcdefABCDEF", b"000000000000000000000")
LONGEST = 4096  # bytes of a payload whose shape is worth keeping
KEPT = 16_384  # shapes of an action; then all are forgotten, and learnt again
# Ids of 2.0.1 are hexadecimal: with them each transaction would have shapes of its own.
BY_HEX = frozenset({"TransactionEvent"})
NEAR = 96  # bytes at either end of a payload in which its own plain fields stand
BLANK = b'": '  # behind which a sign would not be found: such a shape is never clean


class Gate:
    """The shared repairs of one action, and the shapes that need none."""

    __slots__ = ("_clean", "_digits", "repairs", "signs")

    def __init__(
        self, action: str, repairs: Named[Repair] = (), signs: tuple[bytes, ...] = ()
    ) -> None:
        self.repairs, self.signs = repairs, signs
        self._digits = HEX if action in BY_HEX else DIGITS
        self._clean: set[int] = set()

    def is_clean(self, payload: Buffer) -> bool:
        """Whether nothing can be wrong with it: its shape was clean before, and it has no sign."""
        text = bytes(payload)
        if hash(text.translate(self._digits)) not in self._clean:
            return False
        for sign in self.signs:
            if text.find(sign, 0, NEAR) >= 0 or text.find(sign, -NEAR) >= 0:
                return False
        return True

    def learn(self, payload: bytes) -> None:
        """Nothing was wrong with this one, so nothing is with any of its shape."""
        if len(payload) > LONGEST or (self.signs and BLANK in payload):
            return
        if len(self._clean) >= KEPT:
            self._clean.clear()
        self._clean.add(hash(payload.translate(self._digits)))
