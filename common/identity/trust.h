#pragma once

// What is inside a TrustBundle, for the sources of this folder only.

#include <string>
#include <vector>

#include "common/identity/trust_bundle.h"
#include "common/identity/x509.h"

namespace comity::identity {

struct TrustBundle::Trust {
  // A CA of the bundle and the newest of its CRLs; null if it has none.
  struct Ca {
    X509Ptr certificate;
    X509CrlPtr crl;
  };

  std::string trust_domain;
  std::vector<std::string> paths;
  std::string roots_pem;
  StorePtr roots;       // Shared by verifications; nothing is added after the parse.
  std::vector<Ca> cas;  // Roots, then intermediates.
  std::size_t root_count = 0;
  bool has_crls = false;
};

}  // namespace comity::identity
