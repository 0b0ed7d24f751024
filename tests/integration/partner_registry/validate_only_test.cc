// Every method of the registry that can be asked with `validate_only` (M10). The methods are those
// that the descriptors have; one without a grammar fails.
#include "tests/testing/validate_only.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "comity/partner_registry/v1/change_requests.pb.h"
#include "common/status/macros.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::Alternatives;
using ::comity::testing::AnyMessage;
using ::comity::testing::Grammar;
using ::comity::testing::IsOk;
using ::comity::testing::Numbered;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr int kCases = 200;

const std::vector<std::string>& Services() {
  static const auto* const services = new std::vector<std::string>{
      kRegistryService, kReportService, kRelationService, kChangeRequestService};
  return *services;
}

std::string Long(std::size_t most) { return std::string(most + 1, 'x'); }

// What every edit has besides.
const Alternatives kRequestId = {"request_id", {}, {"x"}};
const Alternatives kReason = {"reason", {}, {"", Long(2000)}};
Alternatives Mask(std::vector<std::string> good) {
  return {"update_mask.paths[0]", std::move(good), {"colour", "etag", "name", ""}};
}
Alternatives Stale(const std::string& path) { return {path, {}, {"\"999\""}}; }
const std::vector<std::string> kNoNames = {"", "georgia", "partners/atlantis/x/y"};
const Alternatives kParent = {
    "parent",
    {"partners/georgia", "partners/panama", "partners/algeria", "partners/moldova"},
    {"", "georgia", "partners/atlantis"}};

// The names that a test's grammars draw from, as they are after the import.
struct Known {
  std::vector<std::string> instruments;
  std::vector<std::string> authorities;
  std::vector<std::string> contacts;
  std::vector<std::string> requests;  // For changes.
};

Grammar OfPartners(bool is_new) {
  if (!is_new) {
    return {{"partner { name: 'partners/georgia' } update_mask { paths: 'region' } reason: 'r'"},
            {{"partner.name",
              {"partners/georgia", "partners/panama", "partners/kosovo", "partners/eppo"},
              {"partners/atlantis", "georgia", ""}},
             {"partner.region", {"OCEANIA", "WESTERN_BALKANS", ""}, {Long(300)}},
             {"partner.display_name", Numbered("Land ", 40), {"", Long(200), "Albania", "a\nb"}},
             {"partner.aliases[0]", Numbered("Terra ", 40), {"", "Albania"}},
             {"partner.iso_alpha2", {"", "GE"}, {"QQ", "ge"}},
             {"partner.kind", {"PARTNER_KIND_STATE", "PARTNER_KIND_UNION_BODY"}, {"99", ""}},
             Mask({"region", "region", "display_name", "aliases", "status_footnote", "iso_alpha2",
                   "kind", "*"}),
             Stale("partner.etag"),
             kReason,
             kRequestId}};
  }
  return {{"partner { kind: PARTNER_KIND_STATE display_name: 'Atlantis' }"},
          {{"partner_id", Numbered("land-", 300), {"", "A", "georgia", "x/y", Long(63)}},
           {"partner.display_name", Numbered("Land ", 300), {"", Long(200), "Georgia", "a\nb"}},
           {"partner.kind",
            {"PARTNER_KIND_STATE", "PARTNER_KIND_UNION_BODY", "PARTNER_KIND_JUDICIAL_NETWORK"},
            {"99", ""}},
           {"partner.iso_alpha2", {}, {"GE", "QQ", "g"}},
           {"partner.region", {"", "OCEANIA"}, {Long(300)}},
           {"partner.legal_classes[0].legal_class", {"LEGAL_CLASS_THIRD_COUNTRY"}, {"99", ""}},
           {"partner.legal_classes[0].from", {"", "2020-01-01", "2020"}, {"soon", "2020-13"}},
           {"partner.aliases[0]", {}, {"", "Georgia", Long(200)}},
           {"allow_alike", {"", "true"}, {}},
           kRequestId}};
}

