#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/filter_fields.h"
#include "services/partner-registry/domain/types.h"

// A filter over many partners. What it can ask for is kept as numbers, a cache line a partner, so
// that no text is compared for each.
namespace comity::partner_registry {

// Numbers that stand for texts: equal ones for equal texts. Keeps every text there ever was, which
// are few: words of enumerations, regions, codes of States.
class CodeBook {
 public:
  // That of no text.
  static constexpr std::uint32_t kNone = UINT32_MAX;

  CodeBook();

  std::uint32_t Add(absl::string_view text);
  // kNone: no partner ever had it.
  std::uint32_t Find(absl::string_view text) const;

  // Whether the text says something: it is none of those that the book begins with.
  static bool IsSet(std::uint32_t code) { return code >= kSaysNothing; }

 private:
  static constexpr std::uint32_t kSaysNothing = 4;

  absl::flat_hash_map<std::string, std::uint32_t> codes_;
};

// Days since 1970.
std::int32_t DayNumber(absl::CivilDay day);

// What filters see of a partner, as numbers of a code book.
class PartnerCodes {
 public:
  // Of no partner.
  PartnerCodes() = default;
  PartnerCodes(const Partner& partner, CodeBook& book);

  // That of a field (FilterFields); of the legal class that on `day`, a day's number.
  std::uint32_t Of(std::size_t field, std::int32_t day) const {
    if (field == kLegalClassField) {
      for (const Period& period : periods_) {
        if (period.first <= day && day <= period.last) return period.code;
      }
    }
    return codes_[field];
  }

 private:
  // A legal class and the days on which the partner surely has it.
  struct Period {
    std::int32_t first = 0;
    std::int32_t last = 0;
    std::uint32_t code = 0;
  };

  std::array<std::uint32_t, kFilterFields> codes_{};  // Of the legal class: if there is none.
  absl::InlinedVector<Period, 2> periods_;
};

// A filter for a code book and a day: tests, each of which says where to go on.
class FilterProgram {
 public:
  // Everybody.
  FilterProgram() = default;

  bool Matches(const PartnerCodes& partner) const {
    std::size_t at = start_;
    while (at < kNo) {
      const Test& test = tests_[at];
      const std::uint32_t code = partner.Of(test.field, day_);
      const bool holds = test.whether_set ? CodeBook::IsSet(code) : code == test.code;
      at = holds ? test.then : test.otherwise;
    }
    return at == kYes;
  }

 private:
  friend class PartnerFilter;

  // Where the last test leads.
  static constexpr std::size_t kNo = SIZE_MAX - 1;
  static constexpr std::size_t kYes = SIZE_MAX;

  struct Test {
    std::size_t field = 0;
    bool whether_set = false;
    std::uint32_t code = CodeBook::kNone;  // Unless `whether_set`.
    std::size_t then = kYes;
    std::size_t otherwise = kNo;
  };

  std::vector<Test> tests_;
  std::size_t start_ = kYes;
  std::int32_t day_ = 0;
};

}  // namespace comity::partner_registry
