// How the registry grows: with 10^2, 10^3, ... partners, an authority and some instruments each (10
// unless said), in one embedded store: how long it takes to write them, to start with them, to
// answer the transfer check and to search.
//
//   registry_growth <empty directory> [largest] [instruments] [scope]
//   registry_growth <used directory> 0
//
// Prints one line of JSON a size; with 0, one for what is there: memory is what a process takes
// that wrote nothing before. With "scope" the agreement that carries the transfer says what it
// covers. The check is asked of authorities at random and comes to an answer by a cooperation
// agreement; the search is for a word that one partner in a thousand has, and by a filter that lets
// nobody through, so that each partner is looked at. Beside them what SQLite alone takes: to read
// all rows (start), a partner's rows (check), to search in a full-text index of the names.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/journal/journal.h"
#include "common/legal/evaluate.h"
#include "common/storage/files.h"
#include "services/partner-registry/domain/filter.h"
#include "services/partner-registry/storage/journal_registry_store.h"
#include "tests/bench/registry/plain_sqlite.h"
#include "tests/testing/test_journal.h"

namespace comity::partner_registry {
namespace {

using SteadyClock = std::chrono::steady_clock;

// What each partner has.
struct Shape {
  int instruments = 10;
  bool scope = false;
};

constexpr int kQuestions = 100'000;
constexpr int kSearches = 200;
constexpr int kPage = 50;
// Facts of one mutation, about as many as an import may have.
constexpr std::int64_t kPartnersOfOneMutation = 10'000;

[[noreturn]] void Fail(const absl::Status& status) {
  (void)std::fprintf(stderr, "registry_growth: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::string IdOf(std::int64_t number) { return absl::StrCat("state-", number); }

void AddPartner(std::int64_t number, const Shape& shape, std::vector<Fact>& facts) {
  static constexpr std::array<const char*, 7> kWords = {"Northern", "Lower", "Saint", "United",
                                                        "Upper",    "New",   "Côte"};
  Partner partner{.id = IdOf(number),
                  .kind = PartnerKind::kState,
                  .display_name = absl::StrCat(
                      kWords[static_cast<std::size_t>(number) % kWords.size()], " Land ",
                      number % 1000 == 0 ? "Türkisblau" : "Grün", " ", number),
                  .region = "EXAMPLE"};
  partner.legal_classes.push_back({.legal_class = LegalClass::kThirdCountry,
                                   .from = "1990-01-01",
                                   .certainty = Certainty::kFound});
  facts.emplace_back(partner);
  // An agreement that carries the transfer, an arrangement, and what came before them.
  for (int i = 0; i < shape.instruments; ++i) {
    Instrument instrument{.partner = partner.id,
                          .id = absl::StrCat("instrument-", i),
                          .kind = i == 1 ? InstrumentKind::kWorkingArrangement
                                         : InstrumentKind::kCooperationAgreementPre2019,
                          .title = "Agreement on cooperation",
                          .signed_on = absl::StrCat(2010 - i, "-01-01"),
                          .in_force = absl::StrCat(2011 - i, "-01-01"),
                          .ended = i < 2 ? "" : absl::StrCat(2011 - i, "-12-31"),
                          .reference = "OJ L 1, 1.1.2011"};
    instrument.certainty = {{"signed", Certainty::kFound},
                            {"in_force", Certainty::kFound},
                            {"ended", Certainty::kFound}};
    if (shape.scope && i == 0) {
      instrument.scope = {.offences = {"organised crime", "terrorism", "drug trafficking"},
                          .stages = {"investigation", "prosecution"},
                          .subjects = {legal::SubjectKind::kSuspect}};
    }
    facts.emplace_back(std::move(instrument));
  }
  facts.emplace_back(Authority{.partner = partner.id,
                               .id = "prosecution-service",
                               .display_name = "Prosecution Service",
                               .competent_in_criminal_matters = true,
                               .last_verified = "2026-11-01",
                               .certainty = Certainty::kFound});
}

struct Opened {
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<JournalRegistryStore> store;
};

Opened Open(const std::string& directory) {
  const journal::Options options = testing::TestJournalOptions(directory);
  auto journal = journal::Journal::Open(options);
  if (!journal.ok()) Fail(journal.status());
  auto store = JournalRegistryStore::Open(journal->get(), options.expiry_key_directory);
  if (!store.ok()) Fail(store.status());
  return {*std::move(journal), *std::move(store)};
}

void Grow(JournalRegistryStore& store, const Shape& shape, std::int64_t from, std::int64_t to) {
  while (from < to) {
    const std::int64_t end = std::min(to, from + kPartnersOfOneMutation);
    Plan plan;
    for (; from < end; ++from) AddPartner(from, shape, plan.facts);
    const auto written = store.Write({.caller = "bench", .method = "bench/Grow"}, "",
                                     [&](const Registry&, absl::Time) { return plan; });
    if (!written.ok()) Fail(written.status());
  }
}

legal::Question QuestionFor(std::int64_t number) {
  legal::Question question{
      .instant = absl::Now(),
      .counterpart = absl::StrCat("partners/", IdOf(number), "/authorities/prosecution-service"),
      .data_kind = legal::DataKind::kOperational,
      .subjects = {legal::SubjectKind::kSuspect},
      .annex_ii = legal::AnnexCoverage::kWithin,
      .geometry = legal::Geometry::kTwoOrMoreMemberStates};
  question.purpose = {.task = "coordination",
                      .offence = "organised crime",
                      .stage = "investigation",
                      .case_reference = "CASE-1",
                      .necessity = "needed to coordinate"};
  question.origins.push_back({.kind = legal::OriginKind::kPublicSource});
  return question;
}

// The p-th of sorted microseconds.
double At(const std::vector<double>& sorted, double p) {
  return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))];
}

template <typename Work>
std::vector<double> Microseconds(int times, Work work) {
  std::vector<double> took;
  took.reserve(static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) {
    const auto begin = SteadyClock::now();
    work();
    took.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count());
  }
  std::sort(took.begin(), took.end());
  return took;
}

