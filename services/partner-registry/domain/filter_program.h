#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/filter_fields.h"
#include "services/partner-registry/domain/types.h"

// A filter over many partners. What it can ask for is kept as numbers, a column a field: no text is
// compared for each, and what a filter does not ask for it does not touch.
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

// What filters see of partners, by their slots in an index: four bytes a partner and field.
class PartnerCodes {
 public:
  // So many slots are looked at together.
  static constexpr std::size_t kBlock = 64;

  // Of the partner that has `slot` from now on, which follows the others if it is new.
  void Put(std::size_t slot, const Partner& partner);

  // The codes of a field (FilterFields) of the slots from `first` on, a multiple of kBlock, as many
  // as a block has: of the legal class, the number of a history. What no partner has is anything.
  const std::uint32_t* Block(std::size_t field, std::size_t first) const {
    return &columns_[field][first];
  }

  // The code of the legal class on `day`, by the numbers of histories.
  std::vector<std::uint32_t> ClassesOn(std::int32_t day) const;

  const CodeBook& book() const { return book_; }

 private:
  // A legal class and the days on which a partner surely has it.
  struct Period {
    std::int32_t first = 0;
    std::int32_t last = 0;
    std::uint32_t code = 0;

    friend bool operator==(const Period&, const Period&) = default;
    template <typename H>
    friend H AbslHashValue(H state, const Period& period) {
      return H::combine(std::move(state), period.first, period.last, period.code);
    }
  };
  using History = std::vector<Period>;

  // Of the legal classes of `partner`: one number for all who have the same.
  std::uint32_t HistoryOf(const Partner& partner);

  CodeBook book_;
  std::array<std::vector<std::uint32_t>, kFilterFields> columns_;  // By field, then by slot.
  // Every one that there ever was: few, as texts.
  absl::flat_hash_map<History, std::uint32_t> histories_;
};

// A filter for codes and a day: tests, each of which says where to go on. A block of partners takes
// them together.
class FilterProgram {
 public:
  // Everybody.
  FilterProgram() = default;

  // Those of `asked` that are let through: bits, of a block of slots from `first` on.
  std::uint64_t Through(const PartnerCodes& codes, std::size_t first, std::uint64_t asked) const;

 private:
  friend class PartnerFilter;

  // Places to go to: where the last test leads, then the tests. Each leads to places before its
  // own.
  static constexpr std::size_t kNo = 0;
  static constexpr std::size_t kYes = 1;
  static constexpr std::size_t kFirstTest = 2;

  struct Test {
    std::size_t field = 0;
    bool whether_set = false;
    std::uint32_t code = CodeBook::kNone;  // Unless `whether_set`.
    std::size_t then = kYes;
    std::size_t otherwise = kNo;

    bool Holds(std::uint32_t of) const { return whether_set ? CodeBook::IsSet(of) : of == code; }
  };

  // For which of a block `test` holds.
  std::uint64_t Holding(const Test& test, const std::uint32_t* block) const;

  std::vector<Test> tests_;
  std::size_t start_ = kYes;
  std::vector<std::uint32_t> classes_;  // Of the day, if a test asks for them.
};

}  // namespace comity::partner_registry
