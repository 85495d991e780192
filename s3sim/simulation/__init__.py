"""One run: scenario, schedule of a quarter, engine, Mesa model."""
