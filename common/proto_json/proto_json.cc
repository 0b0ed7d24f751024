#include "common/proto_json/proto_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include "absl/strings/str_cat.h"

namespace comity::proto_json {
namespace {

namespace pb = google::protobuf;

constexpr char kUrlPrefix[] = "type.googleapis.com";

// The kinds that are compiled in, which live as long as the process.
pb::util::TypeResolver& Types() {
  static pb::util::TypeResolver& types =
      *pb::util::NewTypeResolverForDescriptorPool(kUrlPrefix, pb::DescriptorPool::generated_pool());
  return types;
}

}  // namespace

std::optional<std::string> ToJson(const pb::Message& message, Form form) {
  // MessageToJsonString takes maps in the order of their hash tables, which varies.
  std::string bytes;
  {
    pb::io::StringOutputStream stream(&bytes);
    pb::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  pb::util::JsonPrintOptions print;
  print.add_whitespace = form == Form::kIndented;
  std::string json;
  const auto written = pb::util::BinaryToJsonString(
      &Types(), absl::StrCat(kUrlPrefix, "/", message.GetDescriptor()->full_name()), bytes, &json,
      print);
  if (!written.ok()) return std::nullopt;
  return json;
}

}  // namespace comity::proto_json
