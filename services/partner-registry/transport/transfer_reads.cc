// The transfer check, of one question and of many.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/transfer_proto/transfer_proto.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/transport/reads.h"

namespace comity::partner_registry {
namespace {

constexpr int kMostQuestions = 1000;                      // Of one call.
constexpr std::size_t kMostBytes = std::size_t{6} << 20;  // Below what a message may have.

bool SameRevision(const v1::TransferQuestion& one, const v1::TransferQuestion& other) {
  return one.has_at_revision() == other.has_at_revision() &&
         one.at_revision().store_id() == other.at_revision().store_id() &&
         one.at_revision().number() == other.at_revision().number();
}

}  // namespace

// What nobody has ever heard of is a slip of the pen; what was not known then is an answer.
absl::Status Reads::CheckKnown(const Sight& sight, const Registry& now,
                               const v1::TransferQuestion& asked,
                               const transfer_proto::FieldPath& path) {
  const auto check = [&](absl::string_view name, absl::string_view field) {
    const absl::string_view partner = legal::PartnerOf(name);
    if (!partner.empty() && now.FindPartner(partner.substr(9)) != nullptr &&
        sight.SeesPartner(partner.substr(9))) {
      return absl::OkStatus();
    }
    const std::string whole = absl::StrCat(path.ToString(), ".", field);
    const absl::Status unknown = NoSuch("partner", "PARTNER_NOT_FOUND");
    ErrorDetails details = DetailsOf(unknown);
    details.metadata["field"] = whole;
    return MakeError(unknown.code(), absl::StrCat(whole, ": ", unknown.message()),
                     std::move(details));
  };
  COMITY_RETURN_IF_ERROR(check(asked.counterpart(), "counterpart"));
  for (int i = 0; i < asked.origins_size(); ++i) {
    const std::string& partner = asked.origins(i).partner();
    if (partner.empty()) continue;
    COMITY_RETURN_IF_ERROR(check(partner, absl::StrCat("origins[", i, "].partner")));
  }
  for (int i = 0; i < asked.decisions_size(); ++i) {
    const std::string& partner = asked.decisions(i).partner();
    if (partner.empty()) continue;
    COMITY_RETURN_IF_ERROR(check(partner, absl::StrCat("decisions[", i, "].partner")));
  }
  return absl::OkStatus();
}

void Reads::Answer(const Registry& then, legal::Question question, bool of_the_past,
                   v1::TransferVerdict& response) const {
  if (of_the_past) question.mode = legal::Mode::kExplore;
  legal::Verdict verdict = legal::Evaluate(then.facts(), question);
  counts_->Count(verdict);
  transfer_proto::WriteVerdict(std::move(verdict), response);
}

absl::Status Reads::EvaluateTransfer(const rpc::Call& call,
                                     const v1::EvaluateTransferRequest& request,
                                     v1::TransferVerdict* response) const {
  const v1::TransferQuestion& asked = request.question();
  COMITY_ASSIGN_OR_RETURN(legal::Question question,
                          transfer_proto::QuestionFromProto(asked, clock_->Now(), "question"));
  // Before the view: what is current then is current in it. An answer of the past stays true.
  if (!asked.has_at_revision()) COMITY_RETURN_IF_ERROR(leases_->MayAnswer());
  COMITY_ASSIGN_OR_RETURN(Then then, Now(call));
  const transfer_proto::FieldPath path(nullptr, "question");
  COMITY_RETURN_IF_ERROR(CheckKnown(Sight(then.viewer(), *clock_), *then, asked, path));
  if (asked.has_at_revision()) {
    COMITY_RETURN_IF_ERROR(GoBack(asked.at_revision(), "question.at_revision", then));
  }
  Answer(*then, std::move(question), asked.has_at_revision(), *response);
  return absl::OkStatus();
}

absl::Status Reads::BatchEvaluateTransfers(const rpc::Call& call,
                                           const v1::BatchEvaluateTransfersRequest& request,
                                           v1::BatchEvaluateTransfersResponse* response) const {
  const int count = request.requests_size();
  if (count == 0 || count > kMostQuestions) {
    return InvalidField("FIELD_INVALID", "requests",
                        absl::StrCat("holds ", count, " questions: send 1 to ", kMostQuestions));
  }
  const absl::Time now = clock_->Now();
  const v1::TransferQuestion& first = request.requests(0).question();
  std::vector<legal::Question> questions(count);
  for (int i = 0; i < count; ++i) {
    const transfer_proto::FieldPath item(nullptr, "requests", i);
    const v1::TransferQuestion& asked = request.requests(i).question();
    const transfer_proto::FieldPath field(&item, "question");
    COMITY_ASSIGN_OR_RETURN(questions[i], transfer_proto::QuestionFromProto(asked, now, field));
    if (!SameRevision(asked, first)) {
      return InvalidField("FIELD_INVALID", absl::StrCat(field.ToString(), ".at_revision"),
                          "must be that of the first question: all are answered on one state");
    }
  }
  if (!first.has_at_revision()) COMITY_RETURN_IF_ERROR(leases_->MayAnswer());
  COMITY_ASSIGN_OR_RETURN(Then then, Now(call));
  const Sight sight(then.viewer(), *clock_);
  for (int i = 0; i < count; ++i) {
    const transfer_proto::FieldPath item(nullptr, "requests", i);
    const transfer_proto::FieldPath path(&item, "question");
    COMITY_RETURN_IF_ERROR(CheckKnown(sight, *then, request.requests(i).question(), path));
  }
  if (first.has_at_revision()) {
    COMITY_RETURN_IF_ERROR(GoBack(first.at_revision(), "requests[0].question.at_revision", then));
  }
  std::size_t bytes = 0;
  for (legal::Question& question : questions) {
    if (call.Cancelled()) break;
    v1::TransferVerdict& verdict = *response->add_verdicts();
    Answer(*then, std::move(question), first.has_at_revision(), verdict);
    bytes += verdict.ByteSizeLong();
    if (bytes > kMostBytes) {
      return InvalidField("FIELD_INVALID", "requests",
                          "their verdicts come to more than 6 MiB: send fewer questions");
    }
  }
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
