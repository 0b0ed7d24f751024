#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/legal/facts.h"
#include "common/legal/question.h"
#include "tests/unit/legal/naive_effect.h"

namespace comity::legal::naive {

// A registry and a question about it.
struct Case {
  World world;
  Question question;
};

// The same registry as the transfer check reads it.
Facts ToFacts(const World& world);

// Makes registries and questions at random: a counterpart of any class that changes on some day,
// its instruments of every kind with any dates and certainties (also such as contradict each
// other), its authorities, decisions that hold or do not by one detail, noise filed under others,
// and questions whose day lies near the dates of the facts. Many are such that little is missing,
// so that every row of the table is reached. The same seed gives the same. Not thread-safe.
class RandomWorlds {
 public:
  explicit RandomWorlds(std::uint32_t seed) : engine_(seed) {}

  World NextWorld();
  // About the world made last.
  Question NextQuestion();

  // With one certainty less, somewhere in what is filed under the counterpart.
  World WithAnUnknown(const World& world, const Question& question);
  // With one thing less said in the question.
  Question WithAnUnknown(Question question);
  // With one decision withdrawn long ago, of the registry's or the question's, if there is one.
  Case WithAWithdrawal(Case made);
  // With one limit more to what an instrument of the counterpart covers, if there is one; says
  // which in `limit`, by the field's name.
  World WithALimit(const World& world, const Question& question, std::string& limit);
  // With one instrument of the counterpart ended before any day asked about, if there is one.
  World WithAnEnd(const World& world, const Question& question);

 private:
  // Not by a distribution of the library: those differ between libraries.
  std::size_t Below(std::size_t limit) { return engine_() % limit; }
  bool Percent(std::size_t chance) { return Below(100) < chance; }
  template <typename T>
  const T& Of(const std::vector<T>& items) {
    return items[Below(items.size())];
  }

  PartialDate Partial(absl::CivilDay day);
  PartialDate Near() { return Partial(NearbyDay()); }
  PartialDate Past();
  PartialDate Future();
  PartialDate Start() { return Percent(70) ? Past() : Near(); }
  PartialDate End() { return Percent(60) ? Future() : Near(); }
  absl::CivilDay NearbyDay() { return today_ + static_cast<absl::civil_diff_t>(Below(3)) - 1; }
  absl::Time Moment();
  Certainty Sure();

  Partner MakePartner(const std::string& name, LegalClass legal_class);
  Partner MakeCounterpart(const std::string& name, LegalClass usual);
  std::shared_ptr<const HeldScope> MakeScope();
  Instrument MakeInstrument(const std::string& partner, std::size_t number);
  void LinkVersions(std::vector<Instrument>& instruments);
  Authority MakeAuthority(const std::string& name, const std::vector<Instrument>& instruments);
  Opener MakeOpener(const std::vector<Instrument>& instruments);
  Origin MakeOrigin();
  Purpose MakePurpose();
  Decision MakeDecision(DecisionKind kind, const std::string& whose);
  std::vector<Decision> MakeDecisions(const std::vector<Origin>& origins, std::size_t chance);

  std::mt19937 engine_;
  absl::CivilDay today_;     // About this day everything happens.
  std::string counterpart_;  // "partners/x".
};

}  // namespace comity::legal::naive
