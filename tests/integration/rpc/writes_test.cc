// Writes that hold no thread while they wait for their answer, over real mutual TLS.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace pr = partner_registry::v1;

absl::Status No() { return MakeError(absl::StatusCode::kNotFound, "no.", {.reason = "NO_LEAF"}); }

class WritesTest : public ::testing::Test {
 protected:
  WritesTest() {
    echo_.registry().write = [this](const rpc::Call&, rpc::WriteCall& later) {
      const absl::MutexLock lock(&mutex_);
      answers_.push_back(later.Promise());
      changed_.SignalAll();
      return absl::OkStatus();
    };
  }

  static absl::Status CreateContact(const std::shared_ptr<grpc::Channel>& channel,
                                    pr::Contact* contact) {
    grpc::ClientContext context;
    rpc::SetDeadline(context, absl::Seconds(20));
    pr::CreateContactRequest request;
    request.set_contact_id("c1");
    return rpc::ToAbslStatus(
        pr::PartnerRegistryService::NewStub(channel)->CreateContact(&context, request, contact));
  }

  std::future<absl::Status> Begin(const std::string& caller = kOfficer) {
    return std::async(std::launch::async, [channel = server_.Channel(caller)] {
      pr::Contact contact;
      return CreateContact(channel, &contact);
    });
  }

  // Waits until `count` bodies have promised their answers.
  void Await(std::size_t count) {
    const absl::MutexLock lock(&mutex_);
    while (answers_.size() < count) changed_.Wait(&mutex_);
  }
  std::size_t promised() {
    const absl::MutexLock lock(&mutex_);
    return answers_.size();
  }
  rpc::Answer Take() {
    const absl::MutexLock lock(&mutex_);
    while (answers_.empty()) changed_.Wait(&mutex_);
    rpc::Answer answer = std::move(answers_.back());
    answers_.pop_back();
    return answer;
  }

  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::vector<rpc::Answer> answers_ ABSL_GUARDED_BY(mutex_);
  EchoServer echo_;
  TestServer& server_ = echo_.server();
};

TEST_F(WritesTest, APromisedAnswerIsSentWhenItIsGiven) {
  std::future<absl::Status> call = Begin();
  const rpc::Answer answer = Take();
  ASSERT_EQ(call.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);

  answer(absl::OkStatus());

  EXPECT_THAT(call.get(), IsOk());
}

TEST_F(WritesTest, ABodyThatPromisesNothingAnswersByReturning) {
  echo_.registry().write = [](const rpc::Call&, rpc::WriteCall&) { return absl::OkStatus(); };
  pr::Contact contact;

  EXPECT_THAT(CreateContact(server_.Channel(kOfficer), &contact), IsOk());
  EXPECT_EQ(contact.name(), "c1");
}

TEST_F(WritesTest, ARefusalLeavesItsEvidenceWheneverItIsGiven) {
  std::future<absl::Status> later = Begin();
  Take()(No());
  EXPECT_THAT(later.get(), FailsWith(absl::StatusCode::kNotFound, "NO_LEAF"));
  echo_.registry().write = [](const rpc::Call&, rpc::WriteCall&) { return No(); };
  EXPECT_THAT(Begin().get(), FailsWith(absl::StatusCode::kNotFound, "NO_LEAF"));
  EXPECT_THAT(echo_.recorder().refusals(),
              ::testing::ElementsAre(std::string(kOfficer) + " NO_LEAF",
                                     std::string(kOfficer) + " NO_LEAF"));

  echo_.recorder().fails = true;
  EXPECT_THAT(Begin().get(), FailsWith(absl::StatusCode::kUnavailable, "EVIDENCE_UNAVAILABLE"));
}

TEST_F(WritesTest, WhatMayBlockIsDoneOnAnotherThreadThanTheOneThatGivesTheAnswer) {
  std::future<absl::Status> call = Begin();
  std::promise<void> go;

  Take().From([&, giver = std::this_thread::get_id()] {
    go.get_future().wait();
    EXPECT_NE(std::this_thread::get_id(), giver);
    return No();
  });
  go.set_value();

  EXPECT_THAT(call.get(), FailsWith(absl::StatusCode::kNotFound, "NO_LEAF"));
  EXPECT_THAT(echo_.recorder().refusals(), ::testing::SizeIs(1));
}

TEST_F(WritesTest, SoManyAreInProgressAndTheNextBeginsWhenOneIsAnswered) {
  constexpr std::size_t kAtOnce = 64;
  std::vector<std::future<absl::Status>> calls;
  for (std::size_t i = 0; i <= kAtOnce; ++i) calls.push_back(Begin(i % 2 ? kOfficer : kOperator));
  Await(kAtOnce);
  while (server_.gate().write_turns().queued() == 0) std::this_thread::yield();
  EXPECT_EQ(promised(), kAtOnce) << "one waits for its turn";

  Take()(absl::OkStatus());

  Await(kAtOnce);
  while (promised() > 0) Take()(absl::OkStatus());
  for (std::future<absl::Status>& call : calls) EXPECT_THAT(call.get(), IsOk());
}

TEST_F(WritesTest, DrainingWaitsForPromisedAnswers) {
  std::future<absl::Status> call = Begin();
  const rpc::Answer answer = Take();
  echo_.registry().write = [](const rpc::Call&, rpc::WriteCall&) { return absl::OkStatus(); };
  const auto channel = server_.Channel(kOfficer);
  pr::Contact contact;
  ASSERT_THAT(CreateContact(channel, &contact), IsOk());

  std::future<void> drained = std::async(std::launch::async, [&] { server_.server().Drain(); });
  absl::Status refused;
  do {
    refused = CreateContact(channel, &contact);
  } while (refused.ok());
  answer(absl::OkStatus());
  drained.get();

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kUnavailable, "DRAINING"));
  EXPECT_THAT(call.get(), IsOk());
}

TEST_F(WritesTest, AnAnswerIsGivenOnceNeitherTwiceNorNever) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  std::future<absl::Status> call = Begin();
  rpc::Answer answer = Take();

  EXPECT_DEATH(
      {
        answer(absl::OkStatus());
        answer(absl::OkStatus());
      },
      "CreateContact: the call was answered twice");
  // The handler may still be on its way out, and is then the last to hold the call.
  EXPECT_DEATH(
      {
        answer = rpc::Answer(nullptr);
        call.wait();
      },
      "CreateContact: nobody gave the answer");
  answer(absl::OkStatus());
  EXPECT_THAT(call.get(), IsOk());
}

}  // namespace
}  // namespace comity::testing
