"""What all tests share: where something is missing on the machine, tests are skipped and say how to get it; in CI
(JIEYOU_NO_SKIP=1) nothing may be skipped."""

import os
import shutil
from collections.abc import Generator

import pytest
from hypothesis import settings

# A busy machine is no defect: examples have no deadline of their own. In CI the same examples are tried each time.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")
pytest_plugins = ["tests.databases"]
NO_SKIP = os.environ.get("JIEYOU_NO_SKIP") == "1"
NEEDS = {"browser": ("chromium", "sudo apt-get install chromium fonts-noto-cjk")}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests without a browser are skipped, with the command that brings one."""
    for item in items:
        for marker, (program, command) in NEEDS.items():
            if item.get_closest_marker(marker) and shutil.which(program) is None and not NO_SKIP:
                item.add_marker(pytest.mark.skip(reason=f"{program} is not here; to have it: {command}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one."""
    report = yield
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report