// A thousand partners at random.
std::vector<std::int64_t> SomeOf(std::int64_t partners) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::int64_t> number(0, partners - 1);
  std::vector<std::int64_t> some(1000);
  for (std::int64_t& one : some) one = number(random);
  return some;
}

std::vector<double> Evaluations(const Registry& registry, std::int64_t partners) {
  std::vector<legal::Question> questions;
  for (const std::int64_t number : SomeOf(partners)) questions.push_back(QuestionFor(number));
  std::size_t next = 0;
  return Microseconds(kQuestions, [&] {
    const legal::Verdict verdict =
        legal::Evaluate(registry.facts(), questions[next++ % questions.size()]);
    if (verdict.bases.empty()) Fail(absl::InternalError("the agreement is no basis"));
  });
}

std::vector<double> Searches(const Registry& registry, const std::string& query,
                             const std::string& filter) {
  return Microseconds(kSearches, [&] {
    int found = 0;
    registry.index().Visit(query, PartnerFilter::Parse(filter).value(),
                           absl::CivilDay(2026, 11, 28), "",
                           [&](const Partner&) { return ++found < kPage; });
    if ((found == 0) != query.empty()) Fail(absl::InternalError("found something else"));
  });
}

// What the process takes of the machine's memory now.
double ResidentMib() {
  const std::string statm = storage::ReadFile("/proc/self/statm").value_or("");
  const std::vector<std::string> pages = absl::StrSplit(statm, ' ');
  std::int64_t resident = 0;
  if (pages.size() < 2 || !absl::SimpleAtoi(pages[1], &resident)) return 0;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// What SQLite alone takes.
struct Plain {
  double read_all_ms = 0;
  std::vector<double> partners;
  std::vector<double> searches;
};

Plain MeasurePlain(const Registry& registry, const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& [id, partner] : registry.partners()) names.push_back(partner->display_name);
  const std::string own = directory + "/plain";
  std::filesystem::remove_all(own);
  PlainSqlite plain(testing::TestJournalOptions(directory).directory, own, names);
  const std::vector<std::int64_t> some = SomeOf(static_cast<std::int64_t>(names.size()));
  Plain took;
  took.read_all_ms = Microseconds(1,
                                  [&] {
                                    if (plain.ReadAll() == 0) Fail(absl::InternalError("no rows"));
                                  })
                         .front() /
                     1000;
  std::size_t next = 0;
  took.partners = Microseconds(kQuestions, [&] {
    const std::string name = absl::StrCat("partners/", IdOf(some[next++ % some.size()]));
    if (plain.ReadPartner(name) < 3) Fail(absl::InternalError("rows are missing"));
  });
  took.searches = Microseconds(kSearches, [&] {
    if (plain.Search("turkisb", kPage) == 0) Fail(absl::InternalError("nothing was found"));
  });
  return took;
}

