#include "tests/testing/validate_only.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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

using Chance = std::mt19937_64;

// Where a request has `field`, of its own or of its options; "": nowhere.
std::string PathOf(const std::string& field, const Descriptor& request) {
  if (request.FindFieldByName(field) != nullptr) return field;
  const FieldDescriptor* const options = request.FindFieldByName("options");
  const bool below = options != nullptr && options->message_type() != nullptr &&
                     options->message_type()->FindFieldByName(field) != nullptr;
  return below ? absl::StrCat("options.", field) : "";
}

template <typename T>
const T& OneOf(const std::vector<T>& values, Chance& chance) {
  return values[std::uniform_int_distribution<std::size_t>(0, values.size() - 1)(chance)];
}

AnyMessage CopyOf(const Message& message) {
  AnyMessage copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

// Something good everywhere; in half of all requests something bad in a place or two.
AnyMessage Draw(const MethodDescriptor& method, const Grammar& grammar,
                const std::string& request_id, Chance& chance) {
  AnyMessage request = MakeRequest(method, OneOf(grammar.requests, chance));
  SetField(*request, PathOf("request_id", *method.input_type()), request_id);
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

// A request that was done, which may come again, and its request_id, which may come with another.
struct Done {
  std::string request_id;
  AnyMessage request;
};

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
    if (!PathOf("validate_only", *method->input_type()).empty()) methods.push_back(method);
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
  const std::string path = PathOf("validate_only", *method.input_type());
  const std::uint64_t seed = Seed();
  std::cout << NameOf(method) << ": seed " << seed << "\n";
  Chance chance(seed);
  std::vector<Done> all_done;
  int good = 0;
  int repeated = 0;
  int reused = 0;
  for (int i = 0; i < trial.cases; ++i) {
    // One in eight was done before, and one in eight has the request_id of such a one.
    const int lot = all_done.empty() ? 0 : std::uniform_int_distribution<int>(1, 8)(chance);
    const std::string request_id =
        lot == 2 ? OneOf(all_done, chance).request_id
                 : absl::StrFormat("01900000-0000-7000-8000-%012x", chance() >> 16);
    const AnyMessage request = lot == 1 ? CopyOf(*OneOf(all_done, chance).request)
                                        : Draw(method, grammar, request_id, chance);
    const std::int64_t before = trial.written();
    SetField(*request, path, "true");
    const absl::StatusOr<AnyMessage> foreseen = trial.call(*request);
    ASSERT_EQ(trial.written(), before) << "a question was written: " << request->DebugString();
    SetField(*request, path, "");
    const absl::StatusOr<AnyMessage> done = trial.call(*request);
    ASSERT_EQ(Difference(foreseen, done, grammar.server_names), "")
        << "seed " << seed << ", case " << i << ": " << request->DebugString() << done.status();
    if (ReasonOf(done.status()) == "REQUEST_ID_REUSED") ++reused;
    if (!done.ok()) continue;
    ++good;
    if (lot == 1) {
      ++repeated;
    } else {
      all_done.push_back({request_id, CopyOf(*request)});
    }
  }
  std::cout << NameOf(method) << ": " << good << " of " << trial.cases << " were good, " << repeated
            << " of them repetitions; " << reused << " had the request_id of another\n";
  EXPECT_GE(good, trial.cases / 10);
  EXPECT_LE(good, trial.cases - trial.cases / 10);
  EXPECT_GT(repeated, 0);
  EXPECT_GT(reused, 0);
}

}  // namespace comity::testing
