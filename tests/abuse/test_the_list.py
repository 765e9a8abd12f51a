"""The list of faults and abuses that were to be tested, by number: each with what has to hold, and
the tests that see to it. What another part of the project tests is named there: 22, 26, 28 to 30,
33 and 40.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LIST: dict[int, tuple[str, dict[str, tuple[str, ...]]]] = {
    1: (
        "bytes beyond ASCII anywhere in a request: 400 or 401, closed within a second",
        {"abuse/test_handshake_bytes": ("bytes_beyond_ascii", "ten_thousand_of_them")},
    ),
    2: (
        "anything at all while a connection closes: no exception leaves it",
        {
            "abuse/test_closing_races": ("in_whatever_order", "what_comes", "pings_of_everyone"),
            "gateway/test_lane": ("nothing_breaks_whatever_comes_while",),
        },
    ),
    3: (
        "1,000 that are silent or drip, in TLS too: cut at the deadline, others let in",
        {"abuse/test_slow_handshakes": ("whoever_says_too_little", "a_thousand_of", "in_tls")},
    ),
    4: (
        "2,000 that connect and go: no task is left",
        {"abuse/test_handshake_bytes": ("whoever_connects_and_goes", "two_thousand_who")},
    ),
    5: (
        "5,000 wrong passwords: 401, then 429; half a core at most; nobody locked out",
        {
            "abuse/test_password_guessing": (
                "many_guesses_for_one", "many_guesses_for_many", "five_thousand",
                "a_guesser_locks_nobody_out", "a_guesser_does_not_lock_the_station_out",
            ),
        },
    ),
    6: (
        "requests that are too much or too clever: 400, 431 or 501",
        {"abuse/test_handshake_bytes": ("requests_that_are_too_much",)},
    ),
    7: (
        "frames that declare too much: 1009, and no more buffered than the limit and 64 KiB",
        {"abuse/test_frame_floods": ("no_frame_makes", "half_a_message")},
    ),
    8: (
        "a million empty fragments: closed at 1,024, less than 2 MB",
        {"abuse/test_frame_floods": ("no_frame_makes", "a_million")},
    ),
    9: (
        "permessage-deflate: not negotiated",
        {"abuse/test_frame_floods": ("permessage_deflate",)},
    ),
    10: (
        "JSON bombs and frames that are none: answered in kind or counted; too many: 1008",
        {
            "abuse/test_json_bombs": ("no_text_ends", "what_is_too_deep", "whoever_goes_on"),
            "endtoend/test_bad_input": ("a_station_may", "a_csms_may"),
        },
    ),
    11: (
        "duplicate keys: the last one counts, alone; between equal versions as received; flagged",
        {
            "abuse/test_json_bombs": (
                *("of_duplicate_keys", "between_equal_versions"),
                *("a_name_that_stands_twice", "no_more_messages"),
            ),
            "abuse/test_url_policy": ("a_name_that_stands_twice",),
        },
    ),
    12: (
        "mutated frames through parsing, mending and translation: typed errors alone, valid output",
        {
            "abuse/test_fuzz": ("nothing_is_found",),
            "gateway/test_laws": ("no_text_of_any_leg", "every_call_is_answered"),
            "gateway/test_law_schemas": ("a_valid_message",),
        },
    ),
    13: (
        "Autobahn's classes 1 to 7, 9 and 10, in both roles",
        {"abuse/test_autobahn": ("every_case_ends_as", "every_case_ends_the_same")},
    ),
    14: (
        "sending is interrupted anywhere: nothing follows a torn frame",
        {
            "abuse/test_torn_frames": ("what_a_peer_reads", "after_a_torn_frame"),
            "gateway/test_slow_peers": ("a_torn_frame",),
        },
    ),
    15: (
        "peers that stop reading: bounded, cut, not felt by others",
        {
            "abuse/test_stalled_peers": ("who_stops_reading", "the_canary"),
            "gateway/test_slow_peers": ("a_shadow_that_takes_nothing",),
        },
    ),
    16: (
        "peers that are gone without a word: noticed in time, and let in anew",
        {
            "abuse/test_stalled_peers": ("a_peer_that_is_gone", "a_peer_that_answers"),
            "abuse/test_duplicate_identity": ("from_elsewhere_it_is_let_in",),
        },
    ),
    17: (
        "one identity twice: replaced, probed, refused, banned; the old end harms nobody",
        {
            "abuse/test_duplicate_identity": (
                "from_the_same_address", "from_elsewhere_it_stays", "from_elsewhere_it_is_let_in",
                "one_that_comes_again", "only_whoever",
            ),
            "gateway/test_listener": ("the_newest_connection",),
        },
    ),
    18: (
        "2,000 come back at once: all in half a minute, the CSMS dialled at its pace",
        {"abuse/test_reconnect_storm": ("a_fleet_that_comes", "a_fleet_of_two_thousand")},
    ),
    19: (
        "a CSMS that is away: answered at once with times that differ, found again soon",
        {"abuse/test_reconnect_storm": ("while_the_csms", "once_the_csms")},
    ),
    20: (
        "a CSMS that does not upgrade, does not answer, answers late, twice, or nobody",
        {
            "abuse/test_hostile_csms": ("a_csms_that_never", "a_csms_that_answers_twice"),
            "endtoend/test_handshakes": ("a_csms_that_takes_tcp",),
        },
    ),
    21: (
        "a CSMS that floods: one open CALL each way, a bounded queue, 1009",
        {"abuse/test_hostile_csms": ("of_a_flood", "rubbish", "a_message_of_64_mb")},
    ),
    23: (
        "power is lost: no acknowledged record is missing",
        {"abuse/test_disk_faults": ("after_a_loss_of_power",)},
    ),
    24: (
        "a disk that is full, read-only, fails or rots: told, never acknowledged in silence",
        {
            "abuse/test_disk_faults": (
                "what_could_not_be_kept", "of_a_torn_or_rotten", "while_the_disk", "where_nothing",
            ),
            "gateway/test_lane": ("a_failed_commit",),
        },
    ),
    25: (
        "a stop with 1,000 stations: unready at once, an even stream of 1012, status 0",
        {"abuse/test_stops_and_reloads": ("stations_are_sent", "a_thousand_stations")},
    ),
    27: (
        "a hundred reloads, good and bad: nobody dropped, nothing leaked",
        {"abuse/test_stops_and_reloads": ("a_hundred_reloads",)},
    ),
    31: (
        "a hostile shadow: not one byte for the station, all of it recorded",
        {"endtoend/test_hostile_shadow": ("a_shadows_commands", "a_shadow_may_be_hostile")},
    ),
    32: (
        "a shadow that is dead, slow or wrong: not felt",
        {
            "abuse/test_shadow_latency": ("no_shadow_is_felt", "a_shadow_that_is_away"),
            "endtoend/test_hostile_shadow": ("what_a_shadow_is_too_slow_for", "a_shadows_silence"),
        },
    ),
    34: (
        "transactions of others, names used twice, false energy and times: nothing mixed up",
        {
            "abuse/test_false_transactions": (
                "a_station_cannot_stop", "a_stop_without", "a_name_that_is_used", "energy",
                "no_time_raises",
            ),
        },
    ),
    35: (
        "hostile addresses in every command that bears one: refused, told, never fetched",
        {
            "abuse/test_url_policy": (
                "no_hostile_address", "a_command_with_a_hostile", "what_is_told", "a_signed",
            ),
        },
    ),
    36: (
        "planted secrets: in no log, metric, evidence or output of the whole run",
        {"abuse/test_planted_secrets": ("no_secret", "whatever_turns_up")},
    ),
    37: (
        "texts that mean something elsewhere: one escaped line, no label; unknown as known",
        {
            "abuse/test_injection": ("what_stations_say", "an_identity", "ten_thousand"),
            "abuse/test_password_guessing": ("an_unknown_identity", "lock_outs"),
        },
    ),
    38: (
        "TLS that is too old, weak, expired, revoked, another's; reloaded under the living",
        {
            "abuse/test_tls_abuse": (
                "exactly_the_suites", "what_is_older", "of_the_stations", "a_certificate_is",
                "a_server_name", "renegotiation",
            ),
            "abuse/test_stops_and_reloads": ("a_certificate_is_changed",),
        },
    ),
    39: (
        "passwords and profiles that are changed: nobody locked out, never lower, never away",
        {
            "abuse/test_password_rotation": (
                "what_the_station_answers", "an_answer_that_is_lost", "nobody_is_locked_out",
                "a_csms_is_shown",
            ),
            "abuse/test_station_moves": (
                "a_network_profile", "the_security_profile", "a_station_of_16", "who_came_with",
            ),
        },
    ),
}  # fmt: skip


def test_nothing_of_the_list_is_forgotten() -> None:
    assert set(LIST) == {*range(1, 22), *range(23, 26), 27, 31, 32, *range(34, 40)}


@pytest.mark.parametrize("number", LIST)
def test_every_number_of_the_list_has_its_tests(number: int) -> None:
    what, files = LIST[number]
    assert what
    for name, beginnings in files.items():
        text = (ROOT / "tests" / f"{name}.py").read_text("utf-8")
        for beginning in beginnings:
            found = re.findall(rf"^(?:async )?def test_{beginning}\w*", text, re.MULTILINE)
            assert found, f"{name}: {beginning}"
