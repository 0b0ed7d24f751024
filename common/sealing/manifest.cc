#include "common/sealing/manifest.h"

#include <bit>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "common/sealing/document_fields.h"
#include "common/sealing/recipients.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

using json::Json;

constexpr absl::string_view kFormat = "comity.manifest.v1";
constexpr absl::string_view kReason = "MANIFEST_INVALID";
constexpr absl::string_view kPurposePath = "manifest.purpose";
constexpr std::size_t kMostOriginators = 50;
constexpr std::size_t kMostRestrictions = 50;
constexpr std::size_t kMostPartners = 100;
constexpr std::size_t kMostDerivations = 100;
constexpr std::size_t kWordsBytes = 500;
constexpr std::size_t kNecessityBytes = 4000;
constexpr std::int64_t kHundredYears = 36'525;

std::string Indexed(absl::string_view path, std::size_t index) {
  return absl::StrCat(path, "[", index, "]");
}

void Check(const UseRestriction& restriction, const std::string& path, Complaint& complaint) {
  RequireWord(complaint, path + ".use", restriction.use,
              {"NOT_AS_EVIDENCE", "NOT_TO_DEFENCE", "NO_PASSING_ON", "DEATH_PENALTY_ASSURANCE",
               "NOT_TO_PARTNERS"});
  if ((restriction.use == "NOT_TO_PARTNERS") == restriction.partners.empty()) {
    complaint.Add(path + ".partners", "goes with NOT_TO_PARTNERS, and only with it");
  }
  RequireAtMost(complaint, path + ".partners", restriction.partners.size(), kMostPartners);
  for (std::size_t i = 0; i < restriction.partners.size(); ++i) {
    RequirePartner(complaint, Indexed(path + ".partners", i), restriction.partners[i]);
  }
}

void Check(const std::vector<UseRestriction>& restrictions, const std::string& path,
           Complaint& complaint) {
  RequireAtMost(complaint, path, restrictions.size(), kMostRestrictions);
  for (std::size_t i = 0; i < restrictions.size(); ++i) {
    Check(restrictions[i], Indexed(path, i), complaint);
  }
}

void Check(const Originator& originator, const std::string& path, Complaint& complaint) {
  RequireWord(complaint, path + ".kind", originator.kind,
              {"MEMBER_STATE", "THIRD_COUNTRY", "INTERNATIONAL_ORGANISATION", "UNION_BODY",
               "EUROJUST", "PUBLIC_SOURCE"});
  if (originator.kind == "EUROJUST" || originator.kind == "PUBLIC_SOURCE") {
    if (!originator.partner.empty()) {
      complaint.Add(path + ".partner", "must be left out for EUROJUST and PUBLIC_SOURCE");
    }
  } else {
    RequirePartner(complaint, path + ".partner", originator.partner);
  }
  Check(originator.restrictions, path + ".restrictions", complaint);
}

void Check(const PayloadDigest& payload, const std::string& path, Complaint& complaint) {
  RequireNumber(complaint, path + ".length", payload.length, 1, kLargestNumber);
}

void Check(const Purpose& purpose, absl::string_view path, Complaint& complaint) {
  const auto at = [path](absl::string_view member) { return absl::StrCat(path, ".", member); };
  RequireText(complaint, at("task"), purpose.task, kWordsBytes);
  RequireText(complaint, at("offence"), purpose.offence, kWordsBytes);
  RequireText(complaint, at("stage"), purpose.stage, kWordsBytes);
  RequireText(complaint, at("case_reference"), purpose.case_reference, kWordsBytes);
  RequireText(complaint, at("necessity"), purpose.necessity, kNecessityBytes, /*optional=*/true,
              /*lines=*/true);
}

absl::Status CheckPlain(const Purpose& purpose, absl::string_view reason, absl::string_view path) {
  return CheckPlainTexts(reason, path,
                         {{"task", purpose.task},
                          {"offence", purpose.offence},
                          {"stage", purpose.stage},
                          {"case_reference", purpose.case_reference},
                          {"necessity", purpose.necessity, text::Lines::kMany}});
}

