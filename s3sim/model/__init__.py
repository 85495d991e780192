"""State, accounts and the behaviour that mechanisms share."""
