"""Rows of durable writes beside etcd and PostgreSQL, and of changes on their way to replicas."""

import contextlib
import pathlib
import tempfile

import baselines
from raw_client import message

CLIENTS = 64
REPLICAS = 100
WATCH_LIMIT_MS = 50
NIL = "00000000-0000-0000-0000-000000000000"  # bench-callers puts a new UUID in its place.
SCHEDULING = "comity.engagement_scheduling.v1"
METHOD = f"{SCHEDULING}.EngagementSchedulingService/UpdateCalendar"
# The hours of a room: a resource stays one, its versions, requests and leaves become more.
REQUEST = f"""request_id: "{NIL}" calendar {{ owner: "resources/room-1" working_hours {{
  time_zone: "Europe/Amsterdam" days: [1, 2, 3, 4, 5] start_minute: 540 end_minute: 1050
  holidays: "2026-12-25" holidays: "2027-01-01" }} }}"""
CONTACT = f"""parent: "partners/georgia" contact_id: "c-{NIL}" request_id: "{NIL}" contact {{
  spiffe_id: "spiffe://georgia.example/partner/georgia/contact/c-{NIL}" function: "contact point"
  authority: "partners/georgia/authorities/prosecution-service" }}"""


def request_of(bench):
    return bench.save(
        "calendar-request", bench.schema.encode(f"{SCHEDULING}.UpdateCalendarRequest", REQUEST)
    )


def writes_per_second(bench, address, method, request):
    operators = bench.identities("registry-operator", 16)
    seen = bench.callers(address, method, request, "each:1", operators * (CLIENTS // 16))
    if seen["failed"] or seen["refused_per_second"]:
        raise RuntimeError(f"not every write was answered: {seen}")
    return seen["per_second"]


def ours(bench):
    return writes_per_second(bench, bench.address("engagement-scheduling"), METHOD, request_of(bench))


def beside_bare(bench):
    """How far the transport alone reaches with as many connections."""
    bare_method = "comity.partner_registry.v1.PartnerRegistryService/GetPartner"
    bench.record(
        f"Durable writes, {CLIENTS} clients",
        "calls/s",
        bench.pairs(
            bench.sizes.rounds,
            lambda: ours(bench),
            lambda: writes_per_second(bench, bench.bare, bare_method, bench.partner_request),
        ),
    )


def beside_etcd(bench):
    if baselines.missing("etcd"):
        print("there is no etcd (deploy/install bench): its row is left out")
        return
    # A PutRequest: key and value.
    put = bench.save("put-request", message("resources/room-1", request_of(bench).read_bytes()))
    with baselines.Etcd(bench.deployment, bench.cores.server) as etcd:
        bench.record(
            f"Durable writes, {CLIENTS} clients",
            "calls/s",
            bench.pairs(
                bench.sizes.rounds,
                lambda: ours(bench),
                lambda: writes_per_second(bench, etcd.address, "etcdserverpb.KV/Put", put),
            ),
            "etcd put",
        )


def beside_pgbench(bench):
    if baselines.missing(baselines.POSTGRES / "postgres", baselines.POSTGRES / "pgbench"):
        print("there is no PostgreSQL (deploy/install bench): its rows are left out")
        return
    with baselines.Postgres(bench.cores.server) as postgres, on_postgres(bench, postgres):
        ours(bench)  # There are rows to take as a sample.
        rows = same_rows(postgres)
        for how, script in (("pgbench", in_one(rows)), ("pgbench, one by one", one_by_one(rows))):
            with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
                file.write(script)
                file.flush()
                pathlib.Path(file.name).chmod(0o644)
                bench.record(
                    f"Durable writes on PostgreSQL, {CLIENTS} clients",
                    "calls/s",
                    bench.pairs(
                        bench.sizes.rounds,
                        lambda: ours(bench),
                        lambda: postgres.insert_rate(
                            file.name, CLIENTS, bench.sizes.load_seconds, "comity", bench.cores.client
                        ),
                    ),
                    how,
                )


@contextlib.contextmanager
def on_postgres(bench, postgres):
    """Scheduling with its store in a new database."""
    postgres.query("CREATE DATABASE comity")
    with tempfile.TemporaryDirectory(dir=bench.work) as folder:
        with bench.restarted(
            "engagement-scheduling",
            COMITY_STORAGE_DATABASE=postgres.url("comity"),
            COMITY_LEDGER_PUBLICATION=f"{folder}/checkpoints",
        ):
            yield


def same_rows(postgres):
    """The rows of one mutation, as long as ours, as what an INSERT of each selects: by its table, of
    the number `n`, which is another in every transaction."""

    def sample(columns, table, key):
        row = postgres.query(
            f"SELECT {columns} FROM journal_{table} ORDER BY {key} DESC LIMIT 1", "comity"
        )
        return row.strip().split("|")

    resource = sample("resource", "mutations", "revision")[0]
    caller, method, digest = sample("caller, method, encode(digest, 'hex')", "requests", "revision")
    kind, name, body = sample("kind, id, encode(body, 'hex')", "versions", "position")
    commitment, sealed = sample(
        "encode(commitment, 'hex'), encode(sealed, 'hex')", "entries", "leaf_index"
    )
    rows = {
        "mutations": f"n, n, '{resource}'",
        "requests": f"n, '{caller}', '{method}', lpad(n::text, 36, '0'), '\\x{digest}'",
        "versions": f"n << 20, '{kind}', '{name}', '\\x{body}'",
        "entries": f"n, n, n, '\\x{commitment}', '\\x{sealed}'",
    }
    postgres.query("CREATE SCHEMA baseline; CREATE SEQUENCE baseline.turn", "comity")
    for table in rows:
        postgres.query(
            f"CREATE TABLE baseline.{table} (LIKE public.journal_{table} INCLUDING ALL)", "comity"
        )
    return rows


def in_one(rows):
    """All of them by one statement, in one round trip."""
    *first, last = (
        f"INSERT INTO baseline.{table} SELECT {values} FROM t" for table, values in rows.items()
    )
    parts = ["t AS (SELECT nextval('baseline.turn') AS n)"]
    parts += [f"i{number} AS ({insert})" for number, insert in enumerate(first)]
    return f"WITH {', '.join(parts)} {last};\n"


def one_by_one(rows):
    """Each by a statement of its own, in one transaction."""
    lines = ["BEGIN;"]
    for number, (table, values) in enumerate(rows.items()):
        turn = "nextval" if number == 0 else "currval"
        lines.append(
            f"INSERT INTO baseline.{table} SELECT {values} FROM {turn}('baseline.turn') AS n;"
        )
    return "\n".join([*lines, "COMMIT;", ""])


def watch(bench):
    contact = bench.save(
        "contact-request",
        bench.schema.encode("comity.partner_registry.v1.CreateContactRequest", CONTACT),
    )
    operator = bench.identities("registry-operator", 1)[0]
    seen = bench.client(
        "bench-watch", operator, bench.roots, bench.address("partner-registry"),
        REPLICAS, bench.sizes.changes, contact,
    )  # fmt: skip
    bench.record(
        f"A change at {REPLICAS} watching replicas, p99",
        "ms",
        [(seen["p99_ms"], WATCH_LIMIT_MS)],
        "limit",
    )


def rows(bench):
    watch(bench)
    beside_etcd(bench)
    beside_pgbench(bench)
