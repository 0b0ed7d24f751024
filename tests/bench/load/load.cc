// Loads one method of one server and prints one line of JSON with what it saw.
//
// Usage: bench-load IDENTITY ROOTS ADDRESS METHOD CALLERS SECONDS [REQUEST.pb [RESPONSE.pb]]
//
// METHOD is get-partner or evaluate (calls, with REQUEST.pb as every request; RESPONSE.pb is
// written with an answer), download (REQUEST.pb is a DownloadRequest) or upload (REQUEST.pb is the
// first UploadPiecesRequest; SECONDS is then the number of MiB to send).

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "common/threads/locks.h"
#include "tests/bench/load/tls.h"

namespace comity::bench {
namespace {

namespace registry = partner_registry::v1;
namespace exchange = document_exchange::v1;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMessageBytes = 256 << 10;
constexpr std::int64_t kMiB = 1 << 20;

struct Setting {
  std::shared_ptr<grpc::Channel> channel;
  std::string request;
  std::string response_file;
  int callers;
  int seconds;
};

double Seconds(SteadyClock::duration elapsed) {
  return std::chrono::duration<double>(elapsed).count();
}

[[noreturn]] void Fail(const grpc::Status& status) {
  std::cerr << "bench: the call failed: " << status.error_code() << " " << status.error_message()
            << "\n";
  std::exit(1);
}

// Calls as often as possible from `callers` threads, half a second to warm up, then counts.
template <typename Request, typename Response, typename Call>
int LoadUnary(const Setting& setting, const Call& call) {
  Request request;
  request.ParseFromString(setting.request);
  Response answer;
  if (const grpc::Status status = call(request, &answer); !status.ok()) Fail(status);
  if (!setting.response_file.empty()) {
    std::ofstream(setting.response_file, std::ios::binary) << answer.SerializeAsString();
  }

  std::atomic<int> phase = 0;  // 0 warms up, 1 counts, 2 is over.
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(setting.callers));
  std::vector<std::thread> callers;
  for (auto& mine : latencies) {
    callers.emplace_back([&] {
      Response response;
      while (phase.load(std::memory_order_relaxed) < 2) {
        const auto begin = SteadyClock::now();
        if (const grpc::Status status = call(request, &response); !status.ok()) Fail(status);
        if (phase.load(std::memory_order_relaxed) == 1) {
          mine.push_back(Seconds(SteadyClock::now() - begin));
        }
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  phase = 1;
  const auto begin = SteadyClock::now();
  std::this_thread::sleep_for(std::chrono::seconds(setting.seconds));
  phase = 2;
  const double elapsed = Seconds(SteadyClock::now() - begin);
  for (std::thread& caller : callers) caller.join();

  std::vector<double> all;
  for (const auto& mine : latencies) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all.empty() ? 0 : all[static_cast<std::size_t>(share * double(all.size() - 1))] * 1e6;
  };
  std::cout << absl::StrFormat(R"({"per_second":%.1f,"p50_us":%.1f,"p99_us":%.1f})",
                               double(all.size()) / elapsed, at(0.5), at(0.99))
            << "\n";
  return 0;
}

int PrintRate(std::int64_t bytes, SteadyClock::duration elapsed) {
  std::cout << absl::StrFormat(R"({"mib_per_second":%.1f,"mib":%d})",
                               double(bytes) / double(kMiB) / Seconds(elapsed), bytes / kMiB)
            << "\n";
  return 0;
}

int LoadDownload(const Setting& setting) {
  const auto stub = exchange::DocumentExchangeService::NewStub(setting.channel);
  exchange::DownloadRequest request;
  request.ParseFromString(setting.request);
  grpc::ClientContext context;
  const auto begin = SteadyClock::now();
  const auto reader = stub->Download(&context, request);
  exchange::DownloadResponse response;
  std::int64_t bytes = 0;
  while (reader->Read(&response)) bytes += static_cast<std::int64_t>(response.data().size());
  if (const grpc::Status status = reader->Finish(); !status.ok()) Fail(status);
  return PrintRate(bytes, SteadyClock::now() - begin);
}

int LoadUpload(const Setting& setting) {
  const auto stub = exchange::DocumentExchangeService::NewStub(setting.channel);
  exchange::UploadPiecesRequest request;
  request.ParseFromString(setting.request);
  request.set_payload(exchange::PAYLOAD_CONTENT);
  request.set_data(std::string(kMessageBytes, 'x'));
  const std::int64_t total = setting.seconds * kMiB;

  grpc::ClientContext context;
  const auto begin = SteadyClock::now();
  const auto stream = stub->UploadPieces(&context);
  std::int64_t durable = 0;
  std::thread acknowledgements([&] {
    exchange::UploadPiecesResponse response;
    while (stream->Read(&response)) durable = response.content_offset();
  });
  for (std::int64_t sent = 0; sent < total; sent += static_cast<std::int64_t>(kMessageBytes)) {
    request.set_offset(sent);
    if (!stream->Write(request)) break;
    request.clear_upload();
  }
  stream->WritesDone();
  acknowledgements.join();
  if (const grpc::Status status = stream->Finish(); !status.ok()) Fail(status);
  if (durable != total) {
    std::cerr << "bench: only " << durable << " of " << total << " bytes were acknowledged\n";
    return 1;
  }
  return PrintRate(durable, SteadyClock::now() - begin);
}

int Main(int argc, char** argv) {
  if (argc < 7 || argc > 9) {
    std::cerr << "Usage: bench-load IDENTITY ROOTS ADDRESS METHOD CALLERS SECONDS"
                 " [REQUEST.pb [RESPONSE.pb]]\n";
    return 2;
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(4 << 20);
  const Setting setting{
      .channel = grpc::CreateCustomChannel(
          argv[3], BareChannelCredentials(argv[1], ReadFileOrExit(argv[2])), arguments),
      .request = argc > 7 ? ReadFileOrExit(argv[7]) : "",
      .response_file = argc > 8 ? argv[8] : "",
      .callers = std::stoi(argv[5]),
      .seconds = std::stoi(argv[6])};
  const std::string method = argv[4];
  const auto stub = registry::PartnerRegistryService::NewStub(setting.channel);
  if (method == "get-partner") {
    return LoadUnary<registry::GetPartnerRequest, registry::Partner>(
        setting, [&](const registry::GetPartnerRequest& request, registry::Partner* response) {
          grpc::ClientContext context;
          return stub->GetPartner(&context, request, response);
        });
  }
  if (method == "evaluate") {
    return LoadUnary<registry::EvaluateTransferRequest, registry::TransferVerdict>(
        setting,
        [&](const registry::EvaluateTransferRequest& request, registry::TransferVerdict* response) {
          grpc::ClientContext context;
          return stub->EvaluateTransfer(&context, request, response);
        });
  }
  if (method == "download") return LoadDownload(setting);
  if (method == "upload") return LoadUpload(setting);
  std::cerr << "bench: unknown method \"" << method << "\"\n";
  return 2;
}

}  // namespace
}  // namespace comity::bench

int main(int argc, char** argv) {
  comity::LookForNoDeadlocks();
  return comity::bench::Main(argc, argv);
}
