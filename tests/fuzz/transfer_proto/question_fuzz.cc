// The question of a transfer check, as bytes of the message that a caller sends.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/transfer_proto/transfer_proto.h"
#include "tests/fuzz/messages.h"

namespace {

namespace v1 = comity::partner_registry::v1;

using comity::fuzz::kNow;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  comity::fuzz::SilenceProtobuf();
  v1::TransferQuestion question;
  if (!question.ParseFromArray(data, static_cast<int>(size))) return 0;
  const auto read = comity::transfer_proto::QuestionFromProto(question, kNow, "question");
  if (!read.ok()) return 0;
  // What was taken is written and read again as the same.
  const v1::TransferQuestion written = comity::transfer_proto::ToProto(*read);
  v1::TransferQuestion asked = written;
  // The check needs no evidence, and it does not come back; a caller has to name it.
  for (v1::Decision& decision : *asked.mutable_decisions()) decision.set_evidence("evidence");
  const auto again = comity::transfer_proto::QuestionFromProto(asked, kNow, "question");
  if (!again.ok() || again->mode != read->mode) std::abort();
  if (comity::transfer_proto::ToProto(*again).DebugString() != written.DebugString()) std::abort();
  return 0;
}
