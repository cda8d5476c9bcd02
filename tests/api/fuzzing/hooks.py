"""Keeps the callers' sessions: requests that end their caller's own are made by spare callers, and admins change the
accounts of extras alone."""

import itertools
import json
import os
import threading

import schemathesis

ENDS_SESSIONS = {
    "DELETE /auth/sessions",
    "DELETE /auth/sessions/{id}",
    "DELETE /users/me",
    "GET /auth/sessions",
    "POST /auth/logout",
    "POST /auth/password",
}


# How many extras there are; their ids are the first.
EXTRAS = int(os.environ["EXTRAS"])


class Spares:
    """Tokens of spare callers; each is used until it is refused, so that a session may be listed and then ended."""

    def __init__(self, tokens):
        self._lock = threading.Lock()
        self._left = itertools.chain(tokens)
        self._current = next(self._left)

    def current(self):
        """A token that was not refused yet."""
        with self._lock:
            return self._current

    def refuse(self, token):
        """Goes on to the next one; the last one stays."""
        with self._lock:
            if token == self._current:
                self._current = next(self._left, self._current)


SPARES = Spares(json.loads(os.environ["SPARE_TOKENS"]))


def is_for_spares(case):
    """Whether an operation may end the session of who calls it."""
    return case.operation.label in ENDS_SESSIONS


@schemathesis.hook
def before_call(context, case, kwargs):
    """Requests without a token or with a wrong one stay as they are, as do those with an id that is none."""
    if is_for_spares(case) and case.headers.get("Authorization") == f"Bearer {os.environ['CALLER_TOKEN']}":
        case.headers["Authorization"] = f"Bearer {SPARES.current()}"
    if case.operation.label == "PATCH /admin/users/{id}" and str(case.path_parameters.get("id")).isdecimal():
        case.path_parameters["id"] = 1 + int(case.path_parameters["id"]) % EXTRAS


@schemathesis.hook
def after_call(context, case, response):
    """A spare caller whose session has ended is replaced."""
    scheme, _, token = (case.headers.get("Authorization") or "").partition(" ")
    if response.status_code == 401 and scheme == "Bearer":
        SPARES.refuse(token)
