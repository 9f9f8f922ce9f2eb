"""The product's own processes, live at the stand-in: a worker, and the web server that the vendors call back."""

import socket
from pathlib import Path
from typing import Any

from tests.durability.machine import Machine, WorkerProcess
from tests.standin.vendors import ACCOUNT, API_KEY, AUTH_TOKEN, SERVICE, Vendors

FROM = "Banca Esempio <banca@example.org>"


class Living:
    """The processes of one machine, and how they are told of the stand-in."""

    def __init__(self, machine: Machine, standin: Vendors, **more: Any) -> None:
        self._machine = machine
        self.url = f"http://127.0.0.1:{_free_port()}"
        standin.callbacks.events = f"{self.url}/hooks/sendgrid/events"
        self.environment = {
            "RIENTRO_DATA_DIR": str(machine.settings.data_dir),
            "RIENTRO_WEB_PORT": self.url.rpartition(":")[2],
            "RIENTRO_DELIVERY": "live",
            "PUBLIC_URL": self.url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_MESSAGING_SERVICE_SID": SERVICE,
            "TWILIO_BASE_URL": standin.url,
            "SENDGRID_API_KEY": API_KEY,
            "SENDGRID_HOST": standin.url,
            "SENDGRID_VERIFICATION_KEY": standin.callbacks.sendgrid_public_key,
            "RIENTRO_EMAIL_FROM": FROM,
            "RIENTRO_VENDOR_TIMEOUT": "2",
            "RIENTRO_SMS_PER_SECOND": "500",
            "RIENTRO_EMAILS_PER_SECOND": "500",
            **{name.upper(): str(value) for name, value in more.items()},
        }

    def worker(self) -> WorkerProcess:
        """One more worker; it is waited for with `at_work`."""
        return self._begun()

    def web(self) -> WorkerProcess:
        """The web server."""
        return self._begun("starter.py", "serve", begins="Web: http")

    def _begun(self, *program: str, **begins: str) -> WorkerProcess:
        log: Path = self._machine.settings.data_dir / f"live-{len(self._machine.workers)}.log"
        self._machine.workers.append(WorkerProcess(self.environment, log, *program, **begins))
        return self._machine.workers[-1]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
