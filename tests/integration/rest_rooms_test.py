"""Creating rooms by member names, listing, renaming, deleting, and who may do what."""

import pytest

from support.rest import TIME, Rest, all_pages, expect, refused

ROOM = {"id", "name", "kind", "created_by", "created_at", "member_count", "last_offset", "my_role"}


def test_a_room_is_created_with_members_by_name_and_address(people):
    """Names in any case and addresses both find people; the answer has every member of the shape."""
    owner, one, two = people.users(3)
    room = expect(owner.rest.post("/rooms", {"name": "Crew", "members": [one.username.upper(), two.email]}), 201)
    assert ROOM <= set(room)
    assert (room["name"], room["kind"], room["my_role"], room["member_count"]) == ("Crew", "group", "owner", 3)
    assert room["created_by"] in (owner.id, {"id": owner.id, "username": owner.username})
    assert isinstance(room["id"], int) and room["last_offset"] >= 0 and TIME.match(room["created_at"])
    assert owner.members(room["id"]) == {owner.id: "owner", one.id: "member", two.id: "member"}
    assert expect(one.rest.get(f"/rooms/{room['id']}"), 200)["my_role"] == "member"


def test_unknown_members_create_nothing(people):
    """422 names each unknown one by its pointer, and there is no room afterwards."""
    owner, known = people.users(2)
    body = refused(
        owner.rest.post("/rooms", {"name": "Half", "members": [known.username, "nobody.at.all", "no@body.example"]}),
        422,
        "unknown_members",
    )
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [
        ("/members/1", "unknown_user"),
        ("/members/2", "unknown_user"),
    ]
    assert expect(owner.rest.get("/rooms"), 200)["items"] == []
    assert expect(known.rest.get("/rooms"), 200)["items"] == []


def test_a_member_named_twice_counts_once(people):
    """Duplicate names, the address of the same person and oneself make one membership each."""
    owner, other = people.users(2)
    answer = owner.rest.post(
        "/rooms", {"name": "Twice", "members": [other.username, other.username.upper(), other.email, owner.username]}
    )
    room = expect(answer, 201)
    assert room["member_count"] == 2
    assert owner.members(room["id"]) == {owner.id: "owner", other.id: "member"}


@pytest.mark.parametrize(
    "body, pointer",
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "n" * 81}, "/name"),
        ({"name": 5}, "/name"),
        ({"name": None}, "/name"),
        ({"name": "a", "kind": "secret"}, "/kind"),
        ({"name": "a", "kind": 1}, "/kind"),
        ({"name": "a", "members": "me"}, "/members"),
        ({"name": "a", "members": [5]}, "/members/0"),
        ({"name": "a", "members": {}}, "/members"),
        ({"name": "a", "topic": "x"}, "/topic"),
        ({"name": "a", "guests_may_write": "yes"}, "/guests_may_write"),
    ],
)
def test_a_bad_room_is_refused_with_its_pointer(people, body, pointer):
    """Bounds, types and unknown members of the body."""
    person = people.user()
    answer = person.rest.post("/rooms", body)
    assert answer.status_code in (400, 422), answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert expect(person.rest.get("/rooms"), 200)["items"] == []


def test_a_name_of_80_code_points_is_fine(people):
    """Lengths count code points, not bytes."""
    name = "Ж" * 40 + "🎭" * 40
    assert people.user().room(name)["name"] == name


def test_a_direct_room_has_two(people):
    """direct: exactly one other."""
    one, two, three = people.users(3)
    assert one.room("pair", [two], kind="direct")["member_count"] == 2
    assert (
        one.rest.post("/rooms", {"name": "x", "kind": "direct", "members": [two.username, three.username]}).status_code
        == 422
    )
    assert one.rest.post("/rooms", {"name": "x", "kind": "direct"}).status_code == 422


