"""Consent: what members were asked, what they decided, and what is therefore allowed.

It owns purposes and notices, which never change once published, the append-only events by which members give and
withdraw, and the gate that answers whether data may be used for a purpose now. It cites the law by article (PIPL).
"""
