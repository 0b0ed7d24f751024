#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/legal/scope.h"
#include "common/legal/vocabulary.h"
#include "common/time/working_hours.h"
#include "services/partner-registry/domain/recorded.h"
#include "services/partner-registry/domain/relation_types.h"

// What the registry knows, as plain values. Ids are last segments of resource names, days are text
// as written ("2019-11-01", "2016-10", "2017", or empty for unknown) and were checked when they
// came in. Enumerations carry the numbers of the proto, so that storage and transport can cast.
namespace comity::partner_registry {

using legal::Certainty;
using legal::DecisionKind;
using legal::InstrumentKind;
using legal::LegalClass;

enum class PartnerKind {
  kUnspecified,
  kState,
  kInternationalOrganisation,
  kUnionBody,
  kJudicialNetwork,
  kProjectOrCentre,
};

enum class Axis {
  kUnspecified,
  kTreaty,
  kWorkingArrangement,
  kContactPoint,
  kLiaisonProsecutor,
  kProjectMembership,
};

enum class ContactState { kUnspecified, kActive, kSuspended, kErased };

// A second person's confirmation of the present value of a field.
struct Confirmation {
  std::string field;  // By the proto's name.
  std::string value;
  std::string evidence;
  std::string confirmed_by;  // SPIFFE id.
  absl::Time confirm_time;
};

// A second look that found an entry to be a mistake: it never was so.
struct Retraction {
  std::string evidence;
  std::string retracted_by;  // SPIFFE id.
  absl::Time time;
};

// A period in which a partner has one legal class. An empty `from` means since ever, an empty `to`
// until further notice.
struct LegalClassPeriod {
  LegalClass legal_class = LegalClass::kUnspecified;
  std::string from;
  std::string to;
  Certainty certainty = Certainty::kUnspecified;
  std::string note;
  std::optional<Confirmation> confirmation;
  std::vector<std::string> recorded_by;  // SPIFFE ids, in order; empty: nobody knows.
};

// Whether a partner is competent in law enforcement and criminal matters (EJR 56(1)(b)); a State
// acts by its authorities.
struct Competence {
  bool criminal_matters = false;
  Certainty certainty = Certainty::kUnspecified;
  std::optional<Confirmation> confirmation;
  std::vector<std::string> recorded_by;  // SPIFFE ids, in order; empty: nobody knows.
};

struct Partner {
  std::string id;
  PartnerKind kind = PartnerKind::kUnspecified;
  std::string display_name;
  std::string iso_alpha2;
  std::string iso_alpha3;
  std::string region;
  std::string status_footnote;
  std::vector<LegalClassPeriod> legal_classes;  // Ordered by `from`; no two overlap.
  bool exchanges_suspended = false;
  Competence competence;
  std::vector<std::string> aliases;
  std::optional<absl::Time> delete_time;  // Unset: it is on the register.
  std::string merged_into;                // The id of the partner it turned out to be, or empty.
  Recorded recorded;

  bool deleted() const { return delete_time.has_value(); }
};

struct Instrument {
  std::string partner;
  std::string id;
  InstrumentKind kind = InstrumentKind::kUnspecified;
  std::string title;
  std::string legal_base;
  std::string signed_on;
  std::string provisional_from;
  std::string in_force;
  std::string in_force_by;
  std::string applied_from;
  std::string not_before;
  std::string notified_end;
  std::string ended;
  std::string parts_suspended;
  std::string suspended_from;
  std::string public_since;
  std::string reference;
  std::map<std::string, Certainty> certainty;  // By the proto's field names.
  std::string note;
  bool allows_secondment = false;
  std::string last_evaluated;
  std::string review_by;
  legal::Scope scope;
  std::string supersedes;  // The id of another instrument of the partner, or empty.
  std::vector<Confirmation> confirmations;
  std::string recorded_by;  // SPIFFE id; empty: nobody knows.
  // Whose word a decisive field is (WhoseWord), where that is not `recorded_by` alone, as ids with
  // one space between them; of an empty one, where the value that was there was unconfirmed. Under
  // "*" whoever entered the instrument or changed what it decides: they confirm nothing of it.
  std::map<std::string, std::string> value_recorded_by;
  std::optional<Retraction> retraction;  // Set: it counts for nothing.
  Recorded recorded;
};

struct Milestone {
  std::string partner;
  std::string id;
  Axis axis = Axis::kUnspecified;
  std::string step;
  std::string day;
  std::string evidence;
  Certainty certainty = Certainty::kUnspecified;
  std::string project;  // The id of a partner; only on the axis of memberships.
  std::string note;
  std::string withdrawal_evidence;  // Not empty: it was withdrawn, and counts no more.
  Recorded recorded;

