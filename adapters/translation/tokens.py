"""Id tags of 1.6 and id tokens of 2.0.1 (specification 2.2 and 3.1)."""

import re

from adapters import v16, v201
from adapters.errors import PayloadError
from adapters.translation import costs
from adapters.translation.memory import Memory
from adapters.translation.records import IdToken, Token
from adapters.translation.scalars import alias, seconds, utc

# What the form of an idTag says; a UID in hexadecimal is what OCPP 1.6 section 3.9 recommends.
FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"", "NoAuthorization"),
        (r"[0-9A-Fa-f]{8}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{20}", "ISO14443"),
        (r"[0-9A-Fa-f]{16}", "ISO15693"),
        (r"[A-Za-z]{2}-?[A-Za-z0-9]{3}-?C[A-Za-z0-9]{8}-?[A-Za-z0-9]?", "eMAID"),
        (r"VID:[0-9A-Fa-f]{12}", "MacAddress"),
    )
)

# 1.6 knows "unknown" (Invalid) and "known, but not now" (Blocked); nothing between (D-18).
STATUS_TO_16: dict[v201.AuthorizationStatus, v16.AuthorizationStatus] = {
    "Accepted": "Accepted",
    "Blocked": "Blocked",
    "Expired": "Expired",
    "Invalid": "Invalid",
    "ConcurrentTx": "ConcurrentTx",
    "NoCredit": "Blocked",
    "NotAllowedTypeEVSE": "Blocked",
    "NotAtThisLocation": "Blocked",
    "NotAtThisTime": "Blocked",
    "Unknown": "Invalid",
}
STATUS_TO_201: dict[v16.AuthorizationStatus, v201.AuthorizationStatus] = {
    "Accepted": "Accepted",
    "Blocked": "Blocked",
    "Expired": "Expired",
    "Invalid": "Invalid",
    "ConcurrentTx": "ConcurrentTx",
}
# Their expiry is not forwarded: a cache must not pin a refusal that depends on time or credit.
PASSING = frozenset({"NoCredit", "NotAllowedTypeEVSE", "NotAtThisLocation", "NotAtThisTime"})


def kind_of(id_tag: str, memory: Memory) -> str:
    """The type that the form of an id tag suggests."""
    for rule in memory.options.token_rules:
        if re.search(rule.pattern, id_tag):
            return rule.type
    for pattern, kind in FORMS:
        if pattern.fullmatch(id_tag):
            return kind
    return memory.options.default_token_type


def to_201(id_tag: str, memory: Memory) -> v201.IdToken:
    """The id token that a tag stands for: the one 2.0.1 named it by, else by its form."""
    tag = id_tag.casefold()
    for asked in memory.station.remote_starts:  # of two tokens of one text, the one waited for
        is_awaited = asked.accepted and asked.expires >= memory.now
        if asked.token is not None and is_awaited and asked.id_tag.casefold() == tag:
            return said(asked.token)
    known = memory.token(id_tag)
    if known and known.token:
        return said(known.token)
    kind = kind_of(id_tag, memory)
    return v201.IdToken(id_token=id_tag, type=kind)  # type: ignore[arg-type]


def said(token: IdToken) -> v201.IdToken:
    """A remembered id token as 2.0.1 says it."""
    info = [
        v201.AdditionalInfo(additional_id_token=row["additional_id_token"], type=row["type"])
        for row in token.additional_info
    ]
    return v201.IdToken(
        id_token=token.id_token,
        type=token.type,  # type: ignore[arg-type]
        additional_info=info or None,
    )


def kept(token: v201.IdToken) -> IdToken:
    """An id token as it is remembered."""
    info = token.additional_info or []
    rows = [{"additional_id_token": row.additional_id_token, "type": row.type} for row in info]
    return IdToken(token.id_token, token.type, tuple(rows))


def to_16(token: v201.IdToken | IdToken, memory: Memory) -> str:
    """The tag of an id token; one that is too long gets an alias (D-14)."""
    text = token.id_token
    if token.additional_info:
        memory.lose("additionalInfo", "additionalInfo")
    if not text and token.type == "NoAuthorization":
        return memory.options.anonymous_id_tag
    if len(text) <= 20:
        return text
    if memory.options.long_token_policy == "truncate" and memory.version == "2.0.1":
        memory.lose("truncated", "idToken")
        return text[:20]
    tag = alias(token.type, text)
    known = memory.token(tag)
    if known is None or known.token is None:
        remember(tag, token, memory)
    return tag


