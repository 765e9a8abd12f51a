"""Logs: JSON for machines, text for terminals, and nothing that a peer could forge."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from gateway.ops import logs


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def logged(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_without_a_terminal_each_event_is_a_line_of_json() -> None:
    stream = io.StringIO()
    logs.set_up(stream=stream)
    log = structlog.get_logger().bind(station="CP-1")
    log.info("frame refused", action="Heartbeat", count=3)
    log.warning("second", value=object)
    first, second = logged(stream)
    assert first | {"timestamp": ""} == {
        "event": "frame refused",
        "station": "CP-1",
        "action": "Heartbeat",
        "count": 3,
        "level": "info",
        "timestamp": "",
    }
    assert str(first["timestamp"]).endswith("Z")
    assert second["value"] == "<class 'object'>"


def test_a_terminal_gets_text_unless_json_is_asked_for() -> None:
    for form, is_json in (("auto", False), ("console", False), ("json", True)):
        stream = Terminal()
        logs.set_up(form=form, stream=stream)  # type: ignore[arg-type]
        structlog.get_logger().info("here")
        assert stream.getvalue().startswith("{") is is_json


def test_what_is_below_the_level_is_left_out() -> None:
    stream = io.StringIO()
    logs.set_up(level="warning", stream=stream)
    structlog.get_logger().info("quiet")
    structlog.get_logger().error("loud")
    assert [event["event"] for event in logged(stream)] == ["loud"]


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_peer_can_neither_forge_lines_nor_steer_a_terminal(form: str) -> None:
    stream = io.StringIO()
    logs.set_up(form=form, stream=stream)  # type: ignore[arg-type]
    hostile = "a\nb\r\x1b[31m\x85\u2028\u202e\x00\ud800"
    structlog.get_logger().info("heard", vendor=hostile)
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text.removesuffix("\n").isprintable()


def test_a_long_value_is_cut() -> None:
    stream = io.StringIO()
    logs.set_up(stream=stream)
    structlog.get_logger().info("heard", vendor="x" * 100_000)
    assert len(stream.getvalue()) < 3000


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_exception_is_logged_as_text(form: str) -> None:
    stream = io.StringIO()
    logs.set_up(form=form, stream=stream)  # type: ignore[arg-type]
    try:
        raise ValueError("no\x1bgood")
    except ValueError:
        structlog.get_logger().exception("session crashed")
    text = stream.getvalue()
    assert "Traceback" in text
    assert "ValueError: no" in text
    assert "\x1b" not in text
    if form == "json":
        (event,) = logged(stream)
        assert "\n" in str(event["exception"])


def test_a_stream_that_is_gone_harms_nobody() -> None:
    stream = io.StringIO()
    logs.set_up(stream=stream)
    stream.close()
    structlog.get_logger().info("unheard")


def test_a_url_loses_its_user_and_password_also_in_an_exception() -> None:
    stream = io.StringIO()
    logs.set_up(stream=stream)
    log = structlog.get_logger()
    try:
        raise ValueError("ftp://me:hidden@files.example/x is no good")
    except ValueError:
        log.exception("crashed", url="ftp://me:hidden@files.example/x")
    (line,) = logged(stream)
    assert line["url"] == "ftp://files.example/x"
    assert "hidden" not in stream.getvalue()
    assert "is no good" in str(line["exception"])
