"""Tests of the consent service; those that prove an article of PIPL carry its number in their name."""
