"""E-mail by any SMTP server, certified mail (PEC) too: the standard library, step by step, to know what was taken."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

from pydantic import SecretStr

from activities.vendors.vendor import MayHaveLeft, NotSent
from activities.vendors.vendor_errors import refusal
from models.message import Message

_ENHANCED = re.compile(rb"^([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class Smtp:
    """A server that takes mail for us. `sender` is an address, with a name before it or without."""

    host: str
    port: int
    sender: str
    timeout: float
    user: str | None = None
    password: SecretStr | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    name: str = "smtp"
    remembers: bool = False

    def send(self, message: Message) -> str | None:
        """Send once; the reference is the Message-ID. Raises NotSent, MayHaveLeft, Rejected."""
        mail = self._mail(message)
        try:
            server = self._connected()
        except smtplib.SMTPAuthenticationError as said:
            raise _refused(said.smtp_code, said.smtp_error) from None
        except (OSError, smtplib.SMTPException) as fault:
            raise NotSent(f"smtp {type(fault).__name__}") from None
        try:
            self._address(server, message.to)
            # From here on the server may take it, though we do not hear so.
            self._hand_over(server, mail)
        finally:
            server.close()
        return str(mail["Message-ID"])

    def find(self, message: Message, since: datetime | None = None) -> list[str]:
        """Nothing: a mail server cannot be asked."""
        return []

    def _connected(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=secure)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        if self.security == "starttls":
            server.starttls(context=secure)
        server.ehlo_or_helo_if_needed()
        if self.user and self.password:
            server.login(self.user, self.password.get_secret_value())
        return server

    def _address(self, server: smtplib.SMTP, to: str) -> None:
        try:
            answers = (server.mail(parseaddr(self.sender)[1]), server.rcpt(to))
        except (OSError, smtplib.SMTPException) as fault:
            raise NotSent(f"smtp {type(fault).__name__}") from None
        for code, said in answers:
            if not 200 <= code < 300:
                raise _refused(code, said)

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage) -> None:
        try:
            code, said = server.data(mail.as_bytes())
        except smtplib.SMTPDataError as before:  # It did not want to hear the text at all.
            raise _refused(before.smtp_code, before.smtp_error) from None
        except (OSError, smtplib.SMTPException) as fault:
            raise MayHaveLeft(f"smtp {type(fault).__name__}") from None
        if not 200 <= code < 300:
            raise _refused(code, said)

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = self.sender, message.to, message.subject or ""
        mail["Date"] = format_datetime(datetime.now(UTC))
        # The same for the same attempt: whoever gets it twice can tell.
        mail["Message-ID"] = f"<{message.token}@{parseaddr(self.sender)[1].partition('@')[2]}>"
        mail.set_content(message.body)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
        if message.attachment is not None:
            mail.add_attachment(message.attachment, maintype="application", subtype="pdf", filename="letter.pdf")
        return mail


def _refused(code: int, said: bytes | str) -> Exception:
    text = said if isinstance(said, bytes) else said.encode()
    enhanced = _ENHANCED.match(text.strip())
    return refusal("smtp", code, enhanced[1].decode() if enhanced else None)
