"""docs/API.md is what scripts/document-api makes of the documents of the API now."""

import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]


def test_the_description_of_the_api_is_current():
    done = subprocess.run([TOP / "scripts/document-api", "--check"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_every_link_within_it_leads_to_a_heading():
    lines = (TOP / "docs/API.md").read_text().splitlines()
    headings = {line.lstrip("#").strip().lower() for line in lines if line.startswith("#")}
    links = {part.split(")")[0] for line in lines for part in line.split("](#")[1:]}
    assert len(links) > 20
    assert not links - headings
