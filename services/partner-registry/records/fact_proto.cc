#include "services/partner-registry/records/fact_proto.h"

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/sealing/key_statement.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/records/relation_proto.h"

namespace comity::partner_registry {
namespace {

// Numbers are the same on both sides (domain/types.h).
template <typename To, typename From>
To Cast(From value) {
  return static_cast<To>(static_cast<int>(value));
}

absl::Status UnknownValue(absl::string_view path, absl::string_view field) {
  return InvalidField("VALUE_UNKNOWN", absl::StrCat(path, ".", field),
                      "this version does not know the value: see the proto for those it knows");
}

// The id of `name`, which must be below `partner`; empty stays empty.
absl::StatusOr<std::string> IdBelow(const std::string& field, absl::string_view collection,
                                    const std::string& partner, const std::string& name) {
  if (name.empty()) return std::string();
  COMITY_ASSIGN_OR_RETURN(ChildName child, ParseChildName(field, collection, name));
  if (child.partner != partner) {
    return InvalidField("NAME_INVALID", field, absl::StrCat("it must be of partners/", partner));
  }
  return std::move(child.id);
}

absl::StatusOr<LegalClassPeriod> PeriodFromProto(absl::string_view path,
                                                 const v1::LegalClassPeriod& period) {
  if (!v1::LegalClass_IsValid(period.legal_class())) return UnknownValue(path, "legal_class");
  if (!v1::Certainty_IsValid(period.certainty())) return UnknownValue(path, "certainty");
  return LegalClassPeriod{.legal_class = Cast<LegalClass>(period.legal_class()),
                          .from = period.from(),
                          .to = period.to(),
                          .certainty = Cast<Certainty>(period.certainty()),
                          .note = period.note()};
}

}  // namespace

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::StatusOr<Partner> PartnerFromProto(absl::string_view path, const v1::Partner& partner) {
  Partner made;
  COMITY_ASSIGN_OR_RETURN(made.id, ParsePartnerName(absl::StrCat(path, ".id"), partner.name()));
  if (!v1::PartnerKind_IsValid(partner.kind())) return UnknownValue(path, "kind");
  made.kind = Cast<PartnerKind>(partner.kind());
  made.display_name = partner.display_name();
  made.iso_alpha2 = partner.iso_alpha2();
  made.iso_alpha3 = partner.iso_alpha3();
  made.region = partner.region();
  made.status_footnote = partner.status_footnote();
  for (int i = 0; i < partner.legal_classes_size(); ++i) {
    COMITY_ASSIGN_OR_RETURN(
        LegalClassPeriod read,
        PeriodFromProto(absl::StrCat(path, ".legal_classes[", i, "]"), partner.legal_classes(i)));
    made.legal_classes.push_back(std::move(read));
  }
  made.competence.criminal_matters = partner.competent_in_criminal_matters();
  if (!v1::Certainty_IsValid(partner.competence_certainty())) {
    return UnknownValue(path, "competence_certainty");
  }
  made.competence.certainty = Cast<Certainty>(partner.competence_certainty());
  made.aliases.assign(partner.aliases().begin(), partner.aliases().end());
  return made;
}

namespace {

absl::StatusOr<legal::Scope> ScopeFromProto(absl::string_view path,
                                            const v1::InstrumentScope& scope) {
  legal::Scope made;
  made.territories = {scope.territories().begin(), scope.territories().end()};
  made.sectors = {scope.sectors().begin(), scope.sectors().end()};
  made.offences = {scope.offences().begin(), scope.offences().end()};
  made.stages = {scope.stages().begin(), scope.stages().end()};
  for (const int subject : scope.subjects()) {
    if (!v1::SubjectKind_IsValid(subject)) return UnknownValue(path, "scope.subjects");
    made.subjects.push_back(Cast<legal::SubjectKind>(subject));
  }
  made.excludes_special_categories = scope.excludes_special_categories();
  return made;
}

}  // namespace

absl::StatusOr<Instrument> InstrumentFromProto(absl::string_view path,
                                               const v1::Instrument& instrument) {
  Instrument made;
  COMITY_ASSIGN_OR_RETURN(
      ChildName name, ParseChildName(absl::StrCat(path, ".id"), "instruments", instrument.name()));
  made.partner = std::move(name.partner);
  made.id = std::move(name.id);
  if (!v1::InstrumentKind_IsValid(instrument.kind())) return UnknownValue(path, "kind");
  made.kind = Cast<InstrumentKind>(instrument.kind());
  made.title = instrument.title();
  made.legal_base = instrument.legal_base();
  made.signed_on = instrument.signed_();
  made.provisional_from = instrument.provisional_from();
  made.in_force = instrument.in_force();
  made.in_force_by = instrument.in_force_by();
  made.applied_from = instrument.applied_from();
  made.not_before = instrument.not_before();
  made.notified_end = instrument.notified_end();
  made.ended = instrument.ended();
  made.parts_suspended = instrument.parts_suspended();
  made.suspended_from = instrument.suspended_from();
  made.public_since = instrument.public_since();
  made.reference = instrument.reference();
  for (const auto& [field, certainty] : instrument.certainty()) {
    if (!v1::Certainty_IsValid(certainty)) return UnknownValue(path, "certainty");
    made.certainty[field] = Cast<Certainty>(certainty);
  }
  made.note = instrument.note();
  made.allows_secondment = instrument.allows_secondment();
  COMITY_ASSIGN_OR_RETURN(made.supersedes, IdBelow(absl::StrCat(path, ".supersedes"), "instruments",
                                                   made.partner, instrument.supersedes()));
  made.last_evaluated = instrument.last_evaluated();
  made.review_by = instrument.review_by();
  COMITY_ASSIGN_OR_RETURN(made.scope, ScopeFromProto(path, instrument.scope()));
  return made;
}

absl::StatusOr<Milestone> MilestoneFromProto(absl::string_view path,
                                             const v1::Milestone& milestone) {
  Milestone made;
  COMITY_ASSIGN_OR_RETURN(
      ChildName name, ParseChildName(absl::StrCat(path, ".id"), "milestones", milestone.name()));
  made.partner = std::move(name.partner);
  made.id = std::move(name.id);
  if (!v1::Axis_IsValid(milestone.axis())) return UnknownValue(path, "axis");
  if (!v1::Certainty_IsValid(milestone.certainty())) return UnknownValue(path, "certainty");
  made.axis = Cast<Axis>(milestone.axis());
  made.step = milestone.step();
  made.day = milestone.day();
  made.evidence = milestone.evidence();
  made.certainty = Cast<Certainty>(milestone.certainty());
  if (!milestone.project().empty()) {
    COMITY_ASSIGN_OR_RETURN(made.project,
                            ParsePartnerName(absl::StrCat(path, ".project"), milestone.project()));
  }
  made.note = milestone.note();
  return made;
}

absl::StatusOr<Authority> AuthorityFromProto(absl::string_view path,
                                             const v1::Authority& authority) {
  Authority made;
  COMITY_ASSIGN_OR_RETURN(
      ChildName name, ParseChildName(absl::StrCat(path, ".id"), "authorities", authority.name()));
  made.partner = std::move(name.partner);
  made.id = std::move(name.id);
  if (!v1::Certainty_IsValid(authority.certainty())) return UnknownValue(path, "certainty");
  made.display_name = authority.display_name();
  made.competent_in_criminal_matters = authority.competent_in_criminal_matters();
  made.territory = authority.territory();
  made.sectors = {authority.sectors().begin(), authority.sectors().end()};
  for (const std::string& instrument : authority.listed_in()) {
    COMITY_ASSIGN_OR_RETURN(std::string id, IdBelow(absl::StrCat(path, ".listed_in"), "instruments",
                                                    made.partner, instrument));
    made.listed_in.push_back(std::move(id));
  }
  made.last_verified = authority.last_verified();
  made.certainty = Cast<Certainty>(authority.certainty());
  return made;
}

namespace {

absl::Status Unreadable() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "A record of the registry cannot be read: restore the store from a backup.",
                   {.reason = "RECORD_UNREADABLE"});
}

