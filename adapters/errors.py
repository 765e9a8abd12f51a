"""What a peer did wrong inside a well-formed frame, and the CALLERROR code that says so."""


class PayloadError(Exception):
    """A payload that its action does not allow. `code` is spelled as in 2.0.1 (part 4, 4.3)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason
