"""Holds what was published against what callboard acknowledged to callboard-load."""

from servers import Failed


def number_of(key):
    """The number of a message among those of its sender: callboard-load ends each client key with it."""
    return int(key.rpartition("-")[2])


def check_published(keys, runs):
    """A Failed unless every acknowledged message was published once, in the order of its sender, and no other.

    keys: the client keys in the order of publication; runs: {mark of a run of callboard-load: messages acknowledged}.
    """
    last, found = {}, dict.fromkeys(runs, 0)
    for key in keys:
        sender, _, number = key.rpartition("-")
        before = last.get(sender, 0)
        if int(number) != before + 1:
            raise Failed(f"{'doubled' if int(number) <= before else 'lost'}: {key} was published after {before}")
        last[sender] = before + 1
        run = sender.split("-")[0]
        if run not in found:
            raise Failed(f"unexpected: {key} is of no run")
        found[run] += 1
    for run, count in found.items():
        if count != runs[run]:
            raise Failed(f"{count} of {runs[run]} acknowledged messages of run {run} were published")
