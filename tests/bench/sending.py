"""What our way to send costs beside the bare SDK call."""

import tempfile
import time
from pathlib import Path
from statistics import median

from twilio.rest import Client as TwilioClient

from activities.vendors.twilio.twilio_send import BaseUrlHttpClient
from store.database import Database
from tests.bench.saying import say
from tests.standin.vendors import ACCOUNT, AUTH_TOKEN, SERVICE, vendors
from tests.vendors.post import Post, by_vendors

SENT = 100
VENDOR_SECONDS = 0.1
"""How long a vendor over the network takes at its best."""


def sending() -> None:
    """Our way to send an SMS beside the bare SDK call, in turns, against a vendor who answers as fast as real ones."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as directory, vendors(checked=False, latency_seconds=VENDOR_SECONDS) as standin:
        database = Database(f"sqlite:///{directory}/rientro.db")
        database.migrate()
        post = Post(database, by_vendors(standin, Path(directory)))
        client = TwilioClient(ACCOUNT, AUTH_TOKEN, http_client=BaseUrlHttpClient(standin.url, 10))
        for n in range(SENT):
            asked = post.step(post.case(reference=f"S{n}", customer=f"S{n}"))
            begun = time.perf_counter()
            client.messages.create(to="+12025550123", messaging_service_sid=SERVICE, body=f"a bare message {n}")
            between = time.perf_counter()
            post.run(asked)
            bare.append(between - begun)
            ours.append(time.perf_counter() - between)
    pairs = f"{median(ours) * 1000:.1f} ms to {median(bare) * 1000:.1f} ms"
    how = f"{SENT} pairs in turns, the vendor answers after {VENDOR_SECONDS * 1000:.0f} ms: {pairs}"
    say("send path, against the bare SDK call", f"{median(ours) / median(bare):.2f}", "at most 1.3", how)
    cost = median(o - b for o, b in zip(ours, bare, strict=True))
    say(
        "what the send path adds", f"{cost * 1000:.1f} ms", "", "two transactions on disk: the law, the text, the story"
    )
