"""What everything else stands on: parameters, random streams, arrays, errors, formatting."""
