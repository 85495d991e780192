"""Many runs: what to run, running it anywhere, comparing fairly, keeping the results."""
