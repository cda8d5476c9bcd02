"""The real binary before a real Redis: what it carries, and that nothing depends on it."""

import concurrent.futures
import threading
import time

import pytest

from support.metrics import figure
from support.people import People
from support.redis_server import Redis
from support.rest import Rest, expect, refused
from support.server import run
from support.waiting import until

CONNECTED = 'callboard_dependency_up{dependency="redis"}'


@pytest.fixture
def redis():
    """A Redis of this test's own."""
    own = Redis().start()
    yield own
    own.kill()


@pytest.fixture
def shared(redis, own_server):
    """A server that uses it."""
    server = own_server("--redis-url", redis.url, "--max-attempts-enter", "3", "--lock-seconds", "600")
    until(lambda: connected(server), 60, "a connection to Redis")
    return server


def connected(server):
    """Whether the server says that it reaches Redis."""
    return figure(Rest(server.url), CONNECTED) == 1


def wrong_log_in(server, person):
    """A log-in with a wrong password; it is always refused alike."""
    answer = Rest(server.url).post("/auth/login", {"login": person.username, "password": "wrong-password-1"})
    return refused(answer, 401, "invalid_credentials")


def is_locked(server, person):
    """Whether the right password is refused."""
    answer = Rest(server.url).post("/auth/login", {"login": person.username, "password": person.password})
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 401


def lock(server, person):
    """Three wrong guesses."""
    for _ in range(3):
        wrong_log_in(server, person)
    assert is_locked(server, person)


def test_profiles_are_cached_and_follow_their_changes(shared):
    """Reads are hits, a change is seen by the next read, a deleted user is gone at once."""
    one, other = People(shared).users(2)
    rest = Rest(shared.url)

    def is_found(name):
        """Whether what was looked up was found there; while the connection to Redis is made anew nothing is."""
        return figure(rest, f'callboard_cache_lookups_total{{cache="{name}",result="hit"}}') >= 1

    until(lambda: expect(other.rest.get(f"/users/{one.id}"), 200) and is_found("profiles"), what="a profile found")
    for number in range(20):
        expect(one.rest.patch("/users/me", {"full_name": f"Name {number}"}), 200)
        assert expect(other.rest.get(f"/users/{one.id}"), 200)["full_name"] == f"Name {number}"
    until(lambda: other.room(members=[one]) and is_found("directory"), what="a name found")
    expect(one.rest.delete("/users/me"), 204)
    refused(other.rest.get(f"/users/{one.id}"), 404, "not_found")
    refused(other.rest.post("/rooms", {"name": "x", "members": [one.username]}), 422, "unknown_members")


def test_locks_and_ended_sessions_outlive_redis(shared, redis):
    """Killed, emptied, frozen, started again: what was locked stays locked, who was logged out stays out."""
    people = People(shared)
    locked, later, leaving = people.users(3)
    session = Rest(shared.url, leaving.log_in()["access_token"])
    expect(session.get("/users/me"), 200)
    lock(shared, locked)
    expect(session.post("/auth/logout"), 204)

    def all_holds():
        assert is_locked(shared, locked)
        refused(session.get("/users/me"), 401, "unauthorized")

    all_holds()
    assert redis.run("FLUSHALL").startswith(b"+OK")
    all_holds()
    redis.kill()
    until(lambda: not connected(shared), 60, "the loss of Redis noticed")
    all_holds()
    lock(shared, later)
    expect(people.user().rest.get("/users/me"), 200)
    redis.start()
    until(lambda: connected(shared), 60, "Redis reached again")
    all_holds()
    assert is_locked(shared, later)
    redis.freeze()
    all_holds()
    redis.thaw()
    until(lambda: connected(shared), 60, "Redis reached again")
    all_holds()


def test_log_ins_and_messages_go_on_while_redis_comes_and_goes(shared, redis):
    """Nothing fails and nothing is lost while Redis is killed, frozen and emptied again and again."""
    people = People(shared).users(4)
    room = people[0].room(members=people[1:])
    ending = threading.Event()

    def work(person):
        sent, log_ins = [], 0
        while not (ending.is_set() and log_ins):
            text = f"{person.username} {len(sent)}"
            person.say(room["id"], text)
            sent.append(text)
            if len(sent) % 5 == 0:
                token = person.log_in()["access_token"]
                expect(Rest(shared.url, token).post("/auth/logout"), 204)
                refused(Rest(shared.url, token).get("/users/me"), 401)
                log_ins += 1
        return sent, log_ins

    with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
        working = [pool.submit(work, person) for person in people]
        try:
            for _ in range(4):
                redis.kill()
                time.sleep(0.4)
                redis.start()
                time.sleep(0.4)
                redis.run("FLUSHALL")
                redis.freeze()
                time.sleep(0.8)
                redis.thaw()
                time.sleep(0.3)
        finally:
            ending.set()
        done = [each.result() for each in working]
    assert all(sent and log_ins for sent, log_ins in done), done
    texts, after = [], 0
    while page := people[0].events(room["id"], f"?after={after}&limit=100")["items"]:
        texts += [event["text"] for event in page if event["type"] == "message"]
        after = page[-1]["offset"]
    assert sorted(texts) == sorted(text for sent, _ in done for text in sent)
    until(lambda: connected(shared), 60, "Redis reached again")


def test_it_starts_without_redis_and_finds_it_later(own_server):
    """A Redis that is not there yet keeps nothing from working."""
    redis = Redis()
    server = own_server("--redis-url", redis.url)
    person = People(server).user()
    person.log_in()
    assert not connected(server)
    assert "Redis is away" in server.last_output()
    try:
        redis.start()
        until(lambda: connected(server), 60, "Redis reached")
        person.log_in()
        assert figure(Rest(server.url), 'callboard_dependency_requests_total{dependency="redis",outcome="ok"}') > 0
    finally:
        redis.kill()


def test_a_redis_url_is_checked_before_anything_starts(tmp_path):
    """TLS and nonsense are refused with a sentence that does not show the password."""
    for url, word in (("rediss://:hidden-word@host:1", "TLS"), ("http://host", "redis://"), ("redis://host:0", "port")):
        done = run("serve", "--data-dir", tmp_path, "--redis-url", url)
        assert done.returncode == 2, done
        assert "redis-url" in done.stderr and word in done.stderr, done.stderr
        assert "hidden-word" not in done.stderr + done.stdout
