"""A Kafka that speaks TLS: with names and passwords on one port, with certificates of clients on another.

The port of its address stays unencrypted, for the tests themselves.
"""

from support.services import SERVICES

LISTENERS = """
listeners=PLAINTEXT://127.0.0.1:{port},PASSWORDS://127.0.0.1:{passwords},CERTIFICATES://127.0.0.1:{certificates},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},PASSWORDS://{host}:{passwords},CERTIFICATES://{host}:{certificates}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PASSWORDS:SASL_SSL,CERTIFICATES:SSL
listener.name.passwords.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.passwords.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
listener.name.passwords.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.certificates.ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location={keys}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
"""
USER = "callboard"
PASSWORD = "a-password-of-the-broker-7"


class SecureKafka(SERVICES["kafka"]):
    """`authority` vouches for it, by the name localhost, and for whom it lets in without a password."""

    ports = ("port", "controller", "passwords", "certificates")

    def __init__(self, root, authority):
        super().__init__(root)
        self.authority = authority

    def secure_address(self, which="passwords", host="localhost"):
        """One of its ports with TLS, as callboard takes it."""
        return f"{host}:{self.port(which)}"

    def more_settings(self):
        certificate, key = self.authority.issue("broker", hosts="DNS:localhost")
        keys = self.folder / "broker.pem"
        keys.touch(mode=0o600)
        keys.write_text(key.read_text() + certificate.read_text())
        return LISTENERS.format(**{name: self.port(name) for name in self.ports}, host="localhost", user=USER,
                                password=PASSWORD, keys=keys, authority=self.authority.certificate)  # fmt: skip

    def format_options(self):
        return ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]
