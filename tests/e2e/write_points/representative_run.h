#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "tests/integration/document_exchange/world.h"

namespace comity::document_exchange {

// What a step was acknowledged with; small enough for a pipe to take at once.
struct Acknowledgement {
  std::int64_t step = 0;
  std::int64_t revision = 0;
  std::int64_t leaf_count = 0;
  std::int64_t value = 0;  // The step's own.
  std::int64_t published_size = 0;
  crypto::Digest published_root{};
};

// A bit of everything that a service writes, each thing once: mutations and their repetition,
// refusals, disclosures, checkpoints, an upload in pieces, a submission, a restart, a release, a
// confirmation, a restriction, a withdrawal, an upload that expires, a document that is erased.
//
// Made before the processes are forked that run it, so that all of them know the same documents and
// request ids. A step can be run again whatever became of it before.
class RepresentativeRun {
 public:
  explicit RepresentativeRun(World* world);

  std::size_t size() const { return steps_.size(); }

  // Runs a step on the open world and waits until its checkpoint is published: then every run makes
  // the same writes in the same order.
  absl::StatusOr<Acknowledgement> Run(std::size_t step);

  // The logical state: what there is, in words that are the same in every run. `numbers` adds
  // revisions, leaves and records, which a step that is run again may add to.
  std::string Describe(bool numbers);

  // Expects everything that was acknowledged, and a journal whose ledger, feed and times are whole.
  void ExpectKept(const std::vector<Acknowledgement>& acknowledged);

 private:
  using Step = std::function<absl::Status(Acknowledgement&)>;

  absl::Status Note(Acknowledgement& acknowledgement);
  absl::Status Disclose(Acknowledgement& acknowledgement);
  absl::Status BeRefused();
  absl::Status Decide();
  absl::Status OpenUpload(const SealedLetter& letter, const std::string& request_id);
  absl::Status Append(std::size_t content_bytes, Acknowledgement& acknowledgement);
  absl::Status Submit();
  absl::Status Confirm();
  absl::Status Restrict();
  absl::Status Withdraw();
  absl::Status RunTimersAt(absl::Duration moment);
  std::string UploadOf(const SealedLetter& letter);
  std::string Stored(PayloadKind kind);
  bool Erased();

  World& world_;
  std::vector<Step> steps_;
  std::string request_ids_[8];
  const absl::Time start_;
  SealedLetter letter_;
  SealedLetter abandoned_;
  SealedLetter forbidden_;
  std::pair<std::string, std::string> confirmation_;
  std::size_t first_piece_ = 0;  // Steps.
  std::size_t submission_ = 0;
};

// Waits for the checkpoint over everything committed, or until `over` says so.
absl::Status AwaitCheckpoint(
    journal::Journal& journal, const std::function<bool()>& over = [] { return false; });

// Ledger, feed and commit times agree with each other and with the head.
void ExpectWhole(journal::Journal& journal);

}  // namespace comity::document_exchange
