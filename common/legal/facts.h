#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/legal/scope.h"
#include "common/legal/validity.h"
#include "common/legal/vocabulary.h"
#include "common/time/day.h"

namespace comity::legal {

// A position in the order of one store. Numbers of different stores are never compared.
struct Revision {
  std::string store_id;
  std::int64_t number = 0;

  friend bool operator==(const Revision&, const Revision&) = default;
};

// A period in which a partner has one legal class. Here an unknown `from` means since ever and an
// unknown `to` until further notice.
struct LegalClassPeriod {
  LegalClass legal_class = LegalClass::kUnspecified;
  PartialDate from;
  PartialDate to;  // The last day.
  Certainty certainty = Certainty::kUnspecified;
};

struct Partner {
  std::string name;  // "partners/georgia"
  std::string display_name;
  std::string footnote;  // Goes with the name wherever it appears.
  std::vector<LegalClassPeriod> classes;
  bool exchanges_suspended = false;
  bool deleted = false;                        // Off the register: nothing is transferred to it.
  std::string merged_into;                     // The partner it turned out to be, or empty.
  bool competent_in_criminal_matters = false;  // For organisations; States act by authorities.
  Certainty competence_certainty = Certainty::kUnspecified;
};

// The fields of an instrument whose certainty can be decisive.
enum class Field : std::size_t {
  kSigned,
  kProvisionalFrom,
  kInForce,
  kInForceBy,
  kAppliedFrom,
  kNotBefore,
  kNotifiedEnd,
  kEnded,
  kSuspendedFrom,
  kPartsSuspended,
  kPublicSince,
  kAllowsSecondment,
  kScope,  // Sure unless it is said not to be: a scope that was widened waits for a second person.
  kCount,
};

// "in_force": as in the proto.
absl::string_view Name(Field field);

// Whether instruments of `kind` stand from their signature, unless they say from when: what the
// agency and its counterpart arrange between them.
bool StandsFromSignature(InstrumentKind kind);

// Whether a release on an instrument of `kind` needs a value of the field: nothing is won by
// emptying it. Of the others, such as an end, an empty one says that there is none; where it is a
// day that another takes the place of, that other one counts.
bool IsNeeded(InstrumentKind kind, Field field);

// An instrument with every date that matters. Unknown dates are unknown, except `ended`, where it
// means that no end is known. What tells that one is of no interest comes first: of a partner's
// instruments most are over, and reading on costs more than deciding.
struct Instrument {
  std::string name;  // "partners/georgia/instruments/cooperation-agreement"
  InstrumentKind kind = InstrumentKind::kUnspecified;
  PartialDate over_after;  // `ended`, if it is sure whoever asks. Set by FactsBuilder, for speed.
  std::shared_ptr<const HeldScope> scope;  // Null: it covers whatever its kind can cover.
  std::string title;
  PartialDate signed_on;
  PartialDate provisional_from;
  PartialDate in_force;
  PartialDate in_force_by;
  PartialDate applied_from;
  PartialDate not_before;  // Surely not in force before: a step that comes first was taken then.
  PartialDate notified_end;
  PartialDate ended;            // The last day it has effect.
  std::string parts_suspended;  // In words; "*" means the whole.
  PartialDate suspended_from;
  PartialDate public_since;  // Unknown: as `signed_on`.
  std::string supersedes;    // The earlier version that this one replaces.
  bool allows_secondment = false;
  std::array<Certainty, static_cast<std::size_t>(Field::kCount)> certainty{};

  Certainty CertaintyOf(Field field) const { return certainty[static_cast<std::size_t>(field)]; }
  void SetCertainty(Field field, Certainty value) {
    certainty[static_cast<std::size_t>(field)] = value;
  }
  // Has no effect any more, whoever asks. False says nothing.
  bool Over(absl::CivilDay day) const { return over_after.known() && over_after.SurelyOver(day); }
};

// Sets what the registry's data calls `field`: a name of Field, `all`, or `period` (applied_from
// and ended). False if it is none of these; such fields are never decisive.
bool SetCertainty(Instrument& instrument, absl::string_view field, Certainty value);

struct Secondment {
  std::string name;  // "partners/x/secondments/y"
  SecondmentKind kind = SecondmentKind::kUnspecified;
  std::string instrument;  // "partners/x/instruments/y"
  PartialDate from;        // Exact.
  PartialDate to;          // The last day, exact; unknown: until further notice.
  bool ended = false;      // Ended on its last day or later: that day does not count any more.
  std::string contact;     // "partners/x/contacts/y", whose access ends with it; may be empty.
  std::string identity;    // A SPIFFE id of the agency, whose access rests on it; may be empty.
  std::string authority;   // "partners/x/authorities/y", whose prosecutor he is; may be empty.
};

// A contact that opens what is addressed to an authority and published a sealing key. Whether it
// counts on a day is decided on that day, as everywhere: it may begin later, and end with others.
struct Opener {
  absl::Time key_until;                 // The first moment at which its latest key is over.
  absl::CivilDay key_since;             // On which that was published; 1970-01-01: not known.
  Validity validity;                    // The days on which it counts at most.
  std::vector<Secondment> secondments;  // Those that bind it; none: nothing does.
};

struct Authority {
  std::string name;  // "partners/georgia/authorities/prosecution-service"
  bool competent_in_criminal_matters = false;
  std::string territory;               // If not the partner's as a whole, such as "Gibraltar".
  std::vector<std::string> sectors;    // In which it works; empty: none in particular.
  std::vector<std::string> listed_in;  // Instruments; empty: taken as covered.
  PartialDate last_verified;
  Certainty certainty = Certainty::kUnspecified;
  std::vector<Opener> openers;
};

// A decision or authorisation somebody took.
struct Decision {
  std::string name;  // "decisions/...", may be empty for one that is only proposed.
  DecisionKind kind = DecisionKind::kUnspecified;
  std::string partner;                    // Whose; empty for the agency's.
  std::vector<std::string> counterparts;  // "partners/x"; empty means any.
  std::string case_reference;             // Empty means any.
  std::vector<std::string> conditions;
  PartialDate valid_from;
  PartialDate valid_to;  // The last day; unknown means until withdrawn.
  std::string grounds;
  std::optional<absl::Time> withdrawn;
};

// Everything that is filed under one partner.
struct Dossier {
  std::optional<Partner> partner;
  std::vector<Instrument> instruments;  // By name.
  bool versions = true;                 // False: none of them supersedes another.
  std::vector<Authority> authorities;   // By name.
  // Of every case; of one case: Facts::DecisionsOfCase.
  std::vector<Decision> own_decisions;     // Whose `partner` it is.
  std::vector<Decision> agency_decisions;  // The agency's that name it as a counterpart.
};

// Values by key, in shards: who changes one copies one shard, however many there are. Copies share
// everything.
template <typename T>
class Sharded {
 public:
  using Shard = absl::flat_hash_map<std::string, std::shared_ptr<const T>>;
  using Edited = absl::flat_hash_map<std::string, std::shared_ptr<T>>;

