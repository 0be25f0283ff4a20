"""Tests of the consent service's ``storage``."""
