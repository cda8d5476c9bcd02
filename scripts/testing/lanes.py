"""Running jobs side by side, each below a process of its own that adopts what the job leaves behind."""

import multiprocessing
import multiprocessing.connection
import os

from testing import processes

# What a job takes to end when it is told to, its commands and what they started included.
END_SECONDS = 30

_fork = multiprocessing.get_context("fork")


def default_lanes():
    """Two a core: most of a test's time is waiting, for a deadline to pass, a server to start, a reminder to be due; with
    more, tests of deadlines would wait for a core. And at most one a GiB of memory, for browsers and Kafka are large."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return max(1, min(2 * (os.cpu_count() or 1), memory))


def run(jobs, lanes, variables):
    """Runs all jobs, at most `lanes` at once, in their order as far as they may run beside each other; yields each Result
    as it comes. `variables` tells the addresses of services. What is under way when the caller gives up is ended."""
    waiting, running = list(jobs), {}
    try:
        while waiting or running:
            while len(running) < lanes and (job := _next(waiting, [worker.job for worker in running.values()])):
                waiting.remove(job)
                worker = _Worker(job, variables(job.services))
                running[worker.pipe] = worker
            for pipe in multiprocessing.connection.wait(list(running)):
                yield running.pop(pipe).result()
    finally:
        for worker in running.values():
            worker.process.terminate()
        for worker in running.values():
            worker.process.join(END_SECONDS)


def _next(waiting, running):
    """The first job that may begin now; those that want to be alone come when no other is left."""
    if any(job.suite.alone for job in running):
        return None
    for job in waiting:
        if not job.suite.alone and not any(job.breaks & set(each.services) or each.breaks & set(job.services) for each in running):
            return job
    return waiting[0] if waiting and not running else None


class _Worker:
    """The process that runs one job. It is started by the runner's only thread: it ends when that thread does."""

    def __init__(self, job, addresses):
        self.job = job
        self.pipe, inner = _fork.Pipe(duplex=False)
        self.process = _fork.Process(target=_work, args=(job, addresses, inner, os.getpid()))
        self.process.start()
        inner.close()

    def result(self):
        """What it reported; a failure if it ended without a word."""
        try:
            return self.pipe.recv()
        except EOFError:
            self.process.join()
            return self.job.missing(f"the process that ran it ended with exit code {self.process.exitcode}")
        finally:
            self.process.join()
            self.pipe.close()


def _work(job, addresses, pipe, parent):
    os.setsid()  # an interrupt from the terminal reaches the runner, which passes it on
    processes.adopt_orphans()
    try:
        processes.end_with_parent(parent)
        pipe.send(job.run(addresses))
    except processes.Interrupted as signal:
        processes.end_all(grace_seconds=0)
        os._exit(128 + signal.number)
    finally:
        processes.end_all(grace_seconds=0)
