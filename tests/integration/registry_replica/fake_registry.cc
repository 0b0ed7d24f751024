#include "tests/integration/registry_replica/fake_registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "common/rpc/call_gate.h"

namespace comity::registry_replica {

namespace v1 = ::comity::partner_registry::v1;

namespace {

constexpr char kService[] = "comity.partner_registry.v1.PartnerRegistryService";
constexpr absl::Duration kLease = absl::Seconds(10);
constexpr absl::Duration kPatience = absl::Seconds(20);

using Session = rpc::Session<v1::ReplicateRequest, v1::ReplicateResponse>;

}  // namespace

// One replica that is connected.
struct Connection {
  std::weak_ptr<Session> session;  // Its functions hold the connection.
  bool asked = false;              // Its first message has come.
  bool snapshot = false;           // It wants one.
  std::size_t sent = 0;            // Changes of the feed.
  std::vector<v1::Change> parts;   // Of the next one.
  std::vector<std::int64_t> renewals;

  void Wake() const {
    if (const auto open = session.lock()) open->Wake();
  }
};

struct FakeRegistry::Feed {
  std::string store_id;
  mutable absl::Mutex mutex;
  std::vector<v1::Change> changes ABSL_GUARDED_BY(mutex);
  std::vector<std::shared_ptr<Connection>> connections ABSL_GUARDED_BY(mutex);
  std::int64_t confirmed ABSL_GUARDED_BY(mutex) = 0;
  std::int64_t renewals ABSL_GUARDED_BY(mutex) = 0;  // Of all, answered or not.
  int snapshots ABSL_GUARDED_BY(mutex) = 0;
  bool answering ABSL_GUARDED_BY(mutex) = true;
  bool checkpoints ABSL_GUARDED_BY(mutex) = true;

  void Hear(Connection& connection, const v1::ReplicateRequest& request) {
    absl::MutexLock lock(&mutex);
    if (!connection.asked) {
      connection.asked = true;
      connection.snapshot = !request.has_confirmed() || request.confirmed().store_id() != store_id;
      if (connection.snapshot) ++snapshots;
      if (!connection.snapshot) {
        connection.sent = static_cast<std::size_t>(request.confirmed().number());
      }
    }
    if (request.has_confirmed() && request.confirmed().store_id() == store_id) {
      confirmed = std::max(confirmed, request.confirmed().number());
    }
    if (request.renewal() > 0) {
      connection.renewals.push_back(request.renewal());
      ++renewals;
    }
  }

  absl::Status Pump(Connection& connection, rpc::Outflow<v1::ReplicateResponse>& out) {
    while (true) {
      v1::ReplicateResponse response;
      {
        absl::MutexLock lock(&mutex);
        if (!connection.asked || !out.HasRoom()) return absl::OkStatus();
        if (connection.snapshot) {
          connection.snapshot = false;
          connection.sent = 0;
          response.set_reset(true);
        }
        // A part is alone in its message, which has no bookmark.
        const bool part = !connection.parts.empty();
        for (v1::Change& one : connection.parts) *response.add_changes() = std::move(one);
        connection.parts.clear();
        const bool news = !part && (response.reset() || connection.sent < changes.size());
        for (; news && connection.sent < changes.size(); ++connection.sent) {
          *response.add_changes() = changes[connection.sent];
        }
        if (news) {
          response.mutable_bookmark()->set_store_id(store_id);
          response.mutable_bookmark()->set_number(static_cast<std::int64_t>(changes.size()));
          if (checkpoints) response.set_checkpoint(absl::StrCat("checkpoint of ", changes.size()));
        }
        const bool renewed = !part && answering && !connection.renewals.empty();
        if (renewed) {
          response.set_renewed(connection.renewals.back());
          response.set_lease_ms(absl::ToInt64Milliseconds(kLease));
          connection.renewals.clear();
        }
        if (!part && !news && !renewed) return absl::OkStatus();
      }
      if (!out.TryPush(std::move(response))) return absl::OkStatus();
    }
  }

  void WakeAll() {
    absl::MutexLock lock(&mutex);
    for (const auto& connection : connections) connection->Wake();
  }
};

class FakeRegistry::Service final : public v1::PartnerRegistryService::CallbackService {
 public:
  Service(rpc::GateCore& core, std::shared_ptr<Feed> feed)
      : gate_(&core, kService), feed_(std::move(feed)) {}

