"""Statistics on arrays: intervals and verdicts, sensitivity, discovery, robustness."""