def test_own_rooms_are_listed_in_pages(people):
    """Each room of mine once, none of others, by any page size."""
    person, other = people.users(2)
    rooms = [person.room(f"room {number}")["id"] for number in range(7)]
    rooms.append(other.room("theirs with me", [person])["id"])
    other.room("theirs")
    for limit in (1, 3, 8, 50):
        pages = all_pages(person.rest, "/rooms", limit)
        assert all(len(page) <= limit for page in pages)
        assert sorted(room["id"] for page in pages for room in page) == sorted(rooms)


def test_a_room_in_the_list_tells_its_latest_message(people):
    """last_offset follows the log."""
    person = people.user()
    room = person.room("latest")
    sent = person.say(room["id"], "newest")
    listed = expect(person.rest.get("/rooms"), 200)["items"][0]
    assert listed["last_offset"] == sent["offset"]
    if "last_message" in listed:
        assert listed["last_message"]["text"] == "newest"


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=abc", "limit=1000000", "cursor=!!", "cursor=zzzz"])
def test_a_bad_page_is_refused(people, query):
    """Page size and cursor are checked; a size above the bound is refused or cut to it."""
    answer = people.user().rest.get(f"/rooms?{query}")
    if query == "limit=1000000" and answer.status_code == 200:
        return
    assert answer.status_code in (400, 422), answer.text


def test_renaming_is_for_the_owner(people):
    """The owner renames; a member may not, a stranger does not see the room, and an event tells of it."""
    owner, member, stranger = people.users(3)
    room = owner.room("old", [member])
    path = f"/rooms/{room['id']}"
    assert expect(owner.rest.patch(path, {"name": "new"}), 200)["name"] == "new"
    refused(member.rest.patch(path, {"name": "mine"}), 403, "forbidden")
    assert stranger.rest.patch(path, {"name": "mine"}).status_code in (403, 404)
    assert expect(member.rest.get(path), 200)["name"] == "new"
    refused(owner.rest.patch(path, {"name": ""}), 422, "validation_failed", "/name")
    refused(owner.rest.patch(path, {"kind_of": "x"}), 422, "validation_failed", "/kind_of")
    assert owner.events(room["id"])["items"][-1]["type"] == "room.renamed"


def test_deleting_is_for_the_owner_and_final(people):
    """After it nobody finds the room, its messages or a way to write."""
    owner, member, stranger = people.users(3)
    room = owner.room("doomed", [member])
    path = f"/rooms/{room['id']}"
    owner.say(room["id"], "last words")
    refused(member.rest.delete(path), 403, "forbidden")
    assert stranger.rest.delete(path).status_code in (403, 404)
    expect(owner.rest.delete(path), 204)
    for person in (owner, member):
        refused(person.rest.get(path), 404, "not_found")
        refused(person.rest.get(f"{path}/messages"), 404, "not_found")
        refused(person.rest.get(f"{path}/members"), 404, "not_found")
        refused(person.rest.post(f"{path}/messages", {"text": "hello?"}), 404, "not_found")
        assert expect(person.rest.get("/rooms"), 200)["items"] == []
    refused(owner.rest.delete(path), 404, "not_found")


def test_a_foreign_group_is_closed_in_every_way(people):
    """A user who is not a member cannot read, write, list members, rename or delete."""
    owner, stranger = people.users(2)
    room = owner.room("private")
    path = f"/rooms/{room['id']}"
    owner.say(room["id"], "not for strangers")
    for method, where, body in [
        ("GET", path, None),
        ("GET", f"{path}/messages", None),
        ("GET", f"{path}/members", None),
        ("POST", f"{path}/messages", {"text": "hi"}),
        ("PATCH", path, {"name": "x"}),
        ("DELETE", path, None),
        ("POST", f"{path}/members", {"members": [stranger.username]}),
        ("DELETE", f"{path}/members/{owner.id}", None),
    ]:
        foreign = refused(stranger.rest.call(method, where, body), 404, "not_found")
        absent = refused(stranger.rest.call(method, where.replace(path, "/rooms/99999999"), body), 404, "not_found")
        assert {**foreign, "request_id": ""} == {**absent, "request_id": ""}
    assert owner.members(room["id"]) == {owner.id: "owner"}


