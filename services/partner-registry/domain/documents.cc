#include "services/partner-registry/domain/documents.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/facts.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/remedies.h"
#include "services/partner-registry/domain/search.h"

namespace comity::partner_registry {

std::optional<Problem> WithoutEvidence(const Instrument* old, const Instrument& made) {
  if (!made.reference.empty()) return std::nullopt;
  static const Instrument none;
  const Instrument& before = old == nullptr ? none : *old;
  const legal::Instrument was = AsRecorded(before);
  const legal::Instrument is = AsRecorded(made);
  std::optional<Problem> without;
  ForEachDecisive([&](legal::Field field) {
    if (without.has_value()) return;
    // What holds already without a reference stays; what rests on one does not without it.
    const bool stays = before.reference.empty() && SameValue(made, before, field) &&
                       was.CertaintyOf(field) == is.CertaintyOf(field);
    if (stays || !MayCarry(made, is, field)) return;
    const absl::string_view name = legal::Name(field);
    without = Problem{
        "reference",
        absl::StrCat("name the document that shows `", name,
                     "`, such as OJ L 149, 30.4.2021, with `--set reference=DOCUMENT`, or say with "
                     "`--set ",
                     CertaintyOfField(name, Certainty::kUnconfirmed), "` (in a file: ", name,
                     ":unconfirmed) that it is unconfirmed, so that a second person confirms it "
                     "with evidence")};
  });
  return without;
}

bool IsAnotherDocument(const Instrument& old, const Instrument& made) {
  return old.reference != made.reference || HaveOtherWords(old.title, made.title);
}

std::optional<Problem> SureByAnotherDocument(const Instrument& old, const Instrument& made) {
  if (!IsAnotherDocument(old, made)) return std::nullopt;
  // On none nothing sure rests, whatever its title (WithoutEvidence).
  if (made.reference.empty() && !old.reference.empty()) return std::nullopt;
  const legal::Instrument was = AsRecorded(old);
  legal::Instrument is = AsRecorded(made);
  // What is stated only now has rules of its own (MadeSurer).
  ForEachDecisive([&](legal::Field field) {
    if (!MayCarry(old, was, field)) is.SetCertainty(field, Certainty::kUnknown);
  });
  const SureFields sure = SureFieldsOf(made, is);
  if (sure.empty()) return std::nullopt;
  std::vector<std::string> in_file;
  for (const std::string& name : sure.names) in_file.push_back(absl::StrCat(name, ":unconfirmed"));
  return Problem{
      "certainty",
      absl::StrCat(
          "What another document shows is for a second person to confirm with that "
          "document in hand: leave `reference` and `title` as they are, or say so with `--set ",
          absl::StrJoin(sure.unsure, " --set "), "` (in a file: ", absl::StrJoin(in_file, ", "),
          "), and have somebody else confirm ", HowToConfirm(made, sure.names))};
}

}  // namespace comity::partner_registry
