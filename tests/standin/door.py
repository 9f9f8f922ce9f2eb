"""Our door for callbacks, as far as the sending half needs it: checks the signature, keeps what is told, says so."""

import json
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from sendgrid.helpers.eventwebhook import EventWebhook, EventWebhookHeader
from sqlmodel import Session, select
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from models.arrivals import Webhook
from models.database import Database
from models.tables import Attempt
from tests.standin.callbacks import Callbacks
from tests.standin.vendors import _Silent

HOOKS = "/hooks/twilio/status/"


class Door:
    """Listens on a port of its own until it is closed."""

    def __init__(self, database: Database, callbacks: Callbacks) -> None:
        self._database, self._callbacks = database, callbacks
        self._server = make_server("127.0.0.1", 0, self._app, threaded=True, request_handler=_Silent)
        self.url = f"http://127.0.0.1:{self._server.port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def _app(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data(cache=True)
        taken = self._twilio(request) if request.path.startswith(HOOKS) else self._sendgrid(request, body)
        return Response(status=204 if taken else 403)(environ, start_response)

    def _twilio(self, request: Request) -> bool:
        form = request.form.to_dict()
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(self._callbacks.twilio_token).validate(self.url + request.path, form, signature):
            return False
        self._keep("twilio_status", request.path.removeprefix(HOOKS), form["MessageSid"], form["MessageStatus"])
        return True

    def _sendgrid(self, request: Request, body: bytes) -> bool:
        signed = (request.headers[EventWebhookHeader.SIGNATURE], request.headers[EventWebhookHeader.TIMESTAMP])
        hook = EventWebhook(self._callbacks.sendgrid_public_key)
        if not hook.verify_signature(body.decode(), *signed, hook.public_key):
            return False
        for event in json.loads(body):
            reference = event["sg_message_id"].partition(".")[0]
            self._keep("sendgrid", event["action_id"], reference, event["event"])
        return True

    def _keep(self, source: str, token: str, reference: str, status: str) -> None:
        with self._database.session() as session:
            attempt = session.exec(select(Attempt).where(Attempt.token == token)).first()
            key = f"{source}:{reference}:{status}"
            if attempt is None or _known(session, key):
                return
            attempt.provider_id, attempt.provider_status = reference, status
            content = {"status": status, "provider_id": reference}
            row = Webhook(key=key, source=source, attempt=attempt.key, status="told", content=content)
            row.at = datetime.now(UTC)
            session.add(row)


def _known(session: Session, key: str) -> bool:
    return session.exec(select(Webhook.id).where(Webhook.key == key)).first() is not None
