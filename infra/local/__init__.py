"""The embedded default: Postgres, Redis, the services and the gateway, started and stopped on one machine."""
