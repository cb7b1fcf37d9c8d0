"""The executors that grade: processes of this machine, or the workers of a dask cluster."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dlbook.grading.batch.worker import start_process
from dlbook.grading.errors import ExecutorError

if TYPE_CHECKING:
    from distributed.security import Security


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
def dask(url: str, tls: Path | None = None) -> Iterator[WorkerPool]:
    """Give the workers of the dask scheduler at dask://HOST:PORT as a pool.

    Submissions and hidden checks travel to workers, so only this machine is reached without TLS.

    Args:
        url: of the scheduler.
        tls: a folder with ca.pem, cert.pem and key.pem, the same for scheduler and workers; None
            for a scheduler of this machine that has none.

    Raises:
        ModuleNotFoundError: if dask is not installed.
        ExecutorError: if no scheduler answers, a worker runs several threads, or a scheduler
            elsewhere is to be reached in the clear.
    """
    from distributed import Client

    if tls is None and not _is_here(url):
        raise ExecutorError(
            f"{url} is another machine, to which submissions and hidden checks would travel in the "
            "clear: name a folder with ca.pem, cert.pem and key.pem with --tls"
        )
    address = url.replace("dask://", "tls://" if tls else "tcp://", 1)
    try:
        client = Client(address, timeout=20, security=_security(tls) if tls else None)
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


def _is_here(url: str) -> bool:
    """Return whether an address is of this machine alone."""
    name = urlsplit(url).hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _security(folder: Path) -> "Security":
    """Return how to speak to a scheduler whose certificate the one in the folder has signed."""
    from distributed.security import Security

    files = {name: folder / f"{name}.pem" for name in ("ca", "cert", "key")}
    missing = ", ".join(str(path) for path in files.values() if not path.is_file())
    if missing:
        raise ExecutorError(
            f"--tls needs ca.pem, cert.pem and key.pem, there is no {missing}: make them as "
            "INSTRUCTORS.md says"
        )
    return Security(
        require_encryption=True,
        tls_ca_file=str(files["ca"]),
        tls_client_cert=str(files["cert"]),
        tls_client_key=str(files["key"]),
    )
