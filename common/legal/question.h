#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/legal/facts.h"
#include "common/legal/vocabulary.h"

namespace comity::legal {

// Whether an answer is acted on.
enum class Mode {
  // A real transfer: unconfirmed fields that decide leave the answer undetermined.
  kOperate,
  // A question, such as one about a past day: unconfirmed fields are taken as they are and listed.
  kExplore,
};

struct Restriction {
  UseRestriction use = UseRestriction::kUnspecified;
  std::vector<std::string> partners;  // For kNotToPartners.
};

struct Origin {
  OriginKind kind = OriginKind::kUnspecified;
  std::string partner;  // "partners/france"; empty for the agency and public sources.
  std::vector<Restriction> restrictions;
};

// Why data are made available (EJR 56(1)(a); EUDPR 71).
struct Purpose {
  std::string task;
  std::string offence;
  bool offence_outside_annex_i = false;
  bool requested_by_member_state = false;
  std::string stage;
  std::string case_reference;
  std::string necessity;
  bool incompatible_with_collection = false;
  bool eppo_exercises_competence = false;
  bool eppo_exception = false;
};

// Everything an evaluation depends on besides the facts.
struct Question {
  absl::Time instant;  // The day is that of Europe/Brussels.
  Mode mode = Mode::kOperate;
  // Decide on what was public on this day. Such a question is always one of Mode::kExplore.
  std::optional<absl::CivilDay> public_on;
  Direction direction = Direction::kSend;
  std::string onward_by;  // For kOnward: "partners/x".
  Capacity capacity = Capacity::kEurojust;
  std::string counterpart;  // "partners/x" or "partners/x/authorities/y".
  // A liaison prosecutor receives for the authority, and opens with a key of his own that the
  // caller has checked: no opener of the authority is needed.
  bool to_prosecutor = false;
  DataKind data_kind = DataKind::kUnspecified;
  std::vector<SubjectKind> subjects;
  AnnexCoverage annex_ii = AnnexCoverage::kUnspecified;
  bool special_categories = false;
  Purpose purpose;
  Geometry geometry = Geometry::kUnspecified;
  std::vector<Origin> origins;
  Volume volume = Volume::kSingle;
  std::vector<Decision> decisions;  // Case-specific, added to those of the facts.
  std::string proposed_frame;       // Such as "joint investigation team".
};

}  // namespace comity::legal
