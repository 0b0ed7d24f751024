#include "services/partner-registry/domain/confirmations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"
#include "common/status/error.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

constexpr int kLongestEvidence = 500;

template <typename Visit>
void ForEachDecisive(Visit visit) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(legal::Field::kCount); ++i) {
    visit(static_cast<legal::Field>(i), std::string(legal::Name(static_cast<legal::Field>(i))));
  }
}

absl::Status NothingToConfirm(absl::string_view field, absl::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("There is nothing to confirm: `", field, "` ", why, "."),
                   {.reason = "NOTHING_TO_CONFIRM", .metadata = {{"field", std::string(field)}}});
}

}  // namespace

absl::Status SecondPersonNeeded(absl::string_view field, absl::string_view why) {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   absl::StrCat("A second person has to confirm `", field, "`: ", why, "."),
                   {.reason = "SECOND_PERSON_NEEDED", .metadata = {{"field", std::string(field)}}});
}

bool IsDecisive(absl::string_view field) {
  bool decisive = false;
  ForEachDecisive([&](legal::Field, const std::string& name) { decisive |= name == field; });
  return decisive;
}

std::string ValueOf(const Instrument& instrument, absl::string_view field) {
  if (field == "allows_secondment") return instrument.allows_secondment ? "yes" : "";
  for (auto& [name, value] : FieldsOf(instrument)) {
    if (name == field) return std::move(value);
  }
  return "";
}

void RecordBy(absl::string_view caller, const Instrument* old, Instrument& made) {
  made.recorded_by = std::string(caller);
  made.value_recorded_by.clear();
  made.confirmations.clear();
  if (old == nullptr) return;
  Instrument before = *old;
  before.confirmations.clear();
  const legal::Instrument was = ToLegal(before);
  const legal::Instrument is = ToLegal(made);
  ForEachDecisive([&](legal::Field field, const std::string& name) {
    if (ValueOf(before, name) != ValueOf(made, name) ||
        was.CertaintyOf(field) != is.CertaintyOf(field)) {
      return;
    }
    if (const absl::string_view recorder = RecorderOf(*old, name);
        recorder != caller && !ValueOf(made, name).empty()) {
      made.value_recorded_by[name] = std::string(recorder);
    }
    for (const Confirmation& confirmation : old->confirmations) {
      if (confirmation.field == name) made.confirmations.push_back(confirmation);
    }
  });
}

std::string RaisedWithoutConfirmation(const Instrument& old, const Instrument& made) {
  const legal::Instrument was = ToLegal(old);
  const legal::Instrument is = ToLegal(made);
  std::string raised;
  ForEachDecisive([&](legal::Field field, const std::string& name) {
    if (raised.empty() && !ValueOf(made, name).empty() &&
        ValueOf(old, name) == ValueOf(made, name) && legal::Confirmed(is.CertaintyOf(field)) &&
        !legal::Confirmed(was.CertaintyOf(field))) {
      raised = name;
    }
  });
  return raised;
}

absl::string_view RecorderOf(const Instrument& instrument, absl::string_view field) {
  const auto other = instrument.value_recorded_by.find(std::string(field));
  return other == instrument.value_recorded_by.end() ? instrument.recorded_by : other->second;
}

absl::Status Confirm(absl::string_view caller, absl::string_view field, std::string evidence,
                     absl::Time now, Instrument& instrument) {
  const std::string value = ValueOf(instrument, field);
  bool decisive = false;
  bool sure = false;
  std::vector<std::string> names;
  const legal::Instrument known = ToLegal(instrument);
  ForEachDecisive([&](legal::Field each, const std::string& name) {
    names.push_back(name);
    if (name != field) return;
    decisive = true;
    sure = legal::Confirmed(known.CertaintyOf(each));
  });
  if (!decisive) {
    return InvalidField(
        "CONFIRMATION_INVALID", "confirmation.field",
        absl::StrCat("name a field whose certainty can decide: ", absl::StrJoin(names, ", ")));
  }
  if (!IsText(evidence, 1, kLongestEvidence)) {
    return InvalidField("CONFIRMATION_INVALID", "confirmation.evidence",
                        "name the document that shows it, in 1 to 500 characters");
  }
  if (value.empty()) return NothingToConfirm(field, "is empty: record its value first");
  if (sure) return NothingToConfirm(field, "is sure already");
  const absl::string_view recorder = RecorderOf(instrument, field);
  if (recorder == caller) return SecondPersonNeeded(field, "you recorded its value yourself");
  if (recorder.empty()) {
    return SecondPersonNeeded(
        field, "who recorded its value is not known, so empty it and record it anew first");
  }
  std::erase_if(instrument.confirmations,
                [&](const Confirmation& earlier) { return earlier.field == field; });
  instrument.confirmations.push_back({.field = std::string(field),
                                      .value = value,
                                      .evidence = std::move(evidence),
                                      .confirmed_by = std::string(caller),
                                      .confirm_time = now});
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
