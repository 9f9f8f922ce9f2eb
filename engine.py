"""The way to Temporal: where is it, how is the embedded one started and stopped, what does it need to know of us?"""

import asyncio
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError, RPCStatusCode

from settings import Settings
from workflows.engine_names import SEARCH_ATTRIBUTES

UP = "Temporal Server:"
"""The first word of a server that listens, in its log."""
USUAL_PORTS = (7233, 8233)
DAYS_KEPT = 30
START_SECONDS, STOP_SECONDS = 30.0, 15.0
# WAL triples the rate of starts; synchronous=2 keeps what was acknowledged through a power cut, for a fifth of it.
DURABLE = ("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=2")
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class EngineNotRunning(Exception):
    """There is no Temporal to talk to; the message says what to do."""


async def connect(settings: Settings) -> Client:
    """A client of the cluster that the environment names, else of the engine that runs in the data directory."""
    config = cluster(settings)
    if config is None:
        address = running(settings.data_dir)
        if address is None:
            raise EngineNotRunning(
                f"no engine runs in {settings.data_dir}: start it with `make run` in another terminal"
            )
        config = {"target_host": address, "namespace": settings.temporal_namespace}
    try:
        return await Client.connect(**config, data_converter=pydantic_data_converter)
    except RuntimeError as fault:
        raise EngineNotRunning(f"Temporal does not answer at {config['target_host']}: {fault}") from None


def cluster(settings: Settings) -> ClientConnectConfig | None:
    """How to reach the cluster of `TEMPORAL_ADDRESS` or of a Temporal profile; None: the engine is embedded."""
    config = ClientConfig.load_client_connect_config()
    if settings.temporal_address is not None:
        config["target_host"] = settings.temporal_address
    if "target_host" not in config:
        return None
    if "namespace" not in config:
        config["namespace"] = settings.temporal_namespace
    return config


def running(data_dir: Path) -> str | None:
    """The address of the engine that runs in a data directory; it holds the lock for as long as it lives."""
    try:
        with (data_dir / "engine.lock").open("rb") as lock:
            if _took(lock):
                return None
        address = _recorded(data_dir)["address"]
    except (OSError, KeyError):
        return None
    return address if _answers(address) else None


async def ensure_search_attributes(client: Client) -> None:
    """Make our search attributes known, once. Where that is not ours to do, the cluster's operators have done it."""
    service, namespace = client.operator_service, client.namespace
    try:
        known = await service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
        missing = {key.name: key for key in SEARCH_ATTRIBUTES if key.name not in known.custom_attributes}
        if not missing:
            return
        request = AddSearchAttributesRequest(namespace=namespace)
        for name, key in missing.items():
            request.search_attributes[name] = IndexedValueType.ValueType(key.indexed_value_type)
        await service.add_search_attributes(request)
    except RPCError as fault:
        tolerable = (RPCStatusCode.ALREADY_EXISTS, RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED)
        if fault.status not in tolerable:
            raise


async def keep_closed_cases(client: Client) -> None:
    """The development server forgets after a day, too soon for a look into the UI. The journal never forgets."""
    service, wanted = client.workflow_service, Duration(seconds=DAYS_KEPT * 86_400)
    found = await service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    if found.config.workflow_execution_retention_ttl.seconds < wanted.seconds:
        config = NamespaceConfig(workflow_execution_retention_ttl=wanted)
        await service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))


def executable() -> str:
    """The `temporal` on the PATH, else the one that our requirements brought."""
    ours = Path(sysconfig.get_path("scripts")) / "temporal"
    found = shutil.which("temporal") or (str(ours) if ours.exists() else None)
    if found is None:
        raise EngineNotRunning("there is no `temporal` to start: install requirements.txt or set TEMPORAL_ADDRESS")
    return found


