"""What a command could do to a station that its CSMS should not do through the gateway."""

from collections.abc import Collection
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from adapters.frame import Version
from adapters.payload import exact
from adapters.translation.keys import says_where_to_connect
from gateway.core.mender import Payload
from gateway.core.urls import UrlRules, leads_here, shown, wrong_with

Rule: TypeAlias = Literal["url", "moves_away", "lowers_profile", "replaces_root"]

# Where a command says from where a file is fetched, or where it is sent.
URLS: dict[tuple[Version, str], tuple[str, ...]] = {
    ("1.6", "GetDiagnostics"): ("location",),
    ("1.6", "GetLog"): ("log", "remoteLocation"),
    ("1.6", "SignedUpdateFirmware"): ("firmware", "location"),
    ("1.6", "UpdateFirmware"): ("location",),
    ("2.0.1", "GetLog"): ("log", "remoteLocation"),
    ("2.0.1", "PublishFirmware"): ("location",),
    ("2.0.1", "UpdateFirmware"): ("firmware", "location"),
}
ROOTS = frozenset({"CSMSRootCertificate", "CentralSystemRootCertificate"})
# What 2.0.1 answers with; in 1.6 there is nothing but the status.
REASONS: dict[Rule, str] = {
    "url": "InvalidURL",
    "moves_away": "InvalidNetworkConf",
    "lowers_profile": "NoSecurityDowngrade",
    "replaces_root": "UnsupportedRequest",
}
PROFILE = frozenset({("", "securityprofile"), ("securityctrlr", "securityprofile")})
PRIORITY = ("ocppcommctrlr", "networkconfigurationpriority")
IDENTITY = ("securityctrlr", "identity")  # under another name it would be another station


class Danger(NamedTuple):
    """One reason to say no, and what may be told of it."""

    rule: Rule
    detail: str


class Setting(NamedTuple):
    """One value that a command sets; names in lower case, since OCPP does not tell them apart."""

    component: str
    name: str
    value: Any

    @property
    def place(self) -> tuple[str, str]:
        """What it is known by."""
        return self.component, self.name


class Standing(NamedTuple):
    """What a station must not fall below, and which of its network profiles lead here."""

    profile: int
    slots: Collection[int]
    rules: UrlRules


def settings_in(action: str, payload: Payload) -> list[Setting]:
    """What ChangeConfiguration or SetVariables sets, in order; a broken item has no name."""
    if action == "ChangeConfiguration":
        return [Setting("", _folded(payload.get("key")), payload.get("value"))]
    items = payload.get("setVariableData") if action == "SetVariables" else None
    found = []
    for item in items if isinstance(items, list) else ():
        fields = item if isinstance(item, dict) else {}
        component, variable = fields.get("component"), fields.get("variable")
        found.append(Setting(_named(component), _named(variable), fields.get("attributeValue")))
    return found


def danger_in(setting: Setting, standing: Standing) -> Danger | None:
    """Why a setting should not be set."""
    value = _text(setting.value)
    if setting.place in PROFILE:
        return _lowered(value, standing)
    if setting.place == PRIORITY:
        if set(value.replace(" ", "").split(",")) <= {str(slot) for slot in standing.slots}:
            return None
        return Danger("moves_away", f"NetworkConfigurationPriority {value[:50]}")
    if setting.place == IDENTITY:
        return Danger("moves_away", "Identity")
    if says_where_to_connect(setting.name) and not leads_here(value, standing.rules):
        return Danger("moves_away", setting.name[:50])
    return None


def danger_of(
    version: Version, action: str, payload: Payload, standing: Standing, *, pins_root: bool
) -> Danger | None:
    """Why a command as a whole should not be given."""
    if (path := URLS.get((version, action))) is not None:
        url = _at(payload, path)
        wrong = wrong_with(url, standing.rules) if isinstance(url, str) else ""
        return Danger("url", f"{wrong} {shown(url)}") if wrong else None
    if action == "SetNetworkProfile":
        return _connected(payload.get("connectionData"), standing)
    use = _text(payload.get("certificateType"))
    if action == "InstallCertificate" and pins_root and use in ROOTS:
        return Danger("replaces_root", use)
    return None


def _connected(data: Any, standing: Standing) -> Danger | None:
    """A network profile: it leads here, and is as secure as what is."""
    fields = data if isinstance(data, dict) else {}
    url = _text(fields.get("ocppCsmsUrl"))
    if not leads_here(url, standing.rules):
        return Danger("moves_away", shown(url))
    return _lowered(_text(fields.get("securityProfile")), standing)


def _lowered(value: str, standing: Standing) -> Danger | None:
    try:  # 1.0 and 1e0 are integers of JSON, too
        is_lower = exact(value) < standing.profile
    except msgspec.ValidationError:
        return None
    return Danger("lowers_profile", f"{standing.profile} to {value[:20]}") if is_lower else None


def _at(payload: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload


def _named(fields: Any) -> str:
    return _folded(fields.get("name")) if isinstance(fields, dict) else ""


def _text(value: Any) -> str:
    """A plain value as it is written; nothing that is made of several is one."""
    return "" if isinstance(value, list | dict) else str(value).strip()


def _folded(text: Any) -> str:
    return text.strip().casefold() if isinstance(text, str) else ""
