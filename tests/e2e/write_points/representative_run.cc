#include "tests/e2e/write_points/representative_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/journal/pruning.h"
#include "common/ledger/hash.h"
#include "common/ledger/proof.h"
#include "common/ledger/tree.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::document_exchange {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::int32_t>::max();

// Since the start of the run.
constexpr absl::Duration kUploadOver = absl::Hours(25);
constexpr absl::Duration kDocumentOver = absl::Hours(24 * 30);

enum Ids {
  kNoteId,
  kDecideId,
  kUploadId,
  kSubmitId,
  kConfirmId,
  kRestrictId,
  kWithdrawId,
  kAbandonId
};

absl::Status Unexpected(absl::string_view what) {
  return absl::InternalError(absl::StrCat("unexpected: ", what));
}

absl::Status IsDone(const absl::Status& status, absl::string_view also) {
  return ReasonOf(status) == also ? absl::OkStatus() : status;
}

// The run's own reads have no reason to fail.
template <typename Value>
Value Must(absl::StatusOr<Value> value) {
  return *std::move(value);
}

}  // namespace

absl::Status AwaitCheckpoint(journal::Journal& journal, const std::function<bool()>& over) {
  const absl::Time until = absl::Now() + absl::Seconds(60);
  while (!over()) {
    const auto published = journal.LatestCheckpoint();
    const std::int64_t size = published.ok() ? published->size : 0;
    if (size == journal.head().leaf_count) return absl::OkStatus();
    if (absl::Now() > until) return Unexpected("no checkpoint is published");
    std::this_thread::yield();  // The publisher is a thread of this process.
  }
  return absl::OkStatus();
}

void ExpectWhole(journal::Journal& journal) {
  const journal::Head head = journal.head();
  const auto entries = journal.ReadEntries(0, kAll);
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(static_cast<std::int64_t>(entries->size()), head.leaf_count);
  ledger::Tree tree;
  absl::Time time = absl::InfinitePast();
  for (const journal::Entry& entry : *entries) {
    ASSERT_EQ(entry.leaf_index, tree.size());
    ASSERT_TRUE(entry.salt && entry.body) << "the key of an entry is gone";
    ASSERT_EQ(entry.commitment, ledger::Commitment(*entry.salt, *entry.body));
    ASSERT_GE(entry.commit_time, time);
    time = entry.commit_time;
    tree.Append(entry.commitment);
  }
  if (head.leaf_count > 0) {
    EXPECT_EQ(ledger::RootAt(*journal.Tiles(), head.leaf_count).value(), tree.root());
  }

  const auto feed = journal.ReadFeed(0, kAll);
  ASSERT_TRUE(feed.ok()) << feed.status();
  std::int64_t revision = 0;
  for (const journal::Version& version : *feed) {
    ASSERT_GE(version.revision, revision);
    revision = version.revision;
  }
  EXPECT_LE(revision, head.revision);
  const auto rows = journal.Read();
  ASSERT_TRUE(rows.ok()) << rows.status();
  const auto committed = rows->sql().Prepare(
      "SELECT revision, commit_micros FROM journal_mutations ORDER BY revision");
  ASSERT_TRUE(committed.ok()) << committed.status();
  std::int64_t micros = 0;
  for (revision = 1; revision <= head.revision; ++revision) {
    ASSERT_TRUE((*committed)->Step().value());
    ASSERT_EQ((*committed)->Int64(0), revision);
    ASSERT_GE((*committed)->Int64(1), micros);
    micros = (*committed)->Int64(1);
  }
}

