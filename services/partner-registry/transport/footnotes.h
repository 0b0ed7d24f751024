#pragma once

#include <functional>
#include <map>
#include <string>

#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/legal/facts.h"

namespace comity::partner_registry {

// The footnotes on status of the partners among facts of which each comes after what it refers to:
// for who has let the state go.
class Footnotes {
 public:
  // Remembers that of a partner; gives an authority that of its partner.
  void GoWith(v1::Fact& fact) {
    if (fact.has_partner() && !fact.partner().status_footnote().empty()) {
      by_partner_[fact.partner().name()] = fact.partner().status_footnote();
    }
    if (!fact.has_authority()) return;
    const auto found = by_partner_.find(legal::PartnerOf(fact.authority().name()));
    if (found == by_partner_.end()) return;
    fact.mutable_authority()->set_status_footnote(found->second);
  }

 private:
  std::map<std::string, std::string, std::less<>> by_partner_;
};

}  // namespace comity::partner_registry
