"""What goes wrong while a storm is on."""

import asyncio
import contextlib
import itertools


async def kill_and_start(redis, until):
    """Redis goes and comes, emptied, until the task `until` is done. Leaves it running; answers how often it was killed."""
    for turn in itertools.count():
        await asyncio.to_thread(redis.kill if turn % 2 == 0 else redis.start)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(until), 0.4)
        if until.done():
            if turn % 2 == 0:
                await asyncio.to_thread(redis.start)
            return turn // 2 + 1
