"""What the gateway remembers of webhooks: endpoints and their deliveries, sources and what they sent."""
