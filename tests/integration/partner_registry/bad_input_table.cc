#include "tests/integration/partner_registry/bad_input_table.h"

#include "absl/strings/str_cat.h"

namespace comity::partner_registry {
namespace {

using enum Fault;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kAborted = absl::StatusCode::kAborted;
constexpr char kNoSuchRequest[] =
    "partners/georgia/changeRequests/01900000-0000-7000-8000-000000000000";

std::string Long(std::size_t most) { return std::string(most + 1, 'x'); }

// A name that is missing, none, and of nothing that there is.
void AddNames(const std::string& method, const std::string& path, const std::string& unknown,
              const std::string& reason, std::vector<BadInput>& table) {
  table.push_back({method, kMissing, {{path, ""}}, kInvalid, "NAME_INVALID", path});
  for (const char* const none : {"nobody", "partners/Georgia", "partners/georgia/other/x"}) {
    table.push_back({method, kMalformed, {{path, none}}, kInvalid, "NAME_INVALID", path});
  }
  table.push_back({method, kUnknown, {{path, unknown}}, kNotFound, reason, ""});
}

void AddAllNames(std::vector<BadInput>& table) {
  const std::string relations = "RelationService/";
  for (const char* const method :
       {"RecordAssessment", "ListAssessments", "RecordVolume", "ListVolumes", "OpenConsultation",
        "ListConsultations", "CreateArrangement", "ListArrangements", "CreateSecondment",
        "ListSecondments"}) {
    AddNames(relations + method, "parent", "partners/atlantis", "PARTNER_NOT_FOUND", table);
    if (absl::string_view(method) == "CreateArrangement") {
      table.back().changes.emplace_back("arrangement.authorities[0]",
                                        "partners/atlantis/authorities/court");
    }
  }
  for (const char* const method : {"RecordReply", "CloseConsultation", "GetConsultation"}) {
    AddNames(relations + method, "name", "partners/algeria/consultations/none",
             "CONSULTATION_NOT_FOUND", table);
  }
  for (const char* const method :
       {"AddDraft", "AdvanceArrangement", "RecordTransmission", "GetArrangement"}) {
    AddNames(relations + method, "name", "partners/algeria/arrangements/none",
             "ARRANGEMENT_NOT_FOUND", table);
  }
  for (const char* const method : {"UpdateReadiness", "GetReadiness"}) {
    AddNames(relations + method, "name", "partners/atlantis/readiness", "PARTNER_NOT_FOUND", table);
  }
  AddNames("RelationService/GetStrategy", "name", "strategies/none", "STRATEGY_NOT_FOUND", table);
  AddNames("RelationService/RankPartners", "criteria_set", "criteriaSets/none",
           "CRITERIA_SET_NOT_FOUND", table);
  AddNames("RelationService/EndSecondment", "name", "partners/georgia/secondments/none",
           "SECONDMENT_NOT_FOUND", table);
  for (const char* const method : {"CreateChangeRequest", "ListChangeRequests"}) {
    AddNames(absl::StrCat("ChangeRequestService/", method), "parent", "partners/atlantis",
             "PARTNER_NOT_FOUND", table);
  }
  for (const char* const method :
       {"GetChangeRequest", "ApproveChangeRequest", "RejectChangeRequest"}) {
    AddNames(absl::StrCat("ChangeRequestService/", method), "name", kNoSuchRequest,
             "CHANGE_REQUEST_NOT_FOUND", table);
  }
}

// The faults of one method beside those of its names; reasons and fields as `rows` have them.
struct Row {
  Fault fault;
  std::vector<std::pair<std::string, std::string>> changes;
  std::string reason;
  std::string field;
  absl::StatusCode code = kInvalid;
};
void Add(const std::string& method, const std::vector<Row>& rows, std::vector<BadInput>& table) {
  for (const Row& row : rows) {
    table.push_back({method, row.fault, row.changes, row.code, row.reason, row.field});
  }
}

void AddStrategiesAndCriteria(std::vector<BadInput>& table) {
  Add("RelationService/SetStrategy",
      {{kMissing, {{"strategy.name", ""}}, "NAME_INVALID", "strategy.name"},
       {kMalformed, {{"strategy.name", "plans/s2030"}}, "NAME_INVALID", "strategy.name"},
       {kMalformed, {{"strategy.name", "strategies/S"}}, "STRATEGY_INVALID", "strategy.name"},
       {kMalformed, {{"strategy.from", "soon"}}, "STRATEGY_INVALID", "strategy.from"},
       {kMalformed, {{"strategy.from", "2027-01-01"}}, "STRATEGY_INVALID", "strategy.from"},
       {kMalformed,
        {{"strategy.partners[0].partner", "algeria"}},
        "NAME_INVALID",
        "strategy.partners[0].partner"},
       {kUnknown,
        {{"strategy.partners[0].partner", "partners/atlantis"}},
        "STRATEGY_INVALID",
        "strategy.partners[0].partner"},
       {kStale, {{"strategy.etag", "\"1\""}}, "ETAG_MISMATCH", "", kAborted},
       {kTooLong, {{"strategy.title", Long(300)}}, "STRATEGY_INVALID", "strategy.title"},
       {kTooLong,
        {{"strategy.priorities[0].title", Long(300)}},
        "STRATEGY_INVALID",
        "strategy.priorities[0].title"},
       {kTooLong, {{"reason", Long(2000)}}, "REASON_MISSING", "reason"},
       {kMissing, {{"reason", ""}}, "REASON_MISSING", "reason"}},
      table);
  for (const char* const method : {"ListStrategies", "ListCriteriaSets"}) {
    Add(absl::StrCat("RelationService/", method),
        {{kMalformed, {{"page_token", "x"}}, "PAGE_TOKEN_INVALID", "page_token"},
         {kMalformed, {{"page_size", "-1"}}, "PAGE_SIZE_INVALID", "page_size"}},
        table);
  }
  for (const char* const method : {"ListStrategyGaps", "RankPartners", "ListSecondments"}) {
    Add(absl::StrCat("RelationService/", method),
        {{kMalformed, {{"day", "soon"}}, "DAY_INVALID", "day"}}, table);
  }
  Add("RelationService/CreateCriteriaSet",
      {{kMissing, {{"criteria_set_id", ""}}, "CRITERIA_INVALID", "criteria_set_id"},
       {kMalformed, {{"criteria_set_id", "v/2"}}, "CRITERIA_INVALID", "criteria_set_id"},
       {kTooLong, {{"criteria_set.title", Long(300)}}, "CRITERIA_INVALID", "criteria_set.title"},
       {kTooLong,
        {{"criteria_set.criteria[0].question", Long(500)}},
        "CRITERIA_INVALID",
        "criteria_set.criteria[0].question"},
       {kWrongEnum,
        {{"criteria_set.criteria[0].measure", "99"}},
        "VALUE_UNKNOWN",
        "criteria_set.criteria[0].measure"},
       {kMissing,
        {{"criteria_set.criteria[0].measure", ""}},
        "CRITERIA_INVALID",
        "criteria_set.criteria[0].measure"}},
      table);
  Add("RelationService/RecordAssessment",
      {{kMalformed, {{"assessment.criteria_set", "v1"}}, "NAME_INVALID", "assessment.criteria_set"},
       {kUnknown,
        {{"assessment.criteria_set", "criteriaSets/none"}},
        "CRITERIA_SET_NOT_FOUND",
        "",
        kNotFound},
       {kTooLong,
        {{"assessment.scores[0].source", Long(500)}},
        "ASSESSMENT_INVALID",
        "assessment.scores[0].source"}},
      table);
  Add("RelationService/RecordVolume",
      {{kTooLong, {{"volume.source", Long(500)}}, "VOLUME_INVALID", "volume.source"},
       {kMissing, {{"year", ""}}, "VOLUME_INVALID", "year"}},
      table);
  Add("RelationService/ReportVolumes",
      {{kMissing, {{"year", ""}}, "VOLUME_INVALID", "year"},
       {kMissing, {{"counted_at.store_id", ""}}, "VOLUME_INVALID", "counted_at.store_id"},
       {kMissing, {{"volumes[0].partner", ""}}, "NAME_INVALID", "volumes[0].partner"},
       {kMalformed, {{"volumes[0].partner", "algeria"}}, "NAME_INVALID", "volumes[0].partner"},
       {kTooLong, {{"counted_at.store_id", Long(64)}}, "VOLUME_INVALID", "counted_at.store_id"},
       {kMissing,
        {{"volumes[1].partner", "partners/georgia"}},
        "VOLUME_INVALID",
        "volumes[1].counts"}},
      table);
}

void AddPreparation(std::vector<BadInput>& table) {
  Add("RelationService/OpenConsultation",
      {{kMissing, {{"consultation_id", ""}}, "CONSULTATION_INVALID", "consultation_id"},
       {kMalformed, {{"consultation_id", "C/2"}}, "CONSULTATION_INVALID", "consultation_id"},
       {kTooLong,
        {{"consultation.question", Long(2000)}},
        "CONSULTATION_INVALID",
        "consultation.question"}},
      table);
  Add("RelationService/RecordReply",
      {{kMissing, {{"reply.member_state", ""}}, "NAME_INVALID", "reply.member_state"},
       {kUnknown,
        {{"reply.member_state", "partners/atlantis"}},
        "REPLY_INVALID",
        "reply.member_state"},
       {kTooLong, {{"reply.evidence", Long(500)}}, "REPLY_INVALID", "reply.evidence"},
       {kWrongEnum, {{"reply.position", "99"}}, "VALUE_UNKNOWN", "reply.position"},
       {kMissing, {{"reply.position", ""}}, "REPLY_INVALID", "reply.position"}},
      table);
  Add("RelationService/CloseConsultation",
      {{kStale, {{"etag", "\"1\""}}, "ETAG_MISMATCH", "", kAborted},
       {kTooLong, {{"override_reason", Long(2000)}}, "REASON_MISSING", "override_reason"}},
      table);
  Add("RelationService/UpdateReadiness",
      {{kStale, {{"etag", "\"1\""}}, "ETAG_MISMATCH", "", kAborted},
       {kTooLong, {{"items[0].statement", Long(2000)}}, "READINESS_INVALID", "items[0].statement"},
       {kTooLong, {{"items[0].evidence", Long(500)}}, "READINESS_INVALID", "items[0].evidence"},
       {kWrongEnum, {{"items[0].topic", "99"}}, "VALUE_UNKNOWN", "items[0].topic"},
       {kWrongEnum, {{"items[0].state", "99"}}, "VALUE_UNKNOWN", "items[0].state"},
       {kMissing, {{"items[0].state", ""}}, "READINESS_INVALID", "items[0].state"}},
      table);
  Add("RelationService/CreateArrangement",
      {{kMissing, {{"arrangement_id", ""}}, "ARRANGEMENT_INVALID", "arrangement_id"},
       {kMalformed, {{"arrangement_id", "a/2"}}, "ARRANGEMENT_INVALID", "arrangement_id"},
       {kMalformed,
        {{"arrangement.authorities[0]", "prosecution-service"}},
        "NAME_INVALID",
        "arrangement.authorities"},
       {kUnknown,
        {{"arrangement.authorities[0]", "partners/algeria/authorities/none"}},
        "ARRANGEMENT_INVALID",
        "arrangement.authorities"},
       {kTooLong, {{"arrangement.title", Long(300)}}, "ARRANGEMENT_INVALID", "arrangement.title"}},
      table);
  Add("RelationService/AddDraft",
      {{kTooLong, {{"draft.note", Long(2000)}}, "ARRANGEMENT_INVALID", "draft.note"},
       {kTooLong, {{"draft.evidence", Long(500)}}, "ARRANGEMENT_INVALID", "draft.evidence"},
       {kMalformed, {{"draft.sha256", "x"}}, "ARRANGEMENT_INVALID", "draft.sha256"}},
      table);
  Add("RelationService/AdvanceArrangement",
      {{kStale, {{"etag", "\"1\""}}, "ETAG_MISMATCH", "", kAborted},
       {kTooLong, {{"step.evidence", Long(500)}}, "ARRANGEMENT_INVALID", "step.evidence"},
       {kMissing, {{"step.evidence", ""}}, "EVIDENCE_MISSING", "step.evidence"},
       {kWrongEnum, {{"step.state", "99"}}, "VALUE_UNKNOWN", "step.state"},
       {kMissing, {{"step.state", ""}}, "ARRANGEMENT_INVALID", "step.state"}},
      table);
  Add("RelationService/RecordTransmission",
      {{kTooLong,
        {{"transmission.evidence", Long(500)}},
        "ARRANGEMENT_INVALID",
        "transmission.evidence"},
       {kMalformed,
        {{"transmission.member_state", "france"}},
        "NAME_INVALID",
        "transmission.member_state"},
       {kUnknown,
        {{"transmission.member_state", "partners/denmark"}},
        "ARRANGEMENT_INVALID",
        "transmission.member_state"}},
      table);
  Add("RelationService/CreateSecondment",
      {{kMissing, {{"secondment_id", ""}}, "SECONDMENT_INVALID", "secondment_id"},
       {kMalformed, {{"secondment_id", "s/2"}}, "SECONDMENT_INVALID", "secondment_id"},
       {kUnknown,
        {{"secondment.instrument", "partners/georgia/instruments/none"}},
        "SECONDMENT_INVALID",
        "secondment.instrument"},
       {kUnknown,
        {{"secondment.contact", "partners/georgia/contacts/none"}},
        "SECONDMENT_INVALID",
        "secondment.contact"},
       {kMalformed, {{"secondment.contact", "none"}}, "NAME_INVALID", "secondment.contact"},
       {kTooLong,
        {{"secondment.evidence", Long(500)}},
        "SECONDMENT_INVALID",
        "secondment.evidence"},
       {kWrongEnum, {{"secondment.kind", "99"}}, "VALUE_UNKNOWN", "secondment.kind"},
       {kMissing, {{"secondment.kind", ""}}, "SECONDMENT_INVALID", "secondment.kind"}},
      table);
  Add("RelationService/EndSecondment",
      {{kStale, {{"etag", "\"1\""}}, "ETAG_MISMATCH", "", kAborted},
       {kMalformed, {{"day", "soon"}}, "SECONDMENT_INVALID", "day"},
       {kTooLong, {{"reason", Long(2000)}}, "REASON_MISSING", "reason"},
       {kMissing, {{"reason", ""}}, "REASON_MISSING", "reason"}},
      table);
}

void AddChangeRequests(std::vector<BadInput>& table) {
  const std::string contact = "change_request.contact.name";
  const std::string authority = "change_request.authority.name";
  const std::string mask = "change_request.update_mask";
  const std::pair<std::string, std::string> no_mask = {mask, ""};
  const std::pair<std::string, std::string> ministry = {authority,
                                                        "partners/georgia/authorities/ministry"};
  Add("ChangeRequestService/CreateChangeRequest",
      {{kMissing, {{contact, ""}}, "NAME_INVALID", contact},
       {kMalformed, {{contact, "tbilisi-1"}}, "NAME_INVALID", contact},
       {kMalformed,
        {{contact, "partners/moldova/contacts/chisinau-1"}},
        "CHANGE_REQUEST_INVALID",
        contact},
       {kUnknown,
        {{contact, "partners/georgia/contacts/none"}},
        "CONTACT_NOT_FOUND",
        "",
        kNotFound},
       {kUnknown,
        {{authority, "partners/georgia/authorities/none"}},
        "AUTHORITY_NOT_FOUND",
        "",
        kNotFound},
       {kMask, {{mask + ".paths[0]", "colour"}}, "FIELD_MASK_INVALID", mask},
       {kMask, {{mask + ".paths[0]", "etag"}}, "FIELD_MASK_INVALID", mask},
       {kMask, {{mask + ".paths[0]", "*"}}, "CHANGE_REQUEST_INVALID", mask},
       {kStale, {{"change_request.contact.etag", "\"9\""}}, "ETAG_MISMATCH", "", kAborted},
       {kTooLong,
        {{"change_request.reason", Long(500)}},
        "CHANGE_REQUEST_INVALID",
        "change_request.reason"},
       {kMissing,
        {{"change_request.reason", ""}},
        "CHANGE_REQUEST_INVALID",
        "change_request.reason"},
       {kTooLong,
        {{"change_request.contact.function", Long(200)}},
        "CONTACT_INVALID",
        "change_request.contact.function"},
       {kMalformed,
        {{mask + ".paths[0]", "working_hours"},
         {"change_request.contact.working_hours.time_zone", "Mars/Olympus"}},
        "CONTACT_INVALID",
        "change_request.contact.working_hours.time_zone"},
       {kMalformed,
        {{mask + ".paths[0]", "working_hours"},
         {"change_request.contact.working_hours.time_zone", "Asia/Tbilisi"},
         {"change_request.contact.working_hours.days[0]", "1"},
         {"change_request.contact.working_hours.start_minute", "600"},
         {"change_request.contact.working_hours.end_minute", "540"}},
        "CONTACT_INVALID",
        "change_request.contact.working_hours.end_minute"},
       {kUnknown,
        {{authority, "partners/georgia/authorities/prosecution-service"},
         {mask + ".paths[0]", "listed_in"},
         {"change_request.authority.listed_in[0]", "partners/georgia/instruments/none"}},
        "AUTHORITY_INVALID",
        "change_request.authority.listed_in"},
       {kMissing,
        {{authority, "partners/georgia/authorities/prosecution-service"},
         {mask + ".paths[0]", "listed_in"},
         {"change_request.authority.listed_in[0]",
          "partners/georgia/instruments/cooperation-agreement"}},
        "CONFIRMATION_NEEDED",
        "",
        absl::StatusCode::kFailedPrecondition},
       {kWrongEnum,
        {ministry, no_mask, {"change_request.authority.certainty", "99"}},
        "VALUE_UNKNOWN",
        "change_request.authority.certainty"},
       {kMissing,
        {ministry, no_mask},
        "AUTHORITY_INVALID",
        "change_request.authority.display_name"}},
      table);
  for (const char* const method : {"ApproveChangeRequest", "RejectChangeRequest"}) {
    Add(absl::StrCat("ChangeRequestService/", method),
        {{kTooLong, {{"answer", Long(500)}}, "CHANGE_REQUEST_INVALID", "answer"}}, table);
  }
  Add("ChangeRequestService/RejectChangeRequest",
      {{kMissing, {{"answer", ""}}, "CHANGE_REQUEST_INVALID", "answer"}}, table);
}

}  // namespace

const char kCriteria[] =
    "criteria_set { title: 'Criteria' adopted: '2024-06-01' evidence: 'decision' criteria { id: "
    "'operational-necessity' question: 'Is there a need?' weight: 3 minimum: 2 measure: "
    "MEASURE_JUDGED } }";
const char kReadiness[] =
    "name: 'partners/algeria/readiness' items { topic: TOPIC_CONTACT_POINT state: STATE_IN_PLACE "
    "statement: 'designated' day: '2026-01' evidence: 'letter' }";
const char kArrangement[] =
    "parent: 'partners/algeria' arrangement { title: 'Arrangement' authorities: "
    "'partners/algeria/authorities/prosecution-service' opened: '2026-01-01' evidence: 'mandate' }";

const char kPromotion[] =
    "parent: 'partners/georgia' change_request { reason: 'new tasks' update_mask { paths: "
    "'function' } contact { name: 'partners/georgia/contacts/tbilisi-1' function: 'head of unit' } "
    "}";

const std::vector<BadInput>& BadInputs() {
  static const std::vector<BadInput>* const table = [] {
    auto* made = new std::vector<BadInput>;
    AddAllNames(*made);
    AddStrategiesAndCriteria(*made);
    AddPreparation(*made);
    AddChangeRequests(*made);
    return made;
  }();
  return *table;
}

std::vector<std::pair<std::string, std::string>> GoodRequests(const GoodParts& parts) {
  const std::string consultation = "name: 'partners/algeria/consultations/c1' ";
  const std::string drafted = "name: 'partners/algeria/arrangements/a1' ";
  std::vector<std::pair<std::string, std::string>> good = {
      {"SetStrategy",
       "strategy { name: 'strategies/s2030' title: 'Strategy' from: '2030-01-01' to: '2033-12-31' "
       "evidence: 'decision' priorities { id: 'p1' title: 'Priority' } partners { partner: "
       "'partners/algeria' priorities: 'p1' } } reason: 'adopted'"},
      {"GetStrategy", "name: 'strategies/s2024'"},
      {"ListStrategies", ""},
      {"ListStrategyGaps", ""},
      {"CreateCriteriaSet", absl::StrCat("criteria_set_id: 'v2' ", kCriteria)},
      {"ListCriteriaSets", ""},
      {"RecordAssessment",
       "parent: 'partners/algeria' assessment { criteria_set: 'criteriaSets/v1' day: '2026-01-01' "
       "scores { criterion: 'operational-necessity' points: 4 source: 'report' } }"},
      {"ListAssessments", "parent: 'partners/algeria'"},
      {"RankPartners", "criteria_set: 'criteriaSets/v1'"},
      {"RecordVolume",
       "parent: 'partners/algeria' year: 2024 volume { counts { key: 'cases' value: 3 } source: "
       "'report' }"},
      {"ReportVolumes",
       "year: 2024 volumes { partner: 'partners/algeria' counts { key: 'cases' value: 1 } counts { "
       "key: 'documents' value: 2 } } counted_at { store_id: 'store' number: 7 }"},
      {"ListVolumes", "parent: 'partners/algeria'"},
      {"OpenConsultation", absl::StrCat("consultation_id: 'c2' ", parts.consultation)},
      {"RecordReply",
       absl::StrCat("name: 'partners/algeria/consultations/c3' ",
                    "reply { member_state: 'partners/france' position: POSITION_IN_FAVOUR day: '",
                    parts.today, "' evidence: 'letter' }")},
      {"CloseConsultation", absl::StrCat(consultation, "override_reason: 'decision'")},
      {"GetConsultation", consultation},
      {"ListConsultations", "parent: 'partners/algeria'"},
      {"UpdateReadiness", kReadiness},
      {"GetReadiness", "name: 'partners/algeria/readiness'"},
      {"CreateArrangement", absl::StrCat("arrangement_id: 'a2' ", kArrangement)},
      {"AddDraft", absl::StrCat(drafted, "draft { day: '2026-01-02' evidence: 'register' }")},
      {"AdvanceArrangement",
       absl::StrCat(drafted,
                    "step { state: STATE_COLLEGE_ADOPTED day: '2026-02-01' evidence: "
                    "'decision' }")},
      {"RecordTransmission",
       "name: 'partners/algeria/arrangements/a9' transmission { member_state: 'partners/france' "
       "day: '2026-04-01' evidence: 'letter' }"},
      {"GetArrangement", drafted},
      {"ListArrangements", "parent: 'partners/algeria'"},
      {"CreateSecondment", absl::StrCat("secondment_id: 's2' ", parts.secondment)},
      {"EndSecondment", "name: 'partners/georgia/secondments/s1' reason: 'recalled'"},
      {"ListSecondments", "parent: 'partners/georgia'"}};
  for (auto& [method, text] : good) method = absl::StrCat("RelationService/", method);
  const auto named = [](const std::string& name) { return absl::StrCat("name: '", name, "' "); };
  good.insert(good.end(),
              {{"ChangeRequestService/CreateChangeRequest", kPromotion},
               {"ChangeRequestService/GetChangeRequest", named(parts.asked)},
               {"ChangeRequestService/ListChangeRequests", "parent: 'partners/georgia'"},
               {"ChangeRequestService/ApproveChangeRequest", named(parts.asked)},
               {"ChangeRequestService/RejectChangeRequest",
                absl::StrCat(named(parts.also_asked), "answer: 'later'")}});
  return good;
}

}  // namespace comity::partner_registry
