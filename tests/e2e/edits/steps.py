"""What is given to `comity`, in this order: who, the line, and what its JSON shows, or parts of what it says when it
is refused.

In a line {word} is what the test or an earlier answer said; `>word` keeps what stands there, None says that there
is nothing.
"""

import csv
import pathlib

# Commands that change nothing at the services, or call none of them.
READS = {
    "partners show", "partners list", "partners export", "partners watch",
    "instruments list", "instruments show", "instruments relied-on",
    "authorities list", "authorities show",
    "transfer check", "transfer batch", "transfer table",
    "reports public-list", "reports briefing", "reports coming", "reports affected",
    "snapshot save", "snapshot verify",
    "contacts list", "contacts show", "contacts find", "changes list", "changes show",
    "keys list", "decisions list",
    "strategy show", "strategy list", "strategy gaps", "criteria list", "assessments list", "ranking",
    "volumes list", "consultations show", "consultations list", "readiness show",
    "arrangements show", "arrangements list", "secondments list",
    "slots", "engagements show", "engagements list", "engagements export", "engagements calendar",
    "inbox", "documents list", "documents show", "evidence save", "evidence verify",
    "health", "records export",
    "ledger checkpoint", "ledger entries", "ledger verify", "ledger proof", "ledger witness", "ledger inclusion",
    "ledger consistency", "ledger tile",
    "admin check", "admin backup", "admin restore", "admin ledger succeed",  # At the files, see e2e_restore_drill.
    "completion bash",
}

with open(pathlib.Path(__file__).parents[3] / "deploy/data/legal_classes.csv") as classes:
    MEMBER_STATES = [row["partner"] for row in csv.DictReader(classes)
                     if row["legal_class"] == "MEMBER_STATE" and not row["to"]]

with open(pathlib.Path(__file__).parents[3] / "deploy/data/partners.csv") as partners:
    CODES = {row["id"]: row["iso_alpha2"].lower() for row in csv.DictReader(partners)}
MEMBERS = {state: f"{CODES[state]}-1" for state in MEMBER_STATES}  # Their national members.

FILES = {
    "letter.txt": "bank records",
    "request.txt": "request for information",
    "criteria.json": {
        "title": "Criteria for potential partners", "adopted": "2024-06-01", "evidence": "College decision 2024-3",
        "criteria": [{"id": "operational-necessity", "question": "Is there a need?", "weight": 1, "minimum": 2,
                      "measure": "MEASURE_JUDGED"}],
    },
}

QUESTION = ("--kind operational --origin {origin} --subject suspect --annex-ii within --geometry two-or-more "
            "--task coordination --offence 'organised crime' --stage investigation --case 2026/17 "
            "--necessity 'parallel investigations'")
TO_GEORGIA = "--to georgia/prosecution-service --title Records " + QUESTION.replace("{origin}", "france")
TO_DESK = ("--to spiffe://agency.example/agency/desk-officer/-/desk-1 --title Request "
           + QUESTION.replace("{origin}", "georgia"))

