"""Proximity, meeting, agreement, search, learning and ties of the plain model."""

import math

from plain_actors import DT, Tie

FLOOR_OF_SUCCESS = 0.2


def position_all(eco):
    """Place every organisation in the space of knowledge."""
    dimensions = range(len(eco.axes[0]))
    for one in eco.organisations:
        point = [
            sum(k * axis[i] for k, axis in zip(one.knowledge, eco.axes, strict=True))
            for i in dimensions
        ]
        length = math.sqrt(sum(x * x for x in point))
        one.position = [x / length if length else 0.0 for x in point]


def distance_of(one, other):
    cosine = sum(x * y for x, y in zip(one.position, other.position, strict=True))
    return min(1.0, max(0.0, 1.0 - cosine))


def understanding_of(eco, one, delta):
    p = eco.p
    reach = p["proximity.reach"] + p["proximity.reach_gain"] * one.absorption
    if not one.firm:
        reach += p["proximity.institute_reach"]
    return max(0.0, 1.0 - delta / reach)


def value_of(eco, one, other, trust):
    """V: what `one` can learn from `other`."""
    p, delta = eco.p, distance_of(one, other)
    efficiency = 1.0
    if eco.abroad(one, other):
        efficiency -= p["proximity.border_loss"] * (1.0 - trust)
    if one.firm != other.firm:
        efficiency -= p["proximity.organisation_loss"] * (1.0 - one.absorption)
    novelty = (1.0 - p["proximity.boredom"] * one.absorption) * delta
    return novelty * understanding_of(eco, one, delta) * efficiency


def places(eco, one):
    p = eco.p
    if one.firm:
        return int(p["agreement.attention"]) + math.floor(math.log2(max(one.size / 50.0, 1.0)))
    return max(1, math.floor(p["agreement.institute_slots"] * one.size / 5.0))


def free_places(eco, one):
    return places(eco, one) - len(one.ties)


def count_open(eco):
    """Firms that can be met, by habit abroad, region and domain."""
    eco.open_firms = {False: {}, True: {}}
    for f in eco.firms_list:
        if f.innovative and f.propensity == 1.0:
            key = f.region, f.domain
            eco.open_firms[False].setdefault(key, []).append(f)
            if f.abroad_habit:
                eco.open_firms[True].setdefault(key, []).append(f)


def stranger(eco, one, *, institute, abroad):
    """Somebody new, at home or abroad."""
    if not hasattr(eco, "open_firms"):
        count_open(eco)
    regions = [r for r in eco.regions if eco.cross_border[one.region][r] == abroad]
    pull = eco.pulls[one.region]
    if institute:
        there = [i for i in eco.institutes_list if i.region in regions]
        return eco.pick(there, [pull[i.region] * i.size for i in there])
    firms, near = eco.open_firms[abroad], eco.near[one.domain]
    cells = [(r, d) for r in regions for d in eco.domains if (r, d) in firms]
    cell = eco.pick(cells, [pull[r] * near[d] * len(firms[r, d]) for r, d in cells])
    return None if cell is None else eco.random.choice(firms[cell])


def remembered(eco, one):
    """Former partners that are still there and not forgotten: organisation -> trust left."""
    p, left = eco.p, {}
    for other, (trust, ended) in one.former.items():
        quarters = eco.quarter - ended
        if other.active and quarters <= p["ties.memory"]:
            left[other] = trust * (1.0 - p["ties.fading"]) ** (quarters * DT)
    return left


def search(eco):
    """Firms look for partners; both sides agree or not."""
    p = eco.p
    position_all(eco)
    count_open(eco)
    memories = {one: remembered(eco, one) for one in eco.organisations if one.former}
    proposals = {}
    for f in eco.firms_list:
        if not f.innovative or free_places(eco, f) <= 0:
            continue
        memory = memories.get(f, {})
        wish = f.propensity
        if memory:
            wish += p["search.experience"] * (1.0 - wish)
        there = any(eco.abroad(f, other) for other in f.partners)
        here = any(not eco.abroad(f, other) for other in f.partners)
        lacks = not f.ties or (f.abroad_habit and not (here and there))
        chance = p["search.rate"] * wish * (1.0 if lacks else p["search.further"])
        bound = f.seeking
        if bound:
            chance = 1.0 if f.propensity == 1.0 else p["search.newcomers"]
        if not eco.chance(chance):
            continue
        f.cash -= p["search.cost"]
        for _ in range(int(p["search.candidates"])):
            other, friend = candidate(
                eco, f, memory, lacks_abroad=f.abroad_habit and not there, home=bound
            )
            if other is None or other is f or other in f.partners or (other, f) in proposals:
                continue
            if free_places(eco, other) > 0:
                proposals.setdefault((f, other), friend)
    for f in eco.firms_list:
        f.seeking = False
    agree(eco, proposals, memories)


def candidate(eco, firm, memory, *, lacks_abroad, home):
    """Whom one look finds, and whether a partner introduced them."""
    p, luck, other = eco.p, eco.random.random(), None
    friend = p["search.former"] <= luck < p["search.former"] + p["search.friends"]
    if luck < p["search.former"] and memory:
        other = eco.random.choice(list(memory))
    elif friend and firm.ties:
        other = eco.random.choice(eco.random.choice(firm.partners).partners)
    if other is not None and other.innovative and not (home and eco.abroad(firm, other)):
        return other, friend
    name = "search.institutes" if firm.science_habit else "search.institutes_else"
    institute = eco.chance(p[name])
    look = p["search.abroad"] if lacks_abroad else p["search.abroad_else"]
    if institute:
        look *= p["search.institutes_abroad"]
    abroad = eco.chance(look) and not home
    return stranger(eco, firm, institute=institute, abroad=abroad), False


