"""Several commands in a frame: each has its answer, and none touches another (protocol.md 1)."""

from support.centrifuge import Client, refusal

NO_ROOM = "room:999999999"


async def test_several_commands_in_a_frame_are_all_answered(people):
    """64 commands in one frame, all answered; messages keep their order."""
    person = people.user()
    room = person.room("batch")["id"]
    async with await person.client() as client:
        replies = await client.replies(
            [("publish", {"channel": f"room:{room}", "data": {"text": f"{number}"}}) for number in range(64)]
        )
        assert all("error" not in reply for reply in replies), replies
        assert [reply["id"] for reply in replies] == sorted(reply["id"] for reply in replies)
    texts = [e["text"] for e in person.events(room, "?limit=64")["items"] if e["type"] == "message"]
    assert texts == [str(number) for number in range(64)]


async def test_commands_may_ride_behind_connect_in_its_frame(people, server):
    """connect, subscribe, publish in one frame: each is served once the connection is known."""
    person = people.user()
    room = person.room("at once")["id"]
    async with await Client.dial(server) as client:
        channel = f"room:{room}"
        replies = await client.replies(
            [
                ("connect", {"token": person.token}),
                ("subscribe", {"channel": channel}),
                ("publish", {"channel": channel, "data": {"text": "early"}}),
            ]
        )
        assert [list(reply)[1] for reply in replies] == ["connect", "subscribe", "publish"], replies
        await client.publish(room, "later")
        assert (await client.event("message", text="later"))["offset"] == person.events(room)["last_offset"]


async def test_subscribing_and_leaving_in_one_frame_are_both_answered(people):
    """Whatever order they take inside, each command gets its reply; the channel can be subscribed again."""
    person = people.user()
    room = person.room("in and out")["id"]
    channel = {"channel": f"room:{room}"}
    async with await person.client() as client:
        for _ in range(20):
            replies = await client.replies([("subscribe", channel), ("unsubscribe", channel)])
            assert "unsubscribe" in replies[1], replies
        await client.subscribe(room)
        await client.publish(room, "x")
        await client.event("message", text="x")


async def test_a_refused_subscription_may_be_tried_again_at_once(people):
    """The second attempt is judged for itself, never called a second subscription."""
    person = people.user()
    room = person.room("again")["id"]
    async with await person.client() as client:
        for _ in range(200):
            await refusal(client.subscribe(room, recover=True, offset=10**6), 107)
            await refusal(client.request("subscribe", {"channel": NO_ROOM}), 103)
        await client.subscribe(room)


async def test_an_error_in_a_batch_touches_its_own_command_alone(people):
    """Those around it are answered as ever."""
    person = people.user()
    room = person.room("mixed")["id"]
    async with await person.client() as client:
        replies = await client.replies(
            [
                ("publish", {"channel": f"room:{room}", "data": {"text": "a"}}),
                ("publish", {"channel": NO_ROOM, "data": {"text": "b"}}),
                ("rpc", {"method": "nothing", "data": {}}),
                ("publish", {"channel": f"room:{room}", "data": {"text": "c"}}),
            ]
        )
        assert [reply.get("error", {}).get("code") for reply in replies][0::3] == [None, None]
        assert replies[1]["error"]["code"] in (102, 103) and replies[2]["error"]["code"] == 104
