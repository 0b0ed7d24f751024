#pragma once

#include <cstddef>
#include <utility>

#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/legal/supposition.h"
#include "common/time/day.h"

namespace comity::transfer_proto {

// How much there is in one answer.
struct AffectedLimits {
  int rows = 10'000;
  std::size_t bytes = std::size_t{6} << 20;  // Below what a message may have.
};

// Fills an answer of a service's ListAffected (`Response`) as far as the limits go; what is left
// out is said (`truncated`).
template <typename Response>
class AffectedAnswer {
 public:
  // `response` is not owned. `revision` is the registry's.
  AffectedAnswer(absl::CivilDay day, const legal::Revision& revision, AffectedLimits limits,
                 Response* response)
      : limits_(limits), response_(response) {
    response->set_day(FormatDay(day));
    response->mutable_registry_revision()->set_store_id(revision.store_id);
    response->mutable_registry_revision()->set_number(revision.number);
  }

  // Adds `row`, with what `change` says. False: there is no room for it, nor for any other.
  template <typename Row>
  bool Add(Row row, legal::ChangedOutcome change) {
    row.set_counterpart(std::move(change.counterpart));
    row.set_outcome_before(static_cast<partner_registry::v1::TransferOutcome>(change.before));
    row.set_outcome_after(static_cast<partner_registry::v1::TransferOutcome>(change.after));
    row.set_sentence(std::move(change.sentence));
    return Add(std::move(row));
  }

  // Adds `row` as it is; likewise.
  template <typename Row>
  bool Add(Row row) {
    bytes_ += row.ByteSizeLong();
    if (response_->affected_size() == limits_.rows || bytes_ > limits_.bytes) {
      response_->set_truncated(true);
      return false;
    }
    *response_->add_affected() = std::move(row);
    return true;
  }

 private:
  const AffectedLimits limits_;
  Response* const response_;
  std::size_t bytes_ = 0;
};

}  // namespace comity::transfer_proto