RepresentativeRun::RepresentativeRun(World* world) : world_(*world), start_(world->clock.Now()) {
  for (std::string& id : request_ids_) id = NewUuid(world_.clock.Now());
  letter_ = world_.Seal({.size = 3000});
  abandoned_ = world_.Seal({.size = 100});
  forbidden_ = world_.Seal({.recipients = {kDesk, kPanama}, .size = 100});
  confirmation_ = world_.Confirmation(kTbilisi, letter_);

  const auto add = [&](Step step) { steps_.push_back(std::move(step)); };
  add([&](auto&) { return Decide(); });
  add([&](auto& told) { return Note(told); });
  add([&](auto& told) { return Disclose(told); });
  add([&](auto&) { return BeRefused(); });
  add([&](auto&) { return OpenUpload(letter_, request_ids_[kUploadId]); });
  first_piece_ = steps_.size();
  add([&](auto& told) { return Append(1500, told); });
  add([&](auto& told) { return Append(letter_.content.size(), told); });
  submission_ = steps_.size();
  add([&](auto&) { return Submit(); });
  add([&](auto&) {
    // SQLite moves its log into the database when it is closed.
    world_.Restart();
    return world_.exchange == nullptr ? Unexpected("no restart") : absl::OkStatus();
  });
  add([&](auto&) { return world_.Release(kTbilisi, letter_.upload.document_id).status(); });
  add([&](auto&) { return Confirm(); });
  add([&](auto&) { return Restrict(); });
  add([&](auto&) { return OpenUpload(abandoned_, request_ids_[kAbandonId]); });
  add([&](auto&) { return Withdraw(); });
  // The upload expires; the document is condemned, and erased.
  for (const absl::Duration moment :
       {kUploadOver, kDocumentOver, kDocumentOver + journal::kErasureDelay}) {
    add([this, moment](auto&) { return RunTimersAt(moment); });
  }
}

absl::StatusOr<Acknowledgement> RepresentativeRun::Run(std::size_t step) {
  Acknowledgement told{.step = static_cast<std::int64_t>(step)};
  COMITY_RETURN_IF_ERROR(steps_[step](told));
  COMITY_RETURN_IF_ERROR(AwaitCheckpoint(*world_.journal));
  const journal::Head head = world_.journal->head();
  told.revision = head.revision;
  told.leaf_count = head.leaf_count;
  if (const auto published = world_.journal->LatestCheckpoint(); published.ok()) {
    told.published_size = published->size;
    told.published_root = published->root;
  }
  return told;
}

absl::Status RepresentativeRun::Decide() {
  RecordedDecision decision = World::Authorisation();
  return world_.exchange
      ->RecordDecision(world_.By(kFrance, "test/RecordDecision", request_ids_[kDecideId]), decision)
      .status();
}

absl::Status RepresentativeRun::Note(Acknowledgement& told) {
  const auto write = [&] {
    return world_.journal->Mutate(
        {.caller = kDesk,
         .method = "test/Note",
         .request_id = request_ids_[kNoteId],
         .request_digest = crypto::Sha256("note")},
        [](journal::Turn& turn) -> absl::Status {
          turn.SetResource("notes/1");
          COMITY_RETURN_IF_ERROR(turn.Put("note", "1", "noted"));
          return turn.AddLeaf({.kind = journal::kMutationEntry, .resource = "notes"}).status();
        });
  };
  COMITY_ASSIGN_OR_RETURN(const journal::Committed first, write());
  COMITY_ASSIGN_OR_RETURN(const journal::Committed again, write());
  if (!again.replayed || again.revision != first.revision || again.resource != "notes/1") {
    return Unexpected("a repetition was done twice");
  }
  told.value = first.revision;
  return absl::OkStatus();
}

absl::Status RepresentativeRun::Disclose(Acknowledgement& told) {
  COMITY_ASSIGN_OR_RETURN(const journal::Entry entry, world_.journal->RecordLeaf([](absl::Time) {
    return "{\"disclosed\":1}";
  }));
  told.value = entry.leaf_index;
  return absl::OkStatus();
}

absl::Status RepresentativeRun::BeRefused() {
  const Request request = world_.By(kDesk, "test/CreateUpload");
  const auto refused = world_.exchange->CreateUpload(request, forbidden_.upload);
  if (refused.ok()) return Unexpected("Panama is permitted");
  COMITY_RETURN_IF_ERROR(IsDone(refused.status(), "TRANSFER_NOT_PERMITTED"));
  return request.evidenced ? absl::OkStatus() : Unexpected("a refusal without evidence");
}

