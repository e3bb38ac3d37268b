"""Background work. Every run has a row: state, progress, error, log; the queue entry is only its wake-up.

A room registers a handler for a kind of job. `submit` writes the run and its queue entry in the caller's
transaction; `run_now` does the same work in the caller's process (commands do this). A handler takes the run's
handle and ids, and may be run twice. A run that waits without an entry is queued again once, or says why it ended.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.db.models import F, Q
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status

from zhike.kernel import clock, context, heartbeats, run_ends
from zhike.kernel.definition_parts import Labels, Words, both, kept
from zhike.kernel.errors import NotFound, ZhikeError
from zhike.kernel.full_disk import full_disk
from zhike.kernel.ids import uuid7
from zhike.kernel.isolation import told, trace
from zhike.kernel.models import Run
from zhike.kernel.queues import Queue

_log = logging.getLogger("zhike.jobs")
_LOG_LINES = 500
_LOST = {
    "code": "run.lost",
    "message": "任务在队列中的位置两次丢失，未能开始",
    "message_en": "It lost its place in the queue twice and never began",
}


class Cancelled(ZhikeError):
    """Somebody asked the run to stop, and it did."""

    code = "run.cancelled"
    status = 409
    zh = "任务已取消"
    en = "The run was cancelled"


class Later(Exception):
    """What a handler raises that cannot go on now: its run waits and is taken up again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


#: Hears how far a run is: the step, what is done and of how much.
Listener = Callable[[Words, int, int], None]


class RunHandle:
    """What a handler sees of its run."""

    def __init__(self, run: Run, listener: Listener | None = None) -> None:
        self._run = run
        self._listener = listener

    @property
    def uid(self) -> uuid.UUID:
        """The run's uid."""
        return self._run.uid

    @property
    def params(self) -> Mapping[str, object]:
        """What the run was submitted with."""
        params: Mapping[str, object] = self._run.params
        return params

    @property
    def submitted_at(self) -> datetime:
        """When the run was submitted."""
        at: datetime = self._run.created_at
        return at

    def progress(self, step: Words, done: int = 0, total: int = 0) -> None:
        """Record how far the run is; raises Cancelled when somebody asked it to stop."""
        text, english = kept(step)
        Run.objects.filter(pk=self._run.pk).update(step=text, step_en=english, done=done, total=total)
        if self._listener:
            self._listener(step, done, total)
        if Run.objects.filter(pk=self._run.pk, cancel_requested=True).exists():
            raise Cancelled()

    def say(self, line: str) -> None:
        """Append a line to the run's log (at most 500 are kept)."""
        self._run.log = [*self._run.log, f"{clock.now():%Y-%m-%dT%H:%M:%SZ} {line}"][-_LOG_LINES:]
        Run.objects.filter(pk=self._run.pk).update(log=self._run.log)


Handler = Callable[[RunHandle], Mapping[str, object] | None]
_handlers: dict[str, tuple[Handler, Queue]] = {}


def register(kind: str, handler: Handler, *, queue: Queue) -> None:
    """Make `handler` do the jobs of `kind`; called by the owning room when the application starts."""
    _handlers[kind] = handler, queue


def kinds(queue: Queue | None = None) -> list[str]:
    """Return the kinds of jobs that there are, of one queue if given."""
    return [kind for kind, (_handler, of) in _handlers.items() if queue in (None, of)]


def submit(kind: str, title: Words, params: Mapping[str, object] | None = None) -> uuid.UUID:
    """Write a run of `kind` and queue it in the caller's transaction; return the run's uid."""
    run = _create(kind, title, params)
    execute.configure(queue=_handlers[kind][1]).defer(run=str(run.uid))
    return run.uid


def run_now(
    kind: str, title: Words, params: Mapping[str, object] | None = None, listener: Listener | None = None
) -> Run:
    """Do a run of `kind` here and now; return its finished row. Raises what the handler raised."""
    run = _create(kind, title, params)
    _perform(run, listener)
    run.refresh_from_db()
    return run


def title_of(run: Run) -> Labels:
    """Return what a run is called."""
    return both(run.title, run.title_en)


def step_of(run: Run) -> Labels:
    """Return what a run was doing when it last said so."""
    return both(run.step, run.step_en)


def under_way(run: Run | None) -> bool:
    """Return whether a run waits, is being done, or will be taken up again after its worker died."""
    if run is None:
        return False
    if run.state == Run.State.INTERRUPTED:
        return bool(_queued([run.uid]))
    return run.state in (Run.State.WAITING, Run.State.RUNNING)


def request_cancel(uid: uuid.UUID) -> None:
    """Ask the run to stop at its next step; one that has not started never starts."""
    found = Run.objects.filter(uid=uid, state__in=[Run.State.WAITING, Run.State.RUNNING])
    if not found.update(cancel_requested=True) and not Run.objects.filter(uid=uid).exists():
        raise NotFound(kind="run", id=str(uid))


@app.task(name="zhike.run", queue="interactive", pass_context=False)
def execute(run: str) -> None:
    """Do the queued run called `run`; one that is already finished is left alone."""
    row = Run.objects.get(uid=run)
    if row.state in (Run.State.DONE, Run.State.FAILED, Run.State.CANCELLED):
        return
    try:
        _perform(row, None)
    except ZhikeError as error:
        _log.info("run ended with an expected error", extra={"run": run, "code": error.code})


