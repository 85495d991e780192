"""How well the model agrees with what is known: scores, trials and forecasts."""
