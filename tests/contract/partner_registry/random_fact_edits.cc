#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/retractions.h"
#include "services/partner-registry/domain/steps.h"
#include "tests/contract/partner_registry/random_edits.h"

namespace comity::partner_registry {

Edit RandomEdits::OfInstrument(const NaiveRegistry& naive, const std::string& kind,
                               const std::string& who) {
  if (kind == "create instrument") {
    const Instrument made = NewInstrument(OneIn(9) ? Certainty::kFound : Certainty::kUnconfirmed);
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time) {
      return PlanCreateInstrument(latest, who, made);
    });
  }
  const auto* known = naive.Find<Instrument>(Any<Instrument>(naive));
  if (known == nullptr) return Nothing(kind);
  Instrument made = *known;
  const std::string name = NameOf(made);
  const std::string etag = Etag(made);
  if (kind == "retract instrument") {
    if (OneIn(2)) return Nothing(kind);  // Or few would be left.
    made.retraction = Retraction{.evidence = kEvidence};
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time now) {
      return PlanRetractInstrument(latest, who, name, kEvidence, etag, now);
    });
  }
  if (kind == "confirm field") {
    std::vector<std::string> filled;
    std::copy_if(std::begin(kDays), std::end(kDays), std::back_inserter(filled),
                 [&](const char* field) { return !DayOf(made, field).empty(); });
    if (filled.empty()) return Nothing(kind);
    const std::string field = filled[Below(filled.size())];
    return {kind,
            [=](const Registry& latest, absl::Time now) {
              return PlanConfirmField(latest, who, name, field, kEvidence, etag, now);
            },
            [=](NaiveRegistry& n, const RegistryStore::Written& written) mutable {
              std::erase_if(made.confirmations,
                            [&](const Confirmation& each) { return each.field == field; });
              Confirmation& one = made.confirmations.emplace_back(ConfirmedBy(field, who));
              one.value = DayOf(made, field);
              one.confirm_time = TimeOf(written);
              return n.Commit({made}, TimeOf(written));
            }};
  }
  const Instrument fresh = NewInstrument(Certainty::kUnconfirmed);
  if (OneIn(2)) {
    made.title = fresh.title;
    if (OneIn(2)) made.reference = OneIn(2) ? "OJ L 1" : "OJ L 2";
  } else {
    const char* const field = kDays[Below(std::size(kDays))];
    const bool arrangement = made.kind == InstrumentKind::kWorkingArrangement;
    Instrument from = fresh;
    // Of arrangements the model knows no more than these.
    const std::string which = arrangement ? "ended" : field;
    DayOf(made, which) = DayOf(from, which);
    made.certainty.erase(which);
    if (!DayOf(made, which).empty()) made.certainty[which] = Certainty::kUnconfirmed;
    if (!made.suspended_from.empty()) made.parts_suspended = "*";
  }
  Instrument kept = made;
  KeepConfirmations(known, kept);
  return Meaning(kind, {kept}, [=](const Registry& latest, absl::Time now) {
    return PlanUpdateInstrument(latest, who, made, etag, now);
  });
}