void Check(const Manifest& manifest, Complaint& complaint) {
  RequireUuidV7(complaint, "manifest.document_id", manifest.document_id);
  RequireSpiffeId(complaint, "manifest.sender", manifest.sender);
  RequireTime(complaint, "manifest.time", manifest.time);
  RequireWord(complaint, "manifest.direction", manifest.direction, {"SEND", "RECEIVE", "ONWARD"});
  RequireWord(complaint, "manifest.capacity", manifest.capacity, {"EUROJUST", "NATIONAL"});
  RequireWord(complaint, "manifest.data_kind", manifest.data_kind,
              {"NON_PERSONAL", "ADMINISTRATIVE", "OPERATIONAL"});
  // The suite is not accredited for anything above.
  RequireWord(complaint, "manifest.classification", manifest.classification,
              {"UNCLASSIFIED", "SENSITIVE_NON_CLASSIFIED"});
  RequireAtMost(complaint, "manifest.originators", manifest.originators.size(), kMostOriginators);
  for (std::size_t i = 0; i < manifest.originators.size(); ++i) {
    Check(manifest.originators[i], Indexed("manifest.originators", i), complaint);
  }
  Check(manifest.use_restrictions, "manifest.use_restrictions", complaint);
  Check(manifest.purpose, kPurposePath, complaint);
  RequireAtMost(complaint, "manifest.subjects", manifest.subjects.size(), 4);
  for (std::size_t i = 0; i < manifest.subjects.size(); ++i) {
    RequireWord(complaint, Indexed("manifest.subjects", i), manifest.subjects[i],
                {"SUSPECT", "VICTIM", "WITNESS", "OTHER"});
  }
  RequireWord(complaint, "manifest.annex_ii", manifest.annex_ii,
              {"", "WITHIN", "FACTS_OF_THE_OFFENCE", "OUTSIDE"});
  RequireWord(complaint, "manifest.geometry", manifest.geometry,
              {"", "TWO_OR_MORE_MEMBER_STATES", "ONE_MEMBER_STATE_AND_THIRD_COUNTRY"});
  RequireWord(complaint, "manifest.volume", manifest.volume, {"SINGLE", "BULK"});
  RequireWord(complaint, "manifest.retention.rule", manifest.retention_rule, {"EXCHANGE_COPY"});
  RequireNumber(complaint, "manifest.retention.delete_after_days", manifest.delete_after_days, 1,
                kHundredYears);
  RequireUuidV7(complaint, "manifest.thread.thread_id", manifest.thread.thread_id);
  RequireWord(complaint, "manifest.thread.kind", manifest.thread.kind,
              {"REQUEST", "SUPPLEMENT", "EXECUTION", "REPLY", "LETTER"});
  RequireAtMost(complaint, "manifest.derived_from", manifest.derived_from.size(), kMostDerivations);
  for (std::size_t i = 0; i < manifest.derived_from.size(); ++i) {
    RequireUuidV7(complaint, Indexed("manifest.derived_from", i) + ".document_id",
                  manifest.derived_from[i].document_id);
  }
  Check(manifest.content, "manifest.content", complaint);
  Check(manifest.description, "manifest.description", complaint);
  RequireNumber(complaint, "manifest.recipients_size", manifest.recipients_size, 1,
                static_cast<std::int64_t>(kMostRecipients));
  if (complaint.ok() &&
      !std::has_single_bit(static_cast<std::uint64_t>(manifest.recipients_size))) {
    complaint.Add("manifest.recipients_size", "must be a power of two");
  }
}

Json ToJson(const std::vector<UseRestriction>& restrictions) {
  Json array = Json::array();
  for (const UseRestriction& restriction : restrictions) {
    Json object = {{"use", restriction.use}};
    if (!restriction.partners.empty()) object["partners"] = restriction.partners;
    array.push_back(std::move(object));
  }
  return array;
}