  Sharded() {
    static const std::shared_ptr<const Shard> empty = std::make_shared<Shard>();
    shards_.fill(empty);
  }

  // Null if there is none. Lives as long as this object.
  const T* Find(absl::string_view key) const {
    const Shard& shard = *shards_[Of(key)];
    const auto found = shard.find(key);
    return found == shard.end() ? nullptr : found->second.get();
  }

  // Puts in what `edited` has, and leaves that empty. One copy of each shard that is touched.
  void Take(Edited& edited) {
    absl::flat_hash_map<std::size_t, std::shared_ptr<Shard>> touched;
    for (auto& [key, value] : edited) {
      std::shared_ptr<Shard>& shard = touched[Of(key)];
      if (shard == nullptr) {
        shard = std::make_shared<Shard>(*shards_[Of(key)]);
        shard->reserve(shard->size() + edited.size() / kShards);
      }
      (*shard)[key] = std::move(value);
    }
    for (auto& [index, shard] : touched) shards_[index] = std::move(shard);
    edited.clear();
  }

  // Calls `visit` with every value.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (const auto& shard : shards_) {
      for (const auto& [key, value] : *shard) visit(*value);
    }
  }

 private:
  static constexpr std::size_t kShards = 256;
  static std::size_t Of(absl::string_view key) { return absl::HashOf(key) % kShards; }

  std::array<std::shared_ptr<const Shard>, kShards> shards_;
};

// "partners/georgia" of "partners/georgia" and of anything below it; "" of anything else.
absl::string_view PartnerOf(absl::string_view name);

// What the registry knows at one revision. Immutable; copies are cheap and share everything, so
// that a reader may keep one as long as it likes. Safe to read from many threads.
class Facts {
 public:
  const Revision& revision() const { return revision_; }

  // Null if nothing is filed under `partner`, or if it is empty. Lives as long as this object.
  const Dossier* Find(absl::string_view partner) const;

  // The partner itself; null: it is not known.
  const Partner* FindPartner(absl::string_view partner) const;

  // Decisions of the agency that name neither counterpart nor case.
  const std::vector<Decision>& GeneralAgencyDecisions() const;

  // Those of `partner`, the agency's if that is empty, that were taken for this one case, by name.
  // However many other cases have some: nobody who asks of one sees them.
  const std::vector<Decision>& DecisionsOfCase(absl::string_view partner,
                                               absl::string_view case_reference) const;

  std::size_t partners() const;
  std::size_t instruments() const;

 private:
  friend class FactsBuilder;

  using Decisions = std::vector<Decision>;

  Revision revision_;
  Sharded<Dossier> dossiers_;    // By partner; under an empty one what is filed under nobody.
  Sharded<Decisions> of_cases_;  // By partner and case.
};

// Makes the facts of a later revision from those of an earlier one. What is not touched is shared;
// a change costs microseconds whatever the size. Not thread-safe.
class FactsBuilder {
 public:
  FactsBuilder() = default;
  explicit FactsBuilder(Facts base) : facts_(std::move(base)) {}

  // Each adds, or replaces what has the same name. A decision keeps `partner`, `counterparts` and
  // `case_reference` for life.
  void Put(Partner partner);
  void Put(Instrument instrument);
  void Put(Authority authority);
  void Put(Decision decision);

  // Sets Authority::openers; a later `Put(Authority)` replaces them. Nothing if there is no such
  // authority.
  void SetOpeners(absl::string_view authority, const std::vector<Opener>& openers);

  // Removes an instrument, authority or partner by its name; what hangs on it stays. Nothing if
  // there is none.
  void Erase(absl::string_view name);

  // The facts so far. The builder goes on from them.
  Facts Build(Revision revision);

 private:
  Dossier& Edit(absl::string_view partner);

  Facts facts_;
  // What this builder has already made its own since the last Build.
  Sharded<Dossier>::Edited edited_;
  Sharded<Facts::Decisions>::Edited edited_cases_;
};

}  // namespace comity::legal
