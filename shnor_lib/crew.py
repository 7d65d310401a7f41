"""Raw files read on all cores: this process hands them out to helpers, and reads beside them.

In:   files to read (`one_file.Job`).
Out:  `read_all`: what each of them gave, as they are done; the same as if they were read one after another.
Rule: helpers are started only where there is enough to read, large files are read here and one at a time,
      since memory has to hold what is read at once. Where helpers fail, their files are read here.
Not:  what is in a file (see `one_file`), what is kept (see `kept`). Nothing of a file touches the disk on its
      way: jobs and answers go through pipes.

Helpers are spawned, not forked: a fork of a process with threads may hang. They end with this process,
in whatever way it ends.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress

from shnor_lib.data.intake import one_file
from shnor_lib.data.intake.one_file import FileRead, Job
from shnor_lib.data.intake.pupils import judge
from shnor_lib.machine import cores

ENOUGH = 1 << 20  # bytes; less is read before a helper has started
LARGE = 24 << 20  # bytes of a file that is read alone


def read_all(jobs: Sequence[Job]) -> Iterator[tuple[int, FileRead]]:
    """Read files.

    Yields:
        Position of a job and what its file gave, in the order in which they are done.
    """
    shared = [at for at, job in enumerate(jobs) if job.before[1] <= LARGE]
    helpers = 0 if multiprocessing.current_process().daemon else min(cores(), len(shared)) - 1
    if helpers < 1 or sum(jobs[at].before[1] for at in shared) < ENOUGH:
        yield from one_file.in_turn(jobs)
        return
    with ProcessPoolExecutor(
        helpers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(judge.salt(),)
    ) as pool:
        yield from _together(jobs, deque(shared), pool, 2 * helpers)
    for at in sorted(set(range(len(jobs))).difference(shared)):
        yield at, one_file.read(jobs[at])


def _together(
    jobs: Sequence[Job], waiting: deque[int], pool: ProcessPoolExecutor, most: int
) -> Iterator[tuple[int, FileRead]]:
    """Helpers take files from the start of the list, a few ahead; this process takes them from its end."""
    tasks: dict[Future[FileRead], int] = {}
    while waiting or tasks:
        with suppress(OSError, RuntimeError):  # no helper starts, or all have died: the files stay here
            while waiting and len(tasks) < most:
                task = pool.submit(one_file.read, jobs[waiting[0]])
                tasks[task] = waiting.popleft()
        if waiting:
            at = waiting.pop()
            yield at, one_file.read(jobs[at])
        done = [task for task in tasks if task.done()] if waiting else wait(tasks, None, FIRST_COMPLETED).done
        for task in done:
            at = tasks.pop(task)
            try:
                read = task.result()
            except Exception:  # a helper that was killed, or an answer that does not go through the pipe
                read = one_file.read(jobs[at])
            yield at, read


def _begin(salt: str) -> None:
    """In a helper: persons are told apart as in the other processes; it ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, too
    judge.use_salt(salt)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
