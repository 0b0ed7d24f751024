#pragma once

#include <cstddef>
#include <utility>

#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/legal/supposition.h"
#include "common/time/day.h"

namespace comity::transfer_proto {

// Fills an answer of a service's ListAffected (`Response`) as far as a message goes: at most 10,000
// rows in `affected` and what fits into 6 MiB, below what a message may have; what is left out is
// said (`truncated`).
template <typename Response>
class AffectedAnswer {
 public:
  // `response` is not owned. `revision` is the registry's.
  AffectedAnswer(absl::CivilDay day, const legal::Revision& revision, Response* response)
      : response_(response) {
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
    bytes_ += row.ByteSizeLong();
    if (response_->affected_size() == kMostRows || bytes_ > kMostBytes) {
      response_->set_truncated(true);
      return false;
    }
    *response_->add_affected() = std::move(row);
    return true;
  }

 private:
  static constexpr int kMostRows = 10'000;
  static constexpr std::size_t kMostBytes = std::size_t{6} << 20;

  Response* const response_;
  std::size_t bytes_ = 0;
};

}  // namespace comity::transfer_proto
