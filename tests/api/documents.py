"""Documents made of YAML and JSON files: references between them, schemas in them."""

import functools
import json
import pathlib

import jsonschema
import yaml

TOP = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = TOP / "schema"


@functools.lru_cache(maxsize=None)
def parsed(url):
    """A file by its file: URL, as parsed."""
    text = pathlib.Path(url.removeprefix("file://")).read_text(encoding="utf-8")
    return json.loads(text) if url.endswith(".json") else yaml.load(text, Loader=yaml.CSafeLoader)


def resolver(name, document=None):
    """Resolves references as from within schema/NAME.yaml."""
    url = (SCHEMA / f"{name}.yaml").as_uri()
    return jsonschema.RefResolver(url, document or parsed(url), handlers={"file": parsed})


def nodes(value, where="#"):
    """Every object below a value, with a pointer to it."""
    if isinstance(value, dict):
        yield where, value
        for key, each in value.items():
            yield from nodes(each, f"{where}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from nodes(each, f"{where}/{index}")


def broken_references(name, document=None):
    """References that lead nowhere."""
    places = resolver(name, document)
    broken = []
    for where, node in nodes(document or places.referrer):
        reference = node.get("$ref")
        if isinstance(reference, str):
            try:
                places.resolve(reference)
            except jsonschema.RefResolutionError:
                broken.append(f"{where}: {reference}")
    return broken


def faults(name, schema, value):
    """What is wrong with a value by a schema of schema/NAME.yaml."""
    formats = jsonschema.FormatChecker(["date", "uuid"])
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver(name), format_checker=formats)
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


def bounds(document):
    """Every bound that is an option's: (pointer, option, bound)."""
    for where, node in nodes(document):
        for keyword, option in node.get("x-option", {}).items() if isinstance(node.get("x-option"), dict) else ():
            yield where, option, node.get(keyword)
