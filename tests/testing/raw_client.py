"""Clients that ask without pause: messages by the numbers of their fields, without generated code.

Beside them what such clients ask of the suite: to hand over documents to Georgia, and to meet its contact.
"""

import re

from deployment import SERVICES
from plain_client import call, secure_channel

REGISTRY, SCHEDULING, EXCHANGE = SERVICES
PACKAGES = {
    REGISTRY: "comity.partner_registry.v1.PartnerRegistryService/",
    SCHEDULING: "comity.engagement_scheduling.v1.EngagementSchedulingService/",
    EXCHANGE: "comity.document_exchange.v1.DocumentExchangeService/",
}
PARTNER, CONTACT = "partners/georgia", "partners/georgia/contacts/tbilisi-1"
TBILISI = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1"
ORGANISERS = {
    "desk-1": "spiffe://agency.example/agency/desk-officer/-/desk-1",
    "desk-2": "spiffe://agency.example/agency/desk-officer/-/desk-2",
    "fr-1": "spiffe://agency.example/agency/national-member/fr/fr-1",
}
QUESTION = [
    "--origin", "france", "--kind", "operational", "--subject", "suspect", "--annex-ii", "within",
    "--task", "coordination of investigations", "--offence", "organised crime", "--stage", "investigation",
    "--geometry", "two-or-more", "--necessity", "needed to coordinate", "--case", "CASE-1",
]  # fmt: skip
ASKED = """
  data_kind: DATA_KIND_OPERATIONAL subjects: SUBJECT_KIND_SUSPECT annex_ii: ANNEX_COVERAGE_WITHIN
  geometry: CASE_GEOMETRY_TWO_OR_MORE_MEMBER_STATES
  origins { kind: ORIGIN_KIND_MEMBER_STATE partner: "partners/france" }
  purpose { task: "coordination of investigations" offence: "organised crime" stage: "investigation"
            case_reference: "CASE-1" necessity: "needed to coordinate" }
"""
# Who is let in again connects at once.
QUICK = [("grpc.initial_reconnect_backoff_ms", 20), ("grpc.max_reconnect_backoff_ms", 100),
         ("grpc.min_reconnect_backoff_ms", 5000)]  # fmt: skip


def fields(data):
    """Every field of a message, as number and value."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while at < len(data):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            yield number, varint()
        elif kind == 2:
            size = varint()
            yield number, data[at : at + size]
            at += size
        else:
            size = 8 if kind == 1 else 4
            at += size


def field(data, *path):
    """The field at the end of the path; empty or 0 if it is not there."""
    for number in path:
        data = next((value for found, value in fields(data) if found == number), b"")
    return data


def number(data, *path):
    return field(data, *path) or 0


def varint(value):
    said = b""
    while value > 0x7F:
        said += bytes([value & 0x7F | 0x80])
        value >>= 7
    return said + bytes([value])


def message(*parts):
    """Fields 1, 2, ...: text, a message in bytes, or a number; None is left out."""
    said = b""
    for at, part in enumerate(parts, 1):
        if isinstance(part, int):
            said += varint(at << 3) + varint(part)
        elif part is not None:
            part = part.encode() if isinstance(part, str) else part
            said += varint(at << 3 | 2) + varint(len(part)) + part
    return said


class Client:
    """One identity's connection to one service, on loopback unless it has another address."""

    def __init__(self, deployment, who, service, address=None):
        self.channel = secure_channel(deployment, who, service, QUICK, address)
        self.package = PACKAGES[service]

    def ask(self, method, request, timeout=30):
        return call(self.channel, self.package + method, request, timeout)


def reason_of(error):
    """The reason that an error gives, as a detail or, of a caller who is not let in, as its first word."""
    status = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    for at, detail in fields(status):
        if at == 3 and field(detail, 1).endswith(b"google.rpc.ErrorInfo"):
            return field(detail, 2, 1).decode()
    word, _, sentence = (error.details() or "").partition(": ")
    return word if sentence and re.fullmatch("[A-Z_]+", word) else error.code().name


def meeting(schema, organiser, start):
    """What HoldEngagement is asked: half an hour with the contact in Tbilisi, about a case."""
    return schema.encode(
        "comity.engagement_scheduling.v1.HoldEngagementRequest",
        "engagement { kind: ENGAGEMENT_KIND_COORDINATION_MEETING engagement_class: "
        f'ENGAGEMENT_CLASS_OPERATIONAL mode: ENGAGEMENT_MODE_ONLINE title: "A race" partners: "{PARTNER}" '
        f"interval {{ start_time {{ seconds: {start} }} end_time {{ seconds: {start + 1800} }} }} "
        f'participants: "{ORGANISERS[organiser]}" participants: "{TBILISI}" transfer_question {{ {ASKED} }} }}',
    )
