#include "services/partner-registry/domain/ranking.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/candidates.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/volumes.h"

namespace comity::partner_registry {
namespace {

constexpr std::int64_t kMostMilliPoints = 5000;

// The last assessment of each partner that is a candidate on the day: the latest day, of that the
// one recorded last, whose id is the highest.
std::map<std::string, const Assessment*> LastAssessments(const Registry& registry,
                                                         const CriteriaSet& set,
                                                         absl::CivilDay day) {
  std::map<std::string, const Assessment*> last;
  const std::string until = FormatDay(day);
  for (const auto& [name, assessment] : registry.relations().All<Assessment>()) {
    if (assessment->criteria_set != set.id || assessment->day > until) continue;
    const Partner* const partner = registry.FindPartner(assessment->partner);
    if (partner != nullptr && !MayBeCandidate(ClassAsRecorded(*partner, day))) continue;
    const Assessment*& known = last[assessment->partner];
    if (known == nullptr ||
        std::pair(known->day, known->id) < std::pair(assessment->day, assessment->id)) {
      known = assessment.get();
    }
  }
  return last;
}

// The volume of a partner in a year, and what it rests on.
struct Exchanged {
  std::int64_t volume = 0;
  std::string source;
};

// Of each word what a service measured, if one did, whatever was stated: a number that somebody
// typed must not win over one that was counted.
Exchanged VolumeOf(const Registry& registry, const std::string& partner, const std::string& year) {
  const Volume* volume =
      registry.relations().Find<Volume>(absl::StrCat("partners/", partner, "/volumes/", year));
  std::int64_t sum = 0;
  // "cases 1", by what they rest on; what is stated comes last, as it ends with somebody's words.
  std::map<std::string, std::vector<std::string>> measured;
  std::vector<std::string> stated;
  for (const char* const word : Volume::kSummed) {
    if (volume == nullptr) break;
    const MeasuredVolume* const by = MeasuredOf(*volume, word);
    const auto& counts = by == nullptr ? volume->counts : by->counts;
    const auto count = counts.find(word);
    if (count == counts.end()) continue;
    sum += count->second;
    const std::string said = absl::StrCat(word, " ", count->second);
    if (by == nullptr) {
      stated.push_back(said);
    } else {
      measured[absl::StrCat(by->service, " at its revision ", by->revision)].push_back(said);
    }
  }
  if (measured.empty() && stated.empty()) {
    return {.source = absl::StrCat("no volume recorded for ", year)};
  }
  std::vector<std::string> parts;
  parts.reserve(measured.size() + 1);
  for (const auto& [by, words] : measured) {
    parts.push_back(absl::StrCat(absl::StrJoin(words, " and "), " measured by ", by));
  }
  if (!stated.empty()) {
    parts.push_back(absl::StrCat(absl::StrJoin(stated, " and "), " stated: ", volume->source));
  }
  return {.volume = sum,
          .source = absl::StrCat(sum, " in ", year, ": ", absl::StrJoin(parts, "; "))};
}

const Score* FindScore(const Assessment& assessment, const std::string& criterion) {
  for (const Score& score : assessment.scores) {
    if (score.criterion == criterion) return &score;
  }
  return nullptr;
}

RankedLine LineOf(const Criterion& criterion, const Assessment& assessment,
                  const Exchanged& exchanged, std::int64_t largest) {
  RankedLine line{.criterion = criterion.id, .weight = criterion.weight};
  if (criterion.measure == Measure::kVolume) {
    line.milli_points = largest == 0 ? 0 : exchanged.volume * kMostMilliPoints / largest;
    line.source = exchanged.source;
  } else if (const Score* score = FindScore(assessment, criterion.id); score != nullptr) {
    line.milli_points = std::int64_t{score->points} * 1000;
    line.source = score->source;
  }
  return line;
}

bool Before(const RankedPartner& a, const RankedPartner& b) {
  return std::pair(!a.failed.empty(), -a.milli_points) <
         std::pair(!b.failed.empty(), -b.milli_points);
}

}  // namespace

std::vector<RankedPartner> Rank(const Registry& registry, const CriteriaSet& set,
                                absl::CivilDay day) {
  const std::map<std::string, const Assessment*> assessments = LastAssessments(registry, set, day);
  const std::string year = absl::StrCat(day.year() - 1);
  std::map<std::string, Exchanged> volumes;
  std::int64_t largest = 0;
  for (const auto& [partner, assessment] : assessments) {
    const Exchanged& exchanged = volumes[partner] = VolumeOf(registry, partner, year);
    largest = std::max(largest, exchanged.volume);
  }

  std::vector<RankedPartner> ranking;
  for (const auto& [partner, assessment] : assessments) {
    RankedPartner ranked{.partner = partner, .assessment = Name(*assessment)};
    std::int64_t sum = 0;
    std::int64_t weights = 0;
    for (const Criterion& criterion : set.criteria) {
      RankedLine line = LineOf(criterion, *assessment, volumes[partner], largest);
      sum += line.milli_points * criterion.weight;
      weights += criterion.weight;
      if (line.milli_points < std::int64_t{criterion.minimum} * 1000) {
        ranked.failed.push_back(criterion.id);
      }
      ranked.lines.push_back(std::move(line));
    }
    ranked.milli_points = weights == 0 ? 0 : sum / weights;
    ranking.push_back(std::move(ranked));
  }
  // By id until here, which stays the order of equals.
  std::stable_sort(ranking.begin(), ranking.end(), Before);
  for (std::size_t i = 0; i < ranking.size(); ++i) {
    const bool shared = i > 0 && !Before(ranking[i - 1], ranking[i]);
    ranking[i].place = shared ? ranking[i - 1].place : static_cast<int>(i) + 1;
  }
  return ranking;
}

}  // namespace comity::partner_registry