Grammar OfInstruments(bool is_new, const Known& known) {
  const std::vector<Alternatives> fields = {
      {"instrument.title", {"Agreement", "Arrangement"}, {"", Long(300), "a\nb"}},
      {"instrument.signed", {"", "2024-01-01", "2024"}, {"soon", "2024-13"}},
      {"instrument.in_force", {"", "2024-06-01"}, {"1990-01-01", "x"}},
      {"instrument.ended", {""}, {"1990-01-01", "never"}},
      {"instrument.reference", {"", "OJ L 1"}, {Long(500)}},
      {"instrument.note", {"", "of a source"}, {Long(2000)}},
      {"instrument.parts_suspended", {""}, {"*", "article 4"}},
      {"instrument.supersedes",
       {""},
       {"partners/georgia/instruments/none", "partners/georgia/instruments/cooperation-agreement"}},
      {"instrument.scope.subjects[0]", {}, {"99"}},
      kRequestId};
  Grammar grammar = {
      {"parent: 'partners/georgia' instrument { kind: INSTRUMENT_KIND_OTHER_AGREEMENT }"},
      {kParent,
       {"instrument_id", Numbered("i", 60), {"", "A", "x/y"}},
       {"instrument.kind",
        {"INSTRUMENT_KIND_OTHER_AGREEMENT", "INSTRUMENT_KIND_WORKING_ARRANGEMENT"},
        {"99", ""}}}};
  if (!is_new) {
    grammar = {{"instrument { } update_mask { paths: 'note' } reason: 'r'"},
               {{"instrument.name", known.instruments, kNoNames},
                {"instrument.kind", {}, {"INSTRUMENT_KIND_BINDING_INSTRUMENT", "99"}},
                Mask({"note", "note", "reference", "title", "signed", "in_force", "ended",
                      "supersedes", "scope", "kind"}),
                Stale("instrument.etag"),
                kReason}};
  }
  grammar.fields.insert(grammar.fields.end(), fields.begin(), fields.end());
  return grammar;
}

Grammar OfAuthorities(bool is_new, const Known& known) {
  const std::vector<Alternatives> fields = {
      {"authority.display_name", {"Court", "Ministry"}, {"", Long(200), "a\u202E"}},
      {"authority.territory", {"", "North"}, {Long(200)}},
      {"authority.last_verified", {"", "2026-01-01"}, {"soon", "2199-01-01"}},
      {"authority.certainty", {"", "CERTAINTY_UNCONFIRMED"}, {"CERTAINTY_FOUND", "99"}},
      {"authority.listed_in[0]", {}, {"partners/georgia/instruments/none", "x"}},
      {"authority.sectors[0]", {}, {"", "customs"}},
      kRequestId};
  Grammar grammar = {
      {"parent: 'partners/georgia' authority { competent_in_criminal_matters: true }"},
      {kParent, {"authority_id", Numbered("a", 60), {"", "A", "x/y"}}}};
  if (!is_new) {
    grammar = {{"authority { competent_in_criminal_matters: true } reason: 'r'"},
               {{"authority.name", known.authorities, kNoNames},
                Mask({"display_name", "territory", "last_verified", "certainty",
                      "competent_in_criminal_matters", "listed_in", "sectors"}),
                Stale("authority.etag"),
                kReason}};
  }
  grammar.fields.insert(grammar.fields.end(), fields.begin(), fields.end());
  return grammar;
}

const std::vector<Alternatives>& OfAContact() {
  static const auto* const fields = new std::vector<Alternatives>{
      {"contact.function", {"contact point", "head of unit", "deputy"}, {"", Long(200), "a\nb"}},
      {"contact.languages[0]", {"en", "fr", "ka"}, {"", "english!"}},
      {"contact.valid_to", {"", "2099-01-01"}, {"soon", "1990-01-01"}},
      {"contact.last_verified", {"", "2026-01-01"}, {"2199-01-01"}},
      {"contact.spiffe_id", {}, {"", "x", "spiffe://agency.example/agency/dpo/-/p1"}},
      {"contact.deputies[0]", {}, {"x", "partners/moldova/contacts/chisinau-1"}},
      {"contact.working_hours.time_zone", {}, {"Mars/Olympus"}},
      {"contact.absences[0].first_day", {}, {"soon", "2026-01-01"}}};
  return *fields;
}

// `contact` of a request whose other fields are `others`, each path below `prefix`.
Grammar OfContacts(const std::string& prefix, const std::string& request,
                   std::vector<Alternatives> others) {
  Grammar grammar = {{request}, std::move(others)};
  for (Alternatives field : OfAContact()) {
    field.path = prefix + field.path;
    grammar.fields.push_back(std::move(field));
  }
  grammar.fields.push_back(kRequestId);
  return grammar;
}

const std::vector<std::string> kContactFields = {"function",      "languages", "valid_to",
                                                 "last_verified", "spiffe_id", "deputies",
                                                 "working_hours", "absences"};

Grammar OfChangeRequests() {
  const std::string asked = "change_request.";
  Grammar grammar =
      OfContacts(asked, "parent: 'partners/georgia' change_request { reason: 'new tasks' }",
                 {{"parent", {}, {"", "georgia", "partners/moldova", "partners/atlantis"}},
                  {asked + "contact.name",
                   {"partners/georgia/contacts/tbilisi-1"},
                   {"", "partners/moldova/contacts/chisinau-1", "partners/georgia/contacts/none"}},
                  {asked + "update_mask.paths[0]", kContactFields, {"colour", "*", "etag", ""}},
                  {asked + "contact.etag", {}, {"\"999\""}},
                  {asked + "reason", {"new tasks", "moved"}, {"", Long(500)}}});
  grammar.server_names = true;
  return grammar;
}