@pytest.mark.parametrize("identifier", ["999999999", "0", "-1", "abc", "9223372036854775808"])
def test_an_unknown_room_is_not_found(people, identifier):
    """404 for what is not there and for what cannot be an id."""
    rest = people.user().rest
    refused(rest.get(f"/rooms/{identifier}"), 404, "not_found")
    refused(rest.get(f"/rooms/{identifier}/messages"), 404, "not_found")
    refused(rest.post(f"/rooms/{identifier}/messages", {"text": "x"}), 404, "not_found")


def test_guests_read_public_rooms_and_write_where_allowed(people, anonymous):
    """public: guests read; they write with guests_may_write alone; a group is closed to them."""
    owner = people.user()
    guest = Rest(anonymous.base, expect(anonymous.post("/auth/guest", {}), 200)["access_token"])
    silent = owner.room("silent", kind="public")["id"]
    open_to_guests = owner.room("open", kind="public", guests_may_write=True)["id"]
    group = owner.room("group")["id"]
    owner.say(silent, "for all to read")
    assert expect(guest.get(f"/rooms/{silent}/messages"), 200)["items"][-1]["text"] == "for all to read"
    assert expect(guest.get(f"/rooms/{silent}"), 200)["my_role"] is None
    refused(guest.post(f"/rooms/{silent}/messages", {"text": "me too"}), 403, "forbidden")
    expect(guest.post(f"/rooms/{open_to_guests}/messages", {"text": "me too"}), 201)
    refused(guest.get(f"/rooms/{group}/messages"), 404, "not_found")
    refused(guest.patch(f"/rooms/{silent}", {"name": "x"}), 403, "forbidden")
    refused(guest.delete(f"/rooms/{silent}"), 403, "forbidden")


def test_rooms_are_created_once_per_idempotency_key(people):
    """The same key and body give the same room; another body is 422; another user's key is their own."""
    person, other = people.users(2)
    key = {"Idempotency-Key": "create-room-0001"}
    first = expect(person.rest.post("/rooms", {"name": "once"}, headers=key), 201)
    again = person.rest.post("/rooms", {"name": "once"}, headers=key)
    assert again.status_code == 201 and again.json()["id"] == first["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    fresh = person.rest.post("/rooms", {"name": "twice"}, headers={"Idempotency-Key": "create-room-0003"})
    assert fresh.status_code == 201 and "Idempotent-Replayed" not in fresh.headers
    expect(person.rest.delete(f"/rooms/{fresh.json()['id']}"), 204)
    refused(person.rest.post("/rooms", {"name": "another"}, headers=key), 422, "idempotency_mismatch")
    assert expect(other.rest.post("/rooms", {"name": "once"}, headers=key), 201)["id"] != first["id"]
    assert len(expect(person.rest.get("/rooms"), 200)["items"]) == 1


def test_an_idempotency_key_of_a_refused_request_is_free(people):
    """A refusal is not a result: the corrected request under the same key succeeds or is named a mismatch."""
    person = people.user()
    key = {"Idempotency-Key": "create-room-0002"}
    refused(person.rest.post("/rooms", {"name": "x", "members": ["nobody.at.all"]}, headers=key), 422)
    answer = person.rest.post("/rooms", {"name": "x"}, headers=key)
    assert answer.status_code == 201 or answer.json()["code"] == "idempotency_mismatch", answer.text


async def test_the_creators_other_connections_are_told_of_a_new_room(people):
    """room.added comes to the one who made it, too."""
    owner = people.user()
    async with await owner.client() as client:
        room = owner.room("mine alone")
        added = await client.event("room.added")
        assert room["id"] in (added.get("room_id"), added.get("room", {}).get("id"))


async def test_members_are_told_of_a_new_room_at_once(people):
    """room.added comes on the personal channel of each member, without asking."""
    owner, member = people.users(2)
    async with await member.client() as client:
        room = owner.room("surprise", [member])
        added = await client.event("room.added")
        assert room["id"] in (added.get("room_id"), added.get("room", {}).get("id"))
