"""Sockets, boots and configuration: what the gateway does right for every station and CSMS."""

TWINS = "tests/abuse/test_duplicate_identity.py"
HANDSHAKES = "tests/endtoend/test_handshakes.py"

ORDINARY = {
    "duplicate-websocket-same-identity": (
        f"{TWINS}::test_from_the_same_address_the_newer_one_takes_the_place_at_once",
        "The newer socket has the station's place, and what is known of it, at once.",
    ),
    "cellular-1006-only": (
        f"{TWINS}::test_from_elsewhere_it_is_let_in_once_the_old_one_is_found_dead",
        "From another address the old socket is pinged; a dead one is dropped within seconds.",
    ),
    "duplicate-client-refused": (
        f"{HANDSHAKES}::test_the_newest_socket_wins_and_the_old_ones_close_does_not_disturb_it",
        "A CSMS sees one connection of an identity: the old one is closed before a new one.",
    ),
    "steve-requires-known-identity": (
        f"{HANDSHAKES}::test_a_csms_that_refuses_is_quoted_to_the_station",
        "The CSMS's refusal is the station's answer, and counted, so nobody has to guess.",
    ),
    "steve-stop-ownership": (
        f"{HANDSHAKES}::test_the_newest_socket_wins_and_the_old_ones_close_does_not_disturb_it",
        "Each identity has its own connection to a CSMS, where its start and its stop come from.",
    ),
    "boot-only-on-real-reboot": (
        "tests/transcripts/refuses-to-boot-again.txt",
        "It is asked to boot; where it does not, the boot heard before is told in its place.",
    ),
    "mennekes-no-boot-on-server-restart": (
        "tests/transcripts/status-is-told-again-after-reconnecting.txt",
        "It goes on where it was, without a boot, however late it comes back.",
    ),
    "boot-callerror-or-silence": (
        "tests/transcripts/boots-for-the-first-time-while-csms-is-away.txt",
        "Where no CSMS decides, it is told to come again in a minute; silence becomes an error.",
    ),
    "ocular-config-truncated": (
        "tests/adapters/test_keys_of_16_stations.py"
        "::test_a_variable_is_written_as_its_key_or_is_read_only",
        "A change counts as the station answered it; nothing is read back to compare.",
    ),
}

DECLINED = {
    "zjbeny-no-restart-until-replug": (
        "Whether a stop is meant as a pause only its sender knows; a transaction that runs on"
        " after an accepted stop would be worse. The refused start reaches the CSMS as it is."
    ),
    "implicit-status-after-tx": (
        "SteVe has a setting for it at each station. A state said twice after every start and"
        " stop would disturb whoever has none of this, and costs each transaction two messages."
    ),
    "steve-duplicate-id-reject": (
        "Between equal versions a CALL goes on byte for byte, message id included. Behind a"
        " translation each CALL has an id of its own; null and empty ids are mended anyway."
    ),
}