Grammar OfMilestones() {
  // Steps that nothing has to come before, and two that something has.
  const std::vector<std::string> steps = {
      "axis: AXIS_CONTACT_POINT step: 'REQUESTED'",
      "axis: AXIS_CONTACT_POINT step: 'DESIGNATED'",
      "axis: AXIS_CONTACT_POINT step: 'VERIFIED'",
      "axis: AXIS_TREATY step: 'CONSULTED'",
      "axis: AXIS_PROJECT_MEMBERSHIP step: 'INVITED' project: 'wbcj'",
      "axis: AXIS_PROJECT_MEMBERSHIP step: 'JOINED' project: 'wbcj'"};
  std::vector<std::string> requests;
  for (const char* const partner :
       {"albania", "algeria", "armenia", "brazil", "chile", "colombia", "egypt", "guatemala",
        "israel", "kosovo", "lebanon", "mexico", "mongolia", "peru", "singapore", "thailand"}) {
    for (const std::string& step : steps) {
      requests.push_back(absl::StrCat("parent: 'partners/", partner, "' milestone { ", step,
                                      " day: '2026-11' evidence: 'letter' }"));
    }
  }
  return {requests,
          {{"parent", {}, {"", "georgia", "partners/atlantis"}},
           {"milestone.axis", {}, {"99", ""}},
           {"milestone.step", {}, {"", "DANCED"}},
           {"milestone.day", {"2026-11-01", "2026-11", "2026"}, {"", "soon", "2199-01-01"}},
           {"milestone.evidence", {"letter", "note"}, {"", Long(500)}},
           {"milestone.project", {}, {"x y"}},
           {"milestone.note", {""}, {Long(2000)}},
           kRequestId}};
}

Grammar OfImports() {
  const auto row = [](int index, const char* fact) {
    return absl::StrCat("rows { source { file: 'f.csv' line: ", index, " } ", fact, " } ");
  };
  return {{absl::StrCat(
              row(1, "partner { kind: PARTNER_KIND_STATE }"),
              row(2, "authority { competent_in_criminal_matters: true }"),
              row(3, "contact { authority: 'partners/panama/authorities/prosecution-service' }"))},
          {{"rows[0].partner.name", {"partners/atlantis", "partners/mu"}, {"", "partners/A"}},
           {"rows[0].partner.display_name", {"Atlantis", "Mu"}, {"", "Georgia", Long(200)}},
           {"rows[0].partner.kind", {}, {"99", ""}},
           {"rows[0].partner.iso_alpha2", {}, {"GE", "QQ"}},
           {"rows[1].authority.name",
            {"partners/atlantis/authorities/court", "partners/panama/authorities/court"},
            {"", "partners/none/authorities/court"}},
           {"rows[1].authority.display_name", {"Court", "High Court"}, {"", Long(200)}},
           {"rows[1].authority.last_verified", {"", "2026-01-01"}, {"soon", "2199-01-01"}},
           {"rows[1].authority.certainty", {"", "CERTAINTY_UNCONFIRMED"}, {"99"}},
           {"rows[2].contact.name",
            {"partners/panama/contacts/p1", "partners/panama/contacts/p2"},
            {"", "partners/none/contacts/p1"}},
           {"rows[2].contact.spiffe_id",
            {"spiffe://agency.example/partner/panama/contact/p1",
             "spiffe://agency.example/partner/panama/contact/p2"},
            {"", "x"}},
           {"rows[2].contact.function", {"judge", "prosecutor"}, {"", Long(200)}},
           {"rows[2].contact.valid_to", {"", "2099-01-01"}, {"soon"}},
           {"rows[0].emptied.paths[0]", {}, {"colour"}},
           {"options.request_id", {}, {"x"}}}};
}

