// Every write point fails once, or from there on until the disk is well again: a clear error, reads
// that make no evidence go on, nothing is half done, and without a restart all works afterwards.
// In the end the power fails, and what was acknowledged is there.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "tests/e2e/write_points/representative_run.h"
#include "tests/testing/faults/control.h"
#include "tests/testing/test_journal.h"

namespace comity::document_exchange {
namespace {

namespace faults = testing::faults;

constexpr std::size_t kLetters = 256;

std::int64_t Stride() { return faults::StrideOr(1); }

// A store that is new each time takes longer.
std::int64_t OpeningStride() { return faults::StrideOr(2); }

struct Fault {
  const char* name;
  int error;
  bool lasting;
};

std::string NameOf(const ::testing::TestParamInfo<Fault>& info) { return info.param.name; }

class ErrorWalkTest : public ::testing::TestWithParam<Fault> {
 protected:
  // One thing done; the second time with the same request ids.
  using Deed = std::function<absl::Status(std::size_t)>;

  ErrorWalkTest() : world_(World::Closed{}) {
    for (std::size_t i = 0; i < kLetters; ++i) {
      letters_.push_back(world_.Seal({.size = 100}));
      ids_.push_back(NewUuid(world_.clock.Now()));
    }
  }

  void ExpectClear(const absl::Status& status, bool opening = false) {
    const std::string reason = ReasonOf(status);
    std::set<std::string> allowed = {"STORAGE_IO", "PAYLOAD_STORE"};
    if (GetParam().error == ENOSPC) allowed = {"DISK_FULL"};
    // Where a file cannot be made SQLite does not say why.
    if (opening) allowed.insert({"DISK_FULL", "STORAGE_IO", "PAYLOAD_FOLDER"});
    EXPECT_TRUE(allowed.contains(reason)) << "at " << Last() << ": " << status;
    EXPECT_FALSE(absl::StrContains(status.message(), "  ")) << status;
  }

  static bool Hit() { return faults::ThisProcess().acted != 0; }
  static std::string Last() { return faults::ThisProcess().last; }

  // The next calls work; the `at`-th fails.
  void Arm(std::int64_t at) {
    faults::Control& control = faults::ThisProcess();
    control.action = static_cast<std::int64_t>(faults::Action::kNone);
    control.calls = 0;
    control.acted = 0;
    control.last[0] = 0;
    control.error = GetParam().error;
    control.count = GetParam().lasting ? std::numeric_limits<std::int64_t>::max() : 1;
    control.at = at;
    control.action = static_cast<std::int64_t>(faults::Action::kFail);
  }
  void Disarm() { faults::ThisProcess().action = static_cast<std::int64_t>(faults::Action::kNone); }

  void ExpectReadable() {
    journal::Journal& journal = *world_.journal;
    const std::int64_t leaves = journal.head().leaf_count;
    EXPECT_TRUE(journal.Writable().ok());
    EXPECT_TRUE(journal.ReadEntry(leaves - 1).ok());
    EXPECT_TRUE(journal.LatestCheckpoint().ok());
    EXPECT_TRUE(journal.ReadFeed(journal.head().revision - 1, 10).ok());
    for (const std::string& id : submitted_) {
      EXPECT_TRUE(world_.exchange->Get(world_.By(kDesk), id).ok());
      break;
    }
  }

  // A mutation is a write and a sync, on PostgreSQL not even that: the other calls are those of its
  // publication, which comes by itself.
  void AwaitHitOrCheckpoint() {
    ASSERT_TRUE(AwaitCheckpoint(*world_.journal, [this] { return Hit(); }).ok());
  }

  // Does `deed` with the k-th call failing, for every k, each time anew.
  void Walk(const char* name, const Deed& deed) {
    std::int64_t points = 0;
    for (std::int64_t at = faults::FirstOf(Stride());; at += Stride()) {
      ASSERT_LT(next_, kLetters);
      const std::size_t which = next_++;
      const journal::Head before = world_.journal->head();
      Arm(at);
      const absl::Status first = deed(which);
      if (first.ok()) AwaitHitOrCheckpoint();
      const bool hit = Hit();
      if (first.ok()) {
        // Where only the publication failed, it is tried again by itself.
        if (!GetParam().lasting) {
          EXPECT_TRUE(AwaitCheckpoint(*world_.journal).ok());
        }
      } else {
        ASSERT_TRUE(hit) << name << ": " << first;
        ExpectClear(first);
        if (GetParam().lasting) {
          // Nothing that needs evidence is answered, everything else is. A server's disk is well.
          const auto entry = world_.journal->RecordLeaf([](absl::Time) { return "{}"; });
          ASSERT_EQ(entry.ok(), testing::OnPostgres()) << entry.status();
          if (!entry.ok()) ExpectClear(entry.status());
        }
      }
      ExpectReadable();
      Disarm();
      const absl::Status again = deed(which);
      ASSERT_TRUE(again.ok()) << name << ", " << at << " (" << Last() << "): " << again;
      ASSERT_TRUE(AwaitCheckpoint(*world_.journal).ok()) << name << ", " << at;
      EXPECT_GT(world_.journal->head().revision, before.revision);
      if (HasFailure()) {
        FAIL() << name << ", " << at << " (" << Last() << ")";
      }
      if (!hit) break;
      ++points;
    }
    std::printf("%s: %lld write points\n", name, static_cast<long long>(points));
    // A published checkpoint is made, written, synced, renamed, and its folder synced; in an
    // embedded store its row and the mutation are written and synced, too.
    const std::int64_t least = testing::OnPostgres() ? 5 : 10;
    EXPECT_GE(points * Stride(), least);
  }

