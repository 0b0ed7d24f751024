#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "tests/testing/test_server.h"

namespace comity::registry_replica {

// The registry's side of Replicate behind real mutual TLS: keeps a feed, sends it as a snapshot or
// from a revision, stores confirmations and renews leases. Thread-safe.
class FakeRegistry {
 public:
  // `pki` is not owned. Port 0 unless `port` is given.
  explicit FakeRegistry(comity::testing::TestPki& pki, std::string store_id, int port = 0);
  ~FakeRegistry();

  int port() const;

  // Commits `change`, whose revision it sets, and sends it to everybody. Returns its number.
  std::int64_t Commit(partner_registry::v1::Change change);

  // Sends `change` to whoever is connected as a part of the next revision, which Commit completes.
  void SendPart(partner_registry::v1::Change change);

  // Renewals are stored but not answered any more, as if the answers were lost.
  void StopAnswering();
  void AnswerAgain();

  // Sends none from now on.
  void WithholdCheckpoints();

  // Ends every stream.
  void Disconnect();

  // Waits until some replica has confirmed `number`. False if that takes too long.
  bool AwaitConfirmed(std::int64_t number);
  std::int64_t confirmed() const;

  // Waits until replicas have asked `count` times more for their leases. False if that takes too
  // long.
  bool AwaitRenewals(int count);

  // How often a replica asked for a snapshot.
  int snapshots() const;

 private:
  class Service;
  struct Feed;

  const std::shared_ptr<Feed> feed_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<comity::testing::TestServer> server_;
};

}  // namespace comity::registry_replica
