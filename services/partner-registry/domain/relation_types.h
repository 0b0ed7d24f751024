#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "services/partner-registry/domain/recorded.h"

// How relations come about, as plain values. Ids, days and enumerations are as in types.h. A kind
// of resource has `kCollection`, the segment of its name before its id, and `partner` if its name
// is below a partner's.
namespace comity::partner_registry {

// Whether T is one of these kinds.
template <typename T>
concept IsRelation = requires {
  T::kCollection;
};

struct StrategyPriority {
  std::string id;
  std::string title;

  friend bool operator==(const StrategyPriority&, const StrategyPriority&) = default;
};

struct StrategyPartner {
  std::string partner;                  // An id.
  std::vector<std::string> priorities;  // Ids; empty: the strategy as a whole.

  friend bool operator==(const StrategyPartner&, const StrategyPartner&) = default;
};

struct Strategy {
  static constexpr char kCollection[] = "strategies";
  std::string id;
  std::string title;
  std::string from;  // Exact days.
  std::string to;
  std::string adopted;
  std::string evidence;
  std::vector<StrategyPriority> priorities;
  std::vector<StrategyPartner> partners;
  Recorded recorded;

  friend bool operator==(const Strategy&, const Strategy&) = default;
};

enum class Measure { kUnspecified, kJudged, kVolume };

struct Criterion {
  std::string id;
  std::string question;
  int weight = 0;   // 1 to 100.
  int minimum = 0;  // Points; 0: not mandatory.
  Measure measure = Measure::kUnspecified;
};

struct CriteriaSet {
  static constexpr char kCollection[] = "criteriaSets";
  std::string id;
  std::string title;
  std::string adopted;  // An exact day.
  std::string evidence;
  std::vector<Criterion> criteria;
  Recorded recorded;
};

struct Score {
  std::string criterion;
  int points = 0;  // 0 to 5.
  std::string source;
};

struct Assessment {
  static constexpr char kCollection[] = "assessments";
  std::string partner;
  std::string id;  // A UUID, ordered by time.
  std::string criteria_set;
  std::string day;  // Exact.
  std::vector<Score> scores;
  std::string recorded_by;  // SPIFFE id.
  Recorded recorded;
};

// What a service counted in its own store.
struct MeasuredVolume {
  std::string service;  // Such as "document-exchange".
  std::map<std::string, std::int64_t> counts;
  std::string store_id;  // Where and at which revision it counted.
  std::int64_t revision = 0;

  friend bool operator==(const MeasuredVolume&, const MeasuredVolume&) = default;
};

struct Volume {
  static constexpr char kCollection[] = "volumes";
  // Of which a criterion that is measured makes its sum.
  static constexpr const char* kSummed[] = {"cases", "documents"};
  std::string partner;
  std::string id;                              // The year.
  std::map<std::string, std::int64_t> counts;  // As somebody stated them.
  std::string source;                          // Of what is stated.
  std::vector<MeasuredVolume> measured;        // One a service, in the order of services.
  Recorded recorded;

  friend bool operator==(const Volume&, const Volume&) = default;
};

enum class Position { kUnspecified, kInFavour, kObjects, kNoObservations };

struct Reply {
  std::string member_state;  // An id.
  Position position = Position::kUnspecified;
  std::string day;
  std::string evidence;
  std::string recorded_by;  // SPIFFE id.