@app.periodic(cron="* * * * *")
@app.task(name="zhike.resume", queue="interactive", queueing_lock="zhike.resume", pass_context=False)
async def resume(timestamp: int) -> None:
    """Say, each minute, which runs were interrupted, and queue those again that a worker died of."""
    await sync_to_async(heartbeats.bury)()
    for job in await app.job_manager.get_stalled_jobs():
        _log.warning("the worker of a run died", extra={"job": job.id, "minute": timestamp})
        if await sync_to_async(_lives_on)(_run_of(job)):
            await app.job_manager.retry_job(job)
        else:
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
    await sync_to_async(mend)()


def mend() -> int:
    """Queue again, once, the runs that wait and have lost their entry; those that lost it twice end. Returns how many.

    Such an entry has failed before the run began, as when the database was away, or is gone.
    """
    with transaction.atomic():
        old = Run.objects.filter(state=Run.State.WAITING, created_at__lt=clock.now() - heartbeats.SILENCE)
        waiting = list(old.select_for_update(skip_locked=True).order_by("pk"))
        queued = _queued(run.uid for run in waiting)
        lost = [run for run in waiting if run.uid not in queued]
        for run in lost:
            _log.warning("a run has lost its place in the queue", extra={"run": str(run.uid), "attempts": run.attempts})
            if run.attempts or run.kind not in _handlers:
                run_ends.end(Q(pk=run.pk), Run.State.INTERRUPTED, _LOST)
            else:
                _update(run, attempts=1)
                execute.configure(queue=_handlers[run.kind][1]).defer(run=str(run.uid))
    return len(lost)


def _queued(uids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the runs that a queue entry will wake up or is doing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select args->>'run' from procrastinate_jobs where status in ('todo', 'doing') and args->>'run' = any(%s)",
            [[str(uid) for uid in uids]],
        )
        return {uuid.UUID(row[0]) for row in cursor}


def _run_of(job: Job) -> str | None:
    """The run that a queue entry is about; the connector of Django hands over its arguments as they are stored."""
    arguments = json.loads(job.task_kwargs) if isinstance(job.task_kwargs, str) else job.task_kwargs
    return str(arguments["run"]) if "run" in arguments else None


def _lives_on(uid: str | None) -> bool:
    """Bury the run whose worker died, if it was one; return whether it is worth another try."""
    if uid is None:
        return True
    heartbeats.bury(now_dead=Q(uid=uid))
    return not Run.objects.filter(uid=uid, attempts__gte=heartbeats.LIVES).exists()


def _create(kind: str, title: Words, params: Mapping[str, object] | None) -> Run:
    if kind not in _handlers:
        raise LookupError(f"no handler for jobs of kind {kind!r}; there are: {', '.join(sorted(_handlers))}")
    text, english = kept(title)
    return Run.objects.create(
        uid=uuid7(),
        kind=kind,
        title=text,
        title_en=english,
        params=dict(params or {}),
        actor=context.current().actor,
        created_at=clock.now(),
    )


def _perform(run: Run, listener: Listener | None) -> None:
    now = clock.now()
    _update(
        run,
        state=Run.State.RUNNING,
        started_at=now,
        heartbeat_at=now,
        finished_at=None,
        error=None,
        attempts=F("attempts") + 1,
    )
    acting = context.acting(actor=run.actor, request_id=context.current().request_id or f"run-{run.uid}")
    with acting, heartbeats.beating(run.pk):
        try:
            handle = RunHandle(run, listener)
            handle.progress("")
            result = _handlers[run.kind][0](handle)
        except Later as later:
            _wait(run, later.seconds)
            return
        except Cancelled:
            run_ends.end(Q(pk=run.pk), Run.State.CANCELLED)
            raise
        except ZhikeError as error:
            run_ends.end(Q(pk=run.pk), Run.State.FAILED, _plain(_shown(error)))
            raise
        except Exception as error:
            full = full_disk(error)
            shown = _shown(full) if full else {"code": "internal", "message": told(error)}
            _log.exception("run failed", extra={"run": str(run.uid)})
            lines = [*run.log, *trace(error)][-_LOG_LINES:]
            run_ends.end(Q(pk=run.pk), Run.State.FAILED, shown, log=lines)
            raise
    _update(run, state=Run.State.DONE, finished_at=clock.now(), result=_plain(result or {}))


def _shown(error: ZhikeError) -> dict[str, object]:
    return error.as_dict() | {"message_en": error.message("en")}


def _wait(run: Run, seconds: int) -> None:
    """Let a run be taken up again later; that it was begun before is none of the lives it has."""
    with transaction.atomic():
        _update(run, state=Run.State.WAITING, attempts=0)
        queue = _handlers[run.kind][1]
        execute.configure(queue=queue, schedule_in={"seconds": seconds}).defer(run=str(run.uid))


def _plain(value: Mapping[str, object]) -> dict[str, object]:
    """What a JSON column can hold: dates and the like as text."""
    plain: dict[str, object] = json.loads(json.dumps(dict(value), default=str))
    return plain


def _update(run: Run, **values: object) -> None:
    Run.objects.filter(pk=run.pk).update(**values)
