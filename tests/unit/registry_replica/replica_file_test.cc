#include "common/registry_replica/replica_file.h"

#include <cstdio>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::registry_replica {
namespace {

using comity::testing::IsOk;

namespace v1 = ::comity::partner_registry::v1;

v1::Change PartnerAt(std::int64_t number, const std::string& id, const std::string& display_name,
                     bool barrier = false) {
  v1::Change change;
  change.mutable_revision()->set_store_id("s");
  change.mutable_revision()->set_number(number);
  change.set_barrier(barrier);
  v1::Partner& partner = *change.add_facts()->mutable_partner();
  partner.set_name(absl::StrCat("partners/", id));
  partner.set_display_name(display_name);
  return change;
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

class ReplicaFileTest : public ::testing::Test {
 protected:
  const comity::testing::TempDirectory folder_;
  const std::string path_ = folder_ / "registry-replica";
};

TEST_F(ReplicaFileTest, WithoutAFileNothingIsKept) {
  ReplicaFile file(path_);
  const auto kept = file.Load();
  ASSERT_THAT(kept, IsOk());
  EXPECT_FALSE(kept->has_revision());
}

TEST_F(ReplicaFileTest, ChangesAreFoldedWhenItIsLoaded) {
  {
    ReplicaFile file(path_);
    ASSERT_THAT(file.Replace(PartnerAt(3, "georgia", "Georgia")), IsOk());
    ASSERT_THAT(file.Append(PartnerAt(4, "moldova", "Moldova")), IsOk());
    ASSERT_THAT(file.Append(PartnerAt(5, "georgia", "Sakartvelo", true)), IsOk());
  }
  for (int start = 0; start < 2; ++start) {
    ReplicaFile file(path_);
    const auto kept = file.Load();
    ASSERT_THAT(kept, IsOk());
    EXPECT_EQ(kept->revision().number(), 5);
    ASSERT_EQ(kept->facts_size(), 2);
    EXPECT_EQ(kept->facts(0).partner().display_name(), "Sakartvelo");
  }
}

TEST_F(ReplicaFileTest, WhatIsTornOrDamagedEndsTheReading) {
  {
    ReplicaFile file(path_);
    ASSERT_THAT(file.Replace(PartnerAt(3, "georgia", "Georgia")), IsOk());
    ASSERT_THAT(file.Append(PartnerAt(4, "moldova", "Moldova")), IsOk());
  }
  std::string content = Content(path_);
  content.back() ^= 1;
  std::ofstream(path_, std::ios::binary) << content;
  {
    ReplicaFile file(path_);
    EXPECT_EQ(file.Load()->revision().number(), 3);
    ASSERT_THAT(file.Append(PartnerAt(4, "moldova", "Moldova")), IsOk());
  }
  std::ofstream(path_, std::ios::binary | std::ios::app) << "torn";
  EXPECT_EQ(ReplicaFile(path_).Load()->revision().number(), 4);

  std::ofstream(path_, std::ios::binary) << "something else";
  EXPECT_FALSE(ReplicaFile(path_).Load()->has_revision());
}

TEST_F(ReplicaFileTest, SecondmentsAreKeptAndAFileThatMayLackThemIsNotGoneOnFrom) {
  v1::Change change = PartnerAt(3, "georgia", "Georgia");
  change.add_facts()->mutable_secondment()->set_name("partners/georgia/secondments/s1");
  change.add_facts()->mutable_strategy()->set_name("strategies/s2024");
  {
    ReplicaFile file(path_);
    ASSERT_THAT(file.Replace(PartnerAt(2, "georgia", "Georgia")), IsOk());
    ASSERT_THAT(file.Append(change), IsOk());
  }
  const auto kept = ReplicaFile(path_).Load();
  ASSERT_THAT(kept, IsOk());
  ASSERT_EQ(kept->facts_size(), 2);
  EXPECT_TRUE(kept->facts(1).has_secondment());

  std::string content = Content(path_);
  ASSERT_TRUE(absl::StrContains(content, "registry-replica.v2"));
  content.replace(content.find(".v2"), 3, ".v1");
  std::ofstream(path_, std::ios::binary) << content;
  EXPECT_FALSE(ReplicaFile(path_).Load()->has_revision()) << "of a program that left them out";
}

TEST_F(ReplicaFileTest, WhatIsForgottenIsGone) {
  ReplicaFile file(path_);
  ASSERT_THAT(file.Replace(PartnerAt(3, "georgia", "Georgia")), IsOk());
  file.Forget();
  ASSERT_THAT(file.Append(PartnerAt(4, "moldova", "Moldova")), IsOk());

  EXPECT_FALSE(ReplicaFile(path_).Load()->has_revision());
}

TEST_F(ReplicaFileTest, ItIsKnownWhetherThereEverWasAnything) {
  ReplicaFile file(path_);
  EXPECT_TRUE(file.NeverKept());
  ASSERT_THAT(file.Load(), IsOk());
  EXPECT_TRUE(file.NeverKept()) << "looking changes nothing";
  ASSERT_THAT(file.Replace(PartnerAt(3, "georgia", "Georgia")), IsOk());
  EXPECT_FALSE(file.NeverKept());
  file.Forget();
  EXPECT_FALSE(ReplicaFile(path_).NeverKept()) << "though nothing is kept any more";
  ASSERT_EQ(std::remove(path_.c_str()), 0);
  EXPECT_FALSE(ReplicaFile(path_).NeverKept()) << "nor is there a file that could be emptied";
}

TEST_F(ReplicaFileTest, WithoutAPathNothingIsWritten) {
  ReplicaFile file("");
  EXPECT_THAT(file.Replace(PartnerAt(3, "georgia", "Georgia")), IsOk());
  EXPECT_THAT(file.Append(PartnerAt(4, "georgia", "Georgia")), IsOk());
  EXPECT_FALSE(file.Load()->has_revision());
}

TEST_F(ReplicaFileTest, WhatIsErasedOrPurgedIsInTheFileNoMore) {
  ReplicaFile file(path_);
  v1::Change told = PartnerAt(3, "georgia", "Georgia");
  v1::Contact& contact = *told.add_facts()->mutable_contact();
  contact.set_name("partners/georgia/contacts/tbilisi-1");
  contact.set_function("a-function-that-nobody-keeps");
  ASSERT_THAT(file.Replace(told), IsOk());
  ASSERT_THAT(file.Append(PartnerAt(4, "atlantis", "a-name-that-nobody-keeps")), IsOk());
  ASSERT_TRUE(absl::StrContains(Content(path_), "a-function-that-nobody-keeps"));

  v1::Change erasure;
  erasure.mutable_revision()->set_store_id("s");
  erasure.mutable_revision()->set_number(5);
  erasure.add_removed("partners/atlantis");
  contact.clear_function();
  contact.set_state(v1::Contact::STATE_ERASED);
  *erasure.add_facts()->mutable_contact() = contact;
  ASSERT_THAT(file.Append(erasure), IsOk());

  EXPECT_FALSE(absl::StrContains(Content(path_), "that-nobody-keeps"));
  ASSERT_THAT(file.Append(PartnerAt(6, "moldova", "Moldova")), IsOk());
  const auto kept = ReplicaFile(path_).Load();
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->revision().number(), 6);
  ASSERT_EQ(kept->facts_size(), 3);
}

}  // namespace
}  // namespace comity::registry_replica
