"""Reminders fire on the personal channel on time, after a restart at once, by mail if asked, and never twice."""

import asyncio
import datetime
import math

from support.centrifuge import Client
from support.people import People
from support.rest import TIME, expect
from support.waiting import until

UTC = datetime.timezone.utc


def soon(seconds):
    """A time from now as RFC 3339 text."""
    moment = datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text):
    """A time of the server's as a datetime."""
    assert TIME.match(text), text
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def state(person, reminder):
    """The reminder as it is now."""
    return expect(person.rest.get(f"/reminders/{reminder['id']}"), 200)


def fired(client, reminder):
    """The firings of a reminder that a client saw so far."""
    return [
        push["pub"]["data"]
        for push in client.pushes
        if "pub" in push
        and push["pub"]["data"].get("type") == "reminder.fired"
        and push["pub"]["data"]["reminder_id"] == reminder["id"]
    ]


def made_or_late(person, text, due):
    """A reminder of an absolute time; None if that has passed already when the server hears of it."""
    answer = person.rest.post("/reminders", {"text": text, "due_at": due})
    if answer.status_code == 422 and datetime.datetime.now(UTC) >= moment(due):
        return None
    return expect(answer, 201)


def changed_in_time(person, change):
    """A reminder that `change` changed before it came due, and the answer. One of a later moment if the machine was busy:
    then the first has fired, and rightly."""
    for lead in (2, 8, 30):
        reminder = person.remind("soon", **{"in": f"PT{lead}S"})
        answer = change(reminder)
        if datetime.datetime.now(UTC) < moment(reminder["due_at"]):
            return reminder, answer
    raise AssertionError("a change takes more than 30 s")


def witness_after(person, reminder, **more):
    """A reminder that comes due soon after another one would have."""
    left = (moment(reminder["due_at"]) - datetime.datetime.now(UTC)).total_seconds()
    return person.remind("witness", **{"in": f"PT{max(0, math.ceil(left)) + 1}S"}, **more)


async def test_a_reminder_fires_on_the_personal_channel(people):
    """With every member of the contract, on all connections of its owner, not before its time."""
    person, other = people.users(2)
    async with await person.client() as one, await person.client() as two, await other.client() as stranger:
        due = soon(3)
        reminder = person.remind("Tea 🍵", due_at=due)
        for client in (one, two):
            push = await client.push("pub", lambda p: p["pub"]["data"]["type"] == "reminder.fired")
            data = push["pub"]["data"]
            assert push["channel"] == person.channel and push["pub"]["offset"] > 0
            assert set(data) == {"type", "reminder_id", "text", "due_at", "fired_at", "fire_seq", "late_ms"}
            assert (data["reminder_id"], data["text"], data["due_at"]) == (reminder["id"], "Tea 🍵", due)
            assert data["fire_seq"] == 1
            assert moment(data["fired_at"]) >= moment(due)
            lateness = (moment(data["fired_at"]) - moment(due)).total_seconds() * 1000
            assert abs(data["late_ms"] - lateness) <= 2
        assert not stranger.publications(person.channel)
        until(lambda: state(person, reminder)["state"] == "delivered", what="the state delivered")
        after = state(person, reminder)
        assert after["fired_count"] == 1 and moment(after["last_fired_at"]) >= moment(due)


async def test_reminders_fire_in_the_order_of_their_times(people):
    """Created in another order, fired by due time, each once."""
    person, order = people.user(), None
    # Each has a partition of its own: on a machine that stands still for longer than they are apart several are due at
    # once, in no order. Then once more, farther apart.
    for distance in (0.5, 2, 8):
        async with await person.client() as client:
            due = [soon(2 + (place + 1) * distance) for place in range(5)]
            made = [made_or_late(person, f"{place}", due[place]) for place in (3, 0, 4, 1, 2)]
            if not all(made):
                continue
            await client.until(lambda: sum(len(fired(client, each)) for each in made) >= 5, 90)
            seen = [fired(client, each) for each in made]
            assert all(len(each) == 1 and moment(each[0]["fired_at"]) >= moment(each[0]["due_at"]) for each in seen)
            order = [data["text"] for data in client.publications_of("reminder.fired") if data["due_at"] in due]
            if order == ["0", "1", "2", "3", "4"]:
                return
    raise AssertionError(f"8 s apart, and yet in another order: {order}")