  grpc::ServerBidiReactor<v1::ReplicateRequest, v1::ReplicateResponse>* Replicate(
      grpc::CallbackServerContext* context) override {
    return gate_.OpenSession<v1::ReplicateRequest, v1::ReplicateResponse>(
        context, "Replicate", [feed = feed_](std::shared_ptr<Session> session) {
          auto connection = std::make_shared<Connection>();
          connection->session = session;
          {
            absl::MutexLock lock(&feed->mutex);
            feed->connections.push_back(connection);
          }
          session->SetPump([feed, connection](rpc::Outflow<v1::ReplicateResponse>& out) {
            return feed->Pump(*connection, out);
          });
          session->OnMessage([feed, connection](const v1::ReplicateRequest& request) {
            feed->Hear(*connection, request);
            connection->Wake();
            return absl::OkStatus();
          });
          session->OnEnd([feed, connection] {
            absl::MutexLock lock(&feed->mutex);
            std::erase(feed->connections, connection);
          });
          return absl::OkStatus();
        });
  }

 private:
  const rpc::CallGate gate_;
  const std::shared_ptr<Feed> feed_;
};

FakeRegistry::FakeRegistry(comity::testing::TestPki& pki, std::string store_id, int port)
    : feed_(std::make_shared<Feed>()) {
  feed_->store_id = std::move(store_id);
  comity::testing::TestServer::Options options;
  options.services = {kService};
  options.table = comity::testing::TableToml(
      {kService}, {{absl::StrCat(kService, "/Replicate"),
                    "callers = [\"service\"]\nevidence = \"none\"\nadmission = \"watch\"\n"}});
  if (port != 0) options.server.listener.address = absl::StrCat("127.0.0.1:", port);
  server_ = std::make_unique<comity::testing::TestServer>(
      pki, std::move(options), [this](rpc::GateCore& core) {
        service_ = std::make_unique<Service>(core, feed_);
        return std::vector<grpc::Service*>{service_.get()};
      });
}

FakeRegistry::~FakeRegistry() { Disconnect(); }

int FakeRegistry::port() const { return server_->port(); }

std::int64_t FakeRegistry::Commit(v1::Change change) {
  std::int64_t number = 0;
  {
    absl::MutexLock lock(&feed_->mutex);
    number = static_cast<std::int64_t>(feed_->changes.size()) + 1;
    change.mutable_revision()->set_store_id(feed_->store_id);
    change.mutable_revision()->set_number(number);
    feed_->changes.push_back(std::move(change));
  }
  feed_->WakeAll();
  return number;
}

void FakeRegistry::SendPart(v1::Change change) {
  {
    absl::MutexLock lock(&feed_->mutex);
    change.mutable_revision()->set_store_id(feed_->store_id);
    change.mutable_revision()->set_number(static_cast<std::int64_t>(feed_->changes.size()) + 1);
    for (const auto& connection : feed_->connections) connection->parts.push_back(change);
  }
  feed_->WakeAll();
}

void FakeRegistry::StopAnswering() {
  absl::MutexLock lock(&feed_->mutex);
  feed_->answering = false;
}

void FakeRegistry::AnswerAgain() {
  absl::MutexLock lock(&feed_->mutex);
  feed_->answering = true;
}

void FakeRegistry::WithholdCheckpoints() {
  absl::MutexLock lock(&feed_->mutex);
  feed_->checkpoints = false;
}

void FakeRegistry::Disconnect() {
  std::vector<std::shared_ptr<Connection>> connections;
  {
    absl::MutexLock lock(&feed_->mutex);
    connections.swap(feed_->connections);
  }
  for (const auto& connection : connections) {
    const auto open = connection->session.lock();
    if (open != nullptr) open->Finish(absl::UnavailableError("disconnected by the test"));
  }
}

bool FakeRegistry::AwaitConfirmed(std::int64_t number) {
  absl::MutexLock lock(&feed_->mutex);
  const auto confirmed = [this, number] {
    feed_->mutex.AssertHeld();
    return feed_->confirmed >= number;
  };
  return feed_->mutex.AwaitWithTimeout(absl::Condition(&confirmed), kPatience);
}

bool FakeRegistry::AwaitRenewals(int count) {
  absl::MutexLock lock(&feed_->mutex);
  const std::int64_t wanted = feed_->renewals + count;
  const auto came = [this, wanted] {
    feed_->mutex.AssertHeld();
    return feed_->renewals >= wanted;
  };
  return feed_->mutex.AwaitWithTimeout(absl::Condition(&came), kPatience);
}

std::int64_t FakeRegistry::confirmed() const {
  absl::MutexLock lock(&feed_->mutex);
  return feed_->confirmed;
}

int FakeRegistry::snapshots() const {
  absl::MutexLock lock(&feed_->mutex);
  return feed_->snapshots;
}

}  // namespace comity::registry_replica
