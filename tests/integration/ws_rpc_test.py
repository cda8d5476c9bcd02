"""The rpc methods of protocol.md 1.1: message.send, room.*, reminder.*, and what is none."""

import pytest

from support.centrifuge import Refused, refusal
from support.rest import TIME


async def test_rpc_message_send_answers_the_offset(people):
    """{offset, created_at, duplicate}; the same key answers the same offset as a duplicate."""
    person = people.user()
    room = person.room("rpc")["id"]
    async with await person.client() as client:
        first = await client.rpc("message.send", {"room_id": room, "text": "x", "key": "k"})
        assert first["offset"] == person.events(room)["last_offset"] and TIME.match(first["created_at"])
        assert first.get("duplicate", False) is False
        again = await client.rpc("message.send", {"room_id": room, "text": "x", "key": "k"})
        assert (again["offset"], again["created_at"], again["duplicate"]) == (
            first["offset"],
            first["created_at"],
            True,
        )


async def test_rpc_room_list_and_create(people):
    """As by REST; an unknown member is refused with the problem's code as the first word."""
    person, other = people.users(2)
    async with await person.client() as client:
        room = await client.rpc("room.create", {"name": "by rpc", "members": [other.username]})
        assert room["name"] == "by rpc" and room["member_count"] == 2
        listed = await client.rpc("room.list", {"limit": 10})
        assert [item["id"] for item in listed["items"]] == [room["id"]]
        error = await refusal(client.rpc("room.create", {"name": "x", "members": ["nobody.at.all"]}), 107)
        assert error.message.startswith("unknown_members")
        assert len((await client.rpc("room.list"))["items"]) == 1


async def test_rpc_reminders(people):
    """create, list, cancel as by REST."""
    person = people.user()
    async with await person.client() as client:
        reminder = await client.rpc("reminder.create", {"text": "rpc", "in": "PT1H"})
        assert reminder["state"] == "scheduled" and reminder["text"] == "rpc"
        assert [item["id"] for item in (await client.rpc("reminder.list"))["items"]] == [reminder["id"]]
        await client.rpc("reminder.cancel", {"id": reminder["id"]})
        answer = person.rest.get(f"/reminders/{reminder['id']}")
        assert answer.status_code == 404 or answer.json()["state"] == "cancelled"
        await refusal(client.rpc("reminder.cancel", {"id": 999999999}), 102)
        error = await refusal(client.rpc("reminder.create", {"text": "x", "in": "soon"}), 107)
        assert error.message.startswith("validation_failed")


@pytest.mark.parametrize("method", ["", "nothing", "message", "message.send.x", "ROOM.LIST", "room.list ", "x" * 500])
async def test_an_unknown_rpc_method_is_refused(people, method):
    """104, and the connection lives."""
    async with await people.user().client() as client:
        try:
            await client.rpc(method, {})
            raise AssertionError("accepted")
        except Refused as error:
            assert error.code == 104 or (error.code == 107 and method == "")
        await client.rpc("room.list", {"limit": 1})


@pytest.mark.parametrize(
    "method, data",
    [
        ("message.send", {}),
        ("message.send", {"room_id": "1", "text": "x"}),
        ("message.send", {"room_id": 1}),
        ("message.send", []),
        ("message.send", {"room_id": -1, "text": "x"}),
        ("room.create", {"name": 5}),
        ("room.create", {"name": "x", "members": "y"}),
        ("room.list", {"limit": "x"}),
        ("reminder.create", {"text": "x"}),
        ("reminder.cancel", {"id": "1"}),
        ("reminder.cancel", {}),
    ],
)
async def test_an_rpc_with_bad_data_is_refused(people, method, data):
    """107 (102 for a room that cannot be), and the connection lives."""
    async with await people.user().client() as client:
        try:
            result = await client.rpc(method, data)
            raise AssertionError(f"accepted with {result}")
        except Refused as error:
            assert error.code == 107 or (error.code == 102 and data.get("room_id") == -1), error
        await client.rpc("room.list", {"limit": 1})