def end_with_parent() -> None:
    """In a child, before it becomes a program: end when the parent does, however that dies (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class EmbeddedEngine:
    """The real Temporal server as a child of this process, its files in the data directory. One per directory:
    who comes second uses the first one's, and does not stop it. Start it from the main thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.address = ""
        self.ui = ""
        self._directory = settings.data_dir
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def ours(self) -> bool:
        """Whether this object started the server, and so stops it."""
        return self._process is not None

    async def start(self) -> None:
        """Start the server, or find the one that runs."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._find_or_launch()
        except TimeoutError:
            await self.stop()
            raise EngineNotRunning(f"the engine did not start in time: see {self._log}") from None
        except BaseException:
            await self.stop()
            raise

    async def _find_or_launch(self) -> None:
        while not (running(self._directory) or await self._launched()):
            await asyncio.sleep(0.1)
        record = _recorded(self._directory)
        self.address, self.ui = record["address"], record["ui"]
        client = await Client.connect(self.address, namespace=self.settings.temporal_namespace)
        await ensure_search_attributes(client)
        await keep_closed_cases(client)

    async def stop(self) -> None:
        """Stop the server if this object started it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                while process.poll() is None:
                    await asyncio.sleep(0.05)
        process.kill()
        process.wait()

    async def _launched(self) -> bool:
        with (self._directory / "engine.lock").open("ab") as lock:
            if not _took(lock):
                return False
            # Between looking for a free port and listening on it another program may take it.
            for ports in (_ports(_recorded(self._directory)), _free_ports(), _free_ports()):
                self._process = self._spawn(ports, lock)
                if await self._listens(self._process):
                    return True
        self._process = None
        last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
        raise EngineNotRunning(f"the engine does not start: {''.join(last)} (see {self._log})")

    def _spawn(self, ports: tuple[int, int], lock: IO[bytes]) -> subprocess.Popen[bytes]:
        record = {"address": f"127.0.0.1:{ports[0]}", "ui": f"http://127.0.0.1:{ports[1]}"}
        # Written before it listens: whoever waits must not try the address of last time.
        _record(self._directory, record)
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                self._command(ports),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock.fileno(),),  # The server holds the lock as long as it lives, even without us.
                process_group=0,  # Ctrl-C is for us: the server stops last.
                preexec_fn=end_with_parent,
            )
        _record(self._directory, record | {"pid": str(process.pid)})
        return process

    def _command(self, ports: tuple[int, int]) -> list[str]:
        command = [executable(), "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"]
        command += ["--port", str(ports[0]), "--ui-port", str(ports[1]), *DURABLE]
        command += ["--db-filename", str(self._directory / "temporal.db")]
        return [*command, "--namespace", self.settings.temporal_namespace]

    async def _listens(self, process: subprocess.Popen[bytes]) -> bool:
        address = _recorded(self._directory)["address"]
        while process.poll() is None:
            # Its own word for it: on a busy machine another server may have taken the port meanwhile, and answer there.
            if UP in self._log.read_text(errors="replace") and _answers(address):
                return True
            await asyncio.sleep(0.05)
        return False

    @property
    def _log(self) -> Path:
        return self._directory / "temporal.log"


def _took(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _recorded(data_dir: Path) -> dict[str, str]:
    try:
        return {str(k): str(v) for k, v in json.loads((data_dir / "engine.json").read_text()).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _record(data_dir: Path, record: dict[str, str]) -> None:
    draft = data_dir / "engine.json.new"
    draft.write_text(json.dumps(record))
    os.replace(draft, data_dir / "engine.json")


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def _ports(last: dict[str, str]) -> tuple[int, int]:
    """Those of last time, so that a bookmark of the UI stays good; else the usual ones; else any."""
    with suppress(KeyError, ValueError):
        before = int(last["address"].rpartition(":")[2]), int(last["ui"].rpartition(":")[2])
        if all(map(_is_free, before)):
            return before
    return USUAL_PORTS if all(map(_is_free, USUAL_PORTS)) else _free_ports()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