  absl::Status Note(std::size_t which) {
    const auto body = [&](journal::Turn& turn) -> absl::Status {
      COMITY_RETURN_IF_ERROR(turn.Put("note", ids_[which], "noted"));
      return turn.AddLeaf({.kind = journal::kMutationEntry, .resource = "notes"}).status();
    };
    COMITY_RETURN_IF_ERROR(world_.journal
                               ->Mutate({.caller = kDesk,
                                         .method = "test/Note",
                                         .request_id = ids_[which],
                                         .request_digest = crypto::Sha256(ids_[which])},
                                        body)
                               .status());
    notes_.insert(ids_[which]);
    return absl::OkStatus();
  }

  absl::Status Send(std::size_t which) {
    const SealedLetter& letter = letters_[which];
    const std::string& id = letter.upload.document_id;
    Submission submission = letter.submission;
    submission.upload_id = ids_[which];
    const auto rows = world_.tables->Read();
    COMITY_RETURN_IF_ERROR(rows.status());
    COMITY_ASSIGN_OR_RETURN(const auto document, (*rows)->FindDocument(id));
    if (!document) {
      COMITY_ASSIGN_OR_RETURN(
          const UploadStatus upload,
          world_.exchange->CreateUpload(world_.By(kDesk, "test/CreateUpload", ids_[which]),
                                        letter.upload));
      submission.upload_id = upload.upload.id;
      COMITY_ASSIGN_OR_RETURN(const OpenedUpload opened,
                              world_.exchange->OpenUpload(world_.By(kDesk), upload.upload.id));
      // A client sends what the server does not have.
      COMITY_ASSIGN_OR_RETURN(const UploadStatus stands,
                              world_.exchange->GetUpload(world_.By(kDesk), upload.upload.id));
      for (const PayloadKind kind : {PayloadKind::kContent, PayloadKind::kDescription}) {
        const std::string& bytes =
            kind == PayloadKind::kContent ? letter.content : letter.description;
        const std::int64_t from = stands.on_disk.of(kind);
        COMITY_RETURN_IF_ERROR(opened.writer->Append(
            kind, from, absl::string_view(bytes).substr(static_cast<std::size_t>(from))));
      }
      COMITY_RETURN_IF_ERROR(opened.writer->Sync().status());
    }
    COMITY_RETURN_IF_ERROR(
        world_.exchange->Submit(world_.By(kDesk, "test/SubmitDocument", ids_[which]), submission)
            .status());
    submitted_.insert(id);
    return absl::OkStatus();
  }

  absl::Status Release(std::size_t) {
    return world_.Release(kTbilisi, *submitted_.begin()).status();
  }

  // Everything done is there, once.
  void ExpectKept() {
    ASSERT_TRUE(world_.journal->Writable().ok()) << world_.journal->Writable();
    ExpectWhole(*world_.journal);
    EXPECT_EQ(world_.journal->LatestVersions("note")->size(), notes_.size());
    const auto folders = world_.payloads->ListDocuments();
    EXPECT_EQ(folders->size(), submitted_.size());
    EXPECT_TRUE(world_.payloads->ListUploads()->empty());
    for (const SealedLetter& letter : letters_) {
      const std::string& id = letter.upload.document_id;
      if (!submitted_.contains(id)) continue;
      const auto seen = world_.exchange->Get(world_.By(kDesk), id);
      ASSERT_TRUE(seen.ok()) << seen.status();
      EXPECT_EQ(seen->manifest, letter.submission.manifest);
      const std::string folder = absl::StrCat("payloads/documents/", id);
      EXPECT_EQ(storage::ReadFile(world_.folder / (folder + "/content")).value(), letter.content);
      EXPECT_EQ(storage::ReadFile(world_.folder / (folder + "/description")).value(),
                letter.description);
    }
  }

  // The next write is not made: all that was not synced is gone.
  void LosePower() {
    (void)std::fflush(nullptr);
    faults::Control& control = faults::ThisProcess();
    control.unsynced = static_cast<std::int64_t>(faults::Unsynced::kLose);
    control.calls = 0;
    control.at = 1;
    control.action = static_cast<std::int64_t>(faults::Action::kDieBefore);
    (void)storage::WriteFileAtomically(world_.folder / "end", "");
  }

