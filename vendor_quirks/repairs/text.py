"""Text that is no JSON or no OCPP at all, and request targets. All in linear time."""

import re
from functools import cache

import msgspec

# A string literal, or what there is of one; it never fails once begun, so a scan stays linear.
LITERAL = rb'"(?:[^"\\]|\\.)*+"?'
BRACKETS = re.compile(rb"[\[\]{}]|" + LITERAL, re.DOTALL)
CLOSING = {b"[": b"]", b"{": b"}"}
DEEPEST = 32  # brackets that are closed for a station; OCPP needs a dozen


class Respell(msgspec.Struct, frozen=True):
    """Replace a pattern in broken JSON text. Inside a string literal it is never looked for.

    The pattern may begin with a whole literal, such as a key. It must begin with a character that
    is no blank and have no run that can begin in many places: stations choose the text.
    """

    pattern: bytes
    replacement: bytes

    def __call__(self, text: bytes) -> bytes:
        return _scanner(self.pattern).sub(self._respelled, text)

    def _respelled(self, found: re.Match[bytes]) -> bytes:
        return found[0] if found["fault"] is None else self.replacement


@cache  # as many as there are Respells in the code
def _scanner(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?P<fault>%b)|%b" % (pattern, LITERAL), re.DOTALL)


class DropText(msgspec.Struct, frozen=True):
    """Take a whole text message away (the mended text is empty) whose beginning fits."""

    beginning: bytes

    def __call__(self, text: bytes) -> bytes:
        return b"" if re.match(self.beginning, text) else text


class CloseBrackets(msgspec.Struct, frozen=True):
    """Close what a truncated text left open, where it begins as an answer does."""

    beginning: bytes = rb"\s*\[\s*3\s*,"

    def __call__(self, text: bytes) -> bytes:
        if not re.match(self.beginning, text):
            return text
        missing: list[bytes] = []
        for found in BRACKETS.finditer(text):
            bracket = found[0]
            if bracket in CLOSING:
                missing.append(CLOSING[bracket])
            elif bracket[:1] == b'"':
                if len(bracket) < 2 or not bracket.endswith(b'"'):
                    return text  # cut inside a literal: what it said nobody knows
            elif not missing or missing.pop() != bracket:
                return text
        if not missing or len(missing) > DEEPEST:
            return text
        return text.rstrip().rstrip(b",") + b"".join(reversed(missing))


class Retarget(msgspec.Struct, frozen=True):
    """Rewrite the end of a handshake's request target; `replacement` may name groups."""

    ending: str
    replacement: str

    def __call__(self, target: str) -> str | None:
        rewritten = re.sub(rf"(?:{self.ending})\Z", self.replacement, target, count=1)
        return None if rewritten == target else rewritten
