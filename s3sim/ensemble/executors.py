"""Where runs happen: processes of this machine, or a Dask cluster; any other Executor will do."""

import gc
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process, resource_tracker
from pathlib import Path
from threading import Thread
from typing import Any

from s3sim.core.errors import InputError, reason
from s3sim.ensemble.provenance import code_fingerprint

THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
CLUSTER_SECONDS = 60
"""How long to wait for a Dask scheduler and its first worker."""


def usable_cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


@contextmanager
def processes(workers: int) -> Iterator[Executor | None]:
    """Give a pool of processes on this machine; None, which runs in order here, for one worker."""
    if workers <= 1:
        yield None
        return
    executor = local_executor(workers)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def local_executor(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes on this machine, each with one thread.

    Raises InputError if the script that is running would start itself again in every worker.
    """
    _refuse_unguarded(sys.modules.get("__main__"))
    one_thread()
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_quiet)


@contextmanager
def dask(address: str, workers: int) -> Iterator[Executor]:
    """Give an executor on a Dask cluster.

    Parameters
    ----------
    address : str
        Of a scheduler, e.g. ``tcp://10.0.0.1:8786``, or ``local`` for a cluster of processes here.
    workers : int
        Processes of a local cluster; a scheduler has its own.

    Raises InputError if Dask is not installed, or nobody answers at the address.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise InputError(
            '--dask needs an extra that is not installed; install it with: pip install ".[cluster]" in a clone'
        ) from None
    one_thread()
    with ExitStack() as open_until_the_end:
        where, wrong = address, ""
        if address == "local":
            _refuse_unguarded(sys.modules.get("__main__"))
            boards = ("dashboard_address", "worker_dashboard_address")
            own = {"host": "127.0.0.1", **dict.fromkeys(boards, "127.0.0.1:0"), "silence_logs": 50}
            cluster = distributed.LocalCluster(n_workers=workers, threads_per_worker=1, **own)
            where = open_until_the_end.enter_context(cluster)
        else:
            wrong = _nobody_at(address)
        try:
            if not wrong:
                client = open_until_the_end.enter_context(
                    distributed.Client(where, timeout=CLUSTER_SECONDS)
                )
                client.wait_for_workers(1, timeout=CLUSTER_SECONDS)
        except Exception as error:  # whatever a protocol says
            wrong = reason(error)
        if wrong:
            # A client that was not made is closed when it is collected, which waits for a lock: it
            # must not be left to a later collection inside a cluster that is being made.
            gc.collect()
            raise InputError(
                f"--dask {address}: no Dask scheduler with workers answers ({wrong}); "
                "give its address as in tcp://10.0.0.1:8786, or 'local'."
            )
        if address != "local":
            _same_code(client, address)
        yield client.get_executor(pure=False)


def _nobody_at(address: str) -> str:
    """Return why no scheduler can be at an address; empty if something listens there."""
    found = re.fullmatch(r"(tcp|tls|ws|wss)://(?:\[(.+)\]|([^:/]+)):(\d{1,5})", address)
    if found is None or int(found[4]) > 65_535:
        return "this is no address"
    try:
        socket.create_connection((found[2] or found[3], int(found[4])), CLUSTER_SECONDS).close()
    except (OSError, UnicodeError) as error:
        return reason(error)
    return ""


def _refuse_unguarded(main: Any) -> None:
    """Refuse a script that starts workers without a main guard: each would run it all again."""
    file, spec = getattr(main, "__file__", None), getattr(main, "__spec__", None)
    if not file or (spec is not None and spec.name.rpartition(".")[2] == "__main__"):
        return
    try:
        source = Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    if file.endswith(".py") and "__name__" not in source:
        raise InputError(
            f"{Path(file).name} starts workers, and each of them would run the script again; put what the script "
            'does under `if __name__ == "__main__":`, or use one worker.'
        )


def _same_code(client: Any, address: str) -> None:
    """Refuse workers that would compute something else."""
    try:
        codes = set(client.run(code_fingerprint).values())
    except Exception as error:  # whatever a worker that lacks the package says
        raise InputError(
            f"--dask {address}: its workers cannot run the model ({reason(error)}); "
            "install this version of s3sim where they run."
        ) from None
    if codes != {code_fingerprint()}:
        raise InputError(
            f"--dask {address}: its workers have other code of the model than this command; "
            "install the same version of s3sim where they run, then start them again."
        )


def slots(executor: Executor) -> int:
    """Return how many runs an executor works on at a time now, as far as it tells."""
    client: Any = getattr(executor, "_client", None)
    if hasattr(client, "ncores"):  # Dask, whose workers come and go
        return max(sum(client.ncores().values()), 1)
    for name in ("_max_workers", "num_workers"):  # of the standard library, of MPI
        found = getattr(executor, name, None)
        if isinstance(found, int) and found > 0:
            return found
    return usable_cores()


def restarted(executor: Executor) -> ProcessPoolExecutor | None:
    """Return a new pool for one of this machine that broke; None for other executors."""
    if not isinstance(executor, ProcessPoolExecutor):
        return None
    return local_executor(slots(executor))


def one_thread() -> None:
    """Let workers that are started later compute with one thread each: a run is the unit of work."""
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, "1")


def stop(executor: Executor) -> bool:
    """End the processes of a pool at once; return whether its futures are still to be cancelled."""
    # A pool whose processes end fails its futures itself; cancelling them too would race.
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        process.terminate()
    return not isinstance(executor, ProcessPoolExecutor)


@contextmanager
def ignore_sigint() -> Iterator[None]:
    """Hold Ctrl-C back while workers start, which inherit this: only the parent answers it."""
    if not hasattr(signal, "pthread_sigmask"):  # not on Windows
        yield
        return
    # Its own start would let Ctrl-C through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _quiet() -> None:
    """Leave Ctrl-C to the parent, which decides what is kept; end when it ends, however."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """End this process with its parent: a killed one does not tell its workers."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
