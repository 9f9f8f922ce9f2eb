"""Does the embedded engine start once, keep what it was given, and leave nothing behind?"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes

import engine
from engine import EmbeddedEngine, EngineNotRunning, connect
from settings import HOUSE, Settings, load_settings
from workflows.engine_names import PORTFOLIO, SEARCH_ATTRIBUTES

pytestmark = pytest.mark.real_clock

IN_ANOTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from engine import EmbeddedEngine
from settings import load_settings

async def main():
    async with EmbeddedEngine(load_settings(data_dir=Path(sys.argv[1]))) as engine:
        print(engine.address, engine.ours, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


def another_process(data_dir: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(data_dir)]
    return subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(data_dir: Path) -> bool:
    """Whether the server of a data directory ends within a few seconds."""
    pid = int(json.loads((data_dir / "engine.json").read_text())["pid"])
    deadline = time.monotonic() + 15
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


async def test_workflows_and_address_survive_a_restart(settings: Settings) -> None:
    portfolio = TypedSearchAttributes([SearchAttributePair(PORTFOLIO, "p-1")])
    async with EmbeddedEngine(settings) as first:
        client = await connect(settings)
        await client.start_workflow("Any", id="w", task_queue="rientro", search_attributes=portfolio)
    assert gone(settings.data_dir)
    async with EmbeddedEngine(settings) as second:
        found = await (await connect(settings)).get_workflow_handle("w").describe()
        assert (second.address, second.ui) == (first.address, first.ui)
        assert found.status == WorkflowExecutionStatus.RUNNING
        assert found.typed_search_attributes[PORTFOLIO] == "p-1"


async def test_a_second_start_uses_the_first_server_and_leaves_it_running(engine_server: EmbeddedEngine) -> None:
    async with EmbeddedEngine(engine_server.settings) as second:
        assert (second.address, second.ours) == (engine_server.address, False)
    await connect(engine_server.settings)


async def test_closed_cases_stay_a_month_in_the_ui(engine_server: EmbeddedEngine) -> None:
    client = await connect(engine_server.settings)
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert found.config.workflow_execution_retention_ttl.seconds == 30 * 86_400


async def test_search_attributes_are_ensured_as_often_as_one_likes(engine_server: EmbeddedEngine) -> None:
    client = await connect(engine_server.settings)
    await engine.ensure_search_attributes(client)
    assert await client.count_workflows(" AND ".join(f"{key.name} IS NULL" for key in SEARCH_ATTRIBUTES))


def test_processes_that_start_at_once_share_one_server(tmp_path: Path) -> None:
    processes = [another_process(tmp_path) for _ in range(3)]
    answers = [said(process) for process in processes]
    assert len({address for address, _ in answers}) == 1
    assert sorted(ours for _, ours in answers) == ["False", "False", "True"]
    for process in processes:
        process.communicate("")
    assert gone(tmp_path)


def test_directories_that_start_at_once_have_a_server_each(tmp_path: Path) -> None:
    processes = [another_process(tmp_path / name) for name in "abc"]
    answers = [said(process) for process in processes]
    assert len({address for address, _ in answers}) == 3
    for process in processes:
        process.communicate("")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_killed_parent_leaves_no_server_behind(tmp_path: Path) -> None:
    process = another_process(tmp_path)
    said(process)
    process.kill()
    process.communicate()
    assert gone(tmp_path)


async def test_a_killed_server_is_not_taken_for_a_running_one(settings: Settings) -> None:
    async with EmbeddedEngine(settings):
        os.kill(int(json.loads((settings.data_dir / "engine.json").read_text())["pid"]), signal.SIGKILL)
        await asyncio.sleep(0.3)
        with pytest.raises(EngineNotRunning):
            await connect(settings)
    async with EmbeddedEngine(settings) as again:
        assert again.ours


async def test_without_an_engine_one_is_told_how_to_start_it(settings: Settings) -> None:
    with pytest.raises(EngineNotRunning, match="start it with `make run` in another terminal"):
        await connect(settings)


async def test_temporal_address_is_used_instead(
    engine_server: EmbeddedEngine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", engine_server.address)
    client = await connect(load_settings(data_dir=settings.data_dir))
    assert client.service_client.config.target_host == engine_server.address


async def test_a_temporal_profile_is_used_too(
    engine_server: EmbeddedEngine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "temporal.toml"
    profile.write_text(f'[profile.default]\naddress = "{engine_server.address}"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(profile))
    assert (await connect(settings)).service_client.config.target_host == engine_server.address


async def test_a_cluster_that_does_not_answer_is_named(settings: Settings) -> None:
    with pytest.raises(EngineNotRunning, match=r"Temporal does not answer at 127\.0\.0\.1:1:"):
        await connect(load_settings(data_dir=settings.data_dir, temporal_address="127.0.0.1:1"))


async def test_an_engine_that_cannot_start_says_why(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "temporal"
    broken.write_text("#!/bin/sh\necho out of order\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(EngineNotRunning, match="does not start: out of order"):
        await EmbeddedEngine(settings).start()