Edit RandomEdits::OfAuthority(const NaiveRegistry& naive, const std::string& kind,
                              const std::string& who, absl::Time /*now*/) {
  if (kind == "create authority") {
    const Authority made = NewAuthority(OneIn(9) ? Certainty::kFound : Certainty::kUnconfirmed);
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time now) {
      return PlanCreateAuthority(latest, who, made, now);
    });
  }
  const auto* known = naive.Find<Authority>(Any<Authority>(naive));
  if (known == nullptr) return Nothing(kind);
  Authority made = *known;
  const std::string name = NameOf(made);
  const std::string etag = Etag(made);
  if (kind == "retract authority") {
    if (OneIn(2)) return Nothing(kind);
    made.retraction = Retraction{.evidence = kEvidence};
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time now) {
      return PlanRetractAuthority(latest, who, name, kEvidence, etag, now);
    });
  }
  if (kind == "confirm authority") {
    return {kind,
            [=](const Registry& latest, absl::Time now) {
              return PlanConfirmAuthority(latest, who, name, kEvidence, etag, now);
            },
            [=](NaiveRegistry& n, const RegistryStore::Written& written) mutable {
              made.confirmation = ConfirmedBy("certainty", who);
              made.confirmation->confirm_time = TimeOf(written);
              return n.Commit({made}, TimeOf(written));
            }};
  }
  if (OneIn(2)) {
    made.last_verified = absl::StrCat(2015 + Below(8));
  } else {
    made.display_name = absl::StrCat("Authority ", Below(9));
    made.certainty = Certainty::kUnconfirmed;
  }
  Authority kept = made;
  KeepConfirmations(known, kept);
  return Meaning(kind, {kept}, [=](const Registry& latest, absl::Time now) {
    return PlanUpdateAuthority(latest, who, made, etag, now);
  });
}

Edit RandomEdits::OfContact(const NaiveRegistry& naive, const std::string& kind, absl::Time now) {
  if (kind == "create contact") {
    const Contact made = NewContact(naive, now);
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time then) {
      return PlanCreateContact(latest, made, then);
    });
  }
  const auto* known = naive.Find<Contact>(Any<Contact>(naive));
  if (known == nullptr) return Nothing(kind);
  Contact made = *known;
  const std::string name = NameOf(made);
  const std::string etag = Etag(made);
  if (kind == "erase contact") {
    if (!OneIn(3)) return Nothing(kind);  // Or few would be left.
    return {kind,
            [=](const Registry& latest, absl::Time then) {
              return PlanEraseContact(latest, name, "", then);
            },
            [=](NaiveRegistry& n, const RegistryStore::Written& written) {
              if (made.state == ContactState::kErased) return false;
              n.CommitErasure(name, TimeOf(written));
              return true;
            }};
  }
  if (kind == "update contact") {
    const Contact fresh = NewContact(naive, now);
    made.function = fresh.function;
    made.valid_from = fresh.valid_from;
    made.valid_to = fresh.valid_to;
    made.last_verified = fresh.last_verified;
    return Meaning(kind, {made}, [=](const Registry& latest, absl::Time then) {
      return PlanUpdateContact(latest, made, etag, then);
    });
  }
  made.state = kind == "suspend contact" ? ContactState::kSuspended : ContactState::kActive;
  return Meaning(kind, {made}, [=, state = made.state](const Registry& latest, absl::Time) {
    return PlanContactState(latest, name, state);
  });
}

Edit RandomEdits::OfMilestone(const NaiveRegistry& naive, const std::string& kind) {
  if (kind == "record milestone") {
    Milestone made = NewMilestone(OneIn(2) ? Certainty::kFound : Certainty::kUnconfirmed);
    if (!OneIn(3)) {  // One that does not need much before it.
      made.axis = OneIn(2) ? Axis::kTreaty : Axis::kContactPoint;
      const std::size_t first = made.axis == Axis::kTreaty ? 2 : 0;
      made.step = std::string(StepsOf(made.axis)[first + Below(4)].word);
    }
    return {kind,
            [=](const Registry& latest, absl::Time now) {
              return PlanRecordMilestone(latest, made, now);
            },
            [=, made = Milestone(made)](NaiveRegistry& n,
                                        const RegistryStore::Written& written) mutable {
              made.id = std::get<Milestone>(*written.fact).id;  // The registry's to choose.
              return n.Commit({made}, TimeOf(written));
            }};
  }
  const auto* known = naive.Find<Milestone>(Any<Milestone>(naive));
  if (known == nullptr) return Nothing(kind);
  Milestone made = *known;
  made.withdrawal_evidence = kEvidence;
  return Meaning(kind, {made}, [=, name = NameOf(made)](const Registry& latest, absl::Time) {
    return PlanWithdrawMilestone(latest, name, kEvidence);
  });
}

}  // namespace comity::partner_registry