Json ToJson(const PayloadDigest& payload) {
  return {{"length", payload.length},
          {"sha256", DigestText(payload.sha256)},
          {"pieces_root", DigestText(payload.pieces_root)}};
}

std::string Write(const Manifest& manifest) {
  Json originators = Json::array();
  for (const Originator& originator : manifest.originators) {
    Json object = {{"kind", originator.kind}};
    PutUnlessEmpty(object, "partner", originator.partner);
    if (!originator.restrictions.empty()) object["restrictions"] = ToJson(originator.restrictions);
    originators.push_back(std::move(object));
  }
  Json purpose = Json::object();
  PutUnlessEmpty(purpose, "task", manifest.purpose.task);
  PutUnlessEmpty(purpose, "offence", manifest.purpose.offence);
  PutUnlessEmpty(purpose, "stage", manifest.purpose.stage);
  PutUnlessEmpty(purpose, "case_reference", manifest.purpose.case_reference);
  PutUnlessEmpty(purpose, "necessity", manifest.purpose.necessity);
  Json thread = {{"thread_id", manifest.thread.thread_id}, {"kind", manifest.thread.kind}};
  PutIfSet(thread, "in_reply_to", manifest.thread.in_reply_to);

  Json document = {
      {"format", std::string(kFormat)},
      {"document_id", manifest.document_id},
      {"sender", manifest.sender},
      {"time", TimeText(manifest.time)},
      {"direction", manifest.direction},
      {"capacity", manifest.capacity},
      {"data_kind", manifest.data_kind},
      {"classification", manifest.classification},
      {"originators", std::move(originators)},
      {"use_restrictions", ToJson(manifest.use_restrictions)},
      {"purpose", std::move(purpose)},
      {"subjects", manifest.subjects},
      {"special_categories", manifest.special_categories},
      {"volume", manifest.volume},
      {"retention",
       {{"rule", manifest.retention_rule}, {"delete_after_days", manifest.delete_after_days}}},
      {"thread", std::move(thread)},
      {"content", ToJson(manifest.content)},
      {"description", ToJson(manifest.description)},
      {"description_plaintext_sha256", DigestText(manifest.description_plaintext_sha256)},
      {"recipients_root", DigestText(manifest.recipients_root)},
      {"recipients_size", manifest.recipients_size},
  };
  PutUnlessEmpty(document, "annex_ii", manifest.annex_ii);
  PutUnlessEmpty(document, "geometry", manifest.geometry);
  if (!manifest.derived_from.empty()) {
    Json derived_from = Json::array();
    for (const Derivation& derivation : manifest.derived_from) {
      derived_from.push_back({{"document_id", derivation.document_id},
                              {"manifest_sha256", DigestText(derivation.manifest_sha256)}});
    }
    document["derived_from"] = std::move(derived_from);
  }
  return json::Canonical(document);
}

std::vector<UseRestriction> ReadRestrictions(std::vector<ObjectReader> objects) {
  std::vector<UseRestriction> restrictions;
  for (ObjectReader& object : objects) {
    restrictions.push_back(
        {.use = object.Text("use"), .partners = object.OptionalTexts("partners")});
    object.Finish();
  }
  return restrictions;
}

PayloadDigest ReadPayload(ObjectReader object) {
  PayloadDigest payload;
  payload.length = object.Number("length");
  payload.sha256 = object.Digest("sha256");
  payload.pieces_root = object.Digest("pieces_root");
  object.Finish();
  return payload;
}