async def test_a_reminder_due_while_the_server_was_down_fires_at_once_with_its_lateness(own_server):
    """late_ms tells how much; those not yet due wait; neither fires twice over further restarts."""
    server = own_server()
    person = People(server).user()
    waiting = person.remind("waiting", **{"in": "PT1H"})
    missed = person.remind("missed", due_at=soon(2))
    server.kill()
    due = moment(missed["due_at"])
    until(lambda: datetime.datetime.now(UTC) > due + datetime.timedelta(seconds=0.5), what="the due time", seconds=60)
    server.start()
    async with await Client.open(
        server, person.token, connect={"subs": {person.channel: {"recover": True, "offset": 0}}}
    ) as client:
        included = [p["data"] for p in client.connected["subs"][person.channel].get("publications", [])]
        data = next((d for d in included if d["type"] == "reminder.fired"), None)
        data = data or await client.event("reminder.fired")
        assert data["reminder_id"] == missed["id"] and data["late_ms"] >= 500
    until(lambda: state(person, missed)["state"] == "delivered", what="the state delivered")
    for _ in range(2):
        server.restart()
    assert state(person, missed)["fired_count"] == 1
    assert (state(person, waiting)["state"], state(person, waiting)["fired_count"]) == ("scheduled", 0)


async def test_a_cancelled_reminder_never_fires(people):
    """Its neighbour of a later time does."""
    person = people.user()
    async with await person.client() as client:
        cancelled, answer = changed_in_time(person, lambda reminder: person.rest.delete(f"/reminders/{reminder['id']}"))
        assert answer.status_code in (200, 204)
        witness = witness_after(person, cancelled)
        await client.until(lambda: fired(client, witness))
        assert not fired(client, cancelled)


async def test_a_changed_reminder_fires_at_its_new_time_with_its_new_text(people):
    """Earlier and later; never at the old time."""
    person = people.user()
    async with await person.client() as client:
        sooner = person.remind("far", **{"in": "PT1H"})
        later, answer = changed_in_time(
            person, lambda reminder: person.rest.patch(f"/reminders/{reminder['id']}", {"due_at": soon(3600)})
        )
        expect(answer, 200)
        for lead in (2, 8, 30):
            due = soon(lead)
            answer = person.rest.patch(f"/reminders/{sooner['id']}", {"due_at": due, "text": "near now"})
            if answer.status_code == 200 or datetime.datetime.now(UTC) < moment(due):
                break
        expect(answer, 200)
        witness = witness_after(person, later)
        await client.until(lambda: fired(client, witness) and fired(client, sooner))
        data = fired(client, sooner)
        assert len(data) == 1 and data[0]["text"] == "near now" and data[0]["due_at"] == due
        assert not fired(client, later)


async def test_a_snoozed_reminder_fires_again(people):
    """After firing, snooze sets a new time and the state; the next firing has the next fire_seq."""
    person = people.user()
    async with await person.client() as client:
        reminder = person.remind("again", **{"in": "PT1S"})
        await client.until(lambda: fired(client, reminder))
        until(lambda: state(person, reminder)["state"] == "delivered", what="the state delivered")
        answer = person.rest.post(f"/reminders/{reminder['id']}/snooze", {"in": "PT1S"})
        snoozed = expect(answer, 200)
        assert snoozed["state"] == "snoozed" and moment(snoozed["next_at"]) > moment(reminder["due_at"])
        await client.until(lambda: len(fired(client, reminder)) == 2)
        assert [data["fire_seq"] for data in fired(client, reminder)] == [1, 2]
        until(lambda: state(person, reminder)["fired_count"] == 2, what="the second firing in the store")


async def test_a_scheduled_reminder_may_be_snoozed(people):
    """Before it fires: it moves, and fires once."""
    person = people.user()
    async with await person.client() as client:
        reminder, answer = changed_in_time(
            person, lambda reminder: person.rest.post(f"/reminders/{reminder['id']}/snooze", {"in": "PT5S"})
        )
        next_at = moment(expect(answer, 200)["next_at"])
        witness = witness_after(person, reminder)
        await client.until(lambda: fired(client, witness))
        await client.until(lambda: fired(client, reminder))
        (once,) = fired(client, reminder)
        assert moment(once["fired_at"]) >= next_at > moment(reminder["due_at"])


