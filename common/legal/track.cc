// Phase 1: which law decides. The first row that matches.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/legal/decisions.h"
#include "common/legal/rows.h"

namespace comity::legal {
namespace {

bool IsPartner(const Facts& facts, absl::string_view name) {
  return facts.FindPartner(PartnerOf(name)) != nullptr;
}

// 1.1: nothing is transferred to whom the register no longer has, and nothing can be said of a
// counterpart whose class or authority is not known.
std::optional<Track> Row1_1Unknown(Evaluation& e) {
  const Question& question = e.question;
  Reason reason{.row = "1.1", .outcome = Outcome::kUndetermined, .article = "policy"};
  const bool authority_named = question.counterpart != e.partner;
  if (e.dossier == nullptr || !e.dossier->partner.has_value()) {
    reason.code = "COUNTERPART_UNKNOWN";
    reason.sentence = absl::StrCat("The registry knows no counterpart ", question.counterpart,
                                   " at this revision.");
    reason.remedy = "The registry operator records the partner with its legal class.";
  } else if (e.dossier->partner->deleted) {
    reason.outcome = Outcome::kRefused;
    reason.code = "COUNTERPART_DELETED";
    reason.sentence = absl::StrCat(e.counterpart_name(), " was taken off the register.");
    reason.remedy =
        "Whoever asks names the partner that is meant, or the registry operator puts it back.";
  } else if (e.counterpart_class.known != Tri::kYes) {
    reason.code = "LEGAL_CLASS_UNKNOWN";
    reason.sentence = absl::StrCat("The legal class of ", e.counterpart_name(), " on ", Day(e),
                                   " is not known or not confirmed.");
    reason.remedy =
        "The registry operator records the legal class for that day, and a second person confirms "
        "it.";
    e.verdict.unconfirmed_fields.push_back(absl::StrCat(e.partner, ".legal_classes"));
  } else if (authority_named && e.authority == nullptr) {
    reason.code = "AUTHORITY_UNKNOWN";
    reason.sentence = absl::StrCat("The registry knows no authority ", question.counterpart, ".");
    reason.remedy = "The registry operator records the authority, or whoever asks names another.";
  } else if (question.direction == Direction::kOnward && !IsPartner(e.facts, question.onward_by)) {
    reason.code = "ONWARD_SENDER_UNKNOWN";
    reason.sentence = "It is not said, or not known, who would pass the data on.";
    reason.remedy = "Whoever asks names the partner that would pass the data on.";
  } else if (question.data_kind == DataKind::kUnspecified) {
    reason.code = "DATA_KIND_NOT_SAID";
    reason.sentence = "It is not said whether the data are personal, and if so operational.";
    reason.remedy =
        "Whoever asks says whether the data are non-personal, administrative or operational.";
  } else {
    if (e.counterpart_class.unconfirmed) {
      e.verdict.unconfirmed_fields.push_back(absl::StrCat(e.partner, ".legal_classes"));
    }
    return std::nullopt;
  }
  reason.facts = Cite(question.counterpart);
  e.Say(std::move(reason));
  return Track::kDecided;
}

// 1.2: without personal data the rules on transfers do not apply; restrictions do.
std::optional<Track> Row1_2NonPersonal(Evaluation& e) {
  if (e.question.data_kind != DataKind::kNonPersonal) return std::nullopt;
  e.Say({.row = "1.2",
         .outcome = Outcome::kPermitted,
         .article = "EJR 47(2), 21(8), 76",
         .sentence = absl::StrCat("No personal data: they may be exchanged with ",
                                  e.counterpart_name(), " without a basis for transfers."),
         .facts = Cite(e.partner),
         .code = "NON_PERSONAL"});
  e.Condition("Markings and the restrictions of originators apply (EJR 21(8), 76).");
  return Track::kNonPersonal;
}

// 1.3: administrative personal data have rules of their own.
std::optional<Track> Row1_3Administrative(Evaluation& e) {
  if (e.question.data_kind != DataKind::kAdministrative) return std::nullopt;
  EvaluateAdministrative(e);
  return Track::kDecided;
}

// 1.4: networks, projects and private parties have no capacity to receive.
std::optional<Track> Row1_4NoCapacity(Evaluation& e) {
  switch (e.legal_class()) {
    case LegalClass::kUnionNetwork:
    case LegalClass::kExternalNetwork:
    case LegalClass::kProject:
    case LegalClass::kPrivate:
      break;
    default:
      return std::nullopt;
  }
  const bool union_network = e.legal_class() == LegalClass::kUnionNetwork;
  e.Say(
      {.row = "1.4",
       .outcome = Outcome::kRefused,
       .article = "EJR 47(1), 47(4), 56(1)(b)",
       .sentence = absl::StrCat(e.counterpart_name(), " is a ", Name(e.legal_class()),
                                ": it has no capacity of its own to exchange operational "
                                "personal data."),
       .remedy = union_network
                     ? "Whoever asks names the competent authority of the Member State behind the "
                       "contact point."
                     : "Whoever asks names the competent authority of the State, or the "
                       "organisation, that is meant.",
       .facts = Cite(e.partner),
       .code = "COUNTERPART_HAS_NO_CAPACITY"});
  return Track::kDecided;
}

Track SayOnward(Evaluation& e) {
  e.Say({.row = "1.5",
         .outcome = Outcome::kPermitted,
         .article = e.article_56() ? "EJR 47(6), 56(1)(d), 56(5)" : "EJR 47(6)",
         .sentence = absl::StrCat("The data came from the agency and would be passed on to ",
                                  e.counterpart_name(), ": the rules on onward transfers decide."),
         .facts = Cite(e.partner),
         .code = "ONWARD_TRANSFER"});
  return Track::kOnward;
}

// Whether a partner passes on its own data and nothing else: they never came from the agency.
bool BetweenPartners(const Evaluation& e) {
  const std::vector<Origin>& origins = e.question.origins;
  return !origins.empty() && std::all_of(origins.begin(), origins.end(), [&e](const Origin& one) {
    return one.partner == PartnerOf(e.question.onward_by) && IsWhatItSays(e, one);
  });
}

// 1.5: what the agency gave is passed on only with its consent. What one partner gives another of
// its own is no transfer of the agency.
std::optional<Track> Row1_5Onward(Evaluation& e) {
  if (e.question.direction != Direction::kOnward) return std::nullopt;
  if (!BetweenPartners(e)) return SayOnward(e);
  const std::string sender(PartnerOf(e.question.onward_by));
  e.Say({.row = "1.5",
         .outcome = Outcome::kOutOfScope,
         .article = "national law of the sending partner",
         .sentence = absl::StrCat(DisplayName(e.facts, sender), " would give its own data to ",
                                  e.counterpart_name(),
                                  ": that is no transfer of the agency, and the law of the sending "
                                  "partner decides."),
         .remedy =
             "The partner sends it by its own channel. If the agency had made data available to "
             "it, whoever asks names their origins and asks for an onward transfer (EJR "
             "47(6)).",
         .facts = Cite(sender, e.partner),
         .code = "BETWEEN_PARTNERS"});
  return Track::kDecided;
}

// 1.6: under national law the national authority answers, unless the data came from the agency.
// What the agency receives has not come from it, whatever is said of its origins.
std::optional<Track> Row1_6National(Evaluation& e) {
  if (e.question.capacity != Capacity::kNational) return std::nullopt;
  const bool from_the_agency =
      e.question.direction != Direction::kReceive &&
      std::any_of(e.question.origins.begin(), e.question.origins.end(),
                  [](const Origin& origin) { return origin.kind == OriginKind::kEurojust; });
  if (from_the_agency) return SayOnward(e);

  const auto is_statement = [&e](const Decision& decision) {
    return decision.kind == DecisionKind::kNationalStatement && Stands(decision, e) &&
           Covers(decision, e);
  };
  const bool stated =
      std::any_of(e.question.decisions.begin(), e.question.decisions.end(), is_statement);
  e.Say({.row = "1.6",
         .outcome = Outcome::kOutOfScope,
         .article = "EJR 8(1)(c); LED 35-39",
         .sentence = "A national authority acts under its national law, which implements Articles "
                     "35 to 39 of Directive (EU) 2016/680: this is no transfer of the agency.",
         .remedy = stated ? ""
                          : "The national authority states and signs that its law permits the "
                            "transfer; nothing is released without that statement.",
         .facts = Cite(e.partner),
         .code = stated ? "NATIONAL_LAW_DECIDES" : "NATIONAL_STATEMENT_OUTSTANDING"});
  return Track::kDecided;
}

// 1.7: what is received waits in quarantine; sending needs a basis, receiving does not.
std::optional<Track> Row1_7Receive(Evaluation& e) {
  if (e.question.direction != Direction::kReceive) return std::nullopt;
  const bool member_state = e.legal_class() == LegalClass::kMemberState ||
                            e.legal_class() == LegalClass::kMemberStateNotBound;
  const bool union_body = e.legal_class() == LegalClass::kUnionBody;
  e.quarantined = true;
  e.Say({.row = "1.7",
         .outcome = Outcome::kPermitted,
         .article = member_state ? "EJR 21"
                    : union_body ? "EJR 49-51"
                                 : "EJR 47(4)",
         .sentence = absl::StrCat("Data of ", e.counterpart_name(),
                                  " may be received into quarantine; no basis for sending is "
                                  "needed."),
         .facts = Cite(e.partner),
         .code = "RECEIVED_INTO_QUARANTINE"});
  e.Duty("Record the receipt, the origin and its restrictions (EJR 38(d)).");
  if (e.article_56()) {
    e.Duty("The agency answers for data received from third countries (EJR 45).");
  }
  return Track::kReceive;
}

// 1.8: Member States bound by the EJR.
std::optional<Track> Row1_8MemberState(Evaluation& e) {
  if (e.legal_class() != LegalClass::kMemberState) return std::nullopt;
  e.verdict.bases.push_back(Basis::kMemberState);
  e.Say({.row = "1.8",
         .outcome = Outcome::kPermitted,
         .article = "EJR 21, 22, 24",
         .sentence = absl::StrCat(e.counterpart_name(), " is a Member State on ", Day(e),
                                  ": this is a transmission, not a transfer."),
         .facts = Cite(e.partner),
         .code = "MEMBER_STATE"});
  return Track::kMemberState;
}

// 1.9: Denmark: its own agreement only.
std::optional<Track> Row1_9Denmark(Evaluation& e) {
  if (e.legal_class() != LegalClass::kMemberStateNotBound) return std::nullopt;
  Reason reason{.row = "1.9",
                .outcome = Outcome::kUndetermined,
                .article = "Agreement with Denmark of 7 October 2019",
                .facts = Cite(e.partner)};
  bool loaded = false;
  Tri in_force = Tri::kNo;
  for (const Instrument& instrument : e.dossier->instruments) {
    if (instrument.kind != InstrumentKind::kDenmarkAgreement) continue;
    // What was not public by the day of knowledge is not there.
    if (PublicUnder(instrument, e.lens) == Tri::kNo) continue;
    loaded = true;
    const Effect effect = EffectWithScope(instrument, *e.dossier, e.lens);
    const bool covers = Covers(instrument, e);
    e.Unconfirmed(instrument, effect);
    reason.facts.push_back(instrument.name);
    if (effect.holds == Tri::kYes && covers) in_force = Tri::kYes;
    if (effect.holds == Tri::kUnknown && covers && in_force == Tri::kNo) in_force = Tri::kUnknown;
  }
  if (!loaded) {
    reason.code = "AGREEMENT_NOT_LOADED";
    reason.sentence = absl::StrCat("The agreement under which ", e.counterpart_name(),
                                   " takes part is not in the registry.");
    reason.remedy = "The registry operator loads the agreement with its dates.";
  } else if (in_force == Tri::kYes) {
    reason.outcome = Outcome::kPermitted;
    reason.code = "AGREEMENT_IN_FORCE";
    reason.sentence =
        absl::StrCat("The agreement with ", e.counterpart_name(), " is in force on ", Day(e), ".");
    e.verdict.bases.push_back(Basis::kDenmarkAgreement);
  } else if (in_force == Tri::kUnknown) {
    reason.code = "AGREEMENT_DATE_UNKNOWN";
    reason.sentence = absl::StrCat("Whether the agreement with ", e.counterpart_name(),
                                   " is in force on ", Day(e), " is not known or not confirmed.");
    reason.remedy = "A second person confirms the dates of the agreement with evidence.";
  } else {
    reason.outcome = Outcome::kRefused;
    reason.code = "AGREEMENT_NOT_IN_FORCE";
    reason.sentence =
        absl::StrCat("The agreement with ", e.counterpart_name(), " does not cover this on ",
                     Day(e), ", and nothing else can take its place.");
  }
  e.Say(std::move(reason));
  return Track::kDenmark;
}

// 1.10: Union bodies: never a transfer to a third country.
std::optional<Track> Row1_10UnionBody(Evaluation& e) {
  if (e.legal_class() != LegalClass::kUnionBody) return std::nullopt;
  const bool necessary = !e.question.purpose.necessity.empty();
  e.verdict.bases.push_back(Basis::kUnionBody);
  std::vector<std::string> facts = Cite(e.partner);
  // Row 3.1 is not asked of Union bodies: who receives there is cited here.
  if (e.authority != nullptr) facts.push_back(e.authority->name);
  e.Say({.row = "1.10",
         .outcome = necessary ? Outcome::kPermitted : Outcome::kPermittedSubjectTo,
         .article = "EJR 55, 49-51, 47(5)",
         .sentence = necessary
                         ? absl::StrCat(e.counterpart_name(),
                                        " is a Union body and the necessity for its tasks is "
                                        "stated: this is a transmission, no instrument is needed.")
                         : absl::StrCat("It is not stated why the data are necessary for the "
                                        "tasks of ",
                                        e.counterpart_name(), "."),
         .remedy = necessary
                       ? ""
                       : "Whoever asks states the necessity for the recipient's tasks and, on its "
                         "request, checks its competence and evaluates the necessity "
                         "provisionally.",
         .facts = std::move(facts),
         .code = necessary ? "UNION_BODY" : "NECESSITY_FOR_RECIPIENT_NOT_STATED"});
  return Track::kUnionBody;
}

// 1.11: third countries and international organisations.
std::optional<Track> Row1_11ThirdCountry(Evaluation& e) {
  if (!e.article_56()) return std::nullopt;
  const bool country = e.legal_class() == LegalClass::kThirdCountry;
  e.Say({.row = "1.11",
         .outcome = Outcome::kPermitted,
         .article = "EJR 56",
         .sentence = absl::StrCat(e.counterpart_name(), " is ",
                                  country ? "a third country" : "an international organisation",
                                  " on ", Day(e), ": a transfer needs a basis."),
         .facts = Cite(e.partner),
         .code = country ? "THIRD_COUNTRY" : "INTERNATIONAL_ORGANISATION"});
  return Track::kArticle56;
}

using Row = std::optional<Track> (*)(Evaluation&);
constexpr Row kRows[] = {Row1_1Unknown, Row1_2NonPersonal, Row1_3Administrative, Row1_4NoCapacity,
                         Row1_5Onward,  Row1_6National,    Row1_7Receive,        Row1_8MemberState,
                         Row1_9Denmark, Row1_10UnionBody,  Row1_11ThirdCountry};

}  // namespace

Track DecideTrack(Evaluation& evaluation) {
  for (const Row row : kRows) {
    if (const std::optional<Track> track = row(evaluation)) return *track;
  }
  // Every class that is known matches one of the rows above; an unknown one matches the first.
  return Track::kDecided;
}

}  // namespace comity::legal
