"""A service of a test's own, which it may kill, freeze or configure: what scripts/services runs, in a folder that goes."""

import contextlib
import pathlib
import shutil
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[3]
if str(TOP / "scripts") not in sys.path:
    sys.path.insert(0, str(TOP / "scripts"))

from backing import SERVICES  # noqa: E402


@contextlib.contextmanager
def service_of_its_own(name, make=None):
    """A service that nothing else uses, not started yet; `make` takes its root instead of the class of that name.

    Below build/, which the user that PostgreSQL runs as can enter where it can enter the checkout.
    """
    root = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-of-a-test-", dir=TOP / "build"))
    root.chmod(0o755)
    service = (make or SERVICES[name])(root)
    try:
        yield service
    finally:
        service.reset()
        shutil.rmtree(root)
