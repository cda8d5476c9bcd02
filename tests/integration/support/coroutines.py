"""Tests that are coroutines."""

import asyncio
import inspect


def run(pyfuncitem, seconds):
    """Runs a test that is a coroutine on an event loop of its own, with a deadline; None if it is none. For
    `pytest_pyfunc_call`."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}

    async def bounded():
        await asyncio.wait_for(pyfuncitem.obj(**arguments), seconds)

    asyncio.run(bounded())
    return True
