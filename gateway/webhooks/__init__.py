"""Webhooks by the Standard Webhooks conventions: events go out to endpoints, orders come in from sources."""
