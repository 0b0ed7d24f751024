#include "common/release/release_lock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"

namespace comity {
namespace {

constexpr auto kAWhile = std::chrono::milliseconds(50);
constexpr auto kLong = std::chrono::seconds(5);

class ReleaseLockTest : public ::testing::Test {
 protected:
  std::future<void> Barrier() {
    return std::async(std::launch::async, [this] { lock_->Exclude([] {}); });
  }

  std::shared_ptr<ReleaseLock> lock_ = std::make_shared<ReleaseLock>();
};

TEST_F(ReleaseLockTest, ABarrierWaitsForEveryPermitThatIsOut) {
  ReleasePermit first = lock_->Share();
  ReleasePermit second = lock_->Share();
  ReleasePermit copy = second;
  const std::future<void> barrier = Barrier();

  first = nullptr;
  second = nullptr;
  EXPECT_EQ(barrier.wait_for(kAWhile), std::future_status::timeout);
  copy = nullptr;
  barrier.wait();
}

TEST_F(ReleaseLockTest, NoPermitIsGivenOutPastABarrierThatWaits) {
  ReleasePermit before = lock_->Share();
  bool applied = false;
  absl::Notification waiting;
  std::thread barrier([&] {
    waiting.Notify();
    lock_->Exclude([&] { applied = true; });
  });
  waiting.WaitForNotification();
  std::thread late([&] {
    // Whether it comes before the barrier has begun to wait or after, it does not deadlock.
    const ReleasePermit permit = lock_->Share();
  });
  before = nullptr;
  late.join();
  barrier.join();
  EXPECT_TRUE(applied);
}

TEST_F(ReleaseLockTest, NothingIsSharedWhileABarrierIsApplied) {
  absl::Notification applying;
  absl::Notification go_on;
  std::thread barrier([&] {
    lock_->Exclude([&] {
      applying.Notify();
      go_on.WaitForNotification();
    });
  });
  applying.WaitForNotification();
  std::future<ReleasePermit> permit =
      std::async(std::launch::async, [this] { return lock_->Share(); });

  EXPECT_EQ(permit.wait_for(kAWhile), std::future_status::timeout);
  go_on.Notify();
  EXPECT_NE(permit.get(), nullptr);
  barrier.join();
}

TEST_F(ReleaseLockTest, APermitIsGivenBackOnAnyThreadAndOutlivesItsGiver) {
  ReleasePermit permit = lock_->Share();
  const std::future<void> barrier = Barrier();
  std::thread([moved = std::move(permit)]() mutable { moved = nullptr; }).join();
  EXPECT_EQ(barrier.wait_for(kLong), std::future_status::ready);

  ReleasePermit last = lock_->Share();
  lock_ = nullptr;
  last = nullptr;
}

}  // namespace
}  // namespace comity
