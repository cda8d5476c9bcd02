"""Messages by REST: the event's shape, bounds, keys, paging both ways, and an administrator who speaks for a member."""

import concurrent.futures

import pytest

from support.rest import TIME, Rest, expect, refused


def offsets(page):
    """The offsets of a page."""
    return [event["offset"] for event in page["items"]]


def filled(person, count):
    """A new room with `count` messages; returns its id and the offset of the first and the last message."""
    room = person.room("filled")["id"]
    sent = [person.say(room, f"line {number}")["offset"] for number in range(count)]
    assert sent == list(range(sent[0], sent[0] + count))
    return room, sent[0], sent[-1]


def test_a_message_is_an_event_of_the_room(people):
    """201 with offset, time and duplicate:false; the log shows the event with every member of the shape."""
    person = people.user()
    room = person.room("shape")
    sent = person.say(room["id"], "Привет 🎭", key="k1")
    assert set(sent) == {"offset", "created_at", "duplicate"}
    assert sent["duplicate"] is False and sent["offset"] == room["last_offset"] + 1 and TIME.match(sent["created_at"])
    page = person.events(room["id"])
    event = page["items"][-1]
    assert (event["type"], event["text"], event["offset"], event["key"], event["created_at"]) == (
        "message",
        "Привет 🎭",
        sent["offset"],
        "k1",
        sent["created_at"],
    )
    assert event["user"] == {"id": person.id, "username": person.username}
    assert set(page) == {"items", "first_offset", "last_offset", "epoch"}
    assert (page["first_offset"], page["last_offset"]) == (offsets(page)[0], sent["offset"])
    assert page["epoch"]


def test_a_reply_names_its_target(people):
    """reply_to is kept, and must be an offset that exists."""
    person = people.user()
    room = person.room("replies")["id"]
    first = person.say(room, "question")["offset"]
    second = person.say(room, "answer", reply_to=first)["offset"]
    event = person.events(room)["items"][-1]
    assert (event["offset"], event["reply_to"]) == (second, first)
    for bad in (second + 100, -1, "1", 1.5):
        answer = person.rest.post(f"/rooms/{room}/messages", {"text": "x", "reply_to": bad})
        assert answer.status_code in (400, 422), f"{bad}: {answer.text}"
        assert "/reply_to" in [error["pointer"] for error in answer.json()["errors"]]


def test_the_same_key_gives_the_first_result(people):
    """200 duplicate:true with the first offset, whatever the text; another member's same key is their own."""
    one, two = people.users(2)
    room = one.room("keys", [two])["id"]
    first = expect(one.rest.post(f"/rooms/{room}/messages", {"text": "once", "key": "same"}), 201)
    again = expect(one.rest.post(f"/rooms/{room}/messages", {"text": "once", "key": "same"}), 200)
    assert again == {**first, "duplicate": True}
    other = expect(two.rest.post(f"/rooms/{room}/messages", {"text": "once", "key": "same"}), 201)
    assert other["offset"] == first["offset"] + 1
    assert [event["text"] for event in one.events(room)["items"] if event["type"] == "message"] == ["once", "once"]


def test_the_same_key_in_parallel_creates_one_message(people):
    """Twenty requests at once with one key: one 201, nineteen 200, one offset."""
    person = people.user()
    room = person.room("parallel")["id"]

    def send(_):
        return Rest(person.server.url, person.token).post(f"/rooms/{room}/messages", {"text": "x", "key": "race"})

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["offset"] for answer in answers}) == 1
    assert [event["type"] for event in person.events(room)["items"]].count("message") == 1


def test_an_idempotency_key_repeats_the_answer(people):
    """The header works on messages too; another body under it is 422."""
    person = people.user()
    room = person.room("header")["id"]
    path, key = f"/rooms/{room}/messages", {"Idempotency-Key": "send-0001"}
    first = expect(person.rest.post(path, {"text": "one"}, headers=key), 201)
    again = person.rest.post(path, {"text": "one"}, headers=key)
    assert again.status_code in (200, 201) and again.json()["offset"] == first["offset"]
    refused(person.rest.post(path, {"text": "two"}, headers=key), 422, "idempotency_mismatch")
    assert [event["type"] for event in person.events(room)["items"]].count("message") == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "with space\x01"])
def test_a_bad_idempotency_key_is_refused(people, key):
    """The header has a form and a bound."""
    person = people.user()
    room = person.room("bad header")["id"]
    answer = person.rest.post(
        f"/rooms/{room}/messages", {"text": "x"}, headers={"Idempotency-Key": key.encode("latin-1")}
    )
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize(
    "body, pointer",
    [
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": "x" * 4097}, "/text"),
        ({"text": "🎭" * 4097}, "/text"),
        ({"text": 5}, "/text"),
        ({"text": None}, "/text"),
        ({"text": ["x"]}, "/text"),
        ({"text": "x", "key": "k" * 65}, "/key"),
        ({"text": "x", "key": "ж" * 33}, "/key"),
        ({"text": "x", "key": 5}, "/key"),
        ({"text": "x", "colour": "red"}, "/colour"),
        ({"text": "x", "offset": 1}, "/offset"),
    ],
)
def test_a_bad_message_is_refused_with_its_pointer(people, body, pointer):
    """Bounds, types, unknown members; nothing enters the log."""
    person = people.user()
    room = person.room("bad")
    answer = person.rest.post(f"/rooms/{room['id']}/messages", body)
    assert answer.status_code in (400, 422), answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert person.events(room["id"])["last_offset"] == room["last_offset"]


