#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/types.h"

// What the registry has to answer as of an earlier revision, told from whole copies: slow, and
// without what the registry is made of. Days are compared as text, steps by the list in the README.
// Of relations and decisions it knows nothing.
namespace comity::partner_registry {

class NaiveRegistry {
 public:
  // Every fact by its name: what was retracted, deleted or withdrawn is among them.
  using World = std::map<std::string, Fact>;

  // Revision 0: nothing.
  NaiveRegistry() : worlds_(1) {}

  std::size_t revision() const { return worlds_.size() - 1; }
  const World& At(std::size_t revision) const { return worlds_[revision]; }
  const World& now() const { return worlds_.back(); }

  // Null if there is none now.
  template <typename T>
  const T* Find(const std::string& name) const {
    const auto found = now().find(name);
    return found == now().end() ? nullptr : &std::get<T>(found->second);
  }

  // The next revision: `facts` take the place of what has their names; what says the same stays as
  // it was recorded, unless it is recorded `anew`. False: nothing is new, and so there is no
  // revision.
  bool Commit(const std::vector<Fact>& facts, absl::Time time, bool anew = false);

  // The next revision, in which and before which there is no such partner.
  void CommitPurge(const std::string& partner);

  // The next revision, by which and before which the contact has nothing but its name.
  void CommitErasure(const std::string& contact, absl::Time time);

 private:
  std::vector<World> worlds_;
};

// What of a confirmation goes on when `made` takes the place of `old` (null: it is new): it was of
// a value and of how sure that was, and of a day from which an instrument may have effect of the
// document that shows it.
void KeepConfirmations(const Instrument* old, Instrument& made);
void KeepConfirmations(const Authority* old, Authority& made);
void KeepConfirmations(const Partner* old, Partner& made);

// What hangs on a partner that gets another name, without what was confirmed under the old one.
std::vector<Fact> UnderAnotherName(const NaiveRegistry::World& world, const std::string& partner);

// An instrument's day, by its name in the proto.
std::string& DayOf(Instrument& instrument, absl::string_view field);

// All that a fact says and when it was recorded.
std::string Describe(const Fact& fact);

// Questions on a day, as text, on what `world` knows; of a partner by its id.

LegalClass NaiveClass(const NaiveRegistry::World& world, const std::string& partner,
                      const std::string& day);

// The names of contacts that count.
std::set<std::string> NaiveContactPoints(const NaiveRegistry::World& world,
                                         const std::string& partner, const std::string& day);

// The names of instruments; of those that surely were public on `public_on` if that is not empty.
std::set<std::string> NaiveInstruments(const NaiveRegistry::World& world,
                                       const std::string& partner, const std::string& public_on);

// Step, its day and how sure that is. Of several that are as far and as late each will do; none:
// the relation stands nowhere.
using Stand = std::tuple<std::string, std::string, Certainty>;
std::set<Stand> NaiveStanding(const NaiveRegistry::World& world, const std::string& partner,
                              Axis axis, const std::string& day, const std::string& public_on);

}  // namespace comity::partner_registry
