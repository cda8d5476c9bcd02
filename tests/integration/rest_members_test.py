"""Members: listing, adding, removing, leaving, and the events of it."""

from support.rest import all_pages, expect, refused


def test_members_are_listed_in_pages(people):
    """Each member once, by any page size, with their role."""
    owner, *others = people.users(6)
    room = owner.room("paged", others)["id"]
    for limit in (1, 4, 50):
        pages = all_pages(owner.rest, f"/rooms/{room}/members", limit)
        items = [item for page in pages for item in page]
        assert sorted(item.get("user", item)["id"] for item in items) == sorted(p.id for p in [owner, *others])
        assert [item["role"] for item in items].count("owner") == 1


def test_added_members_may_read_and_write(people):
    """After the answer the new member reads the whole log and writes; the log tells who came."""
    owner, added = people.users(2)
    room = owner.room("growing")["id"]
    owner.say(room, "before you came")
    assert owner.add_members(room, added).status_code in (200, 201, 204)
    texts = [event.get("text") for event in added.events(room)["items"]]
    assert "before you came" in texts
    added.say(room, "hello")
    assert owner.members(room) == {owner.id: "owner", added.id: "member"}
    events = [event for event in owner.events(room)["items"] if event["type"] == "member.added"]
    assert any(added.username in str(event) or str(added.id) in str(event) for event in events), events


def test_adding_an_unknown_person_adds_nobody(people):
    """422 with the pointer; the known one of the same request is not added either."""
    owner, known = people.users(2)
    room = owner.room("careful")["id"]
    body = {"members": [known.username, "nobody.at.all", "nobody.at.all"]}
    told = refused(owner.rest.post(f"/rooms/{room}/members", body), 422, "unknown_members", "/members/1")
    assert told["detail"] == "these users do not exist: nobody.at.all"
    assert [error["pointer"] for error in told["errors"]] == ["/members/1", "/members/2"]
    assert owner.members(room) == {owner.id: "owner"}


def test_adding_a_member_again_changes_nothing(people):
    """No second membership and no second event."""
    owner, member = people.users(2)
    room = owner.room("again", [member])["id"]
    before = owner.events(room)["last_offset"]
    assert owner.add_members(room, member).status_code in (200, 201, 204, 409)
    assert owner.members(room) == {owner.id: "owner", member.id: "member"}
    assert owner.events(room)["last_offset"] == before


def test_a_removed_member_is_out(people):
    """The owner removes; reading and writing end with the answer; a second removal finds nobody."""
    owner, member = people.users(2)
    room = owner.room("shrinking", [member])["id"]
    expect(owner.remove_member(room, member), 204)
    assert member.rest.get(f"/rooms/{room}/messages").status_code in (403, 404)
    assert member.rest.post(f"/rooms/{room}/messages", {"text": "still here?"}).status_code in (403, 404)
    assert owner.members(room) == {owner.id: "owner"}
    assert expect(member.rest.get("/rooms"), 200)["items"] == []
    refused(owner.remove_member(room, member), 404, "not_found")
    assert owner.events(room)["items"][-1]["type"] == "member.removed"


def test_a_member_leaves_but_removes_nobody(people):
    """Leaving is one's own right; removing others is not a member's."""
    owner, one, two = people.users(3)
    room = owner.room("leaving", [one, two])["id"]
    refused(one.remove_member(room, two), 403, "forbidden")
    refused(one.remove_member(room, owner), 403, "forbidden")
    expect(one.remove_member(room, one), 204)
    assert set(owner.members(room)) == {owner.id, two.id}


def test_a_member_may_come_back(people):
    """Removed and added again: reads everything, also what was said meanwhile."""
    owner, member = people.users(2)
    room = owner.room("revolving", [member])["id"]
    expect(owner.remove_member(room, member), 204)
    owner.say(room, "while you were out")
    assert owner.add_members(room, member).status_code in (200, 201, 204)
    assert "while you were out" in [event.get("text") for event in member.events(room)["items"]]


def test_bad_members_are_refused(people):
    """Wrong types, unknown members of the body and ids that are none."""
    owner = people.user()
    room = owner.room("strict")["id"]
    for body in ({}, {"members": 5}, {"members": [5]}, {"members": [], "extra": 1}, [], "x"):
        answer = owner.rest.post(f"/rooms/{room}/members", body)
        assert answer.status_code in (400, 422), f"{body}: {answer.status_code} {answer.text}"
    for identifier in ("abc", "0", "-1", "999999999", "9223372036854775808"):
        refused(owner.rest.delete(f"/rooms/{room}/members/{identifier}"), 404, "not_found")


async def test_a_member_hears_of_joining_and_leaving(people):
    """room.added and room.removed on the personal channel; member.added and member.removed in the room."""
    owner, member = people.users(2)
    room = owner.room("told")["id"]
    async with await owner.client() as watching, await member.client() as client:
        await watching.subscribe(room)
        owner.add_members(room, member)
        await watching.event("member.added")
        await client.event("room.added")
        owner.remove_member(room, member)
        await watching.event("member.removed")
        await client.event("room.removed")
