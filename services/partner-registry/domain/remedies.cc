#include "services/partner-registry/domain/remedies.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/partner-registry/domain/decisive_fields.h"

namespace comity::partner_registry {
namespace {

template <typename T>
std::string Below(const T& fact) {
  return absl::StrCat(fact.partner, "/", fact.id);
}

std::string Confirming(absl::string_view method, absl::string_view group, absl::string_view command,
                       absl::string_view name, absl::string_view what) {
  return absl::StrCat("`comity ", group, " ", command, " ", name, what,
                      " --evidence DOCUMENT --etag ETAG` (", method, "; `comity ", group, " show ",
                      name, "` prints the etag)");
}

std::string Updating(absl::string_view group, absl::string_view name,
                     const std::vector<std::string>& fields) {
  return absl::StrCat("`comity ", group, " update ", name, " --set ",
                      absl::StrJoin(fields, " --set "), " --reason REASON`");
}

}  // namespace

std::string HowToConfirm(const Instrument& instrument, absl::string_view field) {
  return Confirming("ConfirmField", "instruments", "confirm", Below(instrument),
                    absl::StrCat(" ", field));
}

std::string HowToConfirm(const Authority& authority) {
  return Confirming("ConfirmAuthority", "authorities", "confirm", Below(authority), "");
}

std::string HowToConfirm(const Partner& partner, const LegalClassPeriod& period) {
  return Confirming("ConfirmLegalClass", "partners", "confirm-class", partner.id,
                    period.from.empty() ? "" : absl::StrCat(" --from ", period.from));
}

std::string HowToConfirmCompetence(const Partner& partner) {
  return Confirming("ConfirmCompetence", "partners", "confirm-competence", partner.id, "");
}

std::string HowToUpdate(const Instrument& instrument, const std::vector<std::string>& fields) {
  return Updating("instruments", Below(instrument), fields);
}

std::string HowToUpdate(const Authority& authority, const std::vector<std::string>& fields) {
  return Updating("authorities", Below(authority), fields);
}

std::string HowToUpdate(const Partner& partner, const std::vector<std::string>& fields) {
  return Updating("partners", partner.id, fields);
}

std::string SetCertainty(absl::string_view field, Certainty certainty) {
  return absl::StrCat(
      field, "=",
      certainty == Certainty::kUnspecified ? "" : absl::AsciiStrToLower(Word(certainty)));
}

std::string CertaintyOfField(absl::string_view field, Certainty certainty) {
  return SetCertainty(absl::StrCat("certainty.", field), certainty);
}

SureFields SureFieldsOf(const Instrument& instrument, const legal::Instrument& view) {
  const legal::Instrument recorded = AsRecorded(instrument);
  SureFields sure;
  ForEachDecisive([&](legal::Field field) {
    if (!MayCarry(instrument, view, field)) return;
    sure.names.emplace_back(legal::Name(field));
    sure.unsure.push_back(
        CertaintyOfField(legal::Name(field), UnsureInPlaceOf(recorded.CertaintyOf(field))));
  });
  return sure;
}

std::string HowToConfirm(const Instrument& instrument, const std::vector<std::string>& fields) {
  if (fields.size() == 1) return absl::StrCat("with ", HowToConfirm(instrument, fields[0]));
  return absl::StrCat("each FIELD of ", absl::StrJoin(fields, ", "), " with ",
                      HowToConfirm(instrument, "FIELD"));
}

std::string LegalClasses(const std::vector<LegalClassPeriod>& periods, bool others) {
  std::vector<std::string> entries;
  if (others) entries.emplace_back("OTHERS");
  for (const LegalClassPeriod& period : periods) {
    std::string& entry = entries.emplace_back(
        absl::StrCat("{\"legal_class\": \"LEGAL_CLASS_", Word(period.legal_class), "\""));
    if (!period.from.empty()) absl::StrAppend(&entry, ", \"from\": \"", period.from, "\"");
    if (!period.to.empty()) absl::StrAppend(&entry, ", \"to\": \"", period.to, "\"");
    if (!period.note.empty()) absl::StrAppend(&entry, ", \"note\": \"NOTE\"");
    absl::StrAppend(&entry, ", \"certainty\": \"CERTAINTY_", Word(period.certainty), "\"}");
  }
  return absl::StrCat("'legal_classes=[", absl::StrJoin(entries, ", "), "]'");
}

Certainty UnsureInPlaceOf(Certainty recorded) {
  return recorded == Certainty::kUnconfirmed ? Certainty::kUnknown : Certainty::kUnconfirmed;
}

}  // namespace comity::partner_registry