Confirmation ConfirmationFromRecord(const v1::Confirmation& confirmation) {
  return {.field = confirmation.field(),
          .value = confirmation.value(),
          .evidence = confirmation.evidence(),
          .confirmed_by = confirmation.confirmed_by(),
          .confirm_time = ToTime(confirmation.confirm_time())};
}

template <typename T, typename Message>
void ReadRetraction(const Message& record, T& made) {
  if (!record.has_retraction()) return;
  made.retraction = Retraction{.evidence = record.retraction().evidence(),
                               .retracted_by = record.retraction().retracted_by(),
                               .time = ToTime(record.retraction().retract_time())};
}

// What ToRecord kept of who recorded and confirmed `made`.
template <typename T>
void ReadRecorders(const v1::Confirmation& record, const char* field, T& made) {
  made.recorded_by = absl::StrSplit(record.field(), ' ', absl::SkipEmpty());
  if (!record.has_confirm_time()) return;
  made.confirmation = ConfirmationFromRecord(record);
  made.confirmation->field = field;
}

// Reads what storage kept; one reader a kind, since some fields only the server sets.
absl::StatusOr<Fact> ReadRecord(const v1::Fact& record) {
  switch (record.fact_case()) {
    case v1::Fact::kPartner: {
      COMITY_ASSIGN_OR_RETURN(Partner made, PartnerFromProto("partner", record.partner()));
      for (int i = 0; i < record.partner().legal_classes_size(); ++i) {
        ReadRecorders(record.partner().legal_classes(i).confirmation(), "legal_class",
                      made.legal_classes[static_cast<std::size_t>(i)]);
      }
      ReadRecorders(record.partner().competence_confirmation(), "competent_in_criminal_matters",
                    made.competence);
      made.exchanges_suspended = record.partner().exchanges_suspended();
      if (record.partner().has_delete_time()) {
        made.delete_time = ToTime(record.partner().delete_time());
      }
      if (!record.partner().merged_into().empty()) {
        COMITY_ASSIGN_OR_RETURN(made.merged_into,
                                ParsePartnerName("merged_into", record.partner().merged_into()));
      }
      return Fact(std::move(made));
    }
    case v1::Fact::kInstrument: {
      COMITY_ASSIGN_OR_RETURN(Instrument made,
                              InstrumentFromProto("instrument", record.instrument()));
      for (const v1::Confirmation& confirmation : record.instrument().confirmations()) {
        made.confirmations.push_back(ConfirmationFromRecord(confirmation));
      }
      made.recorded_by = record.instrument().recorded_by();
      made.value_recorded_by = {record.instrument().value_recorded_by().begin(),
                                record.instrument().value_recorded_by().end()};
      ReadRetraction(record.instrument(), made);
      return Fact(std::move(made));
    }
    case v1::Fact::kMilestone: {
      COMITY_ASSIGN_OR_RETURN(Milestone made, MilestoneFromProto("milestone", record.milestone()));
      made.withdrawal_evidence = record.milestone().withdrawal_evidence();
      return Fact(std::move(made));
    }
    case v1::Fact::kAuthority: {
      COMITY_ASSIGN_OR_RETURN(Authority made, AuthorityFromProto("authority", record.authority()));
      ReadRecorders(record.authority().confirmation(), "certainty", made);
      ReadRetraction(record.authority(), made);
      return Fact(std::move(made));
    }
    case v1::Fact::kContact: {
      COMITY_ASSIGN_OR_RETURN(Contact made, ContactFromProto("contact", record.contact()));
      made.state = Cast<ContactState>(record.contact().state());
      if (record.contact().has_erase_time()) {
        made.erase_time = ToTime(record.contact().erase_time());
      }
      return Fact(std::move(made));
    }
    case v1::Fact::kDecision: {
      const v1::Decision& decision = record.decision();
      COMITY_ASSIGN_OR_RETURN(Decision made, DecisionFromProto("decision", decision));
      COMITY_ASSIGN_OR_RETURN(made.id, ParseDecisionName("name", decision.name()));
      if (decision.has_withdraw_time()) made.withdraw_time = ToTime(decision.withdraw_time());
      made.recorded_by = decision.recorded_by();
      return Fact(std::move(made));
    }
    case v1::Fact::kKeyStatement: {
      const v1::KeyStatement& statement = record.key_statement();
      COMITY_ASSIGN_OR_RETURN(const sealing::KeyStatement parsed,
                              sealing::ParseKeyStatement(statement.statement()));
      KeyStatement made;
      made.id = statement.name().substr(statement.name().find('/') + 1);
      made.holder = parsed.holder;
      made.statement = statement.statement();
      made.signature = statement.signature();
      made.serial = parsed.serial;
      made.not_after = parsed.not_after;
      made.leaf_index = statement.leaf_index();
      return Fact(std::move(made));
    }
    case v1::Fact::kStrategy:
      return FromProto("strategy", record.strategy());
    case v1::Fact::kCriteriaSet:
      return FromProto("criteria_set", record.criteria_set());
    case v1::Fact::kAssessment:
      return FromProto("assessment", record.assessment());
    case v1::Fact::kVolume:
      return FromProto("volume", record.volume());
    case v1::Fact::kConsultation:
      return FromProto("consultation", record.consultation());
    case v1::Fact::kReadiness:
      return FromProto("readiness", record.readiness());
    case v1::Fact::kArrangement:
      return FromProto("arrangement", record.arrangement());
    case v1::Fact::kSecondment:
      return FromProto("secondment", record.secondment());
    case v1::Fact::FACT_NOT_SET:
      break;
  }
  return Unreadable();
}

}  // namespace

