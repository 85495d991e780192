"""The world of a run: regions, domains, firms and distances, as read-only arrays."""

from s3sim.world.geography import project
from s3sim.world.land import land_countries, land_outlines
from s3sim.world.world import WORLDS, World, WorldNote

__all__ = ["WORLDS", "World", "WorldNote", "land_countries", "land_outlines", "project"]
