#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/unit/legal/naive_model.h"

namespace comity::legal::naive {

using Kinds = std::vector<DecisionKind>;

inline const Kinds kDerogations = {
    DecisionKind::kDerogationVitalInterests, DecisionKind::kDerogationLegitimateInterests,
    DecisionKind::kDerogationSeriousThreat, DecisionKind::kDerogationIndividualCase};

// The decision table, held against one question. Lives for one call of Conclude.
class Table {
 public:
  Table(const World& world, const Question& question);

  Conclusion Read();

 private:
  // 1, naive_model.cc: the first row that matches.
  void Phase1();
  void Row1_3();
  void Row1_9();

  // 2 and 3, naive_task_and_recipient.cc: all rows.
  void Phase2();
  void Row2_4();
  Answer Cooperates(const std::string& country) const;
  void Row2_6();
  void Phase3();
  void AuthorityMustBeConfirmed();
  void Row3_1();
  void Row3_2();
  void Row3_3();
  void Row3_4();

  // 4, 4b and 5, naive_origins_and_basis.cc: all rows.
  void Phase4();
  void Rows4_1To4_3(const Origin& origin);
  void Row4_5();
  void Phase4b();
  void Phase5();
  void Row5_10();
  bool IsWhatItSays(const Origin& origin) const;

  // What the rows ask.
  void Say(const std::string& row, Outcome outcome) { out_.rows.insert({row, outcome}); }
  void Route(const Kinds& kinds) { out_.routes.insert(kinds.begin(), kinds.end()); }
  void Rest(Basis basis, const std::string& row);
  void Explain();
  Outcome Worst() const;
  bool Is(LegalClass legal_class) const { return class_ == legal_class; }
  bool OnArticle56() const;
  bool IsKnown(const std::string& partner) const;
  bool Receiving() const { return question_.direction == Direction::kReceive; }
  bool Bulk() const { return question_.volume == Volume::kBulk; }
  bool OnwardByNobodyKnown() const;
  bool AllIsOfWhoPassesOn() const;
  bool HasOriginOf(OriginKind kind) const;

  // A decision of one of `kinds`, taken by `whose` ("": the agency), for this counterpart and case,
  // that holds.
  bool Decided(const std::string& whose, const Kinds& kinds) const;
  // An authorisation for this counterpart and case that was withdrawn.
  bool AuthorisationWithdrawn(const std::string& whose) const;

  bool IsOfCounterpart(const Instrument& instrument) const;
  // Row 3.2, naive_scope.cc: "not listed in the instrument's annex, or outside its territory or
  // sector". What lists the authority of a territory covers it.
  bool IsInItsSectors(const Instrument& instrument) const;
  bool CoversAuthority(const Instrument& instrument) const;
  bool TakesIn(const Instrument& instrument) const;
  bool Covers(const Instrument& instrument) const;
  // Whether an instrument of `kind` with the counterpart has effect and covers what is asked.
  Answer Covers(InstrumentKind kind);

  bool IsTheCounterpart(const Origin& origin) const;

  const World& world_;
  const Question& question_;
  const View view_;
  std::vector<const Decision*> decisions_;  // The registry's and the question's.
  const Partner* partner_ = nullptr;
  const Authority* authority_ = nullptr;
  LegalClass class_ = LegalClass::kUnspecified;
  std::set<std::string> explaining_;  // Rows that only explain.
  bool quarantine_ = false;
  Conclusion out_;
};

}  // namespace comity::legal::naive
