"""The alerts that an operator gets with us: of metrics that there are, and of the first event."""

import re
from pathlib import Path

import pytest

from gateway.core.tally import Tally
from gateway.ops.metrics import RESTARTS, STATIONS_OF
from tests.gateway.test_metrics import PROMISED, samples

ALERTS = Path(__file__).parents[2] / "deploy" / "alerts.yaml"
RULE = re.compile(r"- alert: (\w+)\n +expr: (.*?)\n +(?:for|labels):", re.DOTALL)
METRIC = re.compile(r"ocpp_gateway_(\w+)(?:\{(.*?)\})?")
OF_WORKERS = {f"{STATIONS_OF.name}": {"worker"}, f"{RESTARTS.name}_total": {"worker"}}
RULES = RULE.findall(ALERTS.read_text("utf-8"))


def labels_of(name: str) -> set[str]:
    """The labels of a metric. Raises KeyError."""
    known = {name: labels for name, (_, labels) in PROMISED.items()} | OF_WORKERS
    return known[name.removesuffix("_bucket")]


def test_every_alert_is_read_here() -> None:
    assert len(RULES) == ALERTS.read_text("utf-8").count("- alert: ")


@pytest.mark.parametrize(("name", "expression"), RULES, ids=[name for name, _ in RULES])
def test_an_alert_asks_for_metrics_and_labels_that_there_are(name: str, expression: str) -> None:
    for metric, selector in METRIC.findall(expression):
        assert set(re.findall(r"(\w+)=?[=~!]", selector)) <= labels_of(metric), name


@pytest.mark.parametrize(("name", "expression"), RULES, ids=[name for name, _ in RULES])
def test_an_alert_of_one_event_sees_the_first_one(name: str, expression: str) -> None:
    for whole, metric in re.findall(r"increase\((ocpp_gateway_(\w+).*?)\[\w+\]\) > 0", expression):
        if labels_of(metric):
            assert f"({whole} unless {whole} offset" in expression, name


def test_stations_that_all_stay_away_after_a_restart_are_missed() -> None:
    assert not any("stations_connected" in name for name, _ in samples(Tally()))
    (lost,) = (expression for name, expression in RULES if name == "OcppGatewayStationsLost")
    assert lost.startswith("|\n          sum by (segment) (max_over_time(")
    assert "unless" in lost
