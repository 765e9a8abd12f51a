"""Frames and message ids."""

# id -> the test or story that shows it, and what the gateway does in its ordinary way.
ORDINARY = {
    "long-numeric-string-id": (
        "tests/adapters/test_frame.py",
        "Message ids are texts to the gateway, however many digits they have.",
    ),
}

# id -> why nothing is done about it.
DECLINED: dict[str, str] = {}
