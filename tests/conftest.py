"""What do tests run on? Both databases, the real Temporal server on virtual time, an embedded engine."""

import asyncio
import getpass
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

# The suite is about the code, not about how this machine is set up.
for name in [n for n in os.environ if n.startswith(("TEMPORAL_", "RIENTRO_")) or n == "DATABASE_URL"]:
    del os.environ[name]
os.environ["TEMPORAL_CONFIG_FILE"] = os.devnull

from engine import EmbeddedEngine, end_with_parent, executable  # noqa: E402
from settings import HOUSE, Settings, load_settings  # noqa: E402
from store.database import Database  # noqa: E402
from tests.now import HOSTILE, ORDINARY, living_at  # noqa: E402
from tests.workflows.later import Later  # noqa: E402
from workflows.engine_names import SEARCH_ATTRIBUTES  # noqa: E402

Settings.model_config["env_file"] = None

# Without the first flag time is not skipped at all, without the second each skip takes a second.
VIRTUAL_TIME = (
    "--dynamic-config-value",
    "frontend.WorkflowTimeSkippingEnabled=true",
    "--dynamic-config-value",
    'history.timerProcessorMaxTimeShift="10ms"',
)
SERVERS = {"temporal_env", "engine_server", "house"}
"""Fixtures behind which a server runs."""
FAST_POSTGRES = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
SHARED = HOUSE.parent / "shared"


def postgres_binaries() -> Path | None:
    """The directory of the newest installed PostgreSQL server."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A test that is left out is left out loudly."""
    if postgres_binaries() is None:
        terminalreporter.section("NOT TESTED: PostgreSQL (its server is not installed; apt-get install postgresql)")
    if not SHARED.is_dir():
        terminalreporter.section("NOT TESTED: what compares with ../shared (it is not there)")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The notes beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not there: nothing to compare with")
    return SHARED


# --- The clock -------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """For who wants to know of more than what is marked."""
    parser.addoption("--any-day", action="store_true", help="every test runs on each hostile day as well")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What needs a calendar runs on an ordinary day and on each hostile one."""
    if metafunc.definition.get_closest_marker("any_day") or metafunc.config.getoption("any_day"):
        metafunc.parametrize("clock", [None, *HOSTILE.values()], ids=["today", *HOSTILE], indirect=True)


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """When the test lives. What meets a server or a process of its own lives now, for nobody moves their clocks."""
    meets = SERVERS & {*request.fixturenames} or request.node.get_closest_marker("real_clock")
    moment = getattr(request, "param", None) or (None if meets else ORDINARY)
    with living_at(moment) if moment else nullcontext():
        yield


# --- Databases -------------------------------------------------------------------------------------------------------


class Postgres:
    """A throw-away cluster of our own, reached through a socket only we know, so that no port is taken."""

    def __init__(self, binaries: Path) -> None:
        # Not pytest's directory: the server runs as another user, who may not enter it.
        self.home = Path(tempfile.mkdtemp(prefix="rientro-pg-"))
        # PostgreSQL refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        shutil.chown(self.home, self.user)
        who: dict[str, Any] = {"user": self.user, "group": self.user, "extra_groups": []} if os.geteuid() == 0 else {}
        data = self.home / "data"
        init = f"{binaries}/initdb -D {data} -U rientro -A trust -E UTF8 --locale=C --no-sync"
        subprocess.run(init.split(), check=True, capture_output=True, cwd=self.home, **who)
        run = f"{binaries}/postgres -D {data} -k {self.home} -c listen_addresses= {FAST_POSTGRES}"
        log = (self.home / "log").open("wb")
        self.process = subprocess.Popen(
            run.split(), stdout=log, stderr=log, cwd=self.home, preexec_fn=end_with_parent, process_group=0, **who
        )
        self._wait()

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://rientro@/{name}?host={self.home}"

    def execute(self, statement: str) -> None:
        """Run a statement that may not be in a transaction."""
        database = Database(self.url("postgres"))
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
        database.close()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # "Fast": do not wait for clients.
        self.process.wait(timeout=30)
        shutil.rmtree(self.home, ignore_errors=True)

    def _wait(self) -> None:
        status = self.home / "data" / "postmaster.pid"
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            if status.exists() and "ready" in status.read_text():
                return
            time.sleep(0.05)
        raise RuntimeError((self.home / "log").read_text())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running cluster, one for each test process, with a migrated database to copy from."""
    binaries = postgres_binaries()
    if binaries is None and os.environ.get("CI"):
        pytest.fail("PostgreSQL is not installed, and CI leaves nothing out")
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    cluster = Postgres(binaries)
    cluster.execute("CREATE DATABASE migrated")
    original = Database(cluster.url("migrated"))
    original.migrate()
    original.close()  # A database that is in use cannot be copied.
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty PostgreSQL database."""
    yield from _created(postgres, template="template1")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy from."""
    path = tmp_path_factory.mktemp("migrated") / "rientro.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with all tables."""
    database = Database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'rientro.db')}")
    yield database
    database.close()


@pytest.fixture
def postgresql_database(postgres: Postgres) -> Iterator[Database]:
    """A fresh PostgreSQL database with all tables."""
    for url in _created(postgres, template="migrated"):
        database = Database(url)
        yield database
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database with all tables, once on each kind."""
    found = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(found, Database)
    return found


def _created(cluster: Postgres, template: str) -> Iterator[str]:
    name = f"t{uuid4().hex}"
    cluster.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield cluster.url(name)
    cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")


# --- Temporal --------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal_env() -> AsyncIterator[WorkflowEnvironment]:
    """The real server on virtual time, one for each test process: use fresh workflow ids and task queues."""
    later = Later()
    env = later.env = await WorkflowEnvironment.start_time_skipping_v2(
        interceptors=[later],
        data_converter=pydantic_data_converter,
        dev_server_existing_path=executable(),
        dev_server_extra_args=VIRTUAL_TIME,
        search_attributes=SEARCH_ATTRIBUTES,
    )
    yield env
    await env.shutdown()
    await asyncio.sleep(0.3)  # temporalio/sdk-python#300: the interpreter may crash when it ends too soon after.


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a machine of its own: nothing runs there yet."""
    return load_settings(data_dir=tmp_path / "data")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedEngine]:
    """A running embedded engine, one for each test file, for tests of real processes on real time."""
    async with EmbeddedEngine(load_settings(data_dir=tmp_path_factory.mktemp("engine"))) as engine:
        yield engine
    await asyncio.sleep(0.3)
