"""Does the application keep to its own description, whatever schemathesis makes of it, by strangers and by vendors?"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from requests import PreparedRequest
from starlette.datastructures import ImmutableMultiDict

from desk.delivery.hook_desk import HookDesk
from store.database import Database
from tests.web.conftest import keys, listening, payment_headers, people_of, sendgrid_headers, twilio_headers
from web.server import create_app

LIMITS = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def database(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    found = Database(f"sqlite:///{shutil.copy(migrated_file, tmp_path_factory.mktemp('described') / 'rientro.db')}")
    people_of(found)
    yield found
    found.close()


@pytest.fixture(scope="module")
def api(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    app = create_app(HookDesk(database, keys(database, data_dir=tmp_path_factory.mktemp("web"))))
    for port in listening(app):
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")


class Vendor(requests.auth.AuthBase):
    """Signs whatever is sent as the vendor of that door would."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        if "/twilio/" in request.path_url:
            form = ImmutableMultiDict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
            signed = twilio_headers(request.path_url, form)  # type: ignore[arg-type]
        elif "/sendgrid/" in request.path_url:
            signed = sendgrid_headers(body)
        else:
            signed = payment_headers(body)
        signed.pop("Content-Type")
        request.headers.update(signed)
        return request


def explore(api: Any, path: str, **more: Any) -> int:
    """Call every operation below the path with what fits its description and what does not; how many there are."""
    operations = [found.ok() for found in api.get_all_operations()]
    mine = [operation for operation in operations if operation.path.startswith(path)]
    for operation in mine:
        for mode in schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE:

            @LIMITS
            @given(case=operation.as_strategy(generation_mode=mode))
            def one(case: Any) -> None:
                case.call_and_validate(**more)

            with suppress(Unsatisfiable):  # What takes nothing cannot be called wrongly.
                one()
    return len(mine)


def test_strangers_are_answered_as_described(api: Any) -> None:
    assert explore(api, "/h") == 6


def test_vendors_are_answered_as_described(api: Any) -> None:
    assert explore(api, "/hooks/twilio", auth=Vendor()) == 3
    assert explore(api, "/hooks/sendgrid", auth=Vendor()) == 1
    # What an amount or a day may be is finer than a schema can say: more is refused than it describes.
    finer = schemathesis.checks.CHECKS.get_by_names(["positive_data_acceptance"])
    assert explore(api, "/hooks/payments", auth=Vendor(), excluded_checks=finer) == 1
