"""A mail server of a few lines, which answers RCPT and the text as it is told: refuses, hangs up, or takes."""

from email import message_from_bytes
from email.message import Message
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread


class Mailbox(ThreadingTCPServer):
    """Listens on a port of its own; `rcpt` and `data` are its replies there, or `drop`: taken, but never said."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, rcpt: str = "250 ok", data: str = "250 ok") -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.rcpt, self.data = rcpt, data
        self.taken: list[Message] = []
        self.port: int = self.server_address[1]
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


class _Talk(StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                if not self._text():
                    return
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say(self.server.rcpt if verb == b"RCPT" else "250 ok")

    def _text(self) -> bool:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if self.server.data[0] in "2d":
            self.server.taken.append(message_from_bytes(b"".join(lines)))
        if self.server.data == "drop":
            return False
        self._say(self.server.data)
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")
