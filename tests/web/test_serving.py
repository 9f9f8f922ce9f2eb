"""Is the web server one command that says where it listens, what it takes, and why it cannot start?"""

import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from store.database import Database
from tests.commands.conftest import House

SIGNED = """
NOW=$(date +%s)
SIGNATURE=$(printf '%s.%s' "$NOW" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -hex | sed 's/.* //')
echo "$NOW $SIGNATURE"
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A data directory with tables, and nothing that runs."""
    database = Database(f"sqlite:///{tmp_path / 'rientro.db'}")
    database.migrate()
    database.close()
    return House(tmp_path)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_it_says_where_it_listens_and_which_doors_are_open_and_ends_when_it_is_told(house: House, port: int) -> None:
    house.environment |= {"RIENTRO_WEB_PORT": str(port), "RIENTRO_PAYMENT_SECRETS": '{"demo": "sixteen-characters"}'}
    process = house.spawn("starter", "serve")
    said = process.stdout.readline()
    assert said == f"Web: http://127.0.0.1:{port}, webhooks: twilio off (no key), sendgrid off (no key), payments on\n"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
        assert answer.status == 200
    assert paid(port, "sixteen-characters") == 202
    assert paid(port, "sixteen-charactors") == 403
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert [p["reference"] for p in house.json("starter", "payments", "--unmatched")] == ["R-1"]


def paid(port: int, secret: str) -> int:
    """As docs/webhooks.md has it: signed by openssl."""
    payment = '{"reference": "R-1", "amount": "1015.00", "currency": "EUR", "value_date": "2026-11-20"}'
    body = f'{{"payments": [{payment}]}}'
    environment = {"BODY": body, "SECRET": secret, "PATH": "/usr/bin:/bin"}
    run = subprocess.run(["sh", "-c", SIGNED], env=environment, capture_output=True, text=True, check=True)
    now, signature = run.stdout.split()
    headers = {"Content-Type": "application/json", "Rientro-Client": "demo"}
    headers |= {"Rientro-Timestamp": now, "Rientro-Signature": signature}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/hooks/payments", body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_port_that_is_taken_is_said_in_one_line(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        house.environment |= {"RIENTRO_WEB_PORT": str(port)}
        ran = house.process("starter", "serve")
    assert (ran.returncode, ran.stdout) == (1, "")
    said = f"starter: cannot listen on 127.0.0.1:{port} (Address already in use): set RIENTRO_WEB_PORT\n"
    assert ran.stderr == said


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("PUBLIC_URL", "rientro.example", "PUBLIC_URL: write it as https://host"),
        ("SENDGRID_VERIFICATION_KEY", "nonsense", "SENDGRID_VERIFICATION_KEY: this is not the verification key"),
        ("RIENTRO_PAYMENT_SECRETS", '{"demo": "short"}', "RIENTRO_PAYMENT_SECRETS: a secret needs at least 16"),
        ("RIENTRO_PAYMENT_SECRETS", "{demo", "RIENTRO_PAYMENT_SECRETS: this is not JSON"),
        ("RIENTRO_WEB_PORT", "0", "RIENTRO_WEB_PORT: Input should be greater than or equal to 1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_in_one_line(house: House, variable: str, value: str, why: str) -> None:
    house.environment |= {variable: value}
    ran = house.run("starter", "serve")
    assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1)
    assert why in ran.stderr
    assert value not in ran.stderr


def test_make_run_says_where_the_web_server_is_and_goes_on_without_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        lone = House(tmp_path)
        lone.environment |= {"RIENTRO_WEB_PORT": str(port)}
        (tmp_path / "empty.csv").write_text((Path(__file__).parents[2] / "examples" / "portfolio.csv").read_text())
        process = lone.spawn("starter", "run", "empty.csv")
        lines = iter(process.stderr.readline, "")
        said = next(line for line in lines if line.startswith(("no web server", "Web: ")))
        assert said.startswith(f"no web server: cannot listen on 127.0.0.1:{port} ")
        assert process.poll() is None
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0
