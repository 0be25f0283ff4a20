"""Tests of the consent service's ``rules``."""
