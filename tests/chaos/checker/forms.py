"""The data of every event have the form that the JSON Schema of its type in schema/events gives."""

import functools
import json
import pathlib

import jsonschema

from checker.finding import Finding
from checker.topic import DEAD

SCHEMAS = pathlib.Path(__file__).resolve().parents[3] / "schema/events"


def check(messages):
    """All findings about forms; a repetition is as its first message, which another rule sees to."""
    seen = set()
    for message in messages:
        if message.topic == DEAD or message.event in seen:
            continue
        seen.add(message.event)
        fault = _fault_of(message)
        if fault:
            yield Finding("wrong", f"{message.type} {message.event} of key {message.key} is {message.value}: {fault}")


def _fault_of(message):
    """What is wrong with a message; nothing if all is well."""
    judge = _validator_of(message.type)
    if judge is None:
        return "its type has no schema"
    try:
        error = next(judge.iter_errors(json.loads(message.value)), None)
    except ValueError as damage:
        return str(damage)
    return error and error.message


@functools.lru_cache(maxsize=None)
def _validator_of(kind):
    """A validator of the events of a type; None if there is no such type."""
    path = SCHEMAS / f"{kind}.json"
    if not path.is_file():
        return None
    schema = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
