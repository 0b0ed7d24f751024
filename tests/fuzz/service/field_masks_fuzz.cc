// Paths of field masks, parted by commas, which callers send with what they change and read.
#include <google/protobuf/field_mask.pb.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "comity/partner_registry/v1/partner.pb.h"
#include "common/service/field_masks.h"
#include "tests/fuzz/messages.h"

namespace {

using comity::partner_registry::v1::Instrument;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;

Instrument Recorded() {
  Instrument made;
  made.set_name("partners/georgia/instruments/agreement");
  made.set_title("Agreement");
  made.set_reference("OJ L 1");
  made.set_etag("\"1\"");
  made.set_recorded_by("spiffe://agency.example/agency/registry-operator/-/o1");
  (*made.mutable_certainty())["in_force"] = comity::partner_registry::v1::CERTAINTY_FOUND;
  (*made.mutable_value_recorded_by())["in_force"] = "somebody";
  made.mutable_scope()->add_offences("terrorism");
  return made;
}

Instrument Asked() {
  Instrument made;
  made.set_name("partners/moldova/instruments/another");
  made.set_title("Treaty");
  made.set_note("A note.");
  made.set_etag("\"9\"");
  made.set_recorded_by("somebody else");
  (*made.mutable_certainty())["ended"] = comity::partner_registry::v1::CERTAINTY_FOUND;
  (*made.mutable_value_recorded_by())["ended"] = "somebody else";
  return made;
}

// Without the fields that `mask` lets a caller change.
std::string Untouched(const FieldMask& mask, Instrument message) {
  std::set<std::string> named;
  for (const std::string& path : mask.paths()) named.insert(path.substr(0, path.find('.')));
  for (const FieldDescriptor* field : comity::service::SettableFields(*Instrument::descriptor())) {
    if (named.contains("*") || named.contains(field->name())) {
      message.GetReflection()->ClearField(&message, field);
    }
  }
  return message.DebugString();
}

void CheckUpdate(const FieldMask& mask) {
  Instrument changed = Recorded();
  if (!comity::service::Update(mask, Asked(), changed).ok()) {
    // Who is refused has changed nothing.
    if (changed.DebugString() != Recorded().DebugString()) std::abort();
    return;
  }
  if (Untouched(mask, changed) != Untouched(mask, Recorded())) std::abort();
  // The same again is the same.
  Instrument again = changed;
  if (!comity::service::Update(mask, Asked(), again).ok()) std::abort();
  if (again.DebugString() != changed.DebugString()) std::abort();
}

void CheckRead(const FieldMask& mask) {
  if (!comity::service::CheckReadMask(mask, *Instrument::descriptor()).ok()) return;
  Instrument shown = Recorded();
  comity::service::KeepOnly(mask, shown);
  const std::set<std::string> named(mask.paths().begin(), mask.paths().end());
  std::vector<const FieldDescriptor*> left;
  shown.GetReflection()->ListFields(shown, &left);
  for (const FieldDescriptor* field : left) {
    const bool all = named.empty() || named.contains("*");
    if (!all && field->name() != "name" && !named.contains(field->name())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  comity::fuzz::SilenceProtobuf();
  const std::string input(reinterpret_cast<const char*>(data), size);
  FieldMask mask;
  for (const absl::string_view path : absl::StrSplit(input, ',', absl::SkipEmpty())) {
    mask.add_paths(std::string(path));
  }
  CheckUpdate(mask);
  CheckRead(mask);
  return 0;
}
