// 3.2 and 5.1 to 5.4: "covers offence, authority, category, purpose", "territory, sector".
#include <algorithm>

#include "tests/unit/legal/naive_table.h"

namespace comity::legal::naive {
namespace {

// As a lawyer reads words: neither case nor the spaces around them are of any account.
std::string Plain(const std::string& words) {
  std::string plain;
  for (const char c : words) plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  while (plain.starts_with(' ')) plain.erase(0, 1);
  while (plain.ends_with(' ')) plain.pop_back();
  return plain;
}

bool Contains(const std::vector<std::string>& list, const std::string& words) {
  for (const std::string& entry : list) {
    if (Plain(entry) == Plain(words)) return true;
  }
  return false;
}

}  // namespace

// LED 36(1), "one or more specified sectors": whoever works in another one as well, or is not said
// to work in any, is not in them.
bool Table::IsInItsSectors(const Instrument& instrument) const {
  if (instrument.scope == nullptr || instrument.scope->all().sectors.empty()) return true;
  if (authority_ == nullptr) return false;
  std::size_t inside = 0;
  for (const std::string& sector : authority_->sectors) {
    if (Contains(instrument.scope->all().sectors, sector)) ++inside;
  }
  return inside > 0 && inside == authority_->sectors.size();
}

// Listed in the instrument's annex; or in none, of its sectors, and of the partner's territory or
// of one to which the instrument extends.
bool Table::CoversAuthority(const Instrument& instrument) const {
  if (authority_ == nullptr) return IsInItsSectors(instrument);
  const std::vector<std::string>& listed = authority_->listed_in;
  if (!listed.empty())
    return std::find(listed.begin(), listed.end(), instrument.name) != listed.end();
  if (!IsInItsSectors(instrument)) return false;
  if (authority_->territory.empty()) return true;
  return instrument.scope != nullptr &&
         Contains(instrument.scope->all().territories, authority_->territory);
}

// No limit that is recorded is passed, nor left open by what the question does not say.
bool Table::TakesIn(const Instrument& instrument) const {
  if (instrument.scope == nullptr) return true;
  const Scope& scope = instrument.scope->all();
  const Purpose& purpose = question_.purpose;
  if (!scope.offences.empty()) {
    if (Plain(purpose.offence).empty()) return false;
    if (!Contains(scope.offences, purpose.offence)) return false;
  }
  if (!scope.stages.empty()) {
    if (Plain(purpose.stage).empty()) return false;
    if (!Contains(scope.stages, purpose.stage)) return false;
  }
  if (!scope.subjects.empty()) {
    if (question_.subjects.empty()) return false;
    for (const SubjectKind subject : question_.subjects) {
      if (std::count(scope.subjects.begin(), scope.subjects.end(), subject) == 0) return false;
    }
  }
  return !(scope.excludes_special_categories && question_.special_categories);
}

bool Table::Covers(const Instrument& instrument) const {
  return CoversAuthority(instrument) && TakesIn(instrument);
}

}  // namespace comity::legal::naive
