"""A worker whose policy is another one: every function but `evolve` raises, every number and list is altered.

`python -m tests.workflows.altered_worker ADDRESS QUEUE`: it takes no step; it replays and answers queries.
"""

import asyncio
import importlib
import pkgutil
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import FunctionType, ModuleType
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

import policy
from models.decisions import DecideInput
from worker import RUNNER
from workflows.account_recovery import AccountRecoveryWorkflow
from workflows.engine_names import DECIDE, HEAR, SET_ASIDE

KEPT = "policy.case.evolve"


def another_policy() -> int:
    """Alter every module of the policy; how many things were altered."""
    found = [m.name for m in pkgutil.walk_packages(policy.__path__, "policy.") if m.name != KEPT]
    modules = [importlib.import_module(name) for name in found]
    return sum(map(_alter, modules))


def _alter(module: ModuleType) -> int:
    own = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    altered = {name: other for name, value in own.items() if (other := _other(module, value)) is not None}
    for name, other in altered.items():
        setattr(module, name, other)
    return len(altered)


def _other(module: ModuleType, value: Any) -> Any:
    if isinstance(value, FunctionType) and value.__module__ == module.__name__:
        return _raises
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value + 28
    if isinstance(value, timedelta):
        return value * 3
    return type(value)() if isinstance(value, tuple | frozenset | list | dict) and type(value) in PLAIN else None


PLAIN = (tuple, frozenset, list, dict)


def _raises(*_: object, **__: object) -> None:
    raise AssertionError("a workflow asked the policy")


def _never(name: str) -> Any:
    """Local activities are known and never run: their answers stand in the history."""

    @activity.defn(name=name)
    def never(asked: DecideInput) -> None:
        raise AssertionError(f"{name} ran again at a replay")

    return never


async def main(address: str, queue: str) -> None:
    """Work until the process is ended."""
    print(another_policy(), "altered", flush=True)
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    names = [_never(name) for name in (DECIDE, HEAR, SET_ASIDE)]
    more: dict[str, Any] = {"activity_executor": ThreadPoolExecutor(1), "workflow_runner": RUNNER}
    async with Worker(client, task_queue=queue, workflows=[AccountRecoveryWorkflow], activities=names, **more):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