absl::Status RepresentativeRun::OpenUpload(const SealedLetter& letter,
                                           const std::string& request_id) {
  return world_.exchange
      ->CreateUpload(world_.By(kDesk, "test/CreateUpload", request_id), letter.upload)
      .status();
}

std::string RepresentativeRun::UploadOf(const SealedLetter& letter) {
  const auto rows = world_.tables->Read();
  if (!rows.ok()) return "";
  const auto uploads = (*rows)->UploadsOfDocument(letter.upload.document_id);
  return uploads.ok() && !uploads->empty() ? uploads->back().id : "";
}

absl::Status RepresentativeRun::Append(std::size_t content_bytes, Acknowledgement& told) {
  COMITY_ASSIGN_OR_RETURN(OpenedUpload opened,
                          world_.exchange->OpenUpload(world_.By(kDesk), UploadOf(letter_)));
  const bool last = content_bytes == letter_.content.size();
  COMITY_RETURN_IF_ERROR(opened.writer->Append(
      PayloadKind::kContent, 0, absl::string_view(letter_.content).substr(0, content_bytes)));
  if (last) {
    COMITY_RETURN_IF_ERROR(
        opened.writer->Append(PayloadKind::kDescription, 0, letter_.description));
  }
  COMITY_ASSIGN_OR_RETURN(const PayloadSizes sizes, opened.writer->Sync());
  told.value = sizes.content;
  return absl::OkStatus();
}

absl::Status RepresentativeRun::Submit() {
  Submission submission = letter_.submission;
  submission.upload_id = UploadOf(letter_);
  // Gone if it was submitted: any id will do to ask the journal.
  if (submission.upload_id.empty()) submission.upload_id = request_ids_[kSubmitId];
  return world_.exchange
      ->Submit(world_.By(kDesk, "test/SubmitDocument", request_ids_[kSubmitId]), submission)
      .status();
}

absl::Status RepresentativeRun::Confirm() {
  return world_.exchange
      ->ConfirmRetrieval(world_.By(kTbilisi, "test/ConfirmRetrieval", request_ids_[kConfirmId]),
                         letter_.upload.document_id, confirmation_.first, confirmation_.second)
      .status();
}

absl::Status RepresentativeRun::Restrict() {
  return world_.exchange
      ->AddRestriction(world_.By(kDesk, "test/AddRestriction", request_ids_[kRestrictId]),
                       letter_.upload.document_id, {.use = legal::UseRestriction::kNoPassingOn})
      .status();
}

absl::Status RepresentativeRun::Withdraw() {
  std::string id;
  {
    COMITY_ASSIGN_OR_RETURN(const auto rows, world_.tables->Read());
    COMITY_ASSIGN_OR_RETURN(const auto decisions, rows->DecisionsOfCase(kCase));
    if (decisions.size() != 1) return Unexpected("not one decision");
    id = decisions.front().name.substr(std::string("decisions/").size());
  }
  return world_.exchange
      ->WithdrawDecision(world_.By(kFrance, "test/WithdrawDecision", request_ids_[kWithdrawId]), id,
                         "The case is closed.")
      .status();
}

absl::Status RepresentativeRun::RunTimersAt(absl::Duration moment) {
  // A process that died may have come further than the clock of the one that goes on.
  world_.clock.Advance(std::max(absl::ZeroDuration(), start_ + moment - world_.clock.Now()));
  return world_.exchange->RunTimers().status();
}

std::string RepresentativeRun::Stored(PayloadKind kind) {
  const std::string name = kind == PayloadKind::kContent ? "content" : "description";
  const std::string& document = letter_.upload.document_id;
  const std::string upload = UploadOf(letter_);
  const std::string folder = upload.empty() ? absl::StrCat("payloads/documents/", document)
                                            : absl::StrCat("payloads/uploads/", upload);
  const auto bytes = storage::ReadFile(world_.folder / (folder + "/" + name));
  return bytes.ok() ? *bytes : "";
}

