#include "services/partner-registry/domain/volumes.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/names.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kMostCounts = 50;
constexpr std::size_t kMostReported = 10'000;
// Sums of counts, times 5,000 and times a weight, must fit 64 bits (ranking.cc).
constexpr std::int64_t kMostCounted = 1'000'000'000'000;
constexpr int kFirstYear = 1990;
constexpr int kFirstMeasuredYear = 2000;  // As the services' MeasureVolume.
constexpr int kLastYear = 2100;
constexpr text::Form kStoreIdForm{.least = 1, .most = 64, .lines = text::Lines::kOne};

bool Countable(std::int64_t count) { return count >= 0 && count <= kMostCounted; }

// Those of `report`, by the partner that each is now: one that was merged into another turned out
// to be it, while the rows of a service keep the name under which it was exchanged. A partner that
// is off the register keeps its volume: what was exchanged with it, was. Refusing either would keep
// the service from reporting on everybody else for as long as its rows are there.
absl::StatusOr<std::map<std::string, std::map<std::string, std::int64_t>>> CountsByPartner(
    const Registry& registry, const VolumeReport& report, const std::vector<std::string>& words) {
  const Fields fields("VOLUME_INVALID", "");
  std::set<std::string> named;
  std::map<std::string, std::map<std::string, std::int64_t>> counts;
  for (std::size_t i = 0; i < report.volumes.size(); ++i) {
    const ReportedVolume& volume = report.volumes[i];
    const std::string at = absl::StrCat("volumes[", i, "]");
    if (!named.insert(volume.partner).second) {
      return fields.Bad(at + ".partner", "name each partner once");
    }
    const bool whole = volume.counts.size() == words.size() &&
                       std::all_of(words.begin(), words.end(), [&](const std::string& word) {
                         return volume.counts.count(word) != 0;
                       });
    if (!whole) {
      return fields.Bad(at + ".counts",
                        absl::StrCat(report.service, " reports ", absl::StrJoin(words, " and "),
                                     ", all of it and nothing else"));
    }
    for (const auto& [word, count] : volume.counts) {
      if (!Countable(count)) {
        return fields.Bad(at + ".counts", absl::StrCat(word, " must be 0 to 1,000,000,000,000"));
      }
    }
    const Partner* const partner = registry.FindPartner(volume.partner);
    if (partner == nullptr) continue;
    auto& sums = counts[partner->merged_into.empty() ? partner->id : partner->merged_into];
    for (const auto& [word, count] : volume.counts) {
      sums[word] = std::min(sums[word] + count, kMostCounted);
    }
  }
  return counts;
}

std::vector<MeasuredVolume>::const_iterator FindMeasured(const Volume& volume,
                                                         absl::string_view service) {
  return std::find_if(volume.measured.begin(), volume.measured.end(),
                      [&](const MeasuredVolume& one) { return one.service == service; });
}

// `known` with `measured` in the place of what its service measured before.
Volume With(Volume known, MeasuredVolume measured) {
  std::erase_if(known.measured,
                [&](const MeasuredVolume& one) { return one.service == measured.service; });
  known.measured.push_back(std::move(measured));
  std::sort(known.measured.begin(), known.measured.end(),
            [](const MeasuredVolume& a, const MeasuredVolume& b) { return a.service < b.service; });
  return known;
}

}  // namespace

std::vector<std::string> WordsMeasuredBy(absl::string_view service) {
  if (service == "document-exchange") return {"cases", "documents"};
  if (service == "engagement-scheduling") return {"engagements"};
  return {};
}

const MeasuredVolume* MeasuredOf(const Volume& volume, absl::string_view word) {
  for (const MeasuredVolume& measured : volume.measured) {
    if (measured.counts.count(std::string(word)) != 0) return &measured;
  }
  return nullptr;
}

