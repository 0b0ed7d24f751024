#include "common/status/macros.h"
#include "common/transfer_proto/field_reader.h"
#include "common/transfer_proto/transfer_proto.h"

namespace comity::transfer_proto {
namespace {

// Timestamps outside these years are refused by protobuf's own rule.
constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31

absl::Status ReadTime(const google::protobuf::Timestamp& from, const FieldPath& field,
                      absl::Time& to) {
  if (from.seconds() < kFirstSecond || from.seconds() > kLastSecond || from.nanos() < 0 ||
      from.nanos() > 999999999) {
    return Invalid("FIELD_INVALID", field, "is no valid timestamp");
  }
  to = absl::FromUnixSeconds(from.seconds()) + absl::Nanoseconds(from.nanos());
  return absl::OkStatus();
}

void WriteTime(absl::Time from, google::protobuf::Timestamp& to) {
  const std::int64_t seconds = absl::ToUnixSeconds(from);
  to.set_seconds(seconds);
  to.set_nanos(static_cast<int>((from - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
}

absl::Status CheckPurpose(const v1::TransferPurpose& purpose, const FieldPath& field) {
  const std::pair<absl::string_view, const std::string*> texts[] = {
      {"task", &purpose.task()},
      {"offence", &purpose.offence()},
      {"stage", &purpose.stage()},
      {"case_reference", &purpose.case_reference()},
      {"necessity", &purpose.necessity()}};
  for (const auto& [name, text] : texts) {
    COMITY_RETURN_IF_ERROR(CheckText(*text, kMaxTextBytes, Under(field, name)));
  }
  return absl::OkStatus();
}

// A day that is known to the day.
absl::Status ReadExactDay(const std::string& text, const FieldPath& field, PartialDate& date) {
  COMITY_RETURN_IF_ERROR(ReadDate(text, field, date));
  if (!date.known() || date.exact()) return absl::OkStatus();
  return Invalid("DAY_INVALID", field,
                 absl::StrCat("\"", text, "\" is no full day: write 2026-11-23"));
}

absl::Status ReadMode(const v1::TransferQuestion& from, absl::Time now, const FieldPath& field,
                      legal::Question& to) {
  to.instant = now;
  if (from.has_instant()) {
    COMITY_RETURN_IF_ERROR(ReadTime(from.instant(), Under(field, "instant"), to.instant));
  }
  if (!from.public_on().empty()) {
    PartialDate day;
    COMITY_RETURN_IF_ERROR(ReadExactDay(from.public_on(), Under(field, "public_on"), day));
    to.public_on = day.earliest();
  }
  const bool past = DayInBrussels(to.instant) < DayInBrussels(now);
  const bool explore = from.explore() || past || to.public_on || from.has_at_revision();
  to.mode = explore ? legal::Mode::kExplore : legal::Mode::kOperate;
  return absl::OkStatus();
}

absl::Status ReadWho(const v1::TransferQuestion& from, const FieldPath& field,
                     legal::Question& to) {
  if (from.counterpart().empty()) return Required(Under(field, "counterpart"));
  COMITY_RETURN_IF_ERROR(CheckCounterpartName(from.counterpart(), Under(field, "counterpart")));
  to.counterpart = from.counterpart();
  if (!from.onward_by().empty()) {
    COMITY_RETURN_IF_ERROR(CheckPartnerName(from.onward_by(), Under(field, "onward_by")));
  }
  to.onward_by = from.onward_by();
  COMITY_RETURN_IF_ERROR(ReadEnum(from.direction(), true, Under(field, "direction"), to.direction));
  COMITY_RETURN_IF_ERROR(ReadEnum(from.capacity(), true, Under(field, "capacity"), to.capacity));
  if (to.direction == legal::Direction::kUnspecified) to.direction = legal::Direction::kSend;
  if (to.capacity == legal::Capacity::kUnspecified) to.capacity = legal::Capacity::kEurojust;
  return absl::OkStatus();
}

absl::Status ReadData(const v1::TransferQuestion& from, const FieldPath& field,
                      legal::Question& to) {
  COMITY_RETURN_IF_ERROR(
      ReadEnum(from.data_kind(), false, Under(field, "data_kind"), to.data_kind));
  COMITY_RETURN_IF_ERROR(ReadEnum(from.annex_ii(), true, Under(field, "annex_ii"), to.annex_ii));
  COMITY_RETURN_IF_ERROR(ReadEnum(from.geometry(), true, Under(field, "geometry"), to.geometry));
  COMITY_RETURN_IF_ERROR(ReadEnum(from.volume(), true, Under(field, "volume"), to.volume));
  if (to.volume == legal::Volume::kUnspecified) to.volume = legal::Volume::kSingle;
  COMITY_RETURN_IF_ERROR(CheckCount(from.subjects_size(), 16, Under(field, "subjects")));
  for (int i = 0; i < from.subjects_size(); ++i) {
    legal::SubjectKind subject{};
    COMITY_RETURN_IF_ERROR(ReadEnum(from.subjects(i), false, At(field, "subjects", i), subject));
    to.subjects.push_back(subject);
  }
  to.special_categories = from.special_categories();
  COMITY_RETURN_IF_ERROR(CheckPurpose(from.purpose(), Under(field, "purpose")));
  to.purpose = PurposeFromProto(from.purpose());
  COMITY_RETURN_IF_ERROR(
      CheckText(from.proposed_frame(), kMaxTextBytes, Under(field, "proposed_frame")));
  to.proposed_frame = from.proposed_frame();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<legal::Question> QuestionFromProto(const v1::TransferQuestion& question,
                                                  absl::Time now, const FieldPath& field) {
  legal::Question read;
  COMITY_RETURN_IF_ERROR(ReadMode(question, now, field, read));
  COMITY_RETURN_IF_ERROR(ReadWho(question, field, read));
  COMITY_RETURN_IF_ERROR(ReadData(question, field, read));

  COMITY_RETURN_IF_ERROR(CheckCount(question.origins_size(), kMaxOrigins, Under(field, "origins")));
  for (int i = 0; i < question.origins_size(); ++i) {
    COMITY_ASSIGN_OR_RETURN(legal::Origin origin,
                            OriginFromProto(question.origins(i), At(field, "origins", i)));
    read.origins.push_back(std::move(origin));
  }
  COMITY_RETURN_IF_ERROR(
      CheckCount(question.decisions_size(), kMaxDecisions, Under(field, "decisions")));
  for (int i = 0; i < question.decisions_size(); ++i) {
    COMITY_ASSIGN_OR_RETURN(legal::Decision decision,
                            DecisionFromProto(question.decisions(i), At(field, "decisions", i)));
    read.decisions.push_back(std::move(decision));
  }
  return read;
}

absl::StatusOr<legal::Origin> OriginFromProto(const v1::Origin& origin, const FieldPath& field) {
  legal::Origin read;
  COMITY_RETURN_IF_ERROR(ReadEnum(origin.kind(), false, Under(field, "kind"), read.kind));
  const bool nobody =
      read.kind == legal::OriginKind::kEurojust || read.kind == legal::OriginKind::kPublicSource;
  if (nobody && !origin.partner().empty()) {
    return Invalid("FIELD_INVALID", Under(field, "partner"),
                   "must be empty for data of the agency itself and of public sources");
  }
  if (!nobody) {
    if (origin.partner().empty()) return Required(Under(field, "partner"));
    COMITY_RETURN_IF_ERROR(CheckPartnerName(origin.partner(), Under(field, "partner")));
  }
  read.partner = origin.partner();
  COMITY_RETURN_IF_ERROR(
      CheckCount(origin.restrictions_size(), kMaxRestrictions, Under(field, "restrictions")));
  for (int i = 0; i < origin.restrictions_size(); ++i) {
    COMITY_ASSIGN_OR_RETURN(
        legal::Restriction restriction,
        RestrictionFromProto(origin.restrictions(i), At(field, "restrictions", i)));
    read.restrictions.push_back(std::move(restriction));
  }
  return read;
}

absl::StatusOr<legal::Restriction> RestrictionFromProto(const v1::Restriction& restriction,
                                                        const FieldPath& field) {
  legal::Restriction read;
  COMITY_RETURN_IF_ERROR(ReadEnum(restriction.use(), false, Under(field, "use"), read.use));
  const bool named = read.use == legal::UseRestriction::kNotToPartners;
  if (named && restriction.partners().empty()) return Required(Under(field, "partners"));
  if (!named && !restriction.partners().empty()) {
    return Invalid("FIELD_INVALID", Under(field, "partners"),
                   "is for the restriction NOT_TO_PARTNERS only");
  }
  COMITY_RETURN_IF_ERROR(
      CheckCount(restriction.partners_size(), kMaxPartners, Under(field, "partners")));
  for (int i = 0; i < restriction.partners_size(); ++i) {
    COMITY_RETURN_IF_ERROR(CheckPartnerName(restriction.partners(i), At(field, "partners", i)));
    read.partners.push_back(restriction.partners(i));
  }
  return read;
}

legal::Purpose PurposeFromProto(const v1::TransferPurpose& purpose) {
  return {.task = purpose.task(),
          .offence = purpose.offence(),
          .offence_outside_annex_i = purpose.offence_outside_annex_i(),
          .requested_by_member_state = purpose.requested_by_member_state(),
          .stage = purpose.stage(),
          .case_reference = purpose.case_reference(),
          .necessity = purpose.necessity(),
          .incompatible_with_collection = purpose.incompatible_with_collection(),
          .eppo_exercises_competence = purpose.eppo_exercises_competence(),
          .eppo_exception = purpose.eppo_exception()};
}

absl::StatusOr<legal::Decision> StoredDecisionFromProto(const v1::Decision& decision,
                                                        const FieldPath& field) {
  legal::Decision read;
  read.name = decision.name();
  COMITY_RETURN_IF_ERROR(ReadEnum(decision.kind(), false, Under(field, "kind"), read.kind));
  if (!decision.partner().empty()) {
    COMITY_RETURN_IF_ERROR(CheckPartnerName(decision.partner(), Under(field, "partner")));
  }
  read.partner = decision.partner();
  for (int i = 0; i < decision.counterparts_size(); ++i) {
    COMITY_RETURN_IF_ERROR(
        CheckPartnerName(decision.counterparts(i), At(field, "counterparts", i)));
    read.counterparts.push_back(decision.counterparts(i));
  }
  read.case_reference = decision.case_reference();
  read.conditions = {decision.conditions().begin(), decision.conditions().end()};
  if (decision.valid_from().empty()) return Required(Under(field, "valid_from"));
  COMITY_RETURN_IF_ERROR(
      ReadExactDay(decision.valid_from(), Under(field, "valid_from"), read.valid_from));
  COMITY_RETURN_IF_ERROR(
      ReadExactDay(decision.valid_to(), Under(field, "valid_to"), read.valid_to));
  read.grounds = decision.grounds().empty() ? "not told" : decision.grounds();
  if (decision.has_withdraw_time()) {
    COMITY_RETURN_IF_ERROR(ReadTime(decision.withdraw_time(), Under(field, "withdraw_time"),
                                    read.withdrawn.emplace()));
  }
  return read;
}

absl::StatusOr<legal::Decision> DecisionFromProto(const v1::Decision& decision,
                                                  const FieldPath& field) {
  COMITY_RETURN_IF_ERROR(
      CheckCount(decision.counterparts_size(), kMaxPartners, Under(field, "counterparts")));
  COMITY_RETURN_IF_ERROR(
      CheckCount(decision.conditions_size(), kMaxConditions, Under(field, "conditions")));
  COMITY_ASSIGN_OR_RETURN(legal::Decision read, StoredDecisionFromProto(decision, field));
  read.grounds = decision.grounds();
  if (legal::NeedsGrounds(read.kind) && read.grounds.empty())
    return Required(Under(field, "grounds"));
  if (decision.evidence().empty()) return Required(Under(field, "evidence"));
  COMITY_RETURN_IF_ERROR(
      CheckText(read.case_reference, kMaxTextBytes, Under(field, "case_reference")));
  COMITY_RETURN_IF_ERROR(CheckText(read.grounds, kMaxTextBytes, Under(field, "grounds")));
  COMITY_RETURN_IF_ERROR(CheckText(decision.evidence(), kMaxTextBytes, Under(field, "evidence")));
  for (int i = 0; i < decision.conditions_size(); ++i) {
    COMITY_RETURN_IF_ERROR(
        CheckText(decision.conditions(i), kMaxTextBytes, At(field, "conditions", i)));
  }
  if (read.valid_to.known() && read.valid_to.earliest() < read.valid_from.earliest()) {
    return Invalid("FIELD_INVALID", Under(field, "valid_to"), "is before valid_from");
  }
  return read;
}

v1::TransferQuestion ToProto(const legal::Question& question) {
  v1::TransferQuestion made;
  WriteTime(question.instant, *made.mutable_instant());
  if (question.public_on) made.set_public_on(FormatDay(*question.public_on));
  made.set_explore(question.mode == legal::Mode::kExplore);
  made.set_direction(static_cast<v1::TransferDirection>(question.direction));
  made.set_onward_by(question.onward_by);
  made.set_capacity(static_cast<v1::Capacity>(question.capacity));
  made.set_counterpart(question.counterpart);
  made.set_data_kind(static_cast<v1::DataKind>(question.data_kind));
  for (const legal::SubjectKind subject : question.subjects) {
    made.add_subjects(static_cast<v1::SubjectKind>(subject));
  }
  made.set_annex_ii(static_cast<v1::AnnexCoverage>(question.annex_ii));
  made.set_special_categories(question.special_categories);
  *made.mutable_purpose() = ToProto(question.purpose);
  made.set_geometry(static_cast<v1::CaseGeometry>(question.geometry));
  for (const legal::Origin& origin : question.origins) *made.add_origins() = ToProto(origin);
  made.set_volume(static_cast<v1::TransferVolume>(question.volume));
  for (const legal::Decision& decision : question.decisions) {
    *made.add_decisions() = ToProto(decision);
  }
  made.set_proposed_frame(question.proposed_frame);
  return made;
}

v1::Origin ToProto(const legal::Origin& origin) {
  v1::Origin made;
  made.set_kind(static_cast<v1::OriginKind>(origin.kind));
  made.set_partner(origin.partner);
  for (const legal::Restriction& restriction : origin.restrictions) {
    *made.add_restrictions() = ToProto(restriction);
  }
  return made;
}

v1::Restriction ToProto(const legal::Restriction& restriction) {
  v1::Restriction made;
  made.set_use(static_cast<v1::UseRestriction>(restriction.use));
  for (const std::string& partner : restriction.partners) made.add_partners(partner);
  return made;
}

v1::TransferPurpose ToProto(const legal::Purpose& purpose) {
  v1::TransferPurpose made;
  made.set_task(purpose.task);
  made.set_offence(purpose.offence);
  made.set_offence_outside_annex_i(purpose.offence_outside_annex_i);
  made.set_requested_by_member_state(purpose.requested_by_member_state);
  made.set_stage(purpose.stage);
  made.set_case_reference(purpose.case_reference);
  made.set_necessity(purpose.necessity);
  made.set_incompatible_with_collection(purpose.incompatible_with_collection);
  made.set_eppo_exercises_competence(purpose.eppo_exercises_competence);
  made.set_eppo_exception(purpose.eppo_exception);
  return made;
}

v1::Decision ToProto(const legal::Decision& decision) {
  v1::Decision made;
  made.set_name(decision.name);
  made.set_kind(static_cast<v1::DecisionKind>(decision.kind));
  made.set_partner(decision.partner);
  for (const std::string& counterpart : decision.counterparts) made.add_counterparts(counterpart);
  made.set_case_reference(decision.case_reference);
  for (const std::string& condition : decision.conditions) made.add_conditions(condition);
  made.set_valid_from(decision.valid_from.ToString());
  made.set_valid_to(decision.valid_to.ToString());
  made.set_grounds(decision.grounds);
  if (decision.withdrawn) WriteTime(*decision.withdrawn, *made.mutable_withdraw_time());
  return made;
}

}  // namespace comity::transfer_proto
