// What callers send of documents and decisions, as bytes: what an upload is for, a decision, a
// recipient's header. Each input is read as each of them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "services/document-exchange/domain/decision_rules.h"
#include "services/document-exchange/domain/transfer_context.h"
#include "services/document-exchange/transport/exchange_proto.h"
#include "tests/fuzz/messages.h"

namespace {

namespace exchange = comity::document_exchange;
namespace registry_v1 = comity::partner_registry::v1;
namespace v1 = comity::document_exchange::v1;

using comity::fuzz::kNow;

// What an upload was opened for is what its submission is compared with: it is as itself.
void CheckContext(const v1::TransferContext& sent) {
  const auto context = exchange::FromProto(sent, kNow);
  if (!context.ok()) return;
  // The server puts these in.
  if (!context->question.counterpart.empty() || !context->question.decisions.empty()) std::abort();
  if (context->derived_from.size() != static_cast<std::size_t>(sent.derived_from_size())) {
    std::abort();
  }
  const std::string digests = exchange::DigestContext(*context);
  if (!exchange::CompareContexts(digests, digests).ok()) std::abort();
}

void CheckDecision(const registry_v1::Decision& sent) {
  const auto decision = exchange::FromProto(sent);
  if (!decision.ok()) return;
  const registry_v1::Decision written = exchange::ToProto(*decision, "store");
  const auto again = exchange::FromProto(written);
  if (!again.ok()) std::abort();
  const bool passes = exchange::CheckDecision(*decision).ok();
  if (exchange::CheckDecision(*again).ok() != passes) std::abort();
}

void CheckHeader(const v1::RecipientHeader& sent) {
  const v1::RecipientHeader written = exchange::ToProto(exchange::FromProto(sent));
  const v1::RecipientHeader again = exchange::ToProto(exchange::FromProto(written));
  if (again.DebugString() != written.DebugString()) std::abort();
}

template <typename Message>
void Read(const std::string& input, void (*check)(const Message&)) {
  Message message;
  if (message.ParseFromString(input)) check(message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  comity::fuzz::SilenceProtobuf();
  const std::string input(reinterpret_cast<const char*>(data), size);
  Read(input, CheckContext);
  Read(input, CheckDecision);
  Read(input, CheckHeader);
  return 0;
}
