"""The checker is fed what must not happen, one fault at a time, and catches each: one that cannot fail proves nothing."""

import copy
import json

import pytest

from checker import analytics, history, verdict
from checker.store import FIRED, Store
from checker.topic import Message

ADA, GRACE = 1, 2
HALL = 7
EVENT = "{:032x}".format
TEXTS = ("m-1", "m-2", "m-3")
THEN = "2026-01-02T03:04:05.678Z"


def line(t, what, **members):
    return {"t": t, "what": what, **members}


def operation(number, t, kind, by, result=None, outcome="ok", **wanted):
    """The lines of an operation of one try that takes a second."""
    end = {"result": result} if result else {}
    return [line(t, "begin", op=number, kind=kind, by=by, **wanted), line(t, "sent", op=number, **{"try": 1}),
            line(t + 1, "answer", op=number, outcome=outcome if outcome != "unknown" else "lost", **{"try": 1}, **end),
            line(t + 1, "end", op=number, outcome=outcome, **end)]  # fmt: skip


class World:
    """A run in which all is well: a room of two, three messages, a registration, a reminder that fired."""

    def __init__(self):
        self.lines = [
            line(0, "known", user=ADA, name="ada"),
            *operation(1, 1, "room", ADA, {"room": HALL}, name="hall", members=["grace"]),
            *operation(2, 3, "registration", 0, {"user": GRACE}, name="grace", email="grace@example.com"),
            *operation(3, 10, "message", ADA, {"offset": 1, "duplicate": False}, room=HALL, text="m-1"),
            *operation(4, 12, "message", ADA, {"offset": 2, "duplicate": False}, room=HALL, text="m-2"),
            *operation(5, 14, "message", GRACE, {}, "unknown", room=HALL, text="m-3"),
            *operation(6, 16, "message", ADA, {"offset": 2, "duplicate": True}, room=HALL, text="m-2", repeats=4),
            *operation(7, 18, "reminder", GRACE, {"reminder": 5}, text="r-1"),
            *operation(8, 20, "message", GRACE, {"code": 403}, "refused", room=HALL, text="m-4", expect="refused"),
            {**line(0, "fault", number=1, kind="kill redis", over=13, counts=True), "from": 12.5, "to": 12.6},
            *[line(30, "seen", reader="eve", room=HALL, offset=each, type="message", text=TEXTS[each - 1]) for each in (1, 2, 3)],
            line(31, "heard", reader="grace", user=GRACE, offset=1, type="room.added", room=HALL),
            line(32, "heard", reader="grace", user=GRACE, offset=2, type="reminder.fired", reminder=5, fire_seq=1),
        ]
        data = [
            *[("user.created", "callboard.users", user, {"user_id": user, "username": name, "full_name": "", "role": "user"})
              for user, name in ((ADA, "ada"), (GRACE, "grace"))],
            ("room.created", "callboard.rooms", HALL,
             {"room_id": HALL, "room_name": "hall", "kind": "group", "created_by": ADA, "member_count": 2}),
            *[("message.created", "callboard.rooms", HALL,
               {"room_id": HALL, "offset": each, "user_id": ADA, "text": TEXTS[each - 1]}) for each in (1, 2, 3)],
            *[(f"reminder.{what}", "callboard.reminders", 5,
               {"reminder_id": 5, "user_id": GRACE, "state": state, "due_at": THEN, "next_at": THEN, "fire_seq": fired})
              for what, state, fired in (("created", "scheduled", 0), ("fired", "firing", 1))],
        ]  # fmt: skip
        events = [{"partition": 0, "id": number, "event_id": EVENT(number), "type": kind, "topic": topic, "key": key,
                   "data": json.dumps({**content, "created_at": THEN}), "at": 10_000}
                  for number, (kind, topic, key, content) in enumerate(data, 1)]  # fmt: skip
        self.store = Store(
            users=[{"id": ADA, "username": "ada"}, {"id": GRACE, "username": "grace"}],
            rooms=[{"id": HALL, "name": "hall", "created_by": ADA, "last_offset": 3}],
            members=[{"room_id": HALL, "user_id": user} for user in (ADA, GRACE)],
            room_events=[{"room_id": HALL, "offset": offset, "kind": 0, "actor_id": actor, "body": TEXTS[offset - 1]}
                         for offset, actor in ((1, ADA), (2, ADA), (3, GRACE))],
            personal_events=[
                {"user_id": ADA, "offset": 1, "kind": 0, "subject": HALL, "fire_seq": 0},
                {"user_id": GRACE, "offset": 1, "kind": 0, "subject": HALL, "fire_seq": 0},
                {"user_id": GRACE, "offset": 2, "kind": FIRED, "subject": 5, "fire_seq": 1}],
            reminders=[{"id": 5, "owner_id": GRACE, "body": "r-1", "state": 2, "fired_count": 1}],
            events=events,
        )  # fmt: skip
        self.messages = [Message(row["topic"], 0, row["id"], str(row["key"]), row["event_id"], row["type"], row["data"], 10_000)
                         for row in events]  # fmt: skip

    def judge(self, figures=None):
        past = history.read(json.dumps(each) for each in self.lines)
        return verdict.judge(past, self.store, self.messages, figures)

    def find(self, what, **members):
        """The first line with these members."""
        return next(each for each in self.lines if each["what"] == what and members.items() <= each.items())

    def event(self, kind):
        """The place of the first event of a type, in the store's record and in the topic."""
        return next(i for i, row in enumerate(self.store.events) if row["type"] == kind)