  // In a process of its own, which ends without power. The parent then knows what was done.
  void InChildThatLosesPower(const std::function<void()>& body) {
    const std::string file = world_.folder.path() + ".done";
    const pid_t child = fork();
    if (child == 0) {
      faults::Watch(world_.folder.path());
      body();
      if (HasFailure()) {
        (void)std::fflush(nullptr);
        _exit(1);
      }
      std::string done;
      for (const std::string& id : notes_) absl::StrAppend(&done, "n", id, "\n");
      for (const std::string& id : submitted_) absl::StrAppend(&done, "s", id, "\n");
      (void)storage::WriteFileAtomically(file, done);
      LosePower();
      _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    Disarm();
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child failed";
    const std::string all = storage::ReadFile(file).value();
    std::filesystem::remove(file);
    for (std::size_t from = 0; from < all.size();) {
      const std::size_t end = all.find('\n', from);
      (all[from] == 'n' ? notes_ : submitted_).insert(all.substr(from + 1, end - from - 1));
      from = end + 1;
    }
  }

  World world_;
  std::vector<SealedLetter> letters_;
  std::vector<std::string> ids_;
  std::size_t next_ = 0;
  std::set<std::string> notes_;
  std::set<std::string> submitted_;
};

TEST_P(ErrorWalkTest, AnErrorIsSaidReadsGoOnAndAllWorksAfterwards) {
  testing::ForgetTestStore(world_.folder.path());
  InChildThatLosesPower([&] {
    world_.Restart();
    ASSERT_TRUE(world_.exchange != nullptr);
    ASSERT_TRUE(world_.Authorise().ok());
    ASSERT_TRUE(Note(next_++).ok());
    ASSERT_TRUE(AwaitCheckpoint(*world_.journal).ok());
    Walk("mutation", [&](std::size_t which) { return Note(which); });
    Walk("document", [&](std::size_t which) { return Send(which); });
    Walk("release", [&](std::size_t which) { return Release(which); });
    // What could not be removed then is removed a day later.
    world_.clock.Advance(std::max(absl::ZeroDuration(), absl::Now() - world_.clock.Now()) +
                         world_.settings.upload_life);
    ASSERT_TRUE(world_.exchange->RunTimers().ok());
    ExpectKept();
  });

  world_.Restart();
  ASSERT_TRUE(world_.exchange != nullptr);
  ExpectKept();
}

TEST_P(ErrorWalkTest, AStoreThatCannotBeOpenedSaysWhyAndOpensOnceItCan) {
  // New each time, up to its first entry under its first key.
  std::int64_t tried = 0;
  for (std::int64_t at = faults::FirstOf(OpeningStride());; at += OpeningStride()) {
    std::filesystem::remove_all(world_.folder.path());
    std::filesystem::create_directory(world_.folder.path());
    testing::ForgetTestStore(world_.folder.path());
    notes_.clear();
    bool hit = true;
    InChildThatLosesPower([&] {
      Arm(at);
      const auto open = [&] { return world_.TryRestart(); };
      absl::Status opened = open();
      if (!opened.ok()) ExpectClear(opened, true);
      if (opened.ok()) {
        const absl::Status noted = Note(0);
        if (!noted.ok()) ExpectClear(noted);
        if (noted.ok()) AwaitHitOrCheckpoint();
      }
      if (!Hit()) notes_.insert("not hit");
      Disarm();
      if (!opened.ok()) opened = open();
      ASSERT_TRUE(opened.ok()) << at << " (" << Last() << "): " << opened;
      const absl::Status noted = Note(0);
      ASSERT_TRUE(noted.ok()) << at << " (" << Last() << "): " << noted;
      ASSERT_TRUE(AwaitCheckpoint(*world_.journal).ok());
    });
    if (HasFailure()) return;
    hit = notes_.erase("not hit") == 0;
    world_.Restart();
    ASSERT_TRUE(world_.exchange != nullptr);
    ExpectKept();
    world_.Close();
    ASSERT_FALSE(HasFailure()) << at << " (" << Last() << ")";
    if (!hit) break;
    ++tried;
  }
  EXPECT_GE(tried * OpeningStride(), 10) << "opening writes more than that";
}

INSTANTIATE_TEST_SUITE_P(Walks, ErrorWalkTest,
                         ::testing::Values(Fault{"NoSpaceOnce", ENOSPC, false},
                                           Fault{"NoSpaceUntilThereIsSome", ENOSPC, true},
                                           Fault{"InputOutputErrorOnce", EIO, false},
                                           Fault{"InputOutputErrorsUntilItIsWell", EIO, true}),
                         NameOf);

}  // namespace
}  // namespace comity::document_exchange
