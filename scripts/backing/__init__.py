"""The servers callboard can stand on, run for development and tests: what scripts/services is made of."""

from backing.kafka import Kafka
from backing.postgres import Postgres
from backing.redis import Redis
from backing.smtp import Smtp

SERVICES = {each.name: each for each in (Postgres, Redis, Kafka, Smtp)}

# What callboard calls the addresses, and what its tests call them.
VARIABLES = {
    "postgres": "CALLBOARD_DATABASE_URL",
    "redis": "CALLBOARD_REDIS_URL",
    "kafka": "CALLBOARD_KAFKA_BROKERS",
    "smtp": "CALLBOARD_SMTP_URL",
}
TEST_VARIABLES = {name: variable.replace("CALLBOARD_", "CALLBOARD_TEST_", 1) for name, variable in VARIABLES.items()}
