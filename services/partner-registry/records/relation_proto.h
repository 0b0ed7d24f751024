#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "comity/partner_registry/v1/preparation.pb.h"
#include "comity/partner_registry/v1/strategy.pb.h"
#include "services/partner-registry/domain/relation_types.h"

// How relations come about, as protos and back: for storage, which keeps everything that is
// recorded, and for transport, which adds what follows from it on a day
// (transport/relation_view.h).
namespace comity::partner_registry {

v1::Strategy ToProto(const Strategy& strategy, absl::string_view store_id);
v1::CriteriaSet ToProto(const CriteriaSet& set, absl::string_view store_id);
v1::Assessment ToProto(const Assessment& assessment, absl::string_view store_id);
v1::Volume ToProto(const Volume& volume, absl::string_view store_id);
v1::Consultation ToProto(const Consultation& consultation, absl::string_view store_id);
v1::Readiness ToProto(const Readiness& readiness, absl::string_view store_id);
v1::Arrangement ToProto(const Arrangement& arrangement, absl::string_view store_id);
v1::Secondment ToProto(const Secondment& secondment, absl::string_view store_id);

// Everything that is recorded, but for Recorded; what the server sets too: whoever reads what came
// from outside sets that himself. Ids are taken as they are, for the domain to check.
// INVALID_ARGUMENT `NAME_INVALID`, `VALUE_UNKNOWN` with the field below `path`.
absl::StatusOr<Strategy> FromProto(absl::string_view path, const v1::Strategy& strategy);
absl::StatusOr<CriteriaSet> FromProto(absl::string_view path, const v1::CriteriaSet& set);
absl::StatusOr<Assessment> FromProto(absl::string_view path, const v1::Assessment& assessment);
absl::StatusOr<Volume> FromProto(absl::string_view path, const v1::Volume& volume);
absl::StatusOr<Reply> FromProto(absl::string_view path, const v1::ConsultationReply& reply);
absl::StatusOr<Consultation> FromProto(absl::string_view path,
                                       const v1::Consultation& consultation);
absl::StatusOr<ReadinessItem> FromProto(absl::string_view path, const v1::ReadinessItem& item);
absl::StatusOr<Readiness> FromProto(absl::string_view path, const v1::Readiness& readiness);
ArrangementDraft FromProto(const v1::ArrangementDraft& draft);
absl::StatusOr<ArrangementStep> FromProto(absl::string_view path, const v1::ArrangementStep& step);
absl::StatusOr<ArrangementTransmission> FromProto(absl::string_view path,
                                                  const v1::ArrangementTransmission& transmission);
absl::StatusOr<Arrangement> FromProto(absl::string_view path, const v1::Arrangement& arrangement);
absl::StatusOr<Secondment> FromProto(absl::string_view path, const v1::Secondment& secondment);

}  // namespace comity::partner_registry
