"""Rows of what comes through when callers ask for more than a service can do."""

import writes

# So few that threads waiting for commits are what runs out: where the one core of the servers does, a
# refusal, which costs gRPC nearly as much as an answer, takes the time of answers.
THREADS = 2
CALLERS = 64
GREED = 16
FRACTIONS = (0.7, 0.85, 1.0, 1.2)
# Whose calls: of channels of the client library, or of callers who take no refusal to heart.
WAYS = {"heed": "client library", "rate": "heedless"}


def rows(bench):
    address = bench.address("engagement-scheduling")
    write = (writes.METHOD, writes.request_of(bench))
    read = (
        "comity.ledger.v1.LedgerService/ListEntries",
        bench.save(
            "entries-request",
            bench.schema.encode("comity.ledger.v1.ListEntriesRequest", 'page_size: 1 purpose: "bench"'),
        ),
    )
    operators = bench.identities("registry-operator", CALLERS)
    auditors = bench.identities("auditor", CALLERS)
    with bench.restarted("engagement-scheduling", COMITY_SERVER_WRITE_THREADS=str(THREADS)):
        twice_the_peak(bench, "Writes", address, write, operators)
        twice_the_peak(bench, "Disclosing reads", address, read, auditors)
    beside_a_greedy_caller(bench, "Writes", address, write, operators)


def twice_the_peak(bench, name, address, what, callers):
    """Goodput over the load offered, by the same callers throughout: they do not wait for answers,
    and make FRACTIONS of what a few callers in closed loops come to, then twice the best of these."""

    def per_second(load):
        return load["per_second"]

    def offered(how, calls):
        return bench.callers(address, *what, f"{how}:{round(calls)}", callers)

    peaks, seen = [], {how: [] for how in WAYS}
    for _ in range(bench.sizes.rounds):
        loops = [bench.callers(address, *what, "each:1", callers[: THREADS * n]) for n in (1, 2, 3)]
        few = max(map(per_second, loops))
        peak = max((offered("rate", part * few) for part in FRACTIONS), key=per_second)
        peaks.append((per_second(peak), few))
        for how in WAYS:
            twice = offered(how, 2 * per_second(peak))
            if twice["offered_per_second"] < 1.8 * per_second(peak):
                print(f"{name}: the load came to {twice['offered_per_second']:.0f} calls/s only")
            seen[how].append((twice, peak))
    bench.record(f"{name}, peak of {CALLERS} callers", "calls/s", peaks, "few, in closed loops")
    for how, who in WAYS.items():
        for unit, key, suffix in (("calls/s", "per_second", ""), ("us p99", "p99_us", ", p99")):
            bench.record(
                f"{name} at twice the peak, {who}{suffix}",
                unit,
                [(twice[key], peak[key]) for twice, peak in seen[how]],
                "at the peak",
            )


def beside_a_greedy_caller(bench, name, address, what, callers):
    """As many callers as keep the threads busy and a queue waiting, alone and beside one who has
    GREED times as many calls on their way as each of them."""
    others = callers[: CALLERS // 2]

    def load(greed, all_callers):
        return bench.callers(address, *what, "each:4", all_callers, greed)["per_second"]

    bench.record(
        f"{name} of {len(others)} callers beside a greedy one",
        "calls/s",
        bench.pairs(
            bench.sizes.rounds,
            lambda: load(GREED, [callers[-1], *others]),
            lambda: load(1, others),
        ),
        "without him",
    )
