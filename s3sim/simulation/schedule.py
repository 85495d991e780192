"""The order of events of a quarter, in one list.

A firm sells, does R&D, answers a call, looks for partners, is served by a broker, learns,
innovates, and stays or leaves. Each entry takes the state that the one before it left; within one,
all actors act at once.
"""

from s3sim.mechanisms.accounts import Accounts
from s3sim.mechanisms.additionality import Additionality
from s3sim.mechanisms.brokerage import Brokerage
from s3sim.mechanisms.budget import Budget
from s3sim.mechanisms.calls import Calls
from s3sim.mechanisms.consortia import Consortia
from s3sim.mechanisms.demography import Demography
from s3sim.mechanisms.innovation import Innovation
from s3sim.mechanisms.institutes import Institutes
from s3sim.mechanisms.joint_call import JointCall
from s3sim.mechanisms.learning import Learning
from s3sim.mechanisms.market import Market
from s3sim.mechanisms.research import Research
from s3sim.mechanisms.search import Search
from s3sim.mechanisms.spillovers import Spillovers
from s3sim.mechanisms.strategy import Strategy
from s3sim.mechanisms.tie_dynamics import TieDynamics

SCHEDULE = (
    Market(),  # firms sell, hire, earn
    Research(),  # they and institutes do R&D, and can absorb more
    Strategy(),  # authorities adopt lists, publish statistics, monitor
    Budget(),  # the year's money is appropriated and set aside
    Calls(),  # firms apply, authorities select
    JointCall(),  # consortia across borders bid, a jury decides
    Additionality(),  # grants are paid, projects add R&D or do not
    Consortia(),  # research consortia start, run and end, whatever the policy
    Search(),  # organisations look for partners and agree
    Brokerage(),  # brokers serve clients over their registers
    Learning(),  # partners learn from each other
    TieDynamics(),  # collaborations cost, build trust, go on or end
    Institutes(),  # public research deepens knowledge
    Spillovers(),  # knowledge flows without contract
    Innovation(),  # organisations innovate and branch
    Demography(),  # firms leave and enter
    Accounts(),  # the books are closed
)
"""Exports (after the market) and skilled mobility (before demography) have their places here."""
