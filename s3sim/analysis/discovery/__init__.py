"""Scenario discovery: in which worlds a policy loses, in plain words, and how far to trust it."""