def test_a_run_in_which_all_is_well_has_no_finding():
    found = World().judge()
    assert found.findings == []
    assert (found.duplicates, found.in_flight) == (0, {1: 1})
    assert found.outages[1] == pytest.approx(4.0)  # from the answer at 13 to that at 17


def test_events_that_were_committed_and_not_yet_published_when_a_fault_struck_are_counted():
    world = World()
    world.messages[3] = Message(**{**vars(world.messages[3]), "time": 12_700})
    world.messages[4] = Message(**{**vars(world.messages[4]), "time": 12_550})  # while it struck
    world.store.events[5]["at"] = 13_000
    assert world.judge().events == {1: 1}


def test_an_outcome_that_is_unknown_may_be_either():
    world = World()
    world.store.room_events.pop()
    world.store.rooms[0]["last_offset"] = 2
    del world.store.events[5], world.messages[5]
    world.lines.remove(world.find("seen", offset=3))
    assert world.judge().findings == []


def test_a_repetition_with_an_equal_id_is_reported_and_no_fault():
    world = World()
    world.messages.append(Message(**{**vars(world.messages[3]), "offset": 99}))
    found = world.judge()
    assert (found.findings, found.duplicates) == ([], 1)


def lose_message(world):
    del world.store.room_events[0]


def double_message(world):
    world.store.room_events.append({**world.store.room_events[1], "offset": 4})
    world.store.rooms[0]["last_offset"] = 4


def move_message(world):
    world.store.room_events[0]["body"], world.store.room_events[1]["body"] = "m-2", "m-1"


def other_sender(world):
    world.store.room_events[0]["actor_id"] = GRACE


def phantom_message(world):
    world.store.room_events[2]["body"] = "never sent"


def store_refused_message(world):
    world.store.room_events[2]["body"] = "m-4"


def acknowledge_what_must_be_refused(world):
    world.find("end", op=8)["outcome"] = "ok"


def refuse_what_is_allowed(world):
    world.find("end", op=5)["outcome"] = "refused"


def make_hole(world):
    world.store.room_events[2]["offset"] = 4
    world.store.rooms[0]["last_offset"] = 4


def forget_head(world):
    world.store.rooms[0]["last_offset"] = 2


