"""People who send messages all the time, and a note of every one that was acknowledged."""

import contextlib
import threading

import requests

from support.people import People
from support.rest import expect
from support.waiting import until

ROOMS = 3


class Load:
    """Threads, each with a person in a room of their own, that send until they are told to stop."""

    def __init__(self, server):
        self.people = People(server, "load").users(ROOMS)
        self.rooms = [person.room(f"room {number}")["id"] for number, person in enumerate(self.people)]
        self.sent = {room: [] for room in self.rooms}  # texts, as they were acknowledged
        self.failed = []
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self.send, args=pair) for pair in zip(self.people, self.rooms)]

    def send(self, person, room):
        """One after the other; a refusal is noted."""
        for number in range(1_000_000):
            if self.ending.is_set():
                return
            text = f"message {number} of room {room}"
            try:
                until(lambda said=text: self.is_taken(person, room, said), what="a message that is taken", every=0.1)
            except (AssertionError, requests.RequestException) as error:
                self.failed.append(error)
                return
            self.sent[room].append(text)

    @staticmethod
    def is_taken(person, room, text):
        """Whether it is acknowledged; a store that was too slow for it says so, and it is sent again."""
        answer = person.rest.post(f"/rooms/{room}/messages", {"text": text, "key": text})
        return answer.status_code != 503 and expect(answer, 200 if answer.status_code == 200 else 201)

    def so_far(self):
        """What was acknowledged until now, by room."""
        return {room: list(texts) for room, texts in self.sent.items()}

    def count(self):
        """How many were acknowledged until now."""
        return sum(map(len, self.sent.values()))

    @contextlib.contextmanager
    def running(self):
        """While they send."""
        for thread in self.threads:
            thread.start()
        try:
            yield self
        finally:
            self.ending.set()
            for thread in self.threads:
                thread.join(60)
        assert not self.failed, self.failed[:3]


def texts_of(rest, room):
    """Every message of a room, in order, read page by page."""
    texts, after = [], 0
    while True:
        page = expect(rest.get(f"/rooms/{room}/messages?limit=100&after={after}"), 200)
        if not page["items"]:
            return texts
        texts += [item["text"] for item in page["items"] if item["type"] == "message"]
        after = page["items"][-1]["offset"]