// The grammars, by method.
std::map<std::string, Grammar> Grammars(const Known& known) {
  const std::string registry = "PartnerRegistryService/";
  const std::string changes = "ChangeRequestService/";
  const auto retract = [](const std::vector<std::string>& names) {
    return Grammar{{"evidence: 'note'"},
                   {{"name", names, kNoNames},
                    {"evidence", {"note", "letter"}, {"", Long(500)}},
                    Stale("etag"),
                    kRequestId}};
  };
  return {
      {registry + "CreatePartner", OfPartners(/*is_new=*/true)},
      {registry + "UpdatePartner", OfPartners(/*is_new=*/false)},
      {registry + "CreateInstrument", OfInstruments(/*is_new=*/true, known)},
      {registry + "UpdateInstrument", OfInstruments(/*is_new=*/false, known)},
      {registry + "RetractInstrument", retract(known.instruments)},
      {registry + "RecordMilestone", OfMilestones()},
      {registry + "CreateAuthority", OfAuthorities(/*is_new=*/true, known)},
      {registry + "UpdateAuthority", OfAuthorities(/*is_new=*/false, known)},
      {registry + "RetractAuthority", retract(known.authorities)},
      {registry + "UpdateContact", OfContacts("", "contact { } reason: 'r'",
                                              {{"contact.name", known.contacts, kNoNames},
                                               Mask(kContactFields),
                                               Stale("contact.etag"),
                                               kReason})},
      {registry + "ImportFacts", OfImports()},
      {changes + "CreateChangeRequest", OfChangeRequests()},
      {changes + "ApproveChangeRequest",
       {{"answer: 'done'"},
        {{"name", known.requests, {"", "x", "partners/georgia/changeRequests/x"}},
         {"answer", {"", "done"}, {Long(500)}},
         kRequestId}}},
  };
}

class ValidateOnlyTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  Known Names() {
    Known known;
    const RegistryStore::State::Guard now = server_.application().store().View();
    for (const auto& [id, partner] : now->partners()) {
      for (const auto* each : now->InstrumentsOf(id)) known.instruments.push_back(NameOf(*each));
      for (const auto* each : now->AuthoritiesOf(id)) known.authorities.push_back(NameOf(*each));
      for (const auto* each : now->ContactsOf(id)) known.contacts.push_back(NameOf(*each));
    }
    return known;
  }

  // Asks for changes as Tbilisi does, so that there is something to approve. None is in the way of
  // another.
  void AskForChanges(Known& known) {
    const MethodDescriptor& method = comity::testing::FindMethod(
        "comity.partner_registry.v1", "ChangeRequestService/CreateChangeRequest");
    for (int i = 0; i < 45; ++i) {
      const AnyMessage request = comity::testing::MakeRequest(
          method,
          absl::StrCat("parent: 'partners/georgia' change_request { reason: 'new' authority "
                       "{ name: 'partners/georgia/authorities/a",
                       i, "' display_name: 'Court' } }"));
      const auto asked = comity::testing::CallMethod(server_.ChannelOf(kTbilisi), method, *request);
      ASSERT_THAT(asked, IsOk());
      known.requests.push_back(static_cast<const v1::ChangeRequest&>(**asked).name());
    }
  }

  absl::StatusOr<AnyMessage> CallIt(const MethodDescriptor& method, const Message& request) {
    if (!method.client_streaming()) {
      const bool asks = method.name() == "CreateChangeRequest";
      return comity::testing::CallMethod(server_.ChannelOf(asks ? kTbilisi : kOperator), method,
                                         request);
    }
    const auto& import = static_cast<const v1::ImportFactsRequest&>(request);
    COMITY_ASSIGN_OR_RETURN(
        const v1::ImportFactsResponse response,
        server_.Import(kOperator, {import.rows().begin(), import.rows().end()},
                       import.options().validate_only(), import.options().request_id()));
    return std::make_unique<v1::ImportFactsResponse>(response);
  }

  RegistryServer server_;
};

TEST_P(ValidateOnlyTest, AQuestionHasTheVerdictOfTheCall) {
  const MethodDescriptor& method =
      comity::testing::FindMethod("comity.partner_registry.v1", GetParam());
  Known known = Names();
  if (method.name() == "ApproveChangeRequest") {
    ASSERT_NO_FATAL_FAILURE(AskForChanges(known));
  }
  const std::map<std::string, Grammar> grammars = Grammars(known);
  ASSERT_TRUE(grammars.contains(GetParam())) << "give it a grammar";

  comity::testing::ExpectTheVerdictOfTheCall(
      method, grammars.at(GetParam()),
      {.cases = kCases,
       .call = [&](const Message& request) { return CallIt(method, request); },
       .written = [this] { return server_.application().store().View()->revision(); }});
}

std::vector<std::string> Methods() {
  std::vector<std::string> names;
  for (const MethodDescriptor* method : comity::testing::MethodsThatValidate(Services())) {
    names.push_back(comity::testing::NameOf(*method));
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Methods, ValidateOnlyTest, ::testing::ValuesIn(Methods()),
                         [](const auto& method) {
                           return absl::StrReplaceAll(method.param, {{"/", "_"}});
                         });

}  // namespace
}  // namespace comity::partner_registry
