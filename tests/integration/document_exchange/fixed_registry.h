#pragma once

#include <string>

#include "common/legal/facts.h"
#include "services/document-exchange/domain/registry_view.h"
#include "tests/testing/fixed_registry.h"

namespace comity::document_exchange {

inline constexpr char kTbilisi[] = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";
inline constexpr char kChisinau[] = "spiffe://agency.example/partner/moldova/contact/chisinau-1";
inline constexpr char kParis[] = "spiffe://agency.example/partner/france/contact/paris-1";
inline constexpr char kPanama[] = "spiffe://agency.example/partner/panama/contact/panama-1";
inline constexpr char kGeorgianProsecutor[] =
    "spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-1";

// Who seconds kGeorgianProsecutor, until further notice.
legal::Secondment Seconded();

// The public facts, that secondment and the contacts above, active openers all, that a test can
// change. Thread-safe; passes the contract of RegistryView.
class FixedRegistry final : public testing::FixedRegistryOf<RegistryView> {
 public:
  FixedRegistry();

  // Nothing was ever received.
  struct Unreached {};
  explicit FixedRegistry(Unreached) {}

  // Whoever asks, nobody has confirmed what the partner is in law.
  void DoubtClass(const std::string& partner);
  void SetFootnote(const std::string& partner, const std::string& footnote);
};

}  // namespace comity::document_exchange