  friend bool operator==(const Reply&, const Reply&) = default;
};

enum class ConsultationState { kUnspecified, kOpen, kClosed };

struct Consultation {
  static constexpr char kCollection[] = "consultations";
  std::string partner;
  std::string id;
  std::string question;
  std::string opened;    // Exact days.
  std::string deadline;  // The last day for replies.
  std::string evidence;
  std::vector<std::string> member_states;  // Ids of who was asked, in order.
  std::vector<Reply> replies;              // One a State, in the order of ids.
  ConsultationState state = ConsultationState::kOpen;
  std::string closed;
  std::string override_reason;
  Recorded recorded;
};

enum class Topic {
  kUnspecified,
  kDataProtectionLaw,
  kSupervisoryAuthority,
  kCompetentAuthorities,
  kContactPoint,
  kRightsAndRemedies,
  kDeathPenaltyAndIllTreatment,
  kDomesticProcedure,
  kSecureCommunication,
};
inline constexpr int kTopics = static_cast<int>(Topic::kSecureCommunication);

enum class ReadinessState { kUnspecified, kInPlace, kPartly, kMissing };

struct ReadinessItem {
  Topic topic = Topic::kUnspecified;
  ReadinessState state = ReadinessState::kUnspecified;
  std::string statement;
  std::string day;  // May be partial.
  std::string evidence;

  friend bool operator==(const ReadinessItem&, const ReadinessItem&) = default;
};

struct Readiness {
  static constexpr char kCollection[] = "readiness";
  std::string partner;               // There is one a partner: it has no id.
  std::vector<ReadinessItem> items;  // One a topic, in the order of topics.
  Recorded recorded;

  friend bool operator==(const Readiness&, const Readiness&) = default;
};

enum class ArrangementState {
  kUnspecified,
  kDrafting,
  kCollegeAdopted,
  kSigned,
  kInEffect,
  kEnded,
  kAbandoned,
};

struct ArrangementDraft {
  int number = 0;
  std::string day;
  std::string evidence;
  std::string sha256;
  std::string note;
};

struct ArrangementStep {
  ArrangementState state = ArrangementState::kUnspecified;
  std::string day;
  std::string evidence;
};

struct ArrangementTransmission {
  std::string member_state;  // An id; empty: the European Parliament.
  std::string day;
  std::string evidence;
};

struct Arrangement {
  static constexpr char kCollection[] = "arrangements";
  std::string partner;
  std::string id;
  std::string title;
  std::vector<std::string> authorities;  // Ids of authorities of the partner.
  std::string opened;
  std::string evidence;
  std::vector<ArrangementStep> steps;  // Oldest first; the last one says where it stands.
  std::vector<ArrangementDraft> drafts;
  std::vector<ArrangementTransmission> transmissions;
  Recorded recorded;
};

enum class SecondmentKind { kUnspecified, kLiaisonProsecutor, kLiaisonMagistrate };

struct Secondment {
  static constexpr char kCollection[] = "secondments";
  std::string partner;
  std::string id;
  SecondmentKind kind = SecondmentKind::kUnspecified;
  std::string instrument;  // The whole name, of an instrument or an arrangement of the partner.
  std::string from;        // Exact days.
  std::string to;          // Empty: until further notice.
  bool ended = false;      // Ended on `to` or after it: it has no effect on that day any more.
  std::string contact;     // An id of a contact of the partner, or empty.
  std::string identity;    // A SPIFFE id of a liaison prosecutor in the agency, or empty.
  std::string authority;   // An id of an authority of the partner, or empty.
  std::string evidence;
  Recorded recorded;
};

// Resource names, such as "partners/panama/consultations/c1".
std::string Name(const Strategy& strategy);
std::string Name(const CriteriaSet& set);
std::string Name(const Assessment& assessment);
std::string Name(const Volume& volume);
std::string Name(const Consultation& consultation);
std::string Name(const Readiness& readiness);
std::string Name(const Arrangement& arrangement);
std::string Name(const Secondment& secondment);

// Where it stands.
ArrangementState StateOf(const Arrangement& arrangement);

// The step by which it reached `state`; null if it never did.
const ArrangementStep* StepOf(const Arrangement& arrangement, ArrangementState state);

// Words of the proto without prefix; of ArrangementState they are those of the axis (steps.h).
const char* Word(ArrangementState value);
const char* Word(Topic value);

}  // namespace comity::partner_registry
