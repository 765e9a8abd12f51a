"""What the tests of guarded commands have in common."""

from typing import Any

from gateway.core.effects import Guarded
from gateway.core.urls import UrlRules
from gateway.testing.bench import Bench

RULES = UrlRules(
    schemes=("https", "http", "ftp", "ftps", "sftp"), inner="refuse", gateway=("ocpp.example",)
)


def guarded(bench: Bench) -> list[tuple[str, str, str]]:
    """What the last step told whoever watches."""
    found = [effect for effect in bench.effects if isinstance(effect, Guarded)]
    return [(effect.rule, effect.action, effect.outcome) for effect in found]


def to_station(said: list[dict[str, Any]]) -> list[Any]:
    """What the station hears."""
    return [each["frame"] for each in said if each["to"] == "charger"]
