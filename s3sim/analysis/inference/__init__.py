"""What can be said from a sample of worlds: intervals, verdicts, and when to stop."""
