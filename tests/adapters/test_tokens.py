"""Id tags and id tokens: what stands for what, and what is remembered of it."""

import pytest

from adapters import v16, v201
from adapters.translation import tokens
from adapters.translation.memory import Memory
from adapters.translation.options import Options, TokenRule
from adapters.translation.scalars import seconds

LONG = "DE-ABC-C12345678-9-and-more"
NOW = seconds("2025-03-01T10:00:00Z")


def memory(**options: object) -> Memory:
    return Memory("CS-1", Options(**options), {}, NOW)  # type: ignore[arg-type]


def behind_16(**options: object) -> Memory:
    """The memory of a 2.0.1 station with a 1.6 CSMS."""
    return Memory("CS-1", Options(**options), {}, NOW, "2.0.1")  # type: ignore[arg-type]


def again(known: Memory, **options: object) -> Memory:
    """The memory that the next process has of it."""
    stored = {key: value for key, value in known.take_changes().items() if value is not None}
    return Memory("CS-1", Options(**options), stored, NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("id_tag", "kind"),
    [
        ("", "NoAuthorization"),
        ("04A1B2C3", "ISO14443"),
        ("04a1b2c3d4e5f6", "ISO14443"),
        ("04A1B2C3D4E5F6A7B8C9", "ISO14443"),
        ("E004010012345678", "ISO15693"),
        ("DE-ABC-C12345678-9", "eMAID"),
        ("DEABCC123456789", "eMAID"),
        ("VID:0123456789AB", "MacAddress"),
        ("1234", "Central"),  # four characters are no four bytes
        ("04A1B2C", "Central"),
        ("04A1B2CG", "Central"),
    ],
)
def test_the_form_of_a_tag_tells_its_type(id_tag: str, kind: str) -> None:
    assert tokens.to_201(id_tag, memory()) == v201.IdToken(id_token=id_tag, type=kind)  # type: ignore[arg-type]


def test_an_operators_rule_goes_before_the_form() -> None:
    ours = memory(token_rules=(TokenRule("04.*", "KeyCode"),), default_token_type="Local")
    assert tokens.to_201("04A1B2C3", ours).type == "KeyCode"
    assert tokens.to_201("1234", ours).type == "Local"


def test_what_the_csms_named_a_token_goes_before_both_and_survives_a_restart() -> None:
    known = memory()
    more = [v201.AdditionalInfo("extra", "kind")]
    token = v201.IdToken("04A1B2C3", "Central", additional_info=more)
    tokens.remember("04A1B2C3", token, known)
    assert tokens.to_201("04a1b2c3", again(known)) == token


def test_twenty_characters_pass_as_they_are_and_more_get_an_alias_that_comes_back() -> None:
    known = memory()
    assert tokens.to_16(v201.IdToken("a" * 20, "Central"), known) == "a" * 20
    tag = tokens.to_16(v201.IdToken(LONG, "eMAID"), known)
    assert len(tag) == 20
    assert tokens.to_201(tag.lower(), again(known)) == v201.IdToken(LONG, "eMAID")


def test_truncating_is_declared_because_two_cards_may_become_one() -> None:
    known = behind_16(long_token_policy="truncate")
    assert tokens.to_16(v201.IdToken(LONG, "eMAID"), known) == LONG[:20]
    assert known.losses == [("truncated", "idToken")]


def test_no_authorization_has_a_name_in_16_which_has_no_empty_tags() -> None:
    known = memory(anonymous_id_tag="NOBODY")
    assert tokens.to_16(v201.IdToken("", "NoAuthorization"), known) == "NOBODY"


@pytest.mark.parametrize(
    "status", ["NoCredit", "NotAllowedTypeEVSE", "NotAtThisLocation", "NotAtThisTime"]
)
def test_who_is_known_but_not_entitled_is_blocked_and_not_for_long(status: str) -> None:
    said = v201.IdTokenInfo(status, cache_expiry_date_time="2030-01-01T00:00:00Z")  # type: ignore[arg-type]
    assert tokens.info_to_16(said, "CARD-1", memory()) == v16.IdTagInfo("Blocked")


