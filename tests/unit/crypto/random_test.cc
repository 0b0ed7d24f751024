#include "common/crypto/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>
#include <string>
#include <thread>

namespace comity::crypto {
namespace {

using ::testing::SizeIs;

TEST(RandomBytesTest, AreAsManyAsAskedForAndNeverTheSame) {
  std::set<std::string> drawn;
  for (int i = 0; i < 1000; ++i) {
    for (const std::size_t size : {8U, 32U, 63U, 64U, 65U, 5000U}) {
      const std::string bytes = RandomBytes(size);
      ASSERT_THAT(bytes, SizeIs(size));
      ASSERT_TRUE(drawn.insert(bytes.substr(0, 8)).second);
    }
  }
  EXPECT_THAT(RandomBytes(0), SizeIs(0));
}

// Both would draw on from what the parent has in stock.
TEST(RandomBytesTest, OfAChildOfForkAreNotThoseOfItsParent) {
  constexpr std::size_t kSize = 16;
  ASSERT_THAT(RandomBytes(kSize), SizeIs(kSize));  // There is a stock.
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);

  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string bytes = RandomBytes(kSize);
    _exit(write(ends[1], bytes.data(), kSize) == kSize ? 0 : 1);
  }
  close(ends[1]);
  std::string of_child(kSize, '\0');
  ASSERT_EQ(read(ends[0], of_child.data(), kSize), static_cast<ssize_t>(kSize));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);

  EXPECT_EQ(status, 0);
  EXPECT_NE(RandomBytes(kSize), of_child);
  close(ends[0]);
}

// The stock of a thread is gone before what the thread made earlier.
TEST(RandomBytesTest, AreRandomInTheLastDestructorsOfAThread) {
  std::string first;
  std::string last;
  struct Late {
    std::string* drawn = nullptr;
    ~Late() {
      if (drawn != nullptr) *drawn = RandomBytes(32);
    }
  };

  std::thread([&] {
    thread_local Late late;
    late.drawn = &last;
    first = RandomBytes(8);
  }).join();

  EXPECT_THAT(first, SizeIs(8));
  EXPECT_THAT(last, SizeIs(32));
  EXPECT_NE(last, std::string(32, '\0'));
}

}  // namespace
}  // namespace comity::crypto
