"""What is done to whom: 20 kinds of faults, each with its striking and its end."""

import asyncio
import dataclasses
import signal

from faults.services import GATES, SERVICES

FROZEN_SECONDS = 3.0
DEAF_SECONDS = 1.0
ORPHAN_SECONDS = 20.0


@dataclasses.dataclass(frozen=True)
class Kind:
    """`what` is done to `whom`."""

    what: str
    whom: str

    @property
    def name(self):
        """As the report has it."""
        return f"{self.what} {self.whom}"


KINDS = tuple(
    [Kind("kill", whom) for whom in ("callboard", *SERVICES)]  # SIGKILL, started again on the same data
    + [Kind("freeze", whom) for whom in ("callboard", *SERVICES)]  # SIGSTOP for 3 s
    + [Kind("cut", whom) for whom in GATES]  # every connection is reset
    + [Kind("hold", whom) for whom in GATES]  # nothing passes for 3 s, then every connection is reset
    # Requests pass, answers are lost for 1 s, then every connection is reset.
    + [Kind("deafen", whom) for whom in ("clients", "postgres", "kafka")]
    # The answer to a COMMIT is lost after it took place, and its connection ends.
    + [Kind("orphan", "postgres")]
)


KILL_KAFKA = Kind("kill", "kafka")


@dataclasses.dataclass
class Strike:
    """When it happened (monotonic clock), and the connections it met, for a fault at a gate."""

    begun: float
    done: float
    connections: int | None = None


def strike(stage, kind):
    """Does it, without waiting for what follows."""
    if kind.what in ("kill", "freeze"):
        return Strike(*stage.signal(kind.whom, signal.SIGKILL if kind.what == "kill" else signal.SIGSTOP))
    more = {"word": "COMMIT", "seconds": ORPHAN_SECONDS} if kind.what == "orphan" else {}
    answer = stage.gates.tell(kind.whom, kind.what, **more)
    return Strike(answer["from"], answer["to"], answer["connections"])


async def end(stage, kind):
    """Ends what was struck: continues, starts again or opens the gate.

    Kafka takes long to start, and no request waits for it: it comes back while the next faults strike. Returns the task
    that starts it; nothing otherwise.
    """
    if kind == KILL_KAFKA:
        return asyncio.create_task(asyncio.to_thread(stage.start, kind.whom))
    if kind.what == "kill":
        await asyncio.to_thread(stage.start, kind.whom)
    elif kind.what == "freeze":
        await asyncio.sleep(FROZEN_SECONDS)
        await asyncio.to_thread(stage.signal, kind.whom, signal.SIGCONT)
    elif kind.what in ("hold", "deafen"):
        await asyncio.sleep(FROZEN_SECONDS if kind.what == "hold" else DEAF_SECONDS)
        await asyncio.to_thread(stage.gates.tell, kind.whom, "cut")


def drawn(count, chance):
    """`count` kinds in random order; each occurs as often as any other, give or take one."""
    kinds = list(KINDS) * (count // len(KINDS)) + chance.sample(KINDS, count % len(KINDS))
    chance.shuffle(kinds)
    return kinds
