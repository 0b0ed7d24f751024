#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "services/document-exchange/domain/registry_view.h"
#include "services/document-exchange/domain/rows.h"

namespace comity::document_exchange {

// What was exchanged with one partner.
struct PartnerVolume {
  std::int64_t documents = 0;
  std::int64_t received = 0;    // From the partner, among them.
  std::set<std::string> cases;  // Their references.
};

// Adds `document` to the volume of every partner that is a side of it, as sender or as recipient;
// what stays within the agency is of none. Only of `partner` unless that is empty.
void AddTo(std::map<std::string, PartnerVolume>& volumes, const DocumentParties& document,
           const RegistrySnapshot& registry, const std::string& partner);

}  // namespace comity::document_exchange