STEPS = [
    # The registry's facts.
    ("registry-1", "partners import {data}", {"rowsByKind.partners": "92"}),
    ("registry-1", "partners create atlantis --set kind=state --set display_name=Atlantis",
     {"name": "partners/atlantis", "displayName": "Atlantis"}),
    ("registry-1", "partners update atlantis --set region=OCEANIA --reason r", {"region": "OCEANIA"}),
    ("registry-1", "partners delete atlantis --reason r", {"deleteTime": ">deleted"}),
    ("registry-1", "partners undelete atlantis --reason r", {"deleteTime": "None"}),
    ("registry-1", "partners create atlantide --set kind=state --set display_name=Atlantide",
     {"name": "partners/atlantide"}),
    ("registry-1", "partners merge atlantide atlantis --reason r",
     {"name": "partners/atlantis", "aliases.0": "Atlantide"}),
    ("registry-1", "partners create mu --set kind=state --set display_name=Mu", {"name": "partners/mu"}),
    ("registry-1", "partners delete mu --reason r", {"name": "partners/mu"}),
    ("registry-1", "partners purge mu --reason r", {"revision.number": ">purged"}),
    ("dpo-1", "partners suspend-exchanges moldova --reason r", {"exchangesSuspended": "True"}),
    ("registry-1", "partners resume-exchanges moldova --reason r", {"exchangesSuspended": "None"}),
    ("registry-1", "instruments create atlantis/agreement --set kind=other-agreement --set title=Agreement "
     "--set signed=2024-01-01", {"name": "partners/atlantis/instruments/agreement", "signed": "2024-01-01"}),
    ("registry-1", "instruments create atlantis/other --set kind=memorandum-of-understanding --set title=Other "
     "--set in_force=2024-01-01 --set 'certainty={{\"in_force\":\"CERTAINTY_FOUND\"}}'",
     ("EVIDENCE_MISSING", "name the document that shows `in_force`")),
    ("registry-1", "instruments create atlantis/other --set kind=memorandum-of-understanding --set title=Other "
     "--set reference=OJ --set public_since=2024-01-01 --set certainty.public_since=found",
     ("CONFIRMATION_NEEDED", "comity instruments confirm atlantis/other public_since")),
    ("registry-1", "instruments create atlantis/other --set kind=binding-instrument --set title=Other "
     "--set signed=2024-01-01 --set reference=OJ --set certainty.signed=found",
     ("CONFIRMATION_NEEDED", "comity instruments confirm atlantis/other signed")),
    ("registry-1", "instruments create atlantis/treaty --set kind=international-agreement --set title=Treaty "
     "--set signed=2024-01-01", ("STEP_NOT_POSSIBLE", "SIGNING_DECISION (by the Council)")),
    ("registry-1", "instruments update atlantis/agreement --set reference=OJ --reason r",
     {"reference": "OJ", "etag": ">etag"}),
    ("registry-1", "instruments confirm atlantis/agreement signed --evidence note --etag '{etag}'",
     ("SECOND_PERSON_NEEDED", "ask somebody else, such as a desk officer")),
    ("desk-1", "instruments confirm atlantis/agreement signed --evidence note --etag '{etag}'",
     {"confirmations.0.field": "signed", "confirmations.0.evidence": "note"}),
    ("registry-1", "milestones record atlantis REQUESTED --axis contact-point --day 2026-01-01 --evidence letter",
     {"step": "REQUESTED", "axis": "AXIS_CONTACT_POINT", "name": ">milestone"}),
    ("registry-1", "milestones withdraw {milestone} --evidence 'another letter'",
     {"withdrawalEvidence": "another letter"}),
    ("registry-1", "authorities create atlantis/court --set display_name=Court",
     {"name": "partners/atlantis/authorities/court"}),
    ("registry-1", "authorities update atlantis/court --set territory=Atlantis --reason r",
     ("AUTHORITY_INVALID", "leave it empty")),
    ("registry-1", "authorities update atlantis/court --set 'display_name=High\u202ecourt' --reason r",
     ("AUTHORITY_INVALID", "U+202E, which is not seen: leave it out")),
    ("registry-1", "authorities update atlantis/court --set territory=North --reason r",
     {"territory": "North", "etag": ">etag"}),
    ("desk-1", "authorities confirm atlantis/court --evidence law --etag '{etag}'", {"confirmation.evidence": "law"}),
    ("registry-1", "authorities update albania/prosecution-service --set sectors=customs --reason r",
     ("CONFIRMATION_NEEDED", "`--set certainty=unconfirmed`", "comity authorities confirm albania/prosecution-service")),
    ("registry-1", "authorities update albania/prosecution-service --set sectors=customs "
     "--set certainty=unconfirmed --reason r", {"certainty": "CERTAINTY_UNCONFIRMED", "etag": ">etag"}),
    ("desk-1", "authorities confirm albania/prosecution-service --evidence law --etag '{etag}'",
     {"confirmation.evidence": "law"}),
    ("registry-1", "partners update moldova --set 'legal_classes=[{{\"legalClass\":\"LEGAL_CLASS_MEMBER_STATE\","
     "\"certainty\":\"CERTAINTY_FOUND\"}}]' --reason r",
     ("CONFIRMATION_NEEDED", "comity partners confirm-class moldova")),
    ("registry-1", "authorities create atlantis/ministry --set display_name=Ministry --set certainty=found",
     ("CONFIRMATION_NEEDED", "comity authorities confirm atlantis/ministry")),
    ("registry-1", "partners update atlantis --set 'legal_classes=[{{\"legalClass\":\"LEGAL_CLASS_THIRD_COUNTRY\"}}]' "
     "--reason r", {"legalClasses.0.legalClass": "LEGAL_CLASS_THIRD_COUNTRY", "etag": ">etag"}),
    ("desk-1", "partners confirm-class atlantis --evidence list --etag '{etag}'",
     {"legalClasses.0.confirmation.evidence": "list"}),
    ("registry-1", "partners update atlantis --set competent_in_criminal_matters=yes --set competence_certainty=found "
     "--reason r", ("CONFIRMATION_NEEDED", "`--set competence_certainty=unconfirmed`", "comity partners confirm-competence atlantis")),
    ("registry-1", "partners update atlantis --set competent_in_criminal_matters=yes "
     "--set competence_certainty=unconfirmed --reason r", {"competenceCertainty": "CERTAINTY_UNCONFIRMED", "etag": ">etag"}),
    ("desk-1", "partners confirm-competence atlantis --evidence statute --etag '{etag}'",
     {"competenceConfirmation.evidence": "statute"}),
    ("registry-1", "contacts create one@atlantis --set function=judge "
     "--set spiffe_id=spiffe://agency.example/partner/atlantis/contact/one "
     "--set authority=partners/atlantis/authorities/court", {"state": "STATE_ACTIVE"}),
    ("registry-1", "contacts update one@atlantis --set valid_to={soon} --reason r", {"validTo": "{soon}"}),
    ("dpo-1", "contacts suspend one@atlantis --reason r", {"state": "STATE_SUSPENDED"}),
    ("registry-1", "contacts reinstate one@atlantis --reason r", {"state": "STATE_ACTIVE"}),
    ("dpo-1", "contacts erase one@atlantis --reason r", {"state": "STATE_ERASED", "validTo": "None"}),
    ("tbilisi-1", "changes request --authority georgia/ministry --new --set display_name=Ministry --reason new",
     {"state": "STATE_OPEN", "authority.name": "partners/georgia/authorities/ministry", "name": ">asked"}),
    ("registry-1", "changes approve {asked} --answer done", {"state": "STATE_APPROVED", "answer": "done"}),
    ("tbilisi-1", "changes request --contact tbilisi-1@georgia --set function=head --reason promoted",
     {"contact.function": "head", "updateMask": "function", "name": ">unwanted_change"}),
    ("registry-1", "contacts update tbilisi-1@georgia --set function=deputy --reason r", {"function": "deputy"}),
    ("registry-1", "changes approve {unwanted_change}", ("ETAG_MISMATCH", "decline it with `comity changes reject partners/")),
    ("registry-1", "changes reject {unwanted_change} --answer later", {"state": "STATE_REJECTED"}),
    ("tbilisi-1", "keys publish", {"keyStatements.0.leafIndex": ">leaf"}),
    ("desk-1", "keys publish", {"keyStatements.0.leafIndex": ">leaf"}),
    ("desk-1", "delegate {home}/ids/probe-1/tls.pem --out {home}/desk-1.delegation",
     {"carrier": "spiffe://agency.example/agency/probe/-/probe-1"}),

    ("registry-1", "instruments retract atlantis/agreement --evidence 'never signed'",
     {"retraction.evidence": "never signed"}),
    ("desk-1", "reports affected atlantis/agreement --if lapses", ("ENTRY_RETRACTED", "comity instruments relied-on")),
    ("registry-1", "authorities create atlantis/registry --set display_name=Registry "
     "--set listed_in=partners/atlantis/instruments/agreement", ("AUTHORITY_INVALID", "retracted")),
    ("registry-1", "authorities retract atlantis/court --evidence 'no such court'",
     {"retraction.evidence": "no such court"}),

    # How relations come about.
    ("desk-1", "strategy set {data}/strategy.json --reason r", {"name": "strategies/s2024"}),
    ("desk-1", "criteria adopt v1 {home}/criteria.json", {"name": "criteriaSets/v1"}),
    ("desk-1", "assessments record algeria --set v1 --score operational-necessity=4:report",
     {"scores.0.points": "4"}),
    ("desk-1", "volumes record algeria 2025 --count cases=30 --source report", {"counts.cases": "30"}),
    ("desk-1", "consultations open algeria c1 --question Proposed? --opened {past} --deadline {yesterday} "
     "--evidence note", ("CONSULTATION_INVALID", "a day that is yet to come")),
    ("desk-1", "consultations open algeria c1 --question Proposed? --opened {past} --deadline {soon} "
     "--evidence note", {"state": "STATE_OPEN"}),
    ("fr-1", "consultations reply algeria/c1 objects --of france --evidence letter",
     {"replies.0.memberState": "partners/france"}),
    ("desk-1", "consultations reply algeria/c1 in-favour --of france --evidence 'phone call'",
     ("REPLY_OF_THE_STATE", "a national member of that State")),
    ("desk-1", "consultations reply algeria/c1 in-favour --of italy --evidence 'phone call'", {"state": "STATE_OPEN"}),
    *((MEMBERS[state], f"consultations reply algeria/c1 in-favour --of {state} --evidence letter",
       {"state": "STATE_OPEN"}) for state in MEMBER_STATES if state not in ("france", "italy")),
    ("desk-1", "consultations close algeria/c1 --override decision",
     ("CONSULTATION_OPEN", "from the national members of italy:")),
    (MEMBERS["italy"], "consultations reply algeria/c1 in-favour --of italy --evidence letter",
     {"state": "STATE_OPEN"}),
    ("desk-1", "consultations close algeria/c1 --override decision", {"state": "STATE_CLOSED"}),
    ("desk-1", "readiness set algeria data-protection-law in-place --statement law --evidence report",
     {"items.0.state": "STATE_IN_PLACE"}),
    ("desk-1", "arrangements open algeria a1 prosecution-service --title Arrangement --evidence mandate",
     {"name": "partners/algeria/arrangements/a1"}),
    ("desk-1", "arrangements draft algeria/a1 --evidence register --note 'article 4'", {"drafts.0.note": "article 4"}),
    ("desk-1", "arrangements advance algeria/a1 college-adopted --evidence decision",
     {"state": "STATE_COLLEGE_ADOPTED"}),
    ("desk-1", "arrangements advance algeria/a1 signed --evidence signature", {"state": "STATE_SIGNED"}),
    ("desk-1", "arrangements transmit algeria/a1 --to france --evidence letter",
     {"transmissions.0.memberState": "partners/france"}),
    ("desk-1", "secondments enter georgia s1 liaison-prosecutor --instrument cooperation-agreement "
     "--from {past} --evidence letter", {"inEffect": "True"}),
    ("desk-1", "secondments end georgia/s1 --reason r", {"inEffect": "None"}),

    # Meetings.
    ("desk-1", "engagements hours me --zone Europe/Amsterdam --hours 08:00-20:00", {"workingHours.startMinute": "480"}),
    ("desk-1", "engagements hold --title Meeting --partner georgia --with me --with tbilisi-1@georgia "
     "--start {soon}T10:00:00Z", {"state": "STATE_HELD", "name": ">engagement"}),
    ("desk-1", "engagements confirm {engagement}", {"state": "STATE_CONFIRMED"}),
    ("desk-1", "engagements cancel {engagement} --reason r", {"state": "STATE_CANCELLED"}),

    # Documents.
    ("fr-1", "decisions record authorisation --for georgia --case 2026/17 --evidence FR-1", {"name": ">decision"}),
    ("desk-1", "send {home}/letter.txt " + TO_GEORGIA, {"name": ">document"}),
    ("tbilisi-1", "receive {document} --to {home}/received.txt --purpose execution", {"name": "{document}"}),
    ("desk-1", "send {home}/letter.txt " + TO_GEORGIA, {"name": ">unwanted"}),
    ("tbilisi-1", "documents reject {unwanted} --code NOT_FOR_ME --reason r", {"kind": "STATEMENT_KIND_NON_RETRIEVAL"}),
    ("fr-1", "decisions withdraw {decision} --reason r", {"withdrawTime": ">withdrawn"}),
    ("fr-1", "decisions record authorisation --for georgia --evidence FR-2", {"name": ">general"}),
    ("fr-1", "decisions withdraw {general} --reason r", ("DECISION_NOT_FOUND", "is withdrawn with --general")),
    ("fr-1", "decisions withdraw {general} --general --reason r", {"withdrawTime": ">withdrawn"}),
    ("tbilisi-1", "send {home}/request.txt " + TO_DESK, {"name": ">request"}),
    ("desk-1", "documents accept {request} --controller spiffe://agency.example/agency/national-member/fr/fr-1",
     {"controller": "spiffe://agency.example/agency/national-member/fr/fr-1"}),
    ("tbilisi-1", "documents restrict {request} --no-passing-on",
     {"restrictions.0.use": "USE_RESTRICTION_NO_PASSING_ON"}),
    ("dpo-1", "documents hold {request} --reason r", {"inForce": "True"}),
    ("dpo-1", "documents release-hold {request} --reason r", {"document": "{request}", "inForce": "None"}),
    ("desk-1", "volumes measure {year} --partner georgia", ("DRY_RUN_MISSING", "with all partners")),
    ("desk-1", "volumes measure {year} --partner georgia --dry-run",
     {"counts.partners/georgia.documents": "3", "services.document-exchange.registry_revision": "None"}),
    ("desk-1", "volumes measure {year}",
     {"counts.partners/georgia.documents": "3", "services.document-exchange.registry_revision.number": ">reported"}),
]
