// comity criteria, assessments, ranking, volumes: how potential partners are judged.

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/cli/enum_option.h"
#include "services/cli/relations.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments {
  std::string partner, set, file, day, source;
  std::vector<v1::Score> scores;
  std::map<std::string, std::int64_t> counts;
  int year = 0;
};

std::string Points(int milli) { return absl::StrFormat("%d.%03d", milli / 1000, milli % 1000); }

std::string SetName(const std::string& text) {
  return absl::StartsWith(text, "criteriaSets/") ? text : absl::StrCat("criteriaSets/", text);
}

void PrintSet(const v1::CriteriaSet& set) {
  std::cout << set.name() << ": " << set.title() << ", adopted " << set.adopted() << ", "
            << set.evidence() << "\n";
  std::vector<std::vector<std::string>> rows;
  for (const v1::Criterion& criterion : set.criteria()) {
    rows.push_back({criterion.id(), absl::StrCat(criterion.weight()),
                    criterion.minimum() == 0 ? "" : absl::StrCat("at least ", criterion.minimum()),
                    EnumText(v1::Criterion::Measure_descriptor(), criterion.measure(), "MEASURE_"),
                    criterion.question()});
  }
  PrintTable(std::cout, {"criterion", "weight", "mandatory", "by", "question"}, rows);
}

void PrintSets(const v1::ListCriteriaSetsResponse& response) {
  if (response.criteria_sets().empty()) std::cout << "There is none.\n";
  for (const v1::CriteriaSet& set : response.criteria_sets()) PrintSet(set);
}

void PrintAssessment(const v1::Assessment& assessment) {
  std::cout << assessment.name() << "\n  by " << assessment.criteria_set() << " on "
            << assessment.day() << ", recorded by " << assessment.recorded_by() << "\n";
  for (const v1::Score& score : assessment.scores()) {
    std::cout << "  " << score.criterion() << "  " << score.points() << "  " << score.source()
              << "\n";
  }
}

void PrintAssessments(const v1::ListAssessmentsResponse& response) {
  if (response.assessments().empty()) std::cout << "There is none.\n";
  for (const v1::Assessment& assessment : response.assessments()) PrintAssessment(assessment);
}

void PrintRanking(const v1::RankPartnersResponse& response) {
  if (response.partners().empty()) std::cout << "Nobody was assessed by it.\n";
  for (const v1::RankedPartner& ranked : response.partners()) {
    std::cout << ranked.place() << ".  " << ranked.partner_name() << "  "
              << Points(ranked.milli_points());
    if (!ranked.failed().empty()) {
      std::cout << "  fails " << absl::StrJoin(ranked.failed(), ", ");
    }
    std::cout << "\n";
    for (const v1::RankedPartner::Line& line : ranked.lines()) {
      std::cout << "      " << Points(line.milli_points()) << " x " << line.weight() << "  "
                << line.criterion() << ": " << line.source() << "\n";
    }
  }
  std::cout << "On " << response.day() << ", registry revision "
            << response.registry_revision().number() << ".\n";
}

// "cases 1, documents 2"
std::string CountsText(const google::protobuf::Map<std::string, std::int64_t>& counts) {
  // Maps have no order of their own.
  const std::map<std::string, std::int64_t> ordered(counts.begin(), counts.end());
  return absl::StrJoin(ordered, ", ", absl::PairFormatter(" "));
}

void PrintVolumes(const std::vector<v1::Volume>& volumes) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Volume& volume : volumes) {
    std::vector<std::string> measured;
    for (const v1::MeasuredVolume& one : volume.measured()) {
      measured.push_back(absl::StrCat(CountsText(one.counts()), " by ", one.service(),
                                      " at its revision ", one.counted_at().number()));
    }
    rows.push_back({volume.name(), absl::StrJoin(measured, "; "), CountsText(volume.counts()),
                    volume.source(), absl::StrCat(volume.revision().number())});
  }
  PrintTable(std::cout, {"volume", "measured", "stated", "source, as stated", "at revision"}, rows);
}

// "operational-necessity=4:report of 2025"
Command::Reader ScoreReader(std::vector<v1::Score>& scores) {
  return [&scores](const std::string& word) -> std::string {
    const std::size_t equals = word.find('=');
    const std::size_t colon = word.find(':');
    int points = 0;
    if (equals == std::string::npos || colon == std::string::npos || colon < equals ||
        !absl::SimpleAtoi(word.substr(equals + 1, colon - equals - 1), &points)) {
      return absl::StrCat("\"", word, "\" must have the form CRITERION=POINTS:SOURCE");
    }
    v1::Score& score = scores.emplace_back();
    score.set_criterion(word.substr(0, equals));
    score.set_points(points);
    score.set_source(word.substr(colon + 1));
    return "";
  };
}

// "cases=30"
Command::Reader CountReader(std::map<std::string, std::int64_t>& counts) {
  return [&counts](const std::string& word) -> std::string {
    const std::size_t equals = word.find('=');
    std::int64_t count = 0;
    if (equals == std::string::npos || !absl::SimpleAtoi(word.substr(equals + 1), &count)) {
      return absl::StrCat("\"", word, "\" must have the form WHAT=NUMBER");
    }
    counts[word.substr(0, equals)] = count;
    return "";
  };
}

absl::Status Record(App& app, const Arguments& arguments) {
  v1::RecordAssessmentRequest request;
  request.set_parent(PartnerName(arguments.partner));
  v1::Assessment& assessment = *request.mutable_assessment();
  assessment.set_criteria_set(SetName(arguments.set));
  assessment.set_day(DayOrToday(arguments.day));
  for (const v1::Score& score : arguments.scores) *assessment.add_scores() = score;
  return CallAndShow(app, &RelationStub::RecordAssessment, request, &PrintAssessment);
}