bool RepresentativeRun::Erased() {
  const auto document = Must(Must(world_.tables->Read())->FindDocument(letter_.upload.document_id));
  return document && document->erased_at();
}

std::string RepresentativeRun::Describe(bool numbers) {
  std::string text;
  const auto line = [&](const auto&... parts) { absl::StrAppend(&text, parts..., "\n"); };
  journal::Journal& journal = *world_.journal;
  for (const journal::Version& note : Must(journal.LatestVersions("note"))) {
    line("note ", note.id, " ", *note.body);
  }
  const auto rows = Must(world_.tables->Read());
  DecisionFilter everybodys;
  everybodys.all = true;
  for (const RecordedDecision& recorded :
       Must(rows->ListDecisions(everybodys, std::numeric_limits<std::int64_t>::max(), kAll))) {
    line("decision ", recorded.evidence, recorded.revision != recorded.position ? " changed" : "");
  }
  for (const SealedLetter* const letter : {&letter_, &abandoned_, &forbidden_}) {
    const std::string& id = letter->upload.document_id;
    if (!UploadOf(*letter).empty()) line("upload of ", id);
    const auto document = Must(rows->FindDocument(id));
    if (!document) continue;
    line("document ", id, " restricted ", document->added_restrictions.size(), " erased ",
         document->erasure == Erasure::kErased);
    // Nothing is there that is said to be erased, and what is not is whole.
    line("  content ", Stored(PayloadKind::kContent).size());
    for (const Recipient& recipient : document->recipients) {
      line("  for ", recipient.spiffe_id, " ", Name(recipient.state), " ", recipient.handed_over);
    }
    for (const StoredStatement& statement : Must(rows->StatementsOf(id))) {
      line("  ", Name(statement.kind), " ", statement.recipient);
    }
    const auto seen = world_.exchange->Get(world_.By(kDesk), id);
    line("  manifest ", seen.ok() && seen->manifest == letter->submission.manifest);
  }
  line("folders of uploads ", Must(world_.payloads->ListUploads()).size());
  line("folders of documents ", Must(world_.payloads->ListDocuments()).size());
  if (!numbers) return text;
  line("revision ", journal.head().revision, " leaves ", journal.head().leaf_count);
  for (const journal::Version& version : Must(journal.ReadFeed(0, kAll))) {
    line("  ", version.revision, " ", version.kind, version.body ? "" : " erased");
  }
  line("records ", Must(rows->ScanTransferRecords(0, 0, absl::InfinitePast(),
                                                  absl::InfiniteFuture(), false, kAll))
                       .size());
  return text;
}

void RepresentativeRun::ExpectKept(const std::vector<Acknowledgement>& acknowledged) {
  journal::Journal& journal = *world_.journal;
  ASSERT_TRUE(journal.Writable().ok()) << journal.Writable();
  ExpectWhole(journal);
  for (const Acknowledgement& told : acknowledged) {
    ASSERT_GE(journal.head().revision, told.revision);
    ASSERT_GE(journal.head().leaf_count, told.leaf_count);
    if (told.published_size == 0) continue;
    const auto root = ledger::RootAt(*journal.Tiles(), told.published_size);
    ASSERT_TRUE(root.ok()) << root.status();
    ASSERT_TRUE(*root == told.published_root) << "a published checkpoint is of another tree";
    const auto published = journal.LatestCheckpoint();
    ASSERT_TRUE(published.ok()) << published.status();
    ASSERT_GE(published->size, told.published_size);
  }
  // Bytes that were said to be safe.
  if (acknowledged.size() <= first_piece_ || Erased()) return;
  const std::size_t last = std::min(acknowledged.size() - 1, first_piece_ + 1);
  const auto safe = static_cast<std::size_t>(acknowledged[last].value);
  ASSERT_EQ(Stored(PayloadKind::kContent).substr(0, safe), letter_.content.substr(0, safe));
  if (last > first_piece_) {
    ASSERT_EQ(Stored(PayloadKind::kDescription), letter_.description);
  }
}

}  // namespace comity::document_exchange
