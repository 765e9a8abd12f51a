"""Which payloads a shared normaliser has to see: those of a shape that is new, or with a sign.

A shape is a payload without its digits. A station says the same shapes over and over; one that
was found clean is not decoded again, for any station. What depends on more than the shape (a
number, the situation) is told by its signs, which are looked for in every payload.
"""

from vendor_quirks.mending import Named
from vendor_quirks.quirk import Repair

DIGITS = b"0123456789"
HEX = DIGITS + b"abcdefABCDEF"
LONGEST = 4096  # bytes of a payload whose shape is worth keeping
KEPT = 4096  # shapes of an action; then all are forgotten, and learnt again
# Ids of 2.0.1 are hexadecimal: with them each transaction would have shapes of its own.
BY_HEX = frozenset({"TransactionEvent"})
NEAR = 96  # bytes at either end of a payload in which its own plain fields stand
BLANK = b'": '  # whoever writes blanks may hide a sign behind one


class Gate:
    """The shared repairs of one action, and the shapes that need none."""

    __slots__ = ("_clean", "_digits", "repairs", "signs")

    def __init__(self, action: str, repairs: Named[Repair], signs: tuple[bytes, ...] = ()) -> None:
        self.repairs = repairs
        self.signs = (*signs, BLANK) if signs else ()
        self._digits = HEX if action in BY_HEX else DIGITS
        self._clean: set[int] = set()

    def is_clean(self, payload: bytes) -> bool:
        """Whether nothing can be wrong with it: its shape was clean before, and it has no sign."""
        return not self._has_sign(payload) and self._shape(payload) in self._clean

    def learn(self, payload: bytes) -> None:
        """Nothing was wrong with this one, so nothing is with any of its shape."""
        if len(payload) > LONGEST or self._has_sign(payload):
            return
        if len(self._clean) >= KEPT:
            self._clean.clear()
        self._clean.add(self._shape(payload))

    def _shape(self, payload: bytes) -> int:
        return hash(payload.translate(None, self._digits))

    def _has_sign(self, payload: bytes) -> bool:
        for sign in self.signs:
            if payload.find(sign, 0, NEAR) >= 0 or payload.find(sign, -NEAR) >= 0:
                return True
        return False
