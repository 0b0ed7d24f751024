#include "services/partner-registry/domain/filter_program.h"

#include "services/partner-registry/domain/standing.h"

namespace comity::partner_registry {

CodeBook::CodeBook() {
  for (const char* nothing : {"", "false", "UNKNOWN", "UNSPECIFIED"}) Add(nothing);
}

std::uint32_t CodeBook::Add(absl::string_view text) {
  return codes_.try_emplace(text, static_cast<std::uint32_t>(codes_.size())).first->second;
}

std::uint32_t CodeBook::Find(absl::string_view text) const {
  const auto found = codes_.find(text);
  return found == codes_.end() ? kNone : found->second;
}

std::int32_t DayNumber(absl::CivilDay day) {
  return static_cast<std::int32_t>(day - absl::CivilDay(1970, 1, 1));
}

PartnerCodes::PartnerCodes(const Partner& partner, CodeBook& book) {
  for (std::size_t i = 0; i < kFilterFields; ++i) {
    const FilterField& field = FilterFields()[i];
    codes_[i] =
        book.Add(field.read == nullptr ? Word(LegalClass::kUnspecified) : field.read(partner));
  }
  for (const LegalClassPeriod& period : partner.legal_classes) {
    const SureDays days(period);
    periods_.push_back({.first = days.first.has_value() ? DayNumber(*days.first) : INT32_MIN,
                        .last = days.last.has_value() ? DayNumber(*days.last) : INT32_MAX,
                        .code = book.Add(Word(period.legal_class))});
  }
}

}  // namespace comity::partner_registry
