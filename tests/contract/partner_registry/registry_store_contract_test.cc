#include <gmock/gmock.h>
#include <pthread.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"
#include "common/storage/files.h"
#include "services/partner-registry/domain/change_requests.h"
#include "services/partner-registry/domain/registry_store.h"
#include "services/partner-registry/records/change_request_proto.h"
#include "services/partner-registry/records/fact_proto.h"
#include "services/partner-registry/storage/journal_registry_store.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/testing/raw_scan.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::partner_registry {
namespace {

using comity::testing::FailsWith;
using comity::testing::FoldersOf;
using comity::testing::HoldsBytes;
using comity::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

Partner Georgia(const std::string& display_name = "Georgia") {
  return {.id = "georgia", .kind = PartnerKind::kState, .display_name = display_name};
}

Decision FrenchAuthorisation() {
  return {.id = "01900000-0000-7000-8000-000000000001",
          .kind = DecisionKind::kAuthorisation,
          .partner = "france",
          .counterparts = {"georgia"},
          .valid_from = "2026-11-01",
          .evidence = "letter 12",
          .grounds = "as agreed"};
}

class RegistryStoreContractTest : public ::testing::TestWithParam<journal::Backend> {
 protected:
  RegistryStoreContractTest() : options_(GetParam().options(folder_.path())) {
    options_.clock = &clock_;
    options_.checkpoint_interval = absl::Milliseconds(2);
    Open();
  }
  ~RegistryStoreContractTest() override { Close(); }

  void Open() {
    auto journal = journal::Journal::Open(options_);
    ASSERT_THAT(journal, IsOk());
    journal_ = *std::move(journal);
    auto store = JournalRegistryStore::Open(journal_.get(), options_.expiry_key_directory);
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }

  void Close() {
    if (journal_ != nullptr) journal_->Close();
    journal_.reset();
    store_.reset();
  }

  absl::StatusOr<RegistryStore::Written> Write(RegistryStore::Planner planner,
                                               const std::string& request_id = "",
                                               const std::string& asked = "") {
    return store_->Write({.caller = "operator",
                          .method = "test/Write",
                          .request_id = request_id,
                          .request_digest = crypto::Sha256(asked)},
                         "", std::move(planner));
  }

  // Commits `facts`, whose resource is the first.
  absl::StatusOr<RegistryStore::Written> Put(std::vector<Fact> facts, bool barrier = false,
                                             const std::string& request_id = "") {
    const std::string resource = NameOf(facts.front());
    return Write(
        [&](const Registry&, absl::Time) -> absl::StatusOr<Plan> {
          return Plan{.facts = facts, .resource = resource, .barrier = barrier};
        },
        request_id, resource);
  }

