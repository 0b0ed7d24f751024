// CreateUpload asked with `validate_only` (M10).
#include "tests/testing/validate_only.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/integration/document_exchange/exchange_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using ::comity::testing::IsOk;
using google::protobuf::Message;

constexpr int kCases = 200;
constexpr char kUnknown[] = "01900000-0000-7000-8000-000000000000";

class ValidateOnlyTest : public ExchangeServerTest {
 protected:
  // More of them than one may have open.
  std::vector<std::string> Requests() {
    std::vector<std::string> requests;
    for (int i = 0; i < 150; ++i) {
      requests.push_back(CreateRequest(world_.Seal({.size = 100})).DebugString());
    }
    return requests;
  }
};

TEST_F(ValidateOnlyTest, AQuestionHasTheVerdictOfTheCall) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const auto methods = comity::testing::MethodsThatValidate({kExchangeService});
  ASSERT_THAT(methods, ::testing::SizeIs(1)) << "give the others a grammar";
  const std::shared_ptr<grpc::Channel> channel = server_->Channel(kDesk);

  comity::testing::ExpectTheVerdictOfTheCall(
      *methods[0],
      {.requests = Requests(),
       .fields = {{"document_id", {}, {"", "x"}},
                  {"content_length", {}, {"", "-1", "1", "99999999999999"}},
                  {"description_length", {}, {"", "-1", "99999999"}},
                  {"recipients[1]", {kTbilisi}, {"", "x", kPanama}},
                  {"context.question.data_kind", {}, {"", "99"}},
                  {"context.question.annex_ii", {}, {"", "99", "ANNEX_COVERAGE_OUTSIDE"}},
                  {"context.question.purpose.task", {}, {""}},
                  {"context.question.origins[0].partner", {}, {"", "x", "partners/italy"}},
                  {"context.question.origins[0].kind", {}, {"", "99"}},
                  {"context.derived_from[0]", {}, {"", "x", absl::StrCat("documents/", kUnknown)}},
                  {"request_id", {}, {"x"}}},
       .server_names = true},
      {.cases = kCases,
       .call =
           [&](const Message& request) {
             return comity::testing::CallMethod(channel, *methods[0], request);
           },
       // Of a refused attempt there is an entry in the ledger, also if it only asked.
       .written = [this] { return world_.journal->head().revision; }});
}

}  // namespace
}  // namespace comity::document_exchange
