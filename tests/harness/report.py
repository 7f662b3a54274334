"""What a run of pytest came to, in a form that runs can be added up in."""

from collections import Counter
from typing import Any

import pytest

KINDS = ("failed", "error", "passed", "skipped", "xfailed", "xpassed", "warnings")


def outcome(config: pytest.Config) -> dict[str, Any]:
    """Counts by kind, and why tests were skipped."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    stats = reporter.stats if reporter else {}
    reasons: Counter[str] = Counter()
    for report in stats.get("skipped", []):
        where = report.longrepr
        reasons[where[2].removeprefix("Skipped: ") if isinstance(where, tuple) else str(where)] += 1
    return {
        "counts": {kind: len(stats.get(kind, [])) for kind in KINDS},
        "skipped": dict(reasons),
        "failed": [report.nodeid for kind in ("failed", "error") for report in stats.get(kind, [])],
    }
