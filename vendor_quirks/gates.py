"""Which payloads a shared normaliser has to see: those of a shape that is new, or with a sign.

A shape is a payload whose digits are all the same: how many there are still counts. A station says
the same shapes over and over; one that was found clean is not decoded again, for any station, and
one that was found at fault is shown to those repairs alone that mended it before. What depends on
more than the shape (a number, the situation) is told by its signs, which are looked for where the
shape allows for one.
"""

import re
from typing import TypeAlias

import msgspec

from vendor_quirks.match import NONE
from vendor_quirks.mending import Named
from vendor_quirks.quirk import Repair

Buffer: TypeAlias = bytes | msgspec.Raw

DIGITS = bytes.maketrans(b"123456789", b"000000000")
HEX = bytes.maketrans(b"123456789abcdefABCDEF", b"000000000000000000000")
LONGEST = 4096  # bytes of a payload whose shape is worth keeping
KEPT = 16_384  # shapes of an action; then all are forgotten, and learnt again
# Ids of 2.0.1 are hexadecimal: with them each transaction would have shapes of its own.
BY_HEX = frozenset({"TransactionEvent"})
BLANK = b'": '  # behind which a sign would not be found: such a shape is never clean


class Gate:
    """The shared repairs of one action, and which of them each shape needs."""

    __slots__ = ("_clean", "_digits", "_doubtful", "_forms", "_needy", "repairs", "signs")

    def __init__(
        self, action: str, repairs: Named[Repair] = (), signs: tuple[bytes, ...] = ()
    ) -> None:
        self.repairs, self.signs = repairs, signs
        self._digits = HEX if action in BY_HEX else DIGITS
        self._forms = {sign: re.compile(self._shape_of(sign)) for sign in signs}
        self._clean: set[int] = set()
        # Clean, unless one of these signs stands where its shape does.
        self._doubtful: dict[int, tuple[bytes, ...]] = {}
        self._needy: dict[int, Named[Repair]] = {}  # what mends it, and is enough

    def _shape_of(self, sign: bytes) -> bytes:
        """What matches the shape of a sign; a number goes on only in others."""
        shape = re.escape(sign.translate(self._digits))
        return shape + b"(?!0)" if shape.endswith(b"0") else shape

    def is_clean(self, payload: Buffer) -> bool:
        """Whether nothing can be wrong with it: its shape was clean before, and it has no sign."""
        text = bytes(payload)
        shape = hash(text.translate(self._digits))
        if shape in self._clean:
            return True
        possible = self._doubtful.get(shape)
        if possible is None:
            return False
        for sign in possible:  # noqa: SIM110 (a generator costs twice as much)
            if sign in text:
                return False
        return True

    def needed(self, payload: bytes) -> Named[Repair] | None:
        """What mended this shape before; None where that is not known."""
        return self._needy.get(hash(payload.translate(self._digits)))

    def learn(self, payload: bytes, mended_by: frozenset[str] = NONE) -> None:
        """These, and no others, mended this one: so they will any of its shape."""
        if len(payload) > LONGEST or (self.signs and BLANK in payload):
            return
        shape = payload.translate(self._digits)
        possible = tuple(sign for sign, form in self._forms.items() if form.search(shape))
        needed = tuple(pair for pair in self.repairs if pair[0] in mended_by)
        if needed and possible:
            return
        if len(self._clean) + len(self._doubtful) + len(self._needy) >= KEPT:
            self._clean.clear()
            self._doubtful.clear()
            self._needy.clear()
        if needed:
            self._needy[hash(shape)] = needed
        elif possible:
            self._doubtful[hash(shape)] = possible
        else:
            self._clean.add(hash(shape))
