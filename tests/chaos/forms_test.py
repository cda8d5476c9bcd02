"""The checker of forms is fed events against their schemas, and catches each, also where the store says the same."""

import json

import pytest

from checker_test import World
from checker.topic import Message


def with_data(kind, **change):
    """A world in which the first event of a type says something else, in the store and in its topic alike."""
    world = World()
    place = world.event(kind)
    row = world.store.events[place]
    row["data"] = json.dumps({**json.loads(row["data"]), **change})
    world.messages[place] = Message(**{**vars(world.messages[place]), "value": row["data"]})
    return world


def of_no_known_type():
    """A world with an event whose type has no schema."""
    world = World()
    row = {**world.store.events[0], "id": 60, "event_id": f"{60:032x}", "type": "user.made"}
    world.store.events.append(row)
    world.messages.append(Message(row["topic"], 0, 60, str(row["key"]), row["event_id"], row["type"], row["data"]))
    return world


@pytest.mark.parametrize(
    "world",
    [with_data("message.created", text=""), with_data("user.created", email="ada@example.com"), of_no_known_type()],
    ids=["a value that may not be", "a member that may not be", "a type without schema"],
)
def test_an_event_against_its_schema_is_caught(world):
    assert [finding.what for finding in world.judge().findings] == ["wrong"]
