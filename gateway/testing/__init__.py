"""What tests, the demo, benchmarks and replays share: the core without sockets, and far ends."""

from gateway.testing.bench import Bench
from gateway.testing.fakes import FakeCsms, FakeStation
from gateway.testing.transcripts import Transcript

__all__ = ["Bench", "FakeCsms", "FakeStation", "Transcript"]