  bool withdrawn() const { return !withdrawal_evidence.empty(); }
};

struct Authority {
  std::string partner;
  std::string id;
  std::string display_name;
  bool competent_in_criminal_matters = false;
  std::string territory;
  std::vector<std::string> sectors;
  std::vector<std::string> listed_in;  // Ids of instruments of the partner.
  std::string last_verified;
  Certainty certainty = Certainty::kUnspecified;
  std::optional<Confirmation> confirmation;
  std::vector<std::string> recorded_by;  // SPIFFE ids, in order; empty: nobody knows.
  std::optional<Retraction> retraction;  // Set: it counts for nothing.
  Recorded recorded;
};

struct Contact {
  std::string partner;
  std::string id;
  std::string spiffe_id;
  std::string function;
  std::string authority;  // The id of an authority of the partner.
  bool opener = false;
  std::vector<std::string> languages;
  std::optional<WorkingHours> working_hours;
  std::vector<std::string> deputies;  // Ids of other contacts of the partner, the first one first.
  std::vector<Absence> absences;      // In its own zone, in the order of days.
  std::string valid_from;             // An exact day; empty: since ever.
  std::string valid_to;               // An exact day, the last one; empty: until further notice.
  std::optional<absl::Time> erase_time;  // Set if and only if it is erased.
  ContactState state = ContactState::kActive;
  std::string last_verified;
  Recorded recorded;
};

struct Decision {
  std::string id;
  DecisionKind kind = DecisionKind::kUnspecified;
  std::string partner;                    // Whose decision; empty: the agency's.
  std::vector<std::string> counterparts;  // Ids of partners; empty: any.
  std::string case_reference;
  std::vector<std::string> conditions;
  std::string valid_from;  // An exact day.
  std::string valid_to;    // An exact day; empty: until withdrawn.
  std::string evidence;
  std::string grounds;
  std::optional<absl::Time> withdraw_time;
  std::string recorded_by;  // SPIFFE id.
  Recorded recorded;
};

struct KeyStatement {
  std::string id;
  std::string holder;       // SPIFFE id.
  std::string statement;    // As signed, byte for byte.
  std::string signature;    // DER.
  std::int64_t serial = 0;  // From 1 for a holder.
  absl::Time not_after;     // The first moment at which it is over.
  std::int64_t leaf_index = 0;
  Recorded recorded;
};

enum class ChangeRequestState { kUnspecified, kOpen, kApproved, kRejected, kWithdrawn };

// What a partner asks to have changed or entered of its own.
struct ChangeRequest {
  std::string partner;
  std::string id;  // A UUID, ordered by time.
  // As it would be then. Of a contact that was erased the name alone.
  std::variant<Authority, Contact> change;
  std::vector<std::string> fields;  // What is to change, by the proto's names; empty: it is new.
  std::string etag;                 // Of what is to change, as it was then; empty: it is new.
  std::string reason;
  ChangeRequestState state = ChangeRequestState::kOpen;
  std::string requested_by;  // SPIFFE id.
  absl::Time request_time;
  std::string decided_by;  // SPIFFE id; empty while it is open, as the two below.
  std::optional<absl::Time> decide_time;
  std::string answer;
  Recorded recorded;
};

// A resource as it is after a change.
using Fact = std::variant<Partner, Instrument, Milestone, Authority, Contact, Decision,
                          KeyStatement, Strategy, CriteriaSet, Assessment, Volume, Consultation,
                          Readiness, Arrangement, Secondment, ChangeRequest>;

// "partner", "instrument", ...: the kinds under which storage keeps facts.
const char* KindOf(const Fact& fact);

// The resource's name, such as "partners/georgia/contacts/tbilisi-1".
std::string NameOf(const Fact& fact);
std::string NameOf(const Partner& partner);
std::string NameOf(const Instrument& instrument);
std::string NameOf(const Milestone& milestone);
std::string NameOf(const Authority& authority);
std::string NameOf(const Contact& contact);
std::string NameOf(const Decision& decision);
std::string NameOf(const KeyStatement& statement);
std::string NameOf(const ChangeRequest& request);
template <IsRelation T>
std::string NameOf(const T& value) {
  return Name(value);
}

const Recorded& RecordedOf(const Fact& fact);
// The etag of a state, in quotes (RFC 9110); empty if it was never recorded.
std::string EtagOf(const Recorded& recorded);
void SetRecorded(Fact& fact, const Recorded& recorded);

// Every field that a caller can set, by its name in the proto and as text, in the proto's order;
// what only the server sets is left out. Two facts with equal fields say the same. Empty for kinds
// that no file sets (relation_types.h).
std::vector<std::pair<std::string, std::string>> FieldsOf(const Fact& fact);
std::vector<std::pair<std::string, std::string>> FieldsOf(const Instrument& instrument);

// Each limit by its name in the proto; empty if there is none. Scopes that are not the same are not
// the same text.
std::string TextOf(const legal::Scope& scope);

// Words of the proto without prefix, such as "THIRD_COUNTRY".
const char* Word(Certainty value);
const char* Word(legal::SubjectKind value);
const char* Word(PartnerKind value);
const char* Word(LegalClass value);
const char* Word(InstrumentKind value);
const char* Word(Axis value);
const char* Word(DecisionKind value);

}  // namespace comity::partner_registry
