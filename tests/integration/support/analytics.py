"""What the tests of the analytics share: the figures as an admin sees them, and the tables behind them."""

import contextlib
import sqlite3

from support.rest import expect
from support.waiting import until


class Figures:
    """The analytics of one server, asked for by an admin of its own."""

    def __init__(self, people):
        self.server = people.server
        self.admin = people.admin()

    def report(self, query=""):
        """The answer of GET /admin/analytics."""
        return expect(self.admin.rest.get(f"/admin/analytics{query}"), 200)

    def totals(self):
        """The sums over the default range, and the refused log-ins by their reason."""
        report = self.report()
        totals = {**report["totals"], **report["logins_failed_by_reason"]}
        # How many were late is a matter of the machine; which are, core/counting_test says.
        assert totals.pop("reminders_late") <= totals["reminders_fired"]
        return totals

    def since(self, before):
        """What was counted since `totals` were `before`; figures that did not change are left out."""
        return {name: value - before[name] for name, value in self.totals().items() if value != before[name]}

    def until(self, expected, before=None, seconds=60):
        """Waits until the figures have changed by exactly this; more is never right."""
        before = before or dict.fromkeys(self.totals(), 0)
        found = {}

        def reached():
            found.clear()
            found.update(self.since(before))
            over = {name: value for name, value in found.items() if value > expected.get(name, 0)}
            assert not over, f"counted too much: {over}, expected {expected}"
            return found == expected

        try:
            until(reached, seconds, "the figures", 0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}: {found}, expected {expected}") from error


def rows(server, statement, *values):
    """What a statement finds in the server's store, which may be running."""
    with contextlib.closing(sqlite3.connect(f"file:{server.database()}?mode=ro", uri=True, timeout=60)) as store:
        return store.execute(statement, values).fetchall()


def change(server, statement):
    """Changes the store of a server that is stopped."""
    with contextlib.closing(sqlite3.connect(server.database(), timeout=60)) as store, store:
        store.execute(statement)


def count(server, statement):
    """A number of the store."""
    return rows(server, statement)[0][0]
