"""Webhooks as staff keep them: where events go, what was delivered, and who sends orders."""
