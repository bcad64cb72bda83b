"""Every alarm: what it looks at, when it rings, what it means and what to press.

The queries are PromQL, which Prometheus, Grafana and Cloud Monitoring evaluate alike. An alarm is a condition that must
hold for a while; what only ever grows is looked at over a window of minutes.
"""

from __future__ import annotations

from engine.monitoring.alarm import Alarm, Severity, grown, of
from engine.telemetry import metrics

ALIVE = f"max({of(metrics.WORKERS, state='alive')})"
LOOK = "Open **System**: it says which part does not answer, and since when."
NO_ROOM = 500 << 20

ALARMS = (
    Alarm(
        "NoWorker",
        Severity.CRITICAL,
        f"max({of(metrics.QUEUE_AGE)})",
        ">",
        120,
        60,
        "Rows wait, and no worker is alive",
        (
            "Batches are queued and nobody works on them. Nothing is lost: they go on where they stopped once a "
            "worker runs."
        ),
        (
            (
                "Start one: `python -m engine worker`, or let Cloud Run do it: `gcloud run worker-pools update "
                "draft-maker-engine --instances=1`."
            ),
            "Where one should be running, its log says why it ended: look for `cannot_run`, or for `store_away`.",
        ),
        f"{ALIVE} < 1",
    ),
    Alarm(
        "QueueWaits",
        Severity.WARNING,
        f"max({of(metrics.QUEUE_AGE)})",
        ">",
        900,
        300,
        "Workers run, and a part of a batch has waited a quarter of an hour for one",
        "There are more batches than the workers get round to, or the workers that are alive are held up.",
        (
            "Open **System**: it says what each worker does, and what its rows wait for.",
            (
                "Where all are busy, start one more: `python -m engine worker`. All share one quota of each service: "
                "where rows wait for a quota, another worker is no faster."
            ),
        ),
        f"{ALIVE} >= 1",
    ),
    Alarm(
        "WorkerSilent",
        Severity.WARNING,
        f"max({of(metrics.WORKERS, state='silent')})",
        ">",
        0,
        120,
        "A worker has fallen silent without having stopped",
        (
            "It was killed, is frozen, or does not reach the job store. Its rows go to another worker when its lease "
            "ends; what it had in hand is looked up at eBay before anything is written again."
        ),
        (
            "Open **System**: it names the worker and its machine.",
            (
                "Look whether its process is alive and has memory and processor; start it again. One that is gone "
                "for good is forgotten an hour after its last heartbeat, and the alarm with it."
            ),
        ),
    ),
    Alarm(
        "WorkerDied",
        Severity.WARNING,
        grown(15, metrics.SHARDS_TAKEN_OVER),
        ">",
        0,
        0,
        "A worker took over rows that another one never let go of",
        (
            "The other one was killed, or frozen for longer than its lease. Its rows go on; none was lost or drafted "
            "twice."
        ),
        (
            (
                "Find out why it ended: out of memory, or stopped harder than by SIGTERM. Its last log lines and the "
                "platform's own say so."
            ),
            "A row that ends its worker three times is set aside; **Needs attention** has it.",
        ),
    ),
    Alarm(
        "LeaseLost",
        Severity.WARNING,
        grown(15, metrics.LEASES_LOST),
        ">",
        0,
        0,
        "A worker found that it had lost its lease",
        (
            "It was frozen, or its machine or the job store was too slow to renew a lease in time. It wrote nothing "
            "after that; another worker does its rows."
        ),
        (
            "Look at the processor and memory of its machine, and at the time that commits take, on the dashboard.",
            "Where the machine is slow by nature, give leases more time: `DM_LEASE_SECONDS`.",
        ),
    ),
    Alarm(
        "StoreAway",
        Severity.CRITICAL,
        f"min by (store) ({of(metrics.STORE_UP)})",
        "<",
        1,
        60,
        "A store does not answer the console, or cannot be written",
        (
            "Without the job store nothing is shown and nothing goes on; without the file store no batch starts. "
            "Workers wait, and go on by themselves."
        ),
        (
            LOOK,
            (
                "`does not answer` is an outage: wait for it to end. `refuses` is a setting: a missing role, a "
                "database that is not there, an index that is not built."
            ),
            "`python -m engine doctor` says what to mend.",
        ),
    ),
    Alarm(
        "StoreNotWritten",
        Severity.CRITICAL,
        grown(5, metrics.COMMITS, outcome="away"),
        ">",
        5,
        0,
        "The job store takes no writes",
        (
            "Commits fail, whatever is read: the disk is full or read-only, or the store refuses or does not answer. "
            "Rows wait, and go on by themselves."
        ),
        (
            (
                "`python -m engine doctor` writes and reads a document, and says what is wrong with the store and "
                "its disk."
            ),
            "Make room on the disk, or let the account that runs the processes write there.",
        ),
    ),
    Alarm(
        "StoreConflicts",
        Severity.WARNING,
        grown(10, metrics.COMMITS, outcome="conflict"),
        ">",
        100,
        300,
        "Many commits come second",
        (
            "Processes keep changing the same documents, and try again each time: work is slower, and none of it is "
            "lost. A few conflicts are usual, when workers reach for the same part of a batch."
        ),
        (
            "Look whether more workers run than there are batches for, and stop some.",
            "Look at the log for a command or a program that changes the same batch over and over.",
        ),
    ),
    Alarm(
        "DiskFull",
        Severity.CRITICAL,
        f"min({of(metrics.DISK_FREE)})",
        "<",
        NO_ROOM,
        60,
        "Less than 500 MB are free where a store in a file lies",
        "A job store that cannot grow takes no row.",
        (
            "Make room: delete batches that nobody needs, with **Delete**; move backups and old catalogues elsewhere.",
            "`python -m engine doctor` says how much is free, and where.",
        ),
    ),
    Alarm(
        "ServiceDown",
        Severity.WARNING,
        f"max by (service) ({of(metrics.BREAKER_OPEN)})",
        ">",
        0,
        300,
        "A service has not answered for five minutes",
        (
            "Its breaker keeps calls from it, but for one now and then that tries it. Rows wait for it or go on "
            "without it; no attempt is spent."
        ),
        (
            "Nothing has to be done: when it answers, rows go on by themselves.",
            "**Test** on **Connections** tries it; the service's own page says whether it has an outage.",
        ),
    ),
    Alarm(
        "ServiceRefuses",
        Severity.CRITICAL,
        f"max by (service) ({of(metrics.CREDENTIALS_REFUSED)})",
        ">",
        0,
        60,
        "A service does not accept our credentials",
        "Batches that need it have paused, and say so.",
        (
            (
                "Open **Connections**: **Connect eBay**, or **Connect Discogs** with a token that counts; keys in "
                "the settings win over those, so correct them where they stand."
            ),
            "Then **Resume** on the batches that have paused.",
        ),
    ),
    Alarm(
        "QuotaGone",
        Severity.WARNING,
        f"min by (service) ({of(metrics.BUDGET_LEFT, per='day')})",
        "<",
        1,
        60,
        "The calls that a service grants for a day are used up",
        "Rows that need it wait until its next day begins, which **System** names; no attempt is spent.",
        (
            "Nothing has to be done: they go on by themselves.",
            (
                "Where that is too late: choose a price rule that asks no market on **Seller settings** for the next "
                "batches, or ask the service for more."
            ),
        ),
    ),
    Alarm(
        "RowDefects",
        Severity.CRITICAL,
        grown(15, metrics.ROWS_ENDED, status="failed", cause="defect"),
        ">",
        0,
        0,
        "A row failed by an error that nobody foresaw",
        "A defect in the program. The row failed with a reference; nothing else was touched.",
        (
            "**Needs attention** has the row, and its reference; `row_defect` in the log has the error with it.",
            "Report both. Once it is mended, **Retry** the rows.",
        ),
    ),
    Alarm(
        "BatchFailed",
        Severity.WARNING,
        f"max({of(metrics.BATCHES, state='failed')})",
        ">",
        0,
        900,
        "A batch has failed, and nobody has seen to it",
        (
            "Its file is missing or cannot be read, or an error that nobody foresaw stopped it. Its rows stand as "
            "they stood."
        ),
        (
            "Open **Batches**, those that failed: each says why, and what mends it.",
            "Then **Recover** it, or **Archive** it.",
        ),
    ),
    Alarm(
        "ConsoleGone",
        Severity.CRITICAL,
        f"absent({of(metrics.STORE_UP)})",
        ">",
        0,
        300,
        "The console tells nothing",
        "It does not run, or what collects metrics does not reach it: what the other alarms look at is not known.",
        (
            "`python -m engine.health`, where it runs, says whether it does; start it again: `python -m console`.",
            (
                "Where it answers at `/health`: look whether the token that the monitor sends has ended, on "
                "**Access**, and whether OTEL_METRICS_EXPORTER is set."
            ),
        ),
    ),
)