  const comity::testing::TempDirectory folder_;
  ManualClock clock_{kNow};
  journal::Options options_;
  std::unique_ptr<RegistryStore> store_;
  std::unique_ptr<journal::Journal> journal_;
};

TEST_P(RegistryStoreContractTest, ANewStoreIsEmptyAndHasAnIdOfItsOwn) {
  EXPECT_THAT(store_->View()->SharedFacts(), IsEmpty());
  EXPECT_EQ(store_->View().revision(), 0);
  EXPECT_THAT(store_->store_id(), ::testing::MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(store_->View()->store_id(), store_->store_id());
}

TEST_P(RegistryStoreContractTest, WhatIsWrittenIsInTheViewWithTheRevisionAndTimeOfItsCommit) {
  const auto written = Put({Georgia(), FrenchAuthorisation()});

  ASSERT_THAT(written, IsOk());
  EXPECT_EQ(written->committed.revision, 1);
  ASSERT_TRUE(written->fact.has_value());
  EXPECT_EQ(NameOf(*written->fact), "partners/georgia");
  EXPECT_EQ(RecordedOf(*written->fact).revision, 1);
  EXPECT_EQ(RecordedOf(*written->fact).time, kNow);
  const auto now = store_->View();
  EXPECT_EQ(now->FindPartner("georgia")->display_name, "Georgia");
  EXPECT_EQ(now->FindDecision(FrenchAuthorisation().id)->grounds, "as agreed");
  EXPECT_NE(now->facts().Find("partners/georgia"), nullptr);
}

TEST_P(RegistryStoreContractTest, AViewStaysAsItWas) {
  ASSERT_THAT(Put({Georgia()}), IsOk());
  const auto before = store_->View();

  ASSERT_THAT(Put({Georgia("Sakartvelo")}), IsOk());

  EXPECT_EQ(before->FindPartner("georgia")->display_name, "Georgia");
  EXPECT_EQ(store_->View()->FindPartner("georgia")->display_name, "Sakartvelo");
}

TEST_P(RegistryStoreContractTest, APlannerSeesTheLatestStateAndTheTimeOfTheCommit) {
  ASSERT_THAT(Put({Georgia()}), IsOk());
  clock_.Advance(absl::Seconds(3));

  const auto written = Write([&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
    EXPECT_EQ(latest.revision(), 1);
    EXPECT_NE(latest.FindPartner("georgia"), nullptr);
    EXPECT_EQ(now, kNow + absl::Seconds(3));
    return Plan{.facts = {Georgia("Sakartvelo")}, .resource = "partners/georgia"};
  });

  ASSERT_THAT(written, IsOk());
  EXPECT_EQ(written->committed.commit_time, kNow + absl::Seconds(3));
}

TEST_P(RegistryStoreContractTest, WhatThePlannerRefusesChangesNothing) {
  ASSERT_THAT(Put({Georgia()}), IsOk());

  EXPECT_THAT(Write([](const Registry&, absl::Time) -> absl::StatusOr<Plan> {
                return MakeError(absl::StatusCode::kFailedPrecondition, "No.", {.reason = "NO"});
              }),
              FailsWith(absl::StatusCode::kFailedPrecondition, "NO"));

  EXPECT_EQ(store_->View().revision(), 1);
}

TEST_P(RegistryStoreContractTest, APlanWithoutFactsIsAnsweredWithWhatStands) {
  ASSERT_THAT(Put({Georgia()}), IsOk());

  const auto written = Write([](const Registry&, absl::Time) -> absl::StatusOr<Plan> {
    return Plan{.resource = "partners/georgia"};
  });

  ASSERT_THAT(written, IsOk());
  EXPECT_TRUE(written->committed.unchanged);
  ASSERT_TRUE(written->fact.has_value());
  EXPECT_EQ(NameOf(*written->fact), "partners/georgia");
  EXPECT_EQ(store_->View().revision(), 1);
}

TEST_P(RegistryStoreContractTest, ARepetitionIsAnsweredWithTheFactAsItWasMade) {
  const std::string id = NewUuid(kNow);
  ASSERT_THAT(Put({Georgia()}, /*barrier=*/false, id), IsOk());
  ASSERT_THAT(Put({Georgia("Sakartvelo")}), IsOk());

  const auto again = Put({Georgia("a third")}, /*barrier=*/false, id);

  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->committed.replayed);
  EXPECT_EQ(again->committed.revision, 1);
  EXPECT_EQ(std::get<Partner>(*again->fact).display_name, "Georgia");
  EXPECT_EQ(store_->View()->FindPartner("georgia")->display_name, "Sakartvelo");
}

TEST_P(RegistryStoreContractTest, EverythingIsThereAfterReopening) {
  ASSERT_THAT(Put({Georgia(), FrenchAuthorisation()}), IsOk());
  const std::string store_id = store_->store_id();

  Close();
  Open();

  EXPECT_EQ(store_->store_id(), store_id);
  const auto now = store_->View();
  EXPECT_EQ(now.revision(), 1);
  EXPECT_EQ(now->FindPartner("georgia")->recorded.time, kNow);
  EXPECT_EQ(now->FindDecision(FrenchAuthorisation().id)->grounds, "as agreed");
}

TEST_P(RegistryStoreContractTest, OfManyFactsEachIsThereAfterReopeningOrTheStoreIsNotOpened) {
  // As many are read by several threads.
  std::vector<Fact> facts;
  for (int i = 0; i < 600; ++i) {
    facts.emplace_back(Partner{.id = absl::StrCat("p", i), .display_name = absl::StrCat("P ", i)});
    facts.emplace_back(Instrument{
        .partner = absl::StrCat("p", i), .id = "agreement", .title = absl::StrCat("A ", i)});
  }
  ASSERT_THAT(Put(facts), IsOk());
  Close();
  Open();

  {
    const auto now = store_->View();
    for (int i = 0; i < 600; ++i) {
      const std::string name = absl::StrCat("partners/p", i, "/instruments/agreement");
      ASSERT_NE(now->FindPartner(absl::StrCat("p", i)), nullptr) << i;
      EXPECT_EQ(now->FindPartner(absl::StrCat("p", i))->display_name, absl::StrCat("P ", i));
      ASSERT_NE(now->FindInstrument(name), nullptr) << i;
      EXPECT_EQ(now->FindInstrument(name)->title, absl::StrCat("A ", i));
      EXPECT_EQ(now->FindInstrument(name)->recorded.time, kNow);
    }
  }
  for (const char* unreadable : {"partners/a", "partners/p300", "partners/z"}) {
    ASSERT_THAT(journal_->Mutate({.caller = "operator", .method = "test/Write"},
                                 [&](journal::Turn& turn) {
                                   return turn.Put(KindOf(Partner()), unreadable, "\xff");
                                 }),
                IsOk());
    Close();

    journal_ = *journal::Journal::Open(options_);
    EXPECT_THAT(JournalRegistryStore::Open(journal_.get(), options_.expiry_key_directory),
                FailsWith(absl::StatusCode::kDataLoss, "RECORD_UNREADABLE"))
        << unreadable;

    ASSERT_THAT(journal_->Mutate(
                    {.caller = "operator", .method = "test/Write"},
                    [&](journal::Turn& turn) { return turn.Erase(KindOf(Partner()), unreadable); }),
                IsOk());
    Close();
    Open();
  }
}

TEST_P(RegistryStoreContractTest, WhatOnlyTheServerSetsIsKeptToo) {
  Partner georgia = Georgia();
  georgia.aliases = {"Sakartvelo"};
  georgia.delete_time = kNow;
  georgia.merged_into = "sakartvelo";
  Instrument agreement = {.partner = "georgia",
                          .id = "agreement",
                          .kind = InstrumentKind::kCooperationAgreementPre2019,
                          .title = "Agreement",
                          .in_force = "2019-11-01",
                          .confirmations = {{.field = "in_force",
                                             .value = "2019-11-01",
                                             .evidence = "note",
                                             .confirmed_by = "second",
                                             .confirm_time = kNow}},
                          .recorded_by = "third",
                          .value_recorded_by = {{"in_force", "first"}}};
  ASSERT_THAT(Put({georgia, agreement}), IsOk());
  Close();
  Open();

  const auto now = store_->View();
  const Partner& kept = *now->FindPartner("georgia");
  EXPECT_THAT(kept.aliases, ::testing::ElementsAre("Sakartvelo"));
  EXPECT_EQ(kept.delete_time, kNow);
  EXPECT_EQ(kept.merged_into, "sakartvelo");
  EXPECT_TRUE(now->facts().Find("partners/georgia")->partner->deleted);
  const Instrument& read = *now->FindInstrument("partners/georgia/instruments/agreement");
  EXPECT_EQ(read.recorded_by, "third");
  EXPECT_EQ(read.value_recorded_by.at("in_force"), "first");
  ASSERT_THAT(read.confirmations, SizeIs(1));
  EXPECT_EQ(read.confirmations[0].evidence, "note");
  EXPECT_EQ(read.confirmations[0].confirm_time, kNow);
  int found = 0;
  now->index().Visit("sakart", {}, {}, "", [&](const Partner&) { return ++found > 0; });
  EXPECT_EQ(found, 1);
}

TEST_P(RegistryStoreContractTest, EveryEarlierRevisionCanBeRead) {
  ASSERT_THAT(Put({Georgia()}), IsOk());
  ASSERT_THAT(Put({Georgia("Sakartvelo")}), IsOk());

  const auto empty = store_->At(0);
  const auto first = store_->At(1);
  const auto second = store_->At(2);

  ASSERT_THAT(empty, IsOk());
  EXPECT_THAT((*empty)->SharedFacts(), IsEmpty());
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ((*first)->revision(), 1);
  EXPECT_EQ((*first)->FindPartner("georgia")->display_name, "Georgia");
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ((*second)->FindPartner("georgia")->display_name, "Sakartvelo");
}

TEST_P(RegistryStoreContractTest, ARevisionThatWasNeverMadeIsUnknown) {
  ASSERT_THAT(Put({Georgia()}), IsOk());

  const auto unknown = FailsWith(absl::StatusCode::kOutOfRange, "REVISION_UNKNOWN");
  EXPECT_THAT(store_->At(2), unknown);
  EXPECT_THAT(store_->At(-1), unknown);
}

TEST_P(RegistryStoreContractTest, ChangesComeInOrderWithTheirTimeAndWhetherTheyAreBarriers) {
  ASSERT_THAT(Put({Georgia()}), IsOk());
  clock_.Advance(absl::Seconds(3));
  ASSERT_THAT(Put({Georgia("Sakartvelo"), FrenchAuthorisation()}, /*barrier=*/true), IsOk());

  const auto changes = store_->ChangesAfter(0, 100);

  ASSERT_THAT(changes, IsOk());
  ASSERT_THAT(*changes, SizeIs(2));
  EXPECT_EQ((*changes)[0].change.revision, 1);
  EXPECT_EQ((*changes)[0].commit_time, kNow);
  EXPECT_FALSE((*changes)[0].barrier);
  EXPECT_EQ((*changes)[1].change.revision, 2);
  EXPECT_THAT((*changes)[1].change.facts, SizeIs(2));
  EXPECT_EQ((*changes)[1].commit_time, kNow + absl::Seconds(3));
  EXPECT_TRUE((*changes)[1].barrier);
}

TEST_P(RegistryStoreContractTest, ChangesGoOnAfterTheLastOneAndAreNeverCut) {
  ASSERT_THAT(Put({Georgia(), FrenchAuthorisation()}), IsOk());
  ASSERT_THAT(Put({Georgia("Sakartvelo")}), IsOk());

  const auto first = store_->ChangesAfter(0, 1);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(*first, SizeIs(1));
  EXPECT_THAT((*first)[0].change.facts, SizeIs(2));

  const auto second = store_->ChangesAfter(1, 1);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(*second, SizeIs(1));
  EXPECT_EQ((*second)[0].change.revision, 2);
  const auto none = store_->ChangesAfter(2, 1);
  ASSERT_THAT(none, IsOk());
  EXPECT_THAT(*none, IsEmpty());
}

TEST_P(RegistryStoreContractTest, ASubscriberHearsOfEveryCommitUntilItLeaves) {
  std::atomic<int> heard = 0;
  std::shared_ptr<void> subscription = store_->Subscribe([&] { ++heard; });
  const auto heard_more_than = [&](int before) {
    for (int i = 0; i < 2000 && heard <= before; ++i) absl::SleepFor(absl::Milliseconds(5));
    return heard > before;
  };
  ASSERT_THAT(Put({Georgia()}), IsOk());
  EXPECT_TRUE(heard_more_than(0));
  const int first = heard;
  ASSERT_THAT(Put({Georgia("Sakartvelo")}), IsOk());
  EXPECT_TRUE(heard_more_than(first));

  subscription.reset();
  const int until_then = heard;
  ASSERT_THAT(Put({Georgia()}), IsOk());
  EXPECT_EQ(heard, until_then);
}

TEST_P(RegistryStoreContractTest, WhatIsRemovedIsReadAtNoRevisionAndMayBeEnteredAnew) {
  const std::string id = NewUuid(kNow);
  ASSERT_THAT(Put({Georgia()}, /*barrier=*/false, id), IsOk());
  ASSERT_THAT(Put({FrenchAuthorisation()}), IsOk());
  ASSERT_THAT(store_->At(1), IsOk());  // Kept in memory.
  const auto removed = Write([](const Registry&, absl::Time) -> absl::StatusOr<Plan> {
    return Plan{.removed = {"partners/georgia"}, .resource = "partners/georgia"};
  });
  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(removed->committed.revision, 3);

  const auto gone = [&] {
    EXPECT_EQ(store_->View()->FindPartner("georgia"), nullptr);
    for (const std::int64_t revision : {1, 2, 3}) {
      const auto then = store_->At(revision);
      EXPECT_THAT(then, IsOk());
      EXPECT_EQ((*then)->FindPartner("georgia"), nullptr) << revision;
    }
    const auto changes = store_->ChangesAfter(0, 100);
    EXPECT_THAT(changes, IsOk());
    EXPECT_THAT((*changes)[0].change.facts, IsEmpty());
    EXPECT_THAT((*changes)[2].change.facts, IsEmpty());
    EXPECT_THAT((*changes)[2].change.removed, ::testing::ElementsAre("partners/georgia"));
    const auto again = Put({Georgia()}, /*barrier=*/false, id);
    EXPECT_THAT(again, IsOk());
    EXPECT_TRUE(again->committed.replayed);
    EXPECT_FALSE(again->fact.has_value());
  };
  gone();
  Close();
  Open();
  gone();

  ASSERT_THAT(Put({Georgia("Sakartvelo")}), IsOk());
  Close();
  Open();
  EXPECT_EQ(store_->View()->FindPartner("georgia")->display_name, "Sakartvelo");
  EXPECT_EQ((*store_->At(2))->FindPartner("georgia"), nullptr);
}

// While it lives, no thread is to be had: each would need a stack larger than any address space.
class AtTheLimitOfThreads {
 public:
  AtTheLimitOfThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t none;
    pthread_attr_init(&none);
    pthread_attr_setstacksize(&none, std::size_t{1} << 48);
    pthread_setattr_default_np(&none);
    pthread_attr_destroy(&none);
  }
  AtTheLimitOfThreads(const AtTheLimitOfThreads&) = delete;
  AtTheLimitOfThreads& operator=(const AtTheLimitOfThreads&) = delete;
  ~AtTheLimitOfThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

TEST_P(RegistryStoreContractTest, AProcessAtItsLimitOfThreadsReadsAndWritesAsMuch) {
  constexpr std::size_t kMany = 1500;
  std::vector<Fact> many;
  for (std::size_t i = 0; i < kMany; ++i) {
    Partner partner = Georgia(absl::StrCat("Partner ", i));
    partner.id = absl::StrCat("p", i);
    many.emplace_back(std::move(partner));
  }
  ASSERT_THAT(Put(many), IsOk());
  Close();
  journal_ = *journal::Journal::Open(options_);
  const AtTheLimitOfThreads none;
  ASSERT_THROW(std::thread([] {}).join(), std::system_error);

  store_ = *JournalRegistryStore::Open(journal_.get(), options_.expiry_key_directory);

  EXPECT_THAT(store_->View()->partners(), SizeIs(kMany));
  EXPECT_THAT((*store_->At(1))->partners(), SizeIs(kMany));
  EXPECT_THAT(Put(many), IsOk());
  EXPECT_NE(store_->View()->index().FindNamesake(Georgia("Partner 7")), nullptr);
}

// What is kept of a fact, whenever it was recorded.
std::string Said(Fact fact) {
  SetRecorded(fact, {});
  return ToProto(fact, "").DebugString();
}

Contact Tbilisi() {
  return {.partner = "georgia",
          .id = "tbilisi-1",
          .spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1",
          .function = "a-function-that-nobody-keeps",
          .authority = "prosecution-service",
          .languages = {"ka"},
          .deputies = {"tbilisi-2"},
          .absences = {{"2026-12-24", "2027-01-02"}},
          .valid_from = "2026-01-01",
          .valid_to = "2027-12-31",
          .last_verified = "2026-11-01"};
}

Contact ErasedTbilisi() {
  return {
      .partner = "georgia", .id = "tbilisi-1", .erase_time = kNow, .state = ContactState::kErased};
}

TEST_P(RegistryStoreContractTest, OnlyARepetitionOfWhatWasChangedSinceLoadsAnEarlierState) {
  const std::string of_georgia = NewUuid(kNow);
  const std::string of_moldova = NewUuid(kNow);
  const Partner moldova{.id = "moldova", .kind = PartnerKind::kState, .display_name = "Moldova"};
  const auto georgia = Put({Georgia()}, /*barrier=*/false, of_georgia);
  const auto other = Put({moldova}, /*barrier=*/false, of_moldova);
  ASSERT_THAT(georgia, IsOk());
  ASSERT_THAT(other, IsOk());
  ASSERT_THAT(Put({Georgia("Sakartvelo")}), IsOk());
  for (int i = 0; i < 30; ++i) ASSERT_THAT(Put({FrenchAuthorisation()}), IsOk());
  // As many earlier states as are kept: one more makes the oldest of them go.
  std::vector<std::weak_ptr<const Registry>> kept;
  for (std::int64_t revision = 5; kept.empty() || !kept.front().expired(); ++revision) {
    ASSERT_LT(revision, 30);
    kept.push_back(*store_->At(revision));
  }
  const std::weak_ptr<const Registry> oldest = kept[1];
  ASSERT_FALSE(oldest.expired());

  const auto same = Put({moldova}, /*barrier=*/false, of_moldova);

  ASSERT_THAT(same, IsOk());
  EXPECT_TRUE(same->committed.replayed);
  EXPECT_EQ(same->committed.revision, 2);
  ASSERT_TRUE(same->fact.has_value());
  EXPECT_EQ(Said(*same->fact), Said(*other->fact));
  EXPECT_EQ(RecordedOf(*same->fact), RecordedOf(*other->fact));
  EXPECT_FALSE(oldest.expired()) << "a state was loaded";

  const auto changed = Put({Georgia()}, /*barrier=*/false, of_georgia);

  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(Said(*changed->fact), Said(*georgia->fact));
  EXPECT_EQ(RecordedOf(*changed->fact), RecordedOf(*georgia->fact));
  EXPECT_TRUE(oldest.expired()) << "no state was loaded";
}

TEST_P(RegistryStoreContractTest, AContactIsKeptWithEveryField) {
  ASSERT_THAT(Put({Georgia(), Tbilisi()}), IsOk());
  Contact later = Tbilisi();
  later.state = ContactState::kSuspended;
  later.function = "another";
  ASSERT_THAT(Put({later}), IsOk());
  Close();
  Open();

  EXPECT_EQ(Said(*store_->View()->FindContact(NameOf(later))), Said(later));
  EXPECT_EQ(Said(*(*store_->At(1))->FindContact(NameOf(later))), Said(Tbilisi()));
}

TEST_P(RegistryStoreContractTest, OfAnErasedContactNoStateIsLeftAtAnyRevision) {
  ASSERT_THAT(Put({Georgia()}), IsOk());
  const std::string id = NewUuid(kNow);
  ASSERT_THAT(Put({Tbilisi()}, /*barrier=*/false, id), IsOk());
  ASSERT_THAT(store_->At(2), IsOk());  // Kept in memory.
  ASSERT_THAT(Put({ErasedTbilisi()}, /*barrier=*/true), IsOk());

  const std::string name = NameOf(Tbilisi());
  const auto gone = [&] {
    for (const std::int64_t revision : {2, 3}) {
      const Contact left = *(*store_->At(revision))->FindContact(name);
      EXPECT_EQ(left.state, ContactState::kErased) << revision;
      EXPECT_EQ(left.function, "") << revision;
      EXPECT_EQ(left.spiffe_id, "") << revision;
      EXPECT_EQ(left.recorded.revision, revision);
    }
    EXPECT_EQ(store_->View()->FindContact(name)->erase_time, kNow);
    EXPECT_EQ(store_->View()->FindContactBySpiffeId(Tbilisi().spiffe_id), nullptr);
    const auto changes = store_->ChangesAfter(1, 100);
    ASSERT_THAT(changes, IsOk());
    EXPECT_EQ(std::get<Contact>((*changes)[0].change.facts[0].Copy()).state, ContactState::kErased);
    const auto again = Put({Tbilisi()}, /*barrier=*/false, id);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(std::get<Contact>(*again->fact).state, ContactState::kErased);
  };
  gone();
  Close();
  Open();
  gone();
}

TEST_P(RegistryStoreContractTest, AKeyThatIsMissingIsNoErasureButOneThatWasDestroyedIs) {
  ASSERT_THAT(Put({Georgia(), Tbilisi()}), IsOk());
  const std::string name = NameOf(Tbilisi());
  const std::string key =
      absl::StrCat(options_.expiry_key_directory, "/", journal::SubjectKeys::FileOf(name));
  Close();
  const std::string content = storage::ReadFile(key).value();
  std::filesystem::remove(key);

  journal_ = *journal::Journal::Open(options_);
  const auto store = JournalRegistryStore::Open(journal_.get(), options_.expiry_key_directory);
  EXPECT_THAT(store, FailsWith(absl::StatusCode::kDataLoss, "SUBJECT_KEY_MISSING"));
  EXPECT_TRUE(absl::StrContains(store.status().message(), key)) << store.status();
  EXPECT_FALSE(std::filesystem::exists(key)) << "nothing is made final";
  Close();

  ASSERT_THAT(storage::CreateFileAtomically(key, content), IsOk());
  Open();
  EXPECT_EQ(Said(*store_->View()->FindContact(name)), Said(Tbilisi()));
  Close();

  ASSERT_THAT(storage::EraseFileContent(key), IsOk());
  Open();
  EXPECT_EQ(store_->View()->FindContact(name)->state, ContactState::kErased);
}

TEST_P(RegistryStoreContractTest, OfTheStatesInAndOutOfTheSealTheStricterOneHolds) {
  ASSERT_THAT(Put({Georgia(), Tbilisi()}), IsOk());
  for (const ContactState sealed : {ContactState::kActive, ContactState::kSuspended}) {
    Contact contact = Tbilisi();
    contact.state = sealed;
    const auto written = Put({contact});
    ASSERT_THAT(written, IsOk());
    Close();
    journal_ = *journal::Journal::Open(options_);
    // As a program writes it that does not know the seal.
    const auto version =
        journal_->VersionAt(KindOf(contact), NameOf(contact), written->committed.revision);
    ASSERT_TRUE(version.ok() && version->has_value());
    v1::Fact record;
    ASSERT_TRUE(record.ParseFromString(*(*version)->body));
    record.mutable_contact()->set_state(
        sealed == ContactState::kActive ? v1::Contact::STATE_SUSPENDED : v1::Contact::STATE_ACTIVE);
    ASSERT_THAT(journal_->Mutate({.caller = "operator", .method = "test/Write"},
                                 [&](journal::Turn& turn) {
                                   return turn.Put(KindOf(contact), NameOf(contact),
                                                   record.SerializeAsString());
                                 }),
                IsOk());
    Close();
    Open();

    const Contact read = *store_->View()->FindContact(NameOf(contact));
    EXPECT_EQ(read.state, ContactState::kSuspended);
    EXPECT_EQ(read.function, contact.function);
  }
}

TEST_P(RegistryStoreContractTest, NeitherDatabaseNorLogsNorABackupHoldWhatWasErased) {
  ASSERT_THAT(Put({Georgia(), Tbilisi()}), IsOk());
  std::string key;
  for (const auto& file : std::filesystem::directory_iterator(options_.expiry_key_directory)) {
    if (!absl::StartsWith(file.path().filename().string(), "subject-")) continue;
    EXPECT_EQ(key, "") << "one contact, one key";
    key = storage::ReadFile(file.path().string()).value();
  }
  ASSERT_EQ(key.size(), 32U);
  Close();
  GetParam().save(options_, folder_.path());  // A backup from before.
  Open();

  ASSERT_THAT(Put({ErasedTbilisi()}, /*barrier=*/true), IsOk());

  const std::vector<std::filesystem::path> folders = FoldersOf(options_, folder_.path());
  EXPECT_TRUE(HoldsBytes(folders.back(), NameOf(Tbilisi()))) << "the name is kept";
  for (const std::filesystem::path& folder : folders) {
    EXPECT_FALSE(HoldsBytes(folder, Tbilisi().function)) << folder;
    EXPECT_FALSE(HoldsBytes(folder, Tbilisi().spiffe_id)) << folder;
    EXPECT_FALSE(HoldsBytes(folder, key)) << folder;
  }

  Close();
  GetParam().restore(options_, folder_.path());
  Open();
  const Contact left = *store_->View()->FindContact(NameOf(Tbilisi()));
  EXPECT_EQ(left.state, ContactState::kErased) << "the backup does not bring it back";
  EXPECT_EQ(left.function, "");
}

ChangeRequest Promotion() {
  Contact asked = Tbilisi();
  asked.function = "a-function-that-is-asked-for";
  return {.partner = "georgia",
          .id = "01900000-0000-7000-8000-000000000011",
          .change = asked,
          .fields = {"function"},
          .etag = "\"1\"",
          .reason = "why-it-is-asked-for",
          .state = ChangeRequestState::kApproved,
          .requested_by = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1",
          .request_time = kNow,
          .decided_by = "spiffe://agency.example/agency/registry-operator/-/o1",
          .decide_time = kNow,
          .answer = "what-it-was-answered"};
}

TEST_P(RegistryStoreContractTest, WhatAPartnerAsksForIsKeptWithEveryField) {
  ChangeRequest of_authority = Promotion();
  of_authority.id = "01900000-0000-7000-8000-000000000012";
  of_authority.reason = of_authority.answer = "in clear";
  of_authority.change = Authority{
      .partner = "georgia", .id = "court", .display_name = "Court", .territory = "Adjara"};
  ASSERT_THAT(Put({Georgia(), Promotion(), of_authority}), IsOk());
  Close();
  Open();

  const RegistryStore::State::Guard now = store_->View();
  for (const ChangeRequest& written : {Promotion(), of_authority}) {
    const ChangeRequest* read = now->FindChangeRequest(written.id);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(ToProto(*read, "").DebugString(), [&] {
      ChangeRequest recorded = written;
      recorded.recorded = read->recorded;
      return ToProto(recorded, "").DebugString();
    }());
    EXPECT_EQ(read->recorded.revision, 1);
  }
  EXPECT_THAT(now->SharedFacts(), SizeIs(1)) << "it is no fact that anybody follows";
}

TEST_P(RegistryStoreContractTest, WhatAPartnerAskedOfAnErasedContactIsNowhere) {
  ASSERT_THAT(Put({Georgia(), Tbilisi(), Promotion()}), IsOk());
  ChangeRequest emptied = Promotion();
  emptied.change = Contact{.partner = "georgia", .id = "tbilisi-1"};
  emptied.reason = emptied.answer = "";
  Close();
  GetParam().save(options_, folder_.path());  // A backup from before.
  Open();
  ASSERT_THAT(Put({ErasedTbilisi(), emptied}, /*barrier=*/true), IsOk());

  const std::vector<std::filesystem::path> folders = FoldersOf(options_, folder_.path());
  EXPECT_TRUE(HoldsBytes(folders.back(), NameOf(Promotion()))) << "its name is kept";
  for (const std::filesystem::path& folder : folders) {
    EXPECT_FALSE(HoldsBytes(folder, std::get<Contact>(Promotion().change).function)) << folder;
    EXPECT_FALSE(HoldsBytes(folder, Promotion().reason)) << folder;
    EXPECT_FALSE(HoldsBytes(folder, Promotion().answer)) << folder;
  }
  const auto gone = [&] {
    const auto before = store_->At(1);
    ASSERT_THAT(before, IsOk());
    const ChangeRequest* left = (*before)->FindChangeRequest(emptied.id);
    EXPECT_EQ(std::get<Contact>(left->change).function, "");
    EXPECT_EQ(std::get<Contact>(left->change).id, "tbilisi-1");
    EXPECT_EQ(left->reason, "");
    EXPECT_EQ(left->state, ChangeRequestState::kApproved);
  };
  gone();
  Close();
  Open();
  gone();
  Close();
  GetParam().restore(options_, folder_.path());
  Open();
  gone();
}

TEST_P(RegistryStoreContractTest, WhatIsAskedOfAContactIsNotReadOnceItIsErasedWhileItsKeyIsThere) {
  ASSERT_THAT(Put({Georgia(), Tbilisi(), Promotion()}), IsOk());
  ChangeRequest emptied = Promotion();
  emptied.change = Contact{.partner = "georgia", .id = "tbilisi-1"};
  emptied.reason = emptied.answer = "";
  Contact erased = ErasedTbilisi();
  erased.erase_time.reset();  // So that the key stays, as until the erasure comes to it.
  ASSERT_THAT(Put({erased, emptied}, /*barrier=*/true), IsOk());

  const auto before = store_->At(1);

  ASSERT_THAT(before, IsOk());
  const ChangeRequest* left = (*before)->FindChangeRequest(emptied.id);
  ASSERT_NE(left, nullptr);
  EXPECT_EQ(std::get<Contact>(left->change).function, "");
  EXPECT_EQ(ChangedBy(*left), NameOf(Tbilisi()));
  EXPECT_EQ(left->reason, "");
  EXPECT_EQ(left->answer, "");
}

// One of each kind of relation_types.h, every field set.
std::vector<Fact> RelationFacts() {
  return {
      Strategy{.id = "s2024",
               .title = "Strategy",
               .from = "2024-01-01",
               .to = "2027-12-31",
               .adopted = "2023",
               .evidence = "decision",
               .priorities = {{"contact-points", "Contact points"}},
               .partners = {{"georgia", {"contact-points"}}}},
      CriteriaSet{.id = "v1",
                  .title = "Criteria",
                  .adopted = "2024-06-01",
                  .evidence = "decision",
                  .criteria = {{"operational-necessity", "Why?", 50, 2, Measure::kJudged}}},
      Assessment{.partner = "georgia",
                 .id = "01900000-0000-7000-8000-000000000009",
                 .criteria_set = "v1",
                 .day = "2026-01-01",
                 .scores = {{"operational-necessity", 4, "report"}},
                 .recorded_by = "spiffe://agency.example/agency/desk-officer/-/d1"},
      Volume{.partner = "georgia",
             .id = "2025",
             .counts = {{"cases", 30}, {"documents", 7}},
             .source = "annual report",
             .measured = {{.service = "document-exchange",
                           .counts = {{"cases", 1}, {"documents", 2}},
                           .store_id = "b",
                           .revision = 9}}},
      Consultation{.partner = "georgia",
                   .id = "c1",
                   .question = "Is it to be proposed?",
                   .opened = "2026-01-01",
                   .deadline = "2026-02-01",
                   .evidence = "note",
                   .member_states = {"france", "italy"},
                   .replies = {{"france", Position::kObjects, "2026-01-02", "letter", "who"}},
                   .state = ConsultationState::kClosed,
                   .closed = "2026-02-02",
                   .override_reason = "as agreed"},
      Readiness{.partner = "georgia",
                .items = {{Topic::kContactPoint, ReadinessState::kPartly, "one", "2026", "note"}}},
      Arrangement{.partner = "georgia",
                  .id = "a1",
                  .title = "Arrangement",
                  .authorities = {"prosecution-service"},
                  .opened = "2026-01-01",
                  .evidence = "mandate",
                  .steps = {{ArrangementState::kDrafting, "2026-01-01", "mandate"}},
                  .drafts = {{1, "2026-01-02", "file", std::string(64, 'a'), "new"}},
                  .transmissions = {{"france", "2026-03-01", "letter"}}},
      Secondment{.partner = "georgia",
                 .id = "s1",
                 .kind = SecondmentKind::kLiaisonProsecutor,
                 .instrument = "partners/georgia/instruments/cooperation-agreement",
                 .from = "2026-01-01",
                 .to = "2026-12-31",
                 .ended = true,
                 .contact = "tbilisi-1",
                 .evidence = "letter"},
  };
}

TEST_P(RegistryStoreContractTest, HowRelationsComeAboutIsKeptWithEveryFieldAndReadAsItWas) {
  const std::vector<Fact> facts = RelationFacts();
  ASSERT_THAT(facts, SizeIs(std::variant_size_v<Fact> - 8)) << "every kind";
  std::vector<Fact> all = facts;
  all.insert(all.begin(), Georgia());
  ASSERT_THAT(Put(all), IsOk());
  Secondment later = std::get<Secondment>(facts.back());
  later.to = "2026-11-30";
  ASSERT_THAT(Put({later}, /*barrier=*/true), IsOk());

  Close();
  Open();

  const auto first = store_->At(1);
  ASSERT_THAT(first, IsOk());
  for (const Fact& fact : facts) {
    const std::optional<Fact> read = (*first)->Find(NameOf(fact));
    ASSERT_TRUE(read.has_value()) << NameOf(fact);
    EXPECT_EQ(Said(*read), Said(fact)) << NameOf(fact);
    EXPECT_EQ(RecordedOf(*read).revision, 1) << NameOf(fact);
  }
  EXPECT_EQ(store_->View()->relations().Find<Secondment>(Name(later))->to, "2026-11-30");
  const auto changes = store_->ChangesAfter(0, 100);
  ASSERT_THAT(changes, IsOk());
  EXPECT_THAT((*changes)[0].change.facts, SizeIs(all.size()));
  EXPECT_THAT(store_->View()->SharedFacts(), SizeIs(all.size()));
}

TEST_P(RegistryStoreContractTest, WhatWasRetractedCountsNoMoreAndIsReadAsItWasBefore) {
  Instrument agreement{.partner = "georgia",
                       .id = "agreement",
                       .kind = InstrumentKind::kOtherAgreement,
                       .title = "Agreement"};
  Authority court{.partner = "georgia", .id = "court", .display_name = "Court"};
  ASSERT_THAT(Put({Georgia(), agreement, court}), IsOk());
  agreement.retraction = Retraction{.evidence = "note", .retracted_by = "who", .time = kNow};
  court.retraction = agreement.retraction;
  ASSERT_THAT(Put({agreement, court}, /*barrier=*/true), IsOk());

  Close();
  Open();

  const auto before = store_->At(1);
  ASSERT_THAT(before, IsOk());
  EXPECT_NE((*before)->FindInstrument(NameOf(agreement)), nullptr);
  EXPECT_NE((*before)->FindAuthority(NameOf(court)), nullptr);
  const RegistryStore::State::Guard now = store_->View();
  EXPECT_NE(now->FindRetracted<Instrument>(NameOf(agreement)), nullptr);
  EXPECT_THAT(now->instruments(), IsEmpty());
  EXPECT_THAT(now->authorities(), IsEmpty());
  EXPECT_EQ(now->facts().instruments(), 0U);
  const Retraction& kept = *now->FindRetracted<Authority>(NameOf(court))->retraction;
  EXPECT_EQ(kept.evidence, "note");
  EXPECT_EQ(kept.retracted_by, "who");
  EXPECT_EQ(kept.time, kNow);
  EXPECT_TRUE(store_->ChangesAfter(1, 100)->at(0).barrier);
}

INSTANTIATE_TEST_SUITE_P(Engines, RegistryStoreContractTest, journal::AllBackends(),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::partner_registry
