// comity partners watch: what changes in the registry, as it happens.

#include <google/protobuf/descriptor.h>
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/proto_json/proto_json.h"
#include "common/registry_replica/whole_revisions.h"
#include "common/rpc/grpc_status.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/calls.h"
#include "services/cli/question.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

constexpr absl::Duration kBeforeAnotherTry = absl::Seconds(1);

struct Arguments {
  std::string from;
  int count = 0;
};

// Ends calls when the user says so (Ctrl-C, or SIGTERM), on a thread of its own: the signals are
// blocked everywhere else, so that it has to be made before any other thread.
class Interruption {
 public:
  Interruption() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::thread([this] { Await(); });
  }
  ~Interruption() {
    // As a user would end it.
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // Whether `context`, which is not owned, may be called with; it is cancelled when the user says
  // so, until the next is given. Null: none.
  bool Cancels(grpc::ClientContext* context) {
    const absl::MutexLock lock(&mutex_);
    context_ = context;
    return !said_;
  }

  // Waits `duration`; false if the user says so before.
  bool Wait(absl::Duration duration) {
    const absl::MutexLock lock(&mutex_);
    return !mutex_.AwaitWithTimeout(absl::Condition(&said_), duration);
  }

 private:
  void Await() {
    int signal = 0;
    sigwait(&signals_, &signal);
    const absl::MutexLock lock(&mutex_);
    said_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }

  sigset_t signals_;
  absl::Mutex mutex_;
  bool said_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

// What the fact of a change says it is: its name, and `contact`.
std::pair<std::string, std::string> NameAndKind(const v1::Fact& fact) {
  const auto* const reflection = fact.GetReflection();
  const auto* const kind =
      reflection->GetOneofFieldDescriptor(fact, v1::Fact::descriptor()->oneof_decl(0));
  if (kind == nullptr) return {"(of a kind that this program does not know)", ""};
  const google::protobuf::Message& value = reflection->GetMessage(fact, kind);
  const auto* const name = value.GetDescriptor()->FindFieldByName("name");
  return {value.GetReflection()->GetString(value, name), kind->name()};
}

bool Retracted(const v1::Fact& fact) {
  return fact.instrument().has_retraction() || fact.authority().has_retraction();
}

void Print(const App& app, const v1::Change& change) {
  if (app.options.json) {
    std::cout << proto_json::ToJson(change, proto_json::Form::kOneLine).value_or("") << "\n";
    return;
  }
  const std::string when =
      absl::StrCat(change.revision().number(), "  ", TimeText(change.commit_time()), "  ");
  for (const v1::Fact& fact : change.facts()) {
    const auto [name, kind] = NameAndKind(fact);
    std::cout << when << name << "  " << kind << (Retracted(fact) ? ", retracted" : "")
              << (change.barrier() ? ", may forbid" : "") << "\n";
  }
  for (const std::string& name : change.removed()) std::cout << when << name << "  removed\n";
}

// The time for which the registry cannot be reached. A connection also ends because it is old, so
// that only who asks in vain after one did is told.
class Outage {
 public:
  explicit Outage(bool quiet) : quiet_(quiet) {}

  bool lasts() const { return since_.has_value(); }

  void Begin() { since_ = absl::Now(); }

  // Says once that it lasts.
  void Tell(const absl::Status& why) {
    if (!told_ && !quiet_) {
      std::cerr << "The registry cannot be reached since " << TimeText(ToTimestamp(*since_)) << " ("
                << why.message() << "). Waiting for it.\n";
    }
    told_ = true;
  }

  void End() {
    if (told_ && !quiet_) {
      std::cerr << "The registry answers again at " << TimeText(ToTimestamp(absl::Now())) << ".\n";
    }
    told_ = false;
    since_.reset();
  }

 private:
  const bool quiet_;
  std::optional<absl::Time> since_;
  bool told_ = false;
};

// Whether the registry answers, which a stream shows only once something changes.
absl::Status Ask(const App& app, RegistryStub& registry, Interruption& interruption) {
  grpc::ClientContext context;
  rpc::SetDeadline(context, app.patience());
  v1::ListPartnersRequest request;
  request.set_page_size(1);
  v1::ListPartnersResponse response;
  if (!interruption.Cancels(&context)) return absl::CancelledError();
  const absl::Status status =
      rpc::ToAbslStatus(registry.ListPartners(&context, request, &response));
  return interruption.Cancels(nullptr) ? status : absl::CancelledError();
}

absl::Status Watch(App& app, const Arguments& arguments) {
  Interruption interruption;
  v1::WatchRequest request;
  if (arguments.from.empty()) {
    COMITY_ASSIGN_OR_RETURN(*request.mutable_after(), PresentRevision(app));
  } else {
    COMITY_ASSIGN_OR_RETURN(*request.mutable_after(),
                            RegistryRevision(app, "--from", arguments.from));
  }
  COMITY_ASSIGN_OR_RETURN(const auto registry, Service<RegistryStub>(app));
  int seen = 0;
  const auto enough = [&] { return arguments.count > 0 && seen >= arguments.count; };
  Outage outage(app.options.quiet);
  do {
    if (outage.lasts()) {
      const absl::Status status = Ask(app, *registry, interruption);
      if (absl::IsCancelled(status)) break;
      if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
        outage.Tell(status);
        continue;
      }
      outage.End();
    }
    grpc::ClientContext context;
    if (!interruption.Cancels(&context)) break;
    const auto stream = registry->Watch(&context, request);
    v1::WatchResponse response;
    registry_replica::WholeRevisions<v1::WatchResponse> revisions;
    while (!enough() && stream->Read(&response)) {
      const std::optional<v1::WatchResponse> whole = revisions.Add(std::move(response));
      response = v1::WatchResponse();
      if (!whole.has_value()) continue;
      for (const v1::Change& change : whole->changes()) {
        if (enough()) break;
        Print(app, change);
        ++seen;
        *request.mutable_after() = change.revision();
      }
      if (whole->has_bookmark() && !enough()) *request.mutable_after() = whole->bookmark();
      std::cout.flush();
    }
    if (enough()) context.TryCancel();
    const absl::Status status = rpc::ToAbslStatus(stream->Finish());
    if (!interruption.Cancels(nullptr) || enough()) break;
    // What it prints to had not taken anything for long.
    if (absl::IsAborted(status)) continue;
    if (!status.ok() && !absl::IsUnavailable(status)) return status;
    outage.Begin();
  } while (interruption.Wait(kBeforeAnotherTry));
  std::cerr << "Seen up to registry revision " << request.after().number()
            << ". To go on: comity partners watch --from " << request.after().store_id() << "/"
            << request.after().number() << "\n";
  return absl::OkStatus();
}

}  // namespace

void RegisterWatch(Command partners, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command command = AddCommand(
      partners, app, "watch", "Print what changes in the registry, as it happens, until Ctrl-C",
      "  comity --as desk-1 partners watch\n"
      "  comity --as desk-1 partners watch --from 7 --output json",
      [&app, arguments] { return Watch(app, *arguments); });
  command
      .AddOption("--from", arguments->from,
                 "What came after this revision, too; 0 is everything; what is new if left out")
      .TypeName("NUMBER");
  command.AddOption("--count", arguments->count, "End after so many changes; 0 is never")
      .Between(0, 1'000'000);
}

}  // namespace comity::cli