absl::StatusOr<Plan> PlanRecordVolume(const Registry& registry, int year, Volume volume,
                                      absl::Time now) {
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, volume.partner).status());
  const Fields fields("VOLUME_INVALID", "volume");
  if (year < kFirstYear || year > kLastYear || year > DayInBrussels(now).year()) {
    return InvalidField("VOLUME_INVALID", "year", "name a year from 1990 that has begun");
  }
  if (volume.counts.empty() || volume.counts.size() > kMostCounts) {
    return fields.Bad("counts", "count 1 to 50 things, such as cases and documents");
  }
  for (const auto& [word, count] : volume.counts) {
    if (!IsId(word)) return fields.Bad("counts", "use words of lower-case letters and hyphens");
    if (!Countable(count)) {
      return fields.Bad("counts", absl::StrCat(word, " must be 0 to 1,000,000,000,000"));
    }
  }
  COMITY_RETURN_IF_ERROR(fields.Text("source", volume.source, kEvidenceForm));
  volume.id = absl::StrCat(year);
  Plan plan{.resource = Name(volume)};
  const Volume* known = registry.relations().Find<Volume>(plan.resource);
  bool summed = false;
  for (const char* const word : Volume::kSummed) {
    const bool said = volume.counts.count(word) != 0;
    summed = summed || said;
    if (!said && known != nullptr && known->counts.count(word) != 0) {
      return fields.Bad("counts",
                        absl::StrCat("say ", word, ", too, which was ", known->counts.at(word),
                                     ": what is recorded anew replaces all of the year"));
    }
  }
  if (!summed) return fields.Bad("counts", "count cases or documents: the volume is their sum");
  volume.recorded = known == nullptr ? Recorded() : known->recorded;
  volume.measured = known == nullptr ? std::vector<MeasuredVolume>() : known->measured;
  if (known != nullptr && *known == volume) return plan;
  plan.facts.emplace_back(std::move(volume));
  return plan;
}

absl::StatusOr<Plan> PlanReportVolumes(const Registry& registry, const VolumeReport& report,
                                       absl::Time now) {
  const std::vector<std::string> words = WordsMeasuredBy(report.service);
  if (words.empty()) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "Volumes are reported by the services that count them: state one with "
                     "RecordVolume.",
                     {.reason = "NOT_A_SERVICE"});
  }
  const Fields fields("VOLUME_INVALID", "");
  if (report.year < kFirstMeasuredYear || report.year > DayInBrussels(now).year()) {
    return fields.Bad("year", "name a year from 2000 that has begun");
  }
  COMITY_RETURN_IF_ERROR(fields.Text("counted_at.store_id", report.store_id, kStoreIdForm));
  if (report.revision < 0) {
    return fields.Bad("counted_at.number", "name the revision at which it was counted");
  }
  if (report.volumes.size() > kMostReported) {
    return fields.Bad("volumes", "report 10,000 partners at most");
  }
  COMITY_ASSIGN_OR_RETURN(const auto counts, CountsByPartner(registry, report, words));

  const std::string year = absl::StrCat(report.year);
  Plan plan{.resource = absl::StrCat("partners/-/volumes/", year)};
  for (const auto& [partner, counted] : counts) {
    Volume volume{.partner = partner, .id = year};
    if (const auto* const known = registry.relations().Find<Volume>(Name(volume))) volume = *known;
    const auto before = FindMeasured(volume, report.service);
    if (before != volume.measured.end() && before->store_id == report.store_id) {
      // Reports may overtake each other. A later one that counted the same is recorded: else one
      // from between would take its place.
      const bool same = before->counts == counted && before->revision == report.revision;
      if (same || before->revision > report.revision) continue;
    }
    plan.facts.emplace_back(With(std::move(volume), {.service = report.service,
                                                     .counts = counted,
                                                     .store_id = report.store_id,
                                                     .revision = report.revision}));
  }
  for (const auto& [name, known] : registry.relations().All<Volume>()) {
    const auto before = FindMeasured(*known, report.service);
    if (known->id != year || counts.contains(known->partner) || before == known->measured.end() ||
        (before->store_id == report.store_id && before->revision > report.revision)) {
      continue;
    }
    Volume volume = *known;
    std::erase_if(volume.measured,
                  [&](const MeasuredVolume& one) { return one.service == report.service; });
    plan.facts.emplace_back(std::move(volume));
  }
  return plan;
}

}  // namespace comity::partner_registry
