#include "services/partner-registry/domain/filter_fields.h"

namespace comity::partner_registry {
namespace {

template <typename Enum>
std::vector<std::string> WordsOfEnum(Enum last) {
  std::vector<std::string> words;
  for (int i = 0; i <= static_cast<int>(last); ++i) words.emplace_back(Word(static_cast<Enum>(i)));
  return words;
}

absl::string_view TrueOrFalse(bool value) { return value ? "true" : "false"; }

}  // namespace

const std::array<FilterField, kFilterFields>& FilterFields() {
  using View = absl::string_view;
  static const auto& fields = *new std::array<FilterField, kFilterFields>{
      {{"kind", "PARTNER_KIND_", WordsOfEnum(PartnerKind::kProjectOrCentre),
        [](const Partner& p) { return View(Word(p.kind)); }},
       {"region", "", {}, [](const Partner& p) { return View(p.region); }},
       {"iso_alpha2", "", {}, [](const Partner& p) { return View(p.iso_alpha2); }},
       {"iso_alpha3", "", {}, [](const Partner& p) { return View(p.iso_alpha3); }},
       {"legal_class", "LEGAL_CLASS_", WordsOfEnum(LegalClass::kPrivate), nullptr},
       {"exchanges_suspended",
        "",
        {"true", "false"},
        [](const Partner& p) { return TrueOrFalse(p.exchanges_suspended); }},
       {"competent_in_criminal_matters", "", {"true", "false"}, [](const Partner& p) {
          return TrueOrFalse(p.competence.criminal_matters);
        }}}};
  return fields;
}

}  // namespace comity::partner_registry
