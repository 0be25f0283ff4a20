"""What must hold of the programme's own accounts: they are summed by batch, and all accounts together are 0."""

from services.loyalty.storage.ledger.integrity.checks import Statement

_SAID = """
    SELECT lane, seq, currency.key::smallint AS currency, account.key AS account, account.value::bigint AS change
    FROM batches, jsonb_each(totals) AS currency, jsonb_each(currency.value) AS account
"""

TOTALS = Statement(
    "batch totals",
    "what each batch says it changed in the programme's accounts is what its entries moved",
    "batches",
    ("entries", "batches"),
    f"""
    WITH moved AS (
      SELECT lane, batch AS seq, currency, account, sum(change)::bigint AS change
      FROM (
        SELECT lane, batch, currency, from_account AS account, -points AS change FROM entries
        WHERE from_account NOT IN ('AVAILABLE', 'PENDING', 'HELD')
        UNION ALL
        SELECT lane, batch, currency, to_account, points FROM entries
        WHERE to_account NOT IN ('AVAILABLE', 'PENDING', 'HELD')
      ) AS sides GROUP BY 1, 2, 3, 4
    ), said AS ({_SAID})
    SELECT json_build_object('lane', lane, 'seq', seq) AS place,
           format('in currency %s, %s changed by %s, and its entries moved %s',
                  currency, account, coalesce(said.change, 0), coalesce(moved.change, 0)) AS what
    FROM said FULL JOIN (SELECT lane, seq, currency, account::text, change FROM moved) AS moved
      USING (lane, seq, currency, account)
    WHERE coalesce(said.change, 0) <> coalesce(moved.change, 0)
    """,  # noqa: S608  # names of ours
)

ZERO_SUM = Statement(
    "zero sum",
    "of each currency, the wallets and the programme's accounts sum to 0",
    "currencies",
    ("wallets", "batches"),
    f"""
    SELECT json_build_object('currency', currency) AS place,
           format('members hold %s and the programme''s accounts %s: together they must be 0',
                  sum(held), sum(owed)) AS what
    FROM (
      SELECT currency, available + pending + held AS held, 0 AS owed FROM wallets
      UNION ALL
      SELECT currency, 0, change FROM ({_SAID}) AS said
    ) AS every
    GROUP BY currency HAVING sum(held) + sum(owed) <> 0
    """,  # noqa: S608  # names of ours
)
