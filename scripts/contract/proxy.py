"""A proxy before a server: it passes everything on and holds each request and answer against the document of the API.

What becomes a WebSocket is passed on as bytes. A request whose body's length is not said is refused: no client
under test sends one."""

import contextlib
import http.client
import http.server
import select
import socket
import threading
import urllib.parse

from contract.openapi import Exchange

# Of one connection, not of the message (RFC 9110, 7.6.1); both sides choose their own.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}
DEADLINE = 60.0
CHUNK = 65536


class Proxy:
    """`with Proxy(contract, port) as proxy`: listens on `proxy.url` and passes on to the port of a server on loopback, or to
    `proxy.to` if it changes. `proxy.faults` are those of the exchanges so far, `proxy.count` is their number."""

    def __init__(self, contract, to=None):
        self.contract = contract
        self.to = to
        self.faults = []
        self.count = 0
        self._lock = threading.Lock()
        owner = self

        class Handler(_Handler):
            """A connection of a client of this proxy."""

            proxy = owner

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def judge(self, exchange):
        """Notes what is wrong with an exchange."""
        found = self.contract.client_faults(exchange)
        with self._lock:
            self.count += 1
            self.faults += found

    @property
    def trouble(self):
        """What was wrong with the exchanges, as a sentence, or None."""
        if not self.count:
            return "nothing was asked of the server"
        if not self.faults:
            return None
        kinds = sorted(set(self.faults))
        return f"{len(self.faults)} faults by schema/openapi.yaml: " + "; ".join(kinds[:5])


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy = None
    timeout = DEADLINE

    def log_message(self, *_):
        """Says nothing."""

    def handle(self):
        with contextlib.suppress(ConnectionError):  # a client may go before it was answered
            super().handle()

    def setup(self):
        super().setup()
        self.onward = None

    def finish(self):
        if self.onward is not None:
            self.onward.close()
        super().finish()

    def _pass_on(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._tunnel()
            return
        if "Transfer-Encoding" in self.headers:
            self.send_error(411)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = self._ask(body)
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # as the server did
            return
        payload = answer.read()
        given = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        asked = {name.lower(): value for name, value in self.headers.items()}
        told = {name.lower(): value for name, value in given}
        self.proxy.judge(Exchange(self.command, self.path, asked, body, answer.status, told, payload))
        self.send_response_only(answer.status, answer.reason)
        for name, value in given:
            self.send_header(name, value)
        if answer.will_close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _pass_on

    def _ask(self, body):
        """The server's answer. A connection of its own for each request: one kept alive may end between two."""
        if self.onward is not None:
            self.onward.close()
        self.onward = http.client.HTTPConnection("127.0.0.1", self.proxy.to, timeout=DEADLINE)
        self.onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.onward.putheader(name, value)
        self.onward.endheaders(body or None)
        return self.onward.getresponse()

    def _tunnel(self):
        """From here on bytes go both ways until one side ends."""
        self.close_connection = True
        try:
            onward = socket.create_connection(("127.0.0.1", self.proxy.to), timeout=DEADLINE)
        except OSError:
            return
        with onward:
            head = f"{self.command} {self.path} {self.request_version}\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            onward.sendall(head.encode("latin-1") + b"\r\n")
            sides = {self.connection: onward, onward: self.connection}
            while True:
                for side in select.select(list(sides), [], [])[0]:
                    try:
                        data = side.recv(CHUNK)
                        if data:
                            sides[side].sendall(data)
                    except OSError:
                        data = b""
                    if not data:
                        return


def port_of(url):
    """The port in a URL."""
    return urllib.parse.urlsplit(url).port
