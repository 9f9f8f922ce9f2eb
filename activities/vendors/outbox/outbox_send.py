"""The outbox: a real channel that writes what would have been sent, one file a message, by debtor's day."""

import os
from datetime import datetime
from pathlib import Path

from activities.vendors.vendor import SentTwice
from models.message import Message


class Outbox:
    """Writes messages below `directory`; a key that is there already is never written again."""

    name = "outbox"
    remembers = True

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, message: Message) -> str:
        """Write the message; its reference is the file's name. Raises SentTwice."""
        path = self._path(message, "txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        if message.attachment is not None:
            self._write(self._path(message, "pdf"), message.attachment)
        if message.html is not None:
            self._write(self._path(message, "html"), message.html.encode())
        head = [f"To: {message.to}", f"Channel: {message.channel}", f"Key: {message.key}"]
        head += [f"Subject: {message.subject}"] if message.subject else []
        text = "\n".join([*head, "", message.body, ""])
        if not self._write(path, text.encode()):
            raise SentTwice(message.key)
        return path.name

    def find(self, message: Message, since: datetime | None = None) -> list[str]:
        """The message's file, if it was written whole."""
        path = self._path(message, "txt")
        return [path.name] if path.exists() else []

    def _path(self, message: Message, ending: str) -> Path:
        name = message.key.replace(":", "_").replace("/", "_")
        return self.directory / f"{message.day:%Y-%m-%d}" / f"{message.channel}-{name}.{ending}"

    def _write(self, path: Path, content: bytes) -> bool:
        """Whole or not at all, and only once: a link fails where the name exists, a crash leaves no half file."""
        part = path.with_name(f".{path.name}.{os.getpid()}.{id(content)}")
        part.write_bytes(content)
        try:
            os.link(part, path)
            return True
        except FileExistsError:
            return False
        finally:
            part.unlink()
