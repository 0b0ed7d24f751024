// What RelationService and ChangeRequestService must refuse: of each method each kind of fault that
// its request can have, with code, reason and field, and without a trace.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "comity/partner_registry/v1/change_requests.grpc.pb.h"
#include "common/service/field_masks.h"
#include "common/time/day.h"
#include "tests/integration/partner_registry/bad_input_table.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/any_method.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::AnyMessage;
using ::comity::testing::CallMethod;
using ::comity::testing::FindMethod;
using ::comity::testing::IsOk;
using ::comity::testing::MakeRequest;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

constexpr char kPackage[] = "comity.partner_registry.v1";
// The faults that a request of a type can have, by its fields.
std::set<Fault> FaultsOf(const Descriptor& type) {
  static const std::set<std::string>* const texts =
      new std::set<std::string>{"title", "question", "statement",       "evidence", "source",
                                "note",  "reason",   "override_reason", "answer"};
  std::set<Fault> faults;
  for (const FieldDescriptor* field : service::SettableFields(type)) {
    const std::string& name = field->name();
    if (texts->contains(name)) faults.insert(Fault::kTooLong);
    if (name == "name" || name == "parent") {
      faults.insert({Fault::kMissing, Fault::kMalformed, Fault::kUnknown});
    }
    if (name == "etag") faults.insert(Fault::kStale);
    if (field->enum_type() != nullptr) faults.insert(Fault::kWrongEnum);
    const Descriptor* const inner = field->message_type();
    if (inner == nullptr || field->is_map() || name == "at_revision") continue;
    if (inner->name() == "FieldMask") {
      faults.insert(Fault::kMask);
    } else {
      faults.merge(FaultsOf(*inner));
    }
  }
  return faults;
}

std::string FieldsOf(const absl::Status& status) {
  return absl::StrJoin(DetailsOf(status).fields, " ", [](std::string* out, const auto& violation) {
    out->append(violation.field);
  });
}

// Whether a request of `type` has what is at `path`, such as "items[0].topic".
bool HasPath(const Descriptor& type, absl::string_view path) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(path, absl::MaxSplits('.', 1));
  const FieldDescriptor* const field =
      type.FindFieldByName(parts.first.substr(0, parts.first.find('[')));
  if (field == nullptr) return type.FindOneofByName(std::string(path)) != nullptr;
  if (parts.second.empty()) return true;
  return field->message_type() != nullptr && HasPath(*field->message_type(), parts.second);
}

class BadInputTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(server_.ImportData(), IsOk());
    // What requests that are good speak of.
    for (const auto& [method, text] : std::vector<std::pair<std::string, std::string>>{
             {"RelationService/SetStrategy",
              "strategy { name: 'strategies/s2024' title: 'Strategy' from: '2024-01-01' to: "
              "'2027-12-31' evidence: 'decision' } reason: 'adopted'"},
             {"RelationService/CreateCriteriaSet",
              absl::StrCat("criteria_set_id: 'v1' ", kCriteria)},
             {"RelationService/UpdateReadiness", kReadiness},
             {"RelationService/CreateArrangement",
              absl::StrCat("arrangement_id: 'a1' ", kArrangement)},
             {"RelationService/CreateArrangement",
              absl::StrCat("arrangement_id: 'a9' ", kArrangement)},
             {"RelationService/AdvanceArrangement",
              "name: 'partners/algeria/arrangements/a9' step { state: STATE_COLLEGE_ADOPTED day: "
              "'2026-02-01' evidence: 'decision' }"},
             {"RelationService/AdvanceArrangement",
              "name: 'partners/algeria/arrangements/a9' step { state: STATE_SIGNED day: "
              "'2026-03-01' evidence: 'signature' }"},
             {"RelationService/CreateSecondment",
              absl::StrCat("secondment_id: 's1' ", Secondment())}}) {
      ASSERT_THAT(Try(method, text), IsOk()) << method;
    }
    // One for the desk to reply to, and one that may be closed: the national members of all have
    // replied, and object.
    ASSERT_THAT(Try("RelationService/OpenConsultation",
                    absl::StrCat("consultation_id: 'c3' ", Consultation())),
                IsOk());
    const auto opened = Try("RelationService/OpenConsultation",
                            absl::StrCat("consultation_id: 'c1' ", Consultation()));
    ASSERT_THAT(opened, IsOk());
    for (const std::string& state :
         static_cast<const v1::Consultation&>(**opened).member_states()) {
      ASSERT_THAT(
          TryAs(MemberOf(state), "RelationService/RecordReply",
                absl::StrCat("name: 'partners/algeria/consultations/c1' reply { "
                             "member_state: '",
                             state, "' position: POSITION_OBJECTS day: '",
                             FormatDay(DayInBrussels(absl::Now())), "' evidence: 'letter' }")),
          IsOk())
          << state;
    }
    for (std::string* const asked : {&asked_, &also_asked_}) {
      const auto answer = Try("ChangeRequestService/CreateChangeRequest", kPromotion);
      ASSERT_THAT(answer, IsOk());
      *asked = static_cast<const v1::ChangeRequest&>(**answer).name();
    }
    good_ = GoodRequests({.consultation = Consultation(),
                          .secondment = Secondment(),
                          .today = FormatDay(DayInBrussels(absl::Now())),
                          .asked = asked_,
                          .also_asked = also_asked_});
  }

  static std::string Consultation() {
    return absl::StrCat("parent: 'partners/algeria' consultation { question: 'Proposed?' opened: '",
                        FormatDay(DayInBrussels(absl::Now()) - 10), "' deadline: '",
                        FormatDay(DayInBrussels(absl::Now()) + 10), "' evidence: 'note' }");
  }

  static std::string Secondment() {
    return absl::StrCat(
        "parent: 'partners/georgia' secondment { kind: KIND_LIAISON_PROSECUTOR instrument: "
        "'partners/georgia/instruments/cooperation-agreement' from: '",
        FormatDay(DayInBrussels(absl::Now()) - 100), "' evidence: 'letter' }");
  }

  static std::string CallerOf(const std::string& method) {
    if (method == "ChangeRequestService/CreateChangeRequest") return kTbilisi;
    if (method == "ChangeRequestService/ApproveChangeRequest") return kOperator;
    if (method == "ChangeRequestService/RejectChangeRequest") return kOperator;
    if (method == "RelationService/ReportVolumes") return kExchange;
    return kDesk;
  }

  // The national member of a State.
  std::string MemberOf(const std::string& state) {
    const Partner* const partner =
        server_.application().store().View()->FindPartner(absl::StripPrefix(state, "partners/"));
    return absl::StrCat("spiffe://agency.example/agency/national-member/",
                        absl::AsciiStrToLower(partner->iso_alpha2), "/nm-2");
  }

  absl::StatusOr<AnyMessage> TryAs(
      const std::string& caller, const std::string& method, const std::string& text,
      const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    const MethodDescriptor& found = FindMethod(kPackage, method);
    const AnyMessage request = MakeRequest(found, text);
    for (const auto& [path, value] : changes) comity::testing::SetField(*request, path, value);
    return CallMethod(server_.ChannelOf(caller), found, *request);
  }

  absl::StatusOr<AnyMessage> Try(
      const std::string& method, const std::string& text,
      const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    return TryAs(CallerOf(method), method, text, changes);
  }

  std::int64_t Revision() { return server_.application().store().View()->revision(); }

  RegistryServer server_;
  std::string asked_;
  std::string also_asked_;
  std::vector<std::pair<std::string, std::string>> good_;
};

TEST_F(BadInputTest, EachIsRefusedWithItsFieldAndNothingIsRecorded) {
  const std::map<std::string, std::string> good(good_.begin(), good_.end());
  const std::int64_t before = Revision();
  for (const BadInput& bad : BadInputs()) {
    SCOPED_TRACE(
        absl::StrCat(bad.method, ", ", absl::StrJoin(bad.changes, " ", absl::PairFormatter(": "))));
    ASSERT_TRUE(good.contains(bad.method));
    const absl::Status refused = Try(bad.method, good.at(bad.method), bad.changes).status();
    EXPECT_THAT(refused, comity::testing::FailsWith(bad.code, bad.reason));
    EXPECT_EQ(FieldsOf(refused), bad.field);
    const Descriptor& type = *FindMethod(kPackage, bad.method).input_type();
    EXPECT_TRUE(bad.field.empty() || HasPath(type, bad.field));
    EXPECT_EQ(Revision(), before);
  }
  // Each was refused for its fault and nothing else: without it, it is done.
  for (const auto& [method, text] : good_) EXPECT_THAT(Try(method, text), IsOk()) << method;
  EXPECT_GT(Revision(), before);
}

TEST_F(BadInputTest, NoMethodAndNoKindOfFaultIsLeftOut) {
  std::map<std::string, std::set<Fault>> tried;
  for (const BadInput& bad : BadInputs()) tried[bad.method].insert(bad.fault);
  for (const MethodDescriptor* method :
       comity::testing::MethodsOf({absl::StrCat(kPackage, ".RelationService"),
                                   absl::StrCat(kPackage, ".ChangeRequestService")})) {
    const std::string name = comity::testing::NameOf(*method);
    EXPECT_TRUE(tried.contains(name)) << name;
    for (const Fault fault : FaultsOf(*method->input_type())) {
      EXPECT_TRUE(tried[name].contains(fault))
          << name << " is not tried with fault " << static_cast<int>(fault);
    }
  }
}

}  // namespace
}  // namespace comity::partner_registry
