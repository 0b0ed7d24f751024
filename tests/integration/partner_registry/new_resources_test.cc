// Every method that makes a resource names what is wrong with its id or parent by the field that
// its request has. The methods are those that the descriptors have.
#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/time/day.h"
#include "tests/integration/partner_registry/bad_input_table.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/any_method.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::AnyMessage;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using google::protobuf::MethodDescriptor;

struct Maker {
  std::string good;    // A request but for the id, as text.
  std::string reason;  // Of an id that is none; "": the server makes it up.
};

// By method.
std::map<std::string, Maker> Makers() {
  const absl::CivilDay today = DayInBrussels(absl::Now());
  const std::string georgia = "parent: 'partners/georgia' ";
  const std::string algeria = "parent: 'partners/algeria' ";
  return {
      {"CreatePartner",
       {"partner { kind: PARTNER_KIND_STATE display_name: 'Atlantis' }", "PARTNER_INVALID"}},
      {"CreateInstrument",
       {georgia + "instrument { kind: INSTRUMENT_KIND_OTHER_AGREEMENT title: 'Agreement' }",
        "INSTRUMENT_INVALID"}},
      {"RecordMilestone",
       {algeria +
            "milestone { axis: AXIS_CONTACT_POINT step: 'REQUESTED' day: '2026' evidence: 'note' }",
        ""}},
      {"CreateAuthority", {georgia + "authority { display_name: 'Court' }", "AUTHORITY_INVALID"}},
      {"CreateContact",
       {georgia +
            "contact { spiffe_id: 'spiffe://georgia.example/partner/georgia/contact/new-1' "
            "function: 'judge' authority: 'partners/georgia/authorities/prosecution-service' }",
        "CONTACT_INVALID"}},
      {"CreateCriteriaSet", {kCriteria, "CRITERIA_INVALID"}},
      {"RecordAssessment",
       {algeria +
            "assessment { criteria_set: 'criteriaSets/new-1' day: '2026-01-01' scores { criterion: "
            "'operational-necessity' points: 4 source: 'report' } }",
        ""}},
      {"RecordVolume",
       {algeria + "year: 2024 volume { counts { key: 'cases' value: 3 } source: 'report' }", ""}},
      {"OpenConsultation",
       {absl::StrCat(algeria, "consultation { question: 'Proposed?' opened: '",
                     FormatDay(today - 10), "' deadline: '", FormatDay(today + 10),
                     "' evidence: 'note' }"),
        "CONSULTATION_INVALID"}},
      {"CreateArrangement", {kArrangement, "ARRANGEMENT_INVALID"}},
      {"CreateSecondment",
       {absl::StrCat(georgia,
                     "secondment { kind: KIND_LIAISON_PROSECUTOR instrument: "
                     "'partners/georgia/instruments/cooperation-agreement' from: '",
                     FormatDay(today - 100), "' evidence: 'letter' }"),
        "SECONDMENT_INVALID"}},
      {"CreateChangeRequest", {kPromotion, ""}},
  };
}

std::string IdField(const MethodDescriptor& method) {
  for (int i = 0; i < method.input_type()->field_count(); ++i) {
    const std::string& name = method.input_type()->field(i)->name();
    if (absl::EndsWith(name, "_id") && name != "request_id") return name;
  }
  return "";
}

bool Has(const MethodDescriptor& method, const char* field) {
  return method.input_type()->FindFieldByName(field) != nullptr;
}

// Those that write and whose request says the id or parent of what they make.
std::vector<const MethodDescriptor*> MethodsThatMake() {
  std::vector<const MethodDescriptor*> methods;
  for (const MethodDescriptor* method :
       comity::testing::MethodsOf({kRegistryService, kRelationService, kChangeRequestService})) {
    if (Has(*method, "request_id") && (Has(*method, "parent") || !IdField(*method).empty())) {
      methods.push_back(method);
    }
  }
  return methods;
}

class NewResourcesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  absl::Status Try(const MethodDescriptor& method, const std::string& field,
                   const std::string& value) {
    const Maker& maker = makers_.at(method.name());
    const AnyMessage request = comity::testing::MakeRequest(method, maker.good);
    const std::string id_field = IdField(method);
    if (!id_field.empty()) comity::testing::SetField(*request, id_field, "new-1");
    if (!field.empty()) comity::testing::SetField(*request, field, value);
    const bool of_relations = method.service()->full_name() == kRelationService;
    const std::string caller = method.name() == "CreateChangeRequest" ? kTbilisi
                               : of_relations                         ? kDesk
                                                                      : kOperator;
    return comity::testing::CallMethod(server_.ChannelOf(caller), method, *request).status();
  }

  void ExpectNamed(const absl::Status& refused, const std::string& reason,
                   const std::string& field) {
    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, reason));
    const ErrorDetails details = DetailsOf(refused);
    ASSERT_EQ(details.fields.size(), 1U);
    EXPECT_EQ(details.fields[0].field, field);
  }

  const std::map<std::string, Maker> makers_ = Makers();
  RegistryServer server_;
};

TEST_F(NewResourcesTest, AnIdOrParentThatCannotBeIsRefusedByItsFieldInTheRequest) {
  const std::string too_long(64, 'x');
  for (const MethodDescriptor* method : MethodsThatMake()) {
    ASSERT_TRUE(makers_.contains(method->name())) << "say how " << method->name() << " is asked";
    const std::string id_field = IdField(*method);
    for (const std::string& id : {std::string(), std::string("A"), std::string("x/y"), too_long,
                                  std::string("x-"), std::string("1x"), std::string("x y")}) {
      if (id_field.empty()) break;
      SCOPED_TRACE(absl::StrCat(method->name(), " ", id_field, " \"", id, "\""));
      ExpectNamed(Try(*method, id_field, id), makers_.at(method->name()).reason, id_field);
    }
    for (const std::string& id : {std::string(), std::string("A"), std::string("x/y"), too_long,
                                  std::string("x-"), std::string("georgia/")}) {
      if (!Has(*method, "parent")) break;
      SCOPED_TRACE(absl::StrCat(method->name(), " of partners/", id));
      ExpectNamed(Try(*method, "parent", "partners/" + id), "NAME_INVALID", "parent");
    }
    if (Has(*method, "parent")) {
      SCOPED_TRACE(method->name());
      ExpectNamed(Try(*method, "parent", ""), "NAME_INVALID", "parent");
      ExpectNamed(Try(*method, "parent", "georgia"), "NAME_INVALID", "parent");
    }
    EXPECT_THAT(Try(*method, "", ""), IsOk()) << method->name() << " was refused for its id alone";
  }
}

}  // namespace
}  // namespace comity::partner_registry
