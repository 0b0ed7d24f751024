"""Rows of what comes through when callers ask for more than a service can do."""

import concurrent.futures
import datetime

import writes
from raw_client import message

# So few that threads waiting for commits are what runs out: where the one core of the servers does, a
# refusal, which costs gRPC nearly as much as an answer, takes the time of answers.
THREADS = 2
CALLERS = 64
GREED = 16
FRACTIONS = (0.7, 0.85, 1.0, 1.2)
# Whose calls: of channels of the client library, or of callers who take no refusal to heart.
WAYS = {"heed": "client library", "rate": "heedless"}
REGISTRY = "comity.partner_registry.v1.PartnerRegistryService"
# What a caller may do who is given no more than is usual; the rest of a bench is given all it wants.
USUAL_RATES = {"COMITY_SERVER_READS_PER_SECOND": "2000", "COMITY_SERVER_WRITES_PER_SECOND": "1000"}
QUESTIONS = 100  # Of one call of bulk work.


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
    count = (
        f"{writes.SCHEDULING}.EngagementSchedulingService/MeasureVolume",
        bench.save(
            "volume-request",
            bench.schema.encode(
                f"{writes.SCHEDULING}.MeasureVolumeRequest", f"year: {datetime.date.today().year}"
            ),
        ),
    )
    beside_a_greedy_caller(bench, "Writes", address, write, operators)
    beside_a_greedy_caller(bench, "Writes", address, write, operators, count)
    look_up = (f"{REGISTRY}/GetPartner", bench.partner_request)
    questions = message(bench.verdict_request.read_bytes()) * QUESTIONS
    ask_much = (f"{REGISTRY}/BatchEvaluateTransfers", bench.save("questions-request", questions))
    with bench.restarted("partner-registry", **USUAL_RATES):
        address = bench.address("partner-registry")
        beside_a_greedy_caller(bench, "Reads", address, look_up, operators)
        beside_a_greedy_caller(bench, "Reads", address, look_up, operators, ask_much)


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


def beside_a_greedy_caller(bench, name, address, what, callers, bulk=None):
    """As many callers as keep the threads busy and a queue waiting, alone and beside one who has
    GREED times as many calls on their way as each of them: of the same, or of bulk work."""
    *others, greedy = callers[: CALLERS // 2 + 1]
    each = 4

    def alone():
        return bench.callers(address, *what, f"each:{each}", others)["per_second"]

    def beside():
        if bulk is None:
            same = bench.callers(address, *what, f"each:{each}", [greedy, *others], GREED)
            return same["per_second"]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            more = pool.submit(bench.callers, address, *bulk, f"each:{each * GREED}", [greedy])
            rate = alone()
            if not more.result()["per_second"]:
                raise RuntimeError(f"none of the greedy caller's calls of {bulk[0]} was answered")
        return rate

    bench.record(
        f"{name} of {len(others)} callers beside a greedy {'one' if bulk is None else 'bulk caller'}",
        "calls/s",
        bench.pairs(bench.sizes.rounds, beside, alone),
        "without him",
    )
