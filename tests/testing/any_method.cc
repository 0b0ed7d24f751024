#include "tests/testing/any_method.h"

#include <google/protobuf/text_format.h>
#include <grpcpp/generic/generic_stub.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/rpc/grpc_status.h"

namespace comity::testing {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

[[noreturn]] void Wrong(const std::string& what) {
  (void)std::fprintf(stderr, "any method: %s\n", what.c_str());
  std::abort();
}

AnyMessage NewOf(const google::protobuf::Descriptor& type) {
  return AnyMessage(MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

// One step of a path: a field, and which of its elements.
struct Step {
  const FieldDescriptor* field = nullptr;
  int index = 0;
};

Step StepOf(const Message& message, absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("[]"));
  Step step{.field = message.GetDescriptor()->FindFieldByName(parts[0])};
  if (step.field == nullptr || (parts.size() > 1 && (!step.field->is_repeated() ||
                                                     !absl::SimpleAtoi(parts[1], &step.index)))) {
    Wrong(absl::StrCat(message.GetTypeName(), " has no ", text));
  }
  return step;
}

// The message at `step` of `message`, made if it is not there.
Message* Into(Message& message, const Step& step) {
  const Reflection& fields = *message.GetReflection();
  if (!step.field->is_repeated()) return fields.MutableMessage(&message, step.field);
  if (step.index < fields.FieldSize(message, step.field)) {
    return fields.MutableRepeatedMessage(&message, step.field, step.index);
  }
  return fields.AddMessage(&message, step.field);
}

void SetText(Message& message, const Step& step, const std::string& value) {
  const Reflection& fields = *message.GetReflection();
  if (!step.field->is_repeated()) {
    fields.SetString(&message, step.field, value);
  } else if (step.index < fields.FieldSize(message, step.field)) {
    fields.SetRepeatedString(&message, step.field, step.index, value);
  } else {
    fields.AddString(&message, step.field, value);
  }
}

}  // namespace

const MethodDescriptor& FindMethod(const std::string& package, const std::string& name) {
  const MethodDescriptor* const found = DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrCat(package, ".", absl::StrReplaceAll(name, {{"/", "."}})));
  if (found == nullptr) Wrong(absl::StrCat("there is no ", package, ".", name));
  return *found;
}

std::string NameOf(const MethodDescriptor& method) {
  return absl::StrCat(method.service()->name(), "/", method.name());
}

std::vector<const MethodDescriptor*> MethodsOf(const std::vector<std::string>& services) {
  std::vector<const MethodDescriptor*> methods;
  for (const std::string& name : services) {
    const auto* const service = DescriptorPool::generated_pool()->FindServiceByName(name);
    if (service == nullptr) Wrong(absl::StrCat("there is no ", name));
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  return methods;
}

AnyMessage MakeRequest(const MethodDescriptor& method, const std::string& text) {
  AnyMessage request = NewOf(*method.input_type());
  if (!TextFormat::ParseFromString(text, request.get())) Wrong(absl::StrCat("bad text: ", text));
  return request;
}

absl::StatusOr<AnyMessage> CallMethod(const std::shared_ptr<grpc::Channel>& channel,
                                      const MethodDescriptor& method, const Message& request) {
  const grpc::Slice bytes(request.SerializeAsString());
  const grpc::ByteBuffer sent(&bytes, 1);
  grpc::ByteBuffer received;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  grpc::GenericStub stub(channel);
  grpc::Status status;
  absl::Notification done;
  stub.UnaryCall(&context, absl::StrCat("/", method.service()->full_name(), "/", method.name()),
                 grpc::StubOptions(), &sent, &received, [&](grpc::Status answer) {
                   status = std::move(answer);
                   done.Notify();
                 });
  done.WaitForNotification();
  if (!status.ok()) return rpc::ToAbslStatus(status);
  grpc::Slice answer;
  AnyMessage response = NewOf(*method.output_type());
  if (!received.DumpToSingleSlice(&answer).ok() ||
      !response->ParseFromArray(answer.begin(), static_cast<int>(answer.size()))) {
    return absl::DataLossError("the response is no message");
  }
  return response;
}

void SetField(Message& message, const std::string& path, const std::string& value) {
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  Message* at = &message;
  for (std::size_t i = 0; i + 1 < names.size(); ++i) at = Into(*at, StepOf(*at, names[i]));
  const Step last = StepOf(*at, names.back());
  if (last.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    SetText(*at, last, value);
    return;
  }
  at->GetReflection()->ClearField(at, last.field);
  if (!value.empty() && !TextFormat::ParseFieldValueFromString(value, last.field, at)) {
    Wrong(absl::StrCat(path, " cannot be ", value));
  }
}

}  // namespace comity::testing
