"""The scoreboard: what the model gets right and wrong, fact by fact, on published bands.

`watch` records a run, `statistics` measure it, `targets` say what is known, `rivals` are dumb models
of the same fact, `scoring` judges, `scoreboard` puts all of it together.
"""