// Starts with what is there, and asks.
void Measure(const std::string& directory, absl::Duration writing) {
  const absl::Time begin = absl::Now();
  const Opened opened = Open(directory);
  const absl::Duration start = absl::Now() - begin;
  const double memory = ResidentMib();
  const RegistryStore::State::Guard now = opened.store->View();
  const auto partners = static_cast<std::int64_t>(now->partners().size());
  const std::vector<double> evaluations = Evaluations(*now, partners);
  const std::vector<double> searches = Searches(*now, "turkisb", "");
  const std::vector<double> filtered =
      Searches(*now, "", "legal_class != THIRD_COUNTRY OR region != EXAMPLE OR kind = UNION_BODY");
  const Plain plain = MeasurePlain(*now, directory);
  (void)std::printf(
      "{\"partners\": %lld, \"instruments\": %zu, \"written_ms\": %.0f, \"start_ms\": %.0f, "
      "\"memory_mib\": %.0f, \"evaluate_p50_us\": %.2f, \"evaluate_p99_us\": %.2f, "
      "\"search_p50_us\": %.1f, \"search_p99_us\": %.1f, \"filter_p50_us\": %.1f, "
      "\"filter_p99_us\": %.1f, \"plain_start_ms\": %.0f, \"plain_evaluate_p50_us\": %.2f, "
      "\"plain_search_p99_us\": %.1f}\n",
      static_cast<long long>(partners), now->instruments().size(),
      absl::ToDoubleMilliseconds(writing), absl::ToDoubleMilliseconds(start), memory,
      At(evaluations, 0.5), At(evaluations, 0.99), At(searches, 0.5), At(searches, 0.99),
      At(filtered, 0.5), At(filtered, 0.99), plain.read_all_ms, At(plain.partners, 0.5),
      At(plain.searches, 0.99));
  (void)std::fflush(stdout);
}

int Run(const std::string& directory, std::int64_t largest, const Shape& shape) {
  if (largest == 0) Measure(directory, absl::ZeroDuration());
  std::int64_t written = 0;
  for (std::int64_t size = 100; size <= largest; size *= 10) {
    const absl::Time begin = absl::Now();
    {
      Opened opened = Open(directory);
      Grow(*opened.store, shape, written, size);
      opened.journal->Close();
    }
    written = size;
    Measure(directory, absl::Now() - begin);
  }
  return 0;
}

}  // namespace
}  // namespace comity::partner_registry

int main(int argc, char** argv) {
  std::int64_t largest = 1'000'000;
  comity::partner_registry::Shape shape;
  if (argc < 2 || argc > 5 || (argc > 2 && !absl::SimpleAtoi(argv[2], &largest)) ||
      (argc > 3 && (!absl::SimpleAtoi(argv[3], &shape.instruments) || shape.instruments < 1)) ||
      (argc > 4 && std::string(argv[4]) != "scope")) {
    (void)std::fprintf(
        stderr, "usage: registry_growth <empty directory> [largest] [instruments] [scope]\n");
    return 2;
  }
  shape.scope = argc > 4;
  return comity::partner_registry::Run(argv[1], largest, shape);
}
