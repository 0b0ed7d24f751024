#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/legal/effect.h"
#include "common/legal/facts.h"

// Who is seconded, and whether that holds on a day: liaison prosecutors to the agency (EJR 54a),
// liaison magistrates by it (EJR 53). A secondment ends by itself with its instrument.
namespace comity::legal {

// Whether an agreement of this kind can allow the secondment of a liaison prosecutor.
bool EntitlesToSecondment(InstrumentKind kind);

// Whether the instrument allows it; saying nothing is not saying no.
Tri AllowsSecondment(const Instrument& instrument, const Lens& lens);

// Why `instrument` (a name) does not permit secondments of `kind` on `day`, as one clause with its
// article; empty: it does. Dates and terms that nobody confirmed permit nothing.
std::string WhyNotPermitted(const Facts& facts, SecondmentKind kind, absl::string_view instrument,
                            absl::CivilDay day);

// Why it is not in effect on `day` by its own days, in the same form; empty: it is.
std::string WhyNotRunning(const Secondment& secondment, absl::CivilDay day);

// Whether whom `secondments` bind may act on `day`: none does, or one of them is in effect.
bool Admit(const std::vector<Secondment>& secondments, const Facts& facts, absl::CivilDay day);

// Who seconds somebody on `day` by those of `secondments` that name him, as "partners/x". Empty:
// none of them is in effect, and he may not act.
std::string SecondedBy(const std::vector<Secondment>& secondments, const Facts& facts,
                       absl::CivilDay day);

// Whether a key that was published on the day `published` surely is that of whoever acts on `day`,
// and not an earlier holder's: nothing binds him, or he acts by one of `secondments` that had begun
// by `published`, and no other had its last day then or later.
bool HoldsKey(const std::vector<Secondment>& secondments, const Facts& facts,
              absl::CivilDay published, absl::CivilDay day);

// The secondments that bind contacts and identities. Copies share what they hold; safe to read from
// many threads while nobody puts.
class Secondments {
 public:
  // Adds, or replaces what has the same name; whom it binds stays the same for life. One that binds
  // nobody is not kept.
  void Put(const Secondment& secondment);

  // Those that bind `whom`, a contact (name) or identity (SPIFFE id), in the order of names.
  const std::vector<Secondment>& Of(absl::string_view whom) const;

  // Who seconds `identity` (a SPIFFE id) on `day`, as above.
  std::string SecondedBy(absl::string_view identity, const Facts& facts, absl::CivilDay day) const;

  // Until when `contact` may act at most, by the days of what binds it; the instruments may end it
  // before.
  absl::Time LatestEnd(absl::string_view contact) const;

 private:
  // Of the contact or identity `whom`.
  void Bind(const std::string& whom, const Secondment& secondment);

  // By the contact or identity that they bind.
  std::map<std::string, std::shared_ptr<const std::vector<Secondment>>, std::less<>> by_bound_;
};

}  // namespace comity::legal
