"""Certificates for tests, made by the openssl program: an authority, what it signs, and what should not be used."""

import pathlib
import ssl
import subprocess


def openssl(*arguments):
    """Runs openssl to its end."""
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"openssl {arguments}: {done.stderr}"
    return done.stdout


class Authority:
    """An authority in a folder of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.key = self.folder / "ca.key"
        self.certificate = self.folder / "ca.pem"
        new_key(self.key)
        openssl("req", "-x509", "-new", "-key", self.key, "-subj", "/CN=an authority", "-days", "30", "-out", self.certificate)

    def issue(self, name, days=30, hosts="IP:127.0.0.1,DNS:localhost"):
        """(certificate, key): new files; below 0 days it has expired already."""
        certificate, key, request = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={hosts}\nbasicConstraints=CA:FALSE\n")
        new_key(key)
        openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        openssl(
            "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
            "-days", days, "-extfile", extensions, "-out", certificate,
        )  # fmt: skip
        return certificate, key

    def trust(self):
        """What a client needs to believe this authority, and none else."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


def new_key(path):
    """A private key that its owner alone may read."""
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    path.chmod(0o600)


def encrypted(key):
    """A copy of a key that nobody can use without a password."""
    path = key.with_suffix(".locked")
    openssl("pkey", "-in", key, "-aes256", "-passout", "pass:not-known", "-out", path)
    path.chmod(0o600)
    return path
