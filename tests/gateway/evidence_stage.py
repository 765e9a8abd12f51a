"""What the tests of the evidence are made of: verdicts, and a file that holds them."""

from pathlib import Path

import msgspec

from gateway.core.effects import Compared, Recorded, Sample
from gateway.core.route import Route, Upstream
from gateway.evidence import summary
from gateway.evidence.collector import Collector
from gateway.evidence.file import EvidenceFile

NOW = 1_740_823_200.0
DAY = 86_400
ROUTE = Route("CS-1", "1.6", "pilot", Upstream("old", "1.6"))
CALL = b'{"idTag":"CARD-1"}'
YES, NO = b'{"idTagInfo":{"status":"Accepted"}}', b'{"idTagInfo":{"status":"Blocked"}}'


def matched(csms: str = "new", action: str = "Authorize") -> Compared:
    return Compared(csms, action, "matched", "S3", (), (), "answer", 0.02, 0.2)


def differs(path: str = "idTagInfo.status", severity: str = "S0", csms: str = "new") -> Compared:
    sample = Sample(CALL, YES, NO)
    paths = (path,)
    return Compared(
        csms, "Authorize", "mismatched", severity, paths, (), "answer", 0.02, 0.2, sample
    )


def written(
    folder: Path, effects: list[tuple[float, Compared | Recorded]], segment: str = "pilot"
) -> EvidenceFile:
    """A file that holds what was witnessed at these times."""
    file = EvidenceFile(folder / "evidence.db", writes=True)
    keeps = Collector(file.key)
    route = msgspec.structs.replace(ROUTE, segment=segment)
    for at, effect in effects:
        if isinstance(effect, Compared):
            keeps.compared(route, effect, at)
        else:
            keeps.recorded(route, effect)
        batch = keeps.take(at)
        assert batch is not None
        file.write(batch)
    return file


def report(file: EvidenceFile, baselines: tuple[str, ...] = ()) -> summary.Report:
    return summary.report(file, "pilot", "old", 0.0, NOW, baselines)
