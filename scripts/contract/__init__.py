"""What schema/openapi.yaml says, held against requests and answers that tests see."""

import functools

from contract.openapi import Contract, Exchange, load
from contract.proxy import Proxy, port_of

__all__ = ["Contract", "Exchange", "Proxy", "load", "port_of", "published"]


@functools.lru_cache(maxsize=None)
def published():
    """The contract of schema/openapi.yaml."""
    return Contract(load("openapi"))