absl::Status RecordVolume(App& app, const Arguments& arguments) {
  v1::RecordVolumeRequest request;
  request.set_parent(PartnerName(arguments.partner));
  request.set_year(arguments.year);
  request.mutable_volume()->mutable_counts()->insert(arguments.counts.begin(),
                                                     arguments.counts.end());
  request.mutable_volume()->set_source(arguments.source);
  return CallAndShow(app, &RelationStub::RecordVolume, request,
                     [](const v1::Volume& volume) { PrintVolumes({volume}); });
}

}  // namespace

void RegisterAssessments(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();

  const Command criteria = root.AddGroup("criteria", "By what potential partners are judged");
  const Command adopt = AddCommand(
      criteria, app, "adopt", "Adopt a set of criteria, from a file; a new version is a new set",
      "  comity --as desk-1 criteria adopt v2 criteria.json\n"
      "  # {\"title\": \"...\", \"adopted\": \"2024-06-01\", \"evidence\": \"...\", \"criteria\": "
      "[{\"id\": \"operational-necessity\",\n"
      "  #   \"question\": \"...\", \"weight\": 50, \"minimum\": 2, \"measure\": "
      "\"MEASURE_JUDGED\"}]}",
      [&app, arguments]() -> absl::Status {
        v1::CreateCriteriaSetRequest request;
        request.set_criteria_set_id(arguments->set);
        COMITY_RETURN_IF_ERROR(ReadMessage(arguments->file, *request.mutable_criteria_set()));
        return CallAndShow(app, &RelationStub::CreateCriteriaSet, request, &PrintSet);
      });
  adopt.AddOption("set", arguments->set, "Its id, such as v2").Required();
  adopt.AddOption("file", arguments->file, "The set as JSON").Required().TypeName("FILE");
  AtRevision(app, AddCommand(criteria, app, "list", "List sets of criteria, oldest first",
                             "  comity --as desk-1 criteria list", [&app] {
                               return ListAndShow(app, &RelationStub::ListCriteriaSets,
                                                  v1::ListCriteriaSetsRequest(), &PrintSets);
                             }));

  const Command assessments = root.AddGroup("assessments", "Potential partners, judged");
  const Command record = AddCommand(
      assessments, app, "record", "Score a partner by a set of criteria",
      "  comity --as desk-1 assessments record algeria --set v2 \\\n"
      "      --score \"operational-necessity=4:report of 2025\" --score \"data-protection=3:law "
      "18-07\"",
      [&app, arguments] { return Record(app, *arguments); });
  record.AddOption("partner", arguments->partner, "Such as algeria").Required();
  record.AddOption("--set", arguments->set, "The set of criteria").Required();
  record
      .AddList("--score", ScoreReader(arguments->scores),
               "Points from 0 to 5 and what they rest on; repeat")
      .TypeName("CRITERION=POINTS:SOURCE");
  record.AddOption("--day", arguments->day, "The day it speaks of; today if left out")
      .TypeName("DAY");
  AtRevision(app, AddCommand(assessments, app, "list", "List assessments",
                             "  comity --as desk-1 assessments list algeria",
                             [&app, arguments] {
                               v1::ListAssessmentsRequest request;
                               request.set_parent(PartnerName(
                                   arguments->partner.empty() ? "-" : arguments->partner));
                               return ListAndShow(app, &RelationStub::ListAssessments, request,
                                                  &PrintAssessments);
                             }))
      .AddOption("partner", arguments->partner, "Only of this partner");

  const Command ranking = AtRevision(
      app,
      AddCommand(root, app, "ranking", "Rank potential partners by a set of criteria, explained",
                 "  comity --as desk-1 ranking v2 --day 2026-06-30", [&app, arguments] {
                   v1::RankPartnersRequest request;
                   request.set_criteria_set(SetName(arguments->set));
                   request.set_day(arguments->day);
                   return CallAndShow(app, &RelationStub::RankPartners, request, &PrintRanking);
                 }));
  ranking.AddOption("set", arguments->set, "The set of criteria").Required();
  ranking.AddOption("--day", arguments->day, "Today if left out").TypeName("DAY");

  const Command volumes =
      root.AddGroup("volumes", "How much was exchanged with a partner in a year");
  const Command count = AddCommand(
      volumes, app, "record", "State the volume of a year; the same year again is a correction",
      "  comity --as desk-1 volumes record georgia 2025 --count cases=30 --count documents=120 \\\n"
      "      --source \"annual report 2025\"",
      [&app, arguments] { return RecordVolume(app, *arguments); });
  count.AddOption("partner", arguments->partner, "Such as georgia").Required();
  count.AddOption("year", arguments->year, "Such as 2025").Required();
  count.AddList("--count", CountReader(arguments->counts), "What was counted; repeat")
      .Required()
      .TypeName("WHAT=NUMBER");
  count.AddOption("--source", arguments->source, "Where the numbers come from").Required();
  AtRevision(
      app,
      AddCommand(volumes, app, "list", "List volumes", "  comity --as desk-1 volumes list georgia",
                 [&app, arguments] {
                   v1::ListVolumesRequest request;
                   request.set_parent(
                       PartnerName(arguments->partner.empty() ? "-" : arguments->partner));
                   return ListAndShow(
                       app, &RelationStub::ListVolumes, request,
                       [](const v1::ListVolumesResponse& response) {
                         PrintVolumes({response.volumes().begin(), response.volumes().end()});
                       });
                 }))
      .AddOption("partner", arguments->partner, "Only of this partner");
  RegisterMeasuredVolumes(volumes, app);
}

}  // namespace comity::cli
