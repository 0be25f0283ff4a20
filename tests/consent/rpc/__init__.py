"""Tests of the consent service's ``rpc``."""
