"""Serving: how a schema is offered over HTTP, server-sent events and WebSocket; it knows no field by name."""
