#include <map>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/status/macros.h"
#include "common/transfer_proto/field_reader.h"
#include "common/transfer_proto/transfer_proto.h"

namespace comity::transfer_proto {
namespace {

absl::Status ReadPeriod(const v1::LegalClassPeriod& from, const FieldPath& field,
                        legal::LegalClassPeriod& to) {
  COMITY_RETURN_IF_ERROR(
      ReadEnum(from.legal_class(), false, Under(field, "legal_class"), to.legal_class));
  COMITY_RETURN_IF_ERROR(ReadDate(from.from(), Under(field, "from"), to.from));
  COMITY_RETURN_IF_ERROR(ReadDate(from.to(), Under(field, "to"), to.to));
  COMITY_RETURN_IF_ERROR(ReadEnum(from.certainty(), true, Under(field, "certainty"), to.certainty));
  // What a second person confirmed is sure: the registry keeps confirmations of present values
  // only.
  if (from.confirmation().has_confirm_time()) to.certainty = legal::Certainty::kFound;
  return absl::OkStatus();
}

absl::Status ReadScope(const v1::InstrumentScope& from, const FieldPath& field, legal::Scope& to) {
  to.territories = {from.territories().begin(), from.territories().end()};
  to.sectors = {from.sectors().begin(), from.sectors().end()};
  to.offences = {from.offences().begin(), from.offences().end()};
  to.stages = {from.stages().begin(), from.stages().end()};
  for (int i = 0; i < from.subjects_size(); ++i) {
    COMITY_RETURN_IF_ERROR(
        ReadEnum(from.subjects(i), false, At(field, "subjects", i), to.subjects.emplace_back()));
  }
  to.excludes_special_categories = from.excludes_special_categories();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<legal::Partner> PartnerFromProto(const v1::Partner& partner,
                                                const FieldPath& field) {
  legal::Partner read;
  COMITY_RETURN_IF_ERROR(CheckPartnerName(partner.name(), Under(field, "name")));
  read.name = partner.name();
  read.display_name = partner.display_name();
  read.footnote = partner.status_footnote();
  for (int i = 0; i < partner.legal_classes_size(); ++i) {
    COMITY_RETURN_IF_ERROR(ReadPeriod(partner.legal_classes(i), At(field, "legal_classes", i),
                                      read.classes.emplace_back()));
  }
  read.exchanges_suspended = partner.exchanges_suspended();
  read.deleted = partner.has_delete_time();
  read.merged_into = partner.merged_into();
  read.competent_in_criminal_matters = partner.competent_in_criminal_matters();
  COMITY_RETURN_IF_ERROR(ReadEnum(partner.competence_certainty(), true,
                                  Under(field, "competence_certainty"), read.competence_certainty));
  if (partner.competence_confirmation().has_confirm_time()) {
    read.competence_certainty = legal::Certainty::kFound;
  }
  return read;
}

absl::StatusOr<legal::Instrument> InstrumentFromProto(const v1::Instrument& instrument,
                                                      const FieldPath& field) {
  legal::Instrument read;
  if (legal::PartnerOf(instrument.name()).empty()) return Required(Under(field, "name"));
  read.name = instrument.name();
  COMITY_RETURN_IF_ERROR(ReadEnum(instrument.kind(), false, Under(field, "kind"), read.kind));
  read.title = instrument.title();
  struct DateField {
    absl::string_view name;
    const std::string* text;
    PartialDate* date;
  };
  const DateField dates[] = {
      {"signed", &instrument.signed_(), &read.signed_on},
      {"provisional_from", &instrument.provisional_from(), &read.provisional_from},
      {"in_force", &instrument.in_force(), &read.in_force},
      {"in_force_by", &instrument.in_force_by(), &read.in_force_by},
      {"applied_from", &instrument.applied_from(), &read.applied_from},
      {"not_before", &instrument.not_before(), &read.not_before},
      {"notified_end", &instrument.notified_end(), &read.notified_end},
      {"ended", &instrument.ended(), &read.ended},
      {"suspended_from", &instrument.suspended_from(), &read.suspended_from},
      {"public_since", &instrument.public_since(), &read.public_since}};
  for (const DateField& entry : dates) {
    COMITY_RETURN_IF_ERROR(ReadDate(*entry.text, Under(field, entry.name), *entry.date));
  }
  read.parts_suspended = instrument.parts_suspended();
  read.supersedes = instrument.supersedes();
  read.allows_secondment = instrument.allows_secondment();
  legal::Scope scope;
  COMITY_RETURN_IF_ERROR(ReadScope(instrument.scope(), Under(field, "scope"), scope));
  read.scope = legal::Limits(std::move(scope));
  // In the order of names, as the registry has them, since some stand for several fields: `all`
  // comes first, and `period` after the two that it stands for. A map of protobuf has no order.
  const std::map<absl::string_view, v1::Certainty> by_name(instrument.certainty().begin(),
                                                           instrument.certainty().end());
  for (const auto& [name, certainty] : by_name) {
    legal::Certainty value{};
    COMITY_RETURN_IF_ERROR(
        ReadEnum(certainty, true,
                 absl::StrCat(Under(field, "certainty").ToString(), "[", name, "]"), value));
    legal::SetCertainty(read, name, value);
  }
  // As a period's.
  for (const v1::Confirmation& confirmation : instrument.confirmations()) {
    legal::SetCertainty(read, confirmation.field(), legal::Certainty::kFound);
  }
  return read;
}

absl::StatusOr<legal::Authority> AuthorityFromProto(const v1::Authority& authority,
                                                    const FieldPath& field) {
  legal::Authority read;
  COMITY_RETURN_IF_ERROR(CheckCounterpartName(authority.name(), Under(field, "name")));
  read.name = authority.name();
  read.competent_in_criminal_matters = authority.competent_in_criminal_matters();
  read.territory = authority.territory();
  read.sectors = {authority.sectors().begin(), authority.sectors().end()};
  for (const std::string& instrument : authority.listed_in()) read.listed_in.push_back(instrument);
  COMITY_RETURN_IF_ERROR(
      ReadDate(authority.last_verified(), Under(field, "last_verified"), read.last_verified));
  COMITY_RETURN_IF_ERROR(
      ReadEnum(authority.certainty(), true, Under(field, "certainty"), read.certainty));
  if (authority.confirmation().has_confirm_time()) read.certainty = legal::Certainty::kFound;
  return read;
}

}  // namespace comity::transfer_proto