def test_the_bounds_themselves_are_accepted(people):
    """4,096 code points of 4 bytes each, a key of 64 bytes."""
    person = people.user()
    room = person.room("bounds")["id"]
    person.say(room, "🎭" * 4096, key="k" * 64)
    event = person.events(room)["items"][-1]
    assert event["text"] == "🎭" * 4096 and event["key"] == "k" * 64


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a\u0000b",
        "\u202eevil",
        '"quotes" \\ /',
        "a\nb\tc",
        "'; DROP TABLE users; --",
        "\ufeff",
        "\ud7ff\ue000",
        "𝒳" * 3,
    ],
)
def test_text_comes_back_as_it_was_sent(people, text):
    """No escaping, trimming or normalising; NUL may be refused but never cuts the text."""
    person = people.user()
    room = person.room("verbatim")["id"]
    answer = person.rest.post(f"/rooms/{room}/messages", {"text": text})
    if "\u0000" in text and answer.status_code == 422:
        return
    expect(answer, 201)
    assert person.events(room)["items"][-1]["text"] == text


def test_invalid_utf8_and_lone_surrogates_are_refused(people):
    """Bytes that are no UTF-8, and escapes that make none."""
    person = people.user()
    room = person.room("utf8")
    for data in (
        b'{"text":"\xff\xfe"}',
        b'{"text":"\xc0\xaf"}',
        b'{"text":"\xed\xa0\x80"}',
        b'{"text":"\\ud800"}',
        b'{"text":"\\udc00\\ud800"}',
        b'{"text":"\xf5\x80\x80\x80"}',
        b'{"text":"\xe2\x82"}',
    ):
        answer = person.rest.call(
            "POST", f"/rooms/{room['id']}/messages", data=data, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422), f"{data}: {answer.text}"
    assert person.events(room["id"])["last_offset"] == room["last_offset"]


def test_the_last_fifty_are_the_default(people):
    """Without a query: the last 50 in rising order."""
    person = people.user()
    room, _, last = filled(person, 60)
    page = person.events(room)
    assert offsets(page) == list(range(last - 49, last + 1))
    assert (page["first_offset"], page["last_offset"]) == (last - 49, last)


def test_paging_back_and_forth_meets_every_event_once(people):
    """before= walks to offset 1, after= walks to the head, both in rising order inside a page."""
    person = people.user()
    room, _, last = filled(person, 23)
    seen, before = [], last + 1
    while True:
        page = person.events(room, f"?limit=7&before={before}")
        if not page["items"]:
            break
        assert offsets(page) == sorted(offsets(page)) and len(page["items"]) <= 7
        seen = offsets(page) + seen
        before = page["first_offset"]
    assert seen == list(range(1, last + 1))
    seen, after = [], 0
    while True:
        page = person.events(room, f"?limit=7&after={after}")
        if not page["items"]:
            break
        seen += offsets(page)
        after = page["items"][-1]["offset"]
    assert seen == list(range(1, last + 1))


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=x", "before=x", "after=-1", "before=5&after=2", "limit=99999999999999999999"],
)
def test_a_bad_page_is_refused(people, query):
    """Bad numbers, and both directions at once."""
    person = people.user()
    room = person.room("pages")["id"]
    answer = person.rest.get(f"/rooms/{room}/messages?{query}")
    assert answer.status_code in (400, 422), answer.text


def test_a_page_beyond_the_head_is_empty(people):
    """after= the head gives no items."""
    person = people.user()
    room, _, last = filled(person, 2)
    assert person.events(room, f"?after={last}")["items"] == []
    assert person.events(room, "?before=1")["items"] == []


def test_an_administrator_speaks_for_a_member(people):
    """`as` names the member; the event carries sent_by; nobody else may, and for members alone."""
    admin = people.admin()
    owner, member, stranger = people.users(3)
    room = owner.room("voices", [member, admin])["id"]
    path = f"/rooms/{room}/messages"
    expect(admin.rest.post(path, {"text": "for them", "as": member.username}), 201)
    event = owner.events(room)["items"][-1]
    assert event["user"] == {"id": member.id, "username": member.username} and event["text"] == "for them"
    assert str(admin.id) in str(event["sent_by"]) or admin.username in str(event["sent_by"])
    refused(owner.rest.post(path, {"text": "x", "as": member.username}), 403, "forbidden")
    assert admin.rest.post(path, {"text": "x", "as": stranger.username}).status_code in (403, 404, 422)
    assert admin.rest.post(path, {"text": "x", "as": "nobody.at.all"}).status_code in (403, 404, 422)


async def test_messages_by_rest_reach_subscribers(people):
    """The publication's data is the event of the log."""
    person = people.user()
    room = person.room("live")["id"]
    async with await person.client() as client:
        await client.subscribe(room)
        sent = person.say(room, "over there", key="k9")
        data = await client.event("message")
        assert data["text"] == "over there" and data["key"] == "k9" and data["offset"] == sent["offset"]
        assert data == person.events(room)["items"][-1]
