"""Members: who a member is, known to few.

This service owns profiles and identities. Personal data rests encrypted under a key of each member's own; the
keys and the blind indexes that find a member live in a second database, so that neither database alone tells
anything. Everything is masked unless a purpose that the member consented to allows more, and who looked is kept.
"""
