"""`callboard doctor`, where everything is as it should be."""

from support.server import run
from support.waiting import until


def until_well(data, *flags):
    """What it says about a data directory once it finds no error. It waits three seconds for a service: a busy machine
    may need another look."""

    def look():
        done = run("doctor", "--data-dir", data, *flags)
        return (done,) if done.returncode == 0 else None

    (done,) = until(look, what="a report without an error")
    return done
