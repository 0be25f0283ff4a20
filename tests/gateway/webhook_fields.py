"""The webhook fields of the admin schema, each selected once, and the rows that they are tried on."""

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

_ENDPOINT = f'input:{{endpointId:"{ENDPOINT}",reason:"r"}}'
_SOURCE = f'input:{{sourceId:"{SOURCE}",reason:"r"}}'

WEBHOOK_FIELDS = {
    "Query.webhookEventTypes": "{webhookEventTypes}",
    "Query.webhookEndpoints": "{webhookEndpoints{id url state}}",
    "Query.webhookDeliveries": "{webhookDeliveries(first:1){nodes{id state attempts{statusCode}}}}",
    "Query.webhookDelivery": f'{{webhookDelivery(id:"{DELIVERY}"){{id body}}}}',
    "Query.webhookSources": "{webhookSources{id source}}",
    "Query.webhookReceipts": "{webhookReceipts(first:1){nodes{id outcomeCode}}}",
    "Mutation.createWebhookEndpoint": 'mutation{createWebhookEndpoint(input:{url:"http://127.0.0.1:9/",'
    'eventTypes:["tier.raised"],reason:"r"}){userErrors{code}}}',
    "Mutation.updateWebhookEndpoint": f'mutation{{updateWebhookEndpoint(input:{{endpointId:"{ENDPOINT}",'
    'description:"d",reason:"r"}){userErrors{code}}}',
    **{
        f"Mutation.{name}": f"mutation{{{name}({_ENDPOINT}){{userErrors{{code}}}}}}"
        for name in (
            "disableWebhookEndpoint",
            "enableWebhookEndpoint",
            "rotateWebhookEndpointSecret",
            "sendTestWebhook",
            "deleteWebhookEndpoint",
        )
    },
    "Mutation.replayWebhookDelivery": f'mutation{{replayWebhookDelivery(input:{{deliveryId:"{DELIVERY}",'
    'reason:"r"}){userErrors{code}}}',
    "Mutation.replayFailedWebhooks": f'mutation{{replayFailedWebhooks(input:{{endpointId:"{ENDPOINT}",'
    'since:"2026-01-01T00:00:00Z",reason:"r"}){replayed userErrors{code}}}',
    "Mutation.createWebhookSource": 'mutation{createWebhookSource(input:{source:"shop",reason:"r"})'
    "{userErrors{code}}}",
    **{
        f"Mutation.{name}": f"mutation{{{name}({_SOURCE}){{userErrors{{code}}}}}}"
        for name in (
            "disableWebhookSource",
            "enableWebhookSource",
            "rotateWebhookSourceSecret",
            "deleteWebhookSource",
        )
    },
}
