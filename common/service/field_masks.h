#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// Field masks (AIP-134, AIP-157). A path is the name of a field of the resource as a whole; `*` are
// all of them. Of a map with text for keys, FIELD.KEY is the entry of that key (AIP-161).
namespace comity::service {

// The fields of a resource that a caller can set: not those that are OUTPUT_ONLY or IDENTIFIER.
std::vector<const google::protobuf::FieldDescriptor*> SettableFields(
    const google::protobuf::Descriptor& type);

// Whether its entries can be named by their keys.
bool HasNamedEntries(const google::protobuf::FieldDescriptor& field);

// Copies the fields and entries that `mask` names from `from` to `into`, which are of one type; a
// field that is empty in `from` is emptied, an entry that it has not is removed, and the other
// entries stay. INVALID_ARGUMENT `FIELD_MASK_INVALID`, naming `field`, which the mask is of the
// request, and the path: no path is given, it is no field, its key is empty or has a dot, or only
// the server sets it (OUTPUT_ONLY, IDENTIFIER).
absl::Status Update(const google::protobuf::FieldMask& mask, const google::protobuf::Message& from,
                    google::protobuf::Message& into, absl::string_view field = "update_mask");

// Whether every path of a `read_mask` is a field of `type`. INVALID_ARGUMENT `FIELD_MASK_INVALID`.
absl::Status CheckReadMask(const google::protobuf::FieldMask& mask,
                           const google::protobuf::Descriptor& type);

// Empties what `mask`, which was checked, does not name, but for `name`. No path: nothing.
void KeepOnly(const google::protobuf::FieldMask& mask, google::protobuf::Message& message);

}  // namespace comity::service
