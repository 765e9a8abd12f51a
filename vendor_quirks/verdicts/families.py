"""Handshakes, paths, repeats and registers."""

PATHS = (
    "tests/gateway/test_handshake.py::test_the_identity_is_the_last_segment_percent_decoded_once"
)

# id -> the test or story that shows it, and what the gateway does in its ordinary way.
ORDINARY = {
    "no-subprotocol-header": (
        "tests/gateway/test_listener.py::"
        "test_a_station_that_offers_nothing_is_served_without_the_header",
        "It has the default version, and no header is echoed; its CSMS is offered the right one.",
    ),
    "mixed-subprotocol-preference": (
        "tests/gateway/test_config.py::test_the_version_that_needs_no_translation_is_preferred",
        "Of several versions it always gets the one that its CSMS speaks.",
    ),
    "ocpp15-json-names": (
        "tests/gateway/test_listener.py::"
        "test_a_station_of_unknown_versions_only_is_let_in_and_sent_away",
        "ocpp1.5 is never agreed on; who offers nothing else is sent away, with a line in the log.",
    ),
    "url-extra-slashes-dots": (
        PATHS,
        "The last segment that is not empty, decoded once; dots that lead elsewhere are refused.",
    ),
    "zjbeny-triple-slash-path": (PATHS, "Segments that are empty do not count."),
    "zappi-trailing-slash": (PATHS, "One slash more, in front or behind, changes no identity."),
    "identity-is-serial-number": (
        "tests/gateway/test_config.py::test_an_identity_is_encoded_and_mapped_on_the_way_to_a_csms",
        "The configuration's identity_map names it to its CSMS as it is registered.",
    ),
    "error-code-names-differ": (
        "tests/adapters/test_frame.py::test_an_error_code_is_spelled_as_each_version_wants_it",
        "Both spellings are read; the other version gets its own, an unknown code is generic.",
    ),
    "transactionevent-replay-order": (
        "tests/transcripts/ended-transaction-stays-ended.txt",
        "Behind 1.6 a late event revives nothing; a 2.0.1 CSMS has seqNo as it was said.",
    ),
    "abb-status-without-timestamp": (
        "tests/transcripts/status-without-timestamp.txt",
        "A status without its time gets the time of receipt where 2.0.1 wants one.",
    ),
}

# id -> why nothing is done about it.
DECLINED = {
    "grizzle-no-subprotocol-no-path": (
        "Its request names it nowhere, and a connection is admitted, authenticated and routed by "
        "its identity; what the boot says comes too late and could be anybody's."
    ),
    "subprotocol-odd-version": (
        "The handshake must agree on the very token that was offered, and nobody knows what is "
        "spoken under a version that does not exist; beside a known one it does no harm."
    ),
    "foxess-16-shape-on-201": (
        "The version is agreed on before anything but the identity is known, and a session does "
        "not change it; a segment whose CSMS speaks 1.6 gives such a station ocpp1.6."
    ),
    "abb-tac-session-energy-register": (
        "The start, samples and stop of a session agree with each other; adding a lifetime value "
        "to all of them on a guess would bill wrongly as soon as one of them was not seen."
    ),
    "meter-counter-resets-per-transaction": (
        "Every session is billed from its own meterStart, which a reset does not touch; an offset "
        "that was guessed would."
    ),
}
