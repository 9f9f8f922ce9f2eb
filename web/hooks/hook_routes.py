"""What vendors and banks tell over HTTP: signed or refused, kept before it is answered, told to the cases behind it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, FastAPI, Header, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import ClientDisconnect

from activities.vendors.sendgrid.sendgrid_hooks import sendgrid_events
from activities.vendors.twilio.twilio_hooks import twilio_inbound, twilio_status
from activities.vendors.vendor_hook import Refusal
from desk.actor import Actor
from desk.delivery.hook_desk import HookDesk
from desk.delivery.webhook_intake import NotKept
from desk.portfolios.payment_notices import NoJson, Noted, PaymentsTold, read_payments
from desk.refused import Refused
from web.hooks.doors import Doors

LARGEST_BODY = 2 * 2**20
"""SendGrid's batches are under one megabyte."""
TOO_LARGE = f"larger than {LARGEST_BODY:,} bytes"
READ_SECONDS = 10
MOST_FIELDS = 500
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
log = logging.getLogger("rientro.hooks")


class Told(BaseModel):
    """Why a webhook was not taken."""

    detail: str


REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": Told, "description": why}
    for status, why in {
        400: "cannot be read: truncated, mis-encoded, not what it says it is",
        403: "no signature, or one that does not fit",
        408: "the body did not come in time",
        413: "larger than two megabytes",
        415: "of another type or encoding",
        422: "read, but not what is documented",
        503: "not configured here, or it cannot be kept now: send it again",
    }.items()
}
Token = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The opaque name of the attempt.")]


class Hooks:
    """The doors for vendors."""

    def __init__(self, desk: HookDesk, doors: Doors) -> None:
        self._desk = desk
        self._doors = doors

    def router(self) -> APIRouter:
        """All of them."""
        router = APIRouter(prefix="/hooks", tags=["webhooks"], responses=REFUSED)
        status, text = _form_of("MessageSid", "MessageStatus"), _form_of("MessageSid", "From")
        events = _described(JSON, {"type": "array", "items": {"type": "object"}})
        add = router.add_api_route
        more: dict[str, Any] = {"methods": ["POST"], "response_class": Response}
        add("/twilio/status/{token}", self.twilio_status, status_code=204, openapi_extra=status, **more)
        add("/twilio/status", self.twilio_status_by_id, status_code=204, openapi_extra=status, **more)
        add("/twilio/inbound", self.twilio_inbound, status_code=204, openapi_extra=text, **more)
        add("/sendgrid/events", self.sendgrid_events, status_code=204, openapi_extra=events, **more)
        more |= {"response_class": JSONResponse, "response_model": Noted}
        add("/payments", self.payments, status_code=202, openapi_extra=_payments_described(), **more)
        return router

    async def twilio_status(self, request: Request, token: Token) -> Response:
        """What became of an SMS, at the address that was given along with it."""
        form = await self._twilio(request)
        return await self._kept(twilio_status(form, token, datetime.now(UTC)))

    async def twilio_status_by_id(self, request: Request) -> Response:
        """What became of an SMS, by Twilio's id: for a messaging service that calls one address for all."""
        form = await self._twilio(request)
        return await self._kept(twilio_status(form, None, datetime.now(UTC)))

    async def twilio_inbound(self, request: Request) -> Response:
        """What a debtor wrote. Nothing is answered: Twilio confirms its own stop words, and nobody is written twice."""
        form = await self._twilio(request)
        return await self._kept(twilio_inbound(form, datetime.now(UTC)))

    async def sendgrid_events(self, request: Request) -> Response:
        """What became of e-mails."""
        self._doors.require("sendgrid")
        body = await _body(request, JSON)
        self._doors.sendgrid.check(body, request.headers)
        return await self._kept(*sendgrid_events(body, datetime.now(UTC)))

    async def payments(
        self,
        request: Request,
        rientro_client: Annotated[str, Header(description="Whose key signed it.")] = "",
        rientro_timestamp: Annotated[str, Header(description="Seconds since 1970.")] = "",
        rientro_signature: Annotated[str, Header(description="HMAC-SHA256 of `timestamp.body`, hexadecimal.")] = "",
    ) -> Noted:
        """Money that came, or was taken back."""
        self._doors.require("payments")
        body = await _body(request, JSON)
        client = self._doors.payments.check(body, request.headers, datetime.now(UTC))
        try:
            by = Actor("payments", "system")
            return await self._desk.note(by, client, read_payments(by, body, datetime.now(UTC).date()))
        except NotKept:
            raise
        except Refused as refused:
            raise Refusal(400 if isinstance(refused, NoJson) else 422, str(refused)) from None

    async def _twilio(self, request: Request) -> ImmutableMultiDict[str, str]:
        self._doors.require("twilio")
        form = _form(await _body(request, FORM))
        called = request.scope["raw_path"].decode("ascii", "replace")
        query = request.scope["query_string"].decode("ascii", "replace")
        self._doors.twilio.check(f"{called}?{query}" if query else called, form, request.headers)
        return form

    async def _kept(self, *arrivals: Any) -> Response:
        if arrivals:
            await self._desk.keep(arrivals)
        return Response(status_code=204)


async def _body(request: Request, wanted: str) -> bytes:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().casefold().removeprefix("charset=").strip('"')
    if kind.strip().casefold() != wanted or charset not in ("", "utf-8"):
        raise Refusal(415, f"send it as {wanted} in UTF-8")
    if request.headers.get("content-encoding", "identity").casefold() != "identity":
        raise Refusal(415, "send it without compression")
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await _read(request)
    except TimeoutError:
        raise Refusal(408, "the body did not come in time") from None
    except ClientDisconnect:
        raise Refusal(400, "the body is cut off") from None


async def _read(request: Request) -> bytes:
    said = request.headers.get("content-length", "0")
    if said.isdecimal() and int(said) > LARGEST_BODY:
        raise Refusal(413, TOO_LARGE)
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LARGEST_BODY:
            raise Refusal(413, TOO_LARGE)
    return bytes(read)


def _form(body: bytes) -> ImmutableMultiDict[str, str]:
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refusal(400, "the form cannot be decoded") from None
    return ImmutableMultiDict(pairs)


def _described(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}


def _form_of(*needed: str) -> dict[str, Any]:
    fields = {name: {"type": "string", "minLength": 1} for name in needed}
    more = {"type": "string"}
    return _described(
        FORM, {"type": "object", "required": list(needed), "properties": fields, "additionalProperties": more}
    )


def _payments_described() -> dict[str, Any]:
    schema = PaymentsTold.model_json_schema()
    schema["properties"]["payments"]["items"] = schema.pop("$defs")["PaymentTold"]
    return _described(JSON, schema)


def add_refusals(app: FastAPI) -> None:
    """How what is not taken is answered and logged: the door, the status and the reason, and nothing it held."""

    async def refused(request: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)
        return _refuse(request, refusal.status, refusal.why)

    async def not_kept(request: Request, fault: Exception) -> Response:
        return _refuse(request, 503, str(fault))

    async def misdirected(request: Request, fault: Exception) -> Response:
        return _refuse(request, 422, "this is no address that was given to anybody")

    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        Refusal: refused,
        NotKept: not_kept,
        RequestValidationError: misdirected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _refuse(request: Request, status: int, why: str) -> Response:
    route = request.scope.get("route")
    # What is wrong with the content is for the sender: it may quote it.
    said = "its content" if status == 422 else why
    log.warning("webhook refused: %s: %s %s", getattr(route, "path", "unknown address"), status, said)
    return JSONResponse({"detail": why}, status)