def answer_repetition_with_another_offset(world):
    world.find("end", op=6)["result"] = {"offset": 3, "duplicate": True}


def answer_repetition_as_new(world):
    world.find("end", op=6)["result"] = {"offset": 2, "duplicate": False}


def reorder_in_time(world):
    world.find("begin", op=3)["t"], world.find("end", op=3)["t"] = 13.5, 13.9
    world.find("end", op=3)["result"]["offset"], world.find("end", op=4)["result"]["offset"] = 1, 2


def lose_registration(world):
    world.store.users.pop()


def other_user(world):
    world.find("end", op=2)["result"] = {"user": 77}


def phantom_user(world):
    world.store.users.append({"id": 3, "username": "nobody"})


def double_registration(world):
    world.store.users.append({"id": 3, "username": "grace"})


def lose_room(world):
    world.store.rooms.clear()


def double_room(world):
    world.store.rooms.append({"id": 8, "name": "hall", "created_by": ADA, "last_offset": 0})


def lose_member(world):
    world.store.members.pop()


def lose_reminder(world):
    world.store.reminders.clear()


def double_reminder(world):
    world.store.reminders.append({**world.store.reminders[0], "id": 6})


def fire_twice(world):
    world.store.reminders[0]["fired_count"] = 2


def never_fire(world):
    world.store.reminders[0].update(state=0, fired_count=0)


def tell_of_firing_twice(world):
    world.store.personal_events.append({**world.store.personal_events[2], "offset": 3})


def tell_of_firing_never(world):
    del world.store.personal_events[2]


def event_of_firing_twice(world):
    row = {**world.store.events[-1], "id": 50, "event_id": EVENT(50)}
    world.store.events.append(row)
    world.messages.append(Message(row["topic"], 0, 50, str(row["key"]), row["event_id"], row["type"], row["data"]))


def count_twice_within_the_server(world):
    world.store.personal_events.insert(1, {**world.store.personal_events[0], "offset": 2})


def miss_within_the_server(world):
    del world.store.personal_events[0]


def reader_misses(world):
    world.lines.remove(world.find("seen", offset=2))


def reader_misses_the_end(world):
    world.lines.remove(world.find("seen", offset=3))


def reader_sees_twice(world):
    world.lines.append(copy.copy(world.find("seen", offset=3)))


def reader_sees_out_of_order(world):
    first, second = world.find("seen", offset=1), world.find("seen", offset=2)
    first["offset"], second["offset"] = 2, 1
    first["text"], second["text"] = "m-2", "m-1"


def reader_sees_another_text(world):
    world.find("seen", offset=2)["text"] = "m-1"


def hearer_misses(world):
    world.lines.remove(world.find("heard", offset=2))


def hearer_hears_another_reminder(world):
    world.find("heard", offset=2)["reminder"] = 6


def event_missing(world):
    del world.messages[4]


def event_not_committed(world):
    del world.store.events[4]
    world.store.room_events.pop(1)


def event_from_nowhere(world):
    world.messages.append(Message("callboard.users", 0, 90, "1", EVENT(90), "user.deleted", "{}"))


def event_without_id(world):
    world.messages[4] = Message(**{**vars(world.messages[4]), "event": ""})


def event_twice_with_two_ids(world):
    world.messages.append(Message(**{**vars(world.messages[4]), "event": EVENT(91), "offset": 91}))


def event_reordered(world):
    first, second = world.messages[3], world.messages[4]
    world.messages[3] = Message(**{**vars(second), "offset": first.offset})
    world.messages[4] = Message(**{**vars(first), "offset": second.offset})


def event_in_another_partition(world):
    world.messages[4] = Message(**{**vars(world.messages[4]), "partition": 1})


def event_changed(world):
    world.messages[4] = Message(**{**vars(world.messages[4]), "value": '{"room_id": 7, "offset": 9}'})