async def test_a_reminder_that_is_done_does_not_come_back(people):
    """done after firing ends it; snooze is refused afterwards."""
    person = people.user()
    async with await person.client() as client:
        reminder = person.remind("done", **{"in": "PT1S"})
        await client.until(lambda: fired(client, reminder))
        assert person.rest.post(f"/reminders/{reminder['id']}/done").status_code in (200, 204)
        answer = person.rest.get(f"/reminders/{reminder['id']}")
        assert answer.status_code == 404 or answer.json()["state"] == "delivered"


async def test_done_before_the_time_keeps_it_from_firing(people):
    """What is done needs no reminding."""
    person = people.user()
    async with await person.client() as client:
        reminder, answer = changed_in_time(person, lambda each: person.rest.post(f"/reminders/{each['id']}/done"))
        if answer.status_code == 409:
            return  # refused before it fired: as good
        assert answer.status_code in (200, 204)
        witness = witness_after(person, reminder)
        await client.until(lambda: fired(client, witness))
        assert not fired(client, reminder)


async def test_a_time_in_the_past_fires_at_once_or_is_refused(people):
    """Never silently dropped."""
    person = people.user()
    async with await person.client() as client:
        answer = person.rest.post("/reminders", {"text": "past", "due_at": soon(-60)})
        if answer.status_code == 422:
            assert answer.json()["errors"][0]["pointer"] == "/due_at"
            return
        reminder = expect(answer, 201)
        await client.until(lambda: fired(client, reminder))
        assert fired(client, reminder)[0]["late_ms"] >= 59_000


async def test_a_reminder_with_email_is_sent_and_caught(people):
    """Nobody connected: the mail is caught, once, to the owner's address, with the text; without email there is none."""
    admin, person = people.admin(), people.user()
    plain = person.remind("without a letter", **{"in": "PT1S"})
    reminder = person.remind("with a letter: ключ", **{"in": "PT1S"}, email=True)

    def letters():
        items = expect(admin.rest.get("/admin/mail?limit=100"), 200)["items"]
        return [item for item in items if item["to"] == person.email]

    until(letters, 60, "the mail")
    until(lambda: state(person, reminder)["state"] == "delivered", what="the state delivered")
    until(lambda: state(person, plain)["fired_count"] == 1, what="the plain one")
    mail = letters()
    assert len(mail) == 1
    assert set(mail[0]) == {"id", "to", "subject", "body", "created_at"} and TIME.match(mail[0]["created_at"])
    assert "with a letter: ключ" in mail[0]["subject"] + mail[0]["body"]


async def test_many_reminders_of_one_moment_all_fire_once(people, soak):
    """Hundreds due at the same time, over several users."""
    crowd = people.users(4)
    count = 500 if soak else 50
    clients = [await person.client() for person in crowd]
    for lead in (60, 240) if soak else (6, 24, 96):  # later, where making them takes longer
        due = soon(lead)
        made = [[made_or_late(person, f"{n}", due) for n in range(count)] for person in crowd]
        if all(all(reminders) for reminders in made):
            break
    for client, reminders in zip(clients, made):

        def firings():
            return [data for data in client.publications_of("reminder.fired") if data["due_at"] == due]

        await client.until(lambda: len(firings()) >= count, 120)
        seen = sorted(data["reminder_id"] for data in firings())
        assert seen == sorted(reminder["id"] for reminder in reminders)
    for person, reminders in zip(crowd, made):
        until(
            lambda: all(state(person, reminder)["state"] == "delivered" for reminder in reminders[:5]),
            what="the state delivered",
        )
    await asyncio.gather(*[client.close() for client in clients])


async def test_a_deleted_users_reminders_never_fire(people):
    """Neither push nor mail after the account is gone."""
    admin, other = people.admin(), people.user()
    for lead in (2, 8, 30):
        person = people.user()
        ghost = person.remind("ghost", **{"in": f"PT{lead}S"}, email=True)
        assert person.rest.delete("/users/me").status_code in (200, 204)
        if datetime.datetime.now(UTC) < moment(ghost["due_at"]):
            break
    async with await other.client() as client:
        witness = witness_after(other, ghost, email=True)
        await client.until(lambda: fired(client, witness))
    until(lambda: state(other, witness)["state"] == "delivered", what="the state delivered")
    assert person.email not in str(expect(admin.rest.get("/admin/mail?limit=100"), 200))