absl::StatusOr<Contact> ContactFromProto(absl::string_view path, const v1::Contact& contact) {
  Contact made;
  COMITY_ASSIGN_OR_RETURN(ChildName name,
                          ParseChildName(absl::StrCat(path, ".name"), "contacts", contact.name()));
  made.partner = std::move(name.partner);
  made.id = std::move(name.id);
  made.spiffe_id = contact.spiffe_id();
  made.function = contact.function();
  COMITY_ASSIGN_OR_RETURN(made.authority, IdBelow(absl::StrCat(path, ".authority"), "authorities",
                                                  made.partner, contact.authority()));
  made.opener = contact.opener();
  made.languages.assign(contact.languages().begin(), contact.languages().end());
  if (contact.has_working_hours()) {
    const v1::WorkingHours& hours = contact.working_hours();
    made.working_hours =
        WorkingHours{.time_zone = hours.time_zone(),
                     .days = {hours.days().begin(), hours.days().end()},
                     .start_minute = hours.start_minute(),
                     .end_minute = hours.end_minute(),
                     .holidays = {hours.holidays().begin(), hours.holidays().end()}};
  }
  made.last_verified = contact.last_verified();
  for (const std::string& deputy : contact.deputies()) {
    COMITY_ASSIGN_OR_RETURN(
        std::string id, IdBelow(absl::StrCat(path, ".deputies"), "contacts", made.partner, deputy));
    made.deputies.push_back(std::move(id));
  }
  for (const v1::Absence& absence : contact.absences()) {
    made.absences.push_back({absence.first_day(), absence.last_day()});
  }
  made.valid_from = contact.valid_from();
  made.valid_to = contact.valid_to();
  return made;
}

