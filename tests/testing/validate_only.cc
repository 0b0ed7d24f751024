#include "tests/testing/validate_only.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "tests/testing/seed.h"

namespace comity::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::Reflection;
using google::protobuf::util::MessageDifferencer;

constexpr char kField[] = "validate_only";

using Chance = std::mt19937_64;

// Where a request says it; "": nowhere.
std::string PathOf(const Descriptor& request) {
  if (request.FindFieldByName(kField) != nullptr) return kField;
  const FieldDescriptor* const options = request.FindFieldByName("options");
  const bool below = options != nullptr && options->message_type() != nullptr &&
                     options->message_type()->FindFieldByName(kField) != nullptr;
  return below ? absl::StrCat("options.", kField) : "";
}

const std::string& OneOf(const std::vector<std::string>& values, Chance& chance) {
  return values[std::uniform_int_distribution<std::size_t>(0, values.size() - 1)(chance)];
}

// Something good everywhere; in half of all requests something bad in a place or two.
AnyMessage Draw(const MethodDescriptor& method, const Grammar& grammar, Chance& chance) {
  AnyMessage request = MakeRequest(method, OneOf(grammar.requests, chance));
  for (const Alternatives& field : grammar.fields) {
    if (!field.good.empty()) SetField(*request, field.path, OneOf(field.good, chance));
  }
  std::vector<const Alternatives*> spoilt;
  for (const Alternatives& field : grammar.fields) {
    if (!field.bad.empty()) spoilt.push_back(&field);
  }
  constexpr int kPlaces[] = {0, 0, 0, 1, 1, 2};
  const int places = kPlaces[std::uniform_int_distribution<int>(0, 5)(chance)];
  for (int i = 0; i < places && !spoilt.empty(); ++i) {
    const Alternatives& field =
        *spoilt[std::uniform_int_distribution<std::size_t>(0, spoilt.size() - 1)(chance)];
    SetField(*request, field.path, OneOf(field.bad, chance));
  }
  return request;
}

// Takes out what only the call itself has: revisions, etags, instants.
void ClearWritten(Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& fields = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* const field = type.field(i);
    const Descriptor* const inner = field->message_type();
    if (field->name() == "etag" ||
        (inner != nullptr && (inner->full_name() == "comity.ledger.v1.Revision" ||
                              inner->full_name() == "google.protobuf.Timestamp"))) {
      fields.ClearField(&message, field);
    } else if (inner != nullptr && !field->is_map()) {
      if (!field->is_repeated()) {
        if (fields.HasField(message, field)) ClearWritten(*fields.MutableMessage(&message, field));
        continue;
      }
      for (int at = 0; at < fields.FieldSize(message, field); ++at) {
        ClearWritten(*fields.MutableRepeatedMessage(&message, field, at));
      }
    }
  }
}

std::string VerdictOf(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  std::string verdict = absl::StrCat(absl::StatusCodeToString(status.code()), " ", details.reason);
  for (const FieldViolation& field : details.fields) absl::StrAppend(&verdict, " ", field.field);
  for (const PreconditionViolation& each : details.preconditions) {
    absl::StrAppend(&verdict, " ", each.type, " ", each.subject);
  }
  return verdict;
}

// How the two answers differ; "": in nothing but what only the call itself has.
std::string Difference(const absl::StatusOr<AnyMessage>& foreseen,
                       const absl::StatusOr<AnyMessage>& done, bool server_names) {
  const std::string asked = VerdictOf(foreseen.status());
  const std::string called = VerdictOf(done.status());
  if (asked != called) return absl::StrCat("foreseen ", asked, ", but done ", called);
  if (!done.ok()) return "";
  for (const AnyMessage* answer : {&*foreseen, &*done}) {
    ClearWritten(**answer);
    if (server_names) SetField(**answer, "name", "");
  }
  std::string report;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&report);
  const bool same = differencer.Compare(**foreseen, **done);
  return same || !report.empty() ? report : "the answers differ";
}

}  // namespace

std::vector<const MethodDescriptor*> MethodsThatValidate(const std::vector<std::string>& services) {
  std::vector<const MethodDescriptor*> methods;
  for (const MethodDescriptor* method : MethodsOf(services)) {
    if (!PathOf(*method->input_type()).empty()) methods.push_back(method);
  }
  return methods;
}

std::vector<std::string> Numbered(const std::string& prefix, int count) {
  std::vector<std::string> made;
  for (int i = 0; i < count; ++i) made.push_back(absl::StrCat(prefix, i));
  return made;
}

void ExpectTheVerdictOfTheCall(const MethodDescriptor& method, const Grammar& grammar,
                               const Trial& trial) {
  const std::string path = PathOf(*method.input_type());
  const std::uint64_t seed = Seed();
  std::cout << NameOf(method) << ": seed " << seed << "\n";
  Chance chance(seed);
  int good = 0;
  for (int i = 0; i < trial.cases; ++i) {
    const AnyMessage request = Draw(method, grammar, chance);
    const std::int64_t before = trial.written();
    SetField(*request, path, "true");
    const absl::StatusOr<AnyMessage> foreseen = trial.call(*request);
    ASSERT_EQ(trial.written(), before) << "a question was written: " << request->DebugString();
    SetField(*request, path, "");
    const absl::StatusOr<AnyMessage> done = trial.call(*request);
    ASSERT_EQ(Difference(foreseen, done, grammar.server_names), "")
        << "seed " << seed << ", case " << i << ": " << request->DebugString() << done.status();
    if (done.ok()) ++good;
  }
  std::cout << NameOf(method) << ": " << good << " of " << trial.cases << " were good\n";
  EXPECT_GE(good, trial.cases / 10);
  EXPECT_LE(good, trial.cases - trial.cases / 10);
}

}  // namespace comity::testing
