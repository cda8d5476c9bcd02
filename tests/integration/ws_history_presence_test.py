"""history, presence, presence_stats, and the join and leave pushes."""

import asyncio
import time

from support.centrifuge import offsets, refusal


async def test_history_pages_both_ways(people):
    """limit 0 tells the position alone; since and reverse walk the whole log, each event once."""
    person = people.user()
    room = person.room("history")["id"]
    for number in range(23):
        person.say(room, f"line {number}")
    head = person.events(room)["last_offset"]
    channel = f"room:{room}"
    async with await person.client() as client:
        position = await client.request("history", {"channel": channel})
        assert position["offset"] == head and not position.get("publications") and position["epoch"]
        seen, since = [], 0
        while True:
            page = await client.request(
                "history", {"channel": channel, "limit": 7, "since": {"offset": since, "epoch": position["epoch"]}}
            )
            if not page.get("publications"):
                break
            assert len(page["publications"]) <= 7 and page["offset"] == head
            seen += offsets(page["publications"])
            since = seen[-1]
        assert seen == list(range(1, head + 1))
        seen, since = [], head + 1
        while since > 1:
            page = await client.request(
                "history",
                {
                    "channel": channel,
                    "limit": 7,
                    "reverse": True,
                    "since": {"offset": since, "epoch": position["epoch"]},
                },
            )
            seen += offsets(page["publications"])
            since = seen[-1]
        assert seen == list(range(head, 0, -1))
        latest = await client.request("history", {"channel": channel, "limit": 3, "reverse": True})
        assert offsets(latest["publications"]) == [head, head - 1, head - 2]
        assert latest["publications"][0]["data"] == person.events(room)["items"][-1]


async def test_history_refuses_wrong_types(people):
    """107."""
    person = people.user()
    channel = f"room:{person.room('types')['id']}"
    async with await person.client() as client:
        for bad in (
            {"limit": "x"},
            {"limit": 1.5},
            {"limit": 5, "since": 3},
            {"limit": 5, "since": {"offset": "x"}},
            {"limit": 5, "reverse": "yes"},
            {"limit": 5, "since": {"offset": -1}},
        ):
            await refusal(client.request("history", {"channel": channel, **bad}), 107)


async def test_presence_shows_each_connection(people):
    """Two people, three connections: presence lists clients, presence_stats counts both; leaving takes away."""
    one, two = people.users(2)
    room = one.room("present", [two])["id"]
    channel = f"room:{room}"
    async with await one.client() as first, await one.client() as second, await two.client() as third:
        clients = [first, second, third]
        for client in clients:
            await client.subscribe(room)
        presence = (await first.request("presence", {"channel": channel}))["presence"]
        assert set(presence) == {client.connected["client"] for client in clients}
        for client, person in ((first, one), (second, one), (third, two)):
            entry = presence[client.connected["client"]]
            assert (entry["user"], entry["client"]) == (str(person.id), client.connected["client"])
        assert await third.request("presence_stats", {"channel": channel}) == {"num_clients": 3, "num_users": 2}
        await second.request("unsubscribe", {"channel": channel})
        await third.close()

        async def stats():
            return await first.request("presence_stats", {"channel": channel})

        deadline = time.monotonic() + 60
        while await stats() != {"num_clients": 1, "num_users": 1} and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        assert await stats() == {"num_clients": 1, "num_users": 1}


async def test_join_and_leave_are_pushed_to_those_who_ask(people):
    """join_leave:true brings join and leave with info; without it nothing of the kind."""
    one, two = people.users(2)
    room = one.room("doors", [two])["id"]
    async with await one.client() as asked, await one.client() as silent:
        await asked.subscribe(room, join_leave=True)
        await silent.subscribe(room)
        two_client = await two.client()
        await two_client.subscribe(room)

        def of_two(kind):
            return lambda push: push[kind]["info"]["client"] == two_client.connected["client"]

        join = await asked.push("join", of_two("join"))
        assert join["channel"] == f"room:{room}" and join["join"]["info"]["user"] == str(two.id)
        await two_client.request("unsubscribe", {"channel": f"room:{room}"})
        await asked.push("leave", of_two("leave"))
        await two_client.subscribe(room)
        await asked.push("join", of_two("join"))
        await two_client.close()
        leave = await asked.push("leave", of_two("leave"))
        assert leave["leave"]["info"]["user"] == str(two.id)
        await silent.publish(room, "fence")
        await silent.event("message", text="fence")
        assert not [push for push in silent.pushes if "join" in push or "leave" in push]