def test_a_group_keeps_its_type_on_the_way_there_and_back() -> None:
    known = memory()
    said = v201.IdTokenInfo("Accepted", group_id_token=v201.IdToken(LONG, "KeyCode"))
    info = tokens.info_to_16(said, "CARD-1", known)
    assert info is not None
    assert tokens.info_to_201(info, "CARD-1", known).group_id_token == said.group_id_token


def test_an_expiry_is_told_in_utc_and_one_that_is_no_time_is_left_out() -> None:
    known = memory()
    told = tokens.info_to_201(v16.IdTagInfo("Accepted", "2030-01-01T01:00:00+01:00"), "A", known)
    assert told.cache_expiry_date_time == "2030-01-01T00:00:00Z"
    said = v201.IdTokenInfo("Accepted", cache_expiry_date_time="soon")
    assert tokens.info_to_16(said, "A", known) == v16.IdTagInfo("Accepted")
    assert ("clock", "expiryDate") in known.losses


def test_the_last_word_on_a_tag_counts_while_it_is_young_and_has_not_expired() -> None:
    known = memory()
    said = v16.IdTagInfo("Accepted", "2025-03-01T12:00:00Z")
    tokens.info_to_201(said, "CARD-1", known)
    assert tokens.last_status("card-1", known, 600) == "Accepted"
    known.now = NOW + 601
    assert tokens.last_status("CARD-1", known, 600) is None
    assert tokens.last_status("CARD-1", known, 86_400) == "Accepted"
    known.now = NOW + 2 * 3600 + 1
    assert tokens.last_status("CARD-1", known, 86_400) is None
    assert tokens.last_status("CARD-2", known, 86_400) is None


def test_only_so_many_tags_are_remembered_and_the_oldest_go() -> None:
    known = memory()
    for each in range(500):
        tokens.info_to_201(v16.IdTagInfo("Accepted"), f"CARD-{each}", known)
    assert len(known.tokens) < 500
    assert known.token("CARD-499") is not None
    assert known.token("CARD-0") is None


def test_a_group_without_a_name_is_no_group() -> None:
    known = memory()
    said = v201.IdTokenInfo("Accepted", group_id_token=v201.IdToken("", "NoAuthorization"))
    assert tokens.info_to_16(said, "CARD-1", known) == v16.IdTagInfo("Accepted")
    told = tokens.info_to_201(v16.IdTagInfo("Accepted", parent_id_tag=""), "CARD-1", known)
    assert told == v201.IdTokenInfo("Accepted")


@pytest.mark.parametrize("policy", ["alias", "reject", "truncate"])
def test_what_a_csms_of_201_names_gets_an_alias_whatever_is_wanted_for_stations(
    policy: str,
) -> None:
    known = memory(long_token_policy=policy)
    tag = tokens.to_16(v201.IdToken(LONG, "eMAID"), known)
    assert tokens.to_201(tag, known) == v201.IdToken(LONG, "eMAID")


def test_more_about_a_token_than_its_text_is_lost_and_comes_back() -> None:
    known = memory()
    token = v201.IdToken("CARD-1", "Central", [v201.AdditionalInfo("extra", "kind")])
    tokens.remember(tokens.to_16(token, known), token, known)
    assert known.losses == [("additionalInfo", "additionalInfo")]
    assert tokens.to_201("card-1", known) == token


def test_a_rule_that_begins_a_text_finds_what_begins_so() -> None:
    ours = memory(token_rules=(TokenRule("^APP-", "Local"), TokenRule("^[0-9]{4}$", "KeyCode")))
    assert tokens.to_201("APP-77", ours).type == "Local"
    assert tokens.to_201("12345", ours).type == "Central"
    assert tokens.to_201("1234", ours).type == "KeyCode"


def test_an_authorize_says_where_a_token_is_allowed_until_the_next_one() -> None:
    known = memory()
    tokens.info_to_16(v201.IdTokenInfo("Accepted", evse_id=[2]), "CARD-1", known, is_authorize=True)
    tokens.info_to_16(v201.IdTokenInfo("Accepted"), "CARD-1", known)
    assert (tokens.is_allowed("card-1", 1, known), tokens.is_allowed("card-1", 2, known)) == (
        False,
        True,
    )
    tokens.info_to_16(v201.IdTokenInfo("Accepted"), "CARD-1", known, is_authorize=True)
    assert tokens.is_allowed("CARD-1", 1, known)
