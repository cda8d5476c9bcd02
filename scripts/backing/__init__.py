"""The servers callboard can stand on, run for development and tests: what scripts/services is made of."""

from backing.kafka import Kafka
from backing.postgres import Postgres
from backing.redis import Redis
from backing.smtp import Smtp

SERVICES = {each.name: each for each in (Postgres, Redis, Kafka, Smtp)}

# What callboard calls the addresses.
VARIABLES = {
    "postgres": "CALLBOARD_DATABASE_URL",
    "redis": "CALLBOARD_REDIS_URL",
    "kafka": "CALLBOARD_KAFKA_BROKERS",
    "smtp": "CALLBOARD_SMTP_URL",
}