def utility(eco, one, other, trust, social):
    p = eco.p
    error = 1.0 + p["agreement.judgement_error"] * (2.0 * eco.random.random() - 1.0)
    total = p["agreement.cognitive"] * value_of(eco, one, other, trust) * error
    if eco.abroad(one, other):
        total -= p["agreement.border"]
        if not one.abroad_habit:
            total -= p["agreement.unaccustomed"]
    if one.firm != other.firm:
        total -= p["agreement.organisational"]
    if social:
        total += p["agreement.social"]
    total += p["agreement.trust"] * trust + p["agreement.habit"] * one.propensity
    return total - p["agreement.threshold"] + eco.gumbel()


def agree(eco, proposals, memories):
    """Three rounds of mutual best choice among proposals that both sides like."""
    liked = {}
    for (asker, asked), friend in proposals.items():
        before = memories.get(asker, {})
        trust = before.get(asked, 0.0)
        social = asked in before or friend
        one = utility(eco, asker, asked, trust, social)
        other = utility(eco, asked, asker, trust, social)
        if one > 0 and other > 0:
            liked[asker, asked] = (one + other, trust)
    done = set()
    for _ in range(3):
        best = {}
        for pair, (total, _trust) in liked.items():
            for side in pair:
                if total > best.get(side, (0.0, None))[0]:
                    best[side] = (total, pair)
        chosen = [x for x in liked if all(best[side][1] == x for side in x)]
        for asker, asked in chosen:
            end = eco.quarter + int(eco.p["ties.duration"])
            Tie(asker, asked, liked[asker, asked][1], end)
            done.add(asker)
        liked = {
            (a, b): what
            for (a, b), what in liked.items()
            if a not in done
            and free_places(eco, a) > 0
            and free_places(eco, b) > 0
            and b not in a.partners
        }


def learning(eco):
    """Value of learning from partners; mastery goes over."""
    position_all(eco)
    gains = []
    for one in eco.organisations:
        one.learning = one.from_institutes = one.novelty = 0.0
        best = {}
        for tie in one.ties:
            other = tie.other(one)
            value, delta = value_of(eco, one, other, tie.trust), distance_of(one, other)
            one.learning += value
            one.from_institutes += 0.0 if other.firm else value
            one.novelty += delta / len(one.ties)
            gap = max(0.0, other.knowledge[other.domain] - one.knowledge[other.domain])
            gain = eco.p["learning.transfer"] * DT * understanding_of(eco, one, delta) * gap
            best[other.domain] = max(gain, best.get(other.domain, 0.0))
        gains.append((one, best))
    for one, best in gains:
        for domain, gain in best.items():
            one.knowledge[domain] += gain


def ties(eco):
    """Trust, renewal and end of ties; what partnerships cost and bring."""
    p = eco.p
    position_all(eco)
    break_off = 1.0 - (1.0 - p["ties.broken"]) ** (1.0 / p["ties.duration"])
    for tie in eco.ties:
        one, other = tie.sides
        if eco.quarter < tie.end:
            if eco.chance(break_off):
                tie.trust -= p["ties.trust_learning"] * tie.trust
                part(eco, tie)
            continue
        value = (value_of(eco, one, other, tie.trust) + value_of(eco, other, one, tie.trust)) / 2
        delta = distance_of(one, other)
        understood = (understanding_of(eco, one, delta) + understanding_of(eco, other, delta)) / 2
        success = eco.chance(FLOOR_OF_SUCCESS + p["ties.success"] * understood)
        tie.trust += p["ties.trust_learning"] * (success - tie.trust)
        odds = p["ties.renewal"] + p["ties.renewal_trust"] * tie.trust
        odds += p["ties.renewal_value"] * value
        odds -= p["ties.renewal_border"] * eco.abroad(one, other)
        odds += p["ties.renewal_science"] * (one.firm != other.firm)
        if eco.chance(1.0 / (1.0 + math.exp(-odds))):
            tie.end = eco.quarter + int(p["ties.duration"])
        else:
            part(eco, tie)
    for one in eco.organisations:
        cost = sum(
            p["ties.cost"] + p["ties.cost_abroad"] * eco.abroad(one, other)
            for other in one.partners
        )
        one.tie_cost = min(0.9, cost)
    for f in eco.firms_list:
        f.insight += (f.learning - f.insight) * DT / p["ties.delay"]
        room = max(0.0, 1.0 - f.know_how / p["ties.most_know_how"])
        kept = f.know_how * (1.0 - p["ties.obsolescence"]) ** DT
        new = kept + p["ties.know_how"] * f.insight * room * DT
        f.productivity *= math.exp(new - f.know_how)
        f.know_how = new


def part(eco, tie):
    one, other = tie.sides
    tie.dissolve()
    # Who met again has left the memory; who parts is remembered afresh.
    one.former[other] = other.former[one] = (tie.trust, eco.quarter)
