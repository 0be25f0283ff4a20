"""Rows that the webhook fields of the admin schema are tried on."""

ENDPOINT = "5f0d6e0a-0000-4000-8000-0000000000e1"
SOURCE = "5f0d6e0a-0000-4000-8000-0000000000f1"
DELIVERY = 1_000_000

THERE = f"""
UPDATE webhook_endpoints SET state = 'DELETED';
UPDATE webhook_sources SET state = 'DELETED';
INSERT INTO webhook_endpoints VALUES ('{ENDPOINT}', 'http://127.0.0.1:9/hook', '', '{{tier.raised}}', '',
  'ENABLED', '', NULL, now(), now()) ON CONFLICT (endpoint_id) DO UPDATE SET state = 'ENABLED';
INSERT INTO webhook_sources VALUES ('{SOURCE}', 'till', '', '', 'ENABLED', now(), now())
  ON CONFLICT (source_id) DO UPDATE SET state = 'ENABLED';
INSERT INTO webhook_messages VALUES ('evt_1', 'tier.raised', '{{}}', now(), now()) ON CONFLICT DO NOTHING;
INSERT INTO webhook_deliveries (delivery_id, message_id, endpoint_id, type, state, created_at, due_at)
  OVERRIDING SYSTEM VALUE
  VALUES ({DELIVERY}, 'evt_1', '{ENDPOINT}', 'tier.raised', 'FAILED', now(), now()) ON CONFLICT DO NOTHING;
"""
