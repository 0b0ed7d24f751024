#include "services/partner-registry/domain/filter_program.h"

#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/numeric/bits.h"
#include "services/partner-registry/domain/standing.h"

namespace comity::partner_registry {
namespace {

// So many of a block are looked at one by one.
constexpr int kFew = 12;

}  // namespace

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

void PartnerCodes::Put(std::size_t slot, const Partner& partner) {
  for (std::size_t i = 0; i < kFilterFields; ++i) {
    const FilterField& field = FilterFields()[i];
    std::vector<std::uint32_t>& column = columns_[i];
    if (slot >= column.size()) column.resize(column.size() + kBlock);
    column[slot] = field.read == nullptr ? HistoryOf(partner) : book_.Add(field.read(partner));
  }
}

std::uint32_t PartnerCodes::HistoryOf(const Partner& partner) {
  History history;
  for (const LegalClassPeriod& period : partner.legal_classes) {
    const CoveredDays days(period);
    history.push_back({.first = days.first.has_value() ? DayNumber(*days.first) : INT32_MIN,
                       .last = days.last.has_value() ? DayNumber(*days.last) : INT32_MAX,
                       .code = book_.Add(Word(period.legal_class))});
  }
  const auto number = static_cast<std::uint32_t>(histories_.size());
  return histories_.try_emplace(std::move(history), number).first->second;
}

std::vector<std::uint32_t> PartnerCodes::ClassesOn(std::int32_t day) const {
  std::vector<std::uint32_t> classes(histories_.size(), book_.Find(Word(LegalClass::kUnspecified)));
  for (const auto& [history, number] : histories_) {
    for (const Period& period : history) {
      if (day < period.first || period.last < day) continue;
      classes[number] = period.code;
      break;
    }
  }
  return classes;
}

std::uint64_t FilterProgram::Holding(const Test& test, const std::uint32_t* block) const {
  const auto all = [block](auto holds) {
    std::uint64_t those = 0;
    for (std::size_t i = 0; i < PartnerCodes::kBlock; ++i) {
      those |= static_cast<std::uint64_t>(holds(block[i])) << i;
    }
    return those;
  };
  if (test.field == kLegalClassField) {
    return all([&](std::uint32_t history) { return test.Holds(classes_[history]); });
  }
  if (test.whether_set) return all([](std::uint32_t code) { return CodeBook::IsSet(code); });
  return all([wanted = test.code](std::uint32_t code) { return code == wanted; });
}

std::uint64_t FilterProgram::Through(const PartnerCodes& codes, std::size_t first,
                                     std::uint64_t asked) const {
  // Who has come to each place.
  absl::InlinedVector<std::uint64_t, 16> at(start_ + kFirstTest);
  at[start_] = asked;
  for (std::size_t place = start_; place >= kFirstTest; --place) {
    if (at[place] == 0) continue;
    const Test& test = tests_[place - kFirstTest];
    const std::uint32_t* const block = codes.Block(test.field, first);
    std::uint64_t holding = 0;
    if (absl::popcount(at[place]) > kFew) {
      holding = Holding(test, block);
    } else {
      for (std::uint64_t left = at[place]; left != 0; left &= left - 1) {
        const int i = absl::countr_zero(left);
        const std::uint32_t code = test.field == kLegalClassField ? classes_[block[i]] : block[i];
        if (test.Holds(code)) holding |= std::uint64_t{1} << i;
      }
    }
    at[test.then] |= at[place] & holding;
    at[test.otherwise] |= at[place] & ~holding;
  }
  return at[kYes];
}

}  // namespace comity::partner_registry
