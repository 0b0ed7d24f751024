// A service of one method, for the tests of what every service's process does: its main().

#include <comity/ledger/v1/ledger.grpc.pb.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/rpc/call_gate.h"
#include "common/rpc/service_process.h"
#include "common/status/macros.h"

namespace comity {
namespace {

constexpr char kLedger[] = "comity.ledger.v1.LedgerService";

class OneMethod final : public rpc::Application, public ledger::v1::LedgerService::CallbackService {
 public:
  OneMethod(rpc::CallGate gate, std::string note)
      : gate_(std::move(gate)), note_(std::move(note)) {}

  std::vector<grpc::Service*> Services() override { return {this}; }

  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const ledger::v1::GetCheckpointRequest* request,
                                          ledger::v1::Checkpoint* response) override {
    return gate_.Unary(context, "GetCheckpoint", request, response,
                       [this](const rpc::Call&, const ledger::v1::GetCheckpointRequest&,
                              ledger::v1::Checkpoint* checkpoint) -> absl::Status {
                         checkpoint->set_note(note_);
                         return absl::OkStatus();
                       });
  }

 private:
  const rpc::CallGate gate_;
  const std::string note_;
};

}  // namespace
}  // namespace comity

int main(int argc, char** argv) {
  std::string note;
  std::string ready_file;
  return comity::rpc::RunService(
      argc, argv,
      {.name = "partner-registry",
       .services = {comity::kLedger},
       .read_config = [&](const comity::config::Config& config) -> absl::Status {
         COMITY_ASSIGN_OR_RETURN(note, config.section("ledger").String("note", "none"));
         COMITY_ASSIGN_OR_RETURN(ready_file, config.section("ledger").Path("ready_file", ""));
         return absl::OkStatus();
       },
       .build = [&](comity::rpc::ProcessParts& parts)
           -> absl::StatusOr<std::unique_ptr<comity::rpc::Application>> {
         if (!ready_file.empty()) {
           parts.ServeWhen([&] { return std::filesystem::exists(ready_file); });
         }
         return std::make_unique<comity::OneMethod>(parts.Gate(comity::kLedger), note);
       }});
}
