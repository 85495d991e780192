"""`python -m s3sim` is the command line."""

from s3sim.cli import main

if __name__ == "__main__":  # spawned workers import this module too
    main()
