"""Makes from ABB to FoxESS, and faults of stations whose make is not known."""

STORIES = "tests/transcripts/"
HANDSHAKE = "tests/gateway/test_handshake.py::"
WORDS = "tests/adapters/test_status_words.py::test_a_word_of_a_16_station"
OWN = "tests/vendor_quirks/test_without_a_quirk.py::"
BEHIND_THE_END = STORIES + "nothing-comes-behind-the-end.txt"

# id -> the test or story that shows it, and what the gateway does in its ordinary way.
ORDINARY = {
    "amperfied-no-smartcharging": (
        WORDS,
        "What a station cannot do it says itself; its CSMS hears UnsupportedRequest.",
    ),
    "autel-wss-needs-cert-upload": (
        "tests/gateway/test_listener.py::test_a_station_talks_with_its_csms",
        "A gateway beside the stations may listen without TLS and call its CSMS with it.",
    ),
    "autel-missing-connection-header": (
        HANDSHAKE + "test_stations_that_forget_the_connection_header_are_forgiven",
        "Upgrade: websocket and a key are asked for; Connection may be left out.",
    ),
    "autel-message-id-timestamp": (
        "tests/adapters/test_frame.py::test_what_is_emitted_is_parsed_as_it_was_meant",
        "A message id is a text, echoed as it came; a status of 1.6 needs no timestamp.",
    ),
    "ocular-meter-after-stop": (
        BEHIND_THE_END,
        "Samples behind the stop are told as the station's, and revive no transaction.",
    ),
    "ocular-finishing-rejects-start": (
        WORDS,
        "Rejected is told as Rejected; a limit of 0 A in place of a stop is the CSMS's to choose.",
    ),
    "delta-no-transaction-begin": (
        STORIES + "charges-behind-201.txt",
        "The first event has a sample with Transaction.Begin, made of meterStart.",
    ),
    "eledio-origin-file": (
        OWN + "test_whatever_a_station_says_is_its_origin_it_is_let_in",
        "Origin is for browsers, and is not looked at.",
    ),
    "enplus-message-id-reused": (
        "tests/endtoend/test_seen_in_the_field.py::"
        "test_message_ids_begin_at_1_on_every_connection_and_in_both_directions",
        "A message id counts on its connection alone.",
    ),
    "everest-locallist-version-lost": (
        STORIES + "local-list-is-gone-after-restart.txt",
        "The CSMS hears that the version is 0, and knows that it has to send the list again.",
    ),
    "notifyreport-during-pending": (
        STORIES + "reports-pass-while-pending.txt",
        "Reports pass while a boot is pending, and a part that is said again is answered again.",
    ),
    "foxess-201-validates-with-16-schema": (
        STORIES + "profiles-are-installed-and-reported.txt",
        "Set to 1.6, such a station gets the profiles of a 2.0.1 CSMS in the form it understands.",
    ),
    "foxess-201-station-level-status": (
        STORIES + "statuses-of-no-connector.txt",
        "EVSE 0 is connector 0 of 1.6; connector 0 of an EVSE is answered and told to nobody.",
    ),
    "foxess-201-report-without-connectors": (
        STORIES + "connectors-are-found-without-reports.txt",
        "After 20 s without a report the connectors are those that told their status.",
    ),
    "foxess-201-smartcharging-available-absent": (
        STORIES + "profiles-of-16-limit-evses.txt",
        "A profile goes to the station whether or not it said that it takes some.",
    ),
    "foxess-slow-redial": (
        STORIES + "csms-away-and-buffered.txt",
        'With link_policy "buffer" the station keeps its connection while its CSMS is away.',
    ),
    "available-before-stoptransaction": (
        STORIES + "status-is-ahead-of-its-stop.txt",
        "A status ends no transaction: its stop does, once, however late it comes.",
    ),
    "metervalues-after-transaction-end": (
        BEHIND_THE_END,
        "Samples behind the stop are told as the station's, and revive no transaction.",
    ),
    "status-remotetrigger-not-advertised": (
        STORIES + "trigger-fans-out.txt",
        "A trigger is tried whatever the station lists, and its own answer counts.",
    ),
    "changeavailability-scheduled": (
        WORDS,
        "Scheduled has its own word in both versions; Accepted would not be true yet.",
    ),
    "basic-auth-identity-colon": (
        OWN + "test_a_colon_in_the_identity_is_not_where_the_password_begins",
        "Credentials are bytes, and begin with the identity, colons and all.",
    ),
    "ws-reserved-close-code": (
        "tests/gateway/test_framing.py::test_a_close_code_that_may_not_be_sent_is_refused",
        "Such a Close ends the connection with 1002; it is counted, and nothing is thrown.",
    ),
    "multipleof-float": (
        "tests/adapters/test_charging.py::test_a_limit_is_never_higher_than_it_was",
        "Numbers are decimal from end to end, so 12.3 is 12.3 and a multiple of a tenth.",
    ),
    "ocmf-encoding-varies": (
        "tests/adapters/test_signed.py::test_a_signed_text_is_wrapped_and_not_altered",
        "A signed value goes on as it came, whatever is in it; no repair may touch one.",
    ),
    "rsv1-bits-set": (
        "tests/endtoend/test_bad_input.py::"
        "test_violations_of_the_protocol_are_closed_with_their_code_and_counted",
        "No extension is agreed on; the connection ends at once, and the next one is let in.",
    ),
    "transactionevent-missing-connectorid": (
        STORIES + "event-names-its-evse-once.txt",
        "The first event says where a transaction is; the later ones need not.",
    ),
}

# id -> why nothing is done about it.
DECLINED = {
    "autel-needs-remote-start": (
        "A car that is plugged in is nobody's order to charge: who starts, and for whose account, "
        "is the CSMS's to decide, which sees Preparing as well as the gateway."
    ),
    "setvariables-password-no-response": (
        "Whether the station took the password is only known when it comes back with it, and then "
        "the connection that asked is gone; to say Accepted before that would be a guess."
    ),
    "foxess-201-status-available-plugged": (
        "The station says Available once, and nothing when the cable is pulled: a connector that "
        "were held occupied until then would never be free again."
    ),
    "boot-interval-ignored": (
        "The gateway changes no configuration of its own accord, and knows by WebSocket pings who "
        "is there; a CSMS that wants another beat can write HeartbeatInterval."
    ),
    "steve-error-details-too-long": (
        "Which station drops it nobody wrote down, and a refusal is told as its author worded it; "
        "those of the gateway itself are short."
    ),
    "ocmf-single-record-at-stop": (
        "One record that proves both readings is valid as it is. A second one under another "
        "context would be signed evidence that the meter never gave."
    ),
    "legacy-tls-1-0": (
        "OCPP asks for TLS 1.2 at least, and older versions are broken; a TLS terminator of its "
        "own in front of the gateway can serve such a station, apart from all others."
    ),
    "firmware-ws-drop-no-status": (
        "UpdateFirmware names an address and no version, so nobody here knows which one was meant; "
        "the CSMS reads the version that came of it in BootNotification."
    ),
    "firmware-installed-before-reboot": (
        "Whether an installation is over is the station's to say. A state that is made up, or held "
        "back as late, may well be wrong, and the boot tells the version in any case."
    ),
}
