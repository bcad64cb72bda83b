"""How workers fare that all reach for the same pending jobs, in two forms of claiming."""

from __future__ import annotations

import multiprocessing
import queue
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

from google.api_core.exceptions import GoogleAPICallError
from google.cloud import firestore

from engine.batches.documents import SHARDS
from engine.bootstrap import open_store
from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.batch.shards import Shard, ShardKind
from engine.errors import Conflict, IllegalTransition
from engine.sandbox.emulators import a_project
from engine.store.base import Expect, Order, Put, Where
from engine.worker.scheduler import CANDIDATES
from engine.worker.shard_lease import ShardLease

LEASE = timedelta(minutes=5)
CLAIMERS, JOBS, CLAIM_SECONDS = 16, 100, 15.0

PROCESSES = multiprocessing.get_context("forkserver")  # a connection of gRPC does not survive a fork
PROCESSES.set_forkserver_preload(["benchmarks.engine", "engine.files.gcs", "engine.store.firestore"])


def claims(form: str) -> dict[str, float]:
    """Return how 16 processes fare that claim 100 pending jobs in one form."""
    address = f"firestore://{a_project()}/(default)"
    store, now = open_store(address, SystemClock()), SystemClock().now()
    go, told = PROCESSES.Event(), PROCESSES.Queue()
    started = [
        PROCESSES.Process(target=claim, args=(address, form, number, go, told), daemon=True)
        for number in range(CLAIMERS)
    ]
    for process in started:
        process.start()
    pending = [Shard(f"job_{n}", 0, ShardKind.ROWS, 0, 1, 0, created_at=now, available_at=now) for n in range(JOBS)]
    store.commit(*(Put(f"{SHARDS}/{shard.name}", encode(shard), Expect.ABSENT) for shard in pending))
    for _ in started:
        told.get(timeout=60)
    began = time.monotonic()
    go.set()
    events, over = [], 0
    while over < CLAIMERS and time.monotonic() < began + CLAIM_SECONDS:
        with suppress(queue.Empty):
            event = told.get(timeout=1)
            over += event[0] == "over"
            events.append(event)
    for process in started:
        process.kill()
        process.join()
    store.close()
    kinds = Counter(kind for kind, *_ in events)
    claimed = [(worker, name, at) for kind, worker, name, at in events if kind == "claimed"]
    seconds = max((at for *_, at in claimed), default=began + CLAIM_SECONDS) - began
    return {
        "claimed": len(claimed),
        "claimed_twice": len(claimed) - len({name for _, name, _ in claimed}),
        "claims_s": round(len(claimed) / seconds, 1),
        "workers_with_a_claim": len({worker for worker, *_ in claimed}),
        "refused": kinds["refused"],
        "errors": kinds["error"],
    }


def claim(address: str, form: str, number: int, go: Any, told: Any) -> None:
    """Be a claimer: once `go` is set, claim until nothing is pending, and tell what comes of each try."""
    clock = SystemClock()
    store = open_store(address, clock)
    client = firestore.Client(project=address.split("/")[2], database="(default)")
    store.get("warm/up")
    client.document("warm/up").get()
    told.put(("ready", number, "", 0.0))
    go.wait()
    free = [Where("available_at", "<=", clock.now())]
    while found := store.find(SHARDS, free, Order("available_at"), CANDIDATES):
        random.shuffle(found)
        for document in found:
            kind = "claimed"
            try:
                if form == "version":
                    ShardLease.claim(
                        store, clock, document, worker=f"w{number}", lanes=1, lease=LEASE, stop=threading.Event()
                    )
                else:
                    read_check_write(client, document.path, number)
            except (Conflict, IllegalTransition):
                kind = "refused"
            except (GoogleAPICallError, ValueError):
                kind = "error"
            told.put((kind, number, document.name, time.monotonic()))
            if kind == "claimed":
                break
    told.put(("over", number, "", 0.0))


def read_check_write(client: firestore.Client, path: str, number: int) -> None:
    """Claim in the form that locks: read the document in the transaction, look, write."""
    reference = client.document(path)
    now = SystemClock().now()

    @firestore.transactional  # type: ignore[untyped-decorator]
    def attempt(transaction: firestore.Transaction) -> None:
        found = reference.get(transaction=transaction)
        if found.get("available_at") > now:
            raise IllegalTransition("it is not free")
        until = {"owner": number, "epoch": found.get("epoch") + 1, "available_at": now + LEASE}
        transaction.update(reference, until)

    attempt(client.transaction())