absl::StatusOr<Decision> DecisionFromProto(absl::string_view path, const v1::Decision& decision) {
  Decision made;
  if (!v1::DecisionKind_IsValid(decision.kind())) return UnknownValue(path, "kind");
  made.kind = Cast<DecisionKind>(decision.kind());
  if (!decision.partner().empty()) {
    COMITY_ASSIGN_OR_RETURN(made.partner,
                            ParsePartnerName(absl::StrCat(path, ".partner"), decision.partner()));
  }
  for (const std::string& name : decision.counterparts()) {
    COMITY_ASSIGN_OR_RETURN(std::string id,
                            ParsePartnerName(absl::StrCat(path, ".counterparts"), name));
    made.counterparts.push_back(std::move(id));
  }
  made.case_reference = decision.case_reference();
  made.conditions.assign(decision.conditions().begin(), decision.conditions().end());
  made.valid_from = decision.valid_from();
  made.valid_to = decision.valid_to();
  made.evidence = decision.evidence();
  made.grounds = decision.grounds();
  return made;
}

absl::StatusOr<ImportRow> ImportRowFromProto(const v1::ImportFactsRequest::Row& row) {
  ImportRow made{.source = {.file = row.source().file(), .line = row.source().line()},
                 .emptied = {row.emptied().paths().begin(), row.emptied().paths().end()}};
  const auto fail = [&](absl::string_view column, absl::string_view what) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(made.source.file, ", line ", made.source.line, ", column ",
                                  column, ": ", what, ". Nothing was loaded."),
                     {.reason = "IMPORT_ROW_INVALID",
                      .metadata = {{"file", made.source.file},
                                   {"line", absl::StrCat(made.source.line)},
                                   {"column", std::string(column)}}});
  };
  // The error of a conversion, at the row's place.
  const auto at_row = [&](const absl::Status& status) {
    const ErrorDetails details = DetailsOf(status);
    const std::string field = details.fields.empty() ? "row" : details.fields[0].field;
    return fail(field.substr(field.rfind('.') + 1),
                details.fields.empty() ? absl::string_view(status.message())
                                       : absl::string_view(details.fields[0].description));
  };
  static constexpr char kServerOnly[] =
      "an import cannot say when, at which revision or by whom a fact was recorded, confirmed, "
      "withdrawn, retracted or erased, only the server can";
  using Row = v1::ImportFactsRequest::Row;
  switch (row.fact_case()) {
    case Row::kPartner: {
      const v1::Partner& partner = row.partner();
      if (partner.has_revision() || partner.has_record_time() ||
          partner.has_competence_confirmation()) {
        return fail("recorded", kServerOnly);
      }
      auto read = PartnerFromProto("row", partner);
      if (!read.ok()) return at_row(read.status());
      if (!read->legal_classes.empty()) {
        return fail("legal_classes", "legal classes stand in rows of their own");
      }
      read->exchanges_suspended = partner.exchanges_suspended();
      // That it is deleted; when is for the server to say.
      if (partner.has_delete_time()) read->delete_time = absl::UnixEpoch();
      if (!partner.merged_into().empty()) {
        auto into = ParsePartnerName("row.merged_into", partner.merged_into());
        if (!into.ok()) return at_row(into.status());
        read->merged_into = *std::move(into);
      }
      made.fact = *std::move(read);
      return made;
    }
    case Row::kLegalClass: {
      auto partner = ParsePartnerName("row.partner", row.legal_class().partner());
      if (!partner.ok()) return at_row(partner.status());
      if (row.legal_class().period().has_confirmation()) return fail("recorded", kServerOnly);
      auto period = PeriodFromProto("row", row.legal_class().period());
      if (!period.ok()) return at_row(period.status());
      made.fact = LegalClassRow{*std::move(partner), *std::move(period)};
      return made;
    }
    case Row::kInstrument: {
      const v1::Instrument& instrument = row.instrument();
      if (instrument.has_revision() || instrument.has_record_time() ||
          !instrument.recorded_by().empty() || instrument.confirmations_size() > 0 ||
          instrument.has_retraction()) {
        return fail("recorded", kServerOnly);
      }
      auto read = InstrumentFromProto("row", instrument);
      if (!read.ok()) return at_row(read.status());
      made.fact = *std::move(read);
      return made;
    }
    case Row::kMilestone: {
      if (row.milestone().has_revision() || !row.milestone().withdrawal_evidence().empty()) {
        return fail("recorded", kServerOnly);
      }
      auto read = MilestoneFromProto("row", row.milestone());
      if (!read.ok()) return at_row(read.status());
      made.fact = *std::move(read);
      return made;
    }
    case Row::kAuthority: {
      if (row.authority().has_revision() || row.authority().has_confirmation() ||
          row.authority().has_retraction()) {
        return fail("recorded", kServerOnly);
      }
      auto read = AuthorityFromProto("row", row.authority());
      if (!read.ok()) return at_row(read.status());
      made.fact = *std::move(read);
      return made;
    }
    case Row::kContact: {
      if (row.contact().has_revision() || row.contact().has_erase_time() ||
          row.contact().state() == v1::Contact::STATE_ERASED) {
        return fail("recorded", kServerOnly);
      }
      auto read = ContactFromProto("row", row.contact());
      if (!read.ok()) return at_row(read.status());
      if (row.contact().state() == v1::Contact::STATE_SUSPENDED) {
        read->state = ContactState::kSuspended;
      }
      made.fact = *std::move(read);
      return made;
    }
    case Row::FACT_NOT_SET:
      break;
  }
  return fail("fact", "the row says nothing");
}

absl::StatusOr<Fact> FactFromRecord(const v1::Fact& record) {
  auto read = ReadRecord(record);
  if (!read.ok()) return Unreadable();
  return read;
}

}  // namespace comity::partner_registry
