#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/legal/facts.h"
#include "services/partner-registry/domain/types.h"

// What puts right what a refusal names: commands of `comity` as they are typed, in backquotes. What
// stands in them in capitals is for who types them to say (tests/e2e/remedies walks them).
namespace comity::partner_registry {

// The command, and its method for who calls that: "`comity instruments confirm serbia/agreement
// in_force --evidence DOCUMENT --etag ETAG` (ConfirmField; `comity instruments show
// serbia/agreement` prints the etag)".
std::string HowToConfirm(const Instrument& instrument, absl::string_view field);
std::string HowToConfirm(const Authority& authority);
std::string HowToConfirm(const Partner& partner, const LegalClassPeriod& period);
std::string HowToConfirmCompetence(const Partner& partner);

// An edit that sets `fields`, each FIELD=VALUE: "`comity instruments update serbia/agreement --set
// certainty.in_force=unconfirmed --reason REASON`".
std::string HowToUpdate(const Instrument& instrument, const std::vector<std::string>& fields);
std::string HowToUpdate(const Authority& authority, const std::vector<std::string>& fields);
std::string HowToUpdate(const Partner& partner, const std::vector<std::string>& fields);

// "competence_certainty=unconfirmed", and of a field of an instrument
// "certainty.in_force=unconfirmed".
std::string SetCertainty(absl::string_view field, Certainty certainty);
std::string CertaintyOfField(absl::string_view field, Certainty certainty);

// What of an instrument has to be made unsure, and confirmed afterwards.
struct SureFields {
  std::vector<std::string> names;
  std::vector<std::string> unsure;  // Of each, "certainty.in_force=unconfirmed".

  bool empty() const { return names.empty(); }
};

// The days from which it may have effect, and that it allows secondment, that are sure as `view`
// has them (MayCarry).
SureFields SureFieldsOf(const Instrument& instrument, const legal::Instrument& view);

// "each FIELD of signed, in_force with `comity instruments confirm ...`", and of one only "with
// `comity ...`".
std::string HowToConfirm(const Instrument& instrument, const std::vector<std::string>& fields);

// "'legal_classes=[OTHERS, {...}]'": `periods` and, with `others`, those that are to stay beside
// them. A note is NOTE: nobody has to type it to read what to do.
std::string LegalClasses(const std::vector<LegalClassPeriod>& periods, bool others);

// A certainty that is none, and another than the one recorded: what says the same as before is no
// change, and keeps its confirmation.
Certainty UnsureInPlaceOf(Certainty recorded);

}  // namespace comity::partner_registry