def repetition_changed(world):
    world.messages.append(Message(**{**vars(world.messages[4]), "value": '{"room_id": 7}', "offset": 92}))


def event_still_waits(world):
    world.store.outbox.append({"id": 3})


def event_is_dead(world):
    world.store.dead_events.append({"type": "message.created", "reason": "too large"})


def row_without_event(world):
    place = world.event("message.created")
    del world.store.events[place], world.messages[place]


def fault_that_hit_nothing(world):
    fault = next(each for each in world.lines if each["what"] == "fault")
    fault["from"], fault["to"] = 25.0, 25.1


@pytest.mark.parametrize(
    "damage, what",
    [
        (lose_message, "lost"), (double_message, "doubled"), (move_message, "wrong"), (other_sender, "wrong"),
        (phantom_message, "unexpected"), (store_refused_message, "unexpected"), (acknowledge_what_must_be_refused, "unexpected"),
        (refuse_what_is_allowed, "wrong"), (make_hole, "hole"), (forget_head, "unexpected"),
        (answer_repetition_with_another_offset, "doubled"), (answer_repetition_as_new, "doubled"), (reorder_in_time, "order"),
        (lose_registration, "lost"), (other_user, "wrong"), (phantom_user, "unexpected"), (double_registration, "doubled"),
        (lose_room, "lost"), (double_room, "doubled"), (lose_member, "wrong"), (lose_reminder, "lost"),
        (double_reminder, "doubled"), (fire_twice, "doubled"), (never_fire, "lost"), (tell_of_firing_twice, "doubled"),
        (tell_of_firing_never, "lost"), (event_of_firing_twice, "doubled"), (count_twice_within_the_server, "doubled"),
        (miss_within_the_server, "lost"), (reader_misses, "hole"), (reader_misses_the_end, "lost"),
        (reader_sees_twice, "doubled"), (reader_sees_out_of_order, "order"), (reader_sees_another_text, "wrong"),
        (hearer_misses, "lost"), (hearer_hears_another_reminder, "wrong"), (event_missing, "lost"),
        (event_not_committed, "unexpected"), (event_from_nowhere, "unexpected"), (event_without_id, "unexpected"),
        (event_twice_with_two_ids, "unexpected"), (event_reordered, "order"), (event_in_another_partition, "wrong"),
        (event_changed, "wrong"), (repetition_changed, "wrong"), (event_still_waits, "lost"), (event_is_dead, "lost"),
        (row_without_event, "lost"), (fault_that_hit_nothing, "wrong"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)  # fmt: skip
def test_a_fault_is_caught(damage, what):
    world = World()
    damage(world)
    found = {finding.what for finding in world.judge().findings}
    assert what in found, found


@pytest.mark.parametrize("name, change, what", [(None, 0, None), ("messages", 1, "doubled"), ("registrations", -1, "lost"),
                                                ("rooms_created", -1, "lost"), ("reminders_fired", 1, "doubled")])  # fmt: skip
def test_analytics_that_count_an_event_twice_or_not_at_all_are_caught(name, change, what):
    world = World()
    figures = analytics.expected(world.store)
    if name:
        figures[name] += change
    assert {finding.what for finding in world.judge({"totals": figures}).findings} == ({what} if what else set())


def test_rooms_that_were_deleted_since_are_counted():
    world = World()
    gone = {**world.store.events[2], "event_id": EVENT(99), "key": HALL + 1, "data": json.dumps({"room_id": HALL + 1})}
    assert gone["type"] == "room.created"
    before = analytics.expected(world.store)["rooms_created"]
    world.store.events.append(gone)
    assert analytics.expected(world.store)["rooms_created"] == before + 1


def test_analytics_that_do_not_count_something_are_caught():
    world = World()
    figures = analytics.expected(world.store)
    del figures["rooms_created"]
    assert [finding.what for finding in world.judge({"totals": figures}).findings] == ["lost"]