def is_too_long(token: v201.IdToken | IdToken, memory: Memory) -> bool:
    """Whether a station's token is refused because 1.6 cannot say it and no alias is wanted."""
    return len(token.id_token) > 20 and memory.options.long_token_policy == "reject"


def remember(tag: str, token: v201.IdToken | IdToken, memory: Memory) -> None:
    """What 2.0.1 named an id token, so that the tag comes back as the same token."""
    known = memory.token(tag) or Token(tag.casefold())
    known.token = token if isinstance(token, IdToken) else kept(token)
    known.id_tag = tag
    memory.remember_token(known)


def group_to_16(token: v201.IdToken | None, memory: Memory) -> str | None:
    """A groupIdToken as 1.6's parentIdTag; an empty one would make one group of all strangers."""
    if token is None or not token.id_token:
        return None
    tag = to_16(token, memory)
    remember(tag, token, memory)
    return tag


def info_to_16(
    info: v201.IdTokenInfo | None, id_tag: str, memory: Memory, is_authorize: bool = False
) -> v16.IdTagInfo | None:
    """What a 2.0.1 CSMS says of a token, in 1.6 words; remembered for the tag.

    The EVSEs that an Authorize allowed count until the next one, or until others are named.
    """
    if info is None:
        return None
    answer = described_16(costs.priced(info, id_tag, memory), memory)
    if info is not memory.stood_in:  # what is said in the CSMS's place teaches nothing
        evses = info.evse_id or ([] if is_authorize else None)
        note_status(id_tag, answer.status, answer.expiry_date, memory, evses)
    return answer


def is_allowed(id_tag: str, evse: int, memory: Memory) -> bool:
    """Whether a token that is accepted is so at this EVSE."""
    known = memory.token(id_tag)
    return known is None or not known.evses or evse in known.evses


def described_16(info: v201.IdTokenInfo, memory: Memory) -> v16.IdTagInfo:
    """What 2.0.1 says of a token, in 1.6 words; nothing is remembered of it."""
    for field in ("charging_priority", "language1", "language2"):
        if getattr(info, field) is not None:
            memory.lose("id_token_info", field)
    if info.personal_message is not None:
        memory.lose("personal_message", "personalMessage")
    expiry = None if info.status in PASSING else _expiry(info.cache_expiry_date_time, memory)
    group = group_to_16(info.group_id_token, memory)
    return v16.IdTagInfo(STATUS_TO_16[info.status], expiry, group)


def info_to_201(info: v16.IdTagInfo, id_tag: str, memory: Memory) -> v201.IdTokenInfo:
    """What a 1.6 CSMS says of a tag, in 2.0.1 words; remembered for the tag."""
    answer = described_201(info, memory)
    if info is not memory.stood_in:  # what is said in the CSMS's place teaches nothing
        note_status(id_tag, info.status, answer.cache_expiry_date_time, memory)
    return answer


def described_201(info: v16.IdTagInfo, memory: Memory) -> v201.IdTokenInfo:
    """What 1.6 says of a tag, in 2.0.1 words; nothing is remembered of it."""
    group = to_201(info.parent_id_tag, memory) if info.parent_id_tag else None
    return v201.IdTokenInfo(
        STATUS_TO_201[info.status],
        cache_expiry_date_time=_expiry(info.expiry_date, memory),
        group_id_token=group,
    )


def _expiry(text: str | None, memory: Memory) -> str | None:
    """Until when a status counts; one that is no time is no reason to withhold the answer."""
    try:
        return utc(text) if text is not None else None
    except PayloadError:
        memory.lose("clock", "expiryDate")
        return None


def note_status(
    id_tag: str, status: str, expiry: str | None, memory: Memory, evses: list[int] | None = None
) -> None:
    """Keep the last word on a tag, for answers that come without one."""
    known = memory.token(id_tag) or Token(id_tag.casefold())
    known.status, known.status_at, known.expiry = status, memory.now, expiry or ""
    known.id_tag = known.id_tag or id_tag
    known.evses = known.evses if evses is None else tuple(evses)
    durable = memory.options.link_policy == "buffer" or known.token is not None
    memory.remember_token(known, durable)


def last_status(id_tag: str, memory: Memory, younger_than: float) -> v16.AuthorizationStatus | None:
    """The last word on a tag, if it is young enough and has not expired."""
    known = memory.token(id_tag)
    if known is None or not known.status or memory.now - known.status_at > younger_than:
        return None
    if known.expiry and seconds(known.expiry) < memory.now:
        return None
    return known.status  # type: ignore[return-value]
