"""The executors that grade: processes of this machine, or the workers of a dask cluster."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from dlbook.grading.batch.worker import start_process
from dlbook.grading.errors import ExecutorError


@dataclass(frozen=True)
class WorkerPool:
    """How many workers there are, and how to open an executor: a new one if the last one broke."""

    open: Callable[[], AbstractContextManager[Executor]]
    workers: int


def processes(jobs: int) -> WorkerPool:
    """Return a pool of `jobs` fresh processes, none of which outlives this one."""

    @contextmanager
    def open_executor() -> Iterator[Executor]:
        executor = ProcessPoolExecutor(
            jobs, multiprocessing.get_context("spawn"), initializer=start_process
        )
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.kill()
            raise
        executor.shutdown()

    return WorkerPool(open_executor, jobs)


@contextmanager
def dask(url: str) -> Iterator[WorkerPool]:
    """Give the workers of the dask scheduler at dask://HOST:PORT as a pool.

    Raises:
        ModuleNotFoundError: if dask is not installed.
        ExecutorError: if no scheduler answers, or a worker runs several threads.
    """
    from distributed import Client

    address = url.replace("dask://", "tcp://", 1)
    try:
        client = Client(address, timeout=20)
    except OSError as error:
        raise ExecutorError(
            f"no dask scheduler answers at {address} ({error}): start one"
        ) from None
    with client:
        threads = list(client.ncores().values())
        if not threads:
            raise ExecutorError(f"the scheduler at {address} has no workers: start some")
        if max(threads) > 1:
            raise ExecutorError("a worker runs several threads: start workers with --nthreads 1")

        @contextmanager
        def open_executor() -> Iterator[Executor]:
            with client.get_executor(pure=False, retries=0) as executor:
                yield executor

        yield WorkerPool(open_executor, len(threads))
