#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "comity/ledger/v1/ledger.pb.h"
#include "comity/partner_registry/v1/partner.pb.h"
#include "comity/partner_registry/v1/reports.pb.h"
#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/legal/facts.h"
#include "common/legal/question.h"
#include "common/legal/reliance.h"
#include "common/legal/supposition.h"
#include "common/legal/verdict.h"
#include "common/transfer_proto/field_path.h"

// The transfer check between wire and domain.
//
// Everything that reads a message checks it: INVALID_ARGUMENT naming the field's path, which starts
// with `field` ("question", "document.originators[2]"). Reasons: `FIELD_REQUIRED`,
// `FIELD_INVALID` (an unknown enum value, a name of another form, a length over the limit),
// `DAY_INVALID`.
namespace comity::transfer_proto {

namespace v1 = ::comity::partner_registry::v1;

// Limits of what a question may carry.
inline constexpr int kMaxOrigins = 64;
inline constexpr int kMaxRestrictions = 64;
inline constexpr int kMaxDecisions = 256;
inline constexpr int kMaxPartners = 256;
inline constexpr int kMaxConditions = 64;
inline constexpr int kMaxTextBytes = 2000;

// "partners/{partner}" or, if `authority` is allowed, "partners/{partner}/authorities/{authority}",
// each id matching ^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$.
absl::Status CheckPartnerName(absl::string_view name, const FieldPath& field);
absl::Status CheckCounterpartName(absl::string_view name, const FieldPath& field);
// "partners/{partner}/instruments/{instrument}".
absl::Status CheckInstrumentName(absl::string_view name, const FieldPath& field);

// `now` is the instant if the question names none, and tells which days are past: a question about
// a past day, about what was public on a day, or at a revision is one of Mode::kExplore, any other
// is one of Mode::kOperate unless it says `explore`. `at_revision` is for the caller: the facts to
// ask are those of that revision.
absl::StatusOr<legal::Question> QuestionFromProto(const v1::TransferQuestion& question,
                                                  absl::Time now, const FieldPath& field);

absl::StatusOr<legal::Origin> OriginFromProto(const v1::Origin& origin, const FieldPath& field);
absl::StatusOr<legal::Restriction> RestrictionFromProto(const v1::Restriction& restriction,
                                                        const FieldPath& field);
legal::Purpose PurposeFromProto(const v1::TransferPurpose& purpose);

// Requires kind, valid_from and evidence, and grounds for derogations and urgent transfers. Fields
// that the transfer check does not need (evidence, who recorded it and when) are dropped.
absl::StatusOr<legal::Decision> DecisionFromProto(const v1::Decision& decision,
                                                  const FieldPath& field);

// The same for a decision that a registry keeps, which was checked when it was recorded: without
// limits, and evidence and grounds may not be told, or erased by law; grounds then say `not told`.
absl::StatusOr<legal::Decision> StoredDecisionFromProto(const v1::Decision& decision,
                                                        const FieldPath& field);

// Facts as the registry serves them.
absl::StatusOr<legal::Partner> PartnerFromProto(const v1::Partner& partner, const FieldPath& field);
absl::StatusOr<legal::Instrument> InstrumentFromProto(const v1::Instrument& instrument,
                                                      const FieldPath& field);
// Without its openers, who depend on contacts and key statements.
absl::StatusOr<legal::Authority> AuthorityFromProto(const v1::Authority& authority,
                                                    const FieldPath& field);

// What every service's ListAffected asks, in the fields `instrument`, `supposition` and `day`.
// Without a day it is that after `today`; an extension has to name one.
absl::StatusOr<legal::WhatIf> WhatIfFromProto(const std::string& instrument,
                                              v1::ListAffectedRequest::Supposition supposition,
                                              const std::string& day, absl::CivilDay today);

// What ListReliances asks: `from` and `before` are null if unset, `store_id` is that of the
// registry's present store. FAILED_PRECONDITION `STORE_REPLACED`: a revision is of another.
absl::StatusOr<legal::RelianceQuery> RelianceQueryFromProto(
    const std::string& fact, const comity::ledger::v1::Revision* from,
    const comity::ledger::v1::Revision* before, absl::string_view store_id);

v1::TransferQuestion ToProto(const legal::Question& question);
v1::Origin ToProto(const legal::Origin& origin);
v1::Restriction ToProto(const legal::Restriction& restriction);
v1::TransferPurpose ToProto(const legal::Purpose& purpose);
// Only what the transfer check knows of it.
v1::Decision ToProto(const legal::Decision& decision);
// Into an empty message, where it lies: it may be in an arena.
void WriteVerdict(legal::Verdict verdict, v1::TransferVerdict& made);

}  // namespace comity::transfer_proto
