"""An OpenAPI 3.1 document as a judge of single requests and answers."""

import dataclasses
import json
import pathlib
import re
import urllib.parse

import jsonschema
import yaml

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "schema"
# A request that breaks its schema gets one of these, if it is not refused before anybody looks at it.
REFUSALS = range(400, 600)


def load(name):
    """schema/NAME.yaml, parsed."""
    return yaml.load((SCHEMA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@dataclasses.dataclass
class Exchange:
    """A request and its answer. Headers have names in small letters; bodies are bytes."""

    method: str
    target: str
    headers: dict
    body: bytes
    status: int
    answer_headers: dict
    answer_body: bytes

    def __str__(self):
        return f"{self.method} {self.target} -> {self.status}"


class Contract:
    """Judges exchanges. Faults are sentences; none means that all is as documented."""

    def __init__(self, document):
        self.document = document
        self._resolver = jsonschema.RefResolver("", document)
        self._formats = jsonschema.FormatChecker(["date", "uuid"])
        self._validators = {}
        self._routes = []
        for template, item in document["paths"].items():
            pattern = re.compile("".join(f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
                                         for part in re.split(r"(\{\w+\})", template)))
            # A literal segment comes before a parameter.
            self._routes.append((template.count("{"), pattern, template, item))
        self._routes.sort(key=lambda route: route[0])

    def resolve(self, node):
        """What a reference leads to; anything else is itself."""
        while isinstance(node, dict) and "$ref" in node:
            node = self._resolver.resolve(node["$ref"])[1]
        return node

    def operation(self, method, path):
        """(template, operation, texts of the path's parameters), or None for what is not documented."""
        name = "get" if method == "HEAD" else method.lower()
        for _, pattern, template, item in self._routes:
            found = pattern.fullmatch(path)
            if found and name in item:
                texts = {key: urllib.parse.unquote(value) for key, value in found.groupdict().items()}
                return template, item[name], texts
        return None

    def schema_faults(self, schema, value, where):
        """What is wrong with a value."""
        key = id(schema)
        if key not in self._validators:
            validator = jsonschema.Draft202012Validator(schema, resolver=self._resolver, format_checker=self._formats)
            self._validators[key] = (validator, schema)  # the schema is kept, so that its id stays its own
        errors = self._validators[key][0].iter_errors(value)
        return [f"{where}{error.json_path[1:]}: {error.message[:300]}" for error in errors]

    def request_faults(self, exchange):
        """What a request has that the document does not. Parameters of a query that are not known are no harm; of one that is
        given more than once the first counts."""
        split = urllib.parse.urlsplit(exchange.target)
        found = self.operation(exchange.method, split.path)
        if found is None:
            return [f"{exchange.method} {split.path} is not documented"]
        _, operation, path_texts = found
        query = urllib.parse.parse_qs(split.query, keep_blank_values=True)
        faults = []
        for parameter in map(self.resolve, operation.get("parameters", [])):
            name, place = parameter["name"], parameter["in"]
            texts = {"path": [path_texts[name]] if name in path_texts else [], "query": query.get(name, [])[:1],
                     "header": [exchange.headers[name.lower()]] if name.lower() in exchange.headers else []}[place]
            for text in texts:
                schema = parameter["schema"]
                faults += self.schema_faults(schema, self._value_of(schema, text), f"{place} parameter {name}")
        if operation.get("security", self.document.get("security")) == [{"bearer": []}]:
            if not exchange.headers.get("authorization", "").startswith("Bearer "):
                faults.append("there is no access token")
        return faults + self._body_faults(operation, exchange)

    def _unknown_parameters(self, exchange):
        split = urllib.parse.urlsplit(exchange.target)
        found = self.operation(exchange.method, split.path)
        known = {self.resolve(each)["name"] for each in found[1].get("parameters", [])} if found else set()
        unknown = [name for name in urllib.parse.parse_qs(split.query, True) if name not in known]
        return [f"query parameter {name} is not documented" for name in unknown]

    def _value_of(self, schema, text):
        kind = self.resolve(schema).get("type")
        if kind == "integer" and re.fullmatch("[0-9]+", text):
            return int(text)
        if kind == "boolean" and text in ("true", "false"):
            return text == "true"
        return text

    def _body_faults(self, operation, exchange):
        form = self.resolve(operation.get("requestBody"))
        if not exchange.body:
            return ["the body is missing"] if form and form["required"] else []
        if form is None:
            return ["no body is documented"]
        media = media_type(exchange.headers)
        if media not in form["content"]:
            return [f"the body's media type {media!r} is not documented"]
        return self._json_faults(form["content"][media]["schema"], exchange.body, "body")

    def _json_faults(self, schema, body, where):
        try:
            value = json.loads(body)
        except ValueError as error:
            return [f"{where} is not JSON: {error}"]
        return self.schema_faults(schema, value, where)

    def answer_faults(self, exchange):
        """What an answer has that the document does not, or lacks."""
        found = self.operation(exchange.method, urllib.parse.urlsplit(exchange.target).path)
        if found is None:
            return []
        answer = self.resolve(found[1]["responses"].get(str(exchange.status)))
        if answer is None:
            return [f"the status {exchange.status} is not documented"]
        faults = []
        for name, header in answer.get("headers", {}).items():
            header = self.resolve(header)
            text = exchange.answer_headers.get(name.lower())
            if text is not None:
                faults += self.schema_faults(header["schema"], self._value_of(header["schema"], text), f"header {name}")
            elif header.get("required"):
                faults.append(f"the header {name} is missing")
        content = answer.get("content")
        if exchange.method == "HEAD":
            return faults
        if content is None:
            return faults + (["a body is not documented"] if exchange.answer_body else [])
        media = media_type(exchange.answer_headers)
        if media not in content:
            return faults + [f"the media type {media!r} of the answer is not documented"]
        if media.endswith("json"):
            faults += self._json_faults(content[media]["schema"], exchange.answer_body, "answer")
        return faults

    def faults(self, exchange):
        """What an answer should not be, and what of a request was taken that should not have been."""
        found = self.answer_faults(exchange)
        if exchange.status not in REFUSALS and not is_file(self, exchange):
            found += self.request_faults(exchange)
        return [f"{exchange}: {fault}" for fault in found]

    def client_faults(self, exchange):
        """The same for a client that should know the document: what it sends must be right even if it is refused, save
        for what a person may type (422)."""
        found = self.answer_faults(exchange)
        if exchange.status != 422 and not is_file(self, exchange):
            found += self.request_faults(exchange) + self._unknown_parameters(exchange)
        return [f"{exchange}: {fault}" for fault in found]


def media_type(headers):
    """The media type of a body, without parameters."""
    return headers.get("content-type", "").split(";")[0].strip().lower()


def is_file(contract, exchange):
    """Whether it is a read of something that is no route: one of the web client's files."""
    path = urllib.parse.urlsplit(exchange.target).path
    return exchange.method in ("GET", "HEAD") and contract.operation(exchange.method, path) is None
