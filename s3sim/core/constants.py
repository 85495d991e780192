"""Units and definitions that several rooms share; numbers of the model itself are parameters."""

CENTS_A_KEUR = 100_000
"""Cents in a thousand euro."""

KEUR = 1000.0
"""Euro in a thousand euro, and thousand euro in a million."""

MICRO = 10
"""Persons from which a firm is no longer micro; surveys and statistics of firms begin there."""

SMALL = 50
"""Persons from which a firm is no longer small (Recommendation 2003/361/EC)."""

SME = 250
"""Persons from which a firm is no longer small or medium-sized (Recommendation 2003/361/EC)."""

TINY = 1e-9
"""Guard of divisions by amounts, persons and shares: far below any that occurs."""

FLOOR = 1e-300
"""Guard of divisions by market strengths and of logarithms, which may be very small indeed."""