Manifest Read(ObjectReader& reader, Complaint& complaint) {
  Manifest manifest;
  RequireFormat(complaint, "manifest.format", reader.Text("format"), kFormat);
  manifest.document_id = reader.Text("document_id");
  manifest.sender = reader.Text("sender");
  manifest.time = reader.Time("time");
  manifest.direction = reader.Text("direction");
  manifest.capacity = reader.Text("capacity");
  manifest.data_kind = reader.Text("data_kind");
  manifest.classification = reader.Text("classification");
  for (ObjectReader& object : reader.Objects("originators")) {
    Originator originator;
    originator.kind = object.Text("kind");
    originator.partner = object.OptionalText("partner");
    originator.restrictions = ReadRestrictions(object.Objects("restrictions", /*optional=*/true));
    object.Finish();
    manifest.originators.push_back(std::move(originator));
  }
  manifest.use_restrictions = ReadRestrictions(reader.Objects("use_restrictions"));
  ObjectReader purpose = reader.Object("purpose");
  manifest.purpose.task = purpose.OptionalText("task");
  manifest.purpose.offence = purpose.OptionalText("offence");
  manifest.purpose.stage = purpose.OptionalText("stage");
  manifest.purpose.case_reference = purpose.OptionalText("case_reference");
  manifest.purpose.necessity = purpose.OptionalText("necessity");
  purpose.Finish();
  manifest.subjects = reader.Texts("subjects");
  manifest.special_categories = reader.Boolean("special_categories");
  manifest.annex_ii = reader.OptionalText("annex_ii");
  manifest.geometry = reader.OptionalText("geometry");
  manifest.volume = reader.Text("volume");
  ObjectReader retention = reader.Object("retention");
  manifest.retention_rule = retention.Text("rule");
  manifest.delete_after_days = retention.Number("delete_after_days");
  retention.Finish();
  ObjectReader thread = reader.Object("thread");
  manifest.thread.thread_id = thread.Text("thread_id");
  manifest.thread.kind = thread.Text("kind");
  manifest.thread.in_reply_to = thread.OptionalDigest("in_reply_to");
  thread.Finish();
  for (ObjectReader& object : reader.Objects("derived_from", /*optional=*/true)) {
    Derivation derivation;
    derivation.document_id = object.Text("document_id");
    derivation.manifest_sha256 = object.Digest("manifest_sha256");
    object.Finish();
    manifest.derived_from.push_back(std::move(derivation));
  }
  manifest.content = ReadPayload(reader.Object("content"));
  manifest.description = ReadPayload(reader.Object("description"));
  manifest.description_plaintext_sha256 = reader.Digest("description_plaintext_sha256");
  manifest.recipients_root = reader.Digest("recipients_root");
  manifest.recipients_size = reader.Number("recipients_size");
  reader.Finish();
  return manifest;
}

}  // namespace

absl::Status CheckPlain(const Manifest& manifest) {
  return CheckPlain(manifest.purpose, kReason, kPurposePath);
}

absl::Status CheckTexts(const Purpose& purpose, absl::string_view reason, absl::string_view path) {
  Complaint complaint(reason);
  Check(purpose, path, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return CheckPlain(purpose, reason, path);
}

absl::StatusOr<std::string> BuildManifest(const Manifest& manifest) {
  Complaint complaint(kReason);
  Check(manifest, complaint);
  COMITY_RETURN_IF_ERROR(complaint.status());
  COMITY_RETURN_IF_ERROR(CheckPlain(manifest));
  std::string bytes = Write(manifest);
  RequireAtMostBytes(complaint, "manifest", bytes.size(), kLargestManifest);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return bytes;
}

absl::StatusOr<Manifest> ParseManifest(absl::string_view bytes) {
  Complaint complaint(kReason);
  const Json document = ParseDocument(bytes, "manifest", kLargestManifest, complaint);
  ObjectReader reader(document, "manifest", &complaint);
  Manifest manifest = Read(reader, complaint);
  Check(manifest, complaint);
  RequireSameBytes(
      complaint, "manifest", [&] { return Write(manifest); }, bytes);
  COMITY_RETURN_IF_ERROR(complaint.status());
  return manifest;
}

}  // namespace comity::sealing
