"""Runs callboard-load against a server that is measured."""

import json
import resource
import subprocess

from servers import Failed

RUN_WITHIN = 300


def allow_many_descriptors():
    """5,000 connections need more descriptors than a shell allows by default; the servers inherit this."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def merged(options, replacements):
    """The mode and options with the values of some replaced or added; all have one value."""
    both = dict(zip(options[1::2], options[2::2])) | dict(zip(replacements[::2], replacements[1::2]))
    return [*options[:1], *[word for pair in both.items() for word in pair]]


def run_load(program, options, server):
    """One run with this mode and options; its figures. A Failed if a message was lost, doubled or out of order."""
    command = [program, *options, "--json", "--server-pid", server.pid(), *server.load_options()]
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=RUN_WITHIN)
    except subprocess.TimeoutExpired:
        raise Failed(f"callboard-load did not end in {RUN_WITHIN} s") from None
    if done.returncode != 0:
        raise Failed(f"callboard-load ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return json.loads(done.stdout)
