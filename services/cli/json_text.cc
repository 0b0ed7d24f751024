#include "services/cli/json_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::cli {
namespace {

constexpr char kUrlPrefix[] = "type.googleapis.com";

}  // namespace

std::string JsonText(const google::protobuf::Message& message) {
  // MessageToJsonString takes maps in the order of their hash tables, which varies.
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  const std::unique_ptr<google::protobuf::util::TypeResolver> types(
      google::protobuf::util::NewTypeResolverForDescriptorPool(
          kUrlPrefix, message.GetDescriptor()->file()->pool()));
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  std::string json;
  // Our own messages have nothing that cannot be written.
  const auto written = google::protobuf::util::BinaryToJsonString(
      types.get(), absl::StrCat(kUrlPrefix, "/", message.GetDescriptor()->full_name()), bytes,
      &json, print);
  return written.ok() ? json : std::string();
}

absl::Status ParseJsonText(const std::string& json, google::protobuf::Message& message) {
  const auto read = google::protobuf::util::JsonStringToMessage(json, &message);
  if (read.ok()) return absl::OkStatus();
  return InvalidField("JSON_INVALID", "file",
                      absl::StrCat("it is not a ", message.GetDescriptor()->name(),
                                   " in JSON: ", std::string(read.message())));
}

}  // namespace comity::cli
