"""Runs a worker: takes cases' decisions and steps from the engine until it is told to stop (SIGTERM, Ctrl-C)."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.attempt_frame import Effects
from activities.decide import Deciding
from activities.instructed import Taking, by_instruction
from activities.issue_document import Issuing
from activities.open_task import Worklist
from activities.send_message import Contacting
from activities.start_cases import Starting
from channels.channel_spec import ByVendor
from channels.channel_table import CHANNELS
from cli.delivery_setup import mode, ways
from cli.output import main as end
from engine import EmbeddedEngine, EngineNotRunning, cluster, connect, ensure_search_attributes
from intake.pack_files import bound, law_packs
from intake.pack_layers import folders, lay_over
from settings import Settings, SettingsError, load_settings
from store.contact_log import keep_law
from store.database import Database, DatabaseNotMigrated
from workflows.account_recovery import AccountRecoveryWorkflow
from workflows.engine_names import sending_queue
from workflows.portfolio_intake import PortfolioIntakeWorkflow
from writing.texts import load_texts, text_names

GRACE = timedelta(seconds=10)
RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "models", "channels", "policy", "workflows.engine_names", "workflows.step_calls"
    )
)
app = typer.Typer(add_completion=False, help=__doc__)


@asynccontextmanager
async def create_worker(
    client: Client, database: Database, settings: Settings, folder: Path | None = None
) -> AsyncIterator[None]:
    """A worker with everything wired, at work: database, law, texts, the ways out at the rate of each.

    The editions of the law are those that stand in the packs (or in `folder`) now; their texts are kept.
    """
    lay_over(settings.pack_folders)
    read = law_packs(folder, text_names())
    packs = bound(read)
    keep_law(database, {pack.version: pack.text for pack in read.values()})
    texts = load_texts(*folders("letters"))
    effects = Effects(database, packs, ways(settings))
    deciding, worklist = Deciding(database, packs), Worklist(effects)
    contacting, issuing = Contacting(effects, texts), Issuing(effects, texts)
    steps = [
        contacting.send_message,
        worklist.open_task,
        issuing.issue_notice,
        issuing.issue_certificate,
        issuing.issue_package,
        issuing.place_account,
    ]
    starting = Starting(database, client, settings.task_queue)
    house = Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[AccountRecoveryWorkflow, PortfolioIntakeWorkflow],
        activities=[
            deciding.decide,
            deciding.hear,
            deciding.set_aside,
            *(by_instruction(database, take) for take in steps),
            starting.start_page,
            starting.tell_page,
        ],
        activity_executor=ThreadPoolExecutor(settings.max_activities * 2),
        workflow_runner=RUNNER,
        max_cached_workflows=settings.max_cached_workflows,
        max_concurrent_workflow_tasks=settings.max_workflow_tasks,
        max_concurrent_activities=settings.max_activities,
        max_concurrent_local_activities=settings.max_activities,
        graceful_shutdown_timeout=GRACE,
    )
    queues = [spec.by_vendor for spec in CHANNELS.values() if spec.by_vendor]
    send = by_instruction(database, contacting.send_message)
    async with AsyncExitStack() as at_work:
        for worker in (house, *(_vendor_worker(client, settings, send, own) for own in queues)):
            await at_work.enter_async_context(worker)
        yield


def _vendor_worker(client: Client, settings: Settings, send: Taking, own: ByVendor) -> Worker:
    """What leaves by a vendor: a slow or broken one holds up its own queue only. The rate is that of all workers."""
    return Worker(
        client,
        task_queue=sending_queue(settings.task_queue, own.queue),
        activities=[send],
        activity_executor=ThreadPoolExecutor(settings.max_activities),
        max_concurrent_activities=settings.max_activities,
        max_task_queue_activities_per_second=getattr(settings, own.rate),
        graceful_shutdown_timeout=GRACE,
    )


async def work(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C; the embedded engine is started unless one runs or a cluster is named."""
    said = mode(ways(settings))
    database = Database(settings.url)
    database.migrate()
    engine = None if cluster(settings) else EmbeddedEngine(settings)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    try:
        if engine:
            await engine.start()
        client = await connect(settings)
        await ensure_search_attributes(client)
        async with create_worker(client, database, settings):
            typer.echo(
                f"Worker started on {settings.task_queue} at {client.service_client.config.target_host}, Ctrl-C to exit"
            )
            typer.echo(said)
            await stop.wait()
    finally:
        if engine:
            await engine.stop()
        database.close()


@app.command()
def main(verbose: Annotated[bool, typer.Option(help="Log what the engine's client says.")] = False) -> None:
    """Run a worker; the embedded engine is started where no cluster is named and none runs."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING)
    try:
        asyncio.run(work(load_settings()))
    except (SettingsError, EngineNotRunning, DatabaseNotMigrated) as refused:
        typer.echo(f"worker: {refused}", err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    end(app)
