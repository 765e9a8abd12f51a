"""Stations of the vendors from G to Z."""

SEEN = "tests/endtoend/test_seen_in_the_field.py"
PASSWORDS = "tests/endtoend/test_passwords_in_the_field.py"

# id -> the test or story that shows it, and what the gateway does in its ordinary way.
ORDINARY = {
    "givenergy-datatransfer-commands": (
        "tests/transcripts/json-of-listed-vendors.txt",
        "DataTransfer of a vendor that nobody listed passes as it is, both ways.",
    ),
    "goe-message-id-sequence": (
        f"{SEEN}::test_message_ids_begin_at_1_on_every_connection_and_in_both_directions",
        "Message ids belong to one connection; those of another are none of its business.",
    ),
    "newmotion-silent-tcp": (
        "tests/abuse/test_handshake_bytes.py::test_whoever_connects_and_goes_leaves_nothing_behind",
        "Whoever says nothing is no station, and leaves nothing behind.",
    ),
    "octt-dislikes-extra-calls": (
        "tests/transcripts/nothing-is-asked-unless-wanted.txt",
        "With `ensure_boot` and `discover` off the station hears what its CSMS says, and no more.",
    ),
    "phihong-conf-error-late": (
        "tests/gateway/test_core_errors.py"
        "::test_an_error_in_answer_to_what_nobody_asked_for_stays_here",
        "A CALLERROR for no open CALL is counted and dropped; times get their zone anyway.",
    ),
    "teison-no-reconnect": (
        "tests/gateway/test_core_session.py"
        "::test_with_a_journal_the_station_stays_and_the_csms_is_called_again",
        'With `link_policy = "buffer"` no fault of its CSMS ends the connection of a station.',
    ),
    "mennekes-4you-slow-connect": (
        "tests/transcripts/station-is-gone-and-buffered.txt",
        'With `link_policy = "buffer"` the CSMS stays connected while its station is away.',
    ),
    "grizzle-drop-after-setup": (
        "tests/transcripts/station-is-gone-and-buffered.txt",
        'With `link_policy = "buffer"` a station that drops and comes again finds its CSMS there.',
    ),
    "vestel-pretty-json": (f"{SEEN}::test_json_with_blanks_is_json", "Blanks are blanks in JSON."),
    "wallbox-status-pretty-json": (
        f"{SEEN}::test_json_with_blanks_is_json",
        "Lines are blanks too; nothing here looks for a frame but a parser.",
    ),
    "wallbox-drops-on-concurrent-calls": (
        f"{SEEN}::test_five_calls_of_a_csms_at_once_reach_the_station_one_by_one",
        "One CALL is open at a time, whatever the CSMS does.",
    ),
    "zaptec-go-native-auth-key": (
        f"{PASSWORDS}::test_a_key_is_known_as_its_digits_and_as_its_bytes",
        "A password is compared as it came and, where it is digits, as the bytes they stand for.",
    ),
    "basic-auth-empty-password": (
        f"{PASSWORDS}::test_an_empty_password_is_no_matter_where_none_is_asked_for",
        "Where no password is asked for none is looked at, and none is passed on.",
    ),
}

# id -> why nothing is done about it.
DECLINED = {
    "goe-local-rfid-no-ocpp": (
        "The station does not know of the transaction that would be made up for it: whose card it "
        "was is not known, and no CSMS could stop it. Its status and samples pass as they are."
    ),
    "tellus-no-starttransaction": (
        "As with goe-local-rfid-no-ocpp: a transaction that the station does not know cannot be "
        "stopped, and its start would be a guess that somebody is billed for."
    ),
    "microocpp-firmware-status-gaps": (
        "Downloading and Downloaded would be made up with times that nobody saw; a CSMS of either "
        "version has to take Installing as it comes, since statuses may get lost."
    ),
    "max-profile-needs-transaction": (
        "An emulator's refusal, seen once. To accept a limit here that holds only from the next "
        "transaction on would hide that none is in force; Rejected is the truth."
    ),
    "schneider-profile-needs-vendor-switch": (
        "The switches are set at the station by its installer, and no source names the keys; a "
        "station that refuses limits says so, and its CSMS hears it."
    ),
}
