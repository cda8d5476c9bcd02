"""A collector of traces: takes OTLP over HTTP and prints each span as a line of JSON.

Run with the Python of build/python, which has opentelemetry-proto: whatever does not fit its messages is refused. The first
line says on which port it listens. `hang` as its argument: it takes requests and never answers; `refuse`: 503.
"""

import base64
import http.server
import json
import sys
import threading

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
MOST_BYTES = 16 << 20


def decode(text):
    """The request of a body. OTLP writes ids as hexadecimal digits, which protobuf's own JSON form does not know."""
    body = json.loads(text)
    for of_resource in body["resourceSpans"]:
        for of_scope in of_resource["scopeSpans"]:
            for span in of_scope["spans"]:
                for name, size in (("traceId", 16), ("spanId", 8), ("parentSpanId", 8)):
                    if name in span:
                        number = bytes.fromhex(span[name])
                        assert len(number) == size and span[name] == number.hex(), (name, span[name])
                        span[name] = base64.b64encode(number).decode()
    return json_format.ParseDict(body, ExportTraceServiceRequest())


def plain(attributes):
    """Attributes as a dictionary."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


def spans_of(request):
    """Every span as the tests see it."""
    for of_resource in request.resource_spans:
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield {
                    "trace": span.trace_id.hex(),
                    "span": span.span_id.hex(),
                    "parent": span.parent_span_id.hex(),
                    "name": span.name,
                    "kind": KINDS[span.kind],
                    "flags": span.flags,
                    "begun": span.start_time_unix_nano,
                    "ended": span.end_time_unix_nano,
                    "attributes": plain(span.attributes),
                    "failed": span.status.code == 2,
                    "failure": span.status.message,
                    "resource": plain(of_resource.resource.attributes),
                }


class Handler(http.server.BaseHTTPRequestHandler):
    """Takes requests for spans."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):  # pylint: disable=invalid-name
        """One request of a server."""
        size = int(self.headers["Content-Length"])
        assert size <= MOST_BYTES
        body = self.rfile.read(size)
        if self.server.mode == "hang":
            threading.Event().wait()
        if self.server.mode == "refuse":
            return self.answer(503, b"")
        if self.path != "/v1/traces" or self.headers["Content-Type"] != "application/json":
            return self.answer(404, b"")
        try:
            found = list(spans_of(decode(body)))
        except Exception as error:  # pylint: disable=broad-except
            print(json.dumps({"trouble": repr(error), "body": body.decode(errors="replace")}), flush=True)
            return self.answer(400, b"")
        print("".join(json.dumps(each) + "\n" for each in found), end="", flush=True)
        return self.answer(200, json_format.MessageToJson(ExportTraceServiceResponse()).encode())

    def answer(self, status, body):
        """Ends a request."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing of a request."""


def main():
    """Serves until it is killed."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.mode = sys.argv[1] if len(sys.argv) > 1 else ""
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
